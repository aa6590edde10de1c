"""The download handler: fetches one address within the limits, or says why not.

It stands in the place of Scrapy's own, which unpack compressed bodies only when they are there as
a whole, bound no headers, and check no addresses.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import aiohttp
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from yarl import URL

from partnernetz.errors import FailureSlug
from scrapers.guards.connecting import Answer, Connections
from scrapers.guards.decoding import ACCEPT_ENCODING, EncodingError, decoded, decoders_of
from scrapers.guards.limits import Limits
from scrapers.middlewares.refusal import RefusedError

_LIMITS = "GUARD_LIMITS"
_LOOPBACK_HOSTS = "GUARD_LOOPBACK_HOSTS"
#: Headers that no longer hold once a body is unpacked.
_SPENT_HEADERS = ("Content-Encoding", "Content-Length", "Transfer-Encoding")


def set_guards(settings: BaseSettings, *, limits: Limits, loopback_hosts: Collection[str]) -> None:
    """Put what a job says of limits and of this machine's own hosts into Scrapy's settings."""
    settings.set(_LIMITS, limits)
    settings.set(_LOOPBACK_HOSTS, tuple(loopback_hosts))
    settings.set("REDIRECT_MAX_TIMES", limits.redirects)
    settings.set("RETRY_TIMES", limits.retries)
    settings.set("CONCURRENT_REQUESTS", limits.requests)


class GuardedDownloadHandler:
    """Fetches http and https addresses; no proxies, no cookies, no redirects of its own."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        self._limits: Limits = crawler.settings.get(_LIMITS) or Limits()
        self._loopback_hosts = crawler.settings.get(_LOOPBACK_HOSTS) or ()
        self._connections: Connections | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardedDownloadHandler:
        """Return the handler of a crawl."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the answer with its body unpacked.

        Raises RefusedError for what must not be taken, and Scrapy's own errors for what may go
        better another time.
        """
        if self._connections is None:
            self._connections = Connections(
                limits=self._limits, loopback_hosts=self._loopback_hosts
            )
        return await download(request, connections=self._connections, limits=self._limits)

    async def close(self) -> None:
        """Close all connections."""
        if self._connections is not None:
            await self._connections.close()


async def download(request: Request, *, connections: Connections, limits: Limits) -> Response:
    """Return the answer to a request; raises like ``GuardedDownloadHandler``.

    Of robots.txt, whose requests bear Scrapy's ``dont_obey_robotstxt``, only as much as is to be
    read is fetched; the response then has the flag ``truncated``. ``download_maxsize`` in a
    request's meta lowers the limit for its body.
    """
    is_robots = bool(request.meta.get("dont_obey_robotstxt"))
    url = _url(request)
    headers = {str(name): str(value) for name, value in request.headers.to_unicode_dict().items()}
    headers["Accept-Encoding"] = ACCEPT_ENCODING
    begun = _idle_seconds()
    with _told(request.url):
        async with connections.of(url).request(
            request.method,
            url,
            data=request.body or None,
            headers=headers,
            allow_redirects=False,
        ) as answer:
            assert isinstance(answer, Answer)
            request.meta["download_latency"] = max(0.0, _idle_seconds() - begun)
            most = min(request.meta.get("download_maxsize") or limits.body_bytes, limits.body_bytes)
            most = limits.robots_bytes if is_robots else most
            body, is_whole = await _body(answer, limits, most=most, is_cut=is_robots)
    return _response(request, answer, body, is_whole=is_whole)


def _idle_seconds() -> float:
    """Return a time that stands still while this very thread is at work on other pages.

    The server is not to be taken for slow because the crawl is busy.
    """
    return time.monotonic() - time.thread_time()


def _url(request: Request) -> URL:
    try:
        url = URL(request.url, encoded=True)
        is_web = url.scheme in ("http", "https") and bool(url.host) and url.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise _refused(f"{request.url} is no http or https address.", "address_refused")
    if url.user is not None or url.password is not None:
        raise _refused(f"{request.url} names a user, as no public page does.", "address_refused")
    return url


async def _body(answer: Answer, limits: Limits, *, most: int, is_cut: bool) -> tuple[bytes, bool]:
    """Return the unpacked body, and whether it is whole; raises where it is larger than ``most``.

    With ``is_cut`` it is cut off there instead.
    """
    if not is_cut and (answer.content_length or 0) > most:
        raise _TooLargeError(f"announces {answer.content_length} bytes")
    decoders = decoders_of(
        ", ".join(answer.headers.getall("Content-Encoding", ())), most=limits.encodings
    )
    body = bytearray()
    received = 0
    async for data in answer.content.iter_any():
        received += len(data)
        for piece in decoded(decoders, data):
            body += piece
            if len(body) > most:
                break
        # what is fed and yields nothing must not go on for ever either
        if len(body) > most or received > limits.body_bytes:
            answer.close()
            if is_cut:  # after a whole line: half a rule would be another one
                return bytes(body[:most].rpartition(b"\n")[0]), False
            packed = f" ({received} compressed)" if decoders else ""
            raise _TooLargeError(f"has more than {most} bytes{packed}")
    if received and not all(decoder.is_complete for decoder in decoders):
        raise EncodingError("breaks off before the end of what is compressed")
    return bytes(body), True


class _TooLargeError(Exception):
    """The message goes on after the address."""


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn errors of the network into Scrapy's, which are tried again, or into refusals."""
    try:
        yield
    except RefusedError as error:
        raise _refused(f"{address} is not fetched: {error}.", error.slug) from error
    except _TooLargeError as error:
        raise _refused(f"{address} {error}, which is too large for a page.", "too_large") from error
    except EncodingError as error:
        raise _refused(f"The answer of {address} {error}.", "answer_invalid") from error
    except TimeoutError as error:
        raise DownloadTimeoutError(f"{address} did not answer in time.") from error
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
        detail = getattr(error.os_error, "verify_message", "") or "TLS fails"
        message = f"{address} cannot prove who it is: {detail}."
        raise _refused(message, "tls_refused") from error
    except aiohttp.ClientConnectorDNSError as error:
        raise CannotResolveHostError(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise DownloadConnectionRefusedError(str(error)) from error
    except aiohttp.ClientPayloadError as error:
        raise ResponseDataLossError(str(error)) from error
    except (aiohttp.ClientResponseError, aiohttp.http.HttpProcessingError) as error:
        # the library goes on with the bytes it met, which are no part of a sentence
        detail = " ".join(str(error.message).split()).partition(": b'")[0][:120].rstrip(".:")
        message = f"{address} does not answer as HTTP asks: {detail}."
        raise _refused(message, "answer_invalid") from error
    except (aiohttp.InvalidURL, UnicodeError) as error:
        raise _refused(f"{address} is no address of a host.", "address_refused") from error
    except aiohttp.ClientError as error:
        raise DownloadFailedError(str(error)) from error


def _refused(message: str, slug: FailureSlug) -> RefusedError:
    return RefusedError(message, slug=slug)


def _response(request: Request, answer: Answer, body: bytes, *, is_whole: bool) -> Response:
    headers = Headers(list(answer.headers.items()))
    for name in _SPENT_HEADERS:
        headers.pop(name, None)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(
        url=request.url,
        status=answer.status,
        headers=headers,
        body=body,
        flags=[] if is_whole else ["truncated"],
        ip_address=ipaddress.ip_address(answer.address) if answer.address else None,
        protocol=f"HTTP/{answer.version.major}.{answer.version.minor}" if answer.version else None,
    )
