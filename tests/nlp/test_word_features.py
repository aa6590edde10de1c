"""Words around a pair as features: places and years are masked, words shortened."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.word_features import words_of

TEXT = "Die Städtepartnerschaft zwischen Aachen und Naumburg besteht seit 1988."


def words(reader: Any, make: Any, text: str, *names: str, hub: str | None = None) -> set[str]:
    view = reader.view(text)
    hub_id = make.place_id(hub) if hub else None
    ids = frozenset(make.place_id(name) for name in names)
    return set(words_of(view, ids, hub_id, [sentence.index for sentence in view.sentences]))


def test_no_word_stands_for_a_town_or_a_year(reader: Any, make: Any) -> None:
    found = words(reader, make, TEXT, "Aachen", "Naumburg")
    assert not any(part in word for word in found for part in ("aachen", "naumbur", "1988"))
    assert {"w:<year>", "w:\x00p"} <= found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Die Partnerschaft mit Erfurt begann 1988.", "Die Partnerschaft mit Weimar begann 1990."),
        ("Erfurt hat 210000 Einwohner.", "Weimar hat 65000 Einwohner."),
    ],
)
def test_texts_that_differ_in_names_and_numbers_have_the_same_words(
    one: str, other: str, reader: Any, make: Any
) -> None:
    assert words(reader, make, one, "Erfurt") == words(reader, make, other, "Weimar") != set()


def test_roles_tell_the_hub_from_the_partner_and_from_others(reader: Any, make: Any) -> None:
    text = "Aachen hat in Naumburg einen Partner, Bonn in Potsdam."
    found = words(reader, make, text, "Aachen", "Naumburg", hub="Aachen")
    assert {"w:\x00h", "w:\x00p", "w:\x00o"} <= found
    assert {"between:hat", "between:in"} <= found


def test_words_stand_before_and_after_the_partner(reader: Any, make: Any) -> None:
    found = words(reader, make, TEXT, "Aachen", "Naumburg")
    assert {"before-1:und", "after-1:besteht", "after:besteht seit", "between:und"} <= found


def test_words_are_cut_to_their_first_letters(reader: Any, make: Any) -> None:
    found = words(reader, make, TEXT, "Aachen", "Naumburg")
    assert "w:städtep" in found
    assert all(len(word.split(":", 1)[1]) <= 15 for word in found)


def test_only_the_given_sentences_are_read(reader: Any, make: Any) -> None:
    view = reader.view("Aachen feiert. Naumburg singt.")
    ids = frozenset((make.place_id("Aachen"), make.place_id("Naumburg")))
    assert "w:singt" not in words_of(view, ids, None, [0])
    assert words_of(view, ids, None, []) == frozenset()
    assert words_of(view, ids, None, [0, 0]) == words_of(view, ids, None, [0])
