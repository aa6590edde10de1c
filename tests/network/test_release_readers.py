"""The release as those meet it who did not make it: each format with a reader of its own."""

import hashlib
import json
import sqlite3
from contextlib import closing

import duckdb
import frictionless
import geopandas
import jsonschema
import networkx as nx
import pandas as pd
import pyarrow.parquet as pq
import pytest

from network.release.database import VIEWS
from network.release.schema import TABLES
from partnernetz import edtf

NAMES = [table.name for table in TABLES]
SAARLOUIS, EISENHUETTENSTADT = "ags:10044115", "ags:12067120"

#: What Data Package 2.0 asks for that frictionless 5.21, written for version 1, does not look at.
VERSION_2 = {
    "type": "object",
    "required": ["$schema", "resources", "licenses", "sources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "contributors": {
            "items": {"properties": {"roles": {"type": "array"}}, "not": {"required": ["role"]}}
        },
        "licenses": {"minItems": 1, "items": {"anyOf": [{"required": ["name"]}]}},
        "sources": {"minItems": 3, "items": {"required": ["title"]}},
        "resources": {
            "items": {
                "required": ["name", "path", "bytes", "hash"],
                "not": {"required": ["profile"]},
                "properties": {
                    "type": {"enum": ["table"]},
                    "path": {"type": "string", "pattern": r"^(?!.*(\.\./|:))[^./~]"},
                    "bytes": {"type": "integer", "minimum": 1},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "mediatype": {"pattern": "^.+/.+$"},
                    "schema": {
                        "required": ["fields", "primaryKey"],
                        "properties": {
                            "primaryKey": {"type": "array"},
                            "foreignKeys": {
                                "items": {
                                    "properties": {
                                        "fields": {"type": "array"},
                                        "reference": {"required": ["resource", "fields"]},
                                    }
                                }
                            },
                        },
                    },
                },
            }
        },
    },
}


@pytest.fixture(scope="module")
def descriptor(release):
    return json.loads((release / "datapackage.json").read_text(encoding="utf-8"))


def test_frictionless_finds_no_fault(release):
    report = frictionless.validate(str(release / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == 2 * len(NAMES) + 11


def test_frictionless_would_find_a_fault(release, tmp_path):
    """The check above can fail: it looks at foreign keys."""
    for path in release.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    places = tmp_path / "places.csv"
    text = places.read_text(encoding="utf-8")
    places.write_text(text.replace('"ags:12067120",', '"ags:12067121",'), encoding="utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert "foreign-key" in {error for (error,) in report.flatten(["type"])}


def test_the_descriptor_is_version_2(descriptor):
    jsonschema.validate(descriptor, VERSION_2)


def test_the_descriptor_names_its_sources_and_the_apostrophe(descriptor):
    titles = " ".join(source["title"] for source in descriptor["sources"])
    assert "© Statistisches Bundesamt (Destatis), Gemeindeverzeichnis, 2024" in titles
    assert "GeoNames" in titles
    assert "© GeoBasis-DE / BKG (Daten verändert)" in titles
    assert "apostrophe" in descriptor["description"]
    assert descriptor["created"] == "2026-11-01T10:00:00Z"


def test_checksums_hold_for_every_other_file(release, descriptor):
    listed = {resource["path"]: resource for resource in descriptor["resources"]}
    files = {path.name for path in release.iterdir()} - {"datapackage.json"}
    assert set(listed) == files
    for name, resource in listed.items():
        content = (release / name).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("name", NAMES)
def test_pandas_reads_the_same_from_csv_and_parquet(release, name):
    parquet = pd.read_parquet(release / f"{name}.parquet")
    text = pd.read_csv(release / f"{name}.csv", dtype=str, keep_default_na=False)
    assert list(text.columns) == list(parquet.columns)
    assert len(text) == len(parquet) > 0
    assert (text.iloc[:, 0] == parquet.iloc[:, 0].astype(str)).all()


def test_parquet_columns_tell_what_they_are(release):
    field = pq.read_schema(release / "partnerships.parquet").field("distance_km")
    assert field.metadata == {b"description": b"Great circle distance.", b"unit": b"kilometre"}


def test_duckdb_joins_the_tables(release):
    query = f"""
        SELECT a.name, p.start_year FROM '{release}/partnerships.parquet' AS p
        JOIN '{release}/places.parquet' AS a ON a.place_id = p.a_id
        WHERE p.is_east_west ORDER BY p.start_year
    """
    assert duckdb.sql(query).fetchall() == [("Saarlouis", 1986), ("Wuppertal", 1987)]


def test_geopandas_sees_lines(release):
    frame = geopandas.read_file(release / "partnerships.geojson")
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == 3
    lines = frame[frame.geometry.notna()]
    assert set(lines.geom_type) == {"LineString"}
    (west, south), _ = lines[lines["a_name"] == "Saarlouis"].iloc[0].geometry.coords
    assert (round(west, 2), round(south, 2)) == (6.75, 49.32)


def test_networkx_reads_every_graph_file(release, hand):
    node_link = json.loads((release / "network.json").read_text(encoding="utf-8"))
    read = [
        nx.read_graphml(release / "network.graphml"),
        hand.read_gexf(release / "network.gexf"),
        nx.node_link_graph(node_link, edges="edges"),
    ]
    for graph in read:
        assert (len(graph), graph.number_of_edges()) == (5, 3)
        edge = graph.edges[SAARLOUIS, EISENHUETTENSTADT]
        assert (edge["start_date"], edge["is_east_west"]) == ("1986-09-19", True)
        assert graph.nodes[EISENHUETTENSTADT]["name"] == "Eisenhüttenstadt"


def test_gexf_is_dynamic(release, hand):
    graph = hand.read_gexf(release / "network.gexf")
    assert graph.graph["mode"] == "dynamic"
    assert graph.edges[SAARLOUIS, EISENHUETTENSTADT]["start"] == 1986
    assert graph.nodes[SAARLOUIS]["start"] == 1969
    assert "lastmodifieddate" not in (release / "network.gexf").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def database(release):
    with closing(sqlite3.connect(f"file:{release}/partnernetz.sqlite?mode=ro", uri=True)) as opened:
        yield opened


def test_sqlite_is_sound(database):
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    keys = {row[2] for row in database.execute("PRAGMA foreign_key_list(evidence)")}
    assert keys == {"places", "partnerships", "documents"}
    # Datasette shows a page only where both columns are named
    named = {row[2:5] for row in database.execute("PRAGMA foreign_key_list(partnerships)")}
    assert named == {("places", "a_id", "place_id"), ("places", "b_id", "place_id")}


@pytest.mark.parametrize("view", VIEWS)
def test_sqlite_views_can_be_read(database, view):
    assert database.execute(f'SELECT * FROM "{view}"').description
    described = database.execute(f'SELECT count(*) FROM "{view}"').fetchone()
    assert described[0] >= (0 if view == "contradictions" else 1)


def test_the_queries_for_datasette_run(release, database):
    metadata = json.loads((release / "datasette.json").read_text(encoding="utf-8"))
    content = metadata["databases"]["partnernetz"]
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    assert set(content["tables"]) <= tables
    found = {
        name: database.execute(query["sql"], {"words": "rat", "town": "Saarlouis"}).fetchall()
        for name, query in content["queries"].items()
    }
    assert len(found["search_quotations"]) == 1
    assert len(found["partners_of_a_town"]) == 2


def test_sqlite_has_a_view_with_names(database):
    query = "SELECT a_name, b_name, b_state FROM partnerships_with_names WHERE start_year = 1986"
    assert database.execute(query).fetchall() == [("Saarlouis", "Eisenhüttenstadt", "BB")]


def test_sqlite_finds_words_of_quotations(database):
    query = """
        SELECT quotation FROM evidence_fts JOIN evidence ON evidence.rowid = evidence_fts.rowid
        WHERE evidence_fts MATCH ?
    """
    found = database.execute(
        query.replace("SELECT quotation", "SELECT evidence.quotation"), ("rat",)
    )
    assert found.fetchall() == [("Im April 1986 beschloss der Rat die Partnerschaft.",)]
    diacritics = database.execute(
        "SELECT count(*) FROM evidence_fts WHERE evidence_fts MATCH 'eisenhuttenstadt'"
    )
    assert diacritics.fetchone() == (2,)


def test_dates_are_edtf(release):
    for table in TABLES:
        frame = pd.read_parquet(release / f"{table.name}.parquet")
        for column in (name for name in frame.columns if name.endswith("_date")):
            assert all(edtf.is_valid(date) for date in frame[column].dropna())
