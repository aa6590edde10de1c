"""Figures on places and on the whole network."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from typing import Any

import networkx as nx

#: Above this size betweenness is estimated from as many pivots (Brandes and Pich 2007), as the
#: exact computation grows with nodes times edges.
EXACT_BETWEENNESS_NODES = 1500
PIVOTS = 400
_SEED = 1986  # the year of the first German-German partnership; any fixed number would do


def place_measures(graph: nx.Graph[str]) -> list[dict[str, Any]]:
    """Return a row for each place, ordered by key.

    ``degree`` and ``east_west_degree`` count partnerships, ``first_year`` is when the first of
    them began, ``betweenness`` (0 to 1) is the share of shortest paths through the place,
    ``clustering`` (0 to 1) the share of pairs of partners that are partners themselves,
    ``component_id`` numbers the connected parts from the largest, which is 1.
    """
    betweenness = _betweenness(graph)
    clustering: dict[str, float] = dict(nx.clustering(graph))  # type: ignore[arg-type]
    component = {
        key: (number, len(keys))
        for number, keys in enumerate(_components(graph), start=1)
        for key in keys
    }
    rows = []
    for key in sorted(graph):
        edges = [data for _, _, data in graph.edges(key, data=True)]
        rows.append(
            {
                "place_id": key,
                "degree": len(edges),
                "east_west_degree": sum(data["is_east_west"] for data in edges),
                "first_year": min(
                    (d["start_year"] for d in edges if "start_year" in d), default=None
                ),
                "betweenness": round(betweenness[key], 6),
                "clustering": round(float(clustering[key]), 6),
                "component_id": component[key][0],
                "component_size": component[key][1],
            }
        )
    return rows


def network_measures(graph: nx.Graph[str]) -> dict[str, Any]:
    """Return figures on the whole network, for ``summary.json``.

    ``state_assortativity`` and ``degree_assortativity`` (-1 to 1, Newman 2003) are None where
    they are not defined: the first is taken among places whose state is known, a second state
    is needed; ``foundings_per_year`` counts partnerships by the year of their start.
    """
    edges = [data for _, _, data in graph.edges(data=True)]
    components = _components(graph)
    distances = [data["distance_km"] for data in edges if "distance_km" in data]
    years = Counter(data["start_year"] for data in edges if "start_year" in data)
    return {
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "east_west_edges": sum(data["is_east_west"] for data in edges),
        "components": len(components),
        "largest_component": len(components[0]) if components else 0,
        "mean_degree": round(2 * len(edges) / len(graph), 6) if len(graph) else None,
        "state_assortativity": _state_assortativity(graph),
        "degree_assortativity": _degree_assortativity(graph),
        "median_distance_km": round(statistics.median(distances), 1) if distances else None,
        "edges_by_kind": _counts(data["kind"] for data in edges),
        "edges_by_status": _counts(data["status"] for data in edges),
        "edges_by_topic": _counts(
            topic for data in edges for topic in data["topics"].split(";") if topic
        ),
        "nodes_by_side": _counts(data.get("side", "unknown") for _, data in graph.nodes(data=True)),
        "edges_without_start": sum("start_year" not in data for data in edges),
        "foundings_per_year": {str(year): years[year] for year in sorted(years)},
    }


def _components(graph: nx.Graph[str]) -> list[list[str]]:
    """Return the connected parts, the largest first, then by their first key."""
    parts = [sorted(part) for part in nx.connected_components(graph)]
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def _betweenness(graph: nx.Graph[str]) -> dict[str, float]:
    if len(graph) <= EXACT_BETWEENNESS_NODES:
        return nx.betweenness_centrality(graph)
    return nx.betweenness_centrality(graph, k=PIVOTS, seed=_SEED)


def _state_assortativity(graph: nx.Graph[str]) -> float | None:
    known = graph.subgraph([key for key, data in graph.nodes(data=True) if data.get("state")])
    states = {graph.nodes[key]["state"] for edge in known.edges for key in edge}
    if len(states) < 2:
        return None
    return _finite(nx.attribute_assortativity_coefficient(known, "state"))


def _degree_assortativity(graph: nx.Graph[str]) -> float | None:
    # undefined where all ends of edges have the same degree
    if len({graph.degree[key] for edge in graph.edges for key in edge}) < 2:
        return None
    return _finite(nx.degree_assortativity_coefficient(graph))


def _finite(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None


def _counts(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
