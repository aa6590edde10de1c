"""Waits when a host asks for it, and pauses by how fast it answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response

from scrapers.middlewares.refusal import RefusedError
from scrapers.pace import LONGEST_WAIT, MOST_REPEATS, MOST_WAITS, pause_after, retry_after, wait_of

_BUSY = (429, 503)
#: Seconds after which a wait looks whether the crawl is to end.
_LOOK = 0.25


class PaceMiddleware:
    """Lets a busy host rest (429 and 503 with Retry-After) and asks slow ones less often.

    Only the host waits: its source has no other request meanwhile, all other sources go on. What
    waits is none of the requests at work, whose number Scrapy bounds.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._busy: dict[str, int] = {}
        self._waiting = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        """Return the middleware of a crawl."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.keep_open, signal=signals.spider_idle)
        return middleware

    def keep_open(self) -> None:
        """Keep Scrapy from ending the crawl while there is nothing to do but wait."""
        if self._waiting:
            raise DontCloseSpider

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the answer, or the request anew after a wait.

        Raises RefusedError, closing the host, where it asks too often or for too long.
        """
        host = str(request.meta.get("download_slot", ""))
        if response.status not in _BUSY:
            self._busy.pop(host, None)
            self._adjust(host, request)
            return response
        times = self._busy[host] = self._busy.get(host, 0) + 1
        value = (response.headers.get("Retry-After") or b"").decode("latin-1")
        asked = retry_after(value, now=datetime.now(UTC))
        if times >= MOST_WAITS:
            raise _too_busy(host, f"it answered {response.status} {times} times in a row")
        repeats = int(request.meta.get("busy_repeats", 0))
        if repeats >= MOST_REPEATS:
            return response
        if asked is not None and asked > LONGEST_WAIT:
            raise _too_busy(host, f"it asks to be left alone for {asked:,.0f} seconds")
        await self._rest(request, wait_of(asked, pause=self._pause(host), times=times))
        meta = {**request.meta, "busy_repeats": repeats + 1}
        return request.replace(dont_filter=True, meta=meta)

    async def _rest(self, request: Request, seconds: float) -> None:
        at_work = self._crawler.engine.downloader.active
        at_work.discard(request)
        self._waiting += 1
        try:
            await self._wait(seconds)
        finally:
            self._waiting -= 1
            at_work.add(request)

    async def _wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the crawl."""
        end = monotonic() + seconds
        while (rest := end - monotonic()) > 0 and not self._is_ending():
            await asyncio.sleep(min(rest, _LOOK))

    def _is_ending(self) -> bool:
        engine: Any = self._crawler.engine
        slot = engine._slot
        return not engine.running or slot is None or slot.closing is not None

    def _pause(self, host: str) -> float:
        known = self._crawler.engine.downloader.per_slot_settings.get(host, {})
        return float(known.get("delay", 0.0))

    def _adjust(self, host: str, request: Request) -> None:
        slot = self._crawler.engine.downloader.slots.get(host)
        latency = request.meta.get("download_latency")
        if slot is not None and latency is not None:
            slot.delay = pause_after(float(latency), configured=self._pause(host))


def _too_busy(host: str, reason: str) -> RefusedError:
    return RefusedError(
        f"{host} is left alone until the next crawl: {reason}.",
        slug="host_busy",
        rule="retry_after",
        closed_host=host,
    )
