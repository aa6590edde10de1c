"""The map of the explorer: projection, outlines of the states, places beyond the frame."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnernetz.errors import InputError

#: Germany's bounding box in degrees (west, south, east, north).
_WEST, _SOUTH, _EAST, _NORTH = 5.87, 47.27, 15.04, 55.06
_PIXELS_PER_DEGREE = 100.0
# An equirectangular projection that is true at the middle latitude is good enough for a country.
_SHRINK = math.cos(math.radians((_SOUTH + _NORTH) / 2))
_MARGIN = 34.0
#: Points of an outline closer than this are not told apart on the screen.
_NEAR_PIXELS = 0.9

WIDTH = round((_EAST - _WEST) * _SHRINK * _PIXELS_PER_DEGREE + 2 * _MARGIN, 1)
HEIGHT = round((_NORTH - _SOUTH) * _PIXELS_PER_DEGREE + 2 * _MARGIN, 1)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A state: its name and the ``d`` of an SVG path."""

    name: str
    path: str


def project(latitude: float, longitude: float) -> Point:
    """Return pixels from the left and from the top of the map."""
    x = (longitude - _WEST) * _SHRINK * _PIXELS_PER_DEGREE + _MARGIN
    y = (_NORTH - latitude) * _PIXELS_PER_DEGREE + _MARGIN
    return round(x, 1), round(y, 1)


def place_on_map(latitude: float, longitude: float) -> tuple[Point, bool]:
    """Return the position in pixels and whether it had to be moved to the rim.

    What lies beyond the frame stands where the line from the map's centre leaves the frame.
    """
    x, y = project(latitude, longitude)
    half_width, half_height = WIDTH / 2 - _MARGIN / 3, HEIGHT / 2 - _MARGIN / 3
    right, down = x - WIDTH / 2, y - HEIGHT / 2
    excess = max(abs(right) / half_width, abs(down) / half_height)
    if excess <= 1:
        return (x, y), False
    return (round(WIDTH / 2 + right / excess, 1), round(HEIGHT / 2 + down / excess, 1)), True


def state_outlines(path: Path) -> tuple[Outline, ...]:
    """Return the outlines of a GeoJSON file of states; raises InputError if it is unusable."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return tuple(
            Outline(name=str(feature["properties"]["name"]), path=_path(feature["geometry"]))
            for feature in features
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The outlines in {path} are missing or unreadable: get the file anew."
        ) from error


def _path(geometry: dict[str, Any]) -> str:
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    rings = (_thinned(ring) for polygon in polygons for ring in polygon)
    return "".join(_ring_path(ring) for ring in rings if len(ring) > 3)


def _thinned(ring: Sequence[Sequence[float]]) -> list[Point]:
    kept: list[Point] = []
    for longitude, latitude in ring:
        point = project(latitude, longitude)
        if not kept or math.dist(kept[-1], point) >= _NEAR_PIXELS:
            kept.append(point)
    return kept


def _ring_path(ring: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in ring) + "Z"
