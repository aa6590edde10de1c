"""Partnerships as a NetworkX graph."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import networkx as nx

from network.spells import read_spells, spells_of, write_spells
from partnernetz import edtf
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer, Place, great_circle_km
from partnernetz.records import Partnership, PlaceReference

Attributes = dict[str, Any]


def build_graph(partnerships: Iterable[Partnership], gazetteer: Gazetteer) -> nx.Graph[str]:
    """Return the network: nodes are place keys, edges partnerships.

    Attributes are strings, numbers and booleans (never None: what is unknown is left out), so that
    every graph format can hold them. Nodes bear those of ``place_attributes``; edges
    ``partnership_id``, ``kind``, ``start_date``, ``start_year``, ``end_date``, ``end_year``,
    ``spells`` (see ``write_spells``), ``status``, ``topics`` (joined by a semicolon), ``belief``,
    ``evidence_count``, ``is_east_west``, ``distance_km``. Of several partnerships of one pair the
    one of the highest belief is the edge.
    """
    graph: nx.Graph[str] = nx.Graph()
    ordered = sorted(partnerships, key=lambda item: (item.a.key, item.b.key, item.belief))
    references = {ref.key: ref for item in ordered for ref in (item.a, item.b)}
    for key in sorted(references):
        graph.add_node(key, **_known(place_attributes(references[key], gazetteer)))
    for item in ordered:
        a, b = item.a.key, item.b.key
        if graph.has_edge(a, b):
            graph.remove_edge(a, b)
        graph.add_edge(a, b, **_known(edge_attributes(item, graph.nodes[a], graph.nodes[b])))
    return graph


def graph_at(graph: nx.Graph[str], year: int, *, cumulative: bool = False) -> nx.Graph[str]:
    """Return a copy of the network as it was in a year: partnerships and their places.

    It has the partnerships that were active in that year: begun, not ended before, not at rest.
    With ``cumulative`` it has all that had begun by then, whatever became of them. Partnerships
    whose start is unknown are in none.
    """
    edges = [
        (a, b)
        for a, b, data in graph.edges(data=True)
        if (has_begun(data, year) if cumulative else is_active(data, year))
    ]
    copy: nx.Graph[str] = graph.edge_subgraph(edges).copy()
    return copy


def has_begun(edge: Attributes, year: int) -> bool:
    """Return whether an edge had begun by the end of a year; never where its start is unknown."""
    return bool(edge.get("start_year", math.inf) <= year)


def is_active(edge: Attributes, year: int) -> bool:
    """Return whether an edge was active at some time in a year; never without a known start."""
    return has_begun(edge, year) and any(
        (first is None or first <= year) and (last is None or year <= last)
        for first, last in read_spells(edge.get("spells", ""))
    )


def place_attributes(reference: PlaceReference, gazetteer: Gazetteer) -> Attributes:
    """Return name, kind, state, side, country, population, position and where known from.

    The position is in degrees (WGS84), rounded to five digits (a metre).
    """
    place = find_place(reference.id, gazetteer)
    if place is None:
        is_abroad = reference.country is not None and reference.country != "DE"
        return {
            "name": reference.name,
            "kind": None,
            "country": reference.country,
            "state": None,
            "side": "abroad" if is_abroad else None,
            "population": None,
            "latitude": None,
            "longitude": None,
            "is_in_gazetteer": False,
        }
    return {
        "name": place.name,
        "kind": place.kind,
        "country": place.country,
        "state": place.state,
        "side": place.side,
        "population": place.population,
        "latitude": _degrees(place.latitude),
        "longitude": _degrees(place.longitude),
        "is_in_gazetteer": True,
    }


def find_place(place_id: str | None, gazetteer: Gazetteer) -> Place | None:
    """Return the place of an id, None without one or where the gazetteer lacks it."""
    if place_id is None:
        return None
    try:
        return gazetteer.place(place_id)
    except PlaceUnknownError:
        return None


def edge_attributes(item: Partnership, a: Attributes, b: Attributes) -> Attributes:
    """Return the attributes of a partnership between places of the given attributes."""
    return {
        "partnership_id": item.id,
        "kind": item.kind,
        "start_date": item.start_date,
        "start_year": edtf.year(item.start_date) if item.start_date else None,
        "end_date": item.end_date,
        "end_year": edtf.year(item.end_date) if item.end_date else None,
        "spells": write_spells(spells_of(item)) or None,
        "status": item.status,
        "topics": ";".join(support.topic for support in item.topics),
        "belief": item.belief,
        "evidence_count": len(item.evidence_ids),
        "is_east_west": {a.get("side"), b.get("side")} == {"east", "west"},
        "distance_km": _distance(a, b),
    }


def _distance(a: Attributes, b: Attributes) -> float | None:
    if not has_position(a) or not has_position(b):
        return None
    one, other = ((place["latitude"], place["longitude"]) for place in (a, b))
    return round(great_circle_km(one, other), 1)


def has_position(place: Attributes) -> bool:
    """Return whether the position of a place is known."""
    return place.get("latitude") is not None and place.get("longitude") is not None


def _known(attributes: Attributes) -> Attributes:
    return {name: value for name, value in attributes.items() if value is not None}


def _degrees(value: float | None) -> float | None:
    return None if value is None else round(float(value), 5)
