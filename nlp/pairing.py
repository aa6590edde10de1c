"""Candidate pairs of a Document and what speaks for and against each.

A candidate is a pair of places that may be partners. Its features are the names of everything that
was seen of it anywhere in the Document, with a strength; the ranker weighs them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Literal

from nlp.components.places import PlaceMention
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.rulebook import read_rows
from partnernetz.places import Place, fold

#: Sentences with more names than this are registers; only neighbours in them are paired.
_MANY_PLACES = 12
_FEWEST_ROWS = 3
_FEWEST_COUPLES = 2
_MOST_HUBS = 2
_NEARBY_KILOMETRES = 40.0
_EARTH_RADIUS_KILOMETRES = 6371.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One spot at which a pair was seen: the sentence's index and the features shown there."""

    sentence: int
    features: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePair:
    """Two places, what was seen of them where, and ``whole``: features of the whole Document.

    ``features`` holds all of them with the greatest strength seen; ``hub_id`` is the one of the two
    whose partners the Document tells, if any.
    """

    a: Place
    b: Place
    hub_id: str | None
    features: Mapping[str, float]
    whole: frozenset[str]
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PairPattern:
    id: str
    where: str
    pattern: re.Pattern[str]


@cache
def _patterns(where: str) -> tuple[_PairPattern, ...]:
    found = []
    for row in read_rows("pair_patterns.toml", "pattern"):
        if row["where"] != where:
            continue
        text = row["pattern"]
        regex = rf"(?:^|(?<=\W)){text}$" if where == "before" else text
        found.append(
            _PairPattern(id=row["id"], where=where, pattern=re.compile(regex, re.IGNORECASE))
        )
    return tuple(found)


@cache
def _pattern_of(rule_id: str) -> re.Pattern[str]:
    return next(p.pattern for p in _patterns("couple") if p.id == rule_id)


class _Evidence:
    """Features of one pair while they are collected; the strongest sighting counts."""

    def __init__(self, a: Place, b: Place) -> None:
        self.a, self.b = a, b
        self.hub_id: str | None = None
        self.features: dict[str, float] = {}
        self.whole: set[str] = set()
        self.sightings: list[tuple[int, set[str]]] = []

    def sight(self, sentence: Sentence) -> None:
        """Begin a new sighting, to which the next features belong."""
        self.sightings.append((sentence.index, set()))

    def see(self, feature: str, strength: float = 1.0) -> None:
        self.sightings[-1][1].add(feature)
        self._keep(feature, strength)

    def see_whole(self, feature: str, strength: float = 1.0) -> None:
        self.whole.add(feature)
        self._keep(feature, strength)

    def _keep(self, feature: str, strength: float) -> None:
        self.features[feature] = max(strength, self.features.get(feature, 0.0))


def candidate_pairs(view: ReadingView) -> list[CandidatePair]:
    """Return the candidate pairs of a Document with their features, in a stable order."""
    pairs: dict[tuple[str, str], _Evidence] = {}

    def pair_of(one: Place, other: Place) -> _Evidence:
        first, second = sorted((one, other), key=lambda place: place.id)
        return pairs.setdefault((first.id, second.id), _Evidence(first, second))

    for hub in hubs(view):
        for place_id, mentions in view.mentions.items():
            if place_id == hub.place.id or _is_part_of(mentions[0][1].place, hub.place):
                continue
            evidence = pair_of(hub.place, mentions[0][1].place)
            evidence.hub_id = hub.place.id
            evidence.see_whole(f"hub-{hub.kind}")
            for sentence, mention in mentions:
                evidence.sight(sentence)
                _see_partner(view, evidence, sentence, mention, hub_id=hub.place.id)
    for sentence in view.sentences:
        for one, other in _neighbours(view, sentence):
            evidence = pair_of(one.place, other.place)
            evidence.sight(sentence)
            _see_together(view, evidence, sentence, one, other)
    for evidence in pairs.values():
        _see_whole(view, evidence)
    return [
        CandidatePair(
            a=evidence.a,
            b=evidence.b,
            hub_id=evidence.hub_id,
            features=dict(sorted(evidence.features.items())),
            whole=frozenset(evidence.whole),
            sightings=tuple(
                Sighting(sentence=index, features=frozenset(features))
                for index, features in evidence.sightings
            ),
        )
        for _, evidence in sorted(pairs.items())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A place that the Document speaks for: its owner, one in its address, or its main subject."""

    place: Place
    kind: Literal["owner", "address", "subject"]


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
    if found:
        return tuple(found[:_MOST_HUBS])
    ranked = sorted(
        view.mentions.items(), key=lambda item: (-_prominence(view, item[0]), item[1][0][1].start)
    )
    return tuple(Hub(place=mentions[0][1].place, kind="subject") for _, mentions in ranked[:1])


def _in_address(place: Place, address: str) -> bool:
    base = fold(place.name).partition(" ")[0]
    return len(base) > 3 and re.search(rf"(?:^| ){re.escape(base)}", address) is not None


def _prominence(view: ReadingView, place_id: str) -> float:
    """Return how much a text is about a place: mentions, more in title and headings."""
    mentions = view.mentions[place_id]
    in_headings = sum(1 for s, _ in mentions if s.block.kind in ("title", "heading"))
    german = mentions[0][1].place.country == "DE"
    return len(mentions) + 2 * in_headings + (1 if german else 0)


def _is_part_of(place: Place, host: Place) -> bool:
    """Return whether a place is a district of its host or the host's own (Kreis Plön, Plön)."""
    return place.kind == "district" and place.district == host.district


def _neighbours(
    view: ReadingView, sentence: Sentence
) -> Iterator[tuple[PlaceMention, PlaceMention]]:
    """Yield mentions of different places in one sentence that may be a pair of their own."""
    mentions = sentence.places
    if len({m.place.id for m in mentions}) < 2 or not _tie_in_scope(view, sentence):
        return
    if len(mentions) > _MANY_PLACES:
        couples: Iterator[tuple[PlaceMention, PlaceMention]] = pairwise(mentions)
    else:
        couples = combinations(mentions, 2)
    for one, other in couples:
        if one.place.id != other.place.id:
            yield one, other


def _tie_in_scope(view: ReadingView, sentence: Sentence) -> bool:
    if sentence.has("tie") or view.title_has_tie or sentence.index in view.under_tie:
        return True
    return _tie_before(view, sentence)


def _tie_before(view: ReadingView, sentence: Sentence) -> bool:
    """Return whether one of the two sentences before names a tie."""
    return any(s.has("tie") for s in view.sentences[max(0, sentence.index - 2) : sentence.index])


def _see_partner(
    view: ReadingView,
    evidence: _Evidence,
    sentence: Sentence,
    mention: PlaceMention,
    *,
    hub_id: str,
) -> None:
    """Collect what one mention of a possible partner of the hub shows."""
    _see_around(evidence, sentence, mention)
    _see_scope(view, evidence, sentence)
    block_text = view.document.text[sentence.block.start : mention.start]
    if sum(c.isalnum() for c in block_text) <= 3:
        evidence.see("starts-block")
        if sentence.has("tie") or sentence.index in view.under_tie:
            evidence.see("starts-block-with-tie")
    kind = sentence.block.kind
    if kind in ("heading", "title"):
        evidence.see("in-heading")
        if sentence.has("tie"):
            evidence.see("in-heading-with-tie")
    if kind in ("list_item", "table_row"):
        evidence.see("in-list")
    if hub_id in sentence.place_ids():
        evidence.see("hub-named")
        if sentence.has("tie"):
            evidence.see("hub-named-with-tie")
    elif sentence.has("tie"):
        evidence.see("hub-voice-with-tie" if sentence.has("voice") else "hub-silent-with-tie")
    others = len(sentence.place_ids() - {hub_id, mention.place.id})
    if sentence.has("tie"):
        evidence.see("alone-with-tie" if others == 0 else "others-with-tie")


def _see_around(evidence: _Evidence, sentence: Sentence, mention: PlaceMention) -> None:
    """Collect the patterns right before and behind a mention."""
    start, end = mention.start - sentence.start, mention.end - sentence.start
    before, after = sentence.text[max(0, start - 60) : start], sentence.text[end : end + 60]
    has_tie = sentence.has("tie")
    for pattern in _patterns("before"):
        if pattern.pattern.search(before):
            evidence.see(pattern.id)
            if has_tie:
                evidence.see(f"{pattern.id}-with-tie")
    for pattern in _patterns("after"):
        if pattern.pattern.match(after):
            evidence.see(pattern.id)
    if mention.form == "inhabitant":
        evidence.see("as-inhabitants")
    ties = sentence.triggers_of("tie")
    if ties:
        gap = min(max(0, mention.start - tie.end, tie.start - mention.end) for tie in ties)
        evidence.see("tie-near", 1.0 / (1.0 + gap / 20.0))


def _see_scope(view: ReadingView, evidence: _Evidence, sentence: Sentence) -> None:
    """Collect what the sentence and what it stands under say."""
    if sentence.has("tie"):
        evidence.see("tie-here")
        for tie in sentence.triggers_of("tie"):
            evidence.see(f"tie-{tie.rule.value}")
            if tie.rule.id != "tie-partnership":
                evidence.see("tie-specific")
        for event in sentence.triggers_of("event"):
            evidence.see(f"tie-{event.rule.value}")
        if sentence.dates:
            evidence.see("tie-dated")
        if sentence.modality != "asserted":
            evidence.see(f"tie-{sentence.modality}")
    if sentence.index in view.under_tie:
        evidence.see("tie-in-heading")
        if sentence.dates:
            evidence.see("heading-dated")
    if _tie_before(view, sentence):
        evidence.see("tie-before")
        if sentence.dates:
            evidence.see("tie-before-dated")
    for other in sentence.triggers_of("other"):
        evidence.see(f"other-{other.rule.value}")
    if sentence.has("both"):
        evidence.see("both")


def _see_together(
    view: ReadingView,
    evidence: _Evidence,
    sentence: Sentence,
    one: PlaceMention,
    other: PlaceMention,
) -> None:
    """Collect how two mentions of one sentence are put together."""
    first, second = sorted((one, other), key=lambda mention: mention.start)
    between = view.document.text[first.end : second.start]
    evidence.see("together")
    if len(sentence.place_ids()) == 2:
        evidence.see("only-two")
    if {one.place.side, other.place.side} == {"east", "west"}:
        evidence.see("across-here")
    if sentence.has("tie"):
        evidence.see("together-with-tie")
        if len(sentence.place_ids()) == 2:
            evidence.see("only-two-with-tie")
        if sentence.has("both"):
            evidence.see("together-both")
    for pattern in _patterns("between"):
        if pattern.pattern.fullmatch(between):
            evidence.see(pattern.id)
            if sentence.has("tie"):
                evidence.see(f"{pattern.id}-with-tie")
    if (first.start, second.start) in couples(sentence):
        evidence.see("couple")
        if sentence.has("tie"):
            evidence.see("couple-with-tie")
    before = sentence.text[max(0, first.start - sentence.start - 60) : first.start - sentence.start]
    for pattern in _patterns("before"):
        if pattern.id == "between-two" and pattern.pattern.search(before):
            evidence.see("between-these")
    if is_row(sentence.block) and len(view.places_of_block(sentence.block)) == 2:
        evidence.see("row-of-two")
        evidence.see("rows-of-two", math.log2(view.rows_of_two))
        in_list = view.title_has_tie or sentence.index in view.under_tie
        if in_list and view.rows_of_two >= _FEWEST_ROWS:
            evidence.see("register")
    if {first.form, second.form} == {"inhabitant"}:
        evidence.see("together-inhabitants")
    _see_scope(view, evidence, sentence)


def couples(sentence: Sentence) -> frozenset[tuple[int, int]]:
    """Return the starts of both names of each couple of an enumeration of couples.

    "A und B, C und D sowie E und F": "und" joins a couple and whatever else separates couples. An
    enumeration of single names ("A, B und C") has none: from the first couple on, every name must
    be in one, and there must be two couples at least.
    """
    joined = _pattern_of("joined-as-couple")
    found: list[tuple[int, int]] = []
    names = sorted(sentence.places, key=lambda mention: mention.start)
    position = 0
    while position + 1 < len(names):
        first, second = names[position], names[position + 1]
        gap = sentence.text[first.end - sentence.start : second.start - sentence.start]
        if joined.fullmatch(gap) and first.place.id != second.place.id:
            found.append((first.start, second.start))
            position += 2
        elif found:
            return frozenset()
        else:
            position += 1
    is_whole = position == len(names)
    return frozenset(found) if len(found) >= _FEWEST_COUPLES and is_whole else frozenset()


def _see_whole(view: ReadingView, evidence: _Evidence) -> None:
    """Collect what holds for the whole Document and for the two places."""
    a, b = evidence.a, evidence.b
    partner = b if a.id == evidence.hub_id else a
    is_hub = evidence.hub_id is not None
    counts = [len(view.mentions.get(place.id, ())) for place in (a, b)]
    partner_count = len(view.mentions.get(partner.id, ())) if is_hub else min(counts)
    total = sum(len(found) for found in view.mentions.values())
    evidence.see_whole("mentions", math.log2(1 + partner_count))
    evidence.see_whole("share", partner_count / max(1, total))
    evidence.see_whole("places-in-text", math.log2(1 + len(view.places)))
    if view.host is None:
        evidence.see_whole("no-host")
        if not is_hub:
            evidence.see_whole("share-without-host", sum(counts) / max(1, total))
    elif not is_hub:
        evidence.see_whole("not-the-host")
    ties = sum(1 for sentence in view.sentences if sentence.has("tie"))
    evidence.see_whole("ties", math.log2(1 + ties))
    _see_page(view, evidence, partner if is_hub else None)
    _see_geography(evidence, partner if is_hub else None)
    points = [m.points for p in (a, b) for _, m in view.mentions.get(p.id, ())]
    if points:
        evidence.see_whole("name-certainty", min(points) / 5)


def _see_page(view: ReadingView, evidence: _Evidence, partner: Place | None) -> None:
    """Collect what the address and the title of the page say."""
    url = fold(view.document.reference.url)
    title = view.document.reference.title
    if "partner" in url or "jumelage" in url:
        evidence.see_whole("address-of-partners")
    if view.title_has_tie:
        evidence.see_whole("title-of-partners")
    if partner is not None:
        base = fold(partner.name).partition(" ")[0]
        if base and base in url.partition(" ")[2]:
            evidence.see_whole("partner-in-address")
        if base and base in fold(title):
            evidence.see_whole("partner-in-title")


def _see_geography(evidence: _Evidence, partner: Place | None) -> None:
    a, b = evidence.a, evidence.b
    if {a.side, b.side} == {"east", "west"}:
        evidence.see_whole("across-the-border")
    if a.country != b.country:
        evidence.see_whole("abroad")
    elif a.state == b.state and a.state is not None:
        evidence.see_whole("same-state")
    distance = _distance(a, b)
    if distance is not None and distance < _NEARBY_KILOMETRES:
        evidence.see_whole("nearby")
    if a.kind != b.kind and "district" in (a.kind, b.kind):
        evidence.see_whole("district-with-town")
    if a.kind == b.kind == "district":
        evidence.see_whole("two-districts")
    if partner is not None and partner.population:
        evidence.see_whole("partner-size", math.log10(partner.population) / 5)


def _distance(a: Place, b: Place) -> float | None:
    """Return the great-circle distance in kilometres (haversine), None without positions."""
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    latitudes = math.radians(a.latitude), math.radians(b.latitude)
    half = (
        math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
        + math.cos(latitudes[0])
        * math.cos(latitudes[1])
        * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KILOMETRES * math.asin(math.sqrt(half))
