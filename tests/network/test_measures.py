import networkx as nx
import pytest

from network.measures import network_measures, place_measures


def made(*edges, states=None):
    graph = nx.Graph()
    for a, b, data in edges:
        defaults = {"is_east_west": False, "kind": "partnership", "status": "unknown", "topics": ""}
        graph.add_edge(a, b, **defaults | data)
    for key, state in (states or {}).items():
        graph.nodes[key]["state"] = state
    return graph


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
    summary = network_measures(STAR)
    assert (summary["nodes"], summary["edges"], summary["east_west_edges"]) == (5, 3, 1)
    assert (summary["components"], summary["largest_component"]) == (2, 3)
    assert summary["foundings_per_year"] == {"1986": 1, "1988": 1}
    assert summary["edges_without_start"] == 1
    assert summary["median_distance_km"] == 200.0
    assert summary["edges_by_topic"] == {"sport": 2, "youth": 1}


def test_nothing_is_measured_as_nothing():
    summary = network_measures(nx.Graph())
    assert (summary["nodes"], summary["components"], summary["mean_degree"]) == (0, 0, None)
    assert place_measures(nx.Graph()) == []


def test_assortativity_needs_two_states():
    assert network_measures(STAR)["state_assortativity"] is None
    same = made(("a", "b", {}), ("c", "d", {}), states=dict(zip("abcd", "xxyy", strict=True)))
    apart = made(("a", "b", {}), ("c", "d", {}), states=dict(zip("abcd", "xyxy", strict=True)))
    assert network_measures(same)["state_assortativity"] == 1.0
    assert network_measures(apart)["state_assortativity"] == -1.0
