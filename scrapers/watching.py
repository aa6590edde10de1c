"""Compares a crawl with former ones: the figures of each are kept in the archive's SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from partnernetz.errors import InputError, StageError
from partnernetz.storage import from_dict
from scrapers.crawl_report import CrawlReport, SourceReport
from scrapers.monitors import Finding, SourceTally, findings_of
from scrapers.visits import VISITS_FILE

#: Former crawls that are looked back on: some years of weekly ones.
_LOOKED_BACK = 200
_PATIENCE = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tallies (
  source_id TEXT NOT NULL, crawl TEXT NOT NULL, figures TEXT NOT NULL,
  PRIMARY KEY (source_id, crawl)
)
"""


def watch(archive: Path, report: CrawlReport) -> CrawlReport:
    """Return the report of a finished crawl with its findings; keep its figures for the next one.

    Raises StageError where the archive's file cannot be used.
    """
    path = archive / VISITS_FILE
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as database, database:
            database.execute(_SCHEMA)
            findings: list[Finding] = []
            for source in report.sources:
                now = tally_of(source, crawl=report.started_at)
                findings.extend(findings_of(now, former=_former(database, now)))
                database.execute(
                    "INSERT OR REPLACE INTO tallies VALUES (?, ?, ?)",
                    (now.source_id, now.crawl, json.dumps(asdict(now))),
                )
    except sqlite3.Error as error:
        raise StageError(f"{path} cannot be used ({error}): check the folder.") from error
    return replace(report, findings=tuple(sorted(findings, key=_order)))


def tally_of(source: SourceReport, *, crawl: str) -> SourceTally:
    """Return the figures of a source that monitors look at."""
    return SourceTally(
        source_id=source.source_id,
        crawl=crawl,
        pages=source.pages,
        stored=source.stored,
        stubs=source.stubs,
        failed=source.failed,
        rules=source.rules,
    )


def _former(database: sqlite3.Connection, now: SourceTally) -> list[SourceTally]:
    """Return the figures of former crawls of a source, oldest first."""
    rows = database.execute(
        "SELECT figures FROM tallies WHERE source_id = ? AND crawl < ? ORDER BY crawl DESC LIMIT ?",
        (now.source_id, now.crawl, _LOOKED_BACK),
    )
    return list(reversed([one for row in rows if (one := _read(row[0])) is not None]))


def _read(text: str) -> SourceTally | None:
    try:
        return from_dict(SourceTally, json.loads(text))
    except (ValueError, InputError):  # of another version
        return None


def _order(finding: Finding) -> tuple[bool, str, str]:
    return finding.severity != "error", finding.source_id, finding.slug


def counted(rules: Iterable[tuple[str, int]], rule: str) -> tuple[tuple[str, int], ...]:
    """Return rules with their numbers, one of them once more.

    >>> counted([("robots_txt", 1)], "robots_txt")
    (('robots_txt', 2),)
    """
    numbers = dict(rules)
    numbers[rule] = numbers.get(rule, 0) + 1
    return tuple(sorted(numbers.items()))
