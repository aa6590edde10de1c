"""Ids: the same for the same thing, on every machine; others for other things."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnernetz.identifiers import stable_id
from partnernetz.records import PlaceReference, evidence_id, partnership_id

PARTS = st.lists(st.text(st.characters(exclude_characters="\x1f"), min_size=1), max_size=4)
SPOT: dict[str, Any] = {
    "document_id": "document-1",
    "pair": ("ags:10044115", "ags:12067120"),
    "event": "signing",
    "start": 10,
    "end": 20,
    "rule": "with-it/signing",
}


@given(PARTS)
def test_an_id_is_its_prefix_and_sixteen_digits(parts: list[str]) -> None:
    assert re.fullmatch(r"x-[0-9a-f]{16}", stable_id("x", *parts))
    assert stable_id("x", *parts) == stable_id("x", *parts)


@given(PARTS, PARTS)
def test_other_parts_make_another_id(one: list[str], other: list[str]) -> None:
    # no part and one empty part are alike
    assert (stable_id("x", *one) == stable_id("x", *other)) == (one == other)


def test_ids_are_those_of_earlier_releases() -> None:
    """Releases are compared by id: a change here breaks every citation of an edge.

    The digits are those of ``printf 'a\\x1f1\\x1f' | sha256sum``.
    """
    assert stable_id("x", "a", 1, None) == "x-7f094b042c5521ac"
    assert partnership_id(pair=SPOT["pair"]) == "partnership-81f1246ab092f7d7"


def test_a_pair_has_one_id_in_either_order() -> None:
    one, other = SPOT["pair"]
    assert partnership_id(pair=(one, other)) == partnership_id(pair=(other, one))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("document_id", "document-2"),
        ("pair", ("ags:10044115", "ags:12067121")),
        ("event", "decision"),
        ("start", 11),
        ("end", 21),
        ("rule", "ranker/signing"),
    ],
)
def test_evidence_differs_by_all_that_makes_it(field: str, value: object) -> None:
    assert evidence_id(**{**SPOT, field: value}) != evidence_id(**SPOT)


def test_a_place_without_an_id_is_known_by_country_and_folded_name() -> None:
    nameless = PlaceReference(id=None, name="  Älvdalen   Nord ", country="SE")
    assert nameless.key == "name:SE:älvdalen nord"
    assert PlaceReference(id=None, name="Hof", country=None).key == "name::hof"
    assert PlaceReference(id="ags:09464000", name="Hof", country="DE").key == "ags:09464000"
