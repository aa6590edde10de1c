"""Lines between two places as GeoJSON geometries (RFC 7946)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

#: Longitude and latitude in degrees.
Point = tuple[float, float]
Geometry = dict[str, Any]

#: A point of the great circle at least every so many degrees of arc (111 km each); the line between
#: two points is at most a kilometre off.
_STEP = 2.0
_DIGITS = 5
#: Between longitudes of less than this no great circle comes to the antimeridian.
_FAR_FROM_RIM = 90.0


def straight_line(a: Point, b: Point) -> Geometry:
    """Return the line that is straight on a map of degrees, cut at the antimeridian."""
    return _geometry([a, b], _latitude_between)


def great_circle(a: Point, b: Point) -> Geometry:
    """Return the great circle between two points, cut at the antimeridian.

    Points are interpolated on the sphere (Shoemake's slerp); between antipodes, where there is no
    one great circle, the line is straight.
    """
    one, other = _vector(a), _vector(b)
    angle = math.acos(max(-1.0, min(1.0, sum(x * y for x, y in zip(one, other, strict=True)))))
    if angle < 1e-9 or math.pi - angle < 1e-6:
        return straight_line(a, b)
    parts = max(1, math.ceil(math.degrees(angle) / _STEP))
    inner = []
    for number in range(1, parts):
        share = number / parts
        weights = math.sin((1 - share) * angle), math.sin(share * angle)
        x, y, z = (weights[0] * p + weights[1] * q for p, q in zip(one, other, strict=True))
        inner.append(
            (math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y))))
        )
    return _geometry([a, *inner, b], _latitude_on_circle)


def great_circles(pairs: Sequence[tuple[Point, Point]]) -> Iterator[Geometry]:
    """Yield what ``great_circle`` returns for each pair of points, worked out for all at once."""
    if not pairs:
        return
    degrees = np.array(pairs, dtype=np.float64)  # pair, end, longitude and latitude
    longitude, latitude = np.moveaxis(np.radians(degrees), 2, 0)
    vectors = np.stack(
        (
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ),
        axis=2,
    )
    one, other = vectors[:, 0], vectors[:, 1]
    angle = np.arccos(np.clip((one * other).sum(axis=1), -1.0, 1.0))
    parts = np.maximum(1, np.ceil(np.degrees(angle) / _STEP)).astype(np.int64)
    owner = np.repeat(np.arange(len(pairs)), parts - 1)
    bounds = np.concatenate([[0], np.cumsum(parts - 1)])
    share = (np.arange(len(owner)) - bounds[owner] + 1) / parts[owner]
    weights = np.sin((1 - share) * angle[owner]), np.sin(share * angle[owner])
    x, y, z = (weights[0][:, None] * one[owner] + weights[1][:, None] * other[owner]).T
    inner = np.degrees(np.stack((np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))), axis=1))
    inner, ends = np.round(inner, _DIGITS).tolist(), np.round(degrees, _DIGITS).tolist()
    # what is near the antimeridian, or where there is no one great circle, has its own care
    is_simple = (np.abs(degrees[:, :, 0]) < _FAR_FROM_RIM).all(axis=1) & (angle > 1e-6)
    for number, (a, b) in enumerate(pairs):
        if is_simple[number]:
            between = inner[bounds[number] : bounds[number + 1]]
            yield {
                "type": "LineString",
                "coordinates": [ends[number][0], *between, ends[number][1]],
            }
        else:
            yield great_circle(a, b)


def _geometry(points: list[Point], crossing: Callable[[Point, Point], float]) -> Geometry:
    parts: list[list[Point]] = [[points[0]]]
    for (west, south), (east, north) in pairwise(points):
        if abs(east - west) > 180:  # shorter across the antimeridian (RFC 7946, section 3.1.9)
            rim = math.copysign(180.0, west)
            height = crossing((west, south), (east, north))
            parts[-1].append((rim, height))
            parts.append([(-rim, height)])
        parts[-1].append((east, north))
    lines = [[[round(x, _DIGITS), round(y, _DIGITS)] for x, y in part] for part in parts]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _latitude_between(a: Point, b: Point) -> float:
    """Return where the line that is straight in degrees crosses the antimeridian."""
    width = b[0] + math.copysign(360.0, a[0]) - a[0]
    share = (math.copysign(180.0, a[0]) - a[0]) / width if width else 0.0
    return a[1] + share * (b[1] - a[1])


def _latitude_on_circle(a: Point, b: Point) -> float:
    """Return where the great circle crosses the antimeridian: its chord meets the plane y = 0."""
    one, other = _vector(a), _vector(b)
    share = one[1] / (one[1] - other[1]) if one[1] != other[1] else 0.0
    x, z = (one[axis] + share * (other[axis] - one[axis]) for axis in (0, 2))
    return math.degrees(math.atan2(z, abs(x)))


def _vector(point: Point) -> tuple[float, float, float]:
    longitude, latitude = map(math.radians, point)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )
