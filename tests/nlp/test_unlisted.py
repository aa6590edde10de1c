"""Places that the gazetteer lacks: what counts as one, under which id, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.unlisted import is_german_word, unlisted_host


def unlisted(reader: Any, text: str) -> list[tuple[str, str]]:
    return [(m.surface, m.place.id) for m in reader.places(text) if m.place.id.startswith("name:")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Partnergemeinden: Gufidaun (Italien).", [("Gufidaun", "name:it:gufidaun")]),
        ("Aus der Partnergemeinde Gufidaun kam ein Chor.", [("Gufidaun", "name:zz:gufidaun")]),
        (
            "Die Partnergemeinde Gufidaun feierte. Ein Chor kam aus Gufidaun (Italien).",
            [("Gufidaun", "name:it:gufidaun"), ("Gufidaun", "name:it:gufidaun")],
        ),
        (
            "Der Landkreis Grimma war unser Partner.",
            [("Landkreis Grimma", "name:de:landkreis grimma")],
        ),
    ],
)
def test_an_unlisted_place_has_an_id_of_its_name_and_country(
    text: str, found: list[tuple[str, str]], reader: Any
) -> None:
    assert unlisted(reader, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Die Partnerstadt Erfurt (Thüringen) feierte.",  # listed
        "Die Partnerstadt Nysa (Polen) feierte.",
        "Die Partnerschaft mit Herrn Gufidaun ist alt.",
        "Der Freundeskreis (Italien) tagte zur Städtepartnerschaft.",
        "Die Partnergemeinde Bürgermeister Karl kam.",
        "Das Partnerschaftsfest (Italien) war schön.",
        "Gufidaun ist schön.",  # nothing says that it is a place
    ],
)
def test_what_is_listed_or_no_name_makes_no_place(text: str, reader: Any) -> None:
    assert unlisted(reader, text) == []


def test_an_unlisted_partner_makes_a_pair_without_an_id(reader: Any) -> None:
    text = "Seit 1994 besteht eine Gemeindepartnerschaft; Partnergemeinde ist Gufidaun (Italien)."
    (pair,) = reader.line(text, "Kronach")["partnerships"]
    assert {pair["a"]: pair["a_id"], pair["b"]: pair["b_id"]}["Gufidaun"] is None
    assert "IT" in (pair["a_country"], pair["b_country"])


@pytest.mark.parametrize(
    ("word", "is_known"),
    [("Freundeskreis", True), ("Gartenhaus", True), ("Gufidaun", False), ("Wald", True)],
)
def test_german_words_and_compounds_are_known(word: str, is_known: bool) -> None:
    assert is_german_word(word) == is_known


def test_the_owner_of_a_page_may_be_unlisted() -> None:
    host = unlisted_host("name:de:amt niemegk")
    assert (host.id, host.name, host.country) == ("name:de:amt niemegk", "Amt Niemegk", "DE")
