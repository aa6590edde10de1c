"""The network as node-link JSON, Graphology JSON and GeoJSON; an item a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx

from network.graph import has_position
from network.release.cells import clean
from network.release.geometry import Point, great_circles, straight_line
from network.release.layout import positions

#: Okabe and Ito's palette, as in the explorer and the figures.
SIDE_COLORS = {
    "east": "#c85200",
    "west": "#0067a5",
    "berlin": "#a3488a",
    "abroad": "#007f5f",
    "unknown": "#77808a",
}

Attributes = dict[str, Any]
Edge = tuple[str, str, Attributes]


def ordered_edges(graph: nx.Graph[str]) -> list[Edge]:
    """Return the edges with both keys in ascending order, ordered by them."""
    edges = ((min(a, b), max(a, b), data) for a, b, data in graph.edges(data=True))
    return sorted(edges, key=lambda edge: edge[:2])


def write_node_link(path: Path, graph: nx.Graph[str]) -> None:
    """Write JSON with ``nodes`` and ``edges``, as d3 and NetworkX read it."""
    nodes = ({**graph.nodes[key], "id": key} for key in sorted(graph))
    edges = ({**data, "source": a, "target": b} for a, b, data in ordered_edges(graph))
    head = {"directed": False, "multigraph": False, "graph": {}}
    _write(path, head, {"nodes": nodes, "edges": edges})


def write_graphology(path: Path, graph: nx.Graph[str]) -> None:
    """Write Graphology's serialization, as sigma.js and Gephi Lite read it.

    Nodes have ``label``, ``x``, ``y``, ``size`` and ``color`` besides their own attributes: they
    lie as on a map, or near their partners where their position is not known.
    """
    places = positions(graph)

    def node(key: str) -> Attributes:
        data = graph.nodes[key]
        x, y = places[key]
        look = {
            "label": data["name"],
            "x": x,
            "y": y,
            "size": round(2 + graph.degree[key] ** 0.5, 2),
            "color": SIDE_COLORS[data.get("side", "unknown")],
        }
        return {"key": key, "attributes": {**data, **look}}

    def edge(a: str, b: str, data: Attributes) -> Attributes:
        return {
            "key": data["partnership_id"],
            "source": a,
            "target": b,
            "undirected": True,
            "attributes": {**data, "weight": data["belief"]},
        }

    head = {
        "attributes": {"name": "partnernetz"},
        "options": {"type": "undirected", "multi": False, "allowSelfLoops": False},
    }
    edges = (edge(*item) for item in ordered_edges(graph))
    _write(path, head, {"nodes": map(node, sorted(graph)), "edges": edges})


def write_geojson(path: Path, graph: nx.Graph[str], *, is_great_circle: bool = False) -> None:
    """Write partnerships as lines (RFC 7946, EPSG:4326: longitude, latitude in degrees).

    The geometry is a straight line on the map of degrees or the great circle, and null where the
    position of a partner is unknown.
    """
    edges = ordered_edges(graph)
    pairs = [_points(graph.nodes[a], graph.nodes[b]) for a, b, _ in edges]
    known = [pair for pair in pairs if pair is not None]
    lines = great_circles(known) if is_great_circle else (straight_line(a, b) for a, b in known)

    def feature(edge: Edge, points: tuple[Point, Point] | None) -> Attributes:
        a, b, data = edge
        return {
            "type": "Feature",
            "id": data["partnership_id"],
            "geometry": next(lines) if points is not None else None,
            "properties": {
                "a_id": a,
                "b_id": b,
                "a_name": graph.nodes[a]["name"],
                "b_name": graph.nodes[b]["name"],
                **data,
            },
        }

    _write(path, {"type": "FeatureCollection"}, {"features": map(feature, edges, pairs)})


def write_json(path: Path, content: Any) -> None:
    """Write JSON in UTF-8, indented by one so that versions can be compared by line."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(clean(text) + "\n", encoding="utf-8", newline="\n")


def _write(path: Path, head: Attributes, lists: dict[str, Iterable[Attributes]]) -> None:
    """Write an object of some plain values and long lists, an item a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("{\n")
        for name, value in head.items():
            file.write(f"{_dumped(name)}: {_dumped(value)},\n")
        for number, (name, items) in enumerate(lists.items()):
            file.write(f"{_dumped(name)}: [\n")
            file.writelines(_separated(items))
            file.write("\n]" + (",\n" if number < len(lists) - 1 else "\n"))
        file.write("}\n")


def _separated(items: Iterable[Attributes]) -> Iterator[str]:
    separator = ""
    for item in items:
        yield separator + _dumped(item)
        separator = ",\n"


def _dumped(value: Any) -> str:
    text = _ENCODE(value)
    if "\\u0000" in text:  # JSON could hold it, the other formats cannot
        text = _ENCODE(_cleaned(value))
    return text if text.isascii() else str(clean(text))


_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cleaned(item) for name, item in value.items()}
    return clean(value)


def _points(a: Attributes, b: Attributes) -> tuple[Point, Point] | None:
    """Return the positions of two places, None where one is not known."""
    if not has_position(a) or not has_position(b):
        return None
    return (a["longitude"], a["latitude"]), (b["longitude"], b["latitude"])
