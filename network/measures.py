"""Figures on places and on the whole network."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from network.centrality import betweenness

#: Above this number of partnerships communities are found by the faster method.
LOUVAIN_EDGES = 30_000
_SEED = 1986  # the year of the first German-German partnership; any fixed number would do


def place_measures(graph: nx.Graph[str]) -> list[dict[str, Any]]:
    """Return a row for each place, ordered by key.

    ``degree`` and ``east_west_degree`` count partnerships, ``first_year`` is when the first of
    them began, ``betweenness`` (0 to 1) is the share of shortest paths through the place,
    ``clustering`` (0 to 1) the share of pairs of partners that are partners themselves,
    ``component_id`` numbers the connected parts from the largest, which is 1; ``community_id``
    likewise the communities, parts with more partnerships within than chance would give.
    """
    between = betweenness(graph)
    clustering: dict[str, float] = dict(nx.clustering(graph))  # type: ignore[arg-type]
    component = _numbered(nx.connected_components(graph))
    community = _numbered(find_communities(graph))
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
                "betweenness": round(between[key], 6),
                "clustering": round(float(clustering[key]), 6),
                "component_id": component[key][0],
                "component_size": component[key][1],
                "community_id": community[key][0],
                "community_size": community[key][1],
            }
        )
    return rows


def network_measures(graph: nx.Graph[str], *, communities: Mapping[str, int]) -> dict[str, Any]:
    """Return figures on the whole network, for ``summary.json``.

    ``communities`` has the number of each place's community, as ``place_measures`` gives it.
    ``state_assortativity`` and ``degree_assortativity`` (-1 to 1, Newman 2003) are None where
    they are not defined: the first is taken among places whose state is known, a second state
    is needed; ``foundings_per_year`` counts partnerships by the year of their start.
    """
    edges = [data for _, _, data in graph.edges(data=True)]
    components = _ordered(nx.connected_components(graph))
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
        "communities": len(set(communities.values())),
        "modularity": _modularity(graph, communities),
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


def find_communities(graph: nx.Graph[str]) -> list[list[str]]:
    """Return the communities, the largest first.

    Louvain method (V. D. Blondel and others, "Fast unfolding of communities in large networks",
    Journal of Statistical Mechanics P10008, 2008); beyond ``LOUVAIN_EDGES`` label propagation
    (V. A. Traag, L. Šubelj, "Large network community detection by fast label propagation",
    Scientific Reports 13:2701, 2023), which is faster and coarser. Both with a fixed seed; other
    seeds may part some places otherwise.
    """
    keys = sorted(graph)
    index = {key: number for number, key in enumerate(keys)}
    # NetworkX walks through sets of nodes: those of numbers have the same order in every process
    numbered: nx.Graph[int] = nx.Graph()
    numbered.add_nodes_from(range(len(keys)))
    pairs = ((index[a], index[b]) for a, b in graph.edges)
    numbered.add_edges_from(sorted((min(pair), max(pair)) for pair in pairs))
    if numbered.number_of_edges() <= LOUVAIN_EDGES:
        parts = nx.community.louvain_communities(numbered, seed=_SEED) if keys else []
    else:
        parts = list(nx.community.fast_label_propagation_communities(numbered, seed=_SEED))
    return _ordered([keys[number] for number in part] for part in parts)


def _modularity(graph: nx.Graph[str], communities: Mapping[str, int]) -> float | None:
    if not graph.number_of_edges():
        return None
    parts: dict[int, set[str]] = defaultdict(set)
    for key in sorted(graph):
        parts[communities[key]].add(key)
    return _finite(nx.community.modularity(graph, list(parts.values())))


def _ordered(parts: Iterable[Iterable[str]]) -> list[list[str]]:
    """Return parts, the largest first, then by their first key."""
    return sorted((sorted(part) for part in parts), key=lambda part: (-len(part), part[0]))


def _numbered(parts: Iterable[Iterable[str]]) -> dict[str, tuple[int, int]]:
    """Return for each key the number of its part, from 1, and the part's size."""
    return {
        key: (number, len(part))
        for number, part in enumerate(_ordered(parts), start=1)
        for key in part
    }


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
