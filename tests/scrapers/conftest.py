"""Servers on loopback that speak on bare sockets, and certificates for which nobody vouches."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

PAGE = b"<p>Hof und Plauen sind Partner seit 1987.</p>"


@pytest.fixture(scope="session")
def hostile_site() -> type[HostileSite]:
    """Return the class of servers that answer by a script."""
    return HostileSite


@pytest.fixture(scope="session")
def self_signed() -> Callable[[Path, str], Path]:
    """Return what writes key and certificate of a host into a folder and returns their file."""
    return _certificate


class Visit:
    """One request, its path, and the ways to answer it."""

    def __init__(self, connection: socket.socket, path: str, site: HostileSite) -> None:
        self.path = path
        self.site = site
        self._connection = connection

    def raw(self, *parts: bytes) -> None:
        """Send bytes as they are."""
        for part in parts:
            self._connection.sendall(part)
            self.site.sent += len(part)

    def answer(
        self,
        body: bytes = b"<p>Hof und Plauen sind Partner seit 1987.</p>",
        *headers: str,
        status: str = "200 OK",
    ) -> None:
        """Send a proper answer, unless the headers make it another."""
        lines = [f"HTTP/1.1 {status}", *headers]
        for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(body)))):
            if not any(line.lower().startswith(name.lower() + ":") for line in headers):
                lines.append(f"{name}: {value}")
        self.raw("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"), body)

    def redirect(self, location: str) -> None:
        """Send the reader elsewhere."""
        self.answer(b"", f"Location: {location}", status="302 Found")

    def trickle(self, part: bytes, pause: float = 0.1) -> None:
        """Send the same over and over until the reader has enough."""
        while not self.site.is_closed:
            self.raw(part)
            time.sleep(pause)

    def flood(self, part: bytes) -> None:
        """Send the same over and over as fast as it is taken."""
        while not self.site.is_closed:
            self.raw(part)
            time.sleep(0.001)  # the other servers want their turn

    def reset(self) -> None:
        """Break the connection off."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


Script = Callable[[Visit], None]


class HostileSite:
    """A server on loopback that answers by a script; without robots.txt unless it has one."""

    def __init__(
        self, script: Script, *, decoy: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[bytes] = []
        self.decoy = decoy
        self.sent = 0
        self.is_closed = False
        self._script, self._tls = script, tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]

    def close(self) -> None:
        self.is_closed = True
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError), connection:
            connection.settimeout(10)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                data = connection.recv(65536)
                if not data:
                    return
                request += data
                if data.startswith(b"\x16\x03") and self._tls is None:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
            self.requests.append(request)
            visit = Visit(connection, request.split(b" ")[1].decode(), self)
            is_robots = visit.path == "/robots.txt" and not hasattr(self._script, "has_robots")
            if is_robots or visit.path == "/.well-known/tdmrep.json":
                visit.answer(b"", status="404 Not Found")
            else:
                self._script(visit)


def _certificate(folder: Path, host: str) -> Path:
    """Write key and certificate of a server that vouches for itself; return their file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    serial = x509.random_serial_number()
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), serial, now - timedelta(days=1), now + timedelta(days=1)
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    form, none = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(form, serialization.PrivateFormat.PKCS8, none)
        + certificate.public_bytes(form)
    )
    return path
