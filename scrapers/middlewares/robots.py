"""robots.txt as RFC 9309 has it, Crawl-delay enforced.

Scrapy's own middleware (2.19) takes an unreachable robots.txt for a permission and parses
Crawl-delay without keeping to it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from scrapers.middlewares.refusal import RefusedError
from scrapers.sources import host_of

#: A site that asks for a longer pause, in seconds, is left alone: no crawl of it would end.
LONGEST_DELAY = 120.0


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt; where it cannot be had for a server's fault, nothing is fetched."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._causes: dict[str, RefusedError] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise RefusedError for what robots.txt forbids."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        host = host_of(request.url)
        if parser is None:
            cause = self._causes.get(urlsplit(request.url).netloc)
            if cause is not None:
                raise RefusedError(str(cause), slug=cause.slug, is_final=True)
            raise RefusedError(
                f"{host} cannot be reached: its robots.txt got no usable answer.",
                slug="download_failed",
                is_final=True,
            )
        agent = self._robotstxt_useragent or "partnernetz"
        delay = parser.crawl_delay(agent)
        if delay is not None and delay > LONGEST_DELAY:
            raise RefusedError(
                f"{host} asks for {delay:g} seconds between two pages, which is too slow to crawl.",
                slug="robots_disallowed",
                is_final=True,
            )
        if not parser.allowed(request.url, agent):
            raise RefusedError(f"robots.txt forbids {request.url}.", slug="robots_disallowed")
        if delay:
            self._keep_delay(host, delay)

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
