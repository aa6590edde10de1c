"""Where the places of a network lie in a drawing of it."""

from __future__ import annotations

import math

import networkx as nx

from network.graph import has_position

#: Web Mercator ends here; the rest of the way to the pole is cut.
_MOST_LATITUDE = 85.0
_ROUND_ABOUT = 0.4  # degrees, how far a place without position stands from its partners
_MIDDLE_OF_GERMANY = (10.45, 51.16)


def positions(graph: nx.Graph[str]) -> dict[str, tuple[float, float]]:
    """Return x and y of each place: degrees of longitude, and of latitude in Mercator's projection.

    A place whose position is not known stands beside the middle of those partners whose is, else
    of Germany; such places are spread by the golden angle so that they do not hide each other.
    """
    known = {
        key: (data["longitude"], data["latitude"])
        for key, data in graph.nodes(data=True)
        if has_position(data)
    }
    placed = dict(known)
    for number, key in enumerate(key for key in sorted(graph) if key not in known):
        near = [known[other] for other in sorted(graph[key]) if other in known]
        x, y = _middle(near) if near else _MIDDLE_OF_GERMANY
        turn = number * math.pi * (3 - math.sqrt(5))
        placed[key] = x + _ROUND_ABOUT * math.cos(turn), y + _ROUND_ABOUT * math.sin(turn)
    return {key: (round(x, 5), _mercator(y)) for key, (x, y) in placed.items()}


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    return (
        sum(x for x, _ in points) / len(points),
        sum(y for _, y in points) / len(points),
    )


def _mercator(latitude: float) -> float:
    cut = max(-_MOST_LATITUDE, min(_MOST_LATITUDE, latitude))
    return round(math.degrees(math.asinh(math.tan(math.radians(cut)))), 5)
