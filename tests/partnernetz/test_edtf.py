"""EDTF dates: bounds, order, containment and widening hold for any dates."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partnernetz import edtf
from partnernetz.errors import InputError

YEARS = st.integers(1000, 2100) | st.integers(1, 9999)
DAYS = st.dates().map(date.isoformat)
SINGLE = st.one_of(
    DAYS,
    YEARS.map("{:04d}".format),
    YEARS.map("{:04d}~".format),
    st.builds("{:04d}-{:02d}".format, YEARS, st.integers(1, 12)),
    st.builds("{:04d}-{}".format, YEARS, st.integers(21, 24)),
    st.integers(100, 209).map("{}X".format),
)


def interval(first: str, second: str) -> str:
    """Return an interval from the earlier to the later date, else the first one."""
    ordered = sorted((first, second), key=edtf.sort_key)
    text = f"{ordered[0]}/{ordered[1]}"
    return text if edtf.is_valid(text) else first


DATES = st.one_of(
    SINGLE,
    st.builds(interval, SINGLE, SINGLE),
    DAYS.map("../{}".format),
    DAYS.map("{}/..".format),
).filter(edtf.is_valid)


#: Dates so near to one another that many of them contain others or begin together.
NEAR = st.sampled_from(
    "1989 1989~ 1990 198X 1989-09 1989-23 1989-11 1989-09-01 1989-11-09 1990-01-01 1989/1990 "
    "1990/1991 1980/1989 1989-11-09/1989-12-14 ../1989-11-09 ../1989 1989/.. 1989-09-01/..".split()
)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("1986-09-19", date(1986, 9, 19), date(1986, 9, 19)),
        ("1988", date(1988, 1, 1), date(1988, 12, 31)),
        ("1988~", date(1988, 1, 1), date(1988, 12, 31)),
        ("1988-02", date(1988, 2, 1), date(1988, 2, 29)),
        ("1988-23", date(1988, 9, 1), date(1988, 11, 30)),
        ("196X", date(1960, 1, 1), date(1969, 12, 31)),
        ("1990/1991", date(1990, 1, 1), date(1991, 12, 31)),
        ("../1989-11-09", date.min, date(1989, 11, 9)),
        ("1989/..", date(1989, 1, 1), date.max),
        ("0987", date(987, 1, 1), date(987, 12, 31)),
    ],
)
def test_bounds(text: str, earliest: date, latest: date) -> None:
    assert edtf.bounds(text) == edtf.Bounds(earliest=earliest, latest=latest)


@pytest.mark.parametrize(
    "text",
    ["", "neulich", "1988-13", "1990-02-30", "1991/1990", "../..", "/", "0000", "90", "1990-5-1"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert not edtf.is_valid(text)
    with pytest.raises(InputError):
        edtf.bounds(text)


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    if edtf.is_valid(text):
        assert edtf.bounds(text).days >= 1


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("1986-09-19", "day"),
        ("1986-09", "month"),
        ("1986-23", "season"),
        ("1986~", "year"),
        ("198X", "decade"),
        ("1986/1987", "interval"),
        ("../1989-11-09", "interval"),
    ],
)
def test_precision(text: str, precision: str) -> None:
    assert edtf.precision(text) == precision


@given(DATES)
def test_bounds_are_in_order_and_count_their_days(text: str) -> None:
    found = edtf.bounds(text)
    assert found.earliest <= found.latest
    assert found.days == found.latest.toordinal() - found.earliest.toordinal() + 1


@given(DATES)
def test_every_date_contains_and_overlaps_itself(text: str) -> None:
    assert edtf.contains(text, text)
    assert edtf.overlaps(text, text)


@given(NEAR, NEAR, NEAR)
def test_containment_is_transitive(outer: str, middle: str, inner: str) -> None:
    if edtf.contains(outer, middle) and edtf.contains(middle, inner):
        assert edtf.contains(outer, inner)


@given(DATES | NEAR, DATES | NEAR)
def test_overlap_is_symmetric_and_follows_from_containment(left: str, right: str) -> None:
    assert edtf.overlaps(left, right) == edtf.overlaps(right, left)
    if edtf.contains(left, right):
        assert edtf.overlaps(left, right)


@given(DATES | NEAR, DATES | NEAR)
def test_overlapping_dates_share_a_day(left: str, right: str) -> None:
    one, other = edtf.bounds(left), edtf.bounds(right)
    day = max(one.earliest, other.earliest).isoformat()
    shared = edtf.contains(left, day) and edtf.contains(right, day)
    assert edtf.overlaps(left, right) == shared


@given(DATES, DATES)
def test_order_is_total_and_agrees_with_the_bounds(left: str, right: str) -> None:
    one, other = edtf.sort_key(left), edtf.sort_key(right)
    assert (one < other) + (other < one) + (left == right) == 1
    if edtf.bounds(left).earliest < edtf.bounds(right).earliest:
        assert one < other
    if edtf.bounds(left).latest < edtf.bounds(right).earliest:
        assert one < other


@given(NEAR, NEAR)
def test_the_more_exact_of_two_dates_that_begin_together_comes_first(left: str, right: str) -> None:
    one, other = edtf.bounds(left), edtf.bounds(right)
    if one.earliest == other.earliest and one.days < other.days:
        assert edtf.sort_key(left) < edtf.sort_key(right)


def _can_widen(left: str, right: str) -> bool:
    """Return whether the dates are not open on opposite sides, where nothing bounds both."""
    bounds = [edtf.bounds(left), edtf.bounds(right)]
    return not (
        min(b.earliest for b in bounds) == date.min and max(b.latest for b in bounds) == date.max
    )


@given(DATES | NEAR, DATES | NEAR)
def test_widening_contains_both_and_no_day_more(left: str, right: str) -> None:
    assume(_can_widen(left, right))
    wide = edtf.bounds(edtf.widen(left, right))
    one, other = edtf.bounds(left), edtf.bounds(right)
    assert wide.earliest == min(one.earliest, other.earliest)
    assert wide.latest == max(one.latest, other.latest)


@given(DATES, DATES)
def test_widening_does_not_depend_on_the_order(left: str, right: str) -> None:
    assume(_can_widen(left, right))
    assert edtf.bounds(edtf.widen(left, right)) == edtf.bounds(edtf.widen(right, left))


@pytest.mark.parametrize(
    ("left", "right", "wide"),
    [
        ("1990", "1990-10-03", "1990"),
        ("1988", "1990", "1988/1990"),
        ("1988~", "1988", "1988~"),
        ("1989-12-14", "1989-12-21", "1989-12-14/1989-12-21"),
        ("0987", "0990", "0987/0990"),
        ("../1980", "1985", "../1985"),
        ("1985", "1990/..", "1985/.."),
    ],
)
def test_widen(left: str, right: str, wide: str) -> None:
    assert edtf.widen(left, right) == wide


def test_what_is_open_on_both_sides_cannot_be_widened_to_a_date() -> None:
    with pytest.raises(InputError):
        edtf.widen("../1980", "1990/..")


@given(DATES)
def test_the_year_is_one_of_the_date(text: str) -> None:
    found = edtf.bounds(text)
    assert edtf.year(text) in (found.earliest.year, found.latest.year)


@given(YEARS, st.integers(1, 12), st.integers(1, 31))
def test_parts_make_the_date_that_they_name(year: int, month: int, day: int) -> None:
    assert edtf.year(edtf.from_parts(year)) == year
    assert edtf.contains(edtf.from_parts(year), edtf.from_parts(year, month))
    if day > calendar.monthrange(year, month)[1]:
        with pytest.raises(InputError):
            edtf.from_parts(year, month, day)
    else:
        text = edtf.from_parts(year, month, day)
        assert text == date(year, month, day).isoformat()
        assert edtf.contains(edtf.from_parts(year, month), text)


@pytest.mark.parametrize("parts", [(0,), (10_000,), (1990, 13), (1990, 0), (1990, 2, 30)])
def test_impossible_parts_are_refused(parts: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        edtf.from_parts(*parts)
