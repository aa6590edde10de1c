"""What a page in the browser gets to see: only what the crawl itself would fetch.

The browser has no network of its own (see ``handler``). Each of its requests comes here and is
answered by the crawl's own downloader with all its guards, or refused.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from scrapers.links import is_in_scope

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

Download = Callable[[Request], Awaitable[Response]]

#: Kinds of requests, in Playwright's words, that text depends on.
_FETCHED = frozenset(["document", "script", "xhr", "fetch"])
_MOST_REQUESTS = 80
_MOST_BYTES = 20_000_000
_MOST_REDIRECTS = 5
#: Headers that are wrong for a body as it is handed over, or would keep state.
_DROPPED_HEADERS = frozenset(
    ["content-encoding", "transfer-encoding", "content-length", "set-cookie", "service-worker"]
)
_CACHE_BYTES = 30_000_000


class ScriptCache:
    """Scripts by address, so that the pages of a site do not fetch theirs again and again."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Response] = OrderedDict()
        self._size = 0

    def get(self, address: str) -> Response | None:
        """Return the answer of an address, None where it is not kept."""
        return self._answers.get(address)

    def keep(self, address: str, answer: Response) -> None:
        """Keep an answer; the oldest ones go where there are too many bytes."""
        if address in self._answers:
            return
        self._answers[address] = answer
        self._size += len(answer.body)
        while self._size > _CACHE_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._size -= len(oldest.body)


class PageRouter:
    """Answers the requests of one page; ``moved_to`` is where a script wanted to lead it."""

    def __init__(
        self, page: Response, *, hosts: Collection[str], download: Download, cache: ScriptCache
    ) -> None:
        self._page = page
        self._hosts = hosts
        self._download = download
        self._cache = cache
        self._one_at_a_time = asyncio.Lock()
        self._requests = self._bytes = 0
        self._is_answered = False
        self.moved_to: str | None = None

    async def attach(self, page: Page) -> None:
        """Take over all requests of a page and of whatever it opens."""
        await page.context.route("**/*", _refuse)
        await page.route("**/*", self._answer)
        page.on("popup", lambda popup: asyncio.ensure_future(popup.close()))

    async def _answer(self, route: Route) -> None:
        request = route.request
        try:
            if request.is_navigation_request() and request.frame.parent_frame is None:
                await self._navigate(route)
            elif request.resource_type == "stylesheet":
                await route.fulfill(status=200, content_type="text/css", body="")
            elif request.resource_type in _FETCHED and request.method == "GET":
                answer = await self._fetch(request.url, is_script=request.resource_type == "script")
                await (_refuse(route) if answer is None else _fulfil(route, answer))
            else:
                await _refuse(route)
        except Exception:  # whatever goes wrong with a part, the page does without it
            await _refuse(route)

    async def _navigate(self, route: Route) -> None:
        """Hand over the page itself; where a script leads elsewhere, note that and stay."""
        address = route.request.url
        if not self._is_answered:
            self._is_answered = True
            await _fulfil(route, self._page)
            return
        if route.request.method == "GET" and address.partition("#")[0] != self._page.url:
            self.moved_to = address
        await _refuse(route)

    async def _fetch(self, address: str, *, is_script: bool) -> Response | None:
        """Return the answer of an address of the source's hosts, redirects followed, else None."""
        async with self._one_at_a_time:
            known = self._cache.get(address) if is_script else None
            if known is not None:
                return known
            target = address
            for _ in range(_MOST_REDIRECTS + 1):
                self._requests += 1
                is_spent = self._requests > _MOST_REQUESTS or self._bytes > _MOST_BYTES
                if is_spent or not is_in_scope(target, hosts=self._hosts):
                    return None
                answer = await self._download(self._request(target))
                self._bytes += len(answer.body)
                location = answer.headers.get("Location")
                if not (300 <= answer.status < 400 and location):
                    if is_script and answer.status == 200:
                        self._cache.keep(address, answer)
                    return answer
                target = urljoin(target, location.decode("latin-1"))
        return None

    def _request(self, address: str) -> Request:
        headers: Any = {}
        if self._page.request is not None:
            headers = {"User-Agent": self._page.request.headers.get("User-Agent") or b""}
        return Request(address, headers=headers)


async def _refuse(route: Route) -> None:
    from playwright.async_api import Error

    with suppress(Error):  # the page may be gone already
        await route.abort("blockedbyclient")


async def _fulfil(route: Route, answer: Response) -> None:
    headers = {
        name: ", ".join(value.decode("latin-1") for value in values).replace("\n", " ")
        for name, values in ((key.decode("latin-1"), v) for key, v in answer.headers.items())
        if name.lower() not in _DROPPED_HEADERS
    }
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)
