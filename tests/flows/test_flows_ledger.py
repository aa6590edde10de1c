"""The commands report, ledger and purge on a real archive, its evidence and release."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from flows.cli import run
from partnernetz.records import DocumentReference, Evidence, PlaceReference
from partnernetz.storage import write_parquet
from scrapers.archive_index import cover_files
from scrapers.archive_writing import ArchiveWriter, Exchange
from scrapers.crawl_report import CrawlReport, SourceReport, write_report
from scrapers.monitors import Finding
from scrapers.visits import Visit, Visits

_HOSTILE = '=HYPERLINK("http://evil.example")'


def _exchange(number: int, day: str) -> Exchange:
    return Exchange(
        url=f"http://hof.example/{number}",
        final_url=f"http://hof.example/{number}",
        source_id="hof",
        depth=1,
        via="",
        fetched_at=f"{day}T10:00:00Z",
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", "text/html"),),
        body=f"<p>Seite {number}</p>".encode(),
        crawl=f"{day}T09:00:00Z",
        legal_basis="§ 44b UrhG",
        retain_until="2026-10-01",
    )


def _evidence(record: str | None) -> Evidence:
    place = PlaceReference(id=None, name="Hof", country="DE")
    return Evidence(
        id="e",
        document=DocumentReference(id="d", url="http://hof.example/", archive_record=record),
        a=place,
        b=place,
        kind="partnership",
        event="existence",
        quotation="Hof",
        start=0,
        end=3,
        rule="r",
        score=1.0,
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return the archive of a run with two pages, of which the older one is quoted twice."""
    folder = tmp_path / "archive"
    writer = ArchiveWriter(folder, stem="hof")
    records = [
        writer.add(_exchange(number, day)).page.archive_record
        for number, day in enumerate(["2025-01-01", "2026-01-01"])
    ]
    writer.close()
    with Visits(folder) as visits:
        cover_files(folder, visits)
        visits.add(
            Visit(
                source_id="hof",
                url=_HOSTILE,
                final_url=_HOSTILE,
                at="2026-01-01T10:00:00Z",
                crawl="c",
                outcome="refused",
                rule="robots_txt",
                message="\x1b[2J@SUM(1)",
            )
        )
    (tmp_path / "evidence").mkdir()
    rows = [_evidence(records[0]), _evidence(records[0]), _evidence(records[1]), _evidence(None)]
    write_parquet(tmp_path / "evidence" / "hof.parquet", rows, Evidence)
    write_parquet(tmp_path / "evidence" / "new.parquet", rows[2:], Evidence)
    return folder


def test_the_ledger_is_counted(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", str(archive)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == [["2", "stored", "§", "44b", "UrhG"], ["1", "refused", "robots_txt"]]
    assert run(["ledger", str(archive.parent), "--source", "gera", "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_the_ledger_as_json_and_csv(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", str(archive), "--json"]) == 0
    values = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["decision"] for one in values] == ["stored", "stored", "refused"]
    assert values[2]["url"] == _HOSTILE
    table = archive.parent / "ledger.csv"
    assert run(["ledger", str(archive), "-o", str(table)]) == 0
    assert capsys.readouterr().out == f"3 decisions written to {table}.\n"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["retain_until"] == "2026-10-01"
    assert rows[2]["url"] == f"'{_HOSTILE}"
    assert "\x1b" not in rows[2]["reason"]
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


def test_purge_tells_what_quotes_deleted_pages(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["purge", str(archive.parent), "--before", "2025-06-01"]
    assert run([*order, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "1 page and 0 revisits would be deleted from 1 file" in told
    assert "hof.parquet" in told and "new.parquet" not in told
    assert run([*order, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["pages"], values["rewritten"], values["left"]) == (1, ["hof-001.warc.gz"], [])
    quoting = archive.parent / "evidence" / "hof.parquet"
    assert values["quoting"] == [{"file": str(quoting), "rows": 2, "pages": 1}]
    assert run(order) == 0  # again: nothing to delete, and still quoted
    told = capsys.readouterr().out
    assert told.startswith("There is nothing to delete.")
    assert "hof.parquet" in told
    assert run(["ledger", str(archive)]) == 0
    assert "purged" in capsys.readouterr().out


def test_purge_by_retention_date(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["purge", str(archive), "--expired"]) == 0
    assert capsys.readouterr().out.startswith("2 pages")
    assert not list(archive.glob("*.warc.gz"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Say what to delete"),
        (["--before", "gestern"], "'gestern' is no day"),
        (["--before", "01.02.2026"], "is no day"),
    ],
)
def test_wrong_orders_are_said(
    archive: Path, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["purge", str(archive), *options]) == 2
    assert sentence in capsys.readouterr().err
    assert run(["purge", str(archive.parent / "x"), "--expired"]) == 2


def test_the_report_is_shown_again(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(archive)]) == 1
    assert "crawl first" in capsys.readouterr().err
    finding = Finding(
        source_id="hof", slug="far_fewer", sentence="hof has 2 pages.", severity="warning"
    )
    source = SourceReport(source_id="hof", fetched=2, stored=2)
    report = CrawlReport(
        started_at="2026-01-01T00:00:00Z",
        is_finished=True,
        sources=(source,),
        failures=(),
        archive_files=(),
        findings=(finding,),
    )
    write_report(archive, report)
    assert run(["report", str(archive.parent)]) == 0
    told = capsys.readouterr().out
    assert "hof has 2 pages." in told and "far fewer" in told
    assert "crawl-report.html" in told
    write_report(archive, replace(report, is_finished=False))
    assert run(["report", str(archive)]) == 0
    told = capsys.readouterr().out
    assert "--resume" in told and "crawl-report.html" not in told
    assert run(["report", str(archive), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"][0]["slug"] == "far_fewer"
