import csv
import dataclasses
import json
import sqlite3
from contextlib import closing

import networkx as nx
import pyarrow.parquet as pq
import pytest

from network.release import publish
from network.release.cells import unescape_formula
from network.release.publish import is_release
from network.release.schema import TABLES
from partnernetz.errors import Failure, InputError, StageError, UsageError
from partnernetz.records import PlaceReference


@pytest.fixture
def build(hand, gazetteer):
    def run(out, evidence=None, claims=(), **options):
        return publish(
            evidence=hand.sample_evidence() if evidence is None else evidence,
            claims=claims,
            out=out,
            gazetteer=gazetteer,
            reference_folder=options.pop("reference_folder", hand.REFERENCE),
            **options,
        )

    return run


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_file_of_the_contract_is_there(release):
    tables = [f"{table.name}.{form}" for table in TABLES for form in ("csv", "parquet")]
    others = """
        datapackage.json network.graphml network.gexf network.json partnerships.geojson
        partnernetz.sqlite summary.json explorer.html
        network.graphology.json partnerships.great-circles.geojson datasette.json CITATION.cff
    """
    expected = {*tables, *others.split()}
    assert {path.name for path in release.iterdir()} == expected


def test_summary_counts(build, hand, tmp_path):
    summary = build(tmp_path / "out", claims=hand.sample_claims())
    assert (summary.places, summary.partnerships, summary.east_west_partnerships) == (5, 3, 2)
    assert (summary.evidence, summary.claims, summary.documents) == (7, 1, 4)
    assert (summary.components, summary.failures) == (2, 0)


def test_the_same_input_in_another_order_gives_the_same_bytes(build, hand, tmp_path, release):
    evidence = hand.sample_evidence()
    build(tmp_path / "again", [*evidence[::-1], evidence[0]], hand.sample_claims())
    assert contents(tmp_path / "again") == contents(release)


def test_no_evidence_is_an_empty_release(build, tmp_path):
    summary = build(tmp_path / "out", [])
    assert summary.partnerships == 0
    assert "created" not in json.loads((tmp_path / "out" / "datapackage.json").read_text())
    assert nx.read_graphml(tmp_path / "out" / "network.graphml").number_of_nodes() == 0


def test_an_earlier_release_is_replaced_and_nothing_is_left_beside(build, hand, tmp_path):
    out = tmp_path / "release"
    build(out, [])
    (out / "leftover.txt").write_text("of an older version")
    build(out)
    assert not (out / "leftover.txt").exists()
    assert json.loads((out / "summary.json").read_text())["edges"] == 3
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_an_empty_folder_is_filled(build, tmp_path):
    (tmp_path / "out").mkdir()
    build(tmp_path / "out")
    assert is_release(tmp_path / "out")


def test_a_folder_of_other_things_is_left_alone(build, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="left as it is"):
        build(tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_the_data_package_of_others_is_no_release(build, tmp_path):
    (tmp_path / "datapackage.json").write_text('{"name": "census"}')
    with pytest.raises(UsageError):
        build(tmp_path)


def test_a_file_is_no_folder(build, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="no folder"):
        build(tmp_path / "out")


def test_a_failed_build_leaves_the_old_release_and_nothing_beside(build, tmp_path):
    out = tmp_path / "out"
    build(out)
    before = contents(out)
    with pytest.raises(InputError, match="outlines"):
        build(out, [], reference_folder=tmp_path / "nowhere")
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_failures_are_told_without_local_folders(build, tmp_path):
    failures = [
        Failure(stage="read", subject="/home/me/a.warc.gz", slug="archive_torn", message="Torn."),
        Failure(stage="crawl", subject="https://a.example/", slug="http_error", message="404."),
    ]
    assert build(tmp_path / "out", [], failures=failures).failures == 2
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [entry["subject"] for entry in summary["failed"]] == ["https://a.example/", "a.warc.gz"]
    assert summary["failures_by_slug"] == {"archive_torn": 1, "http_error": 1}


def test_a_wrong_date_or_score_costs_no_more_than_itself(build, hand, tmp_path):
    document = hand.make_document(published="gestern")
    evidence = hand.make_evidence(date="1986-02-31", document=document, score=float("nan"))
    (claim,) = hand.sample_claims()
    summary = build(tmp_path / "out", [evidence], [dataclasses.replace(claim, period="damals")])
    assert (summary.partnerships, summary.evidence, summary.claims) == (1, 1, 1)
    assert summary.failures == 4
    (row,) = pq.read_table(tmp_path / "out" / "evidence.parquet").to_pylist()
    assert (row["event_date"], row["score"]) == (None, 0.0)


def test_documents_tell_what_their_pages_say_of_themselves(build, hand, tmp_path):
    article = hand.make_document(
        kind="press", published="1996-09-20", modified="1996-09-22", agency="dpa", is_stub=True
    )
    own = hand.make_document(url="https://www.saarlouis.de/", modified="neulich")
    evidence = [hand.make_evidence(document=document) for document in (article, own)]
    assert build(tmp_path / "out", evidence, []).failures == 1  # "neulich"
    rows = pq.read_table(tmp_path / "out" / "documents.parquet").to_pylist()
    columns = ("url", "published_date", "modified_date", "agency", "is_stub")
    assert sorted(tuple(row[name] for name in columns) for row in rows) == [
        ("https://www.saarlouis.de/", None, None, None, False),
        ("https://www.saarlouis.de/partner", "1996-09-20", "1996-09-22", "dpa", True),
    ]


def test_a_folder_that_cannot_be_written_is_told(build, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StageError, match="name another folder"):
        build(tmp_path / "file" / "out", [])


def test_evidence_of_a_mere_wish_is_kept_without_a_partnership(release):
    rows = pq.read_table(release / "evidence.parquet").to_pylist()
    (wish,) = [row for row in rows if row["modality"] == "planned"]
    assert wish["partnership_id"] is None


def test_formulas_are_escaped_in_csv_only(build, hand, tmp_path):
    formula = '=HYPERLINK("http://evil.example")'
    build(tmp_path / "out", [hand.make_evidence(quotation=formula)])
    with (tmp_path / "out" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["quotation"] == f"'{formula}"
    assert unescape_formula(row["quotation"]) == formula
    (row,) = pq.read_table(tmp_path / "out" / "evidence.parquet").to_pylist()
    assert row["quotation"] == formula


def test_hostile_texts_break_no_file(build, hand, tmp_path):
    hostile = "A\x00\x01<b>\"'\r\n\u2028;,\ufffe&amp;"
    place = PlaceReference(id=None, name=hostile, country="FR", surface=f"{hostile}\ud800")
    document = hand.make_document(url=f"https://a.example/{hostile}", title=f"\ud800{hostile}")
    out = tmp_path / "out"
    build(out, [hand.make_evidence(b=place, quotation=f"{hostile}\udfff", document=document)])
    assert nx.read_graphml(out / "network.graphml").number_of_edges() == 1
    assert hand.read_gexf(out / "network.gexf").number_of_edges() == 1
    assert len(json.loads((out / "network.json").read_text(encoding="utf-8"))["edges"]) == 1
    with closing(sqlite3.connect(out / "partnernetz.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM evidence").fetchone() == (1,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
