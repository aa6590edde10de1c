"""Connections: only to public addresses, and to this machine's own where a source names it.

The check is made on the very address that a socket is about to be connected to. So it holds for
names, for addresses in any notation, after redirects, and for names that answer differently each
time they are asked (DNS rebinding).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from scrapers.guards.addresses import is_loopback_address, is_public_address
from scrapers.guards.limits import Limits
from scrapers.middlewares.refusal import RefusedError

#: Seconds an idle connection is kept: longer than the pause between two requests to a host.
_KEPT_SECONDS = 15.0
#: Bytes read ahead of what is unpacked: long papers come in few turns of a busy event loop.
_READ_AHEAD = 512 * 1024


class Answer(aiohttp.ClientResponse):
    """An answer that knows from which address it came."""

    address: str | None = None

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        """Begin to read; afterwards the connection may be gone."""
        peer = connection.transport.get_extra_info("peername") if connection.transport else None
        self.address = peer[0] if peer else None
        return await super().start(connection)


class Connections:
    """The pools of connections of a crawl; must be made and used within one event loop.

    ``loopback_hosts`` are the hosts, with their ports, that may be on this machine; a request for
    any other host must lead to a public address. ``resolver`` is for tests.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        loopback_hosts: Collection[str] = (),
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._loopback_hosts = frozenset(loopback_hosts)
        self._public = _session(limits, is_public_address, resolver)
        self._loopback = _session(limits, is_loopback_address, resolver)

    def of(self, url: URL) -> aiohttp.ClientSession:
        """Return the pool by which an address is to be fetched."""
        return self._loopback if _host(url) in self._loopback_hosts else self._public

    async def close(self) -> None:
        """Close all connections."""
        await self._public.close()
        await self._loopback.close()


def _host(url: URL) -> str:
    name = (url.host or "").lower()
    name = f"[{name}]" if ":" in name else name
    return name if url.is_default_port() else f"{name}:{url.port}"


def _session(
    limits: Limits, is_permitted: Callable[[str], bool], resolver: AbstractResolver | None
) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        ssl=ssl.create_default_context(),
        limit=0,  # Scrapy's slots say how many requests there are at a time
        keepalive_timeout=_KEPT_SECONDS,
        socket_factory=partial(_socket, is_permitted=is_permitted),
        # one address after the other: only so does a refusal come out as what it is
        happy_eyeballs_delay=None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,  # no proxies and no passwords from the environment
        response_class=Answer,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        read_bufsize=_READ_AHEAD,
        max_line_size=limits.header_bytes,
        max_field_size=limits.header_bytes,
        max_headers=limits.headers,
        timeout=aiohttp.ClientTimeout(
            total=limits.total_seconds,
            sock_connect=limits.connect_seconds,
            sock_read=limits.idle_seconds,
        ),
    )


def _socket(info: aiohttp.AddrInfoType, *, is_permitted: Callable[[str], bool]) -> socket.socket:
    family, kind, protocol, _, address = info
    if not is_permitted(str(address[0])):
        raise RefusedError(
            f"it leads to {address[0]}, which is no address of the public internet",
            slug="address_refused",
        )
    return socket.socket(family, kind, protocol)
