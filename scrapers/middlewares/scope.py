"""Only http and https, only the hosts of the source, one download slot a host and port."""

from __future__ import annotations

from collections.abc import Collection

from scrapy import Request
from scrapy.crawler import Crawler

from scrapers.links import is_in_scope
from scrapers.middlewares.refusal import RefusedError
from scrapers.sources import host_of


class ScopeMiddleware:
    """Refuses what leads out of scope, redirects included, and keeps hosts apart.

    Scrapy's slots, which hold the pause between two requests, know no ports: two sites on one
    machine would wait for each other.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ScopeMiddleware:
        """Return the middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise RefusedError for a request out of scope."""
        hosts: Collection[str] | None = request.meta.get("hosts")
        if hosts is None:  # robots.txt, fetched by the middleware below
            hosts = getattr(self._crawler.spider, "all_hosts", frozenset())
        if not is_in_scope(request.url, hosts=hosts or ()):
            told = request.url
            if request.meta.get("redirect_urls"):
                told = f"{request.meta['redirect_urls'][-1]} redirects to {told}, which"
            raise RefusedError(
                f"{told} is no address of this source's hosts.",
                slug="address_refused",
                rule="scope",
            )
        host = host_of(request.url)
        request.meta["download_slot"] = host
        downloader = self._crawler.engine.downloader
        if host not in downloader.per_slot_settings:
            delay = getattr(self._crawler.spider, "delay_of", lambda _: None)(host)
            if delay is not None:
                downloader.per_slot_settings[host] = {"concurrency": 1, "delay": delay}
