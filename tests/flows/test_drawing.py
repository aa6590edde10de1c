import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flows.drawing
from flows.drawing import Axis, axis_of, bar, lifeline, sparkline

YEARS = st.lists(st.integers(800, 2030), min_size=1, max_size=30)


def test_the_examples_are_right():
    assert doctest.testmod(flows.drawing).failed == 0


@given(st.floats(0, 1), st.integers(1, 40))
def test_a_bar_is_as_wide_as_asked_and_grows(share, width):
    drawn = bar(share, width=width)
    assert len(drawn) == width
    assert (drawn.strip() == "") == (share == 0)
    assert (
        drawn.count("█") == int(share * width + 1e-9) or drawn.count("█") == int(share * width) + 1
    )


@given(YEARS, st.integers(1, 60))
def test_an_axis_holds_all_years_and_fits(years, width):
    axis = axis_of(years, width=width)
    assert axis is not None and axis.length <= max(width, 2)
    assert axis.first <= min(years) and max(years) <= axis.last
    assert all(0 <= axis.place(year) < axis.length for year in years)


@given(YEARS)
def test_a_sparkline_shows_every_year_with_anything(years):
    axis = axis_of(years, width=40)
    line = sparkline(dict.fromkeys(years, 1), axis)
    assert len(line) == axis.length and "█" in line
    assert {place for place, mark in enumerate(line) if mark != "·"} == {
        axis.place(year) for year in years
    }


AXIS = Axis(first=1980, step=1, length=10)


@pytest.mark.parametrize(
    ("spells", "events", "drawn"),
    [
        ([], [], "··········"),
        ([(1982, None)], [(1982, "start")], "··●━━━━━━━"),
        ([(None, 1985)], [(1985, "end")], "━━━━━×····"),
        ([(1981, 1983), (1987, None)], [(1983, "dormancy"), (1987, "revival")], "·━━○···◆━━"),
        ([(1982, None)], [(1982, "signing"), (1982, "start")], "··●━━━━━━━"),
        ([(1970, 2000)], [(1975, "start")], "●━━━━━━━━━"),
    ],
)
def test_lives_are_drawn(spells, events, drawn):
    assert lifeline(spells, events, AXIS) == drawn


def test_no_years_no_axis():
    assert axis_of([], width=10) is None
