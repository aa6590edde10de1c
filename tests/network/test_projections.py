import networkx as nx
import pytest

from network.graph import graph_at
from network.projections import state_pairs, topic_years, years
from network.spells import read_spells, spells_of, union, write_spells
from partnernetz.records import DatedEvent, Partnership, PlaceReference


def partnership(start=None, end=None, status="unknown", status_date=None, **events):
    return Partnership(
        id="p",
        a=PlaceReference(id="a", name="A", country="DE"),
        b=PlaceReference(id="b", name="B", country="DE"),
        kind="partnership",
        status=status,
        belief=0.9,
        start_date=start,
        end_date=end,
        status_date=status_date,
        events=tuple(
            DatedEvent(event=event, date=date, evidence_ids=("e",))
            for event, dates in events.items()
            for date in dates.split()
        ),
    )


@pytest.mark.parametrize(
    ("item", "spells"),
    [
        (partnership(), ""),
        (partnership("1986-09-19"), "1986/.."),
        (partnership("1986", "1993", "ended"), "1986/1993"),
        (partnership("1986", dormancy="1993"), "1986/1993"),
        (partnership("1986", dormancy="1993", revival="1999"), "1986/1993;1999/.."),
        (partnership("1986", "2004", dormancy="1993", revival="1999"), "1986/1993;1999/2004"),
        (partnership("1986", dormancy="1993", revival="1993"), "1986/.."),
        (partnership("1986", "1970", "ended"), "1986/.."),  # an end before the start
        (partnership("1986", status="ended", status_date="2010-05"), "1986/2010"),
        (partnership("1986", status="dormant"), "1986/.."),
        (partnership(None, "1993", "ended"), "/1993"),
        (partnership(revival="1999"), ""),
    ],
)
def test_spells(item, spells):
    assert write_spells(spells_of(item)) == spells
    assert read_spells(spells) == spells_of(item)


def test_the_union_of_spells():
    assert union([[(1990, 1995)], [(1986, 1991), (1997, None)]]) == ((1986, 1995), (1997, None))
    assert union([[(None, 1980)], [(1970, 1990)]]) == ((None, 1990),)
    assert union([]) == ()


def network():
    graph = nx.Graph()
    for key, state in (("a", "BB"), ("b", "SL"), ("c", "BB"), ("d", None), ("e", "SL")):
        graph.add_node(key, **({"state": state} if state else {}))
    graph.add_edge(
        "a",
        "b",
        start_year=1986,
        spells="1986/1988;1990/..",
        is_east_west=True,
        topics="sport;youth",
    )
    graph.add_edge(
        "a", "c", start_year=1988, spells="1988/1989", is_east_west=False, topics="sport"
    )
    graph.add_edge("b", "d", is_east_west=False, topics="sport")
    graph.add_edge("b", "e", start_year=1990, spells="1990/..", is_east_west=False, topics="")
    return graph


def test_years_count_begun_cumulative_and_active():
    rows = {row["year"]: row for row in years(network())}
    assert list(rows) == [1986, 1987, 1988, 1989, 1990]
    column = {name: [row[name] for row in rows.values()] for name in rows[1986]}
    assert column["begun"] == [1, 0, 1, 0, 1]
    assert column["cumulative"] == [1, 1, 2, 2, 3]
    assert column["cumulative_east_west"] == [1, 1, 1, 1, 1]
    assert column["active"] == [1, 1, 2, 1, 2]
    assert column["active_east_west"] == [1, 1, 1, 0, 1]
    assert column["active_places"] == [2, 2, 3, 2, 3]


def test_snapshots_agree_with_the_years():
    graph = network()
    for row in years(graph):
        assert graph_at(graph, row["year"]).number_of_edges() == row["active"]
        cumulative = graph_at(graph, row["year"], cumulative=True)
        assert cumulative.number_of_edges() == row["cumulative"]
    assert years(nx.Graph()) == []


def test_pairs_of_states_and_what_chance_would_give():
    rows = {row["state_pair_id"]: row for row in state_pairs(network())}
    assert {key: row["partnerships"] for key, row in rows.items()} == {
        "BB-BB": 1,
        "BB-SL": 1,
        "SL-SL": 1,
    }
    # three ends each of six: 3 * 3 / 6 across, half of that within
    assert [row["expected"] for row in rows.values()] == [0.75, 1.5, 0.75]


def test_topics_by_year_of_start():
    assert [(r["topic"], r["start_year"], r["partnerships"]) for r in topic_years(network())] == [
        ("sport", 1986, 1),
        ("sport", 1988, 1),
        ("youth", 1986, 1),
    ]
