"""Findings over several crawls of real servers, and the ledger that they leave."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from partnernetz.errors import UsageError
from partnernetz.records import DocumentReference
from scrapers.crawl_report import CrawlReport, SourceReport
from scrapers.ledger import count_decisions, read_ledger
from scrapers.reading import document_of_html
from scrapers.stubs import is_stub
from scrapers.visits import VISITS_FILE, Visit, Visits
from scrapers.watching import watch


def _report(week: int, *, finished: bool = True, **values: int) -> CrawlReport:
    return CrawlReport(
        started_at=f"2026-{week:02d}-01T03:00:00Z",
        is_finished=finished,
        sources=(SourceReport(source_id="hof", **values),),
        failures=(),
        archive_files=(),
    )


def _slugs(archive: Path, report: CrawlReport) -> list[str]:
    return [finding.slug for finding in watch(archive, report).findings]


def test_each_crawl_is_compared_with_those_before(tmp_path: Path) -> None:
    assert _slugs(tmp_path, _report(1, fetched=40, stored=40)) == []
    assert _slugs(tmp_path, _report(2, fetched=30, not_due=10, stored=1)) == []
    assert _slugs(tmp_path, _report(3, fetched=12, stored=1)) == ["far_fewer"]
    assert _slugs(tmp_path, _report(4)) == ["nothing_found"]
    assert _slugs(tmp_path, _report(12, fetched=40)) == ["long_unchanged"]


def test_the_same_crawl_told_twice_is_one(tmp_path: Path) -> None:
    watch(tmp_path, _report(1, fetched=40, stored=40))
    for _ in range(5):  # taken up again and again
        watch(tmp_path, _report(2, fetched=4, stored=4))
    assert _slugs(tmp_path, _report(2, fetched=40, stored=4)) == []


def test_figures_of_another_version_are_passed_over(tmp_path: Path) -> None:
    watch(tmp_path, _report(1, fetched=40, stored=40))
    with sqlite3.connect(tmp_path / VISITS_FILE) as database:
        database.execute("UPDATE tallies SET figures = '{\"new\": true}'")
        database.execute("INSERT INTO tallies VALUES ('hof', '2025', 'torn {')")
    assert _slugs(tmp_path, _report(2, fetched=3, stored=3)) == []


def test_the_worst_comes_first(tmp_path: Path) -> None:
    report = CrawlReport(
        started_at="2026-01-01T03:00:00Z",
        is_finished=True,
        sources=(
            SourceReport(source_id="apolda", fetched=2, stored=2, stubs=2),
            SourceReport(source_id="hof"),
        ),
        failures=(),
        archive_files=(),
    )
    assert _slugs(tmp_path, report) == ["nothing_found", "only_stubs"]


_LONG = "Die Stadt Hof und die Stadt Plauen sind seit 1987 Partner. " * 5


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f"<p>{_LONG}</p>", False),
        ("<p>Bitte aktivieren Sie JavaScript.</p>", True),
        ("<div id=root></div><script>" + "x=1;" * 500 + "</script>", True),
        (f"<nav>{_LONG}</nav><p>Weiterlesen mit Abo</p>", True),
        (f"<form>{_LONG}</form>", True),
        ("", True),
        (f"<nav><p>{_LONG[:150]}</p></nav><p>Kurz</p>", True),
        ("<ul>" * 3000, False),
    ],
)
def test_stubs(markup: str, expected: bool) -> None:
    assert is_stub(markup) is expected
    assert is_stub(markup, is_press=True) is expected


@pytest.mark.parametrize(
    ("told", "body", "expected"),
    [
        ('"isAccessibleForFree": false', f"<p>{_LONG}</p>", True),
        ('"isAccessibleForFree": "True"', f"<p>{_LONG}</p>", False),
        ("", f"<p>{_LONG}</p><div class='paywall'></div>", True),
        ("", f"<p>{_LONG}</p><p>Sie sind bereits Abonnent?</p>", True),
        (  # the paid part was sent after all
            '"isAccessibleForFree": false, "hasPart": {"cssSelector": ".paid"}',
            f"<div class='paid'><p>{_LONG * 4}</p></div>",
            False,
        ),
    ],
)
def test_the_crawl_and_the_reader_call_the_same_articles_stubs(
    told: str, body: str, expected: bool
) -> None:
    linked = f'{{"@type": "NewsArticle"{", " if told else ""}{told}}}'
    markup = f"<body><script type=application/ld+json>{linked}</script><main>{body}</main>"
    assert is_stub(markup, is_press=True) is expected
    assert not is_stub(markup)
    reference = DocumentReference(id="a", url="http://a.example/")
    assert document_of_html(markup, reference=reference).reference.is_stub is expected


def _visit(number: int, **values: str) -> Visit:
    default = {
        "source_id": "hof",
        "url": f"http://hof.example/{number}",
        "final_url": f"http://hof.example/{number}",
        "at": "2026-11-26T03:00:00Z",
        "crawl": "2026-11-26T03:00:00Z",
        "outcome": "stored",
        "legal_basis": "§ 44b UrhG",
        "retain_until": "2027-11-26",
    }
    return Visit(**{**default, **values})  # type: ignore[arg-type]


def test_the_ledger_tells_each_decision(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no ledger"):
        read_ledger(tmp_path)
    with Visits(tmp_path) as visits:
        visits.add(_visit(1))
        visits.add(_visit(2, purged_on="2026-12-01"))
        visits.add(
            _visit(3, outcome="not_kept", rule="tdm_header", slug="use_reserved", message="m")
        )
        visits.add(_visit(4, outcome="failed", slug="http_error", source_id="gera"))
    entries = list(read_ledger(tmp_path))
    assert [one.decision for one in entries] == ["stored", "purged", "not_kept", "failed"]
    assert entries[1].outcome == "stored" and entries[1].purged_on == "2026-12-01"
    assert (entries[2].rule, entries[2].reason) == ("tdm_header", "m")
    assert entries[0].retain_until == "2027-11-26"
    assert [one.source_id for one in read_ledger(tmp_path, source_id="gera")] == ["gera"]
    counts = count_decisions([*entries, entries[0]])
    assert (counts[0].decision, counts[0].count, counts[0].legal_basis) == (
        "stored", 2, "§ 44b UrhG",
    )  # fmt: skip
    assert {(one.decision, one.rule) for one in counts[1:]} == {
        ("purged", ""), ("not_kept", "tdm_header"), ("failed", "http_error"),
    }  # fmt: skip
