"""Crawling: one process a crawl, started, followed and ended from here.

Nothing in this module imports Scrapy.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import partnernetz
from partnernetz.errors import Failure, InputError, StageError, UsageError
from partnernetz.records import Source
from partnernetz.settings import Settings
from partnernetz.storage import from_dict, read_jsonl, to_dict, write_jsonl
from scrapers.archive_writing import recover
from scrapers.crawl_report import CrawlReport, SourceReport, read_report, write_report
from scrapers.crawl_report_page import write_report_page
from scrapers.date_range import parse_range
from scrapers.guards.addresses import is_loopback_host
from scrapers.guards.limits import Limits
from scrapers.jobs import CrawlEvent, CrawlJob, is_private_host
from scrapers.locking import locked
from scrapers.sources import SOURCES_FILE
from scrapers.watching import counted, watch

#: Failures that a report lists; their number is told whatever it is, and crawl.sqlite has them all.
_MOST_FAILURES = 10_000
#: Seconds the process gets to finish the page it is at.
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlProgress:
    """How far a crawl is: pages met so far, the most it may fetch, the latest event."""

    done: int
    budget: int
    event: CrawlEvent


def crawl(
    sources: Sequence[Source],
    *,
    archive: Path,
    settings: Settings,
    is_loopback_allowed: bool = False,
    only: Collection[str] | None = None,
    resume: bool = False,
    refetch: bool = False,
    since: str | None = None,
    until: str | None = None,
    limits: Limits | None = None,
    on_progress: Callable[[CrawlProgress], None] | None = None,
) -> CrawlReport:
    """Crawl sources into an archive folder and return what came of it.

    The report is also written beside the archive, as ``crawl-report.json`` and as a page for
    readers, with what is odd compared with former crawls. Addresses that cannot
    be had become failures of the report, the rest goes on. Pages are fetched again when they are
    due by how often they change, with ``refetch`` all of them. With ``resume``, a crawl that was
    interrupted is taken up: nothing that it decided is asked again. With ``since`` and ``until``
    (EDTF dates), what was published outside of them by the word of a feed, a sitemap or its own
    address is left out, and the archive pages of that time are read (``Source.archives``). An
    interruption (Ctrl-C, SIGTERM) ends the crawling process, leaves the archive readable and is
    raised again.

    Raises UsageError for unknown ids, wrong dates, a missing contact, private hosts where they are
    not allowed, or an archive that another crawl writes to; StageError where the crawling process
    fails.
    """
    chosen = _chosen(sources, only)
    parse_range(since, until, today=datetime.now(UTC).date())
    agent = _user_agent(chosen, settings, is_loopback_allowed=is_loopback_allowed)
    archive.mkdir(parents=True, exist_ok=True)
    with locked(archive) as lock:
        recover(archive)
        interrupted = _interrupted_since(archive) if resume else None
        job = CrawlJob(
            sources=chosen,
            archive=str(archive.resolve()),
            user_agent=agent,
            # to the microsecond: it names the crawl
            started_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            resume_since=interrupted,
            refetch=refetch,
            largest_file=settings.archive_file_size,
            since=since,
            until=until,
            legal_basis=settings.legal_basis,
            retention_days=settings.retention_days,
            loopback_hosts=_loopback_hosts(chosen) if is_loopback_allowed else (),
            limits=limits or Limits(),
        )
        _keep_sources(archive, chosen)
        tally = _Tally(job)
        write_report(archive, tally.report(is_finished=False))
        try:
            _run(job, lambda event: _follow(event, tally, on_progress), lock=lock)
        except BaseException:
            recover(archive)
            write_report(archive, tally.report(is_finished=False))
            raise
        report = watch(archive, tally.report(is_finished=True))
        write_report(archive, report)
        write_report_page(archive, report)
        return report


def _chosen(sources: Sequence[Source], only: Collection[str] | None) -> tuple[Source, ...]:
    known = {source.id for source in sources}
    for name in only or ():
        if name not in known:
            raise UsageError(f"There is no source '{name}': use one of {', '.join(sorted(known))}.")
    chosen = tuple(source for source in sources if only is None or source.id in only)
    if not chosen:
        raise UsageError("There is no source to crawl: name at least one.")
    return chosen


def _user_agent(sources: Sequence[Source], settings: Settings, *, is_loopback_allowed: bool) -> str:
    name = f"partnernetz/{partnernetz.__version__}"
    has_real = False
    for source in sources:
        for host in source.hosts:
            if not is_private_host(host):
                has_real = True
            elif not is_loopback_allowed:
                kind = (
                    "is this machine, which is only crawled where loopback is allowed"
                    if is_loopback_host(host)
                    else "is in a private network, which is never crawled"
                )
                raise UsageError(f"Source '{source.id}': {host} {kind}.")
    contact = " ".join(settings.contact.split())
    if has_real and not contact:
        raise UsageError(
            "Site owners must be able to reach who crawls: set PARTNERNETZ_CONTACT to a mail or "
            "web address."
        )
    return f"{name} (+{contact})" if contact else name


def _loopback_hosts(sources: Sequence[Source]) -> tuple[str, ...]:
    """Return the hosts that sources name and that are on this machine by their very name."""
    hosts = {host for source in sources for host in source.hosts if is_loopback_host(host)}
    return tuple(sorted(hosts))


def _interrupted_since(archive: Path) -> str | None:
    """Return when the crawl to take up began, None where the latest one was finished."""
    try:
        report = read_report(archive)
    except InputError:
        return None
    return None if report.is_finished else report.started_at


def _keep_sources(archive: Path, sources: Sequence[Source]) -> None:
    """Write the sources beside the archive, those of earlier crawls included."""
    path = archive / SOURCES_FILE
    kept = {source.id: source for source in sources}
    if path.is_file():
        for source in read_jsonl(path, Source):
            kept.setdefault(source.id, source)
    write_jsonl(path, (kept[name] for name in sorted(kept)))


class _Tally:
    """Adds events up to a report."""

    def __init__(self, job: CrawlJob) -> None:
        # a crawl that takes up another one belongs to it, and can be taken up itself
        self._started_at = job.resume_since or job.started_at
        self._sources = {source.id: SourceReport(source_id=source.id) for source in job.sources}
        self._failures: list[Failure] = []
        self.budget = sum(source.max_pages for source in job.sources)
        self.done = 0

    def add(self, event: CrawlEvent) -> None:
        known = self._sources[event.source_id]
        self.done += 1
        if event.failure is not None:
            if len(self._failures) < _MOST_FAILURES:
                self._failures.append(event.failure)
            rule = event.rule or event.failure.slug
            self._sources[event.source_id] = replace(
                known, failed=known.failed + 1, rules=counted(known.rules, rule)
            )
            return
        files = known.archive_files
        if event.archive_file is not None and event.archive_file not in files:
            files = (*files, event.archive_file)
        if event.outcome in ("resumed", "not_due"):
            count = getattr(known, event.outcome) + 1
            self._sources[event.source_id] = replace(
                known, stubs=known.stubs + event.is_stub, **{event.outcome: count}
            )
            return
        self._sources[event.source_id] = replace(
            known,
            fetched=known.fetched + 1,
            stored=known.stored + (event.outcome == "stored"),
            unchanged=known.unchanged + (event.outcome == "unchanged"),
            stubs=known.stubs + event.is_stub,
            archive_files=files,
            first_fetched_at=known.first_fetched_at or event.at,
            last_fetched_at=event.at,
        )

    def report(self, *, is_finished: bool) -> CrawlReport:
        sources = tuple(self._sources.values())
        first = [source.first_fetched_at for source in sources if source.first_fetched_at]
        last = [source.last_fetched_at for source in sources if source.last_fetched_at]
        files = sorted(file for source in sources for file in source.archive_files)
        failures = sorted(self._failures, key=lambda failure: (failure.subject, failure.slug))
        return CrawlReport(
            started_at=self._started_at,
            is_finished=is_finished,
            sources=sources,
            failures=tuple(failures),
            archive_files=tuple(files),
            first_fetched_at=min(first, default=None),
            last_fetched_at=max(last, default=None),
        )


def _follow(
    event: CrawlEvent, tally: _Tally, on_progress: Callable[[CrawlProgress], None] | None
) -> None:
    tally.add(event)
    if on_progress is not None:
        on_progress(CrawlProgress(done=tally.done, budget=tally.budget, event=event))


def _run(job: CrawlJob, follow: Callable[[CrawlEvent], None], *, lock: int) -> None:
    """Run the crawling process to its end and hand on its events."""
    with tempfile.TemporaryDirectory(prefix="partnernetz-crawl-") as folder, _termination_raised():
        job_file = Path(folder) / "job.json"
        job_file.write_text(json.dumps(to_dict(job)), encoding="utf-8")
        log_file = Path(folder) / "log.txt"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "scrapers.crawl_process", str(job_file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
                pass_fds=[lock],
                start_new_session=True,  # Ctrl-C reaches this process alone, which passes it on
            )
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    follow(from_dict(CrawlEvent, json.loads(line)))
                code = process.wait()
            finally:
                _end(process)
        if code != 0:
            raise StageError(
                f"The crawling process failed ({_reason(code, log_file)}): what it had stored is "
                "kept, take it up with --resume."
            )


def _environment() -> dict[str, str]:
    """Return the environment in which the process finds this very project."""
    project = str(Path(partnernetz.__file__).resolve().parent.parent)
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([project, *([before] if before else [])])}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process: first in good order, then for good."""
    if process.poll() is None:
        process.terminate()
        # its remaining events are read away, a full pipe would keep it from ending
        reader = threading.Thread(target=_drain, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(_PATIENCE)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _drain(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.read()


def _reason(code: int, log_file: Path) -> str:
    """Return why a process ended: the signal that ended it, else the last line that it wrote."""
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    lines = log_file.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it said nothing")


@contextmanager
def _termination_raised() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that the crawling process is ended in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
