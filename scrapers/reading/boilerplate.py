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
#: Longer paragraphs are never taken for a tool line or a cookie notice.
_LONGEST_NOTICE = 400
#: A group of short blocks of which so much is linked text is a menu.
_LINK_SHARE = 0.75
_LONGEST_LINK_TEXT = 80


@dataclass(slots=True, kw_only=True)
class Line:
    """A stretch of a page that may become a block.

    ``characters`` and ``linked`` count its letters and those within links; ``group`` numbers the
    list, table or container it stands in.
    """

    kind: BlockKind
    text: str
    headings: tuple[str, ...]
    characters: int
    linked: int
    group: int
    level: int = 0
    is_main: bool = False

    @property
    def link_share(self) -> float:
        """Return which part of the text is linked."""
        return self.linked / self.characters if self.characters else 0.0


class Rules:
    """The compiled rules."""

    def __init__(self, *, attribute: str, text: str, context: str) -> None:
        self._attribute = re.compile(attribute, re.IGNORECASE)
        self._text = re.compile(text, re.IGNORECASE | re.DOTALL)
        self._context = re.compile(context, re.IGNORECASE)

    @lru_cache(maxsize=8192)  # noqa: B019 - the rules live as long as their process
    def is_boilerplate_name(self, names: str) -> bool:
        """Return whether a class, id or role value names a part around the text."""
        return any(self._attribute.fullmatch(name) for name in names.split())

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

    return Rules(attribute=joined("attribute"), text=joined("text"), context=joined("context"))


def main_lines(lines: list[Line], *, rules: Rules) -> list[Line]:
    """Return the lines that are the page's own text, in order."""
    kept = _within_main(lines)
    kept = [line for line in kept if line.kind == "heading" or not rules.is_notice(line.text)]
    kept = _without_menus(kept, rules=rules)
    return _without_empty_headings(kept)


def _within_main(lines: list[Line]) -> list[Line]:
    """Leave what lies outside the main element out, if that holds enough; keep the top heading."""
    total = sum(line.characters for line in lines)
    inside = sum(line.characters for line in lines if line.is_main)
    if inside < min(400, 0.3 * total) or inside == 0:
        return lines
    has_top = any(line.is_main and line.level == 1 for line in lines)
    return [line for line in lines if line.is_main or (line.level == 1 and not has_top)]


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


def _without_empty_headings(lines: list[Line]) -> list[Line]:
    """Leave out headings below which nothing is left, but never the top one."""
    kept: list[Line] = []
    deepest_filled = 0  # headings of a higher level number than this have nothing below them
    for line in reversed(lines):
        if line.kind != "heading":
            deepest_filled = 99
            kept.append(line)
        elif line.level <= 1 or line.level < deepest_filled:
            kept.append(line)
            deepest_filled = line.level
        # else: the next kept line is a heading of the same or a higher rank
    return kept[::-1]
