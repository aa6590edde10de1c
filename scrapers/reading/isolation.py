"""Reading in a process of its own, which is ended when it takes too long.

Parsers of HTML and PDF can be stalled or crashed by what they read, and being written in C they
can neither be interrupted nor caught. So whatever is large enough for that, and every PDF, is read
by a second process: it has a time limit, a memory limit, and may die.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from partnernetz.records import Document, DocumentReference
from partnernetz.storage import from_dict, to_dict
from scrapers.links import Link, PageLinks, page_links
from scrapers.reading.errors import UnreadableError

#: Bytes up to which a page cannot stall a parser for more than about a second.
LARGEST_AT_ONCE = 32 * 1024
#: Seconds; the largest honest pages and council papers took a tenth of it on a slow machine.
LINK_SECONDS = 5.0
DOCUMENT_SECONDS = 60.0
_START_SECONDS = 60.0
#: Bytes of memory that the process may have.
_MEMORY = 1536 * 1024**2
_SIZE = struct.Struct(">II")


class _StalledError(Exception):
    pass


class Isolation:
    """One reading process, begun when it is first needed and anew when it had to be ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def ask(self, task: str, body: bytes, *, seconds: float, **options: Any) -> Any:
        """Return what a task makes of a body; raises UnreadableError like the task.

        That is also raised where the task takes longer than its seconds or ends the process.
        """
        head = json.dumps({"task": task, "seconds": seconds, **options}).encode()
        with self._lock:
            try:
                answer = json.loads(self._exchange(head, body, seconds=seconds))
            except _StalledError:
                self.end()
                message = f"It takes longer than {seconds:g} seconds to read."
                raise UnreadableError(message) from None
            except (OSError, EOFError):
                self.end()
                raise UnreadableError("It crashes whoever reads it.") from None
        if "error" in answer:
            raise UnreadableError(answer["error"], slug=answer["slug"])
        return answer["result"]

    def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _exchange(self, head: bytes, body: bytes, *, seconds: float) -> bytes:
        process = self._process
        if process is None or self._owner != os.getpid() or process.poll() is not None:
            process = self._begin()
        assert process.stdin is not None
        until = time.monotonic() + seconds
        process.stdin.write(_SIZE.pack(len(head), len(body)) + head + body)
        process.stdin.flush()
        return self._receive(until=until)

    def _receive(self, *, until: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            (size,) = struct.unpack(">I", self._read(4, selector, until=until))
            return self._read(size, selector, until=until)

    def _read(self, size: int, selector: selectors.BaseSelector, *, until: float) -> bytes:
        assert self._process is not None and self._process.stdout
        parts = bytearray()
        while len(parts) < size:
            if not selector.select(max(0.0, until - time.monotonic())):
                raise _StalledError
            data = os.read(self._process.stdout.fileno(), size - len(parts))
            if not data:
                raise EOFError
            parts += data
        return bytes(parts)

    def _begin(self) -> subprocess.Popen[bytes]:
        """Begin the process and wait until it is ready, which is no part of a task's time."""
        project = str(Path(__file__).resolve().parents[2])
        before = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([project, *([before] if before else [])])
        self._owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scrapers.reading.isolated"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the one who asks
        )
        self._receive(until=time.monotonic() + _START_SECONDS)
        return self._process


_ISOLATION = Isolation()
atexit.register(_ISOLATION.end)


def links_of_page(markup: str, *, base: str) -> PageLinks:
    """Return what ``page_links`` does, of a large page from the other process.

    Raises UnreadableError where the page cannot be read.
    """
    if len(markup) <= LARGEST_AT_ONCE:
        return page_links(markup, base=base)
    body = markup.encode("utf-8", "replace")
    return page_of_rows(_ISOLATION.ask("links", body, seconds=LINK_SECONDS, base=base))


def rows_of_page(page: PageLinks) -> dict[str, Any]:
    """Return what a page says of itself and its links as JSON has it, short for being sent."""
    rows = [(link.address, link.text, link.heading, link.is_menu) for link in page.links]
    return {"title": page.title, "mentions": page.mentions, "links": rows}


def page_of_rows(told: dict[str, Any]) -> PageLinks:
    """Return the page of ``rows_of_page``."""
    links = (
        Link(address=address, text=text, heading=heading, is_menu=is_menu)
        for address, text, heading, is_menu in told["links"]
    )
    return PageLinks(title=told["title"], mentions=told["mentions"], links=tuple(links))


def document_of_page(body: bytes, *, media_type: str, reference: DocumentReference) -> Document:
    """Return the Document of a body from the other process; raises UnreadableError."""
    found = _ISOLATION.ask(
        "document",
        body,
        seconds=DOCUMENT_SECONDS,
        media_type=media_type,
        reference=to_dict(reference),
    )
    return from_dict(Document, found)


def limit_memory() -> None:
    """Bound the memory of this process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def limit_time(seconds: float) -> None:
    """Let the system end this process when it has computed so much longer, whoever else is gone."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def receive() -> tuple[dict[str, Any], bytes] | None:
    """Return the next task and its body from standard input, None when there is no more."""
    sizes = sys.stdin.buffer.read(_SIZE.size)
    if len(sizes) < _SIZE.size:
        return None
    head_size, body_size = _SIZE.unpack(sizes)
    head = json.loads(sys.stdin.buffer.read(head_size))
    return head, sys.stdin.buffer.read(body_size)


def reply(answer: dict[str, Any]) -> None:
    """Write an answer to standard output."""
    data = json.dumps(answer).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(data)) + data)
    sys.stdout.buffer.flush()
