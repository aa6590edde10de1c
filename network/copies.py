"""Which documents on a pair are copies of one text: they count as one.

Newspapers print what an agency sends, towns print what their partner wrote. Copies are seldom equal
to the letter, so two quotations on one pair count as the same text from a resemblance of 0.8 on:
the words that they share, divided by all words of both (Broder 1997, On the resemblance and
containment of documents), unless their numbers differ: who changed a year did not merely copy.
Where there are many texts, two are compared only if they share one of their rarest words, as sets
of that resemblance must (Chaudhuri, Ganti and Kaushik 2006, A Primitive Operator for Similarity
Joins in Data Cleaning).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

RESEMBLANCE = 0.8
#: Shorter quotations ("Schwerin, seit 1987") are alike by chance, not because one was copied.
FEWEST_WORDS = 6
#: Up to so many texts it is faster to compare each with each.
_FEW = 30


def folded(quotations: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return quotations as words in lower case, without punctuation, for comparison."""
    lower = pc.utf8_lower(quotations)
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(lower, r"[^\p{L}\p{N}]+", " "))


def text_numbers(
    documents: Sequence[int], texts: Sequence[str], *, groups: Mapping[int, int] | None = None
) -> list[int]:
    """Return for each statement the number of the text that its document is a copy of.

    ``documents`` are the numbers of the statements' documents, ``texts`` their folded quotations,
    all on one pair; ``groups`` gives documents that are known to be copies of each other the same
    number. The number of a text is the least one of its documents.
    """
    different = set(documents)
    if len(different) == 1:
        return list(documents)
    parents = {document: document for document in different}
    if groups:
        _join_groups(parents, groups)
    holders: dict[str, list[int]] = defaultdict(list)
    for document, text in zip(documents, texts, strict=True):
        holders[text].append(document)
    words = {text: found for text in holders if len(found := text.split()) >= FEWEST_WORDS}
    for text in words:
        for document in holders[text][1:]:
            _join(parents, holders[text][0], document)
    for one, other in _resembling(words):
        _join(parents, holders[one][0], holders[other][0])
    return [_root(parents, document) for document in documents]


def _resembling(words: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield pairs of texts that resemble each other."""
    sets = {text: frozenset(found) for text, found in words.items()}
    pairs = _all(sets) if len(sets) <= _FEW else _sharing_a_rare_word(sets)
    for one, other in pairs:
        mine, others = sets[one], sets[other]
        common = len(mine & others)
        is_alike = common >= RESEMBLANCE * (len(mine) + len(others) - common)
        if is_alike and _numbers(mine) == _numbers(others):
            yield one, other


def _all(sets: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Yield each pair of texts that share enough of the words of one of them."""
    earlier: list[tuple[frozenset[str], str]] = []
    for text, mine in sets.items():
        least = RESEMBLANCE * len(mine)
        for other in [name for words, name in earlier if len(mine & words) >= least]:
            yield text, other
        earlier.append((mine, text))


def _sharing_a_rare_word(sets: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    frequency = Counter(word for found in sets.values() for word in found)
    seen: dict[str, list[str]] = defaultdict(list)
    for text in sorted(sets, key=lambda key: (len(sets[key]), key)):
        mine = sets[text]
        rarest = sorted(mine, key=lambda word: (frequency[word], word))
        prefix = rarest[: len(mine) - math.ceil(RESEMBLANCE * len(mine)) + 1]
        for other in dict.fromkeys(other for word in prefix for other in seen[word]):
            yield text, other
        for word in prefix:
            seen[word].append(text)


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if not word.isalpha()}


def _join_groups(parents: dict[int, int], groups: Mapping[int, int]) -> None:
    first: dict[int, int] = {}
    for document in parents:
        if (group := groups.get(document)) is not None:
            _join(parents, first.setdefault(group, document), document)


def _root(parents: dict[int, int], number: int) -> int:
    while parents[number] != number:
        number = parents[number]
    return number


def _join(parents: dict[int, int], one: int, other: int) -> None:
    one, other = sorted((_root(parents, one), _root(parents, other)))
    parents[other] = one
