"""Which pair each sentence speaks of, and which of its dates belong to which pair."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nlp.components.pairs import RankedPair
from nlp.dates import FoundDate
from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView, Sentence
from nlp.rulebook import read_rows

PairKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The pairs that a sentence speaks of; ``is_named`` where it names a partner itself."""

    pairs: tuple[PairKey, ...]
    is_named: bool


def key_of(ranked: RankedPair) -> PairKey:
    """Return the ids of a pair in ascending order."""
    return ranked.candidate.a.id, ranked.candidate.b.id


def attribute(view: ReadingView, stated: Sequence[RankedPair]) -> dict[int, Attribution]:
    """Return what each sentence speaks of, by its index; sentences on no pair are left out.

    A sentence that names a partner speaks of it. One that names none speaks of the partner in the
    headings above it, or of the partner that its paragraph spoke of before, or of the only pair of
    the Document.
    """
    by_partner = _pairs_by_partner(view, stated)
    found: dict[int, Attribution] = {}
    previous: tuple[int, tuple[PairKey, ...]] = (-1, ())
    for sentence in view.sentences:
        named = _named(sentence, stated, by_partner)
        if named:
            found[sentence.index] = Attribution(pairs=named, is_named=True)
            previous = (sentence.block.start, named)
            continue
        pairs = _of_headings(view, sentence, by_partner)
        if not pairs and previous[0] == sentence.block.start:
            pairs = previous[1]
        if not pairs and len(stated) == 1:
            pairs = (key_of(stated[0]),)
        if pairs:
            found[sentence.index] = Attribution(pairs=pairs, is_named=False)
    return found


def _pairs_by_partner(
    view: ReadingView, stated: Sequence[RankedPair]
) -> dict[str, tuple[PairKey, ...]]:
    """Return the pairs of each place that stands for one: not the hub of its pair."""
    found: dict[str, list[PairKey]] = {}
    for ranked in stated:
        key = key_of(ranked)
        for place_id in key:
            if place_id != ranked.candidate.hub_id:
                found.setdefault(place_id, []).append(key)
    return {place_id: tuple(keys) for place_id, keys in found.items()}


def _named(
    sentence: Sentence,
    stated: Sequence[RankedPair],
    by_partner: Mapping[str, tuple[PairKey, ...]],
) -> tuple[PairKey, ...]:
    """Return the pairs that the sentence names; both towns of a pair without a hub."""
    ids = sentence.place_ids()
    whole = tuple(key_of(ranked) for ranked in stated if set(key_of(ranked)) <= ids)
    if whole:
        hubs = {ranked.candidate.hub_id for ranked in stated} & ids
        if not hubs:
            return whole
    partners = [key for place_id in ids for key in by_partner.get(place_id, ())]
    hub_pairs = [
        key_of(ranked)
        for ranked in stated
        if ranked.candidate.hub_id is not None and key_of(ranked) in partners
    ]
    return tuple(dict.fromkeys([*whole, *sorted(hub_pairs)])) or tuple(dict.fromkeys(partners))


def _of_headings(
    view: ReadingView, sentence: Sentence, by_partner: Mapping[str, tuple[PairKey, ...]]
) -> tuple[PairKey, ...]:
    for heading in reversed(sentence.block.headings):
        ids = view.places_of_heading.get(heading, frozenset())
        pairs = tuple(key for place_id in sorted(ids) for key in by_partner.get(place_id, ()))
        if pairs:
            return pairs
    return ()


@cache
def _year_behind() -> re.Pattern[str]:
    pattern = next(
        r["pattern"] for r in read_rows("pair_patterns.toml", "pattern") if r["id"] == "year-after"
    )
    return re.compile(pattern, re.IGNORECASE)


def share_out(
    text: str, mentions: Sequence[PlaceMention], dates: Sequence[FoundDate]
) -> dict[str, tuple[FoundDate, ...]]:
    """Return the dates of a sentence by the id of the partner to which they belong.

    ``mentions`` are the partners named, ``text`` the whole Document. A date right behind a name
    belongs to it; a single date belongs to all names; of several each belongs to the names that
    follow it, where the sentence begins with a date, and otherwise to the name before it.
    """
    ids = [mention.place.id for mention in mentions]
    if not mentions or not dates:
        return {}
    behind = {
        mention.place.id: _year_behind().match(text[mention.end : mention.end + 60]) is not None
        for mention in mentions
    }
    if len(set(ids)) == 1:
        return {ids[0]: tuple(dates)}
    if len(dates) == 1:
        owners = [place_id for place_id in ids if behind[place_id]]
        return {place_id: tuple(dates) for place_id in owners or ids}
    date_first = dates[0].start < mentions[0].start and not any(behind.values())
    shared: dict[str, list[FoundDate]] = {}
    for date in dates:
        for mention in _owners(mentions, date, dates, date_first=date_first):
            shared.setdefault(mention.place.id, []).append(date)
    return {place_id: tuple(found) for place_id, found in shared.items()}


def _owners(
    mentions: Sequence[PlaceMention],
    date: FoundDate,
    dates: Sequence[FoundDate],
    *,
    date_first: bool,
) -> list[PlaceMention]:
    if date_first:
        following = [other.start for other in dates if other.start > date.start]
        end = min(following, default=10**9)
        return [m for m in mentions if date.end <= m.start < end]
    before = [m for m in mentions if m.end <= date.start]
    return before[-1:]
