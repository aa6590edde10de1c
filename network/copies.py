"""Which documents on a pair are copies of one text: they count as one.

Newspapers print what an agency sends, towns print what their partner wrote. Copies are seldom equal
to the letter, so two quotations on one pair count as the same text from a resemblance of 0.8 on:
the words that they share, divided by all words of both (Broder 1997, On the resemblance and
containment of documents), unless their numbers differ: who changed a year did not merely copy.

Most quotations on a pair are not alike at all. So each one has a signature, 64 bits of which every
word sets one: two texts differ in at least as many words as their signatures in bits. Only
quotations whose signatures allow the resemblance are compared word by word. Where there are
many texts, two are compared only if they share one of their rarest words, as sets of that
resemblance must (Chaudhuri, Ganti and Kaushik 2006, A Primitive Operator for Similarity Joins in
Data Cleaning).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

RESEMBLANCE = 0.8
#: Shorter quotations ("Schwerin, seit 1987") are alike by chance, not because one was copied.
FEWEST_WORDS = 6
#: Up to so many quotations on a tie the signatures of all are compared with each other.
_FEW = 1_000
_ROWS_AT_ONCE = 50_000
_SEED = 1997
#: So many different letters have numbers of their own; others share them.
_LETTERS = 4_096

Integers = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Words = frozenset[str]


def folded(quotations: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return quotations as words in lower case, without punctuation, for comparison."""
    lower = pc.utf8_lower(quotations)
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(lower, r"[^\p{L}\p{N}]+", " "))


def text_numbers(
    documents: Integers,
    quotations: pa.ChunkedArray,
    starts: Integers,
    *,
    groups: Mapping[int, int] | None = None,
) -> Integers:
    """Return for each statement the number of the text that its document is a copy of.

    ``documents`` are the numbers of the statements' documents, in the order of the ties that they
    speak of; ``starts`` are the positions at which the statements of each tie begin. ``groups``
    gives documents that are known to be copies of each other the same number. Only texts on one tie
    are compared; the number of a text is the least one of its documents there.
    """
    ties = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(documents)))
    pairs = _alike(documents, quotations, ties)
    joins: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for tie, (one, other) in zip(
        ties[pairs[:, 0]].tolist(), documents[pairs].tolist(), strict=True
    ):
        joins[tie].append((one, other))
    numbers = documents.copy()
    bounds = [*starts.tolist(), len(documents)]
    for tie in range(len(starts)) if groups else joins:
        stretch = slice(bounds[tie], bounds[tie + 1])
        own = documents[stretch].tolist()
        numbers[stretch] = _joined(own, [*joins.get(tie, ()), *_known(own, groups or {})])
    return numbers


def _alike(documents: Integers, quotations: pa.ChunkedArray, ties: Integers) -> Integers:
    """Return the positions of pairs of texts on one tie that are copies, shape (pairs, 2).

    Of texts that are equal to the letter only the first one is compared with others.
    """
    bits, counts = signatures(quotations)
    long = np.flatnonzero(counts >= FEWEST_WORDS)
    codes = quotations.combine_chunks().dictionary_encode().indices.to_numpy()[long]
    same = ties[long] * (len(quotations) + 1) + codes
    _, first, which = np.unique(same, return_index=True, return_inverse=True)
    equal = np.stack((long[first][which], long), axis=1)
    places = np.sort(long[first])
    is_few = np.bincount(ties[places], minlength=1)[ties[places]] <= _FEW
    pairs = _candidates(places[is_few], ties, bits, counts)
    pairs = pairs[documents[pairs[:, 0]] != documents[pairs[:, 1]]]
    words = _words(np.unique(np.append(pairs, places[~is_few])), quotations)
    many = _sharing_a_rare_word(places[~is_few].tolist(), ties, words)
    found = [
        pair for pair in chain(pairs.tolist(), many) if _resemble(words[pair[0]], words[pair[1]])
    ]
    is_copy = documents[equal[:, 0]] != documents[equal[:, 1]]
    return np.concatenate([equal[is_copy], np.array(found, dtype=np.int64).reshape(-1, 2)])


def _candidates(places: Integers, ties: Integers, bits: Bits, counts: Integers) -> Integers:
    """Return pairs of positions on one tie whose words may resemble each other.

    Sets of a resemblance r differ in at most (1 - r) / (1 + r) of the sum of their sizes, and their
    signatures in no more bits than they in words.
    """
    share = (1 - RESEMBLANCE) / (1 + RESEMBLANCE)
    tie, bits, counts = ties[places], bits[places], counts[places]
    found = [np.zeros((0, 2), dtype=np.int64)]
    rows = np.arange(len(places))
    for shift in range(1, _FEW):
        rows = rows[rows + shift < len(places)]
        rows = rows[tie[rows] == tie[rows + shift]]
        if not len(rows):
            break
        differing = np.bitwise_count(bits[rows] ^ bits[rows + shift])
        near = rows[differing <= share * (counts[rows] + counts[rows + shift]) + 1e-9]
        found.append(np.stack((places[near], places[near + shift]), axis=1))
    return np.concatenate(found)


def _words(positions: Integers, quotations: pa.ChunkedArray) -> dict[int, Words]:
    texts = folded(quotations.take(pa.array(positions))).to_pylist()
    return {
        row: frozenset(text.split()) for row, text in zip(positions.tolist(), texts, strict=True)
    }


def _sharing_a_rare_word(
    places: Iterable[int], ties: Integers, words: Mapping[int, Words]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions on one tie that share one of their rarest words."""
    for _, own in groupby(places, key=lambda place: int(ties[place])):
        sets = {place: words[place] for place in own}
        frequency = Counter(word for found in sets.values() for word in found)
        seen: dict[str, list[int]] = defaultdict(list)
        for place, mine in sorted(sets.items(), key=lambda item: (len(item[1]), item[0])):
            rarest = sorted(mine, key=lambda word: (frequency[word], word))
            prefix = rarest[: len(mine) - math.ceil(RESEMBLANCE * len(mine)) + 1]
            for other in dict.fromkeys(other for word in prefix for other in seen[word]):
                yield other, place
            for word in prefix:
                seen[word].append(place)


def _resemble(mine: Words, others: Words) -> bool:
    common = len(mine & others)
    is_alike = common >= RESEMBLANCE * (len(mine) + len(others) - common)
    return is_alike and _numbers(mine) == _numbers(others)


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if not word.isalpha()}


def signatures(quotations: pa.ChunkedArray) -> tuple[Bits, Integers]:
    """Return the signature of each quotation's words and how many words it has.

    Words are those of ``folded``, told without making them: the bit is drawn from the sum of random
    numbers that stand for a word's letters, so that the same word always sets the same one.
    """
    parts = [
        _signatures(quotations.slice(start, _ROWS_AT_ONCE))
        for start in range(0, len(quotations), _ROWS_AT_ONCE)
    ]
    bits = [np.zeros(0, dtype=np.uint64), *(part for part, _ in parts)]
    counts = [np.zeros(0, dtype=np.int64), *(part for _, part in parts)]
    return np.concatenate(bits), np.concatenate(counts)


def _signatures(quotations: pa.ChunkedArray) -> tuple[Bits, Integers]:
    texts = quotations.to_pylist()
    # a space after each quotation ends its last word
    letters = np.frombuffer(" ".join([*texts, ""]).encode("utf-32-le"), dtype=np.uint32)
    values = _letter_values(letters)[letters]
    in_word = values != 0
    begins = np.flatnonzero(in_word & ~np.append(False, in_word[:-1]))
    ends = np.cumsum([len(text) + 1 for text in texts])
    counts = np.bincount(np.searchsorted(ends, begins, side="right"), minlength=len(texts))
    bits = np.zeros(len(texts), dtype=np.uint64)
    if len(begins):
        words = np.add.reduceat(values, begins)  # what lies between words has the value 0
        has_words = np.flatnonzero(counts)
        first = (np.cumsum(counts) - counts)[has_words]
        bits[has_words] = np.bitwise_or.reduceat(np.uint64(1) << (words >> np.uint64(58)), first)
    return bits, counts


def _letter_values(letters: npt.NDArray[np.uint32]) -> Bits:
    """Return for each code point up to the highest one a random number, 0 for what parts words.

    Letters that ``folded`` makes the same have the same number.
    """
    used = np.flatnonzero(np.bincount(letters))
    images = folded(pa.chunked_array([pa.array(map(chr, used.tolist()), pa.string())])).to_pylist()
    # the upper half of the numbers' range: none is 0
    random = np.random.default_rng(_SEED).integers(2**63, 2**64, size=_LETTERS, dtype=np.uint64)
    values = np.zeros(int(used[-1]) + 1, dtype=np.uint64)
    for code, image in zip(used.tolist(), images, strict=True):
        if image:
            values[code] = random[ord(image) % _LETTERS]
    return values


def _joined(documents: Sequence[int], joins: Iterable[tuple[int, int]]) -> list[int]:
    parents = {document: document for document in documents}
    for one, other in joins:
        one, other = sorted((_root(parents, one), _root(parents, other)))
        parents[other] = one
    return [_root(parents, document) for document in documents]


def _known(documents: Iterable[int], groups: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield pairs of documents that are known to be copies of each other."""
    first: dict[int, int] = {}
    for document in documents:
        if (group := groups.get(document)) is not None:
            yield first.setdefault(group, document), document


def _root(parents: Mapping[int, int], number: int) -> int:
    while parents[number] != number:
        number = parents[number]
    return number
