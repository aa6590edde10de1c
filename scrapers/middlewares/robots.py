"""robots.txt as RFC 9309 has it, Crawl-delay kept, its sitemaps handed to the spider.

Scrapy's own middleware (2.19) takes an unreachable robots.txt for a permission, parses Crawl-delay
without keeping to it, and never asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from scrapers.links import canonical_address, is_in_scope
from scrapers.middlewares.refusal import RefusedError
from scrapers.robot_directives import ROBOT_NAME
from scrapers.sources import host_of

#: A site that asks for a longer pause, in seconds, is left alone: no crawl of it would end.
LONGEST_DELAY = 120.0
#: Seconds after which it is asked for again (RFC 9309, 2.4: at the latest after 24 hours).
_FRESH = 24 * 3600.0
_MOST_SITEMAPS = 50


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt; where it cannot be had for a server's fault, nothing is fetched."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._causes: dict[str, RefusedError] = {}
        self._asked_at: dict[str, float] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise RefusedError for what robots.txt forbids."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        self._forget_stale()
        parser = await self.robot_parser(request)
        host = host_of(request.url)
        if parser is None:
            cause = self._causes.get(urlsplit(request.url).netloc)
            if cause is not None:
                raise RefusedError(
                    str(cause), slug=cause.slug, rule="robots_unreachable", closed_host=host
                )
            raise RefusedError(
                f"{host} cannot be reached: its robots.txt got no usable answer.",
                slug="download_failed",
                rule="robots_unreachable",
                closed_host=host,
            )
        agent = self._robotstxt_useragent or ROBOT_NAME
        delay = parser.crawl_delay(agent)
        if delay is not None and delay > LONGEST_DELAY:
            raise RefusedError(
                f"{host} asks for {delay:g} seconds between two pages, which is too slow to crawl.",
                slug="robots_disallowed",
                rule="crawl_delay",
                closed_host=host,
            )
        if not parser.allowed(request.url, agent):
            raise RefusedError(
                f"robots.txt forbids {request.url}.", slug="robots_disallowed", rule="robots_txt"
            )
        if delay:
            self._keep_delay(host, delay)

    def _forget_stale(self) -> None:
        now = monotonic()
        for netloc in [name for name, at in self._asked_at.items() if now - at > _FRESH]:
            del self._asked_at[netloc]
            self._parsers.pop(netloc, None)

    def _keep_delay(self, host: str, delay: float) -> None:
        downloader = self.crawler.engine.downloader
        known = downloader.per_slot_settings.get(host, {})
        delay = max(delay, known.get("delay", 0.0))
        downloader.per_slot_settings[host] = {**known, "delay": delay, "jitter": 0.0}
        slot = downloader.slots.get(host)
        if slot is not None and slot.delay < delay:
            slot.delay, slot.jitter = delay, 0.0

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._no_parser(netloc)
            return
        if response.status >= 300:  # no robots.txt: everything is allowed
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)
        self._asked_at[netloc] = monotonic()
        self._hand_on_sitemaps(self._parsers[netloc], request)

    def _hand_on_sitemaps(self, parser: Any, request: Request) -> None:
        """Give the spider the sitemaps that lie in the scope of the request's source."""
        learn = getattr(self.crawler.spider, "learn_sitemaps", None)
        named: Iterable[str] = parser.rp.sitemaps  # Scrapy's interface has no word for them
        found = (
            canonical_address(name, base=request.url) for name in islice(named, _MOST_SITEMAPS)
        )
        hosts = request.meta.get("hosts") or ()
        addresses = [one for one in found if one is not None and is_in_scope(one, hosts=hosts)]
        if learn is not None and addresses:
            learn(host_of(request.url), tuple(dict.fromkeys(addresses)))

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, RefusedError):  # a guard's word says more than ours
            self._causes[netloc] = exc
        self._no_parser(netloc)

    def _no_parser(self, netloc: str) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = None
        if isinstance(waiting, Deferred):
            no_parser: RobotParser | None = None
            waiting.callback(no_parser)
