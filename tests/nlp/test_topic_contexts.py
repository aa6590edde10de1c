"""Which topics are told of a pair: contexts, sightings, attribution to clauses."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.topic_contexts import (
    TopicContext,
    around_sentence,
    around_word,
    is_vetoed,
    topic_contexts,
)
from nlp.topic_sightings import is_told


def contexts_of(marked: str) -> set[str]:
    """Return the contexts of the word between braces."""
    start, end = marked.index("{"), marked.index("}") - 1
    text = marked.replace("{", "").replace("}", "")
    return {*around_sentence(text), *around_word(text, start, end)}


@pytest.mark.parametrize("context", topic_contexts(), ids=lambda context: context.id)
def test_a_context_is_found_in_its_example_and_not_in_its_counter(context: TopicContext) -> None:
    assert context.note
    assert context.id in contexts_of(context.example)
    assert context.id not in contexts_of(context.counter)


def test_a_denial_stays_in_its_clause() -> None:
    assert "denied" in contexts_of("Auch die {Feuerwehren} haben nicht mehr geübt.")
    assert "denied" not in contexts_of("Die {Feuerwehren} üben, weil das nicht teuer ist.")
    assert "denied" not in contexts_of("Nicht zuletzt die {Feuerwehren} üben zusammen.")


def test_a_given_name_makes_a_surname() -> None:
    assert is_vetoed(contexts_of("Es sprach Ralf {Schüler}, der Beauftragte."))
    assert not is_vetoed(contexts_of("Es sprachen die {Schüler}."))


@pytest.mark.parametrize(
    ("signs", "told"),
    [
        ({"helps"}, True),
        ({"meets"}, False),
        ({"meets", "tie"}, True),
        ({"meets", "recurs"}, True),
        ({"recurs", "short"}, False),
        ({"meets", "recurs", "short"}, True),
        ({"helps", "portrait"}, False),
        ({"helps", "exchanges", "advises", "portrait"}, True),
        ({"helps", "denied"}, False),
        ({"helps", "yielding"}, False),
        ({"helps", "only-present"}, False),
        ({"helps", "wants-partner"}, False),
        ({"helps", "wants-partner", "named"}, True),
        (set(), False),
    ],
)
def test_signs_decide(signs: set[str], told: bool) -> None:
    assert is_told(signs) is told


PAGE = "Unsere Partnerstädte\n\n"


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Mit Torgau verbindet uns seit 1988 eine Städtepartnerschaft. ", set()),
        ("Mit Torgau besteht eine Städtepartnerschaft; die Chöre besuchen sich.", {"culture"}),
        ("Mit Torgau besteht eine Städtepartnerschaft. Das Museum zeigt Torgaus Schloss.", set()),
        (
            "Mit Torgau besteht eine Städtepartnerschaft. Beim Aufbau der Verwaltung half man.",
            {"administration"},
        ),
        (
            "Mit Torgau besteht eine Städtepartnerschaft. Torgau bekam drei gebrauchte Busse.",
            {"aid", "transport"},
        ),
        (
            "Mit Torgau besteht eine Städtepartnerschaft. "
            "Auch die Feuerwehren besuchen einander nicht mehr.",
            set(),
        ),
        (
            "Mit Torgau besteht eine Städtepartnerschaft. "
            "Die Räte haben den Vertrag gemeinsam unterzeichnet.",
            set(),
        ),
        (
            "Mit Torgau besteht eine Städtepartnerschaft. Torgau hat 20000 Einwohner "
            "und ist berühmt für Theater, Kirchen und Sport.",
            set(),
        ),
    ],
)
def test_only_lived_cooperation_counts(reader: Any, text: str, topics: set[str]) -> None:
    line = reader.line(PAGE + text, host="Sindelfingen")
    assert {topic for pair in line["partnerships"] for topic in pair["topics"]} == topics


@pytest.mark.xfail(strict=True, reason="behind a semicolon the town before is spoken of as well")
def test_a_clause_tells_of_the_towns_that_it_names(reader: Any) -> None:
    line = reader.line(
        PAGE + "Mit Torgau und Dronfield bestehen Städtepartnerschaften. Mit Torgau tauschen die "
        "Rathäuser Mitarbeiter aus; mit Dronfield treffen sich die Chöre.",
        host="Sindelfingen",
    )
    found = {pair["b"]: pair["topics"] for pair in line["partnerships"]} | {
        pair["a"]: pair["topics"] for pair in line["partnerships"]
    }
    assert found["Torgau"] == ["administration"]
    assert found["Dronfield"] == ["culture"]
