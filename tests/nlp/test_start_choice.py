"""Which of several dates is the start: the likeliest, or a more exact one within it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from nlp.start_features import StartCandidate
from nlp.start_ranker import pick


def candidates(*dates: str) -> list[StartCandidate]:
    return [cast(StartCandidate, SimpleNamespace(date=date, features={})) for date in dates]


@pytest.mark.parametrize(
    ("dates", "scores", "chosen"),
    [
        ([], [], None),
        (["1988"], [0.9], 0),
        (["1988"], [0.19], None),
        (["1988"], [0.2], 0),
        (["1987", "1990"], [0.3, 0.8], 1),
        (["1987", "1990"], [0.8, 0.8], 0),  # of equals the first
        (["1988", "1988-05-19"], [0.9, 0.3], 1),
        (["1988", "1988-05-19"], [0.9, 0.26], 0),
        (["1988", "1988-05"], [0.9, 0.5], 1),
        (["1988", "1988-23"], [0.9, 0.8], 0),  # a season is hardly more exact
        (["1988", "1989-05-19"], [0.9, 0.8], 0),
        (["1988-05", "1988-05-19", "1988-05-20"], [0.9, 0.4, 0.6], 2),
        (["1988", "1988"], [0.5, 0.4], 0),
    ],
)
def test_the_likeliest_or_a_more_exact_date_is_picked(
    dates: list[str], scores: list[float], chosen: int | None
) -> None:
    assert pick(candidates(*dates), scores, threshold=0.2) == chosen


def starts(reader: Any, text: str, host: str) -> list[str | None]:
    return [pair["since"] for pair in reader.line(text, host)["partnerships"]]


def test_a_day_is_preferred_to_its_year(reader: Any) -> None:
    text = (
        "Seit 1988 ist Naumburg unsere Partnerstadt. Unterzeichnet wurde der Vertrag der "
        "Städtepartnerschaft mit Naumburg am 30. Mai 1988."
    )
    assert starts(reader, text, "Aachen") == ["1988-05-30"]
