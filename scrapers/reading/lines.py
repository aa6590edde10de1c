"""Putting broken lines together again."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_RULES_FILE = Path(__file__).with_name("layout.toml")
_BROKEN_WORD = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")


class _Rules(NamedTuple):
    """Conjunctions between truncated compounds, and what page numbers and file names look like."""

    conjunctions: frozenset[str]
    page_number: re.Pattern[str]
    file_title: re.Pattern[str]
    date: re.Pattern[str]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    tables = tomllib.loads(_RULES_FILE.read_text(encoding="utf-8"))
    numbers, titles, dates = (
        "|".join(f"(?:{rule['pattern']})" for rule in tables[name])
        for name in ("page_number", "file_title", "date")
    )
    return _Rules(
        conjunctions=frozenset(word for rule in tables["conjunction"] for word in rule["words"]),
        page_number=re.compile(numbers, re.IGNORECASE),
        file_title=re.compile(titles, re.IGNORECASE),
        date=re.compile(dates),
    )


def is_page_number(text: str) -> bool:
    """Return whether a line holds nothing but the number of its page."""
    return _rules().page_number.fullmatch(text) is not None


def plain_file_title(title: str) -> str:
    """Return the title noted in a file, empty where a program put in the file's name.

    >>> plain_file_title("Microsoft Word - V_34-2018.doc"), plain_file_title("Amtsblatt 7/2019")
    ('', 'Amtsblatt 7/2019')
    """
    return "" if _rules().file_title.fullmatch(title) else title


def begins_with_date(text: str) -> bool:
    """Return whether a line begins with a day and month, which looks like a numbered item."""
    return _rules().date.match(text) is not None


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
    if second.split(maxsplit=1)[0] in _rules().conjunctions:
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
