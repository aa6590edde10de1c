"""The words around a candidate pair, as features of a linear model.

Words are shortened to their first letters, which joins most inflected forms of German without a
lexicon; years, numbers and places are masked, so that no word stands for a document or a town.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView, Sentence

_WORD = re.compile(r"\x00[A-Z]|[^\W\d_]+|\d+|[^\w\s\x00]")
_LETTERS = 7
_BESIDE = 60  # characters
_NEIGHBOURS = 3  # words
_LONGEST_GAP = 100  # characters
_MOST_COUPLES = 3
_HUB, _PARTNER, _OTHER = "\x00H", "\x00P", "\x00O"


def words_of(
    view: ReadingView, ids: frozenset[str], hub_id: str | None, sentences: Iterable[int]
) -> frozenset[str]:
    """Return the words of the sentences that show a pair, and those beside and between its names.

    ``ids`` are both places', ``hub_id`` is that of the one whose partners are told, if any.
    """
    found: set[str] = set()
    for index in dict.fromkeys(sentences):
        sentence = view.sentences[index]
        roles = [(mention, _role(mention, ids, hub_id)) for mention in _in_turn(sentence)]
        found.update(f"w:{word}" for word in _words(_masked(view, sentence, roles)))
        for mention, role in roles:
            if role == _PARTNER:
                found.update(_beside(view, sentence, mention, roles))
        found.update(_between(view, roles, has_hub=hub_id is not None))
    return frozenset(found)


def _in_turn(sentence: Sentence) -> list[PlaceMention]:
    return sorted(sentence.places, key=lambda mention: mention.start)


def _role(mention: PlaceMention, ids: frozenset[str], hub_id: str | None) -> str:
    if mention.place.id == hub_id:
        return _HUB
    return _PARTNER if mention.place.id in ids else _OTHER


Roles = Sequence[tuple[PlaceMention, str]]


def _masked(
    view: ReadingView,
    sentence: Sentence,
    roles: Roles,
    start: int | None = None,
    end: int | None = None,
) -> str:
    """Return a stretch of the text with its places masked by their role."""
    position = sentence.start if start is None else start
    stop = sentence.end if end is None else end
    text, parts = view.document.text, []
    for mention, role in roles:
        if mention.start >= position and mention.end <= stop:
            parts += [text[position : mention.start], f" {role} "]
            position = mention.end
    return "".join((*parts, text[position:stop]))


def _words(text: str) -> list[str]:
    return [_shortened(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=50_000)
def _shortened(word: str) -> str:
    if word.isdigit():
        return "<year>" if len(word) == 4 and word[:2] in ("19", "20") else "<number>"
    return word.casefold()[:_LETTERS]


def _beside(
    view: ReadingView, sentence: Sentence, mention: PlaceMention, roles: Roles
) -> Iterable[str]:
    start = max(sentence.start, mention.start - _BESIDE)
    end = min(sentence.end, mention.end + _BESIDE)
    before = _words(_masked(view, sentence, roles, start, mention.start))[-_NEIGHBOURS:]
    after = _words(_masked(view, sentence, roles, mention.end, end))[:_NEIGHBOURS]
    for number, word in enumerate(reversed(before), start=1):
        yield f"before-{number}:{word}"
    for number, word in enumerate(after, start=1):
        yield f"after-{number}:{word}"
    if len(before) > 1:
        yield f"before:{before[-2]} {before[-1]}"
    if len(after) > 1:
        yield f"after:{after[0]} {after[1]}"


def _between(view: ReadingView, roles: Roles, *, has_hub: bool) -> Iterable[str]:
    """Yield the words between both names, where they stand close in one sentence."""
    partners = [mention for mention, role in roles if role == _PARTNER]
    hubs = [mention for mention, role in roles if role == _HUB]
    if has_hub:
        couples = [(hub, partner) for hub in hubs for partner in partners]
    else:
        couples = [(a, b) for a in partners for b in partners if a.place.id < b.place.id]
    for one, other in couples[:_MOST_COUPLES]:
        first, second = sorted((one, other), key=lambda mention: mention.start)
        if 0 < second.start - first.end < _LONGEST_GAP:
            text = view.document.text[first.end : second.start]
            yield from (f"between:{word}" for word in _words(text))
