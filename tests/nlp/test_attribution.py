"""Which dates belong to which name, which names are couples, of whom a sentence speaks."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.attribution import Attribution, attribute, share_out
from nlp.components.pairs import ranked_pairs, seen
from nlp.pair_features import couples
from nlp.reading_view import ReadingView, Sentence


def only_sentence(reader: Any, text: str) -> Sentence:
    (sentence,) = reader.view(text).sentences
    assert isinstance(sentence, Sentence)
    return sentence


def shared(reader: Any, text: str) -> dict[str, list[str]]:
    """Return the dates of a text by the names that they were given to."""
    sentence = only_sentence(reader, text)
    surfaces = {m.place.id: m.surface for m in sentence.places}
    found = share_out(text, sentence.places, sentence.dates)
    return {surfaces[key]: [date.edtf or "" for date in dates] for key, dates in found.items()}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Gefeiert wurde mit Erfurt 1988.", {"Erfurt": ["1988"]}),
        (
            "Verbunden sind Erfurt (1988), Weimar (1989) und Jena (1990).",
            {"Erfurt": ["1988"], "Weimar": ["1989"], "Jena": ["1990"]},
        ),
        (
            "1988 kam Erfurt hinzu, 1989 kamen Weimar und Jena.",
            {"Erfurt": ["1988"], "Weimar": ["1989"], "Jena": ["1989"]},
        ),
        pytest.param(
            "1988 kam Erfurt, 1989 kamen Weimar und Jena.",
            {"Erfurt": ["1988"], "Weimar": ["1989"], "Jena": ["1989"]},
            marks=pytest.mark.xfail(strict=True, reason="the next year stands right behind a name"),
        ),
        ("Im Jahr 1988 kamen Erfurt und Weimar.", {"Erfurt": ["1988"], "Weimar": ["1988"]}),
        ("Es kamen Erfurt und Weimar (1989).", {"Weimar": ["1989"]}),
        (
            "Erfurt kam am 3. Mai 1988, erneuert am 4. Juni 1998.",
            {"Erfurt": ["1988-05-03", "1998-06-04"]},
        ),
        ("Es kamen Erfurt und Weimar.", {}),
        ("Es war 1988.", {}),
    ],
)
def test_dates_are_shared_out(text: str, wanted: dict[str, list[str]], reader: Any) -> None:
    assert shared(reader, text) == wanted


def coupled(reader: Any, text: str) -> set[str]:
    sentence = only_sentence(reader, text)
    surfaces = {m.start: m.surface for m in sentence.places}
    return {f"{surfaces[one]}+{surfaces[other]}" for one, other in couples(sentence)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Dazu zählten Aachen und Naumburg, Bonn und Potsdam sowie Mainz und Erfurt.",
            {"Aachen+Naumburg", "Bonn+Potsdam", "Mainz+Erfurt"},
        ),
        (
            "Dazu zählten Aachen–Naumburg, Bonn–Potsdam.",
            {"Aachen+Naumburg", "Bonn+Potsdam"},
        ),
        ("Dazu zählten Reims, Arlington, Halifax und Toledo.", set()),
        ("Dazu zählten Aachen und Naumburg.", set()),
        ("Dazu zählten Aachen, Bonn und Mainz.", set()),
        (
            "Aachen, Bonn und Mainz fanden, in dieser Reihenfolge, Naumburg, Potsdam und Erfurt.",
            {"Aachen+Naumburg", "Bonn+Potsdam", "Mainz+Erfurt"},
        ),
    ],
)
def test_couples_are_told_from_enumerations(text: str, wanted: set[str], reader: Any) -> None:
    assert coupled(reader, text) == wanted


def attributed(reader: Any, text: str, host: str) -> tuple[ReadingView, dict[int, Attribution]]:
    doc = reader.doc(text, host)
    stated = [ranked for ranked in ranked_pairs(doc) if ranked.is_stated]
    return seen(doc), attribute(seen(doc), stated)


def test_a_silent_sentence_speaks_of_the_partner_before_it_in_the_paragraph(
    reader: Any, make: Any
) -> None:
    text = (
        "Unsere Partnerstadt Erfurt liegt in Thüringen. Der Vertrag ist von 1988.\n\n"
        "Unsere Partnerstadt Dijon liegt in Frankreich. Der Vertrag ist von 1958."
    )
    view, found = attributed(reader, text, "Mainz")
    assert [found[s.index].is_named for s in view.sentences] == [True, False, True, False]
    assert [len(found[s.index].pairs) for s in view.sentences] == [1, 1, 1, 1]
    partners = [make.place_id(name) for name in ("Erfurt", "Erfurt", "Dijon", "Dijon")]
    assert [p in found[i].pairs[0] for i, p in enumerate(partners)] == [True] * 4


def test_a_sentence_speaks_of_the_partner_in_its_heading(reader: Any, make: Any) -> None:
    text = (
        "Unsere Partnerstadt Erfurt\n\nDie Feuerwehren besuchen sich jedes Jahr.\n\n"
        "Unsere Partnerstadt Dijon\n\nDie Chöre singen jedes Jahr zusammen."
    )
    view, found = attributed(reader, text, "Mainz")
    silent = [found[s.index].pairs for s in view.sentences if not s.places]
    wanted = [make.place_id("Erfurt"), make.place_id("Dijon")]
    assert [len(pairs) for pairs in silent] == [1, 1]
    assert all(partner in pairs[0] for partner, pairs in zip(wanted, silent, strict=True))


def test_nothing_is_attributed_where_nothing_is_stated(reader: Any) -> None:
    view = reader.view("Mainz und Erfurt liegen weit auseinander. Partnerschaft ist ein Wort.")
    assert attribute(view, []) == {}
