import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.release.geometry import great_circle, great_circles, straight_line
from partnernetz.places import great_circle_km

points = st.tuples(st.floats(-180, 180), st.floats(-89, 89))
SAARLOUIS, DALIAN, APIA, NADI = (6.75, 49.32), (121.6, 38.9), (-171.8, -13.8), (177.4, -17.8)


def parts(geometry):
    if geometry["type"] == "LineString":
        return [geometry["coordinates"]]
    return geometry["coordinates"]


def length(geometry):
    return sum(
        great_circle_km((a[1], a[0]), (b[1], b[0]))
        for part in parts(geometry)
        for a, b in pairwise(part)
    )


def test_a_straight_line_has_two_points():
    line = straight_line(SAARLOUIS, DALIAN)
    assert line == {"type": "LineString", "coordinates": [list(SAARLOUIS), list(DALIAN)]}


def test_the_great_circle_bends_to_the_north():
    (line,) = parts(great_circle(SAARLOUIS, DALIAN))
    assert max(latitude for _, latitude in line) > 60
    assert len(line) > 30


def test_lines_are_cut_at_the_antimeridian():
    for line in (straight_line(NADI, APIA), great_circle(NADI, APIA)):
        west, east = parts(line)
        assert west[-1][0] == 180.0
        assert east[0][0] == -180.0
        assert west[-1][1] == east[0][1]
        assert west[0] == list(NADI) and east[-1] == list(APIA)


@given(points, points)
def test_the_great_circle_is_the_shortest_way(a, b):
    shortest = great_circle_km((a[1], a[0]), (b[1], b[0]))
    if shortest > 19_900:  # nearly antipodes: there is no one great circle
        return
    line = great_circle(a, b)
    assert parts(line)[0][0] == pytest.approx(a, abs=1e-5)
    assert parts(line)[-1][-1] == pytest.approx(b, abs=1e-5)
    assert length(line) == pytest.approx(shortest, rel=1e-3, abs=0.1)  # rounded to a metre


@given(points, points)
def test_no_step_crosses_the_antimeridian(a, b):
    for line in (straight_line(a, b), great_circle(a, b)):
        for part in parts(line):
            for (west, south), (east, north) in pairwise(part):
                assert abs(east - west) <= 180
                assert all(map(math.isfinite, (west, south, east, north)))
                assert -180 <= west <= 180


@given(st.lists(st.tuples(points, points), max_size=5))
def test_many_great_circles_are_those_of_each(pairs):
    for line, (a, b) in zip(great_circles(pairs), pairs, strict=True):
        alone = parts(great_circle(a, b))
        assert [len(part) for part in parts(line)] == [len(part) for part in alone]
        for part, other in zip(parts(line), alone, strict=True):
            assert np.array(part) == pytest.approx(np.array(other), abs=2e-5)
