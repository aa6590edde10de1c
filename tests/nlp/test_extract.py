"""What holds for every extraction, and the seed's text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.components.triggers import may_state_ties
from nlp.extract import Extractor, by_document

SEED = Path(__file__).parents[3] / "shared" / "seed"
WORDS = [
    "Partnerstadt", "Städtepartnerschaft", "zwischen", "mit", "und", "Erfurt", "Mainz", "Halle",
    "1988", "am 3. Mai 1990", "(Polen)", "Nysa", ",", ".", "\n\n", "seit", "unterzeichnet", "–",
]  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS)).map(" ".join)))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_true_quotations(reader: Any, make: Any, text: str) -> None:
    document = make.document(text, "Aachen")
    first, again = reader.extractor.extract(document), reader.extractor.extract(document)
    assert first == again
    for found in (*first.evidence, *first.claims):
        assert document.text[found.start : found.end] == found.quotation
    json.dumps(by_document(first))


def test_a_text_without_ties_is_not_parsed(make: Any) -> None:
    extractor = Extractor()
    text = "Das Wetter in Erfurt ist schön."
    assert not may_state_ties(text)
    assert extractor.extract(make.document(text)).evidence == ()
    assert extractor._nlp is None


def test_low_scores_can_be_left_out(make: Any) -> None:
    document = make.document("Die Städtepartnerschaft zwischen Mainz und Erfurt besteht.")
    assert Extractor(minimum_score=0.5).extract(document).evidence
    assert not Extractor(minimum_score=1.0).extract(document).evidence


@pytest.fixture(scope="module")
def seed_line(reader: Any, make: Any) -> dict[str, Any]:
    files = sorted(SEED.glob("*.txt"))
    if not files:
        pytest.skip("../shared/seed is absent")
    text = files[0].read_text(encoding="utf-8").replace("\n", "\n\n")
    line: dict[str, Any] = reader.line(text)
    return line


def test_the_seed_has_exactly_its_six_pairs(seed_line: dict[str, Any]) -> None:
    pairs = {frozenset((p["a_id"], p["b_id"])) for p in seed_line["partnerships"]}
    assert pairs == {
        frozenset(("ags:12067120", "ags:10044115")),
        frozenset(("ags:05334002", "ags:15084355")),
        frozenset(("ags:05314000", "ags:12054000")),
        frozenset(("ags:04011000", "ags:13003000")),
        frozenset(("ags:08121000", "ags:12053000")),
        frozenset(("ags:07315000", "ags:16051000")),
    }
    dates = {p["since"] for p in seed_line["partnerships"] if "ags:12067120" in p.values()}
    assert dates == {"1986"}


def test_the_seed_claims_counts_and_states(seed_line: dict[str, Any]) -> None:
    counted = [c for c in seed_line["claims"] if c["quantity"] is not None]
    assert [(c["quantity"], c["period"], c["is_additional"]) for c in counted] == [
        (98, "../1989-11-09", True),
        (850, "1990/1991", False),
    ]
    assert counted[1]["bound"] == "more_than"
    states = {c["status"] for c in seed_line["claims"] if c["quantity"] is None}
    assert states == {"dormant", "active"}
    assert all(p["status"] == "active" for p in seed_line["partnerships"])


def test_the_seed_tells_of_its_topics(seed_line: dict[str, Any]) -> None:
    wanted = "administration urban_development health politics heritage environment transport"
    assert {*wanted.split(), "education", "civil_society"} <= set(seed_line["topics"])
