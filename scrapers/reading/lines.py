"""Putting broken lines together again."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

_RULES_FILE = Path(__file__).with_name("layout.toml")
_BROKEN_WORD = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")


@lru_cache(maxsize=1)
def _rules() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the conjunctions between truncated compounds and the pattern of page numbers."""
    tables = tomllib.loads(_RULES_FILE.read_text(encoding="utf-8"))
    words = frozenset(word for rule in tables["conjunction"] for word in rule["words"])
    numbers = "|".join(f"(?:{rule['pattern']})" for rule in tables["page_number"])
    return words, re.compile(numbers, re.IGNORECASE)


def is_page_number(text: str) -> bool:
    """Return whether a line holds nothing but the number of its page."""
    return _rules()[1].fullmatch(text) is not None


def join_lines(first: str, second: str) -> str:
    """Return two lines of one paragraph as one, a word broken by a hyphen put together.

    >>> join_lines("die Partner-", "stadt Halle")
    'die Partnerstadt Halle'
    >>> join_lines("Umwelt-", "und Verkehrspolitik")
    'Umwelt- und Verkehrspolitik'
    >>> join_lines("Baden-", "Württemberg")
    'Baden-Württemberg'
    """
    if not first or not second:
        return first or second
    if not _BROKEN_WORD.search(first):
        return f"{first} {second}"
    if second.split(maxsplit=1)[0] in _rules()[0]:
        return f"{first} {second}"
    if second[0].islower():
        return first[:-1] + second
    return first + second if second[0].isalpha() and first[-1] != "\u00ad" else f"{first} {second}"


def is_continuation(first: str, second: str) -> bool:
    """Return whether a line goes on with the sentence of the line before."""
    return bool(first and second) and (
        second[0].islower()
        or second[0] in ",;)"
        or first[-1] in ",("
        or _BROKEN_WORD.search(first) is not None
    )
