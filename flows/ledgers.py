"""The ledger shown, pages deleted, and what still quotes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Set
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.console import count, printable, say, show, show_json, show_table, tell_failures
from network.release.cells import clean, escape_formula
from partnernetz.errors import UsageError
from partnernetz.storage import atomic_path, to_dict
from scrapers.crawl_report import CrawlReport, read_report
from scrapers.crawl_report_page import PAGE_FILE
from scrapers.ledger import LedgerEntry, count_decisions, read_ledger
from scrapers.purging import PurgeReport, purge
from scrapers.visits import VISITS_FILE, Visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """A derived file that quotes deleted pages: how many of its rows, from how many pages."""

    file: str
    rows: int
    pages: int


def archive_folder(folder: Path) -> Path:
    """Return the archive folder of a run, or the folder itself where it is one."""
    within = folder / "archive"
    return within if within.is_dir() and not (folder / VISITS_FILE).is_file() else folder


def show_report(folder: Path, *, as_json: bool) -> None:
    """Write the report of the latest crawl; raises InputError where there is none."""
    archive = archive_folder(folder)
    report = read_report(archive)
    if as_json:
        show_json(report)
        return
    columns = ("source", "pages", "new", "unchanged", "not due", "stubs", "not had")
    rows = [
        (one.source_id, one.pages, one.stored, one.unchanged, one.not_due, one.stubs, one.failed)
        for one in report.sources
    ]
    show_table(columns, rows)
    show_findings(report)
    if report.is_finished:
        show(f"As a page: {archive / PAGE_FILE}")
    else:
        show("This crawl was interrupted, or is still running: take it up with `crawl --resume`.")


def show_findings(report: CrawlReport) -> None:
    """Write what in a crawl a person should look at."""
    if report.findings:
        rows = [(one.severity, one.slug.replace("_", " "), one.sentence) for one in report.findings]
        show_table(("severity", "finding", "what was seen"), rows)


def show_ledger(folder: Path, *, source: str | None, output: Path | None, as_json: bool) -> None:
    """Write the decisions: counted to a table, or each one as JSON or into a CSV file."""
    entries = read_ledger(archive_folder(folder), source_id=source)
    if as_json:
        for entry in entries:
            print(json.dumps(asdict(entry), ensure_ascii=False))
        return
    if output is not None:
        number = write_ledger(output, entries)
        show(f"{count(number, 'decision')} written to {output}.")
        return
    rows = [
        (one.count, one.decision.replace("_", " "), one.rule, one.legal_basis)
        for one in count_decisions(entries)
    ]
    show_table(("addresses", "decision", "rule", "legal basis"), rows)


def write_ledger(path: Path, entries: Iterable[LedgerEntry]) -> int:
    """Write decisions to a CSV file (UTF-8), atomically; return how many.

    What a spreadsheet would take for a formula gets an apostrophe before it.
    """
    number = 0
    with atomic_path(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(LedgerEntry))
        for entry in entries:
            writer.writerow(_cell(value) for value in asdict(entry).values())
            number += 1
    return number


def _cell(value: Any) -> Any:
    return escape_formula(printable(clean(value))) if isinstance(value, str) else value


def purge_pages(
    folder: Path, *, before: str | None, expired: bool, is_dry_run: bool, as_json: bool
) -> int:
    """Delete pages and tell what was deleted and what still quotes it; return the exit code."""
    if before is None and not expired:
        raise UsageError("Say what to delete: --before DATE, --expired, or both.")
    archive = archive_folder(folder)
    report = purge(
        archive,
        today=datetime.now(UTC).date().isoformat(),
        before=_day(before) if before is not None else "",
        expired=expired,
        is_dry_run=is_dry_run,
    )
    with Visits(archive) as visits:
        deleted = visits.purged_records() | report.records
    quoting = list(_quoting(archive, deleted))
    if as_json:
        values = {name: value for name, value in to_dict(report).items() if name != "records"}
        show_json({**values, "quoting": [asdict(one) for one in quoting]})
    else:
        _show_purge(report, quoting, is_dry_run=is_dry_run)
    tell_failures(report.left)
    return 1 if report.left else 0


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(f"'{text}' is no day: write it like 2026-01-31.") from error


def _show_purge(report: PurgeReport, quoting: list[Quoting], *, is_dry_run: bool) -> None:
    if not (report.pages or report.revisits):
        show("There is nothing to delete.")
    else:
        _show_deleted(report, is_dry_run=is_dry_run)
    if quoting:
        show("These files quote deleted pages: make them anew, or delete them.")
        show_table(("file", "rows", "pages"), [(one.file, one.rows, one.pages) for one in quoting])


def _show_deleted(report: PurgeReport, *, is_dry_run: bool) -> None:
    done = "would be deleted" if is_dry_run else "deleted"
    files = count(len(report.rewritten) + len(report.removed), "file")
    what = f"{count(report.pages, 'page')} and {count(report.revisits, 'revisit')}"
    show(f"{what} {done} from {files}, {len(report.removed):,} of them as a whole.")
    if report.freed:
        show(f"{report.freed / 1e6:,.1f} MB are free again.")
    if report.dereferenced:
        show(f"{count(report.dereferenced, 'revisit')} of later crawls refer to no page any more.")


def _quoting(archive: Path, deleted: Set[str]) -> Iterator[Quoting]:
    """Yield the parts of evidence and tables of a release beside an archive that quote pages."""
    for name, column in (("evidence/*.parquet", "document"), ("release/documents.parquet", "")):
        for path in sorted(archive.parent.glob(name)):
            try:
                records = _records_of(path, column)
            except (OSError, ValueError, KeyError) as error:
                say(f"{path} could not be looked through ({type(error).__name__}).")
                continue
            found = [record for record in records if record in deleted]
            if found:
                yield Quoting(file=str(path), rows=len(found), pages=len(set(found)))


def _records_of(path: Path, column: str) -> list[str | None]:
    """Return the archive record of each row of a Parquet file, held in a struct or on its own."""
    import pyarrow.parquet as pq

    field = f"{column}.archive_record" if column else "archive_record"
    table = pq.ParquetFile(path).read(columns=[field])
    rows = table.column(column or field).to_pylist()
    return [row["archive_record"] if isinstance(row, dict) else row for row in rows]
