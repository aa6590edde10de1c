"""The one spider: it reads sites as their sources say, best links first."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from partnernetz.errors import FailureSlug
from partnernetz.records import Source
from scrapers.archive_writing import Exchange
from scrapers.date_range import DateRange, parse_range
from scrapers.feeds import read_listing
from scrapers.frontier import Frontier, Step
from scrapers.jobs import CrawlJob, delay_of
from scrapers.links import canonical_address, page_links
from scrapers.middlewares.refusal import RefusedError
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import format_of
from scrapers.recording import Recorder

#: Why a crawl ends that came to its end, in Scrapy's word.
FINISHED = "finished"
#: After so many failed downloads in a row a site is given up.
_MOST_FAILURES = 8
_MOST_LISTINGS = 50


class SiteCrawl:
    """How far the crawl of one source is."""

    def __init__(self, source: Source, *, dates: DateRange | None = None) -> None:
        self.source = source
        self.dates = dates
        self.frontier = Frontier(source, dates=dates)
        self.began = time.monotonic()
        self.listings = deque([*source.feeds, *source.sitemaps])
        self.listings_met = set(self.listings)
        self.done: set[str] = set()
        self.failures_in_a_row = 0
        self.is_given_up = False


class SiteSpider(Spider):
    """Crawls each source on its own, one request after the other, within its budget."""

    name = "site"

    def __init__(self, *, job: CrawlJob, recorder: Recorder, **options: Any) -> None:
        super().__init__(**options)
        self._recorder = recorder
        today = date.fromisoformat(job.started_at[:10])
        dates = parse_range(job.since, job.until, today=today)
        self._sites = [SiteCrawl(source, dates=dates) for source in job.sources]
        self._active = {source.id for source in job.sources}
        self.all_hosts = frozenset(host for source in job.sources for host in source.hosts)

    def delay_of(self, host: str) -> float:
        """Return the seconds between two requests to a host."""
        return delay_of(host)

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first request of every source."""
        for site in self._sites:
            with suppress(CloseSpider):  # nothing to fetch at all
                for request in self._next(site):
                    yield request

    def closed(self, reason: str) -> None:
        """Close the archive when the crawl ends, for whatever reason."""
        self._recorder.close(reason=reason)

    def _next(self, site: SiteCrawl) -> Iterator[Request]:
        """Yield the next request of a source; close the spider where no source has one left."""
        request = self._next_request(site)
        if request is not None:
            yield request
            return
        self._active.discard(site.source.id)
        if not self._active:
            raise CloseSpider(FINISHED)  # Scrapy itself would notice some seconds later

    def _next_request(self, site: SiteCrawl) -> Request | None:
        if site.is_given_up:
            return None
        if site.listings:
            return self._request(site, site.listings.popleft(), self._read_listing)
        minutes = (time.monotonic() - site.began) / 60
        while (step := site.frontier.next(minutes=minutes)) is not None:
            resumed = self._recorder.resumed_markup(source_id=site.source.id, url=step.address)
            if resumed is None:
                return self._request(site, step.address, self._read_page, step=step)
            final_url, markup = resumed
            site.done.add(final_url)
            self._learn(site, step, markup, base=final_url)
        return None

    def _request(
        self, site: SiteCrawl, address: str, callback: Any, *, step: Step | None = None
    ) -> Request:
        return Request(
            address,
            callback=callback,
            errback=self._fail,
            dont_filter=True,
            meta={"hosts": site.source.hosts},
            cb_kwargs={"site": site, "address": address, "step": step},
        )

    def _read_listing(
        self, response: Response, *, site: SiteCrawl, address: str, step: Step | None
    ) -> Iterator[Request]:
        try:
            if response.status != 200:
                raise ValueError(f"it answered {response.status}")
            since = site.dates.since if site.dates else None
            listing = read_listing(response.body, base=response.url, since=since)
        except ValueError as error:
            message = f"{address} is no usable feed or sitemap: {error}."
            slug: FailureSlug = "http_error" if response.status != 200 else "document_unreadable"
            self._tell_failure(site, address, slug, message)
        else:
            site.frontier.add(listing.links, depth=1, via=address)
            for sitemap in listing.sitemaps:
                if sitemap not in site.listings_met and len(site.listings_met) < _MOST_LISTINGS:
                    site.listings_met.add(sitemap)
                    site.listings.append(sitemap)
        yield from self._next(site)

    def _read_page(
        self, response: Response, *, site: SiteCrawl, address: str, step: Step
    ) -> Iterator[Request]:
        site.failures_in_a_row = 0
        try:
            self._take(response, site, step)
        except OSError as error:  # the archive cannot be written: nothing can be kept
            raise CloseSpider(f"the archive cannot be written: {error.strerror}") from error
        except Exception as error:  # pages are hostile: one must not end the crawl of its site
            message = f"{address} could not be read ({type(error).__name__})."
            self._tell_failure(site, address, "document_unreadable", message)
        yield from self._next(site)

    def _take(self, response: Response, site: SiteCrawl, step: Step) -> None:
        """Record a page and learn its links."""
        final_url = canonical_address(response.url) or response.url
        if response.status != 200:
            message = f"{final_url} answered {response.status}."
            self._tell_failure(site, step.address, "http_error", message)
            return
        if final_url in site.done:
            return
        site.done.add(final_url)
        media_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        kind = format_of(response.body, media_type=media_type)
        if kind is None:
            message = f"{final_url} is no HTML, PDF or text ({media_type or 'unlabelled'})."
            self._tell_failure(site, step.address, "media_type_unknown", message)
            return
        self._recorder.record(_exchange(response, site, step, final_url=final_url))
        if kind == "html":
            markup = decode(response.body, media_type=media_type)
            self._learn(site, step, markup, base=response.url)

    def _learn(self, site: SiteCrawl, step: Step, markup: str, *, base: str) -> None:
        if markup:
            site.frontier.learn(page_links(markup, base=base), step=step)

    def _fail(self, failure: TwistedFailure) -> Iterator[Request]:
        arguments = failure.request.cb_kwargs  # type: ignore[attr-defined]
        site: SiteCrawl = arguments["site"]
        slug, message = _reason(failure.value, arguments["address"])
        self._tell_failure(site, arguments["address"], slug, message)
        if isinstance(failure.value, RefusedError):
            site.is_given_up = failure.value.is_final
        elif slug == "download_failed":
            site.failures_in_a_row += 1
            if site.failures_in_a_row >= _MOST_FAILURES:
                site.is_given_up = True
        yield from self._next(site)

    def _tell_failure(self, site: SiteCrawl, address: str, slug: FailureSlug, message: str) -> None:
        self._recorder.fail(
            source_id=site.source.id, url=address, at=_now(), slug=slug, message=message
        )


def _exchange(response: Response, site: SiteCrawl, step: Step, *, final_url: str) -> Exchange:
    request = response.request
    assert request is not None
    return Exchange(
        url=step.address,
        final_url=final_url,
        source_id=site.source.id,
        depth=step.depth,
        via=step.via,
        fetched_at=_now(),
        status=response.status,
        request_headers=_headers(request.headers),
        response_headers=_headers(response.headers),
        body=response.body,
    )


def _headers(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1").replace("\n", " ").replace("\r", " "))
        for name, values in headers.items()
        for value in values
    )


def _reason(error: BaseException | None, address: str) -> tuple[FailureSlug, str]:
    """Return slug and sentence for a download that failed."""
    if isinstance(error, RefusedError):
        return error.slug, str(error)
    if isinstance(error, DownloadCancelledError):
        return "too_large", f"{address} is too large to be a page."
    if isinstance(error, DownloadTimeoutError):
        return "download_failed", f"{address} did not answer in time."
    if isinstance(error, CannotResolveHostError):
        return "download_failed", f"{address}: there is no such host."
    if isinstance(error, DownloadConnectionRefusedError):
        return "download_failed", f"{address} refuses connections."
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return "download_failed", f"{address} could not be fetched: {detail}."


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
