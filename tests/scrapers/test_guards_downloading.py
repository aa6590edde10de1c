"""Downloads from servers on loopback, names answered by a resolver under test."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
from scrapy.http import Response

from scrapers.guards.connecting import Connections
from scrapers.guards.downloading import download
from scrapers.guards.limits import Limits
from scrapers.middlewares.refusal import RefusedError

_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nHof"


class _Names(AbstractResolver):
    """A name server: for each name one set of addresses after the other; the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = answers

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answers = self._answers.get(host.partition(".")[0])
        if answers is None:
            raise OSError(None, "no such host")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass


Work = Callable[[int, Callable[..., Awaitable[Response]]], Awaitable[None]]


def _with_server(
    work: Work,
    *,
    answer: bytes = _PAGE,
    names: _Names | None = None,
    allowed: str = "127.0.0.1:{port}",
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
) -> list[bytes]:
    """Run work with a server's port and a function that downloads; return what was asked."""
    asked: list[bytes] = []
    limits = limits or Limits(total_seconds=5)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        connections = Connections(
            limits=limits, loopback_hosts=[allowed.format(port=port)], resolver=names
        )

        async def fetch(address: str, **options: Any) -> Response:
            request = Request(address.format(port=port), **options)
            return await download(request, connections=connections, limits=limits)

        try:
            await work(port, fetch)
        finally:
            await connections.close()
            server.close()

    asyncio.run(run())
    return asked


def test_a_page_comes_with_the_address_it_came_from() -> None:
    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        response = await fetch("http://127.0.0.1:{port}/a%20b?q=%7e")
        assert (response.status, response.body) == (200, b"Hof")
        assert str(response.ip_address) == "127.0.0.1" and response.protocol == "HTTP/1.1"

    (request,) = _with_server(work)
    assert request.startswith(b"GET /a%20b?q=%7e HTTP/1.1\r\n")  # as it stands, to the letter


@pytest.mark.parametrize(
    "address",
    [
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0x7f.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://127.0.0.2:{port}/",
        "http://0.0.0.0:{port}/",
        "http://[::1]:{port}/",
        "http://[::]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://localhost:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://jena.de@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@jena.de/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:0/",
        "https://[fe80::1]/",
    ],
)
def test_no_notation_leads_to_what_is_not_named(address: str) -> None:
    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        with pytest.raises(RefusedError) as caught:
            await fetch(address)
        assert caught.value.slug == "address_refused"

    assert _with_server(work) == []


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
def test_a_real_name_that_leads_here_is_refused_beside_a_site_that_is_here(
    addresses: list[str],
) -> None:
    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        assert (await fetch("http://127.0.0.1:{port}/")).status == 200
        with pytest.raises(RefusedError, match="no address of the public internet"):
            await fetch("http://jena.example:{port}/")

    assert len(_with_server(work, names=_Names(jena=[addresses]))) == 1


def test_a_name_that_answers_differently_is_refused_when_it_is_connected_to() -> None:
    names = _Names(jena=[["8.8.8.8"], ["127.0.0.1"]])

    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        (beforehand,) = await names.resolve("jena.example", port)
        assert beforehand["host"] == "8.8.8.8"  # so a look-up of one's own would have let it pass
        with pytest.raises(RefusedError, match=r"leads to 127\.0\.0\.1"):
            await fetch("http://jena.example:{port}/")

    assert _with_server(work, names=names) == []


def test_a_site_that_is_named_here_must_not_lead_elsewhere() -> None:
    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        with pytest.raises(RefusedError, match=r"leads to 10\.0\.0\.1"):
            await fetch("http://localhost:{port}/")

    names = _Names(localhost=[["10.0.0.1"]])
    assert _with_server(work, names=names, allowed="localhost:{port}") == []


def test_a_name_that_does_not_exist_is_told() -> None:
    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        with pytest.raises(CannotResolveHostError):
            await fetch("http://nirgends.example/")

    _with_server(work, names=_Names())


def test_a_robots_file_is_cut_after_a_whole_line() -> None:
    rules = b"Disallow: /x\n" * 3000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(rules), rules)

    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        meta = {"dont_obey_robotstxt": True}
        response = await fetch("http://127.0.0.1:{port}/robots.txt", meta=meta)
        assert response.flags == ["truncated"]
        assert 900 < len(response.body) <= 1000 and response.body.endswith(b"/x")
        with pytest.raises(RefusedError, match="too large"):
            await fetch("http://127.0.0.1:{port}/robots.txt")

    _with_server(work, answer=answer, limits=Limits(robots_bytes=1000, body_bytes=20_000))


def test_a_request_may_lower_the_limit_and_not_raise_it() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"x" * 900

    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        assert len((await fetch("http://127.0.0.1:{port}/")).body) == 900
        with pytest.raises(RefusedError, match="too large"):
            await fetch("http://127.0.0.1:{port}/", meta={"download_maxsize": 800})

    _with_server(work, answer=answer, limits=Limits(body_bytes=1000))

    async def raised(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        with pytest.raises(RefusedError, match="too large"):
            await fetch("http://127.0.0.1:{port}/", meta={"download_maxsize": 2000})

    _with_server(raised, answer=answer, limits=Limits(body_bytes=800))


def test_silence_ends_at_the_idle_limit() -> None:
    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            connections = Connections(
                limits=limits, loopback_hosts=[f"127.0.0.1:{silent.getsockname()[1]}"]
            )
            request = Request(f"http://127.0.0.1:{silent.getsockname()[1]}/")
            with pytest.raises(DownloadTimeoutError):
                await download(request, connections=connections, limits=limits)
            await connections.close()

    limits = Limits(idle_seconds=0.3)
    _with_server(work, limits=limits)


@pytest.mark.parametrize(
    ("trusted", "host", "message"),
    [
        (True, "localhost", None),
        (False, "localhost", "self-signed certificate"),
        (True, "jena.example", "[Hh]ostname mismatch"),
    ],
    ids=["trusted", "not trusted", "of another host"],
)
def test_certificates_are_checked(
    trusted: bool,
    host: str,
    message: str | None,
    tmp_path: Path,
    self_signed: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = self_signed(tmp_path, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))

    async def work(port: int, fetch: Callable[..., Awaitable[Response]]) -> None:
        if message is None:
            assert (await fetch("https://localhost:{port}/")).body == b"Hof"
            return
        with pytest.raises(RefusedError, match=message) as caught:
            await fetch("https://localhost:{port}/")
        assert caught.value.slug == "tls_refused"

    names = _Names(localhost=[["127.0.0.1"]])
    asked = _with_server(work, tls=context, names=names, allowed="localhost:{port}")
    assert len(asked) == (message is None)
