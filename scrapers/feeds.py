"""Links from feeds (RSS 0.9x, 1.0, 2.0, Atom) and sitemaps (also of news, also gzipped).

Formats: RSS 2.0 (https://www.rssboard.org/rss-specification), Atom (RFC 4287), sitemaps
(https://www.sitemaps.org/protocol.html), news sitemaps (https://developers.google.com/search/docs/
crawling-indexing/sitemaps/news-sitemap). Feeds are read with lxml, which resolves no entities here:
feedparser (6.0) was seen to open files that a document type names (its issue 107).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime

from lxml import etree

from scrapers.guards.xml import parse_xml
from scrapers.link_rules import skip_reason
from scrapers.links import Link, canonical_address
from scrapers.reading.drafts import clean

#: The sitemap protocol allows so many addresses in one file.
_MOST_LINKS = 50_000
_LONGEST_TITLE = 300
_LONGEST_SUMMARY = 1000
#: W3C date and time: a year, a month, a day, a day with a time.
_W3C_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?", re.ASCII)
_TAGS = re.compile(r"<[^>]*>")
_TITLES = ("title", "headline")
_SUMMARIES = ("description", "summary", "encoded", "content", "keywords")
_PUBLISHED = ("published", "pubdate", "issued", "created", "date", "publication_date")
_MODIFIED = ("updated", "modified", "lastmod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a feed or sitemap lists: pages, and further sitemaps (latest change first)."""

    links: tuple[Link, ...]
    sitemaps: tuple[str, ...] = ()


def read_listing(body: bytes, *, base: str, since: date | None = None) -> Listing:
    """Return what a feed or sitemap lists, plain or gzipped; the order is kept.

    Titles, summaries and dates of the entries are in the links. Sitemaps that an index says were
    not changed since a day are left out. Raises ValueError where the body is neither.
    """
    root = parse_xml(body)
    kind = _local(root)
    if kind == "sitemapindex":
        return Listing(links=(), sitemaps=tuple(_sitemaps(root, base=base, since=since)))
    if kind == "urlset":
        return _listing(_link(entry, base=base) for entry in root if _local(entry) == "url")
    if kind in ("rss", "feed", "rdf", "channel"):
        entries = (entry for entry in root.iter() if _local(entry) in ("item", "entry"))
        return _listing(_link(entry, base=base) for entry in entries)
    raise ValueError(f"'{kind}' is neither feed nor sitemap")


def _listing(links: Iterable[Link | None]) -> Listing:
    known: dict[str, Link] = {}
    for link in links:
        if link is not None and skip_reason(link.address) is None:
            known.setdefault(link.address, link)
            if len(known) >= _MOST_LINKS:
                break
    return Listing(links=tuple(known.values()))


def _sitemaps(root: etree._Element, *, base: str, since: date | None) -> Iterator[str]:
    found: list[tuple[str, str]] = []
    for entry in root:
        fields = _fields(entry)
        address = canonical_address(fields.get("loc", ""), base=base)
        modified = edtf_of(fields.get("lastmod", "")) or ""
        is_old = since is not None and len(modified) == 10 and modified < since.isoformat()
        if address is not None and not is_old:
            found.append((modified, address))
    # stable: those without a date keep their order behind the dated ones
    found.sort(key=lambda pair: pair[0], reverse=True)
    yield from (address for _, address in found[:_MOST_LINKS])


def _link(entry: etree._Element, *, base: str) -> Link | None:
    """Return the link of one entry, None where it has no usable address."""
    fields = _fields(entry)
    address = canonical_address(_reference(entry, fields), base=base)
    if address is None:
        return None
    return Link(
        address=address,
        text=_words(fields, _TITLES)[:_LONGEST_TITLE],
        summary=_words(fields, _SUMMARIES)[:_LONGEST_SUMMARY],
        published=_date(fields, _PUBLISHED),
        modified=_date(fields, _MODIFIED),
        rank=_rank(fields.get("priority", "")),
    )


def _fields(entry: etree._Element) -> dict[str, str]:
    """Return the first text of each element within an entry, by its local name."""
    fields: dict[str, str] = {}
    for element in entry.iter():
        name, text = _local(element), _text(element)
        # pictures and media have titles of their own
        if element is not entry and text and not _is_media(element):
            fields.setdefault(name, text)
    return fields


def _is_media(element: etree._Element) -> bool:
    for ancestor in (element, *element.iterancestors()):
        namespace = str(ancestor.tag).partition("}")[0]
        if namespace.endswith(("search.yahoo.com/mrss/", "sitemap-image/1.1", "sitemap-video/1.1")):
            return True
        if _local(ancestor) in ("image", "source", "author", "item", "entry", "url"):
            return _local(ancestor) in ("image", "source", "author")
    return False


def _reference(entry: etree._Element, fields: dict[str, str]) -> str:
    if _local(entry) == "url":
        return fields.get("loc", "")
    for link in entry:
        if _local(link) == "link" and link.get("rel", "alternate") == "alternate":
            reference = link.get("href") or _text(link)
            if reference:
                return reference
    # RSS 2.0: an entry without a link may have its address as a permanent id
    identifier = fields.get("guid", "")
    if identifier.startswith(("http://", "https://")):
        return identifier
    return entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "")


def _words(fields: dict[str, str], names: Iterable[str]) -> str:
    text = next((fields[name] for name in names if fields.get(name)), "")
    return clean(html.unescape(_TAGS.sub(" ", text[: 4 * _LONGEST_SUMMARY])))


def _date(fields: dict[str, str], names: Iterable[str]) -> str | None:
    return next((found for name in names if (found := edtf_of(fields.get(name, "")))), None)


def edtf_of(text: str) -> str | None:
    """Return the day of a feed's or sitemap's date, None where it is none.

    RFC 822 ("Fri, 12 Jul 2019 08:00:00 +0200") and W3C dates ("2019-07-12T08:00:00+02:00",
    "2019-07", "2019") are read; the day is that of the date's own time zone.

    >>> edtf_of("Fri, 12 Jul 2019 23:30:00 +0200"), edtf_of("2019-07"), edtf_of("gestern")
    ('2019-07-12', '2019-07', None)
    """
    cleaned = text.strip()[:60]
    found = _W3C_DATE.fullmatch(cleaned)
    try:
        if found is None:
            return parsedate_to_datetime(cleaned).date().isoformat() if cleaned else None
        year, month, day = found.groups()
        date(int(year), int(month or 1), int(day or 1))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return "-".join(part for part in (year, month, day) if part)


def _rank(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.5
    return value if 0.0 <= value <= 1.0 else 0.5


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
