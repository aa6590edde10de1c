"""HTML pages: title and the blocks of the main text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from scrapers.reading.boilerplate import Line, Rules, load_rules, main_lines
from scrapers.reading.drafts import Draft, clean
from scrapers.reading.html_walk import UNREAD_TAGS, Walker
from scrapers.reading.markup import parse_html

#: A page with fewer letters than this is read again without judging class names.
_TOO_LITTLE = 250
_TITLE_PARTS = re.compile(r"\s+(?:[|–—»«›·:-]+)\s+|\s*[|»«›·]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlContent:
    """What an HTML page says: its title (may be empty) and its blocks."""

    title: str
    drafts: tuple[Draft, ...]


def read_html(markup: str) -> HtmlContent:
    """Return title and main text of an HTML page.

    Menus, banners, footers and lists of links are left out, unless a heading announces that the
    links are partner towns. The title is a block of its own unless a heading repeats it.
    """
    tree = parse_html(markup)
    title = _title(tree)
    tree.strip_tags([tag for tag in UNREAD_TAGS if tag != "meta"])
    rules = load_rules()
    lines = main_lines(Walker(rules=rules).walk(tree), rules=rules)
    if _letters(lines) < _TOO_LITTLE:
        lines = _lenient(tree, lines, rules=rules)
    drafts = [Draft(kind=line.kind, text=line.text, headings=line.headings) for line in lines]
    top = next((line.text for line in lines if line.level == 1), "")
    if title and not _says_title(title, lines):
        drafts.insert(0, Draft(kind="title", text=title))
    return HtmlContent(title=title or top, drafts=tuple(drafts))


def _title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("head > title") or tree.css_first("title")
    title = clean(node.text()) if node is not None else ""
    if title:
        return title
    meta = tree.css_first('meta[property="og:title"]')
    return clean(meta.attributes.get("content") or "") if meta is not None else ""


def _lenient(tree: LexborHTMLParser, lines: list[Line], *, rules: Rules) -> list[Line]:
    more = main_lines(Walker(rules=rules, is_lenient=True).walk(tree), rules=rules)
    return more if _letters(more) > 2 * _letters(lines) else lines


def _letters(lines: list[Line]) -> int:
    return sum(line.characters for line in lines if line.kind != "heading")


def _says_title(title: str, lines: list[Line]) -> bool:
    wanted = {part.casefold() for part in (title, *_TITLE_PARTS.split(title)) if part}
    return any(line.text.casefold() in wanted for line in lines if 0 < line.level <= 2)
