"""What the commands on releases show: in a terminal of 80 and 140 characters, and outside one."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from flows.cli import run
from network.release import publish
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
from partnernetz.records import DocumentReference, Evidence, PlaceReference, evidence_id

REFERENCE = default_data_folder() / "reference"
TOWN = PlaceReference(id="ags:10044115", name="Saarlouis", country="DE")
PARTNERS = [
    PlaceReference(id="ags:12067120", name="Eisenhüttenstadt", country="DE"),
    PlaceReference(id="ags:05124000", name="Wuppertal", country="DE"),
    PlaceReference(id=None, name="Saint-Nazaire \x1b[31m", country="FR"),
]


def statement(number, b=PARTNERS[0], *, url="https://www.saarlouis.de/", **more):
    quotation = more.pop("quotation", f"Satz {number}: unterzeichnet \x1b[2J in Saarlouis.")
    document = DocumentReference(
        id=f"document-{url}", url=url, title="Partner", source_kind="municipality", language="de"
    )
    first, second = sorted((TOWN.key, b.key))
    key = evidence_id(
        document_id=document.id,
        pair=(first, second),
        event="signing",
        start=number,
        end=0,
        rule="x",
    )
    return Evidence(
        **{
            "id": key,
            "document": document,
            "a": TOWN,
            "b": b,
            "kind": "partnership",
            "event": "signing",
            "quotation": quotation,
            "start": number * 100,
            "end": number * 100 + len(quotation),
            "rule": "test",
            "score": 0.9,
            **more,
        }
    )


EVIDENCE = [
    statement(1, date="1986-09-19", topics=("culture", "sport")),
    statement(2, date="1988", url="https://zeitung.example/"),
    statement(3, PARTNERS[1], event="founding", date="1970", status="ended"),
    statement(4, PARTNERS[1], event="end", date="1990"),
    statement(5, PARTNERS[2], score=0.3),
]


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    gazetteer = Gazetteer.load(REFERENCE)
    folder = tmp_path_factory.mktemp("releases")

    def build(name, evidence):
        publish(
            evidence=evidence,
            claims=(),
            out=folder / name,
            gazetteer=gazetteer,
            reference_folder=REFERENCE,
        )
        return str(folder / name)

    return build


@pytest.fixture(scope="module")
def release(build):
    return build("release", EVIDENCE)


#: What our own styles write without colours; nothing of a page's.
_BOLD_AND_SO_ON = re.compile(r"\x1b\[[0-9](?:;[0-9])?m")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def show(monkeypatch):
    """What a command writes in a terminal of a width, without colours; None is no terminal."""

    def show(*arguments, width=None):
        stream = io.StringIO() if width is None else Terminal()
        monkeypatch.setenv("COLUMNS", str(width or 80))
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr("sys.stdout", stream)
        assert run([str(word) for word in arguments]) == 0
        return _BOLD_AND_SO_ON.sub("", stream.getvalue())

    return show


@pytest.mark.parametrize("width", [80, 140])
def test_nothing_is_wider_than_the_terminal(show, build, release, width, tmp_path):
    other = build("other", [replace(EVIDENCE[0], score=0.5), *EVIDENCE[3:]])
    (tmp_path / "list.csv").write_text(
        "a,b,since\nSaarlouis,Wuppertal,1980\nErfurt,Mainz,1988\nNeustadt,Hof,\n", encoding="utf-8"
    )
    for command in (
        ["inspect", release, "Saarlouis"],
        ["inspect", release, "Saarlouis", "Eisenhüttenstadt"],
        ["compare", release, other],
        ["gaps", release, "--reference", tmp_path / "list.csv"],
    ):
        lines = show(*command, width=width).splitlines()
        assert max(map(len, lines)) <= width, command[0]


def test_a_town_with_its_years_and_beliefs(show, release):
    text = show("inspect", release, "Saarlouis", width=140)
    assert "Saarlouis (SL, ags:10044115): 3 partners" in text
    lines = {
        name: line for line in text.splitlines() for name in ("Eisen", "Wupper") if name in line
    }
    assert "●" in lines["Eisen"] and "━" in lines["Eisen"] and "culture, sport" in lines["Eisen"]
    assert "×" in lines["Wupper"] and "ended 1990" in lines["Wupper"]
    assert "began" in text and "undated" in text


def test_less_belief_is_left_out(show, release):
    text = show("inspect", release, "Saarlouis", "--min-belief", "0.5")
    assert "2 partners, 1 of less belief left out" in text and "Nazaire" not in text


def test_a_dossier_has_every_part(show, release):
    text = show("inspect", release, "Saarlouis", "Stalinstadt")
    for part in ("Dates", "Topics", "Contradictions", "Belief, step by step", "Quotations"):
        assert f"\n{part}\n" in text
    assert "the start: signing" in text and "1988 (signing) against 1986-09-19" in text
    assert "belief = 1 − " in text and "https://zeitung.example/" in text
    assert show("inspect", release, "Saarlouis", "Wuppertal").count("Status history") == 1


@pytest.mark.parametrize("width", [None, 80])
def test_pages_cannot_steer_the_terminal(show, build, release, width):
    old = build("none", EVIDENCE[:1])
    shown = [
        show("inspect", release, "Saarlouis", width=width),
        show("inspect", release, "Saarlouis", "Eisenhüttenstadt", width=width),
        show("compare", old, release, width=width),
    ]
    assert not any("\x1b" in text for text in shown)


def test_programs_get_json(show, build, release, tmp_path):
    other = build("another", EVIDENCE[:3])
    (tmp_path / "list.csv").write_text("a,b\nSaarlouis,Wuppertal\n", encoding="utf-8")
    town = json.loads(show("inspect", release, "Saarlouis", "--json"))
    assert {item["year"] for item in town["foundings"]} == {1970, 1986}
    pair = json.loads(show("inspect", release, "Saarlouis", "Eisenhüttenstadt", "--json"))
    assert pair["ties"][0]["account"]["sources"][0]["texts"]
    changes = json.loads(show("compare", release, other, "--json"))
    assert len(changes["withdrawn"]) == 1
    gaps = json.loads(show("gaps", release, "--reference", tmp_path / "list.csv", "--json"))
    assert gaps["counts"]["found"] == 1 and gaps["states"]


def test_the_change_log_comes_with_the_command(show, tmp_path):
    from partnernetz.storage import write_jsonl

    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    write_jsonl(first, EVIDENCE[:2])
    write_jsonl(second, EVIDENCE)
    out = tmp_path / "out"
    show("build", first, "--out", out)
    assert not (out / "CHANGES.md").exists()
    show("build", second, "--out", out, "--previous", out)
    log = (out / "CHANGES.md").read_text(encoding="utf-8")
    assert "### Added" in log and "Wuppertal" in log
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    show("build", second, "--out", out, "--previous", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_torn_predecessor_does_not_stop_a_release(tmp_path, capsys):
    from partnernetz.storage import write_jsonl

    evidence, out = tmp_path / "evidence.jsonl", tmp_path / "out"
    write_jsonl(evidence, EVIDENCE)
    assert run(["build", str(evidence), "--out", str(out)]) == 0
    (out / "evidence.parquet").write_bytes(b"PAR1 torn")
    assert run(["build", str(evidence), "--out", str(out), "--previous", str(out)]) == 0
    assert "No change log was written" in capsys.readouterr().err
    assert (out / "evidence.parquet").stat().st_size > 1000


def test_a_predecessor_that_is_no_release_is_told_first(tmp_path, capsys):
    from partnernetz.storage import write_jsonl

    write_jsonl(tmp_path / "evidence.jsonl", EVIDENCE)
    command = ["build", str(tmp_path / "evidence.jsonl"), "--out", str(tmp_path / "out")]
    assert run([*command, "--previous", str(tmp_path)]) == 1
    assert "is no release" in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()


def test_statements_are_only_written_against_wikidata(tmp_path, release, capsys):
    path, out = tmp_path / "list.csv", tmp_path / "commands.txt"
    path.write_text("a,b\nSaarlouis,Wuppertal\n", encoding="utf-8")
    command = ["gaps", release, "--reference", str(path), "--quickstatements", str(out)]
    assert run(command) == 2
    assert "no list of Wikidata" in capsys.readouterr().err and not out.exists()
    item = "http://www.wikidata.org/entity/"
    path.write_text(
        "item,itemLabel,itemAgs,partner,partnerLabel,partnerAgs\n"
        f"{item}Q1,Saarlouis,10044115,,,\n{item}Q2,Eisenhüttenstadt,12067120,,,\n",
        encoding="utf-8",
    )
    assert run([*command, "--statement-belief", "0.8"]) == 0
    said = capsys.readouterr().err
    assert "2 commands on 1 partnership" in said and said.count("Left out: 1 partnership") == 2
    lines = out.read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[:3] for line in lines] == [["Q1", "P190", "Q2"], ["Q2", "P190", "Q1"]]


def test_a_run_logs_what_differs_from_the_release_it_replaces(tmp_path):
    from flows.parts import Part, part_files
    from flows.stages import Layout, publish_parts
    from partnernetz.storage import write_parquet
    from scrapers.crawl import CrawlReport

    layout = Layout(folder=tmp_path)
    layout.archive.mkdir()
    crawled = CrawlReport(
        started_at="2026-11-26T10:00:00Z",
        is_finished=True,
        sources=(),
        failures=(),
        archive_files=(),
    )

    def publish_run(evidence):
        write_parquet(part_files(layout.evidence, "a.warc.gz")[0], evidence, Evidence)
        part = Part(archive_file="a.warc.gz", stamp="", documents=1, evidence=1, claims=0)
        publish_parts(layout, [part], crawled=crawled, lost=())
        return {path.name: path.read_bytes() for path in layout.release.iterdir()}

    assert "CHANGES.md" not in publish_run(EVIDENCE[:2])
    changed = publish_run(EVIDENCE)
    assert "Wuppertal" in changed["CHANGES.md"].decode("utf-8")
    assert publish_run(EVIDENCE) == changed  # nothing new: untouched to the byte
