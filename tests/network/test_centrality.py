import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import centrality
from network.centrality import betweenness


def named(graph):
    return nx.relabel_nodes(graph, {node: f"n{node:05d}" for node in graph})


graphs = st.builds(
    lambda nodes, share, seed: named(nx.gnp_random_graph(nodes, share, seed=seed)),
    st.integers(3, 30),
    st.floats(0.05, 0.5),
    st.integers(0, 10**6),
)


@settings(deadline=None)
@given(graphs)
def test_it_is_that_of_networkx(graph):
    assert betweenness(graph) == pytest.approx(nx.betweenness_centrality(graph), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(graphs)
def test_with_every_place_as_a_pivot_the_estimate_is_exact(graph):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(centrality, "EXACT_WORK", -1)
        patch.setattr(centrality, "PIVOTS", 1000)
        assert betweenness(graph) == pytest.approx(nx.betweenness_centrality(graph), abs=1e-12)


def test_an_estimate_is_near_and_the_same_each_time(monkeypatch):
    graph = named(nx.barabasi_albert_graph(400, 2, seed=1))
    monkeypatch.setattr(centrality, "EXACT_WORK", 0)
    estimate = betweenness(graph)
    assert estimate == betweenness(graph)
    exact = nx.betweenness_centrality(graph)
    best = sorted(exact, key=exact.get)[-10:]
    assert [estimate[key] for key in best] == pytest.approx([exact[key] for key in best], rel=0.2)


@pytest.mark.parametrize("places", [0, 1, 2])
def test_too_few_places_lie_between_nothing(places):
    assert set(betweenness(named(nx.path_graph(places))).values()) <= {0.0}
