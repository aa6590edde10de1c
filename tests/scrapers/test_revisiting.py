from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.revisiting import LONGEST_INTERVAL, Look, changes_per_second, interval, is_due

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_DAY = 86_400.0


def _looks(*found: tuple[float, str]) -> list[Look]:
    return [Look(at=_BEGIN + timedelta(days=day), digest=digest) for day, digest in found]


_SEEN = st.lists(
    st.tuples(st.floats(min_value=0, max_value=3000), st.sampled_from("abc")), max_size=30
).map(lambda found: _looks(*sorted(found)))


@pytest.mark.parametrize(
    ("found", "days"),
    [
        ([], 0),
        ([(0, "a")], 0),  # seen once
        ([(0, "a"), (1, "a")], 1),  # unchanged for a day
        ([(0, "a"), (1, "a"), (3, "a")], 3),
        ([(0, "a"), (7, "b")], 0),  # just changed
        ([(0, "a"), (400, "a")], 90),  # the cap
        # weekly looks, a change every other time: n = 8, X = 4
        ([(7 * n, "ab"[n // 2 % 2]) for n in range(9)], 0),
    ],
)
def test_intervals(found: list[tuple[float, str]], days: float) -> None:
    assert interval(_looks(*found)) == timedelta(days=days)


def test_the_estimate_is_that_of_the_paper() -> None:
    looks = _looks(*((day, str(day // 3)) for day in range(11)))  # 10 intervals, 3 changes
    assert changes_per_second(looks) == pytest.approx(-math.log(7.5 / 10.5) / _DAY)
    assert changes_per_second(looks[:1]) is None
    assert changes_per_second(_looks((0, "a"), (0, "b"))) is None


@pytest.mark.parametrize("days_between_changes", [3, 10, 40])
def test_the_rate_of_a_page_is_found(days_between_changes: float) -> None:
    """Looked at daily for two years, the rate is met within a fifth on average of 40 pages."""
    chance = random.Random(1)
    rates = []
    for _ in range(40):
        version, next_change, found = 0, chance.expovariate(1 / days_between_changes), []
        for day in range(730):
            while next_change <= day:
                version += 1
                next_change += chance.expovariate(1 / days_between_changes)
            found.append((day, str(version)))
        rates.append((changes_per_second(_looks(*found)) or 0) * _DAY)
    assert sum(rates) / len(rates) == pytest.approx(1 / days_between_changes, rel=0.2)


@given(_SEEN)
def test_intervals_are_bounded_by_what_was_seen(looks: list[Look]) -> None:
    found = interval(looks)
    assert timedelta(0) <= found <= LONGEST_INTERVAL
    if looks:
        assert found <= looks[-1].at - looks[0].at


@given(_SEEN, st.floats(min_value=0.01, max_value=100))
def test_one_more_unchanged_look_never_shortens(looks: list[Look], days: float) -> None:
    if looks:
        later = Look(at=looks[-1].at + timedelta(days=days), digest=looks[-1].digest)
        assert interval([*looks, later]) >= interval(looks)


@given(_SEEN)
def test_due_is_reached_and_stays(looks: list[Look]) -> None:
    last = looks[-1].at if looks else _BEGIN
    due = last + interval(looks)
    assert is_due(looks, now=due) and is_due(looks, now=due + timedelta(days=1))
    if interval(looks) > timedelta(seconds=1):
        assert not is_due(looks, now=due - timedelta(seconds=1))


def test_a_still_page_costs_few_looks() -> None:
    """Run weekly for three years, a page that never changes is fetched 16 times."""
    looks: list[Look] = []
    for week in range(156):
        now = _BEGIN + timedelta(weeks=week)
        if is_due(looks, now=now):
            looks.append(Look(at=now, digest="a"))
    assert len(looks) == 16
