"""Candidate pairs of a Document: which places may be partners, and where they were seen.

Candidates are generous: every place with each hub, every two places of one block, and neighbours in
rows. What was seen of them anywhere in the Document becomes features, which the ranker weighs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, pairwise
from typing import Literal

from nlp.document_features import base_name, cross_with_page, see_whole_document
from nlp.pair_features import FeatureTally, is_of_others, see_partner, see_together
from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.word_features import words_of
from partnernetz.places import Place, fold, spell_out

#: Sentences and blocks with more names than this are registers; only neighbours are paired.
_MANY_PLACES = 12
_MOST_HUBS = 3
_MOST_PLACES = 150
_LONGEST_DATELINE = 40  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One spot at which a pair was seen: the sentence's index and the features shown there."""

    sentence: int
    features: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePair:
    """Two places, what was seen of them where, and ``whole``: features of the whole Document.

    ``features`` holds all of them with the greatest strength seen; ``hub_id`` is the one of the two
    whose partners the Document tells, if any. ``groups`` names the sentences and runs of rows in
    which it stands beside others of its kind: entries of one list are partners all or none;
    ``words`` are those around its names.
    """

    a: Place
    b: Place
    hub_id: str | None
    features: Mapping[str, float]
    whole: frozenset[str]
    sightings: tuple[Sighting, ...]
    groups: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


def candidate_pairs(view: ReadingView) -> list[CandidatePair]:
    """Return the candidate pairs of a Document with their features, in a stable order."""
    pairs: dict[tuple[str, str], FeatureTally] = {}
    found_hubs = hubs(view)

    def pair_of(one: Place, other: Place) -> FeatureTally:
        first, second = sorted((one, other), key=lambda place: place.id)
        return pairs.setdefault((first.id, second.id), FeatureTally(first, second))

    for hub in found_hubs:
        for place_id, mentions in list(view.mentions.items())[:_MOST_PLACES]:
            place = mentions[0][1].place
            if place_id == hub.place.id or _is_part_of(place, hub.place):
                continue
            if _are_one_name(view, hub.place, place):
                continue
            tally = pair_of(hub.place, place)
            tally.hub_id = tally.hub_id or hub.place.id
            tally.see_whole(f"hub-{hub.kind}")
            own = [
                (sentence, mention)
                for sentence, mention in mentions
                if not is_of_others(sentence, mention, hub_id=hub.place.id)
            ]
            if not own:
                tally.see_whole("only-of-others")
            tally.see_whole("of-others", 1.0 - len(own) / len(mentions))
            for sentence, mention in own or mentions:
                tally.sight(sentence)
                see_partner(view, tally, sentence, mention, hub_id=hub.place.id)
    for hub_place, sentence, mention in _in_sections(view):
        if hub_place.id == mention.place.id or _are_one_name(view, hub_place, mention.place):
            continue
        tally = pair_of(hub_place, mention.place)
        tally.hub_id = tally.hub_id or hub_place.id
        tally.see_whole("hub-section")
        tally.sight(sentence)
        see_partner(view, tally, sentence, mention, hub_id=hub_place.id)
    for sentence in view.sentences:
        for one, other in _neighbours(view, sentence):
            tally = pair_of(one.place, other.place)
            tally.sight(sentence)
            see_together(view, tally, sentence, one, other)
    hub_ids = tuple(hub.place.id for hub in found_hubs)
    for tally in pairs.values():
        see_whole_document(view, tally, hub_ids=hub_ids)
        cross_with_page(view, tally)
    return [
        CandidatePair(
            a=tally.a,
            b=tally.b,
            hub_id=tally.hub_id,
            features=dict(sorted(tally.features.items())),
            whole=frozenset(tally.whole),
            sightings=tuple(
                Sighting(sentence=index, features=frozenset(features))
                for index, features in tally.sightings
            ),
            groups=_groups(view, tally),
            words=words_of(
                view, frozenset(key), tally.hub_id, (index for index, _ in tally.sightings)
            ),
        )
        for key, tally in sorted(pairs.items())
    ]


def _groups(view: ReadingView, tally: FeatureTally) -> frozenset[str]:
    """Return the names of the sentences and runs of rows where a pair was seen, with its hub."""
    found = set()
    for index, features in tally.sightings:
        if "together-across" in features:
            continue
        sentence = view.sentences[index]
        found.add(f"{tally.hub_id or ''}:sentence:{index}")
        run = view.rows_around(sentence.block)
        if len(run) > 1:
            found.add(f"{tally.hub_id or ''}:rows:{run[0].start}")
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A place that the Document speaks for: its owner, one in its address, its main subject, or
    the town of its dateline ("Wismar." before an article)."""

    place: Place
    kind: Literal["owner", "address", "dateline", "subject"]


def hubs(view: ReadingView) -> tuple[Hub, ...]:
    """Return the places whose partners the Document may tell without naming them each time."""
    if view.host is not None:
        return (Hub(place=view.host, kind="owner"),)
    address = fold(view.document.reference.url)
    found = [
        Hub(place=place, kind="address")
        for place in view.places.values()
        if place.country == "DE" and _in_address(place, address)
    ]
    found += [Hub(place=place, kind="dateline") for place in _dateline_places(view)]
    ranked = sorted(
        view.mentions.items(), key=lambda item: (-_prominence(view, item[0]), item[1][0][1].start)
    )
    found += [Hub(place=mentions[0][1].place, kind="subject") for _, mentions in ranked[:1]]
    named = {base_name(place.name) for place in view.places.values()}
    found += [
        Hub(place=place, kind="address")
        for place in view.path_places
        if base_name(place.name) not in named
    ]
    distinct: dict[str, Hub] = {}
    for hub in found:
        distinct.setdefault(hub.place.id, hub)
    return tuple(distinct.values())[:_MOST_HUBS]


def _in_address(place: Place, address: str) -> bool:
    """Return whether an address has the name of a place, umlauts spelled out or left out."""
    base = place.name.partition(" ")[0]
    spellings = {fold(base), fold(spell_out(base))}
    return len(base) > 3 and any(
        re.search(rf"(?:^| ){re.escape(spelling)}", address) for spelling in spellings
    )


def _dateline_places(view: ReadingView) -> Iterator[Place]:
    """Yield places that open a block alone: "Sömmerda. Zu Kedainiai ...", or fill a short one."""
    for sentence in view.sentences:
        if len(sentence.places) == 1 and sentence.end - sentence.start <= _LONGEST_DATELINE:
            mention = sentence.places[0]
            at_start = mention.start - sentence.block.start <= 2
            rest = view.document.text[mention.end : sentence.end]
            is_alone = sum(c.isalpha() for c in rest) <= 3
            opens = sentence.end < sentence.block.end and at_start
            if mention.place.country == "DE" and is_alone and opens:
                yield mention.place


def _in_sections(view: ReadingView) -> Iterator[tuple[Place, Sentence, PlaceMention]]:
    """Yield places in a section with the place in whose name it stands.

    A heading with one place, a dateline, or a row with one place and a colon begins a section: a
    survey of several towns tells the partners of each under its name.
    """
    if view.host is not None:
        return
    hub: Place | None = None
    for sentence in view.sentences:
        opening = _section_place(view, sentence)
        if opening is not None:
            hub = opening
        elif sentence.block.kind in ("title", "heading") and not sentence.places:
            hub = hub if is_row(sentence.block) else None
        if hub is not None:
            for mention in sentence.places:
                yield hub, sentence, mention


def _section_place(view: ReadingView, sentence: Sentence) -> Place | None:
    """Return the place in whose name a section begins with this sentence, if one does."""
    if not sentence.places:
        return None
    first = sentence.places[0]
    at_start = first.start - sentence.block.start <= 2
    rest = view.document.text[first.end : sentence.block.end].lstrip()
    is_heading = sentence.block.kind in ("title", "heading") and len(sentence.place_ids()) == 1
    is_colon = at_start and rest.startswith((":", "–", "-", "|")) and is_row(sentence.block)
    is_dateline = at_start and rest.startswith(".") and sentence.end < sentence.block.end
    return first.place if is_heading or is_colon or is_dateline else None


def _prominence(view: ReadingView, place_id: str) -> float:
    """Return how much a text is about a place: mentions, more in title and headings."""
    mentions = view.mentions[place_id]
    in_headings = sum(1 for s, _ in mentions if s.block.kind in ("title", "heading"))
    german = mentions[0][1].place.country == "DE"
    return len(mentions) + 2 * in_headings + (1 if german else 0)


def _is_part_of(place: Place, host: Place) -> bool:
    """Return whether a place is a district of its host or the host's own (Kreis Plön, Plön)."""
    return (
        place.kind == "district" and place.district is not None and place.district == host.district
    )


def _are_one_name(view: ReadingView, one: Place, other: Place) -> bool:
    """Return whether two places may be one name read twice: Dillingen, and Dillingen.

    Namesakes do partner, but then the text names both in full.
    """
    base = base_name(one.name)
    if base != base_name(other.name):
        return False
    surfaces = [
        {fold(m.surface) for _, m in view.mentions.get(place.id, ())} for place in (one, other)
    ]
    return any(found and found <= {base} for found in surfaces)


def _neighbours(
    view: ReadingView, sentence: Sentence
) -> Iterator[tuple[PlaceMention, PlaceMention]]:
    """Yield mentions of different places that may be a pair of their own, one in the sentence.

    The other stands in the same sentence, in one before it in the same block, or in the row above.
    """
    mentions = sentence.places
    if not mentions:
        return
    couples: Iterator[tuple[PlaceMention, PlaceMention]] = combinations(mentions, 2)
    if len(mentions) > _MANY_PLACES:
        couples = chain(pairwise(mentions), ((mentions[0], other) for other in mentions[2:]))
    yield from (pair for pair in couples if _may_pair(view, *pair))
    before = _mentions_before(view, sentence)
    if len(before) + len(mentions) <= _MANY_PLACES:
        for one in before:
            for other in mentions:
                if _may_pair(view, one, other):
                    yield one, other


def _mentions_before(view: ReadingView, sentence: Sentence) -> list[PlaceMention]:
    """Return the mentions of the sentence before in the block, or of the row above."""
    if not sentence.index:
        return []
    previous = view.sentences[sentence.index - 1]
    if previous.block == sentence.block:
        return list(previous.places)
    are_rows = is_row(previous.block) and is_row(sentence.block)
    are_single = len(previous.places) == 1 and len(sentence.places) == 1
    return list(previous.places) if are_rows and are_single else []


def _may_pair(view: ReadingView, one: PlaceMention, other: PlaceMention) -> bool:
    return one.place.id != other.place.id and not _are_one_name(view, one.place, other.place)
