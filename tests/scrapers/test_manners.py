"""Crawls of servers on loopback that ask for something: robots.txt, TDMRep, Retry-After."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from partnernetz.records import Source
from partnernetz.settings import Settings
from partnernetz.storage import to_dict
from scrapers.archive import has_no_text, read_pages
from scrapers.archive_index import cover_files
from scrapers.crawl import crawl
from scrapers.crawl_report import CrawlReport, read_report
from scrapers.guards.limits import Limits
from scrapers.inputs import input_files
from scrapers.ledger import read_ledger
from scrapers.visits import Visits

_TDM_FILE = "/.well-known/tdmrep.json"


class _Host(ThreadingHTTPServer):
    """Answers by path: a body, or status, headers and body; of a list each in turn, then the last.

    A number is a body that comes so many seconds late; headers may be made when asked for.
    """

    daemon_threads = True

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[float, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def source(self, name: str = "hof", *, other: Sequence[_Host] = (), **values: Any) -> Source:
        hosts = (self.name, *(host.name for host in other))
        default = {"start": (f"http://{self.name}/",), "hosts": hosts}
        return Source(id=name, name=name, kind="unknown", **{**default, **values})

    def paths(self) -> list[str]:
        return [path for _, path in self.asked if path not in ("/robots.txt", _TDM_FILE)]

    def times(self, path: str) -> list[float]:
        return [moment for moment, asked in self.asked if asked == path]


class _Handler(BaseHTTPRequestHandler):
    server: _Host
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append((time.monotonic(), self.path))
        answer = self.server.answers.get(self.path, (404, {}, "nicht da"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, float):
            time.sleep(answer)
            answer = "<p>Das kam spät, aber es kam.</p>"
        status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name, value() if callable(value) else value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hosts() -> Iterator[Any]:
    made: list[_Host] = []

    def make(answers: dict[str, Any]) -> _Host:
        made.append(_Host(answers))
        return made[-1]

    yield make
    for host in made:
        host.shutdown()
        host.server_close()


_NUMBERS = count(1)


def _page(*links: str, head: str = "") -> str:
    """Return a page unlike all others: the same body is stored once."""
    anchors = "".join(f"<a href='{link}'>{link}</a>" for link in links)
    text = f"<p>Seite {next(_NUMBERS)} über Hof. {anchors}</p>"
    return f"<html><head>{head}</head><body>{text}</body></html>"


def _crawl(
    archive: Path, *sources: Source, limits: Limits | None = None, **settings: Any
) -> CrawlReport:
    return crawl(
        sources,
        archive=archive,
        settings=Settings(contact="", **settings),
        is_loopback_allowed=True,
        limits=limits,
    )


def _kept(archive: Path) -> set[str]:
    files = [path for path in archive.glob("*.warc.gz") if not has_no_text(path)]
    found = {page.url for path in files for page, _ in read_pages(path)}
    return {"/" + address.split("/", 3)[3] for address in found}


def _failures(report: CrawlReport) -> dict[str, str]:
    return {"/" + one.subject.split("/", 3)[3]: one.slug for one in report.failures}


def test_sitemaps_of_robots_files_are_read_in_scope_only(hosts: Any, tmp_path: Path) -> None:
    other = hosts({"/map.xml": "<urlset/>"})
    host = hosts({})
    root = f"http://{host.name}"
    host.answers.update(
        {
            "/robots.txt": f"User-agent: *\nDisallow: /geheim\nSitemap: {root}/map.xml\n"
            f"Sitemap: {root}/map.xml\nSitemap: http://{other.name}/map.xml\n"
            "Sitemap: file:///etc/passwd\nSitemap: /relative.xml\n",
            "/": _page("/a"),
            "/a": _page(),
            "/map.xml": f"<urlset><url><loc>{root}/partnerstadt</loc></url>"
            f"<url><loc>{root}/geheim/1</loc></url></urlset>",
            "/relative.xml": "<urlset/>",
            "/partnerstadt": _page(),
        }
    )
    report = _crawl(tmp_path, host.source())
    assert _kept(tmp_path) == {"/", "/a", "/partnerstadt"}
    assert host.paths().count("/map.xml") == 1
    assert "/geheim/1" not in host.paths()
    assert other.asked == []
    assert _failures(report) == {"/geheim/1": "robots_disallowed"}


def test_the_robots_file_holds_for_the_end_of_a_redirect(hosts: Any, tmp_path: Path) -> None:
    other = hosts({"/robots.txt": "User-agent: *\nDisallow: /", "/ziel": _page()})
    host = hosts(
        {
            "/robots.txt": "User-agent: partnernetz\nDisallow: /intern",
            "/": _page("/um", "/fort"),
            "/um": (302, {"Location": "/intern/1"}, ""),
            "/intern/1": _page(),
            "/fort": (301, {"Location": f"http://{other.name}/ziel"}, ""),
        }
    )
    report = _crawl(tmp_path, host.source(other=[other]))
    assert _kept(tmp_path) == {"/"}
    assert "/intern/1" not in host.paths()
    assert other.paths() == []
    assert _failures(report) == {"/um": "robots_disallowed", "/fort": "robots_disallowed"}


_SIGNS = {
    "/datei/1": _page("/a1"),
    "/kopf": (200, {"tdm-reservation": "1"}, _page("/a2")),
    "/meta": _page("/a3", head='<meta name="tdm-reservation" content="1">'),
    "/noai": (200, {"X-Robots-Tag": "noai"}, _page("/a4")),
    "/noindex": _page("/a5", head="<meta name=robots content=noindex>"),
    "/none": (200, {"X-Robots-Tag": "none"}, _page("/a6")),
    "/nofollow": _page("/a7", head="<meta name=robots content=nofollow>"),
    "/datei/frei": (200, {"tdm-reservation": "0"}, _page("/a8")),
}


@pytest.mark.parametrize(
    ("basis", "also_kept"), [("44b", set()), ("60d", {"/datei/1", "/kopf", "/meta", "/noai"})]
)
def test_what_owners_reserve_is_not_kept_but_its_links_are_followed(
    hosts: Any, tmp_path: Path, basis: str, also_kept: set[str]
) -> None:
    host = hosts(
        {
            _TDM_FILE: '[{"location": "/datei/", "tdm-reservation": 1}]',
            "/": _page(*_SIGNS),
            **_SIGNS,
            **{f"/a{number}": _page() for number in range(1, 9)},
        }
    )
    report = _crawl(tmp_path, host.source(), legal_basis=basis)
    assert host.paths().count(_TDM_FILE) == 0 and len(host.times(_TDM_FILE)) == 1
    assert set(host.paths()) >= {"/a1", "/a2", "/a3", "/a4", "/a5", "/a8"}
    assert not {"/a6", "/a7"} & set(host.paths())
    links = {"/a1", "/a2", "/a3", "/a4", "/a5", "/a8"}
    assert _kept(tmp_path) == {"/", "/nofollow", "/datei/frei"} | links | also_kept
    failures = _failures(report)
    assert (
        failures.keys() == {"/datei/1", "/kopf", "/meta", "/noai", "/noindex", "/none"} - also_kept
    )
    assert failures["/noindex"] == "robots_disallowed"


def test_a_host_that_reserves_everything_is_left_alone(hosts: Any, tmp_path: Path) -> None:
    answers = {
        _TDM_FILE: '[{"location": "/", "tdm-reservation": 1,'
        ' "tdm-policy": "https://hof.example/terms"}]',
        "/": _page("/a"),
        "/a": _page(),
    }
    host = hosts(answers)
    report = _crawl(tmp_path / "44b", host.source())
    assert host.paths() == []
    (failure,) = report.failures
    assert failure.slug == "use_reserved"
    assert "(terms: https://hof.example/terms)" in failure.message
    _crawl(tmp_path / "60d", host.source(), legal_basis="60d")
    assert _kept(tmp_path / "60d") == {"/", "/a"}


def test_the_file_is_asked_for_after_the_robots_file_and_obeys_it(
    hosts: Any, tmp_path: Path
) -> None:
    host = hosts({"/robots.txt": "User-agent: *\nDisallow: /.well-known/", "/": _page()})
    _crawl(tmp_path / "1", host.source())
    assert [path for _, path in host.asked] == ["/robots.txt", "/"]
    broken = hosts({_TDM_FILE: (500, {}, "kaputt"), "/": _page()})
    _crawl(tmp_path / "2", broken.source())
    assert _kept(tmp_path / "2") == {"/"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_host_waits_and_the_others_go_on(
    hosts: Any, tmp_path: Path, status: int, form: str
) -> None:
    def in_three_seconds() -> str:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)

    value = "2" if form == "seconds" else in_three_seconds
    busy = hosts({"/": [(status, {"Retry-After": value}, "später"), _page("/a")], "/a": _page()})
    free = hosts(
        {"/": _page(*(f"/{n}" for n in range(20))), **{f"/{n}": _page() for n in range(20)}}
    )
    report = _crawl(tmp_path, busy.source("busy"), free.source("free"))
    assert report.failures == ()
    first, second = busy.times("/")
    assert 1.0 <= second - first <= 6.0
    assert len(free.paths()) == 21
    assert free.asked[-1][0] < second  # all of it was read while the other waited


def test_a_host_that_is_always_busy_is_given_up(hosts: Any, tmp_path: Path) -> None:
    answers = {f"/{n}": (503, {"Retry-After": "0"}, "zu") for n in range(9)}
    host = hosts({"/": _page(*answers), **answers})
    report = _crawl(tmp_path, host.source())
    assert len(host.paths()) == 1 + 6
    slugs = [failure.slug for failure in report.failures]
    assert slugs == ["http_error", "host_busy"]
    assert "left alone until the next crawl" in report.failures[1].message


def test_a_host_that_wants_hours_is_given_up_at_once(hosts: Any, tmp_path: Path) -> None:
    host = hosts({"/": (429, {"Retry-After": "7200"}, "zu")})
    report = _crawl(tmp_path, host.source())
    assert host.paths() == ["/"]
    assert [failure.slug for failure in report.failures] == ["host_busy"]
    assert "7,200 seconds" in report.failures[0].message


def test_a_busy_page_is_no_busy_host(hosts: Any, tmp_path: Path) -> None:
    host = hosts({"/": _page("/zu", "/a"), "/zu": (503, {}, "zu"), "/a": _page()})
    report = _crawl(tmp_path, host.source())
    assert len(host.times("/zu")) == 3
    assert _kept(tmp_path) == {"/", "/a"}
    assert _failures(report) == {"/zu": "http_error"}


def test_a_busy_robots_file_is_waited_for(hosts: Any, tmp_path: Path) -> None:
    robots = [(503, {"Retry-After": "1"}, ""), "User-agent: *\nDisallow: /a"]
    host = hosts({"/robots.txt": robots, "/": _page("/a"), "/a": _page()})
    _crawl(tmp_path, host.source())
    assert _kept(tmp_path) == {"/"}
    first, second = host.times("/robots.txt")
    assert second - first >= 0.9


def test_a_slow_host_is_asked_less_often(hosts: Any, tmp_path: Path) -> None:
    host = hosts(
        {
            "/robots.txt": "User-agent: *\nCrawl-delay: 0.1",
            "/": _page("/b", "/c", "/d", "/e"),
            "/b": 0.3,
            "/c": _page(),
            "/d": _page(),
            "/e": _page(),
        }
    )
    _crawl(tmp_path, host.source())
    b, c, d, e = (host.times(path)[0] for path in ("/b", "/c", "/d", "/e"))
    assert c - b >= 1.4  # five times the 0.3 seconds, counted from the request
    assert e - d < 1.4 <= d - c  # fast again, which is believed one request later


def test_large_robots_files_are_read_up_to_their_limit(hosts: Any, tmp_path: Path) -> None:
    filler = "# nichts\n" * 60_000
    host = hosts(
        {
            "/robots.txt": f"User-agent: *\nDisallow: /a\n{filler}Disallow: /b\n",
            "/": _page("/a", "/b"),
            "/a": _page(),
            "/b": _page(),
        }
    )
    _crawl(tmp_path, host.source())
    assert _kept(tmp_path) == {"/", "/b"}


def test_the_ledger_and_the_records_say_by_which_law(hosts: Any, tmp_path: Path) -> None:
    host = hosts(
        {
            "/robots.txt": "User-agent: *\nDisallow: /verboten",
            "/": _page("/reserviert", "/verboten", "/weg", "/folgenlos"),
            "/reserviert": (200, {"tdm-reservation": "1"}, _page()),
            "/folgenlos": (200, {"X-Robots-Tag": "nofollow"}, _page("/nie")),
        }
    )
    _crawl(tmp_path, host.source(), retention_days_44b=30)
    entries = {"/" + one.url.split("/", 3)[3]: one for one in read_ledger(tmp_path)}
    assert {path: (one.decision, one.rule) for path, one in entries.items()} == {
        "/": ("stored", ""),
        "/reserviert": ("not_kept", "tdm_header"),
        "/verboten": ("refused", "robots_txt"),
        "/weg": ("failed", "http_error"),
        "/folgenlos": ("stored", "nofollow"),
    }
    kept = entries["/"]
    assert kept.legal_basis == entries["/reserviert"].legal_basis == "§ 44b UrhG"
    day = datetime.fromisoformat(kept.at) + timedelta(days=30)
    assert kept.retain_until == day.date().isoformat()
    (tmp_path / "crawl.sqlite").unlink()  # all but the decisions without a record comes again
    with Visits(tmp_path) as visits:
        cover_files(tmp_path, visits)
        again = {"/" + one.url.split("/", 3)[3]: one for one in visits}
    assert again.keys() == {"/", "/folgenlos"}
    assert (again["/"].legal_basis, again["/"].retain_until) == (
        kept.legal_basis,
        kept.retain_until,
    )
    assert again["/folgenlos"].rule == "nofollow"


def test_links_are_not_followed_later_either(hosts: Any, tmp_path: Path) -> None:
    page = (200, {"X-Robots-Tag": "nofollow", "ETag": '"1"'}, _page("/nie"))
    host = hosts({"/": _page("/a"), "/a": [page, (304, {"ETag": '"1"'}, "")]})
    for _ in range(3):
        _crawl(tmp_path, host.source())
    assert len(host.times("/a")) >= 2
    assert "/nie" not in host.paths()


def test_a_closed_host_leaves_the_others_of_its_source_open(hosts: Any, tmp_path: Path) -> None:
    other = hosts({_TDM_FILE: '[{"location": "/", "tdm-reservation": 1}]', "/x": _page()})
    links = [f"http://{other.name}/x", f"http://{other.name}/y", "/a"]
    host = hosts({"/": _page(*links), "/a": _page()})
    report = _crawl(tmp_path, host.source(other=[other]))
    assert _kept(tmp_path) == {"/", "/a"}
    assert other.paths() == []
    assert [failure.slug for failure in report.failures] == ["use_reserved"]
    assert "host_given_up" in [finding.slug for finding in report.findings]


def test_crawls_are_watched(hosts: Any, tmp_path: Path) -> None:
    host = hosts({"/": _page("/a"), "/a": _page()})
    empty = hosts({})
    forbidden = hosts({"/robots.txt": "User-agent: *\nDisallow: /"})
    thin = hosts({"/": "<p>Bitte anmelden.</p>"})
    text = "<p>" + "Ein langer Satz über Hof und Plauen. " * 9 + "</p>"
    host.answers["/a"] = text
    report = _crawl(
        tmp_path,
        host.source("hof"),
        empty.source("leer"),
        forbidden.source("zu"),
        thin.source("bezahlt"),
    )
    assert [(one.source_id, one.slug) for one in report.findings] == [
        ("leer", "only_failures"),
        ("zu", "all_forbidden"),
        ("bezahlt", "only_stubs"),
    ]
    assert read_report(tmp_path) == report
    page = (tmp_path / "crawl-report.html").read_text(encoding="utf-8")
    assert all(one.sentence in page for one in report.findings)
    assert input_files([tmp_path]) == tuple(sorted(tmp_path.glob("2*.warc.gz")))


def test_many_busy_hosts_do_not_keep_the_others_from_work(hosts: Any, tmp_path: Path) -> None:
    many = [hosts({"/": [(503, {"Retry-After": "6"}, ""), _page()]}) for _ in range(11)]
    free = hosts({"/": _page("/a", "/b"), "/a": _page(), "/b": _page()})
    busy = [host.source(f"busy-{number}") for number, host in enumerate(many)]
    report = _crawl(tmp_path, *busy, free.source("free"), limits=Limits(requests=8))
    assert report.failures == ()
    assert free.asked[-1][0] < min(host.times("/")[1] for host in many)


_CRAWLER = """
import json, sys
from pathlib import Path
from partnernetz.records import Source
from partnernetz.settings import Settings
from partnernetz.storage import from_dict
from scrapers.crawl import crawl
crawl([from_dict(Source, json.loads(sys.argv[1]))], archive=Path(sys.argv[2]),
      settings=Settings(), is_loopback_allowed=True)
"""


def test_a_waiting_crawl_ends_when_it_is_told_to(hosts: Any, tmp_path: Path) -> None:
    host = hosts({"/": [(429, {"Retry-After": "200"}, ""), _page()]})
    crawler = subprocess.Popen(
        [sys.executable, "-c", _CRAWLER, json.dumps(to_dict(host.source())), str(tmp_path)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    while not host.paths():
        time.sleep(0.05)
    time.sleep(0.5)
    begun = time.monotonic()
    crawler.send_signal(signal.SIGTERM)
    crawler.wait(30)
    assert time.monotonic() - begun < 10
    report = crawl(
        [host.source()],
        archive=tmp_path,
        settings=Settings(),
        is_loopback_allowed=True,
        resume=True,
    )
    assert report.is_finished and report.failures == ()
    assert host.paths() == ["/", "/"] and _kept(tmp_path) == {"/"}


def test_a_robots_file_is_asked_for_again_after_a_day() -> None:
    from scrapy.utils.test import get_crawler

    from scrapers.middlewares.robots import RobotsMiddleware

    middleware = RobotsMiddleware(get_crawler(settings_dict={"ROBOTSTXT_OBEY": True}))
    middleware._parsers.update({"old": None, "new": None})
    middleware._asked_at.update({"old": time.monotonic() - 90_000, "new": time.monotonic()})
    middleware._forget_stale()
    assert middleware._parsers.keys() == middleware._asked_at.keys() == {"new"}
