"""On made-up municipal sites of 5,000 pages the crawl finds the twelve relevant ones quickly."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from partnernetz.records import Source
from partnernetz.settings import Settings
from scrapers.crawl import crawl
from scrapers.feeds import read_listing
from scrapers.frontier import Frontier
from scrapers.links import page_links

_MOST_FETCHES = 120


def _load() -> ModuleType:
    path = Path(__file__).with_name("town_site.py")
    specification = importlib.util.spec_from_file_location("town_site", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["town_site"] = module
    specification.loader.exec_module(module)
    return module


towns = _load()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("layout", towns.LAYOUTS, ids=lambda layout: layout.name)
def test_all_relevant_pages_are_found_within_the_budget(layout, seed: int) -> None:  # type: ignore[no-untyped-def]
    site = towns.TownSite(layout, seed)
    source = Source(
        id="town", name="Town", kind="municipality", start=(site.start,), hosts=("town.example",),
        max_pages=_MOST_FETCHES, max_depth=30,
    )  # fmt: skip
    frontier = Frontier(source)
    if layout.has_sitemap:
        frontier.add(read_listing(site.sitemap(), base=towns.ROOT).links, depth=1, via="sitemap")
    missing = set(site.relevant)
    while missing and (step := frontier.next()) is not None:
        missing.discard(step.address)
        markup = site.get(step.address)
        if markup:
            frontier.learn(page_links(markup, base=step.address), step=step)
    assert not missing, sorted(site.pages[address].title for address in missing)


def test_sites_are_the_same_for_the_same_seed() -> None:
    first, second = (towns.TownSite(towns.LAYOUTS[0], 7) for _ in range(2))
    assert list(first.pages) == list(second.pages) and first.relevant == second.relevant
    assert first.relevant != towns.TownSite(towns.LAYOUTS[0], 8).relevant


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
        self.site: Any = None
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        markup = self.server.site.get(towns.ROOT + self.path)
        is_file = self.path.endswith(".pdf")
        body = b"%PDF-1.4 " if is_file else (markup or "").encode()
        self.send_response(404 if markup is None else 200)
        kind = "application/pdf" if is_file else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        body = body.replace(towns.ROOT.encode(), self.server.root.encode())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    server = _Server()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_real_crawl_over_http_finds_them_too(server: _Server, tmp_path: Path) -> None:
    server.site = towns.TownSite(towns.LAYOUTS[1], 5)
    start = server.site.start.replace(towns.ROOT, server.root)
    source = Source(
        id="town", name="Town", kind="municipality", start=(start,),
        hosts=(server.root.removeprefix("http://"),), max_pages=_MOST_FETCHES, max_depth=30,
    )  # fmt: skip
    settings = Settings(contact="")
    crawl([source], archive=tmp_path, settings=settings, is_loopback_allowed=True)
    asked = {towns.ROOT + path for path in server.asked}
    assert len(server.asked) <= _MOST_FETCHES + 2  # and robots.txt, tdmrep.json
    assert server.site.relevant <= asked
