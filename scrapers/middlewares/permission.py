"""Applies what owners say of their pages: TDMRep, X-Robots-Tag, robots meta elements.

What may be done with an answer is left in the request's ``meta``: ``not_kept`` (a RefusedError: the
page must not be stored) and ``noted`` (the name of the sign that decided, also of one that does not
bind by § 60d UrhG, and ``nofollow`` where links are not to be followed).
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from partnernetz.settings import LegalBasis
from scrapers.middlewares.refusal import RefusedError
from scrapers.permission import permission_of
from scrapers.reservations import TDM_FILE, TdmRule, read_tdm_file, reserves_whole_host
from scrapers.sources import host_of

_LARGEST_FILE = 1_000_000
#: A page, or that it has not changed: that answer has headers, too.
_JUDGED = (200, 304)
_IS_TDM_FILE = "is_tdm_file"


class PermissionMiddleware:
    """Asks each host once for its TDM file, and judges every page by all signs."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._files: dict[str, asyncio.Future[tuple[TdmRule, ...]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PermissionMiddleware:
        """Return the middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RefusedError, closing the host, where it reserves all its pages."""
        if _is_no_page(request):
            return
        rule = reserves_whole_host(await self._rules_of(request))
        if rule is not None and self._legal_basis == "44b":
            terms = f" (terms: {rule.policy})" if rule.policy else ""
            raise RefusedError(
                f"{host_of(request.url)} reserves text and data mining of all its pages in "
                f"{TDM_FILE}{terms}.",
                slug="use_reserved",
                rule="tdm_file",
                closed_host=host_of(request.url),
            )

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer, after leaving in the request's meta what may be done with it."""
        if _is_no_page(request) or response.status not in _JUDGED:
            return response
        permission = permission_of(
            address=response.url,
            headers=[
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items()
                for value in values
            ],
            body=response.body,
            legal_basis=self._legal_basis,
            host_rules=await self._rules_of(request),
        )
        if not permission.is_kept:
            request.meta["not_kept"] = RefusedError(
                f"{response.url} is not kept: {permission.reason}.",
                slug=permission.slug,
                rule=permission.rule,
            )
        request.meta["noted"] = permission.signs
        return response

    @property
    def _legal_basis(self) -> LegalBasis:
        basis: LegalBasis = getattr(self._crawler.spider, "legal_basis", "44b")
        return basis

    async def _rules_of(self, request: Request) -> tuple[TdmRule, ...]:
        host = host_of(request.url)
        if host not in self._files:
            self._files[host] = asyncio.ensure_future(self._fetch(request))
        return await self._files[host]

    async def _fetch(self, request: Request) -> tuple[TdmRule, ...]:
        """Return the rules of a host's file, none where it cannot be had, as the protocol says."""
        parts = urlsplit(request.url)
        meta = {
            "hosts": request.meta.get("hosts"),
            "download_maxsize": _LARGEST_FILE,
            _IS_TDM_FILE: True,
        }
        asked = Request(
            f"{parts.scheme}://{parts.netloc}{TDM_FILE}",
            priority=request.priority + 1,
            callback=NO_CALLBACK,
            meta=meta,
        )
        try:
            response = await self._crawler.engine.download_async(asked)
        except (Exception, IgnoreRequest):  # whatever went wrong, there is no file
            return ()
        return read_tdm_file(response.body) if response.status == 200 else ()


def _is_no_page(request: Request) -> bool:
    return bool(request.meta.get(_IS_TDM_FILE) or request.meta.get("dont_obey_robotstxt"))
