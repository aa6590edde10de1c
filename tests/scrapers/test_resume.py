"""Crawls that are killed at any moment and taken up, against servers that count who asks."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from partnernetz.errors import InputError
from partnernetz.records import Document, Source
from partnernetz.settings import Settings
from partnernetz.storage import to_dict
from scrapers.archive import scan_records
from scrapers.crawl import CrawlReport, crawl, read_report
from scrapers.inputs import read_inputs
from scrapers.visits import Visits

_PROJECT = Path(__file__).resolve().parents[2]
_PAGES = 15
_HOSTS = 3
#: Seconds that a page takes, so that kills fall anywhere.
_PAUSE = 0.02


class _Site(ThreadingHTTPServer):
    """A site of linked pages: some answer 404, 304 on request, a redirect, or the same text."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            return self._send(200, "User-agent: *\nDisallow: /intern")
        self.server.asked[self.path] += 1
        time.sleep(_PAUSE)
        number = int(self.path.strip("/p") or 0) if self.path != "/feed.xml" else 0
        if self.path == "/feed.xml":
            entries = f"<item><title>x</title><link>http://{self.server.host}/p14</link></item>"
            return self._send(200, f"<rss><channel>{entries}</channel></rss>", kind="text/xml")
        if number % 7 == 3:
            return self._send(404, "weg")
        if number == 8:
            return self._send(302, "", location="/p9")
        if number % 5 == 1 and self.headers.get("If-None-Match") == f'"{number}"':
            return self._send(304, "")
        links = "".join(f"<a href='/p{n}'>{n}</a>" for n in range(number + 1, number + 4))
        text = "gleicher Text" if number in (12, 13) else f"Seite {number} von {self.server.host}"
        text += links if number < _PAGES and number not in (12, 13) else ""
        text += "<a href='/intern/x'>i</a>" if number == 2 else ""
        return self._send(200, f"<p>Ein Satz. {text}</p>", etag=f'"{number}"')

    def _send(
        self, status: int, body: str, *, kind: str = "text/html", etag: str = "", location: str = ""
    ) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in (("ETag", etag), ("Location", location), ("Content-Type", kind)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def handle(self) -> None:
        with suppress(OSError):  # who asked was killed
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _sites() -> Iterator[list[_Site]]:
    sites = [_Site() for _ in range(_HOSTS)]
    yield sites
    for site in sites:
        site.shutdown()
        site.server_close()


def _sources(sites: list[_Site]) -> list[Source]:
    return [
        Source(
            id=f"s{number}",
            name="S",
            kind="unknown",
            start=(f"http://{site.host}/p0",),
            feeds=(f"http://{site.host}/feed.xml",),
            hosts=(site.host,),
            max_depth=99,
        )
        for number, site in enumerate(sites)
    ]


def _crawl(sites: list[_Site], archive: Path, *, resume: bool = False) -> CrawlReport:
    return crawl(
        _sources(sites),
        archive=archive,
        settings=Settings(archive_file_size=6000),
        is_loopback_allowed=True,
        resume=resume,
    )


_CRAWLER = """
import json, sys
from pathlib import Path
from partnernetz.records import Source
from partnernetz.settings import Settings
from partnernetz.storage import from_dict
from scrapers.crawl import crawl
sources = [from_dict(Source, values) for values in json.loads(sys.argv[1])]
crawl(sources, archive=Path(sys.argv[2]), settings=Settings(archive_file_size=6000),
      is_loopback_allowed=True, resume=True)
"""


def _children(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


def _killed_crawl(sites: list[_Site], archive: Path, *, chance: random.Random) -> bool:
    """Start or take up a crawl and kill parent, child or both; return whether it was finished."""
    sources = json.dumps([to_dict(source) for source in _sources(sites)])
    before = sum(sum(site.asked.values()) for site in sites)
    parent = subprocess.Popen(
        [sys.executable, "-c", _CRAWLER, sources, str(archive)],
        cwd=_PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(_PROJECT), "TMPDIR": str(archive.parent)},
    )
    pages = chance.randint(2, 14)
    while parent.poll() is None and sum(sum(s.asked.values()) for s in sites) < before + pages:
        time.sleep(0.003)
    time.sleep(chance.random() * 2 * _PAUSE)
    children = _children(parent.pid)
    whom = chance.choice(["parent", "child", "both"])
    with suppress(ProcessLookupError):
        if whom != "parent":
            for child in children:
                os.kill(child, signal.SIGKILL)
        if whom != "child":
            os.kill(parent.pid, signal.SIGKILL)
    parent.wait(30)
    with suppress(InputError):  # killed before it had begun
        return read_report(archive).is_finished
    return False


def _contents(sites: list[_Site], archive: Path) -> tuple[set[tuple[str, ...]], list[str]]:
    """What an archive says of each address, hosts by number; and the documents in it."""
    names = {site.host: f"s{number}" for number, site in enumerate(sites)}

    def plain(address: str) -> str:
        host = address.split("/")[2]
        return address.replace(host, names[host])

    with Visits(archive) as visits:
        decisions = {(plain(v.url), plain(v.final_url), v.outcome, v.slug or "") for v in visits}
    documents = [item for item in read_inputs([archive]) if isinstance(item, Document)]
    return decisions, sorted(plain(document.reference.url) for document in documents)


@pytest.mark.parametrize("seed", range(2))
def test_a_crawl_that_is_killed_often_asks_and_finds_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with _sites() as sites:
        whole = _crawl(sites, tmp_path / "whole")
        expected = _contents(sites, tmp_path / "whole")
        asked = [Counter(site.asked) for site in sites]
        for site in sites:
            assert set(site.asked.values()) == {1} or site.asked["/p9"] == 2
            site.asked.clear()

        killed = tmp_path / "killed"
        kills = 0
        while not _killed_crawl(sites, killed, chance=chance):
            kills += 1
            assert kills < 60
        assert kills >= 3
        report = read_report(killed)

        assert _contents(sites, killed) == expected
        for site, once in zip(sites, asked, strict=True):
            assert set(site.asked) == set(once)
            again = site.asked - once
            assert sum(again.values()) <= kills  # the page in flight
        counts = [(source.pages, source.failed) for source in report.sources]
        assert counts == [(source.pages, source.failed) for source in whole.sources]
        assert report.failures == whole.failures
        assert not list(killed.glob("*.part"))
        records = [r for path in killed.glob("*.warc.gz") for r in scan_records(path)]
        with Visits(killed) as visits:
            assert len(records) == sum(visit.archive_file is not None for visit in visits)


def test_unchanged_pages_are_not_asked_twice_either(tmp_path: Path) -> None:
    """The second crawl, which finds nothing new, is killed and taken up."""
    with _sites() as sites:
        _crawl(sites, tmp_path)
        once = [Counter(site.asked) for site in sites]
        before = {path.name for path in tmp_path.glob("2*.warc.gz")}
        for site in sites:
            site.asked.clear()
        finished = read_report(tmp_path).started_at
        chance, kills = random.Random(7), 0
        while not _killed_crawl(sites, tmp_path, chance=chance) or (
            read_report(tmp_path).started_at == finished
        ):
            kills += 1
        for site, first in zip(sites, once, strict=True):
            assert set(site.asked) == set(first)
            assert sum((site.asked - first).values()) <= kills
        assert {path.name for path in tmp_path.glob("2*.warc.gz")} == before


def test_a_lost_table_is_made_anew_and_the_crawl_goes_on(tmp_path: Path) -> None:
    with _sites() as sites:
        _crawl(sites, tmp_path)
        with Visits(tmp_path) as visits:
            recorded = {visit for visit in visits if visit.archive_file}
        (tmp_path / "crawl.sqlite").unlink()
        _crawl(sites, tmp_path)
        with Visits(tmp_path) as visits:
            assert recorded <= set(visits)
            outcomes = Counter(visit.outcome for visit in visits if visit not in recorded)
        assert outcomes["stored"] == 0 and outcomes["not_modified"] and outcomes["unchanged"]
