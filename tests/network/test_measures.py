import networkx as nx
import pytest

from network import measures
from network.measures import find_communities, network_measures, place_measures


def made(*edges, states=None):
    graph = nx.Graph()
    for a, b, data in edges:
        defaults = {"is_east_west": False, "kind": "partnership", "status": "unknown", "topics": ""}
        graph.add_edge(a, b, **defaults | data)
    for key, state in (states or {}).items():
        graph.nodes[key]["state"] = state
    return graph


def figures(graph):
    communities = {row["place_id"]: row["community_id"] for row in place_measures(graph)}
    return network_measures(graph, communities=communities)


STAR = made(
    ("hub", "x", {"start_year": 1988, "is_east_west": True, "topics": "sport;youth"}),
    ("hub", "y", {"start_year": 1986, "distance_km": 100.0}),
    ("far", "away", {"topics": "sport", "distance_km": 300.0}),
)


def test_measures_of_a_star():
    rows = {row["place_id"]: row for row in place_measures(STAR)}
    assert list(rows) == sorted(rows)
    assert rows["hub"] == {
        "place_id": "hub",
        "degree": 2,
        "east_west_degree": 1,
        "first_year": 1986,
        "betweenness": pytest.approx(1 / 6, abs=1e-6),
        "clustering": 0.0,
        "component_id": 1,
        "component_size": 3,
        "community_id": 1,
        "community_size": 3,
    }
    assert (rows["far"]["component_id"], rows["far"]["first_year"]) == (2, None)


def test_summary_of_a_star():
    summary = figures(STAR)
    assert (summary["nodes"], summary["edges"], summary["east_west_edges"]) == (5, 3, 1)
    assert (summary["components"], summary["largest_component"]) == (2, 3)
    assert summary["foundings_per_year"] == {"1986": 1, "1988": 1}
    assert summary["edges_without_start"] == 1
    assert summary["median_distance_km"] == 200.0
    assert summary["edges_by_topic"] == {"sport": 2, "youth": 1}


def test_nothing_is_measured_as_nothing():
    summary = figures(nx.Graph())
    assert (summary["nodes"], summary["components"], summary["mean_degree"]) == (0, 0, None)
    assert place_measures(nx.Graph()) == []


def test_assortativity_needs_two_states():
    assert figures(STAR)["state_assortativity"] is None
    same = made(("a", "b", {}), ("c", "d", {}), states=dict(zip("abcd", "xxyy", strict=True)))
    apart = made(("a", "b", {}), ("c", "d", {}), states=dict(zip("abcd", "xyxy", strict=True)))
    assert figures(same)["state_assortativity"] == 1.0
    assert figures(apart)["state_assortativity"] == -1.0


@pytest.mark.parametrize("most", [0, 1000])
def test_two_groups_with_one_tie_are_two_communities(monkeypatch, most):
    monkeypatch.setattr(measures, "LOUVAIN_EDGES", most)
    graph = nx.relabel_nodes(nx.barbell_graph(6, 0), {n: f"n{n:02d}" for n in range(12)})
    parts = find_communities(graph)
    assert [len(part) for part in parts] == [6, 6]
    assert find_communities(graph) == parts
    assert sorted(parts[0]) == parts[0]


def test_modularity_of_two_groups():
    graph = made(*((f"n{a:02d}", f"n{b:02d}", {}) for a, b in nx.barbell_graph(6, 0).edges))
    found = figures(graph)
    assert found["communities"] == 2
    assert found["modularity"] == pytest.approx(30 / 31 - 0.5, abs=1e-6)
