import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.assembly import assemble
from network.graph import build_graph, find_place, graph_at
from partnernetz.places import great_circle_km

SAARLOUIS, EISENHUETTENSTADT = "ags:10044115", "ags:12067120"


@pytest.fixture(scope="module")
def graph(hand, gazetteer):
    return build_graph(assemble(hand.sample_evidence(), gazetteer=gazetteer), gazetteer)


def test_nodes_know_their_place(graph):
    node = graph.nodes[EISENHUETTENSTADT]
    assert (node["name"], node["state"], node["side"]) == ("Eisenhüttenstadt", "BB", "east")
    assert node["population"] > 20_000
    assert (node["latitude"], node["longitude"]) == (52.14579, 14.63128)


def test_a_place_without_id_is_a_node_without_position(graph):
    node = graph.nodes["name:FR:saint-nazaire"]
    assert (node["side"], node["is_in_gazetteer"]) == ("abroad", False)
    assert "latitude" not in node


def test_edges_know_their_partnership(graph):
    edge = graph.edges[SAARLOUIS, EISENHUETTENSTADT]
    assert (edge["start_date"], edge["start_year"]) == ("1986-09-19", 1986)
    assert edge["topics"] == "administration;culture;sport"
    assert (edge["evidence_count"], edge["is_east_west"]) == (4, True)
    assert edge["distance_km"] == pytest.approx(637, abs=1)


def test_a_partner_abroad_is_not_east_west(graph):
    assert graph.edges[SAARLOUIS, "name:FR:saint-nazaire"]["is_east_west"] is False


def test_no_attribute_is_none(graph):
    data = [values for _, values in graph.nodes(data=True)]
    data += [values for _, _, values in graph.edges(data=True)]
    assert all(value is not None for values in data for value in values.values())


@pytest.mark.parametrize(("year", "edges"), [(1968, 0), (1969, 1), (1986, 2), (2020, 3)])
def test_network_of_a_year(graph, year, edges):
    assert graph_at(graph, year).number_of_edges() == edges
    assert graph.number_of_edges() == 3


def test_an_ended_partnership_lasts_to_the_year_of_its_end(hand, gazetteer):
    evidence = [
        hand.make_evidence(date="1988", event="signing"),
        hand.make_evidence(date="2003", event="end", start=80, quotation="Sie endete."),
    ]
    graph = build_graph(assemble(evidence), gazetteer)
    assert [graph_at(graph, year).number_of_edges() for year in (1987, 2003, 2004)] == [0, 1, 0]


def test_an_unknown_id_is_no_place(gazetteer):
    assert find_place("ags:99999999", gazetteer) is None
    assert find_place(None, gazetteer) is None


def test_a_quarter_of_the_equator():
    assert great_circle_km((0, 0), (0, 90)) == pytest.approx(10_007.6, abs=0.1)


positions = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(positions, positions)
def test_distance_is_symmetric_and_at_most_half_way_round(one, other):
    distance = great_circle_km(one, other)
    assert 0 <= distance <= 20_015.2
    assert distance == pytest.approx(great_circle_km(other, one))
