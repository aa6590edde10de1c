"""Each file of the network gives back what was written, whatever the names and texts are."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from network.release import graphs
from network.release.cells import clean, clean_for_xml, unescape_formula, xml_name_token
from network.release.columns import make_network, make_tables
from network.release.database import write_database
from network.release.graph_xml import write_gexf, write_graphml
from network.release.schema import TABLES
from network.release.tables import make_table, write_csv, write_parquet
from partnernetz.records import PlaceReference

SCHEMAS = Path(__file__).parent / "schemas"
OFFICIAL = Path(__file__).parents[2].parent / "shared" / "schemas"

quick = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
any_text = st.text(alphabet=st.characters(exclude_categories=()), min_size=1)
nasty = st.one_of(
    any_text,
    st.sampled_from(
        [
            "=1+1",
            "'=x",
            "a\r\nb",
            "\r",
            "\t",
            "\x00",
            "\ud800",
            "]]>",
            "&#0;",
            '"',
            "_x0041_",
            "\x85",
        ]
    ),
)


@pytest.fixture
def network_of(hand, gazetteer):
    """A network of one pair, the texts of which are all the given one."""

    def make(text, **more):
        place = PlaceReference(id=None, name=text, country="FR", surface=text, reason=text)
        document = hand.make_document(url=f"https://a.example/{text}", title=text)
        evidence = hand.make_evidence(
            b=place, quotation=text, document=document, date="1986", topics=(text,), **more
        )
        return make_network(evidence=[evidence], claims=(), gazetteer=gazetteer)

    return make


def cleaned(graph):
    """Nodes and edges with their attributes as XML can hold them, ids as GraphML has them."""
    nodes = {
        xml_name_token(key): {name: clean_for_xml(value) for name, value in data.items()}
        for key, data in graph.nodes(data=True)
    }
    edges = [
        {name: clean_for_xml(value) for name, value in data.items()}
        for *_, data in graph.edges(data=True)
    ]
    return nodes, edges


@quick
@given(text=nasty)
def test_graphml_gives_back_nodes_and_edges(network_of, tmp_path, text):
    graph = network_of(text).graph
    write_graphml(tmp_path / "a.graphml", graph)
    read = nx.read_graphml(tmp_path / "a.graphml")
    nodes, edges = cleaned(graph)
    for key, data in nodes.items():
        assert read.nodes[key] == {**data, "place_id": read.nodes[key]["place_id"]}
    assert [data for *_, data in read.edges(data=True)] == edges
    assert {data["place_id"] for _, data in read.nodes(data=True)} == {
        clean_for_xml(key) for key in graph
    }


@quick
@given(text=nasty)
def test_gexf_gives_back_nodes_and_edges(network_of, hand, tmp_path, text):
    graph = network_of(text).graph
    write_gexf(tmp_path / "a.gexf", graph)
    read = hand.read_gexf(tmp_path / "a.gexf")
    for key, data in graph.nodes(data=True):
        found = read.nodes[clean_for_xml(key)]
        assert found["start"] == 1986
        assert found["label"] == clean_for_xml(data["name"])
        assert {name: found[name] for name in data} == {
            name: clean_for_xml(value) for name, value in data.items()
        }
    ((_, _, found),) = read.edges(data=True)
    ((_, _, data),) = graph.edges(data=True)
    assert {name: found[name] for name in data} == {
        name: clean_for_xml(value) for name, value in data.items()
    }


@quick
@given(text=nasty)
def test_json_gives_back_nodes_and_edges(network_of, tmp_path, text):
    graph = network_of(text).graph
    graphs.write_node_link(tmp_path / "a.json", graph)
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    read = nx.node_link_graph(content, edges="edges")
    assert {key: clean_all(data) for key, data in graph.nodes(data=True)} == {
        next(k for k in graph if clean(k) == key): data for key, data in read.nodes(data=True)
    }
    assert [data for *_, data in read.edges(data=True)] == [
        clean_all(data) for *_, data in graph.edges(data=True)
    ]


def clean_all(data):
    return {name: clean(value) for name, value in data.items()}


@quick
@given(text=nasty)
def test_graphology_is_whole(network_of, tmp_path, text):
    graph = network_of(text).graph
    graphs.write_graphology(tmp_path / "a.json", graph)
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["options"] == {"type": "undirected", "multi": False, "allowSelfLoops": False}
    keys = [node["key"] for node in content["nodes"]]
    assert keys == [clean(key) for key in sorted(graph)]
    for node in content["nodes"]:
        assert {"label", "x", "y", "size", "color", "name"} <= node["attributes"].keys()
    (edge,) = content["edges"]
    assert {edge["source"], edge["target"]} == set(keys)
    assert edge["attributes"]["start_year"] == 1986


@quick
@given(text=nasty)
def test_geojson_is_whole(network_of, tmp_path, text):
    graph = network_of(text).graph
    for is_great_circle in (False, True):
        graphs.write_geojson(tmp_path / "a.json", graph, is_great_circle=is_great_circle)
        content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
        (feature,) = content["features"]
        assert feature["geometry"] is None  # nobody knows where that is
        names = {feature["properties"]["a_name"], feature["properties"]["b_name"]}
        assert names == {"Saarlouis", clean(text)}


@quick
@given(text=nasty)
def test_tables_give_back_every_value(network_of, gazetteer, tmp_path, text):
    tables = make_tables(network_of(text), gazetteer)
    for name, table in tables.items():
        write_parquet(tmp_path / "a.parquet", table)
        assert pq.read_table(tmp_path / "a.parquet").equals(table), name
        write_csv(tmp_path / "a.csv", table)
        assert read_csv(tmp_path / "a.csv", table.schema) == table.to_pylist(), name
    (tmp_path / "a.sqlite").unlink(missing_ok=True)
    write_database(tmp_path / "a.sqlite", tables)
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        for name, table in tables.items():
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            assert rows == [tuple(row.values()) for row in table.to_pylist()], name


def read_csv(path, schema):
    """Read CSV as its users should: texts in quotes, nothing for null, apostrophes removed."""
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={field.name: field.type for field in schema},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    return [
        {k: unescape_formula(v) if isinstance(v, str) else v for k, v in row.items()}
        for row in table.to_pylist()
    ]


def test_a_required_value_that_is_missing_is_told():
    (places,) = [table for table in TABLES if table.name == "places"]
    columns = {column.name: [None] for column in places.columns}
    with pytest.raises(ValueError, match="place_id"):
        make_table(places, columns)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("ags:10044115", "ags:10044115"),
        ("name:DE:bad kissingen", "name:DE:bad_x0020_kissingen"),
        ("_x0020_", "_x005F_x0020_"),
        ("", "_"),
    ],
)
def test_name_tokens(text, token):
    assert xml_name_token(text) == token


@given(st.lists(any_text, unique=True, min_size=2))
def test_name_tokens_do_not_collide(texts):
    assert len({xml_name_token(text) for text in texts}) == len(texts)


def schemas():
    for form in ("gexf", "graphml"):
        yield pytest.param(form, SCHEMAS / f"{form}.rng", id=f"{form}-our-own")
        official = OFFICIAL / form / f"{form}.xsd"
        reason = f"the official schema is not in {official}"
        skip = pytest.mark.skipif(not official.is_file(), reason=reason)
        yield pytest.param(form, official, id=f"{form}-official", marks=skip)


def validator(path):
    parser = etree.XMLParser(no_network=True)
    kind = etree.RelaxNG if path.suffix == ".rng" else etree.XMLSchema
    return kind(etree.parse(path, parser))


@pytest.mark.parametrize(("form", "schema"), schemas())
def test_files_are_valid(release, form, schema):
    check = validator(schema)
    assert check.validate(etree.parse(release / f"network.{form}")), check.error_log


@pytest.mark.parametrize(("form", "schema"), schemas())
@settings(parent=quick, max_examples=15)
@given(text=nasty)
def test_files_are_valid_whatever_the_texts(network_of, tmp_path, form, schema, text):
    write = {"gexf": write_gexf, "graphml": write_graphml}[form]
    write(tmp_path / "a", network_of(text).graph)
    check = validator(schema)
    assert check.validate(etree.parse(tmp_path / "a")), check.error_log


@pytest.mark.parametrize(("form", "schema"), schemas())
def test_the_schemas_can_fail(release, form, schema):
    text = (release / f"network.{form}").read_text(encoding="utf-8")
    broken = text.replace("undirected", "sideways").replace("<node ", "<knot ", 1)
    tree = etree.ElementTree(etree.fromstring(broken.replace("</node>", "</knot>", 1).encode()))
    assert not validator(schema).validate(tree)


def test_a_rest_is_two_spells_in_gexf(hand, gazetteer, tmp_path):
    evidence = [
        hand.make_evidence(date="1986", event="signing"),
        hand.make_evidence(date="1993", event="dormancy", start=50, quotation="Sie ruht."),
        hand.make_evidence(date="1999", event="revival", start=80, quotation="Sie lebt auf."),
    ]
    network = make_network(evidence=evidence, claims=(), gazetteer=gazetteer)
    write_gexf(tmp_path / "a.gexf", network.graph)
    tree = etree.parse(tmp_path / "a.gexf")
    spells = [dict(spell.attrib) for spell in tree.iter("{*}spell")]
    assert spells == [{"start": "1986", "end": "1993"}, {"start": "1999"}] * 3  # two nodes, an edge
    assert validator(SCHEMAS / "gexf.rng").validate(tree)


def test_empty_tables_have_their_columns():
    for table in TABLES:
        empty = make_table(table, {})
        assert empty.column_names == [column.name for column in table.columns]
        assert isinstance(empty, pa.Table)
