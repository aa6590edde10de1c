"""The one spider: it reads sites as their sources say, best links first.

It keeps in memory what is still to be fetched; all that was decided is in the recorder's visits.
An interrupted crawl is taken up by going the same way again: what was decided on an address is
looked up instead of fetched, so that nothing but the visits has to survive.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from partnernetz.errors import FailureSlug
from partnernetz.records import Source
from scrapers.answers import exchange_of, now
from scrapers.archive_writing import NOT_MODIFIED_STATUS, Exchange, header_of
from scrapers.date_range import DateRange, parse_range
from scrapers.frontier import Frontier, Step
from scrapers.jobs import FINISHED, CrawlJob, delay_of
from scrapers.links import PageLinks, is_in_scope
from scrapers.middlewares.refusal import RefusedError
from scrapers.mishaps import mishap_of, reading_mishap
from scrapers.oparl import links_of_council_paper, read_any_listing
from scrapers.permission import NOFOLLOW
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import format_of
from scrapers.reading.isolation import links_of_page
from scrapers.recording import Known, Recorder
from scrapers.sources import without_www

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
        self.listings = deque([*source.feeds, *source.sitemaps, *source.oparl])
        self.listings_met = set(self.listings)
        self.failures_in_a_row = 0
        self.closed_hosts: set[str] = set()
        self.is_given_up = False

    def meet_listings(self, addresses: Iterable[str]) -> None:
        """Take in feeds and sitemaps to read that were not met before."""
        for address in addresses:
            if address not in self.listings_met and len(self.listings_met) < _MOST_LISTINGS:
                self.listings_met.add(address)
                self.listings.append(address)

    def close_host(self, host: str) -> None:
        """Leave a host alone; where the source has no other one it is given up."""
        self.closed_hosts.add(without_www(host))
        self.is_given_up = self.closed_hosts >= {without_www(one) for one in self.source.hosts}

    def is_closed(self, address: str) -> bool:
        """Return whether an address lies on a host that is left alone."""
        return bool(self.closed_hosts) and is_in_scope(address, hosts=self.closed_hosts)

    def note_answer(self, failure: str | None = None) -> None:
        """Count failed downloads; after too many in a row the site is given up."""
        is_failure = failure in ("download_failed", "timed_out")
        self.failures_in_a_row = self.failures_in_a_row + 1 if is_failure else 0
        self.is_given_up = self.is_given_up or self.failures_in_a_row >= _MOST_FAILURES


class SiteSpider(Spider):
    """Crawls each source on its own, one request after the other, within its budget."""

    name = "site"

    def __init__(self, *, job: CrawlJob, recorder: Recorder, **options: Any) -> None:
        super().__init__(**options)
        self._job = job
        self._recorder = recorder
        today = date.fromisoformat(job.started_at[:10])
        dates = parse_range(job.since, job.until, today=today)
        self._sites = [SiteCrawl(source, dates=dates) for source in job.sources]
        self.legal_basis = job.legal_basis
        self._active = {source.id for source in job.sources}
        self.all_hosts = frozenset(host for source in job.sources for host in source.hosts)

    def delay_of(self, host: str) -> float:
        """Return the seconds between two requests to a host."""
        return delay_of(host)

    def learn_sitemaps(self, host: str, addresses: Iterable[str]) -> None:
        """Take in the sitemaps that the robots.txt of a host names."""
        for site in self._sites:
            if is_in_scope(f"http://{host}/", hosts=site.source.hosts):
                site.meet_listings(addresses)

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first request of every source."""
        for site in self._sites:
            with suppress(CloseSpider):  # nothing to fetch at all
                async for request in self._next(site):
                    yield request

    def closed(self, reason: str) -> None:
        """Close the archive when the crawl ends, for whatever reason."""
        self._recorder.close(reason=reason)

    async def _next(self, site: SiteCrawl) -> AsyncIterator[Request]:
        """Yield the next request of a source; close the spider where no source has one left."""
        request = await self._next_request(site)
        if request is not None:
            yield request
            return
        self._active.discard(site.source.id)
        if not self._active:
            raise CloseSpider(FINISHED)  # Scrapy itself would notice some seconds later

    async def _next_request(self, site: SiteCrawl) -> Request | None:
        while not site.is_given_up:
            if site.listings:
                address, step = site.listings.popleft(), None
            else:
                step = site.frontier.next(minutes=(time.monotonic() - site.began) / 60)
                if step is None:
                    return None
                address = step.address
                if address in site.listings_met:
                    continue
            if site.is_closed(address):
                continue
            known = self._known(site, address, step)
            if known is None:
                if step is not None and self._has_met(site, address):
                    continue  # another address led here
                return self._request(site, address, step)
            self._learn_known(site, address, step, known)
            await asyncio.sleep(0)  # what is taken up can be much, and others are waiting
        return None

    def _known(self, site: SiteCrawl, address: str, step: Step | None) -> Known | None:
        """Return what makes a request needless: decided before, or not due."""
        source_id, has_text = site.source.id, step is not None
        known = self._recorder.decided(source_id=source_id, url=address, has_text=has_text)
        if known is None and step is not None and step.depth > 0:
            known = self._recorder.not_due(source_id=source_id, url=address)
        return known

    def _has_met(self, site: SiteCrawl, address: str) -> bool:
        return self._recorder.has_met(source_id=site.source.id, final_url=address)

    def _learn_known(self, site: SiteCrawl, address: str, step: Step | None, known: Known) -> None:
        """Go on from a page as if it had been fetched now."""
        visit = known.visit
        if visit.outcome != "refused":
            site.note_answer(visit.slug)
        if known.body is None:
            self._follow(site, step, PageLinks(title="", links=known.links))
        elif step is None:
            with suppress(ValueError):  # told when it was fetched
                self._learn_listing(site, address, known.body, base=visit.final_url)
        else:
            links = _links(known.body, known.media_type, base=visit.final_url)
            self._follow(site, step, _followed(links, visit.rule))

    def _request(
        self, site: SiteCrawl, address: str, step: Step | None, *, is_conditional: bool = True
    ) -> Request:
        headers: dict[str, str] = {}
        is_rendered = site.source.is_rendered and step is not None
        if is_conditional and not is_rendered:  # what scripts fetch may have changed
            headers = self._recorder.validators(source_id=site.source.id, url=address)
        return Request(
            address,
            callback=self._read_listing if step is None else self._read_page,
            errback=self._fail,
            headers=headers,
            dont_filter=True,
            meta={
                "hosts": site.source.hosts,
                "render": site.source.is_rendered and step is not None,
            },
            cb_kwargs={"site": site, "address": address, "step": step},
        )

    async def _read_listing(
        self, response: Response, *, site: SiteCrawl, address: str, step: None
    ) -> AsyncIterator[Request]:
        again = None
        try:
            again = self._take_listing(response, site, address)
        except CloseSpider:
            raise
        except Exception as error:  # listings are hostile, too
            slug: FailureSlug = "document_unreadable" if response.status == 200 else "http_error"
            reason = error if isinstance(error, ValueError) else type(error).__name__
            message = f"{address} is no usable feed, sitemap or council system: {reason}."
            self._tell_failure(site, address, slug, message, status=response.status)
        if again is not None:
            yield again
            return
        async for request in self._next(site):
            yield request

    def _take_listing(self, response: Response, site: SiteCrawl, address: str) -> Request | None:
        """Record a feed or sitemap and learn its links; return a request to ask again."""
        exchange = self._exchange(response, site, address)
        if exchange.status == NOT_MODIFIED_STATUS and _was_conditional(response):
            known = self._record_not_modified(exchange, has_text=False)
            if known is None:
                return self._request(site, address, None, is_conditional=False)
            self._learn_known(site, address, None, known)
            return None
        if exchange.status != 200:
            raise ValueError(f"it answered {exchange.status}")
        self._learn_listing(site, address, exchange.body, base=exchange.final_url)
        self._record(exchange, has_text=False)
        return None

    def _learn_listing(self, site: SiteCrawl, address: str, body: bytes, *, base: str) -> None:
        """Take in what a listing names; raises ValueError where the body is none."""
        since = site.dates.since if site.dates else None
        listing = read_any_listing(body, base=base, since=since)
        site.frontier.add(listing.links, depth=1, via=address)
        site.meet_listings(listing.sitemaps)

    async def _read_page(
        self, response: Response, *, site: SiteCrawl, address: str, step: Step
    ) -> AsyncIterator[Request]:
        site.note_answer()
        again = None
        try:
            again = self._take(response, site, step)
        except CloseSpider:
            raise
        except Exception as error:  # pages are hostile: one must not end the crawl of its site
            message = reading_mishap(error, address)
            self._tell_failure(site, address, "document_unreadable", message)
        if again is not None:
            yield again
            return
        async for request in self._next(site):
            yield request

    def _take(self, response: Response, site: SiteCrawl, step: Step) -> Request | None:
        """Record a page and learn its links; return a request where it must be asked again."""
        exchange = self._exchange(response, site, step.address, step)
        source_id, final_url = site.source.id, exchange.final_url
        refusal = response.meta.get("not_kept")
        if refusal is not None:
            self._leave_out(exchange, site, step, refusal)
        elif exchange.status == NOT_MODIFIED_STATUS and _was_conditional(response):
            known = self._record_not_modified(exchange)
            if known is None:
                return self._request(site, step.address, step, is_conditional=False)
            self._learn_known(site, step.address, step, known)
        elif exchange.status != 200:
            message = f"{final_url} answered {exchange.status}."
            self._tell_failure(site, step.address, "http_error", message, status=exchange.status)
        elif self._has_met(site, final_url):
            with _writing():
                self._recorder.redirected(
                    source_id=source_id, url=step.address, final_url=final_url, at=now()
                )
        else:
            self._keep(exchange, site, step)
        return None

    def _keep(self, exchange: Exchange, site: SiteCrawl, step: Step) -> None:
        media_type = _media_type(exchange)
        if format_of(exchange.body, media_type=media_type) is None:
            shown = media_type or "unlabelled"
            message = f"{exchange.final_url} is no HTML, PDF, text or OParl ({shown})."
            self._tell_failure(site, step.address, "media_type_unknown", message)
            return
        self._record(exchange)
        links = _links(exchange.body, media_type, base=exchange.final_url)
        self._follow(site, step, _followed(links, exchange.rule))

    def _leave_out(
        self, exchange: Exchange, site: SiteCrawl, step: Step, refusal: RefusedError
    ) -> None:
        """Note that a page must not be stored; its links may be followed all the same."""
        body, media_type = exchange.body, _media_type(exchange)
        if exchange.status == NOT_MODIFIED_STATUS:
            last = self._recorder.last_known(source_id=site.source.id, url=step.address)
            body, media_type = (last.body or b"", last.media_type) if last else (b"", "")
        page = _followed(_links(body, media_type, base=exchange.final_url), exchange.rule)
        with _writing():
            self._recorder.fail(
                source_id=site.source.id,
                url=step.address,
                final_url=exchange.final_url,
                at=now(),
                slug=refusal.slug,
                message=str(refusal),
                outcome="not_kept",
                rule=_rule(refusal),
                status=exchange.status,
                links=page.links,
            )
        self._follow(site, step, page)

    def _follow(self, site: SiteCrawl, step: Step | None, page: PageLinks) -> None:
        if step is not None:
            site.frontier.learn(page, step=step)

    async def _fail(self, failure: TwistedFailure) -> AsyncIterator[Request]:
        arguments = failure.request.cb_kwargs  # type: ignore[attr-defined]
        site: SiteCrawl = arguments["site"]
        error = failure.value
        slug, message = mishap_of(error, arguments["address"])
        if isinstance(error, RefusedError):
            rule = _rule(error)
            self._tell_failure(
                site, arguments["address"], slug, message, rule=rule, outcome="refused"
            )
            if error.closed_host is not None:
                site.close_host(error.closed_host)
        else:
            site.note_answer(slug)
            given_up = "many_failures" if site.is_given_up else None
            self._tell_failure(site, arguments["address"], slug, message, rule=given_up)
        async for request in self._next(site):
            yield request

    def _record(self, exchange: Exchange, *, has_text: bool = True) -> None:
        with _writing():
            self._recorder.record(exchange, has_text=has_text)

    def _record_not_modified(self, exchange: Exchange, *, has_text: bool = True) -> Known | None:
        with _writing():
            return self._recorder.record_not_modified(exchange, has_text=has_text)

    def _tell_failure(
        self,
        site: SiteCrawl,
        address: str,
        slug: FailureSlug,
        message: str,
        *,
        rule: str | None = None,
        outcome: Literal["failed", "refused"] = "failed",
        status: int | None = None,
    ) -> None:
        with _writing():
            self._recorder.fail(
                source_id=site.source.id,
                url=address,
                at=now(),
                slug=slug,
                message=message,
                outcome=outcome,
                rule=rule,
                status=status,
            )

    def _exchange(
        self, response: Response, site: SiteCrawl, address: str, step: Step | None = None
    ) -> Exchange:
        return exchange_of(
            response,
            source_id=site.source.id,
            job=self._job,
            url=address,
            depth=step.depth if step else 0,
            via=step.via if step else "",
        )


@contextmanager
def _writing() -> Iterator[None]:
    """End the crawl where the archive cannot be written: nothing can be kept."""
    try:
        yield
    except OSError as error:
        raise CloseSpider(f"the archive cannot be written: {error.strerror}") from error
    except sqlite3.Error as error:
        raise CloseSpider(f"the archive cannot be written: {error}") from error


def _links(body: bytes, media_type: str, *, base: str) -> PageLinks:
    """Return the links of a page or council paper, none of what is neither."""
    kind = format_of(body, media_type=media_type)
    if kind == "html":
        return links_of_page(decode(body, media_type=media_type), base=base)
    links = links_of_council_paper(body, base=base) if kind == "oparl" else ()
    return PageLinks(title="", links=tuple(links))


def _followed(page: PageLinks, rule: str | None) -> PageLinks:
    """Return a page with those of its links that the owner lets be followed."""
    return replace(page, links=()) if NOFOLLOW in (rule or "").split() else page


def _media_type(exchange: Exchange) -> str:
    return header_of(exchange, "Content-Type") or ""


def _was_conditional(response: Response) -> bool:
    request = response.request
    return request is not None and any(
        name in request.headers for name in ("If-None-Match", "If-Modified-Since")
    )


def _rule(error: RefusedError) -> str:
    """Return by which rule a request was refused."""
    return str(getattr(error, "rule", "") or error.slug)
