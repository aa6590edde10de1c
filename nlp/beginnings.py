"""How the matches of a pattern may begin, so that it is tried only where one can stand.

A pattern of ``nlp/rules`` is a choice of words. Tried at every letter of a text, some hundred of
them take most of the time; so the letters with which a match can begin are read off the pattern
itself, and the pattern is tried at the words that have them. Nothing has to be told for a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as _codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

#: Letters of a beginning that tell enough of a word, and of one that is looked for in a text.
_OF_WORD, _OF_TEXT = 6, 12
_MOST_BEGINNINGS = 5_000
_LARGEST_CLASS = 12  # letters of a character class that are followed one by one
_LONGEST_WORD = 40  # longer ones are not kept
_KEPT_WORDS = 20_000
#: Stands behind the letters of a word that ends there.
_END = "$"
_ANY_LETTER = (_codes.CATEGORY, _codes.CATEGORY_WORD)
_LAST_LATIN = "\u017f"
_WORD = re.compile(r"\w+")
#: Where a word goes on with a capital, a caption may be glued to a text: "TStädtepartnerschaft".
_INNER_CAPITAL = re.compile(r"(?<=[^\W\d_])(?=[A-ZÄÖÜ][a-zäöü])")

_Items = tuple[tuple[Any, Any], ...]


def plain(text: str) -> str:
    """Return a text in lower case, letter by letter, as patterns that ignore case see it."""
    return text.replace("İ", "i").lower().replace("ſ", "s").replace("ı", "i")


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What a match of a pattern begins with, in lower case, or has somewhere in its first word.

    Where both are empty, nothing is known and a match may stand anywhere.
    """

    heads: frozenset[str]
    parts: frozenset[str]

    @property
    def is_known(self) -> bool:
        """Return whether a match must begin in one of these ways."""
        return bool(self.heads or self.parts)


def beginnings_of(pattern: str, *, letters: int = _OF_WORD) -> Beginnings:
    """Return the beginnings of a pattern that ignores case, each of so many letters at most.

    >>> sorted(beginnings_of("(?:partner|paten)stadt").heads)
    ['partne', 'patens']
    """
    heads: set[str] = set()
    parts: set[str] = set()
    for choice in _choices(tuple(_parser.parse(pattern, re.IGNORECASE))):
        found = heads
        if choice and _is_any_letters(choice[0]):
            found, choice = parts, choice[1:]
        found.update(_heads(choice, letters))
    if "" in heads | parts or len(heads) > _MOST_BEGINNINGS:
        return Beginnings(frozenset(), frozenset())
    return Beginnings(frozenset(heads), frozenset(parts))


def _choices(items: _Items) -> Iterator[_Items]:
    """Yield the alternatives of a pattern, each with what follows all of them."""
    if items and items[0][0] is _codes.BRANCH:
        for choice in items[0][1][1]:
            yield from _choices((*choice, *items[1:]))
    elif items and items[0][0] is _codes.SUBPATTERN:
        yield from _choices((*items[0][1][3], *items[1:]))
    elif items and items[0][0] in (_codes.ASSERT, _codes.ASSERT_NOT, _codes.AT):
        yield from _choices(items[1:])
    else:
        yield items


def _is_any_letters(item: tuple[Any, Any]) -> bool:
    """Return whether a part of a pattern is ``\\w*`` or the like."""
    if item[0] not in (_codes.MAX_REPEAT, _codes.MIN_REPEAT):
        return False
    inner = list(item[1][2])
    return len(inner) == 1 and inner[0][0] is _codes.IN and list(inner[0][1]) == [_ANY_LETTER]


def _heads(items: _Items, room: int, *, is_begun: bool = False) -> set[str]:
    """Return beginnings of which every match has one; the empty one where it may be anything."""
    if not items or not room:
        return {""}
    (code, value), rest = items[0], items[1:]
    if is_begun and _ends_word(code, value):
        return {_END}
    if code is _codes.LITERAL or code is _codes.IN:
        letters = {plain(letter) for letter in _letters(code, value)}
        if not letters or not all(map(_is_simple, letters)):
            return {""}
        behind = _heads(rest, room - 1, is_begun=True)
        return {letter + head for letter in letters for head in behind}
    if code is _codes.BRANCH:
        choices = [(*choice, *rest) for choice in value[1]]
        return {head for choice in choices for head in _heads(choice, room, is_begun=is_begun)}
    if code is _codes.SUBPATTERN:
        return _heads((*value[3], *rest), room, is_begun=is_begun)
    if code in (_codes.ASSERT, _codes.ASSERT_NOT, _codes.AT):
        return _heads(rest, room, is_begun=is_begun)
    if code in (_codes.MAX_REPEAT, _codes.MIN_REPEAT):
        least, most, inner = value
        repeated = (*inner, *rest) if most == 1 else tuple(inner)
        found = _heads(repeated, room, is_begun=is_begun)
        return found | _heads(rest, room, is_begun=is_begun) if least == 0 else found
    return {""}


def _ends_word(code: Any, value: Any) -> bool:
    """Return whether what follows letters can stand only where their word ends."""
    if code is _codes.LITERAL:
        return not (chr(value).isalnum() or value == ord("_"))
    if code is _codes.IN:
        return list(value) == [(_codes.CATEGORY, _codes.CATEGORY_SPACE)]
    if code is _codes.AT:
        return bool(value is _codes.AT_BOUNDARY)
    if code is _codes.ASSERT_NOT:
        return value[0] == 1 and list(value[1]) == [(_codes.IN, [_ANY_LETTER])]
    if code is _codes.ASSERT:
        return value[0] == 1 and bool(value[1]) and _ends_word(*value[1][0])
    return False


def _is_simple(letter: str) -> bool:
    """Return whether a letter in lower case is a Latin one with at most one capital."""
    is_plain = letter == "ß" or letter.upper().lower() == letter
    return letter.isalnum() and letter < _LAST_LATIN and is_plain


def _letters(code: Any, value: Any) -> list[str]:
    """Return the letters of a literal or a small class, none where they are too many to tell."""
    if code is _codes.LITERAL:
        return [chr(value)]
    numbers: list[int] = []
    for kind, inner in value:
        if kind is _codes.LITERAL:
            numbers.append(inner)
        elif kind is _codes.RANGE:
            numbers += range(inner[0], min(inner[1], inner[0] + _LARGEST_CLASS) + 1)
        else:
            return []
    return [chr(number) for number in numbers] if len(numbers) <= _LARGEST_CLASS else []


class TextSieve:
    """Tells of most texts that a pattern matches nowhere in them, without trying it."""

    def __init__(self, pattern: str) -> None:
        """Compile a pattern, which ignores case."""
        self._pattern = re.compile(pattern, re.IGNORECASE)
        known = beginnings_of(pattern, letters=_OF_TEXT)
        self._heads, self._parts = _shortest(known.heads), _shortest(known.parts)

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches anywhere in a text."""
        if not self._heads and not self._parts:
            return self._pattern.search(text) is not None
        lowered, match = plain(text), self._pattern.match
        return any(match(text, at) for at in _places(lowered, self._heads)) or any(
            match(text, _word_start(lowered, at)) for at in _places(lowered, self._parts)
        )


def _shortest(letters: Iterable[str]) -> tuple[str, ...]:
    """Return letters without those that begin like shorter ones among them."""
    every = frozenset(head.removesuffix(_END) for head in letters)
    kept = (head for head in every if not any(head[:end] in every for end in range(1, len(head))))
    return tuple(sorted(kept))


def _places(lowered: str, wanted: Iterable[str]) -> Iterator[int]:
    for letters in wanted:
        position = lowered.find(letters)
        while position >= 0:
            yield position
            position = lowered.find(letters, position + 1)


def _word_start(text: str, position: int) -> int:
    while position and (text[position - 1].isalnum() or text[position - 1] == "_"):
        position -= 1
    return position


class WordSieve:
    """Finds the matches of many patterns in a text; each begins where a word does.

    A pattern of ``glued`` may also begin at a capital within a word. The patterns are tried only
    at words that begin like them; for each distinct word it is worked out once which these are.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        *,
        flags: Sequence[re.RegexFlag] | None = None,
        glued: Iterable[int] = (),
    ) -> None:
        """Compile the patterns, which ignore case unless their flags say otherwise."""
        kinds = flags or [re.IGNORECASE] * len(patterns)
        self._compiled = [
            re.compile(rf"(?:{pattern})", flag)
            for pattern, flag in zip(patterns, kinds, strict=True)
        ]
        self._glued = frozenset(glued)
        self._heads: dict[str, list[int]] = {}
        self._parts: list[tuple[str, int]] = []
        self._anywhere: list[int] = []
        for number, pattern in enumerate(patterns):
            known = beginnings_of(pattern)
            if not known.is_known:
                self._anywhere.append(number)
            for head in known.heads:
                self._heads.setdefault(head, []).append(number)
            self._parts += [(part, number) for part in known.parts]
        self._lengths = sorted({len(head) for head in self._heads})
        self._kept = lru_cache(maxsize=_KEPT_WORDS)(self._starts)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Return start, end and number of the pattern of all matches, in the text's order.

        Matches of one pattern do not overlap; of those that begin together the longest is first.
        """
        found: list[tuple[int, int, int]] = []
        ends = [0] * len(self._compiled)
        compiled, kept = self._compiled, self._kept
        for word in _WORD.finditer(text):
            letters = word.group()
            starts = kept(letters) if len(letters) <= _LONGEST_WORD else self._starts(letters)
            for offset, number in starts:
                start = word.start() + offset
                if start >= ends[number]:
                    match = compiled[number].match(text, start)
                    if match is not None:
                        ends[number] = match.end()
                        found.append((start, match.end(), number))
        for number in self._anywhere:
            found += self._everywhere(number, text)
        found.sort(key=lambda hit: (hit[0], -hit[1], hit[2]))
        return found

    def _everywhere(self, number: int, text: str) -> Iterator[tuple[int, int, int]]:
        begins = r"(?<!\w)"
        if number in self._glued:
            begins = rf"(?:(?<!\w)|{_INNER_CAPITAL.pattern.replace('(?=[A', '(?=(?-i:[A')}))"
        pattern = self._compiled[number]
        for match in re.compile(begins + pattern.pattern, pattern.flags).finditer(text):
            yield match.start(), match.end(), number

    def _starts(self, word: str) -> tuple[tuple[int, int], ...]:
        """Return where in a word which patterns are to be tried, as offset and number."""
        lowered = plain(word) + _END
        within = [number for part, number in self._parts if part in lowered]
        found = {(0, number) for number in (*within, *self._begin(lowered))}
        for inner in _INNER_CAPITAL.finditer(word):
            offset = inner.start()
            numbers = (*within, *self._begin(lowered[offset:]))
            found.update((offset, number) for number in numbers if number in self._glued)
        return tuple(sorted(found))

    def _begin(self, lowered: str) -> list[int]:
        heads = self._heads
        return [n for length in self._lengths for n in heads.get(lowered[:length], ())]
