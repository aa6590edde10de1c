"""The start of a partnership and how it fares, chosen from many statements."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnernetz import edtf
from partnernetz.chronology import START_LADDER, choose_start, choose_status
from partnernetz.records import EVENTS, STATUSES

DATES = st.one_of(
    st.integers(1945, 2024).map(str),
    st.integers(1945, 2024).map("{}~".format),
    st.dates().map(lambda day: f"{1985 + day.year % 8}-{day.month:02d}-{min(day.day, 28):02d}"),
    st.builds("{}-{:02d}".format, st.integers(1985, 1992), st.integers(1, 12)),
    st.sampled_from(["196X", "1988-23", "1990/1991", "../1989-11-09"]),
)
EVENT_DATES: Any = st.lists(st.tuples(st.sampled_from(EVENTS), DATES), max_size=8)


def test_a_signing_beats_a_decision_and_a_decision_first_contact() -> None:
    events: Any = [
        ("contact", "1985"),
        ("decision", "1986-09-01"),
        ("signing", "1986-10-06"),
        ("renewal", "1996"),
    ]
    assert choose_start(events).date == "1986-10-06"
    assert choose_start(events[:2]).date == "1986-09-01"
    assert choose_start(events[:1]).date == "1985"


def test_a_renewal_is_never_a_start() -> None:
    assert choose_start([("renewal", "1996"), ("end", "2001")]).date is None


def test_the_first_of_a_double_signing_is_the_start() -> None:
    choice = choose_start(
        [("signing", "1987-06-22"), ("signing", "1987-06-22"), ("signing", "1987-05-11")]
    )
    assert choice.date == "1987-05-11"
    assert choice.alternatives == ("1987-06-22",)


def test_a_signing_years_before_is_no_double_signing() -> None:
    choice = choose_start(
        [("signing", "1987-06-22"), ("signing", "1987-06-22"), ("signing", "1980-05-11")]
    )
    assert choice.date == "1987-06-22"


def test_a_year_supports_the_day_within_it() -> None:
    choice = choose_start([("signing", "1990"), ("signing", "1990-10-03"), ("signing", "1991")])
    assert (choice.date, choice.alternatives) == ("1990-10-03", ("1991",))
    assert "2 times" in choice.reason


def test_what_most_statements_say_wins() -> None:
    events: Any = [("founding", "1988"), ("founding", "1990"), ("founding", "1990")]
    assert choose_start(events).date == "1990"


@given(EVENT_DATES, st.randoms(use_true_random=False))
def test_the_start_does_not_depend_on_the_order(events: list[Any], random: Any) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert choose_start(shuffled) == choose_start(events)


@given(EVENT_DATES)
def test_the_start_is_a_date_of_the_best_rung(events: list[Any]) -> None:
    choice = choose_start(events)
    events = [(event, date) for event, date in events if ".." not in date] or events
    rungs = [rung for rung in START_LADDER if any(event == rung for event, _ in events)]
    assert choice.event == (rungs[0] if rungs else None)
    if not rungs:
        assert choice.date is None
        return
    dates = [date for event, date in events if event == rungs[0]]
    assert choice.date in dates
    assert set(choice.alternatives) <= set(dates) - {choice.date}
    assert list(choice.alternatives) == sorted(choice.alternatives, key=edtf.sort_key)


@given(EVENT_DATES)
def test_saying_it_all_again_changes_no_start(events: list[Any]) -> None:
    once, twice = choose_start(events), choose_start(events + events)
    assert (once.date, once.alternatives) == (twice.date, twice.alternatives)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], "unknown"),
        ([("unknown", "2020")], "unknown"),
        ([("active", None), ("ended", None)], "ended"),
        ([("active", None), ("dormant", None)], "dormant"),
        ([("ended", "2001"), ("active", "2010")], "active"),
        ([("active", "2001"), ("ended", "2010"), ("active", None)], "ended"),
        ([("active", "2010"), ("dormant", "2010")], "dormant"),
    ],
)
def test_choose_status(statuses: Any, expected: str) -> None:
    assert choose_status(statuses) == expected


def test_a_revival_makes_active_again() -> None:
    assert choose_status([("dormant", "2001")], last_event="revival") == "active"


STATUS_DATES: Any = st.lists(st.tuples(st.sampled_from(STATUSES), st.none() | DATES), max_size=6)


@given(STATUS_DATES, st.randoms(use_true_random=False))
def test_the_status_does_not_depend_on_the_order(statuses: list[Any], random: Any) -> None:
    shuffled = list(statuses)
    random.shuffle(shuffled)
    assert choose_status(shuffled) == choose_status(statuses)


@given(STATUS_DATES)
def test_the_status_is_one_that_was_stated(statuses: list[Any]) -> None:
    stated = {status for status, _ in statuses} - {"unknown"}
    assert choose_status(statuses) in (stated or {"unknown"})
