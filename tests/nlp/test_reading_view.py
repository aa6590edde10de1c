"""What the pipeline sees: sentences in blocks, what they stand under, what is only planned."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.reading_view import heading_has_tie, is_row
from partnernetz.records import Block


def under(reader: Any, text: str) -> list[str]:
    view = reader.view(text)
    return [s.text for s in view.sentences if s.index in view.under_tie and s.places]


def dated_above(reader: Any, text: str) -> dict[str, str]:
    view = reader.view(text)
    starts = {s.block.start: s.text.removeprefix("- ") for s in view.sentences}
    return {starts[start]: date.edtf for start, date in view.date_above.items()}


# --- sentences --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Am 19. September 1986 wurde unterzeichnet. Man feierte.", 2),
        ("Der 3. Bürgermeister, Dr. Maier, kam z. B. aus Mainz.", 1),
        ("Das war 1986. Dann kam Erfurt.", 2),
        ("„Wir freuen uns.“ Das sagte er.", 2),
        ("Wer kommt? Alle! Gut…", 3),
        ("Partnerstädte\n\nErfurt", 2),
        ("- Erfurt\n- Dijon\n- Zagreb", 3),
        ("Rothenburg o.d.T. und Neustadt a.d. Weinstraße feiern.", 1),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int, reader: Any) -> None:
    assert len(reader.view(text).sentences) == count


def test_sentences_lie_in_their_blocks_and_hold_what_was_found(reader: Any) -> None:
    text = (
        "Partnerstädte\n\n- Erfurt, seit 1988\n- Dijon, seit 1958\n\n"
        "Mit Erfurt tauschen wir uns aus. Die Feuerwehr fährt 1990 nach Dijon."
    )
    view = reader.view(text, "Mainz")
    assert [s.index for s in view.sentences] == list(range(len(view.sentences)))
    for sentence in view.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.block.start <= sentence.start < sentence.end <= sentence.block.end
        for find in (*sentence.places, *sentence.dates, *sentence.triggers, *sentence.topics):
            assert sentence.start <= find.start < find.end <= sentence.end
    assert sum(len(s.places) for s in view.sentences) == 4
    assert sum(len(s.dates) for s in view.sentences) == 3


def test_mentions_are_gathered_by_place(reader: Any, make: Any) -> None:
    view = reader.view("Erfurt und Mainz. Erfurt ist Partnerstadt.")
    assert {key: len(found) for key, found in view.mentions.items()} == {
        make.place_id("Erfurt"): 2,
        make.place_id("Mainz"): 1,
    }
    assert list(view.places) == [make.place_id("Erfurt"), make.place_id("Mainz")]


# --- headings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "has_tie"),
    [
        ("Partnerstädte", True),
        ("Unsere Städtepartnerschaften im Überblick", True),
        ("Sicherheitspartnerschaft der Polizei", False),
        ("Ihre Ansprechpartner", False),
        ("Rathaus und Verwaltung", False),
        ("", False),
    ],
)
def test_a_heading_names_a_tie_or_not(heading: str, has_tie: bool) -> None:
    assert heading_has_tie(heading) is has_tie


def test_a_heading_with_a_tie_reaches_over_entries_with_places(reader: Any) -> None:
    text = "Partnerstädte\n\nErfurt\n\nSeit 1988 verbunden.\n\nDijon\n\nSeit 1958 verbunden."
    assert under(reader, text) == ["Erfurt", "Dijon"]


def test_its_reach_ends_after_two_headings_without_places(reader: Any) -> None:
    text = "Partnerstädte\n\n- Erfurt\n\nBauhof\n\nMüll\n\nAbfuhr in Dijon.\n\nAmt\n\nNach Weimar."
    found = under(reader, text)
    assert found[0] == "- Erfurt"
    assert not any("Weimar" in sentence for sentence in found)


def test_a_heading_without_a_tie_lends_none(reader: Any) -> None:
    assert under(reader, "Ausflüge\n\n- Erfurt\n- Dijon") == []


def test_the_first_heading_counts_as_the_title(reader: Any) -> None:
    assert reader.view("Partnerstädte\n\nErfurt liegt an der Gera.").title_has_tie
    assert reader.view("Erfurt liegt an der Gera.", title="Unsere Partnerstädte").title_has_tie
    assert not reader.view("Rathaus\n\nErfurt liegt an der Gera.").title_has_tie


def test_rows_of_two_are_counted(reader: Any) -> None:
    text = "Partnerschaften\n\n- Mainz – Erfurt\n- Bonn – Potsdam\n- Aachen"
    assert reader.view(text).rows_of_two == 2


# --- dates above ------------------------------------------------------------------------------


def test_a_year_of_its_own_dates_the_rows_below_until_the_next(reader: Any) -> None:
    text = "1987\n\n- Erfurt\n- Weimar\n\n1988\n\n- Jena"
    assert dated_above(reader, text) == {"Erfurt": "1987", "Weimar": "1987", "Jena": "1988"}


def test_a_heading_ends_the_year_above(reader: Any) -> None:
    assert dated_above(reader, "1987\n\n- Erfurt\n\nWeitere\n\n- Jena") == {"Erfurt": "1987"}


@pytest.mark.parametrize(
    "line", ["Rückblick 1987", "1987 und 1988", "1987 Einwohner", "Erfurt 1987"]
)
def test_a_year_with_anything_beside_it_dates_nothing_below(line: str, reader: Any) -> None:
    assert dated_above(reader, f"{line}\n\n- Weimar") == {}


def test_a_year_above_does_not_date_prose(reader: Any) -> None:
    prose = "Weimar " + "und noch mehr, " * 10 + "wie man hört."
    assert dated_above(reader, f"1987\n\n{prose}") == {}
    assert not is_row(Block(kind="paragraph", start=0, end=len(prose)))


# --- the day of the page ----------------------------------------------------------------------


def test_a_dateline_tells_the_day_of_the_page(reader: Any) -> None:
    text = "Gäste im Rathaus\n\n12. Mai 2018\n\nDie Städtepartnerschaft mit Erfurt wurde gefeiert."
    assert reader.view(text).published == "2018-05-12"
    assert reader.view(text, published="2018-05-13").published == "2018-05-13"


@pytest.mark.parametrize("line", ["12. Mai 1988", "2018", "Erfurt, 12. Mai 2018 und 13. Mai 2018"])
def test_what_is_no_dateline(line: str, reader: Any) -> None:
    assert reader.view(f"{line}\n\nDie Partnerschaft mit Erfurt lebt.").published is None


# --- modality ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Die Städtepartnerschaft mit Erfurt besteht seit 1988.", "asserted"),
        ("Eine Städtepartnerschaft mit Erfurt wird angestrebt.", "planned"),
        ("Die Partnerschaft mit Erfurt soll im Mai besiegelt werden.", "planned"),
        ("Der Rat sucht eine Partnerstadt in Thüringen.", "planned"),
        ("Der Antrag auf eine Partnerschaft wurde abgelehnt.", "denied"),
        ("Eine Partnerschaft mit Erfurt kam nicht zustande.", "denied"),
        ("Die geplante Partnerschaft wurde abgelehnt.", "denied"),
    ],
)
def test_a_sentence_has_its_modality(text: str, modality: str, reader: Any) -> None:
    assert [s.modality for s in reader.view(text).sentences] == [modality]


def test_modality_ends_with_its_sentence(reader: Any) -> None:
    text = "Eine Partnerschaft mit Jena wird angestrebt. Die mit Erfurt lebt."
    assert [s.modality for s in reader.view(text).sentences] == ["planned", "asserted"]


@pytest.mark.parametrize(
    "text",
    [
        "Eine Städtepartnerschaft mit Erfurt wird angestrebt.",
        "Die Stadt wünscht sich eine Partnerschaft mit Erfurt.",
        "Der Partnerschaftsvertrag mit Erfurt soll im Mai unterzeichnet werden.",
        "Die Partnerschaft mit Erfurt kam nicht zustande.",
        "Erfurt lehnte eine Partnerschaft dankend ab.",
        "Dem Antrag auf eine Partnerschaft mit Erfurt wurde die Zustimmung verweigert.",
    ],
)
def test_what_is_planned_or_denied_makes_no_pair(text: str, pairs_of: Any) -> None:
    assert pairs_of(text, "Mainz") == set()


def not_yet(text: str, third: str = "Kalisz") -> Any:
    reason = "on the owner's page a partner town counts as the owner's, whoever is named before"
    return pytest.param(text, third, marks=pytest.mark.xfail(strict=True, reason=reason))


@pytest.mark.parametrize(
    ("text", "third"),
    [
        not_yet(
            "Zum Fest reisten Gäste aus den Partnerstädten unserer Partner an, aus Lille.", "Lille"
        ),
        not_yet("Auch die Partnerstädte von Erfurt, Kalisz und Lille, gratulierten.", "Lille"),
        not_yet("Die Erfurter und ihre Partnerstadt Kalisz kamen."),
        not_yet("Grüße gingen auch nach Kalisz, das mit Erfurt verbunden ist."),
        not_yet("Auch Erfurts Partnerstadt Kalisz in Polen hatte gratuliert."),
        not_yet("Gäste kamen aus Erfurt und aus deren Partnerstadt Kalisz in Polen."),
        not_yet("Erfurt pflegt auch eine Partnerschaft mit Kalisz."),
    ],
)
def test_the_partner_of_a_partner_is_not_ones_own(
    text: str, third: str, pairs_of: Any, make: Any
) -> None:
    first = "Unsere Partnerstadt Erfurt feierte.\n\n"
    stated = pairs_of(first + text, "Mainz")
    assert frozenset((make.place_id("Mainz"), make.place_id("Erfurt"))) in stated
    assert not any(make.place_id(third) in pair for pair in stated)
