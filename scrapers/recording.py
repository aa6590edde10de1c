"""What the crawling process knows and keeps: archive files, visits, and what it tells its parent.

A record goes to its archive file first and to the visits then. Killed in between, the crawl finds
it in the file at its next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Literal, cast

from partnernetz.errors import Failure, FailureSlug
from scrapers import stubs
from scrapers.archive import StoredPage
from scrapers.archive_index import archive_path, cover_files, read_body, visit_of
from scrapers.archive_writing import (
    WITHOUT_TEXT,
    ArchiveWriter,
    Exchange,
    Original,
    header_of,
)
from scrapers.cdxj import write_cdxj
from scrapers.jobs import FINISHED, CrawlEvent, CrawlJob
from scrapers.links import Link
from scrapers.permission import basis_name
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import format_of
from scrapers.revisiting import Look, is_due
from scrapers.visits import Outcome, Visit, Visits

#: Validators that are longer, or hold anything but printable ASCII, are not sent back.
_LONGEST_VALIDATOR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What need not be fetched: the visit that says so, and what can be learned from it.

    ``body``, of ``media_type``, is None where there is none, or none is kept; then ``links`` are
    all that is known.
    """

    visit: Visit
    body: bytes | None = None
    media_type: str = ""
    links: tuple[Link, ...] = ()


class Recorder:
    """Keeps the archive and the visits of one crawl, and emits an event for each page."""

    def __init__(self, job: CrawlJob, *, emit: Callable[[CrawlEvent], None]) -> None:
        self._job = job
        self._folder = Path(job.archive)
        self._emit = emit
        self._visits = Visits(self._folder)
        cover_files(self._folder, self._visits)
        self._writers: dict[str, ArchiveWriter] = {}
        self.crawl = job.resume_since or job.started_at
        self._began = datetime.fromisoformat(self.crawl)
        self._press = {source.id for source in job.sources if source.kind == "press"}
        self.reason = "not begun"

    def decided(self, *, source_id: str, url: str, has_text: bool = True) -> Known | None:
        """Return what this crawl decided on an address before it was interrupted.

        It is told once more, so that the report is that of the whole crawl.
        """
        if self._job.resume_since is None:
            return None
        visit = self._visits.decided(crawl=self.crawl, source_id=source_id, url=url)
        if visit is None:
            return None
        if visit.outcome in ("failed", "refused", "not_kept"):
            self._tell_failure(visit)
            kept = self._visits.kept_links(crawl=self.crawl, source_id=source_id, url=visit.url)
            return Known(visit=visit, links=tuple(Link(**link) for link in kept))
        if visit.outcome == "redirected":
            return Known(visit=visit)
        known = self._known(visit)
        if known is not None and has_text:
            self._emit(replace(_event(visit, "resumed"), is_stub=self._is_known_stub(known)))
        return known  # None where its file is gone

    def has_met(self, *, source_id: str, final_url: str) -> bool:
        """Return whether this crawl has had the page of an address already."""
        return self._visits.has_met(crawl=self.crawl, source_id=source_id, final_url=final_url)

    def not_due(self, *, source_id: str, url: str) -> Known | None:
        """Return what is known of a page that need not be fetched yet, None where it is due."""
        history = self._visits.history(source_id=source_id, url=url)
        if self._job.refetch or not history or history[-1].digest is None:
            return None
        looks = [
            Look(at=datetime.fromisoformat(visit.at), digest=visit.digest)
            for visit in history
            if visit.digest and visit.at
        ]
        if is_due(looks, now=self._began):
            return None
        known = self._known(history[-1])
        if known is not None:
            is_stub = self._is_known_stub(known)
            self._emit(replace(_event(history[-1], "not_due"), is_stub=is_stub))
        return known

    def validators(self, *, source_id: str, url: str) -> dict[str, str]:
        """Return the request headers by which a server can say that nothing has changed.

        (RFC 9110, 13.1.) There are none where the body is not kept, whose links are needed. An
        answer 304 need not repeat them: they are those last told of the body.
        """
        history = self._visits.history(source_id=source_id, url=url)
        found = [visit for visit in reversed(history) if visit.digest]
        if self._job.refetch or not found or self._original(found[0]) is None:
            return {}
        same = list(takewhile(lambda visit: visit.digest == found[0].digest, found))
        headers = {
            "If-None-Match": next((visit.etag for visit in same if visit.etag), None),
            "If-Modified-Since": next((v.last_modified for v in same if v.last_modified), None),
        }
        return {name: value for name, value in headers.items() if value and _is_sane(value)}

    def record(self, exchange: Exchange, *, has_text: bool = True) -> None:
        """Store an answer, as a revisit record where the archive holds this body already.

        Feeds and sitemaps, which have no text of their own, go where revisits go. Raises OSError
        where the archive cannot be written.
        """
        found = self._visits.body(
            source_id=exchange.source_id, final_url=exchange.final_url, digest=exchange.digest
        )
        original = self._original(found) if found else None
        has_own_file = original is None and has_text
        writer = self._writer(exchange.source_id if has_own_file else None)
        stored = writer.add(exchange, original=original)
        media_type = header_of(exchange, "Content-Type") or ""
        is_stub = has_text and self._is_stub(exchange.source_id, exchange.body, media_type)
        self._keep(stored, is_told=has_text, is_stub=is_stub)

    def record_not_modified(self, exchange: Exchange, *, has_text: bool = True) -> Known | None:
        """Store the answer 304 as a revisit record; return what is known of the page.

        None where nobody asked for it: the address has no kept body, or another address answered.
        """
        last = self._last_found(source_id=exchange.source_id, url=exchange.url)
        original = self._original(last) if last else None
        if last is None or original is None or last.final_url != exchange.final_url:
            return None
        known = self._known(last)
        if known is not None:
            # the answer has no page that could tell once more what its owner wants
            exchange = replace(exchange, rule=exchange.rule or last.rule or "")
            stored = self._writer(None).add(exchange, original=original)
            is_stub = has_text and self._is_known_stub(known)
            self._keep(stored, is_told=has_text, is_stub=is_stub)
        return known

    def last_known(self, *, source_id: str, url: str) -> Known | None:
        """Return the body that an address had when it was fetched last, None where none is kept."""
        last = self._last_found(source_id=source_id, url=url)
        return self._known(last) if last else None

    def redirected(self, *, source_id: str, url: str, final_url: str, at: str) -> None:
        """Note that an address led to a page that this crawl has had already."""
        self._add(source_id=source_id, url=url, final_url=final_url, at=at, outcome="redirected")

    def fail(
        self,
        *,
        source_id: str,
        url: str,
        at: str,
        slug: FailureSlug,
        message: str,
        outcome: Literal["failed", "refused", "not_kept"] = "failed",
        rule: str | None = None,
        status: int | None = None,
        final_url: str | None = None,
        links: Iterable[Link] = (),
    ) -> None:
        """Note and tell that an address could not be had, or must not be, and by which rule.

        ``links`` of a page that must not be kept are remembered until the crawl ends.
        """
        if outcome == "not_kept":
            values = [asdict(link) for link in links]
            self._visits.keep_links(crawl=self.crawl, source_id=source_id, url=url, links=values)
        visit = self._add(
            source_id=source_id,
            url=url,
            final_url=final_url or url,
            at=at,
            outcome=outcome,
            slug=slug,
            rule=rule,
            message=message,
            status=status,
            legal_basis=basis_name(self._job.legal_basis) if outcome == "not_kept" else None,
        )
        self._tell_failure(visit)

    def close(self, *, reason: str) -> None:
        """Give all files their final names and keep why the crawl ended.

        The index is written at a crawl's proper end: whoever is interrupted has little time.
        """
        self.reason = reason
        for writer in self._writers.values():
            writer.close()
        self._visits.commit()
        if reason == FINISHED:
            self._visits.drop_links()
            write_cdxj(self._folder, self._visits)
        self._visits.close()

    def _keep(self, stored: StoredPage, *, is_told: bool, is_stub: bool = False) -> Visit:
        """Add the visit of a record that was written just now."""
        visit = visit_of(stored)
        self._visits.add_page(visit, covered=stored.offset + stored.length)
        if is_told:
            outcome: Literal["stored", "unchanged"] = (
                "stored" if visit.outcome == "stored" else "unchanged"
            )
            self._emit(replace(_event(visit, outcome), is_stub=is_stub))
        return visit

    def _add(self, *, outcome: Outcome, **values: str | int | None) -> Visit:
        visit = Visit(crawl=self.crawl, outcome=outcome, **values)  # type: ignore[arg-type]
        self._visits.add(visit)
        self._visits.commit()  # no archive file tells of it
        return visit

    def _last_found(self, *, source_id: str, url: str) -> Visit | None:
        """Return the latest visit of an address that found a body."""
        history = self._visits.history(source_id=source_id, url=url)
        return next((visit for visit in reversed(history) if visit.digest), None)

    def _holder(self, visit: Visit) -> Visit | None:
        """Return the visit whose record holds the body that a visit found, if its file is there."""
        holder = self._visits.body(
            source_id=visit.source_id, final_url=visit.final_url, digest=visit.digest or ""
        )
        return holder if holder and archive_path(self._folder, holder) else None

    def _original(self, visit: Visit) -> Original | None:
        holder = self._holder(visit)
        if holder is None:
            return None
        return Original(
            record=holder.archive_record or "",
            url=holder.final_url,
            fetched_at=holder.at,
            digest=holder.digest or "",
        )

    def _known(self, visit: Visit) -> Known | None:
        """Return a visit with the body that it found, None where no file holds it any more."""
        holder = self._holder(visit)
        body = read_body(self._folder, holder) if holder else None
        if holder is None or body is None:
            return None
        return Known(visit=visit, body=body, media_type=holder.media_type or "")

    def _is_known_stub(self, known: Known) -> bool:
        return self._is_stub(known.visit.source_id, known.body or b"", known.media_type)

    def _is_stub(self, source_id: str, body: bytes, media_type: str) -> bool:
        if format_of(body, media_type=media_type) != "html":
            return False
        markup = decode(body, media_type=media_type)
        return stubs.is_stub(markup, is_press=source_id in self._press)

    def _tell_failure(self, visit: Visit) -> None:
        slug = cast(FailureSlug, visit.slug)
        failure = Failure(stage="crawl", subject=visit.url, slug=slug, message=visit.message or "")
        self._emit(
            CrawlEvent(
                source_id=visit.source_id,
                outcome="failed",
                url=visit.url,
                at=visit.at,
                failure=failure,
                rule=visit.rule,
            )
        )

    def _writer(self, source_id: str | None) -> ArchiveWriter:
        """Return the writer of a source, without one that for what holds no text."""
        day = self._job.started_at[:10]
        stem = f"{day}-{source_id}" if source_id is not None else f"{WITHOUT_TEXT}-{day}"
        if stem not in self._writers:
            self._writers[stem] = ArchiveWriter(
                self._folder,
                stem=stem,
                largest_file=self._job.largest_file,
                about={"isPartOf": self.crawl, "http-header-user-agent": self._job.user_agent},
            )
        return self._writers[stem]


def _event(
    visit: Visit, outcome: Literal["stored", "unchanged", "resumed", "not_due"]
) -> CrawlEvent:
    return CrawlEvent(
        source_id=visit.source_id,
        outcome=outcome,
        url=visit.final_url,
        at=visit.at,
        archive_file=visit.archive_file if outcome in ("stored", "unchanged") else None,
    )


def _is_sane(value: str) -> bool:
    return len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable()
