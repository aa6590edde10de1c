"""What a press page says of itself: ArticleMetadata from JSON-LD, Open Graph, meta, microdata.

Names of persons are not kept: of an author only whether it is an agency, a newsroom or a person.
The rules are in ``press.toml``. Vocabulary: https://schema.org/NewsArticle, https://ogp.me, and for
paid articles https://developers.google.com/search/docs/appearance/structured-data/
paywalled-content.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from selectolax.lexbor import LexborHTMLParser

from scrapers.reading.drafts import clean
from scrapers.reading.markup import parse_html
from scrapers.reading.publication import published_date_of

AuthorRole = Literal["agency", "newsroom", "person"]

_RULES_FILE = Path(__file__).with_name("press.toml")
_LONGEST_SCRIPT = 200_000
_MOST_SCRIPTS = 20
_MOST_OBJECTS = 500
_LONGEST_VALUE = 300
#: A page with fewer characters of own text may be the beginning of a paid article.
_SHORT = 2_500
#: A paid part with so many characters was sent after all.
_SENT = 800
#: An agency is named in this many first or last characters of a text.
_EDGE = 250
_ARTICLE = re.compile(r"(?:\w*Article|BlogPosting|Report|LiveBlogPosting)$")
_W3C_DAY = re.compile(r"\s*([12]\d{3}-\d{2}-\d{2})(?![\d-])", re.ASCII)
_PICTURE_CREDIT = re.compile(
    r"(?:foto|bild|archivfoto|symbolfoto|grafik|quelle foto)s?\s*:[^\n.]{0,80}", re.IGNORECASE
)
_PAID_TIERS = frozenset(["locked", "paid", "premium", "plus"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleMetadata:
    """What the markup of a page says of it; empty or None where it is silent.

    ``published`` and ``modified`` are EDTF dates, ``agency`` an id of ``press.toml``, ``is_free``
    tells whether all of it may be read without paying. ``is_stub`` is true where only the beginning
    is shown.
    """

    published: str | None = None
    modified: str | None = None
    agency: str | None = None
    author_role: AuthorRole | None = None
    is_free: bool | None = None
    is_stub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PressRules:
    """The compiled rules of ``press.toml``."""

    wall: re.Pattern[str]
    phrase: re.Pattern[str]
    agencies: tuple[tuple[str, re.Pattern[str]], ...]
    newsroom: re.Pattern[str]


@lru_cache(maxsize=1)
def load_press_rules() -> PressRules:
    """Return the project's rules."""
    tables = tomllib.loads(_RULES_FILE.read_text(encoding="utf-8"))

    def joined(name: str) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{rule['pattern']})" for rule in tables[name]), re.I)

    return PressRules(
        wall=joined("wall"),
        phrase=joined("phrase"),
        agencies=tuple(
            (rule["id"], re.compile(rule["pattern"], re.I)) for rule in tables["agency"]
        ),
        newsroom=joined("newsroom"),
    )


def article_metadata(markup: str, *, text: str = "", latest: date | None = None) -> ArticleMetadata:
    """Return what a page says of itself.

    ``text`` is its main text as read, by which stubs and agencies are told; ``latest`` the day it
    was fetched, later dates are wrong. Raises UnreadableError where lists are nested so deeply that
    parsing would stall.
    """
    tree = parse_html(markup)
    article = _article(tree)
    meta = _meta(tree)
    authors = [*_names(article.get("author")), meta.get("author", ""), meta.get("dc.creator", "")]
    credits = [*authors, *_names(article.get("creditText")), *_names(article.get("provider"))]
    agency = agency_of(text, credits=credits)
    is_free = _is_free(article, meta)
    return ArticleMetadata(
        published=published_date_of(tree, latest=latest),
        modified=_modified(article, meta, latest=latest),
        agency=agency,
        author_role=_author_role([name for name in authors if name]),
        is_free=is_free,
        is_stub=_is_stub(tree, article, text=text, is_free=is_free),
    )


def shows_only_beginning(tree: LexborHTMLParser, *, text: str) -> bool:
    """Return whether a page shows only the beginning of an article; ``text`` is its own text."""
    article = _article(tree)
    return _is_stub(tree, article, text=text, is_free=_is_free(article, _meta(tree)))


def agency_of(text: str, *, credits: list[str] | tuple[str, ...] = ()) -> str | None:
    """Return the id of the agency whose text it is, None for a page's own.

    >>> agency_of("Weimar (dpa/th) - Zum Jubiläum der Partnerschaft reisten Gäste aus Trier an.")
    'dpa'
    """
    edges = [*credits, *_edges(text)]
    for agency, pattern in load_press_rules().agencies:
        if any(pattern.search(edge) for edge in edges if edge):
            return agency
    return None


def _edges(text: str) -> tuple[str, str]:
    # a headline may stand before the dateline, so the beginning is a little longer
    start, end = text[: 2 * _EDGE], text[-_EDGE:]
    return _PICTURE_CREDIT.sub(" ", start), _PICTURE_CREDIT.sub(" ", end)


def _author_role(names: list[str]) -> AuthorRole | None:
    if not names:
        return None
    rules = load_press_rules()
    if any(pattern.search(name) for name in names for _, pattern in rules.agencies):
        return "agency"
    return "newsroom" if all(rules.newsroom.fullmatch(name) for name in names) else "person"


def _is_stub(
    tree: LexborHTMLParser, article: Mapping[str, Any], *, text: str, is_free: bool | None
) -> bool:
    if is_free is False:
        return not _is_paid_part_sent(tree, article)
    if is_free is True or not text or len(text) > _SHORT:
        return False
    rules = load_press_rules()
    body = tree.body
    shown = clean(body.text()[:_LONGEST_SCRIPT]) if body is not None else text
    return rules.phrase.search(shown) is not None or _has_wall(tree, rules.wall)


def _has_wall(tree: LexborHTMLParser, wall: re.Pattern[str]) -> bool:
    for node in tree.css("body [class], body [id]"):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if any(wall.fullmatch(name) for name in names.split()):
            return True
    return False


def _is_paid_part_sent(tree: LexborHTMLParser, article: Mapping[str, Any]) -> bool:
    """Return whether the part that is marked as paid stands in the page in full length."""
    parts = article.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        selector = part.get("cssSelector") if isinstance(part, dict) else None
        if not isinstance(selector, str) or not re.fullmatch(r"[.#][\w-]{1,80}", selector):
            continue
        if sum(len(clean(node.text())) for node in tree.css(selector)[:20]) >= _SENT:
            return True
    return False


def _is_free(article: Mapping[str, Any], meta: Mapping[str, str]) -> bool | None:
    value = str(article.get("isAccessibleForFree", "")).strip().lower()
    if value in ("true", "false"):
        return value == "true"
    tier = (meta.get("article:content_tier") or "").lower()
    if tier:
        return False if tier in _PAID_TIERS else (True if tier == "free" else None)
    return None


def _article(tree: LexborHTMLParser) -> dict[str, Any]:
    """Return the JSON-LD or microdata of the page's article, empty where it has none."""
    for item in _linked_data(tree):
        kinds = item.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in kinds):
            return item
    return _microdata(tree)


def _linked_data(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    for node in tree.css('script[type="application/ld+json"]')[:_MOST_SCRIPTS]:
        script = node.text()
        if len(script) > _LONGEST_SCRIPT:
            continue
        try:
            content = json.loads(script, strict=False)
        except (ValueError, RecursionError):
            continue
        waiting, count = [content], 0
        while waiting and count < _MOST_OBJECTS:
            item, count = waiting.pop(0), count + 1
            if isinstance(item, dict):
                yield item
                waiting.extend(item.get(name) for name in ("@graph", "mainEntity"))
            elif isinstance(item, list):
                waiting.extend(item[:_MOST_OBJECTS])


def _microdata(tree: LexborHTMLParser) -> dict[str, Any]:
    for scope in tree.css("[itemscope][itemtype]"):
        if not _ARTICLE.search((scope.attributes.get("itemtype") or "").rstrip("/")):
            continue
        found: dict[str, Any] = {}
        for node in scope.css("[itemprop]")[:_MOST_OBJECTS]:
            value = node.attributes.get("content") or node.attributes.get("datetime")
            name = node.attributes.get("itemprop") or ""
            found.setdefault(name, value or clean(node.text())[:_LONGEST_VALUE])
        return found
    return {}


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        value = clean((node.attributes.get("content") or "")[:_LONGEST_VALUE])
        if name and value:
            found.setdefault(name.lower(), value)
    return found


def _names(value: Any) -> Iterator[str]:
    """Yield the names in a JSON-LD value: a text, an object with a name, or a list of them."""
    for item in value if isinstance(value, list) else [value]:
        text = _text(item.get("name") if isinstance(item, dict) else item)
        if text:
            yield text


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    return clean(value[:_LONGEST_VALUE]) if isinstance(value, str) else ""


def _modified(
    article: Mapping[str, Any], meta: Mapping[str, str], *, latest: date | None
) -> str | None:
    names = ("article:modified_time", "og:updated_time", "last-modified", "dcterms.modified")
    values = [_text(article.get("dateModified")), *(meta.get(name, "") for name in names)]
    for value in values:
        found = _W3C_DAY.match(value)
        day = found.group(1) if found else ""
        if _is_day(day) and not (latest and day > latest.isoformat()):
            return day
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
