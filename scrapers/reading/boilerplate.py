"""Judging what on an HTML page is its own text; the rules are in ``boilerplate.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from partnernetz.records import BlockKind

_RULES_FILE = Path(__file__).with_name("boilerplate.toml")
#: Beginnings of class names that tell a state of what holds the text ("has-sidebar").
_STATES = ("has-", "is-", "with-", "no-", "not-")
#: Longer paragraphs are never taken for a tool line or a cookie notice.
_LONGEST_NOTICE = 400
#: A group of short blocks of which so much is linked text is a menu.
_LINK_SHARE = 0.75
_LONGEST_LINK_TEXT = 80


@dataclass(slots=True, kw_only=True)
class Line:
    """A stretch of a page that may become a block.

    ``characters`` and ``linked`` count its letters and those within links; ``group`` numbers the
    list, table or container it stands in. ``main_rank`` is 2
    within a main element, 1 within one that is named like it.
    """

    kind: BlockKind
    text: str
    headings: tuple[str, ...]
    characters: int
    linked: int
    group: int
    level: int = 0
    main_rank: int = 0

    @property
    def link_share(self) -> float:
        """Return which part of the text is linked."""
        return self.linked / self.characters if self.characters else 0.0


class Rules:
    """The compiled rules."""

    def __init__(self, *, attribute: str, text: str, context: str, main: str, heading: str) -> None:
        self._attribute = re.compile(attribute, re.IGNORECASE)
        self._text = re.compile(text, re.IGNORECASE | re.DOTALL)
        self._context = re.compile(context, re.IGNORECASE)
        self._main = re.compile(main, re.IGNORECASE)
        self._heading = re.compile(heading, re.IGNORECASE)

    @lru_cache(maxsize=8192)  # noqa: B019 - the rules live as long as their process
    def is_boilerplate_name(self, names: str) -> bool:
        """Return whether a class, id or role value names a part around the text."""
        return any(
            self._attribute.fullmatch(name)
            for name in names.split()
            if not name.startswith(_STATES)
        )

    @lru_cache(maxsize=8192)  # noqa: B019
    def is_main_name(self, names: str) -> bool:
        """Return whether a class or id value names the part that holds the text."""
        return any(self._main.fullmatch(name) for name in names.split())

    def leads_elsewhere(self, heading: str) -> bool:
        """Return whether a heading stands above links to other pages, comments and the like."""
        return self._heading.fullmatch(heading) is not None

    def is_notice(self, text: str) -> bool:
        """Return whether a paragraph is a tool line or a cookie notice."""
        return len(text) <= _LONGEST_NOTICE and self._text.fullmatch(text) is not None

    def announces_partners(self, texts: Sequence[str]) -> bool:
        """Return whether headings or a lead-in announce partner towns."""
        return any(self._context.search(text) for text in texts)


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """Return the project's rules."""
    tables = tomllib.loads(_RULES_FILE.read_text(encoding="utf-8"))

    def joined(kind: str) -> str:
        return "|".join(f"(?:{rule['pattern']})" for rule in tables[kind])

    kinds = ("attribute", "text", "context", "main", "heading")
    return Rules(**{kind: joined(kind) for kind in kinds})


def main_lines(lines: list[Line], *, rules: Rules) -> list[Line]:
    """Return the lines that are the page's own text, in order."""
    kept = _within_main(lines)
    kept = _without_other_pages(kept, rules=rules)
    kept = _without_page_head(kept)
    kept = [line for line in kept if line.kind == "heading" or not rules.is_notice(line.text)]
    kept = _without_menus(kept, rules=rules)
    return _without_empty_headings(kept)


def _within_main(lines: list[Line]) -> list[Line]:
    """Leave what lies outside the main element out, if that holds enough; keep the top heading."""
    total = _letters(lines)
    for rank, least in ((2, min(400, 0.3 * total)), (1, 0.5 * total)):
        inside = [line for line in lines if line.main_rank >= rank]
        if inside and _letters(inside) >= least:
            has_top = any(line.level == 1 for line in inside)
            return [
                line
                for line in lines
                if line.main_rank >= rank or (line.level == 1 and not has_top)
            ]
    return lines


def _letters(lines: list[Line]) -> int:
    return sum(line.characters for line in lines)


def _without_other_pages(lines: list[Line], *, rules: Rules) -> list[Line]:
    """Leave out what stands below headings such as "most read", unless that is most of it."""
    names = {line.text for line in lines if line.level > 1 and rules.leads_elsewhere(line.text)}
    if not names:
        return lines
    kept = [line for line in lines if line.text not in names and names.isdisjoint(line.headings)]
    return kept if _letters(kept) >= 0.5 * _letters(lines) else lines


def _without_page_head(lines: list[Line]) -> list[Line]:
    """Leave out short lines above the top heading that are no sentences and hold no figures."""
    tops = [index for index, line in enumerate(lines) if line.level == 1]
    if not tops:
        return lines
    head = lines[: tops[0]]
    if any(line.characters > _LONGEST_LINK_TEXT or line.level for line in head):
        return lines
    kept = [line for line in head if re.search(r"\d|[.!?:]$", line.text)]
    return kept + lines[tops[0] :]


def _without_menus(lines: list[Line], *, rules: Rules) -> list[Line]:
    kept: list[Line] = []
    index = 0
    while index < len(lines):
        end = index + 1
        while end < len(lines) and _same_group(lines[index], lines[end]):
            end += 1
        group = lines[index:end]
        if not _is_menu(group) or _is_announced(group, before=kept, rules=rules):
            kept.extend(group)
        index = end
    return kept


def _same_group(first: Line, other: Line) -> bool:
    return first.kind == other.kind and first.kind != "heading" and first.group == other.group


def _is_menu(group: list[Line]) -> bool:
    if group[0].kind in ("heading", "title"):
        return False
    characters = sum(line.characters for line in group)
    linked = sum(line.linked for line in group)
    is_short = characters <= _LONGEST_LINK_TEXT * len(group)
    return is_short and linked > _LINK_SHARE * characters


def _is_announced(group: list[Line], *, before: list[Line], rules: Rules) -> bool:
    lead_in = before[-1].text if before and before[-1].kind == "paragraph" else ""
    near = group[0].headings[-1:]
    if rules.announces_partners(near):
        return True
    return lead_in.endswith(":") and rules.announces_partners((lead_in,))


def _is_sentence(text: str) -> bool:
    """Return whether a heading is one only by its type: leads are often marked up so."""
    return len(text) > 120 or re.search(r"\w{3}[.!]$", text) is not None


def _without_empty_headings(lines: list[Line]) -> list[Line]:
    """Leave out headings below which nothing is left, but never the top one."""
    kept: list[Line] = []
    deepest_filled = 0  # headings of a higher level number than this have nothing below them
    for line in reversed(lines):
        if line.kind != "heading":
            deepest_filled = 99
            kept.append(line)
        elif line.level <= 1 or line.level < deepest_filled or _is_sentence(line.text):
            kept.append(line)
            deepest_filled = line.level
        # else: the next kept line is a heading of the same or a higher rank
    return kept[::-1]
