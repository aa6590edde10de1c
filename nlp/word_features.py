"""The words around a candidate pair, as features of a linear model.

Words are shortened to their first letters, which joins most inflected forms of German without a
lexicon; years, numbers and places are masked, so that no word stands for a document or a town.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial

from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView, Sentence

_WORD = re.compile(r"\x00[A-Z]|[^\W\d_]+|\d+|[^\w\s\x00]")
_LETTERS = 7
_BESIDE = 60  # characters
_NEIGHBOURS = 3  # words
_LONGEST_GAP = 100  # characters
_MOST_COUPLES = 3
_HUB, _PARTNER, _OTHER = "\x00H", "\x00P", "\x00O"
_WORD_OF_ROLE = {role: f"w:{role.casefold()}" for role in (_HUB, _PARTNER, _OTHER)}

Roles = Sequence[tuple[PlaceMention, str]]


def words_of(
    view: ReadingView, ids: frozenset[str], hub_id: str | None, sentences: Iterable[int]
) -> frozenset[str]:
    """Return the words of the sentences that show a pair, and those beside and between its names.

    ``ids`` are both places', ``hub_id`` is that of the one whose partners are told, if any.
    """
    found: set[str] = set()
    text = view.document.text
    for index in dict.fromkeys(sentences):
        sentence = view.sentences[index]
        mentions = sentence.once("mentions-in-turn", partial(_in_turn, sentence))
        roles = [(mention, _role(mention, ids, hub_id)) for mention in mentions]
        plain, masked = sentence.once("words", partial(_of_sentence, text, sentence))
        found.update(plain)
        found.update(_WORD_OF_ROLE[role] for mention, role in roles if mention.start in masked)
        for mention, role in roles:
            if role == _PARTNER:
                found.update(_beside(text, sentence, mention, ids, hub_id))
        found.update(_between(text, sentence, roles, has_hub=hub_id is not None))
    return frozenset(found)


def _in_turn(sentence: Sentence) -> list[PlaceMention]:
    return sorted(sentence.places, key=lambda mention: mention.start)


def _role(mention: PlaceMention, ids: frozenset[str], hub_id: str | None) -> str:
    if mention.place.id == hub_id:
        return _HUB
    return _PARTNER if mention.place.id in ids else _OTHER


def _of_sentence(text: str, sentence: Sentence) -> tuple[frozenset[str], frozenset[int]]:
    """Return the words of a sentence that are no places, and where its places start."""
    parts = _parts(text, _in_turn(sentence), sentence.start, sentence.end)
    return (
        frozenset(f"w:{part}" for part in parts if isinstance(part, str)),
        frozenset(part.start for part in parts if not isinstance(part, str)),
    )


def _parts(
    text: str, mentions: Iterable[PlaceMention], position: int, stop: int
) -> list[str | PlaceMention]:
    """Return the words and the places of a stretch of the text in turn."""
    parts: list[str | PlaceMention] = []
    for mention in mentions:
        if mention.start >= position and mention.end <= stop:
            parts += _words(text[position : mention.start])
            parts.append(mention)
            position = mention.end
    return parts + _words(text[position:stop])


def _words(text: str) -> list[str | PlaceMention]:
    return [_shortened(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=50_000)
def _shortened(word: str) -> str:
    if word.isdigit():
        return "<year>" if len(word) == 4 and word[:2] in ("19", "20") else "<number>"
    return word.casefold()[:_LETTERS]


def _beside(
    text: str, sentence: Sentence, mention: PlaceMention, ids: frozenset[str], hub_id: str | None
) -> Iterable[str]:
    around = sentence.once(
        ("words-beside", mention.start), lambda: _around(text, sentence, mention)
    )
    before, after = (
        [part if isinstance(part, str) else _role(part, ids, hub_id).casefold() for part in parts]
        for parts in around
    )
    for number, word in enumerate(reversed(before), start=1):
        yield f"before-{number}:{word}"
    for number, word in enumerate(after, start=1):
        yield f"after-{number}:{word}"
    if len(before) > 1:
        yield f"before:{before[-2]} {before[-1]}"
    if len(after) > 1:
        yield f"after:{after[0]} {after[1]}"


def _around(
    text: str, sentence: Sentence, mention: PlaceMention
) -> tuple[list[str | PlaceMention], list[str | PlaceMention]]:
    start = max(sentence.start, mention.start - _BESIDE)
    end = min(sentence.end, mention.end + _BESIDE)
    mentions = _in_turn(sentence)
    before = _parts(text, mentions, start, mention.start)[-_NEIGHBOURS:]
    return before, _parts(text, mentions, mention.end, end)[:_NEIGHBOURS]


def _named_between(gap: str) -> list[str]:
    return [f"between:{word}" for word in _words(gap)]


def _between(text: str, sentence: Sentence, roles: Roles, *, has_hub: bool) -> Iterable[str]:
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
            gap = text[first.end : second.start]
            yield from sentence.once(
                ("words-between", first.end, second.start),
                partial(_named_between, gap),
            )
