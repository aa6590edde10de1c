"""The sample sites, served on loopback as real servers would."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from partnernetz.errors import InputError, StageError
from partnernetz.records import Source

_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
#: Files in which addresses of the sites stand.
_WITH_ADDRESSES = frozenset([".html", ".htm", ".xml", ".txt"])
_MOVE = 100
_MOST_MOVES = 50


@contextmanager
def serve_samples(folder: Path, *, sources: Sequence[Source]) -> Iterator[tuple[Source, ...]]:
    """Serve each source's site from ``folder/<id>`` on its port and yield the sources.

    The port is that of the source's start address. Where one is taken, all move up together by
    hundreds, in the sources yielded and in the pages served. Raises InputError where a site's
    folder or its loopback address is missing, StageError where no ports are free.
    """
    ports = {source.id: _port(source) for source in sources}
    for source in sources:
        if not (folder / source.id).is_dir():
            raise InputError(f"There is no folder {folder / source.id} for the sample site.")
    move, servers = _open(folder, ports)
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            thread = threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True)
            thread.start()
        yield tuple(_moved(source, set(ports.values()), move) for source in sources)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False  # a port that another process serves is taken

    def __init__(self, port: int, *, root: Path, ports: set[int], move: int) -> None:
        self.root = root.resolve()
        self.ports = ports
        self.move = move
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        # without the name look-up that the library makes, and reusable once closed
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "samples"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = file_of_address(self.server.root, self.path)
        if path is None:
            self._send(HTTPStatus.NOT_FOUND, b"<!DOCTYPE html><title>404</title>", "text/html")
            return
        body = path.read_bytes()
        suffix = path.suffix.lower()
        if self.server.move and suffix in _WITH_ADDRESSES:
            body = move_addresses(body, ports=self.server.ports, move=self.server.move)
        self._send(HTTPStatus.OK, body, _TYPES.get(suffix, "application/octet-stream"))

    do_HEAD = do_GET

    def _send(self, status: HTTPStatus, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def file_of_address(root: Path, address: str) -> Path | None:
    """Return the file below a folder that a request path names, None if there is none.

    A path that ends in a slash names the ``index.html`` of that folder.
    """
    name = unquote(urlsplit(address).path)
    if "\x00" in name or "\\" in name:
        return None
    relative = name.lstrip("/") + ("index.html" if name.endswith("/") else "")
    path = (root / relative).resolve()
    return path if path.is_relative_to(root.resolve()) and path.is_file() else None


def move_addresses(body: bytes, *, ports: set[int], move: int) -> bytes:
    """Return a page whose loopback addresses lead to the ports moved by a number."""

    def moved(match: re.Match[bytes]) -> bytes:
        port = int(match.group(2))
        return match.group(1) + str(port + move if port in ports else port).encode()

    return re.sub(rb"(https?://127\.0\.0\.1:)(\d{1,5})", moved, body)


def _port(source: Source) -> int:
    parts = urlsplit(source.start[0])
    if parts.hostname != "127.0.0.1" or parts.port is None:
        raise InputError(f"Sample source '{source.id}' has no address http://127.0.0.1:<port>/.")
    return parts.port


def _open(folder: Path, ports: dict[str, int]) -> tuple[int, list[_Server]]:
    """Open all servers on the first block of ports that is free."""
    for step in range(_MOST_MOVES):
        move = step * _MOVE
        servers: list[_Server] = []
        try:
            for name, port in ports.items():
                wanted = set(ports.values())
                servers.append(_Server(port + move, root=folder / name, ports=wanted, move=move))
        except (OSError, OverflowError):
            for server in servers:
                server.server_close()
            continue
        return move, servers
    raise StageError("No free ports for the sample sites: close other servers and try again.")


def _moved(source: Source, ports: set[int], move: int) -> Source:
    def moved(text: str) -> str:
        return move_addresses(text.encode(), ports=ports, move=move).decode()

    hosts = tuple(moved(f"http://{host}").removeprefix("http://") for host in source.hosts)
    return replace(
        source,
        start=tuple(map(moved, source.start)),
        feeds=tuple(map(moved, source.feeds)),
        sitemaps=tuple(map(moved, source.sitemaps)),
        archives=tuple(map(moved, source.archives)),
        hosts=hosts,
    )
