"""Links: their canonical address, which to follow first, which not at all. No input or output.

The words and patterns are in ``links.toml``; what only the shape of an address tells is in
``scrapers.traps``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.url import canonicalize_url

from scrapers.link_rules import (
    count_partner_words,
    is_menu_name,
    load_link_rules,
    names_next_page,
    rules_met,
    skip_reason,
)
from scrapers.reading.drafts import clean
from scrapers.reading.markup import parse_html
from scrapers.sources import host_of, without_www

PriorityClass = Literal["partner", "hint", "usual", "last"]

_LONGEST_ADDRESS = 2000
_MOST_LINKS = 2000
_LONGEST_TEXT = 300
_LONGEST_PAGE = 50_000
_MOST_PARAGRAPHS = 500
_PATH_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#]*|/\([SXF]\([^)/]*\)\)", re.I)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?=/)")
_FROM_ROOT = re.compile(r"/(?!/)|https?://")
#: A path that is canonical as it stands.
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?|/")
#: The least priority of each class but the last.
_CLASSES: tuple[tuple[PriorityClass, int], ...] = (("partner", 60), ("hint", 15), ("usual", -14))
_OWN_TAGS = frozenset(["main", "body"])
_MENU_TAGS = frozenset(["nav", "header", "footer", "aside"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link: canonical address, its text, the heading above it; what a listing says of it.

    ``summary``, ``published`` and ``modified`` (EDTF dates) come from feeds and sitemaps;
    ``rank`` (0 to 1) is the priority of a sitemap. ``is_menu`` marks links around the page's own
    text.
    """

    address: str
    text: str = ""
    heading: str = ""
    summary: str = ""
    published: str | None = None
    modified: str | None = None
    rank: float = 0.5
    is_menu: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """What a page says of itself and where it leads.

    ``title`` is its title and first heading, ``mentions`` counts words on partner towns in its
    text.
    """

    title: str
    links: tuple[Link, ...]
    mentions: int = 0


def canonical_address(reference: str, *, base: str = "") -> str | None:
    """Return the one form of an address, None where it is no http or https address.

    Relative addresses are resolved against ``base``; fragments, session ids and tracking
    parameters are dropped, the rest of the query sorted.

    >>> canonical_address("../b?z=1&a=2&PHPSESSID=9#top", base="http://A.example/x/y/")
    'http://a.example/x/b?a=2&z=1'
    """
    reference = reference.strip()
    begin = _ORIGIN.match(base)
    if begin is not None and _is_canonical_origin(begin[0]):
        if _PLAIN_PATH.fullmatch(path := reference.removeprefix(begin[0])):  # most links by far
            return begin[0] + path if len(begin[0] + path) <= _LONGEST_ADDRESS else None
        if _FROM_ROOT.match(reference):
            base = f"{begin[0]}/"  # so that menus are worked out once a site
    return _canonical_address(reference, base)


@lru_cache(maxsize=1024)
def _is_canonical_origin(origin: str) -> bool:
    try:
        return canonicalize_url(origin) == f"{origin}/" and origin.endswith(f"/{host_of(origin)}")
    except ValueError:
        return False


@lru_cache(maxsize=16_384)
def _canonical_address(reference: str, base: str) -> str | None:
    try:
        joined = urljoin(base, reference)
        host = host_of(joined)
        parts = urlsplit(_PATH_SESSION.sub("", joined))
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        dropped = load_link_rules().parameter
        if any(dropped.fullmatch(name) for name, _ in pairs):
            kept = [(name, value) for name, value in pairs if not dropped.fullmatch(name)]
            parts = parts._replace(query=urlencode(kept))
        address = canonicalize_url(urlunsplit(parts._replace(netloc=host, fragment="")))
    except (ValueError, UnicodeError):
        return None
    return address if len(address) <= _LONGEST_ADDRESS else None


def is_in_scope(address: str, *, hosts: Collection[str]) -> bool:
    """Return whether a host may be entered; with and without ``www.`` it is the same."""
    try:
        host = without_www(host_of(address))
    except ValueError:
        return False
    return any(host == without_www(allowed) for allowed in hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a link is worth.

    ``priority`` says how much it is worth following: higher comes first, 0 is usual; ``relevance``
    what of it is due to what the link is about, lists left aside. ``is_list`` marks links to
    archives and other lists of everything.
    """

    priority: int
    relevance: int
    is_list: bool


def judge(link: Link) -> Judgement:
    """Return what a link is worth by the follow rules."""
    met = rules_met(link.text, "text") | _rules_met_by_address(link.address)
    if link.heading:
        met |= rules_met(link.heading, "heading")
    if link.summary:
        met |= rules_met(link.summary, "summary")
    return _judgement(met)


def priority(link: Link) -> int:
    """Return how much a link is worth following; higher comes first, 0 is usual."""
    return judge(link).priority


@lru_cache(maxsize=16_384)
def _rules_met_by_address(address: str) -> int:
    path, query = _readable(address)
    leaf = path.rsplit("/", 1)[-1].split(".", 1)[0]
    return rules_met(leaf, "leaf") | rules_met(f"{path}?{query}" if query else path, "address")


@lru_cache(maxsize=1024)
def _judgement(met: int) -> Judgement:
    rules = [rule for number, rule in enumerate(load_link_rules().follow) if met >> number & 1]
    return Judgement(
        priority=sum(rule.weight for rule in rules),
        relevance=sum(rule.weight for rule in rules if not rule.is_list),
        is_list=any(rule.is_list for rule in rules),
    )


def priority_class(value: int) -> PriorityClass:
    """Return the class of a priority: on partner towns, a hint at them, usual, or last.

    >>> priority_class(priority(Link(address="http://a.example/x", text="Partnerstädte")))
    'partner'
    """
    return next((name for name, least in _CLASSES if value >= least), "last")


def is_next_page(link: Link) -> bool:
    """Return whether a link leads to one more page of the same list."""
    return names_next_page(link.text, "text") or _names_next_page_by_address(link.address)


@lru_cache(maxsize=16_384)
def _names_next_page_by_address(address: str) -> bool:
    path, query = _readable(address)
    return names_next_page(f"{path}?{query}" if query else path, "address")


def _readable(address: str) -> tuple[str, str]:
    """Return path and query of an address without escapes."""
    parts = urlsplit(address)
    # some systems escape twice ("%25C3%25A4")
    return unquote(unquote(parts.path)).rstrip("/"), unquote(parts.query)


def links_of_html(markup: str, *, base: str) -> Iterator[Link]:
    """Yield the links of a page once each, in their order, without those to be skipped."""
    yield from page_links(markup, base=base).links


def page_links(markup: str, *, base: str) -> PageLinks:
    """Return the title of a page and its links, without those to be skipped.

    A link that stands both in a menu and in the text counts as one of the text. Raises
    UnreadableError where lists are nested so deeply that parsing would stall.
    """
    tree = parse_html(markup)
    declared = tree.css_first("base[href]")
    if declared is not None:
        base = _joined_address(base, declared.attributes.get("href") or "")
    links: dict[str, Link] = {}
    for link in _links(tree, base=base):
        known = links.get(link.address)
        if known is None and len(links) >= _MOST_LINKS:
            break
        if known is None or (known.is_menu and not link.is_menu):
            links[link.address] = link
    titles = [tree.css_first(name) for name in ("title", "h1")]
    title = " ".join(clean(node.text())[:_LONGEST_TEXT] for node in titles if node is not None)
    return PageLinks(title=title, links=tuple(links.values()), mentions=_mentions(tree))


def _mentions(tree: LexborHTMLParser) -> int:
    """Return how often the text of a page, menus left aside, speaks of partner towns."""
    is_in_menu = _menu_finder()
    nodes = (node for node in tree.css("p, td, dd, blockquote") if not is_in_menu(node))
    text = " ".join(node.text(deep=True) for node in islice(nodes, _MOST_PARAGRAPHS))
    return count_partner_words(text[:_LONGEST_PAGE])


def _joined_address(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return base


def _links(tree: LexborHTMLParser, *, base: str) -> Iterator[Link]:
    heading = ""
    is_in_menu = _menu_finder()
    for node in tree.css("h1, h2, h3, h4, a[href], area[href], frame[src], iframe[src]"):
        if (node.tag or "").startswith("h"):
            heading = clean(node.text())[:_LONGEST_TEXT]
            continue
        attributes = node.attributes
        reference = attributes.get("href") or attributes.get("src") or ""
        address = canonical_address(reference, base=base)
        if address is None or skip_reason(address) is not None:
            continue
        is_menu = is_in_menu(node)
        text = node.text().strip() or attributes.get("title") or ""
        yield Link(
            address=address,
            text=clean(text)[:_LONGEST_TEXT],
            heading="" if is_menu else heading,
            is_menu=is_menu,
        )


def _menu_finder() -> Callable[[LexborNode], bool]:
    """Return a function that says whether a node stands in what surrounds the text of its page."""
    known: dict[int, bool] = {}  # by the identity of what contains something

    def is_in_menu(node: LexborNode) -> bool:
        passed, is_inside = [], False
        parent = node.parent
        while parent is not None:  # each container is looked at once, however many it holds
            identity = parent.mem_id
            if identity in known:
                is_inside = known[identity]
                break
            passed.append(identity)
            if (is_inside := _is_menu(parent)) or parent.tag in _OWN_TAGS:
                break
            parent = parent.parent
        known.update(dict.fromkeys(passed, is_inside))
        return is_inside

    return is_in_menu


def _is_menu(node: LexborNode) -> bool:
    if node.tag in _MENU_TAGS:
        return True
    if node.tag in _OWN_TAGS:
        return False
    attributes = node.attributes
    names = (attributes.get(name) for name in ("class", "id", "role"))
    return any(is_menu_name(name) for value in names if value for name in value.split())
