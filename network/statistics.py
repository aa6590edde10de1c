"""Figures on a network's structure that are compared with random networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from network.arrays import (
    Flags,
    Integers,
    NodeArrays,
    Reals,
    component_labels,
    distances_km,
    triangle_count,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A figure on a whole network: NaN where it is not defined.

    ``value`` works it out from edges of shape (n, 2) and the places; ``edges`` says of which edges
    it can speak, those whose ends are known well enough.
    """

    description: str
    unit: str
    value: Callable[[Integers, NodeArrays], float]
    edges: Callable[[Integers, NodeArrays], Flags]


def east_west_share(edges: Integers, nodes: NodeArrays) -> float:
    """Return the share of edges between east and west among those whose sides are known."""
    one, other = nodes.side[edges[_sides_known(edges, nodes)]].T
    if not len(one):
        return float("nan")
    code = {name: number for number, name in enumerate(nodes.sides)}
    east, west = code.get("east", -2), code.get("west", -2)
    across = ((one == east) & (other == west)) | ((one == west) & (other == east))
    return float(across.mean())


def side_assortativity(edges: Integers, nodes: NodeArrays) -> float:
    """Return Newman's coefficient for the sides east, west, Berlin and abroad."""
    return _categories(nodes.side[edges[_sides_known(edges, nodes)]], len(nodes.sides))


def state_assortativity(edges: Integers, nodes: NodeArrays) -> float:
    """Return Newman's coefficient for the German states."""
    return _categories(nodes.state[edges[_states_known(edges, nodes)]], len(nodes.states))


def degree_assortativity(edges: Integers, nodes: NodeArrays) -> float:
    """Return the correlation of the degrees at both ends."""
    degree = np.bincount(edges.ravel(), minlength=len(nodes.keys)).astype(np.float64)
    return _correlation(degree[edges])


def size_assortativity(edges: Integers, nodes: NodeArrays) -> float:
    """Return the correlation of the logarithms of the populations at both ends."""
    return _correlation(nodes.log_population[edges[_sizes_known(edges, nodes)]])


def size_ratio(edges: Integers, nodes: NodeArrays) -> float:
    """Return how many times the larger partner is the size of the smaller (geometric mean)."""
    ends = nodes.log_population[edges[_sizes_known(edges, nodes)]]
    return float(10 ** np.abs(ends[:, 0] - ends[:, 1]).mean()) if len(ends) else float("nan")


def mean_distance(edges: Integers, nodes: NodeArrays) -> float:
    """Return the mean great circle distance in kilometres."""
    known = distances_km(edges[_positions_known(edges, nodes)], nodes)
    return float(known.mean()) if len(known) else float("nan")


def domestic_distance(edges: Integers, nodes: NodeArrays) -> float:
    """Return the mean distance of partners that both lie in Germany, in kilometres."""
    known = distances_km(edges[_domestic(edges, nodes)], nodes)
    return float(known.mean()) if len(known) else float("nan")


def transitivity(edges: Integers, nodes: NodeArrays) -> float:
    """Return the share of connected triples that are closed to triangles."""
    degree = np.bincount(edges.ravel(), minlength=len(nodes.keys))
    triples = int((degree * (degree - 1) // 2).sum())
    return 3 * triangle_count(edges, len(nodes.keys)) / triples if triples else float("nan")


def largest_component_share(edges: Integers, nodes: NodeArrays) -> float:
    """Return the share of places in the largest connected part."""
    count = len(nodes.keys)
    if not count:
        return float("nan")
    return float(np.bincount(component_labels(edges, count)).max() / count)


def _categories(ends: Integers, count: int) -> float:
    """Return the assortativity by category, from -1 to 1.

    M. E. J. Newman, "Mixing patterns in networks", Physical Review E 67:026126, 2003, equation 2.
    """
    if not len(ends):
        return float("nan")
    mixing = np.bincount(ends[:, 0] * count + ends[:, 1], minlength=count * count)
    mixing = mixing.reshape(count, count)
    shares = (mixing + mixing.T) / (2 * len(ends))
    expected = float((shares.sum(axis=0) ** 2).sum())
    return float("nan") if expected == 1 else (float(np.trace(shares)) - expected) / (1 - expected)


def _correlation(ends: Reals) -> float:
    """Return Pearson's correlation over the ends of edges, each edge counted both ways."""
    if not len(ends):
        return float("nan")
    centred = ends - ends.mean()
    variance = float((centred**2).mean())
    return float((centred[:, 0] * centred[:, 1]).mean()) / variance if variance else float("nan")


def _every_edge(edges: Integers, nodes: NodeArrays) -> Flags:
    return np.ones(len(edges), dtype=np.bool_)


def _sides_known(edges: Integers, nodes: NodeArrays) -> Flags:
    return np.asarray((nodes.side[edges] >= 0).all(axis=1))


def _states_known(edges: Integers, nodes: NodeArrays) -> Flags:
    return np.asarray((nodes.state[edges] >= 0).all(axis=1))


def _sizes_known(edges: Integers, nodes: NodeArrays) -> Flags:
    return np.asarray(np.isfinite(nodes.log_population[edges]).all(axis=1))


def _positions_known(edges: Integers, nodes: NodeArrays) -> Flags:
    return np.asarray(np.isfinite(nodes.latitude[edges] + nodes.longitude[edges]).all(axis=1))


def _domestic(edges: Integers, nodes: NodeArrays) -> Flags:
    return _positions_known(edges, nodes) & _states_known(edges, nodes)


#: What is compared, by its name in the table ``network_measures``.
STATISTICS: Mapping[str, Statistic] = {
    "east_west_share": Statistic(
        description="Share of partnerships between east and west.",
        unit="share",
        value=east_west_share,
        edges=_sides_known,
    ),
    "side_assortativity": Statistic(
        description="Like with like by side (Newman's coefficient, -1 to 1).",
        unit="coefficient",
        value=side_assortativity,
        edges=_sides_known,
    ),
    "state_assortativity": Statistic(
        description="Like with like by German state (Newman's coefficient, -1 to 1).",
        unit="coefficient",
        value=state_assortativity,
        edges=_states_known,
    ),
    "degree_assortativity": Statistic(
        description="Correlation of the partners' numbers of partnerships.",
        unit="coefficient",
        value=degree_assortativity,
        edges=_every_edge,
    ),
    "size_assortativity": Statistic(
        description="Correlation of the logarithms of the partners' populations.",
        unit="coefficient",
        value=size_assortativity,
        edges=_sizes_known,
    ),
    "size_ratio": Statistic(
        description="Population of the larger partner over the smaller's (geometric mean).",
        unit="ratio",
        value=size_ratio,
        edges=_sizes_known,
    ),
    "mean_distance": Statistic(
        description="Mean great circle distance of partners.",
        unit="kilometre",
        value=mean_distance,
        edges=_positions_known,
    ),
    "domestic_distance": Statistic(
        description="Mean great circle distance of partners that both lie in Germany.",
        unit="kilometre",
        value=domestic_distance,
        edges=_domestic,
    ),
    "transitivity": Statistic(
        description="Share of connected triples of places that are closed to triangles.",
        unit="share",
        value=transitivity,
        edges=_every_edge,
    ),
    "largest_component_share": Statistic(
        description="Share of places in the largest connected part.",
        unit="share",
        value=largest_component_share,
        edges=_every_edge,
    ),
}
