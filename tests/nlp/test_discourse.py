"""Which pair a sentence speaks of, what is only planned, and which date belongs to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PairsOf = Callable[..., set[frozenset[str]]]


def not_yet(*values: Any, reason: str) -> Any:
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, reason=reason))


def pair(make: Any, one: str, other: str) -> frozenset[str]:
    return frozenset((make.place_id(one), make.place_id(other)))


def since(reader: Any, text: str, host: str | None = None, **options: Any) -> list[str | None]:
    return [p["since"] for p in reader.line(text, host, **options)["partnerships"]]


def test_between_two_towns(pairs_of: PairsOf, make: Any) -> None:
    text = "Die Städtepartnerschaft zwischen Mainz und Erfurt besteht seit 1988."
    assert pairs_of(text) == {pair(make, "Mainz", "Erfurt")}


def test_a_silent_host_partners_with_what_it_names(pairs_of: PairsOf, make: Any) -> None:
    text = "Gäste aus unserer Partnerstadt Erfurt waren im Rathaus."
    assert pairs_of(text, "Mainz") == {pair(make, "Mainz", "Erfurt")}


def test_a_list_under_a_heading(pairs_of: PairsOf, make: Any) -> None:
    text = "Partnerstädte\n\n- Nancy (Frankreich), seit 1955\n- Halle (Saale), seit 1987"
    found = pairs_of(text, "Karlsruhe")
    assert pair(make, "Karlsruhe", "Halle (Saale)") in found
    assert frozenset((make.place_id("Karlsruhe"), "geonames:2990999")) in found


def test_couples_in_an_enumeration(pairs_of: PairsOf, make: Any) -> None:
    text = "Es gab Städtepartnerschaften, darunter Aachen und Naumburg, Bonn und Potsdam."
    assert pairs_of(text) == {pair(make, "Aachen", "Naumburg"), pair(make, "Bonn", "Potsdam")}


def test_two_lists_in_the_same_order(pairs_of: PairsOf, make: Any) -> None:
    text = (
        "Meiningen, Riesa und Gera fanden Partnerstädte, in dieser Reihenfolge: "
        "Neu-Ulm, Mannheim und Nürnberg."
    )
    wanted = {
        pair(make, "Meiningen", "Neu-Ulm"),
        pair(make, "Riesa", "Mannheim"),
        pair(make, "Gera", "Nürnberg"),
    }
    assert wanted <= pairs_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "Die Stadt prüft, ob eine Städtepartnerschaft mit Döbeln geschlossen werden könnte.",
        "Der Antrag auf eine Städtepartnerschaft mit Döbeln wurde abgelehnt.",
        "Eine Städtepartnerschaft mit Döbeln wird angestrebt.",
    ],
)
def test_a_planned_or_refused_partnership_is_none(text: str, pairs_of: PairsOf) -> None:
    assert pairs_of(text, "Unna") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Die Bahnlinie Magdeburg-Halle ist gesperrt.",
        not_yet(
            "Polizei und Stadt Erfurt erneuern ihre Sicherheitspartnerschaft.",
            reason="a town beside a word that only looks like a tie is taken for a partner",
        ),
        "Am Samstag spielt Magdeburg in Halle.",
    ],
)
def test_other_ties_are_none(text: str, pairs_of: PairsOf) -> None:
    assert pairs_of(text, "Halle (Saale)") == set()


def test_others_pairs_are_not_the_hosts(pairs_of: PairsOf, make: Any) -> None:
    text = "Partnerschaften im Land\n\nAuch Rudolstadt hat seit 1989 in Bayreuth eine Partnerstadt."
    assert pair(make, "Trier", "Bayreuth") not in pairs_of(text, "Trier")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Die Partnerschaft mit Erfurt wurde am 19. Mai 1988 unterzeichnet.", "1988-05-19"),
        ("Unsere Partnerstadt Erfurt: Vertrag seit 29.04.1990.", "1990-04-29"),
        (
            "Den Vertrag mit der Partnerstadt Erfurt beschloss der Rat am 3. März 1988, "
            "unterzeichnet wurde er am 1. Juni 1988.",
            "1988-06-01",
        ),
        (
            "Der Vertrag mit der Partnerstadt Erfurt wurde am 11. Mai 1988 in Mainz und am "
            "22. Juni 1988 in Erfurt unterzeichnet.",
            "1988-05-11",
        ),
        ("Die Partnerschaft mit Erfurt wurde im Herbst 1988 besiegelt.", "1988-23"),
        not_yet(
            "Unsere Partnerstadt Erfurt feierte 1998 ein Jubiläum.",
            None,
            reason="the only year of a text is taken for the start",
        ),
    ],
)
def test_the_start_is_the_signing(text: str, date: str | None, reader: Any) -> None:
    assert since(reader, text, "Mainz") == [date]


def test_an_age_counts_from_the_day_of_the_page(reader: Any) -> None:
    text = "Die Städtepartnerschaft mit Erfurt besteht seit 30 Jahren."
    assert since(reader, text, "Mainz", published="2018-05-01") == ["1988"]
    assert since(reader, text, "Mainz") == [None]


def test_a_year_that_heads_a_list_dates_its_rows(reader: Any) -> None:
    text = (
        "Liste der Städtepartnerschaften\n\n- 1987\n- Mainz – Erfurt\n- Trier – Weimar\n"
        "- 1988\n- Aachen – Naumburg"
    )
    found = {p["since"] for p in reader.line(text)["partnerships"]}
    assert found == {"1987", "1988"}


def test_each_date_goes_to_its_own_name(reader: Any) -> None:
    text = "Partnerstädte sind Reims (1967), Halle (Saale) (1987) und Toledo (Spanien, 1990)."
    found = {p["b"] + p["a"]: p["since"] for p in reader.line(text, "Aachen")["partnerships"]}
    assert any("Halle" in names and date == "1987" for names, date in found.items())


def test_a_sleeping_tie_is_dormant(reader: Any) -> None:
    text = "Die Städtepartnerschaft mit Borkow besteht seit 1992. Sie ist eingeschlafen."
    assert [p["status"] for p in reader.line(text, "Prasdorf")["partnerships"]] == ["dormant"]
