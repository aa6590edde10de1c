"""The report of a crawl as a page for readers: ``crawl-report.html`` beside the archive."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from partnernetz.storage import write_text
from scrapers.crawl_report import CrawlReport, SourceReport

PAGE_FILE = "crawl-report.html"
#: Failures of one kind that the page lists; ``partnernetz ledger`` has them all.
_MOST_LISTED = 50
#: What could steer a reader's eye: control characters, and those that turn the direction.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]"
)


def write_report_page(archive: Path, report: CrawlReport) -> None:
    """Write the page of a report beside the archive, atomically."""
    write_text(archive / PAGE_FILE, render_report(report))


def render_report(report: CrawlReport) -> str:
    """Return the page of a report: one HTML file that needs nothing else and runs no script.

    Addresses and messages come from hostile pages: they are shown as text, never as links.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    style = (folder / "crawl_report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found = {finding.source_id: finding.severity for finding in reversed(report.findings)}
    return environment.get_template("crawl_report.html.jinja").render(
        report=report,
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'",
        sources=sorted(report.sources, key=lambda one: (one.source_id not in found, one.source_id)),
        found=found,
        totals=_totals(report.sources),
        failures=_by_kind(report),
        most_listed=_MOST_LISTED,
    )


def _shown(value: object) -> object:
    """Return a value as templates show it: numbers with separators, no unseen characters."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return _UNSEEN.sub("\ufffd", value) if type(value) is str else value


def _totals(sources: Iterable[SourceReport]) -> dict[str, int]:
    names = ("pages", "stored", "unchanged", "not_due", "failed")
    totals = Counter(dict.fromkeys(names, 0))
    for source in sources:
        totals.update({name: getattr(source, name) for name in names})
    return dict(totals)


def _by_kind(report: CrawlReport) -> list[tuple[str, int, list[str]]]:
    """Return slug, number and the first sentences of each kind of failure, the commonest first."""
    counts = Counter(failure.slug for failure in report.failures)
    return [
        (
            slug.replace("_", " "),
            count,
            [one.message for one in report.failures if one.slug == slug][:_MOST_LISTED],
        )
        for slug, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
