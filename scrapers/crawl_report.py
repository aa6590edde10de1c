"""The report of a crawl: what came of each source, kept as JSON beside the archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from partnernetz.errors import Failure, InputError
from partnernetz.storage import from_dict, to_dict, write_text
from scrapers.monitors import Finding

REPORT_FILE = "crawl-report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one crawl made of one source.

    ``fetched`` counts the pages that were answered with text (``stored`` anew or ``unchanged``),
    ``resumed`` those an interrupted crawl had already, ``not_due`` those that were not fetched
    because they seldom change, ``stubs`` those of all these that show next to no text or only the
    beginning of one, ``failed`` the addresses that could not be had; ``rules`` are the rules by
    which they were not, with their number.
    """

    source_id: str
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    resumed: int = 0
    not_due: int = 0
    failed: int = 0
    archive_files: tuple[str, ...] = ()
    first_fetched_at: str | None = None
    last_fetched_at: str | None = None
    stubs: int = 0
    rules: tuple[tuple[str, int], ...] = ()

    @property
    def pages(self) -> int:
        """Return how many pages were looked at, fetched now or not."""
        return self.fetched + self.resumed + self.not_due


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What a crawl brought in; ``is_finished`` is false where it was interrupted.

    ``failures`` are at most 10,000, of which the sources tell the full number. ``findings`` are
    what a person should look at.
    """

    started_at: str
    is_finished: bool
    sources: tuple[SourceReport, ...]
    failures: tuple[Failure, ...]
    archive_files: tuple[str, ...]
    first_fetched_at: str | None = None
    last_fetched_at: str | None = None
    findings: tuple[Finding, ...] = ()


def read_report(archive: Path) -> CrawlReport:
    """Return the report that the latest crawl left; raises InputError if there is none."""
    path = archive / REPORT_FILE
    try:
        return from_dict(CrawlReport, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"There is no crawl report {path}: crawl first.") from error


def write_report(archive: Path, report: CrawlReport) -> None:
    """Write a report beside the archive, atomically."""
    text = json.dumps(to_dict(report), ensure_ascii=False, indent=1)
    write_text(archive / REPORT_FILE, text + "\n")
