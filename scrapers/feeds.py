"""Links from feeds (RSS, Atom) and sitemaps."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from scrapers.links import Link, canonical_address, skip_reason
from scrapers.reading.drafts import clean

_LARGEST = 50_000_000
_MOST_LINKS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a feed or sitemap lists: pages, and further sitemaps."""

    links: tuple[Link, ...]
    sitemaps: tuple[str, ...] = ()


def read_listing(body: bytes, *, base: str) -> Listing:
    """Return what a feed or sitemap lists, plain or gzipped; the order is kept.

    Raises ValueError where the body is neither.
    """
    root = _root(_plain(body))
    kind = _local(root)
    if kind in ("urlset", "sitemapindex"):
        addresses = [
            canonical_address(_text(location), base=base)
            for entry in root
            for location in entry
            if _local(location) == "loc"
        ]
        found = [address for address in addresses if address is not None][:_MOST_LINKS]
        if kind == "sitemapindex":
            return Listing(links=(), sitemaps=tuple(found))
        return Listing(links=tuple(_wanted(Link(address=address) for address in found)))
    if kind in ("rss", "feed", "rdf"):
        return Listing(links=tuple(_wanted(_entries(root, base=base)))[:_MOST_LINKS])
    raise ValueError(f"'{kind}' is neither feed nor sitemap")


def _wanted(links: Iterator[Link]) -> Iterator[Link]:
    return (link for link in links if skip_reason(link.address) is None)


def _entries(root: etree._Element, *, base: str) -> Iterator[Link]:
    for entry in root.iter():
        if _local(entry) not in ("item", "entry"):
            continue
        children = {_local(child): child for child in reversed(entry)}
        links = [child for child in entry if _local(child) == "link"]
        page = next((link for link in links if link.get("rel", "alternate") == "alternate"), None)
        if page is None:
            continue
        address = canonical_address(page.get("href") or _text(page), base=base)
        title = _text(children["title"]) if "title" in children else ""
        if address is not None:
            yield Link(address=address, text=clean(title))


def _plain(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            return file.read(_LARGEST)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("the gzipped listing is torn") from error


def _root(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("the listing is no XML") from error
    if root is None:
        raise ValueError("the listing is no XML")
    return root


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
