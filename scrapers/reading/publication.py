"""When a page was published, as far as its markup says so."""

from __future__ import annotations

import html
import re
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.reading.markup import parse_html

#: Pages older than the web are misdated, pages from the future too.
_EARLIEST = date(1993, 1, 1)
_PUBLISHED = re.compile(
    r"publi|created|issued|pubdate|\bdate$|dc\.?date|dcterms|datum", re.IGNORECASE
)
_MODIFIED = re.compile(r"modif|updat|review|expire|valid|unpubli|retrieved", re.IGNORECASE)
_DATELINE = re.compile(
    r"publi|pubdate|entry-?date|post-?date|posted|byline|dateline|meta|datum|stand|head",
    re.IGNORECASE,
)
_LONGEST_SCRIPT = 200_000


def published_date(markup: str, *, latest: date | None = None) -> str | None:
    """Return the day of publication as an EDTF date, or None.

    Only marked-up dates count: JSON-LD ``datePublished``, publication dates in ``meta`` elements
    and the ``time`` element of a dateline. Dates in running text, in addresses and dates of
    modification are never taken. ``latest`` is the day the page was fetched: later dates are wrong.
    """
    return published_date_of(parse_html(markup), latest=latest)


def published_date_of(tree: LexborHTMLParser, *, latest: date | None = None) -> str | None:
    """Return the day of publication of a parsed page, see ``published_date``."""
    hints = _hints(tree)
    if not hints:
        return None
    from htmldate import find_date

    page = f"<html><head>{''.join(hints)}</head><body></body></html>"
    found = find_date(
        page,
        extensive_search=False,
        original_date=True,
        min_date=_EARLIEST.isoformat(),
        max_date=latest.isoformat() if latest else None,
    )
    return str(found) if found else None


def _hints(tree: LexborHTMLParser) -> list[str]:
    """Return the elements that may tell the date, written anew as JSON-LD and meta elements."""
    hints = []
    for node in tree.css('script[type="application/ld+json"]'):
        script = node.text()[:_LONGEST_SCRIPT]
        found = re.search(r'"datePublished"\s*:\s*"([^"<>]{4,40})"', script)
        if found:
            hints.append(_meta("article:published_time", found.group(1)))
            break
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = (
            attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        )
        if _PUBLISHED.search(name) and not _MODIFIED.search(name):
            hints.append(_meta("article:published_time", attributes.get("content") or ""))
    dateline = next((node for node in tree.css("time[datetime]") if _is_dateline(node)), None)
    if dateline is not None:
        hints.append(_meta("article:published_time", dateline.attributes.get("datetime") or ""))
    return [hint for hint in hints if hint][:1]


def _meta(name: str, content: str) -> str:
    # a year alone would be completed to its first of January
    if not re.match(r"\s*(?:\d{4}-?\d{2}-?\d{2}|\d{1,2}\.\d{1,2}\.\d{4}|\w{3,9},? )", content):
        return ""
    return f'<meta property="{name}" content="{html.escape(content[:60], quote=True)}">'


def _is_dateline(node: LexborNode) -> bool:
    """Return whether a time element dates the page and not something told in it."""
    attributes = node.attributes
    if "pubdate" in attributes or "datepublished" in (attributes.get("itemprop") or "").lower():
        return True
    if _DATELINE.search(attributes.get("class") or ""):
        return True
    parent, levels = node.parent, 0
    while parent is not None and levels < 2 and parent.tag not in ("body", "main", "article"):
        names = f"{parent.attributes.get('class') or ''} {parent.attributes.get('id') or ''}"
        if parent.tag == "header" or _DATELINE.search(names):
            return True
        parent, levels = parent.parent, levels + 1
    return False
