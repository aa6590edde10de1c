"""The stages of a run as plain functions: what the tasks of the Prefect flow call."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.building import build_release
from flows.console import progress, tell_failures
from flows.options import load_gazetteer, load_settings, reference_folder, sources_path
from flows.parts import (
    Part,
    code_hash,
    extract_part,
    part_files,
    part_stamp,
    read_part,
    rules_hash,
)
from flows.workers import Work
from partnernetz.errors import Failure, InputError, StageError
from partnernetz.records import Source
from partnernetz.storage import from_dict, read_jsonl, to_dict, write_jsonl, write_text
from scrapers.archive import has_no_text
from scrapers.crawl import crawl
from scrapers.crawl_report import CrawlReport
from scrapers.duplicates import find_duplicates, groups_by_document
from scrapers.guards.addresses import is_loopback_host
from scrapers.inputs import is_archive
from scrapers.sources import SOURCES_FILE, read_source_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a run keeps what: everything lies in one folder."""

    folder: Path

    @property
    def archive(self) -> Path:
        """Return the folder of the WARC files."""
        return self.folder / "archive"

    @property
    def evidence(self) -> Path:
        """Return the folder of the parts."""
        return self.folder / "evidence"

    @property
    def release(self) -> Path:
        """Return the folder of the release."""
        return self.folder / "release"

    @property
    def failures(self) -> Path:
        """Return the file of the failures."""
        return self.folder / "failures.jsonl"

    @property
    def report(self) -> Path:
        """Return the file of the run's report."""
        return self.folder / "run-report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOrder:
    """One archive file that is still to be extracted."""

    archive_file: Path
    evidence_folder: Path
    stamp: str
    sources: tuple[Source, ...]
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run brought: ``is_new`` is false where there was nothing to do.

    ``pages`` were fetched (``new_pages`` of them stored), the other numbers are of the release;
    ``files`` were written to the release folder. ``stamp`` says what the release was made from.
    """

    is_new: bool
    stamp: str
    pages: int
    new_pages: int
    documents: int
    evidence: int
    claims: int
    partnerships: int
    places: int
    files: int
    failures: tuple[Failure, ...] = ()


def load_run_sources(path: Path, *, is_told: bool = True) -> tuple[Source, ...]:
    """Return the sources of a TOML file; raises InputError where it cannot be used.

    What lists of addresses had to leave out is told on stderr, unless it has been told before.
    """
    found = read_source_list(sources_path(path), gazetteer=load_gazetteer())
    if is_told:
        tell_failures(found.left_out)
    return found.sources


def allows_loopback(sources: Sequence[Source]) -> bool:
    """Return whether a source list itself names a host of this machine.

    Who writes such an address into a list means it; other private networks stay closed.
    """
    return any(is_loopback_host(host) for source in sources for host in source.hosts)


def crawl_sources(
    sources: Sequence[Source],
    *,
    archive: Path,
    only: Sequence[str] | None,
    resume: bool,
    refetch: bool = False,
    since: str | None = None,
    until: str | None = None,
) -> CrawlReport:
    """Crawl with a bar on stderr; raises as ``scrapers.crawl.crawl``."""
    chosen = [source for source in sources if not only or source.id in only]
    with progress("crawl", total=sum(source.max_pages for source in chosen)) as advance:
        return crawl(
            sources,
            archive=archive,
            settings=load_settings(),
            is_loopback_allowed=allows_loopback(chosen),
            only=only,
            resume=resume,
            refetch=refetch,
            since=since,
            until=until,
            on_progress=lambda _: advance(1),
        )


def plan_parts(layout: Layout, *, crawled: CrawlReport) -> tuple[list[Part], list[PartOrder]]:
    """Return the parts that are current, and orders for those that are not.

    Raises StageError where the archive holds nothing, after writing down why.
    """
    files = sorted(
        path for path in layout.archive.iterdir() if is_archive(path) and not has_no_text(path)
    )
    if not files:
        write_jsonl(layout.failures, crawled.failures)
        raise StageError("No page could be fetched, so there is nothing to read.")
    settings, reference = load_settings(), reference_folder()
    sources = load_sources_beside(layout.archive)
    rules = rules_hash(reference)
    work = Work(reference_folder=reference, minimum_score=settings.minimum_score)
    current, orders = [], []
    for path in files:
        stamp = part_stamp(path, rules=rules, sources=sources, minimum_score=settings.minimum_score)
        part = read_part(layout.evidence, path.name)
        if part is not None and part.stamp == stamp:
            current.append(part)
            continue
        orders.append(
            PartOrder(
                archive_file=path,
                evidence_folder=layout.evidence,
                stamp=stamp,
                sources=sources,
                work=work,
            )
        )
    return current, orders


def load_sources_beside(archive: Path) -> tuple[Source, ...]:
    """Return the sources that crawls left in an archive folder."""
    path = archive / SOURCES_FILE
    return tuple(read_jsonl(path, Source)) if path.is_file() else ()


def carry_out(order: PartOrder) -> Part:
    """Extract one archive file; runs in a process of its own."""
    return extract_part(
        order.archive_file,
        evidence_folder=order.evidence_folder,
        stamp=order.stamp,
        sources=order.sources,
        work=order.work,
    )


def lost_part(order: PartOrder, error: object) -> Failure:
    """Return the failure of a part that could not be extracted at all."""
    name = order.archive_file.name
    return Failure(
        stage="extract",
        subject=name,
        slug="extraction_failed",
        message=f"{name} could not be extracted ({type(error).__name__}: {error}).",
    )


def release_stamp(parts: Sequence[Part]) -> str:
    """Return what a release is made from: its parts and the code of the network room."""
    stamps = sorted(f"{part.archive_file} {part.stamp}" for part in parts)
    return hashlib.sha256("\n".join([*stamps, code_hash("network")]).encode()).hexdigest()


def read_run_report(path: Path) -> RunReport | None:
    """Return the report of the latest run that did something, None where there is none."""
    try:
        return from_dict(RunReport, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError):
        return None


def find_current(layout: Layout, parts: Sequence[Part]) -> RunReport | None:
    """Return the report of the release that is there, if it was made from just these parts."""
    known = read_run_report(layout.report)
    has_release = (layout.release / "datapackage.json").is_file()
    return known if known and has_release and known.stamp == release_stamp(parts) else None


def publish_parts(
    layout: Layout, parts: Sequence[Part], *, crawled: CrawlReport, lost: Sequence[Failure]
) -> RunReport:
    """Write release, failures and report of a run; return the report.

    Pages of the archive that say nearly the same are grouped first and count as one text. Raises
    StageError where not a single part could be extracted.
    """
    if not parts:
        raise StageError(f"No archive file could be extracted: {lost[0].message}")
    files = sorted(part_files(layout.evidence, part.archive_file)[0] for part in parts)
    noted = [*crawled.failures, *(failure for part in parts for failure in part.failures), *lost]
    summary, failures = build_release(
        files,
        out=layout.release,
        gazetteer=load_gazetteer(),
        reference_folder=reference_folder(),
        failures=noted,
        previous=layout.release if layout.release.is_dir() else None,
        copies=groups_by_document(find_duplicates(layout.archive)),
    )
    report = RunReport(
        is_new=True,
        # a part that is missing this time is to be tried again
        stamp="" if lost else release_stamp(parts),
        pages=sum(source.pages for source in crawled.sources),
        new_pages=sum(source.stored for source in crawled.sources),
        documents=sum(part.documents for part in parts),
        evidence=summary.evidence,
        claims=summary.claims,
        partnerships=summary.partnerships,
        places=summary.places,
        files=sum(1 for path in layout.release.rglob("*") if path.is_file()),
        failures=tuple(failures),
    )
    write_jsonl(layout.failures, failures)
    write_text(layout.report, json.dumps(to_dict(report), ensure_ascii=False, indent=1) + "\n")
    return report
