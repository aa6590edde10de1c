"""Links: their canonical address, which to follow first, which not at all. No input or output.

The words and patterns are in ``links.toml``; what only the shape of an address tells is in
``scrapers.traps``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.url import canonicalize_url

from scrapers.reading.drafts import clean
from scrapers.reading.markup import parse_html
from scrapers.sources import host_of, without_www

PriorityClass = Literal["partner", "hint", "usual", "last"]

_RULES_FILE = Path(__file__).with_name("links.toml")
_LONGEST_ADDRESS = 2000
_MOST_LINKS = 2000
_LONGEST_TEXT = 300
_LONGEST_PAGE = 50_000
_MOST_PARAGRAPHS = 500
#: A container further up than this is not looked for: pages nest thousands of elements.
_MOST_LEVELS = 25
_PATH_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#]*|/\([SXF]\([^)/]*\)\)", re.I)
_SEPARATORS = re.compile(r"[\s\-_+.]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe"})
#: The least priority of each class but the last.
_CLASSES: tuple[tuple[PriorityClass, int], ...] = (("partner", 60), ("hint", 15), ("usual", -14))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRule:
    """Words that make a link more (or less) worth following."""

    id: str
    where: tuple[Literal["text", "address", "leaf", "heading", "summary"], ...]
    pattern: re.Pattern[str]
    weight: int
    is_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """The compiled rules; see ``links.toml``."""

    follow: tuple[FollowRule, ...]
    skip: tuple[tuple[str, re.Pattern[str]], ...]
    misleading: re.Pattern[str]
    parameter: re.Pattern[str]
    next_page: tuple[tuple[str, re.Pattern[str]], ...]
    menu: re.Pattern[str]
    page_parameter: re.Pattern[str]


@lru_cache(maxsize=1)
def load_link_rules() -> LinkRules:
    """Return the project's rules."""
    tables = tomllib.loads(_RULES_FILE.read_text(encoding="utf-8"))
    follow = tuple(
        FollowRule(
            id=rule["id"],
            where=tuple(rule["where"]),
            pattern=re.compile(rule["pattern"]),
            weight=rule["weight"],
            is_list=rule.get("is_list", False),
        )
        for rule in tables["follow"]
    )
    return LinkRules(
        follow=follow,
        skip=tuple((rule["id"], re.compile(rule["pattern"], re.I)) for rule in tables["skip"]),
        misleading=_joined(tables["misleading"]),
        parameter=_joined(tables["parameter"]),
        next_page=tuple(
            (rule["where"], re.compile(rule["pattern"])) for rule in tables["next_page"]
        ),
        menu=_joined(tables["menu"]),
        page_parameter=_joined(tables["page_parameter"]),
    )


def _joined(rules: list[dict[str, Any]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule['pattern']})" for rule in rules), re.IGNORECASE)


@lru_cache(maxsize=16_384)
def canonical_address(reference: str, *, base: str = "") -> str | None:
    """Return the one form of an address, None where it is no http or https address.

    Relative addresses are resolved against ``base``; fragments, session ids and tracking
    parameters are dropped, the rest of the query sorted.

    >>> canonical_address("../b?z=1&a=2&PHPSESSID=9#top", base="http://A.example/x/y/")
    'http://a.example/x/b?a=2&z=1'
    """
    try:
        joined = urljoin(base, reference.strip())
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


@lru_cache(maxsize=16_384)
def skip_reason(address: str) -> str | None:
    """Return the id of the rule by which a link is not followed, None for those that are."""
    for rule_id, pattern in load_link_rules().skip:
        if pattern.search(address):
            return rule_id
    return None


def fold(text: str) -> str:
    """Return text as the follow rules see it.

    Small letters, umlauts spelled out, other accents off, hyphens and the like as one blank.

    >>> fold("Städte-Partnerschaften")
    'staedte partnerschaften'
    """
    folded = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", folded).strip()


def priority(link: Link) -> int:
    """Return how much a link is worth following; higher comes first, 0 is usual."""
    return sum(rule.weight for rule in _matching(link))


def relevance(link: Link) -> int:
    """Return how much of a link's priority is due to what it is about, lists left aside."""
    return sum(rule.weight for rule in _matching(link) if not rule.is_list)


def is_list(link: Link) -> bool:
    """Return whether a link leads to an archive or another list of everything."""
    return any(rule.is_list for rule in _matching(link))


@lru_cache(maxsize=16_384)  # the links of menus are judged again on every page
def _matching(link: Link) -> tuple[FollowRule, ...]:
    path, query = _readable(link.address)
    fields = {
        "text": _plain_words(link.text),
        "heading": _plain_words(link.heading),
        "summary": _plain_words(link.summary),
        "leaf": _plain_words(path.rsplit("/", 1)[-1].split(".", 1)[0]),
        "address": _plain_words(f"{path}?{query}" if query else path),
    }
    return tuple(
        rule
        for rule in load_link_rules().follow
        if any(fields[name] and rule.pattern.search(fields[name]) for name in rule.where)
    )


def priority_class(value: int) -> PriorityClass:
    """Return the class of a priority: on partner towns, a hint at them, usual, or last.

    >>> priority_class(priority(Link(address="http://a.example/x", text="Partnerstädte")))
    'partner'
    """
    return next((name for name, least in _CLASSES if value >= least), "last")


def is_next_page(link: Link) -> bool:
    """Return whether a link leads to one more page of the same list."""
    path, query = _readable(link.address)
    fields = {"text": fold(link.text), "address": fold(f"{path}?{query}" if query else path)}
    return any(pattern.fullmatch(fields[name]) for name, pattern in load_link_rules().next_page)


def _readable(address: str) -> tuple[str, str]:
    """Return path and query of an address without escapes."""
    parts = urlsplit(address)
    # some systems escape twice ("%25C3%25A4")
    return unquote(unquote(parts.path)).rstrip("/"), unquote(parts.query)


def _plain_words(text: str) -> str:
    return load_link_rules().misleading.sub(" ", fold(text)).strip() if text else ""


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
    nodes = (node for node in tree.css("p, td, dd, blockquote") if not _is_in_menu(node))
    text = " ".join(node.text(deep=True) for node in islice(nodes, _MOST_PARAGRAPHS))
    partner = load_link_rules().follow[0].pattern
    return len(partner.findall(_plain_words(text[:_LONGEST_PAGE])))


def _joined_address(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return base


def _links(tree: LexborHTMLParser, *, base: str) -> Iterator[Link]:
    heading = ""
    for node in tree.css("h1, h2, h3, h4, a[href], area[href], frame[src], iframe[src]"):
        if (node.tag or "").startswith("h"):
            heading = clean(node.text())[:_LONGEST_TEXT]
            continue
        reference = node.attributes.get("href") or node.attributes.get("src") or ""
        address = canonical_address(reference, base=base)
        if address is None or skip_reason(address) is not None:
            continue
        is_menu = _is_in_menu(node)
        text = node.text().strip() or node.attributes.get("title") or ""
        yield Link(
            address=address,
            text=clean(text)[:_LONGEST_TEXT],
            heading="" if is_menu else heading,
            is_menu=is_menu,
        )


def _is_in_menu(node: LexborNode) -> bool:
    """Return whether a link stands in what surrounds the text of a page."""
    parent, levels = node.parent, 0
    while parent is not None and levels < _MOST_LEVELS and parent.tag not in ("main", "body"):
        if parent.tag in _MENU_TAGS:
            return True
        names = (parent.attributes.get(name) for name in ("class", "id", "role"))
        if any(_is_menu_name(name) for value in names if value for name in value.split()):
            return True
        parent, levels = parent.parent, levels + 1
    return False


@lru_cache(maxsize=8192)
def _is_menu_name(name: str) -> bool:
    return load_link_rules().menu.fullmatch(name) is not None
