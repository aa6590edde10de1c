"""A network as arrays, for what is worked out for many networks of the same places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_EARTH_RADIUS_KM = 6371.0088  # mean radius R1, IUGG


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeArrays:
    """Attributes of the places in the order of their keys.

    ``side`` and ``state`` are codes with -1 for unknown, ``log_population`` is to the base 10,
    positions are in radians; what is unknown is NaN.
    """

    keys: tuple[str, ...]
    sides: tuple[str, ...]
    states: tuple[str, ...]
    side: Integers
    state: Integers
    log_population: Reals
    latitude: Reals
    longitude: Reals


def node_arrays(graph: nx.Graph[str]) -> NodeArrays:
    """Return the attributes of a graph's nodes, ordered by key."""
    keys = tuple(sorted(graph))
    data = [graph.nodes[key] for key in keys]
    sides, side = _codes([item.get("side") for item in data])
    states, state = _codes([item.get("state") for item in data])
    population = [item.get("population") or None for item in data]
    return NodeArrays(
        keys=keys,
        sides=sides,
        states=states,
        side=side,
        state=state,
        log_population=np.log10(_reals(population)),
        latitude=np.radians(_reals([item.get("latitude") for item in data])),
        longitude=np.radians(_reals([item.get("longitude") for item in data])),
    )


def edge_array(graph: nx.Graph[str], nodes: NodeArrays) -> Integers:
    """Return the edges as an array of shape (edges, 2), in the order of their keys."""
    index = {key: number for number, key in enumerate(nodes.keys)}
    pairs = sorted(sorted((index[a], index[b])) for a, b in graph.edges)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def distances_km(edges: Integers, nodes: NodeArrays) -> Reals:
    """Return the great circle distance of each edge (haversine formula), NaN where unknown."""
    one, other = edges.T
    half_latitude = (nodes.latitude[other] - nodes.latitude[one]) / 2
    half_longitude = (nodes.longitude[other] - nodes.longitude[one]) / 2
    chord = (
        np.sin(half_latitude) ** 2
        + np.cos(nodes.latitude[one]) * np.cos(nodes.latitude[other]) * np.sin(half_longitude) ** 2
    )
    return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


def component_labels(edges: Integers, count: int) -> Integers:
    """Return for each node the smallest number of a node that it is connected with."""
    labels = np.arange(count, dtype=np.int64)
    one, other = edges.T
    while True:
        smaller = labels.copy()
        np.minimum.at(smaller, one, labels[other])
        np.minimum.at(smaller, other, labels[one])
        smaller = smaller[smaller]  # jump to the label of the label
        if np.array_equal(smaller, labels):
            return labels
        labels = smaller


def triangle_count(edges: Integers, count: int) -> int:
    """Return the number of triangles of a simple graph.

    Each edge points to the end of the higher degree, so that hubs have few edges out; each pair of
    edges out of one node is looked up among the edges (the forward algorithm: T. Schank, D. Wagner,
    "Finding, counting and listing all triangles in large graphs", WEA 2005).
    """
    degree = np.bincount(edges.ravel(), minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort((np.arange(count), degree))] = np.arange(count)
    ranked = np.sort(rank[edges], axis=1)
    ranked = ranked[np.lexsort((ranked[:, 1], ranked[:, 0]))]
    source, target = ranked.T
    present = source * count + target
    out = np.bincount(source, minlength=count)
    last = np.cumsum(out)[source]  # exclusive, of each edge's source
    later = last - np.arange(len(ranked)) - 1  # edges of the same source after this one
    first = np.repeat(np.arange(len(ranked)), later)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later) + 1
    wanted = target[first] * count + target[first + offset]
    if not len(wanted):
        return 0
    found = np.minimum(np.searchsorted(present, wanted), len(present) - 1)
    return int((present[found] == wanted).sum())


def _codes(values: list[Any]) -> tuple[tuple[str, ...], Integers]:
    names = tuple(sorted({value for value in values if value}))
    code = {name: number for number, name in enumerate(names)}
    return names, np.array([code.get(value, -1) for value in values], dtype=np.int64)


def _reals(values: list[Any]) -> Reals:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
