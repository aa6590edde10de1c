"""The rules of ``links.toml``, compiled, and which of them meet some words. No input or output."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from scrapers.patterns import PatternSet

Where = Literal["text", "address", "leaf", "heading", "summary"]

_RULES_FILE = Path(__file__).with_name("links.toml")
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("œ", "oe"))
_SEPARATORS = "-_+."
#: Words of menus and lists come again and again.
_REMEMBERED = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRule:
    """Words that make a link more (or less) worth following."""

    id: str
    where: tuple[Where, ...]
    pattern: re.Pattern[str]
    weight: int
    is_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """The compiled rules; see ``links.toml``.

    ``follow_sets`` and ``next_page`` have for each part of a link the patterns for it, the former
    with the numbers of their rules in ``follow``; ``skip`` has the patterns of ``skip_ids``.
    """

    follow: tuple[FollowRule, ...]
    follow_sets: dict[Where, tuple[PatternSet, tuple[int, ...]]]
    skip: PatternSet
    skip_ids: tuple[str, ...]
    misleading: re.Pattern[str]
    misleading_set: PatternSet
    partner_set: PatternSet
    parameter: re.Pattern[str]
    next_page: dict[str, PatternSet]
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
        follow_sets={where: _follow_set(follow, where) for where in get_args(Where)},
        skip=PatternSet(_patterns(tables["skip"]), ignores_case=True),
        skip_ids=tuple(rule["id"] for rule in tables["skip"]),
        misleading=_joined(tables["misleading"]),
        misleading_set=PatternSet(_patterns(tables["misleading"])),
        partner_set=PatternSet([_unfolded(follow[0].pattern.pattern)], ignores_case=True),
        parameter=_joined(tables["parameter"]),
        next_page={
            where: PatternSet(f"^(?:{rule})$" for rule in _patterns(tables["next_page"], where))
            for where in ("text", "address")
        },
        menu=_joined(tables["menu"]),
        page_parameter=_joined(tables["page_parameter"]),
    )


def _patterns(rules: Iterable[dict[str, Any]], where: str | None = None) -> list[str]:
    return [rule["pattern"] for rule in rules if where is None or rule["where"] == where]


def _follow_set(rules: tuple[FollowRule, ...], where: Where) -> tuple[PatternSet, tuple[int, ...]]:
    numbers = tuple(number for number, rule in enumerate(rules) if where in rule.where)
    return PatternSet(rules[number].pattern.pattern for number in numbers), numbers


def _unfolded(pattern: str) -> str:
    """Return a pattern for folded words as one for words as they stand, which may meet more."""
    for letter, plain in _UMLAUTS:
        apart = unicodedata.normalize("NFD", letter)
        pattern = re.sub(rf"({plain}\??)", rf"(?:\1|{letter}|{apart})", pattern)
    return pattern.replace(" ?", r"[\s_+.\-\pZ]*").replace(r"\b", "")


def _joined(rules: Iterable[dict[str, Any]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule['pattern']})" for rule in rules), re.IGNORECASE)


def fold(text: str) -> str:
    """Return text as the follow rules see it.

    Small letters, umlauts spelled out, other accents off, hyphens and the like as one blank.

    >>> fold("Städte-Partnerschaften")
    'staedte partnerschaften'
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    if not folded.isascii():
        for letter, spelled in _UMLAUTS:  # several times as fast as str.translate
            folded = folded.replace(letter, spelled)
        if not folded.isascii():
            apart = unicodedata.normalize("NFKD", folded)
            folded = "".join(letter for letter in apart if not unicodedata.combining(letter))
    for separator in _SEPARATORS:
        folded = folded.replace(separator, " ")
    return " ".join(folded.split())


def plain_words(text: str) -> str:
    """Return the folded words of a text without misleading ones."""
    if not text:
        return ""
    rules, folded = load_link_rules(), fold(text)
    if not rules.misleading_set.matching(folded):
        return folded
    return rules.misleading.sub(" ", folded).strip()


def count_partner_words(text: str) -> int:
    """Return how often a text speaks of partner towns."""
    rules = load_link_rules()
    if not rules.partner_set.matching(text):  # most pages: they need not be folded
        return 0
    return len(rules.follow[0].pattern.findall(plain_words(text)))


@lru_cache(maxsize=_REMEMBERED)
def rules_met(text: str, where: Where) -> int:
    """Return the follow rules that words meet in some part of a link, as a set of bits."""
    patterns, numbers = load_link_rules().follow_sets[where]
    return sum(1 << numbers[found] for found in patterns.matching(plain_words(text)))


@lru_cache(maxsize=_REMEMBERED)
def names_next_page(text: str, where: Literal["text", "address"]) -> bool:
    """Return whether the text or the address of a link are those of one more page of a list."""
    return bool(load_link_rules().next_page[where].matching(fold(text)))


@lru_cache(maxsize=_REMEMBERED)
def skip_reason(address: str) -> str | None:
    """Return the id of the rule by which a link is not followed, None for those that are."""
    rules = load_link_rules()
    found = rules.skip.matching(address)
    return rules.skip_ids[found[0]] if found else None


@lru_cache(maxsize=8192)
def is_menu_name(name: str) -> bool:
    """Return whether a class, id or role is one of what stands around a page's own text."""
    return load_link_rules().menu.fullmatch(name) is not None
