"""Crawls of real servers on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from partnernetz.errors import StageError, UsageError
from partnernetz.records import Document, Source
from partnernetz.settings import Settings
from partnernetz.storage import to_dict
from scrapers.archive import read_pages
from scrapers.crawl import CrawlProgress, crawl
from scrapers.crawl_report import read_report
from scrapers.inputs import read_inputs
from scrapers.jobs import is_private_host
from scrapers.visits import Visits

_PROJECT = Path(__file__).resolve().parents[2]


class _Site(ThreadingHTTPServer):
    """A site of pages by path: body, or status and body, or seconds to wait and body."""

    daemon_threads = True

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages = pages
        self.requests: list[tuple[float, str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def asked(self) -> list[str]:
        return [
            path
            for _, path, _ in self.requests
            if path not in ("/robots.txt", "/.well-known/tdmrep.json")
        ]

    def source(self, name: str = "hof", **values: Any) -> Source:
        default = {"start": (f"http://{self.host}/",), "hosts": (self.host,)}
        return Source(id=name, name=name, kind="unknown", **{**default, **values})


class _Handler(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        agent = self.headers.get("User-Agent", "")
        self.server.requests.append((time.monotonic(), self.path, agent))
        answer = self.server.pages.get(self.path, (404, "nicht da"))
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        if isinstance(status, float):
            time.sleep(status)
            status = 200
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", body)
        kind = "application/pdf" if self.path.endswith(".pdf") else "text/html; charset=utf-8"
        self.send_header("Content-Type", "image/png" if self.path.endswith("/png") else kind)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[_Site]:
    server = _Site({})
    yield server
    server.shutdown()
    server.server_close()


def _links(*paths: str) -> str:
    return "".join(f"<p>Ein Satz über {path}.</p><a href='{path}'>{path}</a>" for path in paths)


def _crawl(sources: list[Source], archive: Path, **options: Any) -> Any:
    settings = Settings(contact="")
    return crawl(sources, archive=archive, settings=settings, is_loopback_allowed=True, **options)


def test_a_crawl_stores_pages_tells_failures_and_goes_on(site: _Site, tmp_path: Path) -> None:
    site.pages.update(
        {
            "/robots.txt": "User-agent: *\nDisallow: /intern/",
            "/": _links("/a", "/fehlt", "/intern/x", "/um", "/png", "/b.jpg", "/weg", "/gross")
            + "<a href='http://127.0.0.1:9/fremd'>f</a><a href='mailto:x@y'>m</a>",
            "/a": _links("/", "/partnerstadt") + "Seite A",
            "/um": (302, "/ziel"),
            "/ziel": "<p>Das Ziel der Umleitung</p>",
            "/weg": (302, "http://127.0.0.1:9/"),
            "/png": b"\x89PNG\x00",
            "/gross": b"x" * 20_500_000,
            "/partnerstadt": "<p>Hof und Plauen sind Partner seit 1987.</p>",
        }
    )
    dead = site.source("dead", start=("http://127.0.0.1:9/",), hosts=("127.0.0.1:9",))
    events: list[CrawlProgress] = []
    report = _crawl([site.source(), dead], tmp_path, on_progress=events.append)

    hof = report.sources[0]
    assert (hof.fetched, hof.stored, hof.unchanged, hof.failed) == (4, 4, 0, 5)
    slugs = {failure.subject.split(site.host)[-1]: failure.slug for failure in report.failures}
    assert slugs == {
        "/fehlt": "http_error",
        "/intern/x": "robots_disallowed",
        "/weg": "address_refused",
        "/png": "media_type_unknown",
        "/gross": "too_large",
        "http://127.0.0.1:9/": "download_failed",
    }
    assert "/intern/x" not in site.asked() and "/b.jpg" not in site.asked()
    assert {agent for _, _, agent in site.requests} == {"partnernetz/0.1.0"}
    (name,) = report.archive_files
    pages = {
        page.final_url.removeprefix(f"http://{site.host}"): page
        for page, _ in read_pages(tmp_path / name)
    }
    assert set(pages) == {"/", "/a", "/ziel", "/partnerstadt"}
    assert pages["/ziel"].url.endswith("/um")
    assert report.is_finished and read_report(tmp_path) == report
    assert hof.first_fetched_at and hof.first_fetched_at <= (hof.last_fetched_at or "")
    assert events[-1].done == 4 + 5 + 1
    assert not list(tmp_path.glob("*.part"))

    # the documents know their source without being told
    documents = [item for item in read_inputs([tmp_path]) if isinstance(item, Document)]
    assert {document.reference.source_id for document in documents} == {"hof"}

    # again: one page has changed, one is new at an old address
    site.pages["/a"] = _links("/") + "Seite A, neu"
    again = _crawl([site.source()], tmp_path)
    assert (again.sources[0].stored, again.sources[0].unchanged) == (1, 2)


def test_feeds_sitemaps_budget_and_order(site: _Site, tmp_path: Path) -> None:
    root = f"http://{site.host}"
    site.pages.update(
        {
            "/": _links("/wetter", "/impressum", "/unsere-partnerstaedte"),
            "/feed.xml": f"<rss><channel><item><title>Städtepartnerschaft</title><link>{root}/f"
            "</link></item></channel></rss>",
            "/sitemap.xml": f"<sitemapindex><sitemap><loc>{root}/2.xml</loc></sitemap>"
            "</sitemapindex>",
            "/2.xml": f"<urlset><url><loc>{root}/s</loc></url></urlset>",
            "/broken.xml": "no xml",
            **{path: f"Seite {path}" for path in ("/wetter", "/impressum", "/f", "/s")},
            "/unsere-partnerstaedte": "<p>Hof und Plauen.</p>",
        }
    )
    source = site.source(
        feeds=(f"{root}/feed.xml", f"{root}/broken.xml"),
        sitemaps=(f"{root}/sitemap.xml",),
        max_pages=5,
    )
    report = _crawl([source], tmp_path)
    assert site.asked() == [
        "/feed.xml", "/broken.xml", "/sitemap.xml", "/2.xml",
        "/", "/unsere-partnerstaedte", "/f", "/wetter", "/s",
    ]  # fmt: skip
    assert [failure.subject for failure in report.failures] == [f"{root}/broken.xml"]


def test_crawl_delay_is_kept(site: _Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 0.4"
    site.pages["/"] = _links("/a", "/b")
    site.pages.update({"/a": "A", "/b": "B"})
    _crawl([site.source()], tmp_path)
    times = [
        moment
        for moment, path, _ in site.requests
        if path not in ("/robots.txt", "/.well-known/tdmrep.json")
    ]
    assert len(times) == 3
    assert all(later - earlier >= 0.38 for earlier, later in pairwise(times))


def test_an_unusable_robots_file_is_no_permission(site: _Site, tmp_path: Path) -> None:
    site.pages.update({"/robots.txt": (503, "kaputt"), "/": _links("/a"), "/a": "A"})
    slow = _Site({"/robots.txt": "User-agent: partnernetz\nCrawl-delay: 9999", "/": "A"})
    report = _crawl([site.source(), slow.source("slow")], tmp_path)
    slow.shutdown()
    slow.server_close()
    assert site.asked() == [] and slow.asked() == []
    slugs = sorted(failure.slug for failure in report.failures)
    assert slugs == ["download_failed", "robots_disallowed"]


def test_real_hosts_need_a_contact_and_loopback_a_permission(tmp_path: Path) -> None:
    real = Source(
        id="a", name="A", kind="unknown", start=("http://a.example/",), hosts=("a.example",)
    )
    local = Source(
        id="b", name="B", kind="unknown", start=("http://127.0.0.1/",), hosts=("127.0.0.1",)
    )
    empty = Settings(contact=" ")
    with pytest.raises(UsageError, match="PARTNERNETZ_CONTACT"):
        crawl([real], archive=tmp_path, settings=empty)
    contact = Settings(contact="a@b.example")
    with pytest.raises(UsageError, match="is this machine"):
        crawl([local], archive=tmp_path, settings=contact)
    inner = replace(local, hosts=("10.0.0.1",))
    with pytest.raises(UsageError, match=r"10\.0\.0\.1 is in a private network, which is never"):
        crawl([inner], archive=tmp_path, settings=contact)
    with pytest.raises(UsageError, match="no source 'c'"):
        crawl([real], archive=tmp_path, settings=empty, only=["c"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        ("localhost:80", True),
        ("10.0.0.1", True),
        ("169.254.169.254", True),
        ("[::1]:8", True),
        ("www.jena.de", False),
        ("8.8.8.8:80", False),
    ],
)
def test_private_hosts(host: str, is_private: bool) -> None:
    assert is_private_host(host) is is_private


def test_the_parent_imports_no_scrapy() -> None:
    code = (
        "import sys, scrapers.crawl, scrapers.inputs, scrapers.samples; "
        "sys.exit(any(name.split('.')[0] in ('scrapy', 'twisted') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=_PROJECT, check=False).returncode == 0


def test_a_crawling_process_that_is_killed_is_told_with_the_signal(
    site: _Site, tmp_path: Path
) -> None:
    site.pages["/"] = _links(*(f"/{n}" for n in range(12)))
    site.pages.update({f"/{n}": (0.1, f"<p>Seite Nummer {n} über Hof.</p>") for n in range(12)})

    def kill(progress: CrawlProgress) -> None:
        own = threading.get_native_id()  # the thread that began the process
        children = Path(f"/proc/{os.getpid()}/task/{own}/children").read_text().split()
        for child in map(int, children):
            if b"scrapers.crawl_process" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)

    with pytest.raises(StageError, match="ended by SIGKILL"):
        _crawl([site.source()], tmp_path, on_progress=kill)


_CRAWLER = """
import json, sys
from pathlib import Path
from partnernetz.records import Source
from partnernetz.settings import Settings
from partnernetz.storage import from_dict
from scrapers.crawl import crawl
source = from_dict(Source, json.loads(sys.argv[1]))
crawl([source], archive=Path(sys.argv[2]), settings=Settings(), is_loopback_allowed=True,
      on_progress=lambda progress: print(progress.done, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_crawl_is_readable_and_taken_up(
    site: _Site, tmp_path: Path, number: signal.Signals
) -> None:
    site.pages["/"] = _links(*(f"/{n}" for n in range(12)))
    site.pages.update({f"/{n}": (0.1, f"<p>Seite Nummer {n} über Hof.</p>") for n in range(12)})
    arguments = [json.dumps(to_dict(site.source())), str(tmp_path)]
    parent = subprocess.Popen(
        [sys.executable, "-c", _CRAWLER, *arguments],
        cwd=_PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(_PROJECT), "TMPDIR": str(tmp_path.parent)},
    )
    assert parent.stdout is not None
    for _ in range(4):
        parent.stdout.readline()
    parent.send_signal(number)
    parent.wait(20)
    parent.stdout.close()
    assert parent.returncode != 0

    before = len(site.asked())
    time.sleep(0.8)  # a crawling process that outlived its parent would go on
    assert len(site.asked()) <= before + 1
    documents = [item for item in read_inputs([tmp_path]) if isinstance(item, Document)]
    assert 4 <= len(documents) < 13
    assert not read_report(tmp_path).is_finished

    site.requests.clear()
    report = _crawl([site.source()], tmp_path, resume=True)
    assert report.is_finished
    assert report.sources[0].resumed >= len(documents)
    assert report.sources[0].resumed + report.sources[0].stored == 13
    assert len(site.asked()) == report.sources[0].stored
    addresses = [
        item.reference.url for item in read_inputs([tmp_path]) if isinstance(item, Document)
    ]
    assert len(addresses) == len(set(addresses)) == 13


def test_a_report_lists_so_many_failures_and_counts_all(
    site: _Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapers.crawl._MOST_FAILURES", 2)
    site.pages["/"] = _links("/1", "/2", "/3", "/4")
    report = _crawl([site.source()], tmp_path)
    assert (report.sources[0].failed, len(report.failures)) == (4, 2)
    with Visits(tmp_path) as visits:
        assert sum(visit.outcome == "failed" for visit in visits) == 4


def test_two_crawls_do_not_write_to_one_archive(site: _Site, tmp_path: Path) -> None:
    site.pages["/"] = (1.5, "langsam")
    first = threading.Thread(target=_crawl, args=([site.source()], tmp_path))
    first.start()
    while not site.requests:
        time.sleep(0.02)
    with pytest.raises(UsageError, match="Another crawl"):
        _crawl([site.source()], tmp_path)
    first.join()
