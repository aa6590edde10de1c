from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from partnernetz.errors import Failure
from scrapers.crawl_report import CrawlReport, SourceReport, read_report, write_report
from scrapers.crawl_report_page import PAGE_FILE, render_report, write_report_page
from scrapers.monitors import Finding

_HOSTILE = "http://a.example/<script>alert(1)</script>\"'&\u202egnp.exe\x1b[2J{{ 7*7 }}"


def _report(failures: int = 3) -> CrawlReport:
    return CrawlReport(
        started_at="2026-11-26T03:00:00.000000Z",
        is_finished=True,
        sources=(
            SourceReport(source_id="apolda", fetched=1200, stored=3, unchanged=1197),
            SourceReport(source_id="hof", failed=failures, rules=(("robots_txt", failures),)),
        ),
        failures=tuple(
            Failure(stage="crawl", subject=_HOSTILE, slug="robots_disallowed", message=_HOSTILE)
            for _ in range(failures)
        ),
        archive_files=(),
        last_fetched_at="2026-11-26T03:11:00Z",
        findings=(
            Finding(source_id="hof", slug="all_forbidden", sentence=_HOSTILE, severity="error"),
        ),
    )


class _Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.met: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.met.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_shows_findings_sources_and_failures() -> None:
    text = "".join(_Elements(render_report(_report())).text)
    assert "Crawl of 2026-11-26" in text and "all forbidden" in text
    assert "1,200" in text and "1,197" in text
    assert text.index("hof") < text.index("apolda")  # what is odd comes first


def test_nothing_hostile_is_more_than_text() -> None:
    page = render_report(_report())
    elements = _Elements(page)
    assert not {"script", "a", "img", "iframe", "link", "form"} & {tag for tag, _ in elements.met}
    assert "<script>alert(1)</script>" in "".join(elements.text)
    assert "{{ 7*7 }}" in page  # no template of a template
    assert "\u202e" not in page and "\x1b" not in page
    for _, attributes in elements.met:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
    (policy,) = [a["content"] for t, a in elements.met if a.get("http-equiv")]
    assert policy and policy.startswith("default-src 'none'")
    assert not re.search(r"url\(|@import", page)


def test_long_lists_are_cut_and_said() -> None:
    page = render_report(_report(failures=57))
    assert page.count('<li class="hostile">') == 50
    assert "and 7 more" in page


def test_reports_are_read_back_and_old_ones_too(tmp_path: Path) -> None:
    report = _report()
    write_report(tmp_path, report)
    write_report_page(tmp_path, report)
    assert read_report(tmp_path) == report
    assert (tmp_path / PAGE_FILE).read_text(encoding="utf-8").startswith("<!doctype html>")
    (tmp_path / "crawl-report.json").write_text(
        '{"started_at": "x", "is_finished": true, "sources": [{"source_id": "hof", "fetched": 1}],'
        ' "failures": [], "archive_files": []}'
    )
    assert read_report(tmp_path).findings == ()
