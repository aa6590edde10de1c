"""Partnerships as a NetworkX graph."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import networkx as nx

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
    ``status``, ``topics`` (joined by a semicolon), ``belief``, ``evidence_count``,
    ``is_east_west``, ``distance_km``. Of several partnerships of one pair the one of the highest
    belief is the edge.
    """
    graph: nx.Graph[str] = nx.Graph()
    ordered = sorted(partnerships, key=lambda item: (item.a.key, item.b.key, item.belief))
    references = {ref.key: ref for item in ordered for ref in (item.a, item.b)}
    for key in sorted(references):
        graph.add_node(key, **_known(place_attributes(references[key], gazetteer)))
    for item in ordered:
        nodes = graph.nodes[item.a.key], graph.nodes[item.b.key]
        graph.add_edge(item.a.key, item.b.key, **_known(edge_attributes(item, *nodes)))
    return graph


def graph_at(graph: nx.Graph[str], year: int) -> nx.Graph[str]:
    """Return a copy of the network as it was in a year.

    It has the partnerships that had begun by then and had not ended before, and their places;
    partnerships whose start is unknown are in none.
    """
    edges = [
        (a, b)
        for a, b, data in graph.edges(data=True)
        if data.get("start_year", math.inf) <= year <= data.get("end_year", math.inf)
    ]
    copy: nx.Graph[str] = graph.edge_subgraph(edges).copy()
    return copy


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
        "status": item.status,
        "topics": ";".join(support.topic for support in item.topics),
        "belief": item.belief,
        "evidence_count": len(item.evidence_ids),
        "is_east_west": {a.get("side"), b.get("side")} == {"east", "west"},
        "distance_km": _distance(a, b),
    }


def _distance(a: Attributes, b: Attributes) -> float | None:
    if not all("latitude" in place and "longitude" in place for place in (a, b)):
        return None
    one, other = ((place["latitude"], place["longitude"]) for place in (a, b))
    return round(great_circle_km(one, other), 1)


def _known(attributes: Attributes) -> Attributes:
    return {name: value for name, value in attributes.items() if value is not None}


def _degrees(value: float | None) -> float | None:
    return None if value is None else round(float(value), 5)
