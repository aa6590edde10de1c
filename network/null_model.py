"""Random networks in which every place keeps its number of partners.

What a network of these degrees would look like by chance, and how far the real one is from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np

from network.arrays import Flags, Integers, edge_array, node_arrays
from network.statistics import STATISTICS

#: Any fixed number: the same network gives the same random ones.
SEED = 1986
#: How many random networks a small network is compared with; large ones with fewer, as their
#: figures vary less, so that the time stays bounded.
MOST_SAMPLES, LEAST_SAMPLES = 200, 40
_EDGES_IN_ALL = 4_000_000
#: Rounds of switching before the first network and between two. A round proposes a switch for
#: about half of the edges; see ``tests/network/test_null_model.py`` for how fast that mixes.
_FIRST_ROUNDS, _ROUNDS = 40, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A figure of the network beside those of random networks of the same degrees.

    ``edges`` is the number of partnerships that the figure can speak of. ``random_low`` and
    ``random_high`` bound the middle 95 % of the random figures; ``z_score`` counts standard
    deviations from their mean and is None where they do not vary. ``p_value`` is two-sided, twice
    the share of networks, the real one among them, that are as far out (at most 1). What is
    undefined is None.
    """

    name: str
    observed: float | None
    edges: int
    samples: int
    random_mean: float | None
    random_deviation: float | None
    random_low: float | None
    random_high: float | None
    z_score: float | None
    p_value: float | None


def compare_with_random(
    graph: nx.Graph[str], *, samples: int | None = None, seed: int = SEED
) -> tuple[Comparison, ...]:
    """Return the figures of ``STATISTICS`` on a network, compared with random networks.

    The same network, samples and seed give the same figures. ``samples`` is by default
    ``sample_count`` of the number of edges.
    """
    nodes = node_arrays(graph)
    edges = edge_array(graph, nodes)
    wanted = sample_count(len(edges)) if samples is None else samples
    drawn = [
        [statistic.value(sample, nodes) for statistic in STATISTICS.values()]
        for sample in random_networks(edges, samples=wanted, seed=seed)
    ]
    table = np.array(drawn, dtype=np.float64).reshape(len(drawn), len(STATISTICS))
    return tuple(
        _comparison(
            name,
            observed=statistic.value(edges, nodes),
            edges=int(statistic.edges(edges, nodes).sum()),
            drawn=table[:, column],
        )
        for column, (name, statistic) in enumerate(STATISTICS.items())
    )


def sample_count(edges: int) -> int:
    """Return how many random networks a network of that many edges is compared with."""
    if edges < 2:
        return 0  # nothing can be switched
    return min(MOST_SAMPLES, max(LEAST_SAMPLES, _EDGES_IN_ALL // edges))


def random_networks(edges: Integers, *, samples: int, seed: int) -> Iterator[Integers]:
    """Yield random simple networks of the same degrees, arrays of shape (edges, 2).

    A Markov chain of double edge switches (R. Milo and others, "On the uniform generation of random
    graphs with prescribed degree sequences", arXiv:cond-mat/0312028, 2003), many at once.
    """
    generator = np.random.default_rng(seed)
    current = edges.copy()
    count = int(edges.max()) + 1 if len(edges) else 0
    for number in range(samples):
        for _ in range(_FIRST_ROUNDS if number == 0 else _ROUNDS):
            current = switch_edges(current, count=count, generator=generator)
        yield current


def switch_edges(edges: Integers, *, count: int, generator: np.random.Generator) -> Integers:
    """Return the edges after one round of switches.

    Edges are paired at random; each pair exchanges ends with probability one half. A switch is
    refused that would make a loop, and both of any two switches of which one would make an edge
    that the other makes or removes. So the same pairing leads back from the result: the chain is
    symmetric, and in the long run every simple network of these degrees is equally likely.
    """
    order = generator.permutation(len(edges))
    half = len(edges) // 2
    is_active = generator.random(half) < 0.5
    crossing = generator.random(half) < 0.5
    first, second = order[:half][is_active], order[half : 2 * half][is_active]
    a, b = edges[first].T
    c, d = edges[second].T
    is_crossing = crossing[is_active]
    # (a, b), (c, d) become (a, d), (c, b) or (a, c), (b, d)
    new_first = np.stack((a, np.where(is_crossing, c, d)), axis=1)
    new_second = np.stack((np.where(is_crossing, b, c), np.where(is_crossing, d, b)), axis=1)
    is_loop = (new_first[:, 0] == new_first[:, 1]) | (new_second[:, 0] == new_second[:, 1])
    is_kept = ~is_loop & ~_conflicts(edges, first, second, new_first, new_second, count=count)
    switched = edges.copy()
    switched[first[is_kept]] = new_first[is_kept]
    switched[second[is_kept]] = new_second[is_kept]
    return switched


def _conflicts(
    edges: Integers,
    first: Integers,
    second: Integers,
    new_first: Integers,
    new_second: Integers,
    *,
    count: int,
) -> Flags:
    """Return which of the proposed switches stand in each other's or in a resting edge's way."""
    proposals = len(first)
    owner = np.full(len(edges), -1, dtype=np.int64)  # -1: an edge that rests
    owner[first] = owner[second] = np.arange(proposals)
    keys = np.concatenate([_key(part, count) for part in (edges, new_first, new_second)])
    owners = np.concatenate([owner, np.arange(proposals), np.arange(proposals)])
    order = np.argsort(keys)
    is_same = keys[order][1:] == keys[order][:-1]
    # three may share a key: all neighbours in the run are marked, which is all of them
    involved = np.concatenate([owners[order][1:][is_same], owners[order][:-1][is_same]])
    result = np.zeros(proposals, dtype=np.bool_)
    result[involved[involved >= 0]] = True
    return result


def _key(edges: Integers, count: int) -> Integers:
    low, high = np.minimum(edges[:, 0], edges[:, 1]), np.maximum(edges[:, 0], edges[:, 1])
    return np.asarray(low * count + high)


def _comparison(
    name: str, *, observed: float, edges: int, drawn: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Comparison:
    known = drawn[np.isfinite(drawn)]
    figures: Mapping[str, float] = {}
    if len(known) and np.isfinite(observed):
        mean, deviation = float(known.mean()), float(known.std(ddof=1)) if len(known) > 1 else 0.0
        low, high = np.percentile(known, [2.5, 97.5])
        least = min((known <= observed).sum(), (known >= observed).sum())
        figures = {
            "random_mean": mean,
            "random_deviation": deviation,
            "random_low": float(low),
            "random_high": float(high),
            # rounding leaves a trace of variance where there is none
            "z_score": (observed - mean) / deviation if deviation > 1e-9 else float("nan"),
            "p_value": min(1.0, 2 * (1 + int(least)) / (1 + len(known))),
        }
    rounded = {key: _rounded(figures.get(key, float("nan"))) for key in _FIGURES}
    return Comparison(
        name=name, observed=_rounded(observed), edges=edges, samples=len(known), **rounded
    )


_FIGURES = (
    "random_mean",
    "random_deviation",
    "random_low",
    "random_high",
    "z_score",
    "p_value",
)


def _rounded(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
