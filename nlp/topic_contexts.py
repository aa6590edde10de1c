"""What stands around a word that tells of a topic: done together, proposed, denied, admired.

The patterns are data (``nlp/rules/topic_contexts.toml``); its head explains the notation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from nlp.rulebook import read_rows, word_list

ContextScope = Literal["sentence", "near", "before", "after", "word"]
ContextSign = Literal["for", "half", "more", "against", "never", "veto", "partner"]

_BESIDE = 24  # characters that a pattern beside a word may take


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicContext:
    """A pattern around a word that tells of a topic, and what it speaks for."""

    id: str
    scope: ContextScope
    sign: ContextSign
    pattern: re.Pattern[str]
    reach: int
    example: str
    counter: str
    note: str


@cache
def topic_contexts() -> tuple[TopicContext, ...]:
    """Return the contexts in the order of their file."""
    return tuple(
        TopicContext(
            id=row["id"],
            scope=row["scope"],
            sign=row["sign"],
            pattern=re.compile(
                row["pattern"] if row["scope"] == "after" else rf"(?<!\w)(?:{row['pattern']})",
                re.IGNORECASE,
            ),
            reach=row.get("reach", 0),
            example=row["example"],
            counter=row["counter"],
            note=row["note"],
        )
        for row in read_rows("topic_contexts.toml", "context")
    )


@cache
def _clause_end() -> re.Pattern[str]:
    rows = read_rows("topic_contexts.toml", "border")
    return re.compile("|".join(row["pattern"] for row in rows), re.IGNORECASE)


@cache
def _of(scope: ContextScope) -> tuple[TopicContext, ...]:
    return tuple(context for context in topic_contexts() if context.scope == scope)


@cache
def ids_of(sign: ContextSign) -> frozenset[str]:
    """Return the ids of the contexts with a sign."""
    return frozenset(context.id for context in topic_contexts() if context.sign == sign)


@lru_cache(maxsize=4096)
def around_sentence(text: str) -> tuple[str, ...]:
    """Return the ids of the contexts that a sentence gives to all of its topics."""
    return tuple(context.id for context in _of("sentence") if context.pattern.search(text))


def around_word(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return the ids of the contexts near, beside and in a word of a sentence."""
    before, after = text[max(0, start - _BESIDE) : start], text[end : end + _BESIDE]
    found = [c.id for c in _of("near") if _is_near(c, text, start, end)]
    found += [c.id for c in _of("before") if c.pattern.search(before)]
    if before.split()[-1:] and before.split()[-1].casefold() in word_list("given_names.txt"):
        found.append("person")
    found += [c.id for c in _of("after") if c.pattern.match(after)]
    found += [c.id for c in _of("word") if c.pattern.search(text[start:end])]
    return tuple(found)


def is_vetoed(ids: Iterable[str]) -> bool:
    """Return whether one of the contexts takes the word out."""
    return not ids_of("veto").isdisjoint(ids)


def _is_near(context: TopicContext, text: str, start: int, end: int) -> bool:
    """Return whether a pattern stands within reach of a word, in its clause."""
    first = max(0, start - context.reach)
    for match in context.pattern.finditer(text, first, end + context.reach):
        left, right = sorted((match.start(), match.end(), start, end))[1:3]
        if not _clause_end().search(text, left, right):
            return True
    return False
