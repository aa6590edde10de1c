"""Betweenness: NetworkX' definition, computed by what is fast enough."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from network.arrays import Integers, Reals, edge_array, node_arrays

#: Up to this product of nodes and edges betweenness is exact (rustworkx; on this project's build
#: machine 8,000 nodes and 10,000 edges take 8 s, NetworkX 24 times as long). Beyond, it is
#: estimated from shortest paths out of some places only.
EXACT_WORK = 100_000_000
PIVOTS = 250
_SEED = 1986
#: Above any number of nodes: threads would add up in another order each time.
_NO_THREADS = 2**31


def betweenness(graph: nx.Graph[str]) -> dict[str, float]:
    """Return for each place the share of shortest paths that lead through it (0 to 1).

    Equal to ``networkx.betweenness_centrality``. In large networks (``EXACT_WORK``) it is estimated
    from ``PIVOTS`` places (U. Brandes, C. Pich, "Centrality estimation in large networks",
    International Journal of Bifurcation and Chaos 17:2303, 2007), always the same ones.
    """
    nodes = node_arrays(graph)
    edges = edge_array(graph, nodes)
    count = len(nodes.keys)
    if count * len(edges) <= EXACT_WORK:
        values = _exact(edges, count)
    else:
        values = _estimated(edges, count, pivots=min(PIVOTS, count))
    return {key: float(value) for key, value in zip(nodes.keys, values, strict=True)}


def _exact(edges: Integers, count: int) -> Reals:
    import rustworkx

    graph: Any = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(count))
    graph.add_edges_from_no_data([(int(a), int(b)) for a, b in edges])
    found = rustworkx.betweenness_centrality(graph, parallel_threshold=_NO_THREADS)
    return np.array([found[number] for number in range(count)], dtype=np.float64)


def _estimated(edges: Integers, count: int, *, pivots: int) -> Reals:
    source = np.concatenate([edges[:, 0], edges[:, 1]])
    target = np.concatenate([edges[:, 1], edges[:, 0]])
    chosen = np.random.default_rng(_SEED).choice(count, size=pivots, replace=False)
    total = np.zeros(count)
    for pivot in np.sort(chosen):
        total += _dependencies(source, target, int(pivot), count)
    pairs = (count - 1) * (count - 2)
    return np.minimum(total * count / pivots / pairs, 1.0)


def _dependencies(source: Integers, target: Integers, pivot: int, count: int) -> Reals:
    """Return how much the shortest paths from one node depend on each other one.

    U. Brandes, "A faster algorithm for betweenness centrality", Journal of Mathematical Sociology
    25:163, 2001, theorem 6, a distance from the pivot at a time.
    """
    distance = np.full(count, -1, dtype=np.int64)
    paths = np.zeros(count)
    distance[pivot], paths[pivot] = 0, 1.0
    steps: list[tuple[Integers, Integers]] = []
    reached = np.zeros(count, dtype=np.bool_)
    reached[pivot] = True
    while reached.any():
        leads_on = reached[source] & (distance[target] < 0)
        one, other = source[leads_on], target[leads_on]
        steps.append((one, other))
        paths += np.bincount(other, weights=paths[one], minlength=count)
        reached = np.zeros(count, dtype=np.bool_)
        reached[other] = True
        distance[other] = len(steps)
    dependency = np.zeros(count)
    for one, other in reversed(steps):
        share = paths[one] / paths[other] * (1 + dependency[other])
        dependency += np.bincount(one, weights=share, minlength=count)
    dependency[pivot] = 0
    return dependency
