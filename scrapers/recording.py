"""What the crawling process does with an answer: store it, or find it unchanged; and tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from partnernetz.errors import Failure, FailureSlug
from scrapers.archive import digest_of
from scrapers.archive_index import ArchiveIndex, index_entry, load_index, read_indexed, save_index
from scrapers.archive_writing import ArchiveWriter, Exchange
from scrapers.jobs import CrawlEvent, CrawlJob
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import format_of


class Recorder:
    """Keeps the archive of one crawl and emits an event for each page."""

    def __init__(self, job: CrawlJob, *, emit: Callable[[CrawlEvent], None]) -> None:
        self._job = job
        self._folder = Path(job.archive)
        self._emit = emit
        self._index: ArchiveIndex = load_index(self._folder)
        self._writers: dict[str, ArchiveWriter] = {}
        self.reason = "not begun"

    def record(self, exchange: Exchange) -> None:
        """Store an answer unless the archive holds this body of the source already."""
        digest = digest_of(exchange.body)
        known = self._index.latest(exchange.final_url)
        is_same = known is not None and known.digest == digest
        if is_same or self._index.holds_body(source_id=exchange.source_id, digest=digest):
            self._emit(_event(exchange, "unchanged"))
            return
        stored = self._writer(exchange.source_id).add(exchange)
        self._index.add(index_entry(stored))
        self._emit(_event(exchange, "stored", archive_file=stored.page.archive_file))

    def fail(self, *, source_id: str, url: str, at: str, slug: FailureSlug, message: str) -> None:
        """Tell that an address could not be had."""
        failure = Failure(stage="crawl", subject=url, slug=slug, message=message)
        event = CrawlEvent(source_id=source_id, outcome="failed", url=url, at=at, failure=failure)
        self._emit(event)

    def resumed_markup(self, *, source_id: str, url: str) -> tuple[str, str] | None:
        """Return address and HTML of a page that the interrupted crawl stored, None for others."""
        since = self._job.resume_since
        entry = self._index.latest(url)
        if since is None or entry is None or entry.fetched_at < since:
            return None
        found = read_indexed(self._folder, entry)
        if found is None:
            return None
        page, body = found
        event = CrawlEvent(source_id=source_id, outcome="resumed", url=url, at=page.fetched_at)
        self._emit(event)
        is_html = format_of(body, media_type=page.media_type) == "html"
        return page.final_url, decode(body, media_type=page.media_type) if is_html else ""

    def close(self, *, reason: str) -> None:
        """Give all files their final names, write the index, keep why the crawl ended."""
        self.reason = reason
        for writer in self._writers.values():
            writer.close()
        save_index(self._folder, self._index)

    def _writer(self, source_id: str) -> ArchiveWriter:
        if source_id not in self._writers:
            stem = f"{self._job.started_at[:10]}-{source_id}"
            self._writers[source_id] = ArchiveWriter(self._folder, stem=stem)
        return self._writers[source_id]


def _event(
    exchange: Exchange, outcome: Literal["stored", "unchanged"], *, archive_file: str | None = None
) -> CrawlEvent:
    return CrawlEvent(
        source_id=exchange.source_id,
        outcome=outcome,
        url=exchange.final_url,
        at=exchange.fetched_at,
        archive_file=archive_file,
    )
