"""Second and third crawls of real servers on loopback: what is asked, kept and learned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from partnernetz.records import Source
from scrapers.archive import digest_of, read_pages, scan_records
from scrapers.archive_writing import Exchange
from scrapers.crawl import crawl
from scrapers.jobs import CrawlEvent, CrawlJob
from scrapers.links import Link
from scrapers.recording import Recorder
from scrapers.visits import Visit, Visits


class _Site(ThreadingHTTPServer):
    """Pages by path, each with an ETag of its content."""

    daemon_threads = True

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.requests: list[tuple[str, bool, int]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def asked(self) -> dict[str, int]:
        """The status that each path was answered with last, since the last call."""
        found = {path: status for path, _, status in self.requests}
        self.requests.clear()
        return found


class _Handler(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.server.pages.get(self.path, "").encode()
        etag = f'"{digest_of(body)}"'
        given = self.headers.get("If-None-Match")
        status = 200 if self.path in self.server.pages else 404
        if self.path in self.server.moved:
            status = 302
        elif given == etag:
            status, body = 304, b""
        if self.path not in ("/robots.txt", "/.well-known/tdmrep.json"):
            self.server.requests.append((self.path, given is not None, status))
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if status == 302:
            self.send_header("Location", self.server.moved[self.path])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[_Site]:
    server = _Site()
    yield server
    server.shutdown()
    server.server_close()


def _links(*paths: str) -> str:
    return "".join(f"<p>Ein Satz.</p><a href='{path}'>{path}</a>" for path in paths)


def _crawl(site: _Site, archive: Path, **options: Any) -> Any:
    from partnernetz.settings import Settings

    values = options.pop("source", {})
    source = Source(
        id="hof",
        name="Hof",
        kind="unknown",
        start=(f"{site.root}/",),
        hosts=(site.root.removeprefix("http://"),),
        **values,
    )
    settings = Settings(contact="")
    report = crawl(
        [source], archive=archive, settings=settings, is_loopback_allowed=True, **options
    )
    return report.sources[0]


def _age(archive: Path, *, days: float) -> None:
    """Let all visits have been so many days earlier."""
    with Visits(archive) as visits:
        visits._database.execute(
            "UPDATE visits SET at = strftime('%Y-%m-%dT%H:%M:%SZ', at, ?)", (f"-{days} days",)
        )


def test_what_has_not_changed_is_a_revisit_and_still_leads_on(site: _Site, tmp_path: Path) -> None:
    site.pages.update(
        {"/": _links("/a"), "/a": _links("/b"), "/b": "<p>Seite B</p>", "/feed.xml": "<rss/>"}
    )
    source = {"feeds": (f"{site.root}/feed.xml",)}
    first = _crawl(site, tmp_path, source=source)
    assert (first.stored, first.unchanged) == (3, 0)
    assert set(site.asked().values()) == {200}
    files = {path.name: path.read_bytes() for path in tmp_path.glob("2*.warc.gz")}

    site.pages["/b"] = "<p>Seite B, neu</p>"
    second = _crawl(site, tmp_path, source=source)
    assert (second.stored, second.unchanged, second.not_due) == (1, 2, 0)
    assert site.asked() == {"/feed.xml": 304, "/": 304, "/a": 304, "/b": 200}
    for name, content in files.items():
        assert (tmp_path / name).read_bytes() == content

    third = _crawl(site, tmp_path, source=source, refetch=True)
    assert (third.stored, third.unchanged) == (0, 3)
    assert set(site.asked().values()) == {200}
    kept = [body for path in tmp_path.glob("2*.warc.gz") for _, body in read_pages(path)]
    assert len(kept) == 4  # each body once
    records = [r for path in sorted(tmp_path.glob("without*")) for r, _ in scan_records(path)]
    assert [record.kind for record in records if record.page.final_url.endswith("/a")] == [
        "revisit",
        "revisit",
    ]
    assert [
        record.is_not_modified for record in records if record.page.final_url.endswith("/a")
    ] == [
        True,
        False,
    ]


def test_still_pages_are_left_until_they_are_due(site: _Site, tmp_path: Path) -> None:
    site.pages.update({"/": _links("/a"), "/a": _links("/b"), "/b": "<p>Seite B</p>"})
    _crawl(site, tmp_path)
    _age(tmp_path, days=10)
    _crawl(site, tmp_path)  # unchanged for ten days: due again in ten
    site.asked()
    _age(tmp_path, days=3)
    third = _crawl(site, tmp_path)
    assert (third.pages, third.not_due) == (3, 2)
    assert set(site.asked()) == {"/"}  # start addresses are always due

    site.pages["/b"] = "<p>Seite B, neu</p>"
    _age(tmp_path, days=8)
    fourth = _crawl(site, tmp_path)
    assert (fourth.not_due, fourth.stored) == (0, 1)
    assert set(site.asked()) == {"/", "/a", "/b"}
    fifth = _crawl(site, tmp_path)  # what has just changed is due at once
    assert fifth.not_due == 1 and set(site.asked()) == {"/", "/b"}


def test_a_failed_page_is_due_whatever_it_was_before(site: _Site, tmp_path: Path) -> None:
    site.pages.update({"/": _links("/a"), "/a": "<p>A</p>"})
    _crawl(site, tmp_path)
    _age(tmp_path, days=10)
    page = site.pages.pop("/a")
    assert _crawl(site, tmp_path).failed == 1
    site.pages["/a"] = page
    site.asked()
    assert _crawl(site, tmp_path).unchanged == 2
    assert site.asked()["/a"] == 304


def test_what_a_redirect_led_to_is_not_fetched_again(site: _Site, tmp_path: Path) -> None:
    site.pages.update({"/": _links("/partnerstadt-alt", "/neu"), "/neu": _links("/z"), "/z": "Z"})
    site.moved["/partnerstadt-alt"] = "/neu"
    for _ in range(2):
        assert _crawl(site, tmp_path).pages == 3
        assert [path for path, _, _ in site.requests].count("/neu") == 1
        site.asked()


def test_another_page_behind_a_redirect_is_not_taken_for_unchanged(
    site: _Site, tmp_path: Path
) -> None:
    site.pages.update({"/": _links("/um"), "/eins": "<p>Seite</p>", "/zwei": "<p>Seite</p>"})
    site.moved["/um"] = "/eins"
    _crawl(site, tmp_path)
    site.moved["/um"] = "/zwei"  # the same ETag, as it is the same text
    site.asked()
    _crawl(site, tmp_path)
    assert site.asked() == {"/": 304, "/um": 302, "/zwei": 200}


def test_a_lost_archive_file_is_fetched_anew(site: _Site, tmp_path: Path) -> None:
    site.pages.update({"/": _links("/a"), "/a": "<p>Seite A</p>"})
    _crawl(site, tmp_path)
    for path in tmp_path.glob("*.warc.gz"):
        path.unlink()
    site.asked()
    again = _crawl(site, tmp_path)
    assert again.stored == 2 and set(site.asked().values()) == {200}


# the recorder and the spider alone


def _job(archive: Path, **values: Any) -> CrawlJob:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return CrawlJob(sources=(), archive=str(archive), user_agent="t", started_at=at, **values)


def _exchange(recorder: Recorder, **values: Any) -> Exchange:
    default: dict[str, Any] = {
        "url": "http://hof.example/",
        "final_url": "http://hof.example/",
        "source_id": "hof",
        "depth": 0,
        "via": "",
        "fetched_at": "2026-11-26T10:00:00Z",
        "status": 200,
        "request_headers": (),
        "response_headers": (("Content-Type", "text/html"), ("ETag", '"1"')),
        "body": b"<p>Hof</p>",
        "crawl": recorder.crawl,
    }
    return Exchange(**{**default, **values})


def test_links_of_a_page_that_must_not_be_kept_survive_a_kill(tmp_path: Path) -> None:
    events: list[CrawlEvent] = []
    first = Recorder(_job(tmp_path), emit=events.append)
    link = Link(address="http://hof.example/a", text="Ä")
    where = {"source_id": "hof", "url": "http://hof.example/"}
    first.fail(
        **where, at="2026-11-26T10:00:00Z", slug="robots_disallowed", message="noindex.",
        outcome="not_kept", rule="noindex", links=[link],
    )  # fmt: skip
    # killed here
    second = Recorder(_job(tmp_path, resume_since=first.crawl), emit=events.append)
    known = second.decided(**where)
    assert known is not None and known.links == (link,) and known.body is None
    assert known.visit.rule == "noindex" and known.visit.outcome == "not_kept"
    assert [event.outcome for event in events] == ["failed", "failed"]
    assert second.has_met(source_id="hof", final_url="http://hof.example/")
    second.close(reason="finished")
    third = Recorder(_job(tmp_path, resume_since=first.crawl), emit=events.append)
    assert third.decided(**where).links == ()  # type: ignore[union-attr]
    third.close(reason="finished")


def test_a_new_crawl_does_not_take_the_last_ones_word(tmp_path: Path) -> None:
    first = Recorder(_job(tmp_path), emit=lambda _: None)
    first.record(_exchange(first))
    first.close(reason="finished")
    second = Recorder(_job(tmp_path), emit=lambda _: None)
    where = {"source_id": "hof", "url": "http://hof.example/"}
    assert second.decided(**where) is None
    assert second.validators(**where) == {"If-None-Match": '"1"'}
    second.close(reason="finished")
    third = Recorder(_job(tmp_path, refetch=True), emit=lambda _: None)
    assert third.validators(**where) == {}
    third.close(reason="finished")


@pytest.mark.parametrize("etag", ['"ä"', '"a\x00b"', '"' + "x" * 600 + '"', ""])
def test_hostile_validators_are_not_sent_back(tmp_path: Path, etag: str) -> None:
    recorder = Recorder(_job(tmp_path), emit=lambda _: None)
    recorder.record(_exchange(recorder, response_headers=(("ETag", etag),)))
    assert recorder.validators(source_id="hof", url="http://hof.example/") == {}
    recorder.close(reason="finished")


def test_validators_outlive_an_answer_that_does_not_repeat_them(tmp_path: Path) -> None:
    where = {"source_id": "hof", "url": "http://hof.example/"}
    modified = ("Last-Modified", "Thu, 26 Nov 2026 09:00:00 GMT")
    first = Recorder(_job(tmp_path), emit=lambda _: None)
    first.record(_exchange(first, response_headers=(("ETag", '"1"'), modified)))
    first.record_not_modified(
        _exchange(
            first, status=304, body=b"", response_headers=(), fetched_at="2026-11-27T10:00:00Z"
        )
    )
    assert first.validators(**where) == {"If-None-Match": '"1"', "If-Modified-Since": modified[1]}
    first.record(
        _exchange(first, body=b"<p>neu", response_headers=(), fetched_at="2026-11-28T10:00:00Z")
    )
    assert first.validators(**where) == {}
    first.close(reason="finished")


def test_a_304_that_nobody_asked_for_is_not_known(tmp_path: Path) -> None:
    recorder = Recorder(_job(tmp_path), emit=lambda _: None)
    assert recorder.record_not_modified(_exchange(recorder, status=304, body=b"")) is None
    recorder.close(reason="finished")


def test_every_visit_of_a_record_tells_its_place(tmp_path: Path) -> None:
    recorder = Recorder(_job(tmp_path), emit=lambda _: None)
    recorder.record(_exchange(recorder))
    recorder.record(
        _exchange(recorder, url="http://hof.example/b", final_url="http://hof.example/b")
    )
    recorder.close(reason="finished")
    with Visits(tmp_path) as visits:
        found: list[Visit] = list(visits)
    assert [visit.outcome for visit in found] == ["stored", "unchanged"]
    for visit in found:
        path = tmp_path / (visit.archive_file or "")
        (record, *_) = scan_records(path, start=visit.archive_offset or 0)
        assert record[0].page.archive_record == visit.archive_record
        assert record[0].length == visit.archive_length


def test_a_page_that_must_not_be_kept_leads_on(tmp_path: Path) -> None:
    """Whatever finds it so leaves a RefusedError in the answer's ``not_kept``."""
    from scrapy import Request
    from scrapy.http import HtmlResponse

    from scrapers.middlewares.refusal import RefusedError
    from scrapers.spiders.site import SiteCrawl, SiteSpider

    source = Source(
        id="hof",
        name="Hof",
        kind="unknown",
        start=("http://hof.example/",),
        hosts=("hof.example",),
    )
    events: list[CrawlEvent] = []
    job = CrawlJob(
        sources=(source,),
        archive=str(tmp_path),
        user_agent="t",
        started_at="2026-11-26T10:00:00.000000Z",
    )
    recorder = Recorder(job, emit=events.append)
    spider = SiteSpider(job=job, recorder=recorder)
    site = SiteCrawl(source)
    step = site.frontier.next()
    assert step is not None
    refusal = RefusedError("Not to be kept.", slug="robots_disallowed")
    request = Request(step.address, meta={"not_kept": refusal})
    body = _links("/a").encode()
    headers = {"Content-Type": "text/html"}
    response = HtmlResponse(step.address, body=body, headers=headers, request=request)
    assert spider._take(response, site, step) is None
    found = site.frontier.next()
    assert found is not None
    assert (found.address, found.depth, found.via) == ("http://hof.example/a", 1, step.address)
    recorder.close(reason="finished")
    assert [event.failure and event.failure.message for event in events] == ["Not to be kept."]
    assert list(tmp_path.glob("*.warc.gz*")) == []
    with Visits(tmp_path) as visits:
        (visit,) = visits
    assert (visit.outcome, visit.rule) == ("not_kept", "robots_disallowed")
    assert visit.digest is None and visit.status == 200
