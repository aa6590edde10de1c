"""A bare Scrapy spider: ``python bare_spider.py PORT HOSTS PAGES``, the reference of the crawl.

It fetches the pages of ``municipal_server.py``, one request at a time to each host, as Scrapy
comes, and does nothing with them. It prints a line of JSON when it is done.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class BareSpider(Spider):
    """Fetches page after page of each host."""

    name = "bare"

    def __init__(self, *, port: int, hosts: int, pages: int, **options: Any) -> None:
        super().__init__(**options)
        self._port, self._hosts, self._pages = port, hosts, pages
        self.seen = self.bytes = 0
        self.begun = self.cpu_begun = 0.0

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first page of each host."""
        self.begun, self.cpu_begun = time.monotonic(), time.process_time()
        for host in range(self._hosts):
            yield self._request(f"127.0.{1 + host // 250}.{1 + host % 250}", 0)

    def parse(self, response: Response, *, host: str, number: int) -> Any:
        """Go on to the next page."""
        self.seen += response.status == 200
        self.bytes += len(response.body)
        if number + 1 < self._pages:
            yield self._request(host, number + 1)

    def _request(self, host: str, number: int) -> Request:
        address = f"http://{host}:{self._port}/seite-{number}.html"
        return Request(address, dont_filter=True, cb_kwargs={"host": host, "number": number})

    def closed(self, reason: str) -> None:
        """Tell how long it took."""
        told = {
            "pages": self.seen,
            "bytes": self.bytes,
            "seconds": time.monotonic() - self.begun,
            "cpu": time.process_time() - self.cpu_begun,
        }
        print(json.dumps(told))


if __name__ == "__main__":
    port, hosts, pages = map(int, sys.argv[1:])
    process = AsyncCrawlerProcess(
        {
            "LOG_LEVEL": "WARNING",
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 32,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(BareSpider, port=port, hosts=hosts, pages=pages)
    process.start()
