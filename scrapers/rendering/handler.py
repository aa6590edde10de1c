"""The download handler for sources whose pages are put together by scripts.

A page is fetched like any other, by the crawl's usual handler. Only then is it opened in Chromium
(scrapy-playwright), in a fresh context, and what it asks for in turn is fetched by the same
handler. The browser itself is cut off from the network by a proxy that does not exist.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.misc import build_from_crawler, load_object

from scrapers.middlewares.refusal import RefusedError
from scrapers.rendering.markup import plain_markup
from scrapers.rendering.routing import PageRouter, ScriptCache

if TYPE_CHECKING:
    from playwright.async_api import Page

#: Set in the meta of requests whose answers are to be rendered.
RENDER = "render"
#: Set in that meta once the answer's body is what the browser made of the page: which browser.
RENDERED_BY = "rendered_by"
_PLAIN_HANDLER = "RENDERING_PLAIN_HANDLER"
_HTML_TYPES = (b"text/html", b"application/xhtml+xml")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Seconds: for a whole page, until its markup is there, for its parts to come in, for it to close.
_MOST_SECONDS = 45.0
_LOADING_SECONDS = 15.0
_SETTLING_SECONDS = 8.0
_CLOSING_SECONDS = 5.0
_MOST_CHARACTERS = 20_000_000
_MOST_PAGES_AT_ONCE = 2
_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-bypass-list=<-loopback>",  # not even this machine is reached directly
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=512",
]
#: Port 9 (discard, RFC 863): nothing listens there.
_NO_PROXY = {"server": "socks5://127.0.0.1:9"}
_CONTEXT = {
    "accept_downloads": False,
    "service_workers": "block",
    "locale": "de-DE",
    "viewport": {"width": 1280, "height": 2000},
}


class RenderingError(Exception):
    """A page that was fetched, but does not come to an end in the browser."""


def use_browser(settings: BaseSettings) -> None:
    """Let a crawl's settings render pages; the handlers set so far fetch them."""
    settings.set(_PLAIN_HANDLER, settings.getwithbase("DOWNLOAD_HANDLERS")["https"])
    handler = f"{__name__}.RenderingDownloadHandler"
    handlers = {**settings.getdict("DOWNLOAD_HANDLERS"), "http": handler, "https": handler}
    settings.set("DOWNLOAD_HANDLERS", handlers)
    settings.set(
        "PLAYWRIGHT_LAUNCH_OPTIONS",
        {
            "executable_path": browser_path(),
            "args": _ARGUMENTS,
            "proxy": _NO_PROXY,
            # Chromium refuses to be sandboxed when root starts it
            "chromium_sandbox": os.geteuid() != 0,
        },
    )
    settings.set("PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT", 1000 * _LOADING_SECONDS)


def browser_path() -> str | None:
    """Return the path of this machine's Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def missing_parts() -> str | None:
    """Return a sentence on what must be installed before pages can be rendered, None if nothing."""
    try:
        import scrapy_playwright.handler  # noqa: F401
    except ImportError:
        return "scrapy-playwright is missing: run pip install 'partnernetz[javascript]'"
    if browser_path() is None:
        return "Chromium is missing: run apt-get install chromium"
    return None


class RenderingDownloadHandler:
    """Fetches addresses like the usual handler, and renders pages whose requests ask for it."""

    lazy = False  # the browser's driver starts with the crawl

    def __init__(self, crawler: Crawler) -> None:
        plain = load_object(crawler.settings[_PLAIN_HANDLER])
        self._plain = build_from_crawler(plain, crawler)
        self._browser = _browser_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RenderingDownloadHandler:
        """Return the handler of a crawl."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the answer, for HTML pages with what the browser made of it as body.

        Raises what the usual handler raises, RefusedError where there is no browser or the page
        grows too large, RenderingError where it fails.
        """
        response: Response = await self._plain.download_request(request)
        kind = (response.headers.get("Content-Type") or b"").lower()
        if request.meta.get(RENDER) and response.status == 200 and kind.startswith(_HTML_TYPES):
            page = response.replace(request=request)
            return await self._browser.render(page, download=self._plain.download_request)
        return response

    async def close(self) -> None:
        """Close browser and connections."""
        await self._browser.close()
        await self._plain.close()


#: The handlers of http and of https share one browser.
_browsers: WeakKeyDictionary[Crawler, _Browser] = WeakKeyDictionary()


def _browser_of(crawler: Crawler) -> _Browser:
    if crawler not in _browsers:
        _browsers[crawler] = _Browser(crawler)
    return _browsers[crawler]


class _Browser:
    """Chromium, started with the first page that is to be rendered."""

    def __init__(self, crawler: Crawler) -> None:
        self._missing = missing_parts()
        self._handler: Any = None
        self._slots = asyncio.Semaphore(_MOST_PAGES_AT_ONCE)
        self._cache = ScriptCache()
        self._count = 0
        self._user_agent = crawler.settings["USER_AGENT"]
        if self._missing is None:
            from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

            # what goes wrong is told once, by the crawl
            logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)
            self._handler = ScrapyPlaywrightDownloadHandler.from_crawler(crawler)

    async def render(self, page: Response, *, download: Any) -> Response:
        """Return a page with the rendered markup as its body.

        Where a script leads elsewhere, the answer is a redirection. Raises RefusedError and
        RenderingError.
        """
        if self._handler is None:
            raise RefusedError(
                f"{page.url} is read in a browser (is_rendered), but {self._missing}.",
                slug="download_failed",
                is_final=True,
            )
        assert page.request is not None
        hosts = page.request.meta.get("hosts") or ()
        router = PageRouter(page, hosts=hosts, download=download, cache=self._cache)
        async with self._slots:
            markup = await self._markup(page, router)
        if router.moved_to is not None:
            return page.replace(status=302, headers={"Location": router.moved_to}, body=b"")
        if len(markup) > _MOST_CHARACTERS:
            raise RefusedError(f"{page.url} is too large once rendered.", slug="too_large")
        headers = page.headers.copy()
        headers["Content-Type"] = "text/html; charset=utf-8"
        body = plain_markup(markup).encode("utf-8", "replace")
        version = getattr(getattr(self._handler, "browser", None), "version", "")
        page.request.meta[RENDERED_BY] = f"Chromium {version}".strip()
        return page.replace(body=body, headers=headers)

    async def _markup(self, page: Response, router: PageRouter) -> str:
        from playwright.async_api import Error

        opened: list[Page] = []

        async def take_over(tab: Page, request: Request) -> None:
            opened.append(tab)
            await router.attach(tab)

        self._count += 1
        request = Request(
            page.url,
            meta={
                "playwright": True,
                "playwright_context": f"page-{self._count}",
                "playwright_context_kwargs": {**_CONTEXT, "user_agent": self._user_agent},
                "playwright_page_init_callback": take_over,
                "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
                "playwright_page_methods": [_settling()],
            },
        )
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                response = await self._handler.download_request(request)
        except TimeoutError as error:
            raise RenderingError(f"not rendered within {_MOST_SECONDS:g} seconds") from error
        except Error as error:
            detail = " ".join(error.message.partition("Call log:")[0].split())[:200].rstrip(".")
            raise RenderingError(f"it cannot be rendered: {detail}") from error
        finally:
            for tab in opened:
                with suppress(Error, TimeoutError):
                    await asyncio.wait_for(tab.context.close(), _CLOSING_SECONDS)
        return str(response.text)

    async def close(self) -> None:
        """End the browser."""
        handler, self._handler = self._handler, None
        if handler is not None:
            await handler.close()


def _settling() -> Any:
    from scrapy_playwright.page import PageMethod

    return PageMethod(_settle)


async def _settle(page: Page) -> None:
    """Wait until the page asks for nothing more; pages that never rest are taken as they are."""
    from playwright.async_api import Error

    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=1000 * _SETTLING_SECONDS)
