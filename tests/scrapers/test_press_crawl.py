"""A crawl of a newspaper on loopback: feeds, news sitemaps, archive pages of a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from partnernetz.errors import UsageError
from partnernetz.records import Document, Source
from partnernetz.settings import Settings
from scrapers.crawl import crawl
from scrapers.inputs import read_inputs

#: Where owners state their rules: asked for before any page.
_RULES = ("/robots.txt", "/.well-known/tdmrep.json")


class _Paper(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: _Paper

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        page = self.server.pages.get(self.path)
        body = (page or "").replace("ROOT", self.server.root).encode()
        self.send_response(404 if page is None else 200)
        kind = "application/xml" if self.path.endswith(".xml") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _article(day: str, *, text: str, head: str = "") -> str:
    date_ = f"<meta property='article:published_time' content='{day}T08:00:00+02:00'>"
    return f"<html><head><title>T</title>{date_}{head}</head><body><p>{text}</p></body></html>"


@pytest.fixture
def paper() -> Iterator[_Paper]:
    server = _Paper()
    server.pages = {
        "/": "<a href='/impressum'>Impressum</a>",
        "/feed.xml": "<rss><channel>"
        "<item><title>Bad</title><link>ROOT/bad</link>"
        "<pubDate>Fri, 12 Apr 2019 08:00:00 +0200</pubDate></item>"
        "<item><title>Alt</title><link>ROOT/alt</link>"
        "<pubDate>Fri, 12 Jan 2018 08:00:00 +0200</pubDate></item>"
        "<item><title>Gera</title><description>Die Partnerstadt kam.</description>"
        "<link>ROOT/gera</link><pubDate>Thu, 11 Apr 2019 08:00:00 +0200</pubDate></item>"
        "</channel></rss>",
        "/sitemap.xml": "<sitemapindex><sitemap><loc>ROOT/2017.xml</loc><lastmod>2018-01-02"
        "</lastmod></sitemap><sitemap><loc>ROOT/news.xml</loc></sitemap></sitemapindex>",
        "/news.xml": "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>"
        "<loc>ROOT/neu</loc><n:news><n:publication_date>2019-04-13</n:publication_date>"
        "<n:title>Neu</n:title></n:news></url></urlset>",
        "/archiv/2019/03/": "<main><a href='/hof'>Gäste aus Plauen</a></main>",
        "/archiv/2019/04/": "<main><a href='/leer'>Wetter</a></main>",
        "/bad": _article("2019-04-12", text="Das Bad öffnet. " * 20),
        "/gera": _article("2019-04-11", text=f"Hof (dpa/by) - {'Die Partnerstadt kam. ' * 20}"),
        "/neu": _article("2019-04-13", text="Neues. " * 50),
        "/leer": _article("2019-04-01", text="Regen. " * 50),
        "/impressum": "<p>Impressum</p>",
        "/hof": _article(
            "2019-03-05",
            text="Plauen kam nach Hof.",
            head="<script type='application/ld+json'>"
            '{"@type": "NewsArticle", "isAccessibleForFree": false}</script>',
        ),
    }
    yield server
    server.shutdown()
    server.server_close()


def _source(paper: _Paper) -> Source:
    return Source(
        id="paper",
        name="Paper",
        kind="press",
        start=(f"{paper.root}/",),
        hosts=(paper.root.removeprefix("http://"),),
        feeds=(f"{paper.root}/feed.xml",),
        sitemaps=(f"{paper.root}/sitemap.xml",),
        archives=(paper.root + "/archiv/{year}/{month:02}/",),
    )


def test_a_stretch_of_time_is_read_and_nothing_else(paper: _Paper, tmp_path: Path) -> None:
    settings = Settings(contact="")
    crawl(
        [_source(paper)],
        archive=tmp_path,
        settings=settings,
        is_loopback_allowed=True,
        since="2019-03",
        until="2019-04",
    )
    assert [path for path in paper.asked if path not in _RULES] == [
        "/feed.xml", "/sitemap.xml", "/news.xml",  # 2017.xml was not changed since
        "/", "/archiv/2019/03/", "/archiv/2019/04/", "/gera", "/hof", "/leer", "/neu", "/bad",
        "/impressum",
    ]  # fmt: skip
    documents = [item for item in read_inputs([tmp_path]) if isinstance(item, Document)]
    told = {document.reference.url.rsplit("/", 1)[-1]: document.reference for document in documents}
    assert (told["gera"].agency, told["gera"].published) == ("dpa", "2019-04-11")
    assert [name for name, reference in told.items() if reference.is_stub] == ["hof"]


def test_without_dates_all_entries_are_read_and_no_archive(paper: _Paper, tmp_path: Path) -> None:
    settings = Settings(contact="")
    crawl([_source(paper)], archive=tmp_path, settings=settings, is_loopback_allowed=True)
    assert {"/alt", "/2017.xml", "/gera"} <= set(paper.asked)
    assert not any(path.startswith("/archiv/") for path in paper.asked)


def test_wrong_dates_stop_a_crawl_before_it_begins(paper: _Paper, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--since"):
        crawl(
            [_source(paper)],
            archive=tmp_path / "a",
            settings=Settings(contact=""),
            is_loopback_allowed=True,
            since="gestern",
        )
    assert not paper.asked and not (tmp_path / "a").exists()
