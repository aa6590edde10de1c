"""Lines between two places as GeoJSON geometries (RFC 7946)."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

#: Longitude and latitude in degrees.
Point = tuple[float, float]
Geometry = dict[str, Any]

#: A point of the great circle at least every so many degrees of arc (111 km each); the line between
#: two points is at most a kilometre off.
_STEP = 2.0
_DIGITS = 5


def straight_line(a: Point, b: Point) -> Geometry:
    """Return the line that is straight on a map of degrees, cut at the antimeridian."""
    return _geometry([a, b])


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
    return _geometry([a, *inner, b])


def _geometry(points: list[Point]) -> Geometry:
    parts: list[list[Point]] = [[points[0]]]
    for (west, south), (east, north) in pairwise(points):
        if abs(east - west) > 180:  # shorter across the antimeridian (RFC 7946, section 3.1.9)
            rim = math.copysign(180.0, west)
            unrolled = east + math.copysign(360.0, west)
            share = (rim - west) / (unrolled - west) if unrolled != west else 0.0
            height = south + share * (north - south)
            parts[-1].append((rim, height))
            parts.append([(-rim, height)])
        parts[-1].append((east, north))
    lines = [[[round(x, _DIGITS), round(y, _DIGITS)] for x, y in part] for part in parts]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _vector(point: Point) -> tuple[float, float, float]:
    longitude, latitude = map(math.radians, point)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )
