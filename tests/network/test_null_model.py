from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.arrays import component_labels, edge_array, node_arrays, triangle_count
from network.null_model import compare_with_random, random_networks, sample_count, switch_edges
from network.statistics import STATISTICS


def made(graph, **attributes):
    """A graph with string keys that sort like its numbers, and attributes of places."""
    made = nx.relabel_nodes(graph, {node: f"n{node:05d}" for node in graph})
    for number, key in enumerate(sorted(made)):
        made.nodes[key].update({name: make(number) for name, make in attributes.items()})
    return made


graphs = st.builds(
    lambda nodes, share, seed: nx.gnp_random_graph(nodes, share, seed=seed),
    st.integers(2, 25),
    st.floats(0.05, 0.6),
    st.integers(0, 10**6),
)


@settings(deadline=None)
@given(graphs, st.integers(0, 10**6))
def test_a_switch_keeps_degrees_and_makes_neither_loops_nor_doubles(graph, seed):
    edges = np.array(sorted(graph.edges), dtype=np.int64).reshape(-1, 2)
    generator = np.random.default_rng(seed)
    switched = edges
    for _ in range(5):
        switched = switch_edges(switched, count=len(graph), generator=generator)
    assert (switched[:, 0] != switched[:, 1]).all()
    assert len({frozenset(edge) for edge in switched.tolist()}) == len(edges)
    count = len(graph)
    before, after = (np.bincount(each.ravel(), minlength=count) for each in (edges, switched))
    assert before.tolist() == after.tolist()


def test_every_network_of_the_degrees_is_equally_likely():
    """All simple graphs with the degrees of a path and a triangle side by side, by enumeration."""
    start = [(0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (4, 5)]
    degrees = Counter(node for edge in start for node in edge)
    nodes = sorted(degrees)
    allowed = {
        frozenset(map(frozenset, chosen))
        for chosen in combinations(combinations(nodes, 2), len(start))
        if Counter(node for edge in chosen for node in edge) == degrees
    }
    drawn = 12_000
    edges = np.array(start, dtype=np.int64)
    seen = Counter(
        frozenset(map(frozenset, sample.tolist()))
        for sample in random_networks(edges, samples=drawn, seed=1)
    )
    assert set(seen) == allowed
    expected = drawn / len(allowed)
    chi_square = sum((seen[graph] - expected) ** 2 / expected for graph in allowed)
    freedom = len(allowed) - 1
    # five standard deviations of the distribution; samples are nearly independent
    assert chi_square < freedom + 5 * (2 * freedom) ** 0.5


@settings(deadline=None)
@given(graphs)
def test_triangles_and_components_are_those_of_networkx(graph):
    named = made(graph)
    nodes = node_arrays(named)
    edges = edge_array(named, nodes)
    assert triangle_count(edges, len(graph)) == sum(nx.triangles(graph).values()) // 3
    labels = component_labels(edges, len(graph))
    assert {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels} == set(
        map(frozenset, nx.connected_components(graph))
    )


@pytest.fixture(scope="module")
def attributed():
    graph = nx.barabasi_albert_graph(120, 2, seed=3)
    return made(
        graph,
        side=lambda number: ("east", "west", "abroad")[number % 3],
        state=lambda number: ("BB", "SL", None, "HE")[number % 4],
        population=lambda number: None if number % 7 == 0 else 1000 + 37 * number,
        latitude=lambda number: 48 + number % 6,
        longitude=lambda number: 7 + number % 5,
    )


def test_figures_are_those_of_networkx(attributed):
    nodes = node_arrays(attributed)
    edges = edge_array(attributed, nodes)
    figures = {name: item.value(edges, nodes) for name, item in STATISTICS.items()}
    known = attributed.subgraph([k for k, d in attributed.nodes(data=True) if d["state"]])
    sized = attributed.subgraph([k for k, d in attributed.nodes(data=True) if d["population"]])
    logs = nx.Graph(sized.edges)
    for key in logs:
        logs.nodes[key]["size"] = float(np.log10(attributed.nodes[key]["population"]))
    assert figures == {
        "east_west_share": pytest.approx(
            np.mean(
                [
                    {attributed.nodes[a]["side"], attributed.nodes[b]["side"]} == {"east", "west"}
                    for a, b in attributed.edges
                ]
            )
        ),
        "side_assortativity": pytest.approx(
            nx.attribute_assortativity_coefficient(attributed, "side")
        ),
        "state_assortativity": pytest.approx(
            nx.attribute_assortativity_coefficient(known, "state")
        ),
        "degree_assortativity": pytest.approx(nx.degree_assortativity_coefficient(attributed)),
        "size_assortativity": pytest.approx(nx.numeric_assortativity_coefficient(logs, "size")),
        "size_ratio": pytest.approx(
            10
            ** np.mean([abs(logs.nodes[a]["size"] - logs.nodes[b]["size"]) for a, b in logs.edges])
        ),
        "mean_distance": figures["mean_distance"],
        "domestic_distance": figures["domestic_distance"],
        "transitivity": pytest.approx(nx.transitivity(attributed)),
        "largest_component_share": 1.0,
    }
    assert 100 < figures["mean_distance"] < 700


def test_a_network_of_pairs_across_the_border_stands_out():
    graph = nx.Graph((number, number + 1) for number in range(0, 200, 2))
    across = made(graph, side=lambda number: ("east", "west")[number % 2])
    (found,) = [item for item in compare_with_random(across) if item.name == "east_west_share"]
    assert (found.observed, found.edges, found.samples) == (1.0, 100, 200)
    assert found.random_mean == pytest.approx(0.5, abs=0.05)
    assert found.random_low < found.random_mean < found.random_high < 1
    assert found.z_score > 5
    assert found.p_value == pytest.approx(2 / 201, abs=1e-6)


def test_a_random_network_does_not_stand_out():
    graph = made(
        nx.gnm_random_graph(200, 300, seed=4), side=lambda number: ("east", "west")[number % 2]
    )
    (found,) = [item for item in compare_with_random(graph) if item.name == "east_west_share"]
    assert abs(found.z_score) < 3
    assert found.p_value > 0.01


def test_what_is_undefined_is_none():
    for graph in (nx.Graph(), made(nx.path_graph(2)), made(nx.star_graph(3))):
        for item in compare_with_random(graph):
            if item.name in ("side_assortativity", "size_ratio", "mean_distance"):
                assert (item.observed, item.edges, item.z_score, item.p_value) == (
                    None,
                    0,
                    None,
                    None,
                )


def test_the_same_seed_gives_the_same_figures(attributed):
    first = compare_with_random(attributed, samples=5)
    assert compare_with_random(attributed, samples=5) == first
    assert compare_with_random(attributed, samples=5, seed=2) != first


@pytest.mark.parametrize(("edges", "samples"), [(0, 0), (1, 0), (2, 200), (10**5, 40), (10**7, 40)])
def test_large_networks_are_compared_with_fewer(edges, samples):
    assert sample_count(edges) == samples
