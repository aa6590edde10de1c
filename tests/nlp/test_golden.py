"""Whole lines of `extract --by-document` for short texts of each kind of page.

The texts are our own; the towns exist, the details are made up. Scores are left out, so that
learning the weights anew changes no golden file. To write the files anew:
`python -m pytest tests/nlp --rewrite-golden`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlp.ranker import stated_from

GOLDEN = Path(__file__).parent / "golden"

TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "table": (
        "Städtepartnerschaften im Überblick\n\n"
        "Stadt | Partner | seit\n"
        "Mainz | Erfurt | 1988\n"
        "Trier | Weimar | 1987\n"
        "Kaiserslautern | Brandenburg an der Havel | 1988\n"
        "Bonn | Potsdam | 1988",
        {"url": "https://www.example.org/tabelle"},
    ),
    "list": (
        "Unsere Partnerstädte\n\n"
        "- Reims (Frankreich), seit 1967\n"
        "- Naumburg (Sachsen-Anhalt), seit 1988\n"
        "- Toledo (Spanien), seit 1985",
        {"host": "Aachen", "url": "https://www.aachen.de/partner", "source_kind": "municipality"},
    ),
    "prose": (
        "Mit Dessau sind wir seit Langem verbunden. Der Rat beschloss die Städtepartnerschaft mit "
        "Dessau am 3. März 1988, unterzeichnet wurde der Vertrag am 24. Juni 1988. Bis heute "
        "besuchen die Chöre einander, und die Feuerwehren üben gemeinsam.\n\n"
        "Eine Partnerschaft mit Coburg wurde dagegen abgelehnt.",
        {"host": "Ludwigshafen am Rhein", "source_kind": "municipality"},
    ),
    "press": (
        "Delegation feiert im Rathaus\n\n"
        "12. Mai 2013\n\n"
        "Vor 25 Jahren besiegelten Wuppertal und Schwerin ihre Städtepartnerschaft. Am Samstag "
        "wurde das Jubiläum gefeiert. Nach der Wende halfen Verwaltungsfachleute aus Wuppertal "
        "beim Aufbau der Ämter in Schwerin.",
        {"url": "https://zeitung.example/wuppertal/jubilaeum", "source_kind": "press"},
    ),
    "dormant": (
        "Städtepartnerschaft mit Torgau\n\n"
        "Die Städtepartnerschaft mit Torgau wurde 1990 geschlossen. Anfangs fuhren jedes Jahr "
        "Schulklassen hin und her. Seit 2009 ruht die Partnerschaft, sie besteht nur noch auf dem "
        "Papier.",
        {"host": "Sindelfingen", "source_kind": "municipality"},
    ),
    "charter": (
        "Drei Städte, ein Vertrag\n\n"
        "Am 5. Oktober 1991 unterzeichneten Bautzen, Worms und Auxerre in Frankreich einen "
        "Partnerschaftsvertrag. Seither sind Bautzen, Worms und Auxerre Partnerstädte.",
        {"url": "https://www.example.org/dreieck"},
    ),
    "counts": (
        "Bis zum Fall der Mauer gab es 62 deutsch-deutsche Städtepartnerschaften, 1991 waren es "
        "rund 800 Partnerschaften. Den Anfang machten Saarlouis und Eisenhüttenstadt im Jahr 1986. "
        "Im Jahr 1987 folgten Wuppertal und Schwerin mit einer Städtepartnerschaft.\n\n"
        "Manche dieser Partnerschaften sind eingeschlafen, andere werden rege gelebt.",
        {"url": "https://www.example.org/zahlen", "source_kind": "government"},
    ),
    "nothing": (
        "Polizei und Stadt Erfurt erneuerten ihre Sicherheitspartnerschaft. Ihr Ansprechpartner "
        "sitzt im Rathaus.",
        {"host": "Erfurt"},
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_line_is_as_it_was(name: str, reader: Any, golden: Callable[[str, Any], None]) -> None:
    text, options = TEXTS[name]
    line = reader.line(text, **options)
    for pair in line["partnerships"]:
        assert stated_from() <= pair.pop("score") <= 1
    golden(name, {"text": text, **line})


def test_a_three_way_charter_links_all_three(reader: Any, make: Any) -> None:
    text, options = TEXTS["charter"]
    bautzen, worms, auxerre = (make.place_id(name) for name in ("Bautzen", "Worms", "Auxerre"))
    assert reader.pairs_of(text, **options) == {
        frozenset((bautzen, worms)),
        frozenset((bautzen, auxerre)),
        frozenset((worms, auxerre)),
    }


@pytest.mark.xfail(strict=True, reason="where a text has one pair, all its sentences speak of it")
def test_that_some_of_many_rest_is_said_of_no_pair(reader: Any) -> None:
    text = (
        "Den Anfang der Städtepartnerschaften machten Saarlouis und Eisenhüttenstadt im Jahr 1986. "
        "Manche dieser Partnerschaften sind eingeschlafen."
    )
    line = reader.line(text)
    assert [pair["status"] for pair in line["partnerships"]] == ["active"]


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(TEXTS)
