"""Features of a candidate pair: what speaks for and against a partnership of two places."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

from nlp.components.places import PlaceMention
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.rulebook import read_rows
from partnernetz.places import Place, fold, great_circle_km

_FEWEST_ROWS = 3
_FEWEST_COUPLES = 2
_NEARBY_KILOMETRES = 40.0


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


class FeatureTally:
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
        """Note a feature of the present sighting."""
        self.sightings[-1][1].add(feature)
        self._keep(feature, strength)

    def see_whole(self, feature: str, strength: float = 1.0) -> None:
        """Note a feature of the whole Document."""
        self.whole.add(feature)
        self._keep(feature, strength)

    def _keep(self, feature: str, strength: float) -> None:
        self.features[feature] = max(strength, self.features.get(feature, 0.0))


def tie_before(view: ReadingView, sentence: Sentence) -> bool:
    """Return whether one of the two sentences before names a tie."""
    return any(s.has("tie") for s in view.sentences[max(0, sentence.index - 2) : sentence.index])


def see_partner(
    view: ReadingView,
    tally: FeatureTally,
    sentence: Sentence,
    mention: PlaceMention,
    *,
    hub_id: str,
) -> None:
    """Collect what one mention of a possible partner of the hub shows."""
    _see_around(tally, sentence, mention)
    _see_scope(view, tally, sentence)
    block_text = view.document.text[sentence.block.start : mention.start]
    if sum(c.isalnum() for c in block_text) <= 3:
        tally.see("starts-block")
        if sentence.has("tie") or sentence.index in view.under_tie:
            tally.see("starts-block-with-tie")
    kind = sentence.block.kind
    if kind in ("heading", "title"):
        tally.see("in-heading")
        if sentence.has("tie"):
            tally.see("in-heading-with-tie")
    if kind in ("list_item", "table_row"):
        tally.see("in-list")
    if hub_id in sentence.place_ids():
        tally.see("hub-named")
        if sentence.has("tie"):
            tally.see("hub-named-with-tie")
    elif sentence.has("tie"):
        tally.see("hub-voice-with-tie" if sentence.has("voice") else "hub-silent-with-tie")
    others = len(sentence.place_ids() - {hub_id, mention.place.id})
    if sentence.has("tie"):
        tally.see("alone-with-tie" if others == 0 else "others-with-tie")


def _see_around(tally: FeatureTally, sentence: Sentence, mention: PlaceMention) -> None:
    """Collect the patterns right before and behind a mention."""
    start, end = mention.start - sentence.start, mention.end - sentence.start
    before, after = sentence.text[max(0, start - 60) : start], sentence.text[end : end + 60]
    has_tie = sentence.has("tie")
    for pattern in _patterns("before"):
        if pattern.pattern.search(before):
            tally.see(pattern.id)
            if has_tie:
                tally.see(f"{pattern.id}-with-tie")
    for pattern in _patterns("after"):
        if pattern.pattern.match(after):
            tally.see(pattern.id)
    if mention.form == "inhabitant":
        tally.see("as-inhabitants")
    ties = sentence.triggers_of("tie")
    if ties:
        gap = min(max(0, mention.start - tie.end, tie.start - mention.end) for tie in ties)
        tally.see("tie-near", 1.0 / (1.0 + gap / 20.0))


def _see_scope(view: ReadingView, tally: FeatureTally, sentence: Sentence) -> None:
    """Collect what the sentence and what it stands under say."""
    if sentence.has("tie"):
        tally.see("tie-here")
        for tie in sentence.triggers_of("tie"):
            tally.see(f"tie-{tie.rule.value}")
            if tie.rule.id != "tie-partnership":
                tally.see("tie-specific")
        for event in sentence.triggers_of("event"):
            tally.see(f"tie-{event.rule.value}")
        if sentence.dates:
            tally.see("tie-dated")
        if sentence.modality != "asserted":
            tally.see(f"tie-{sentence.modality}")
    if sentence.index in view.under_tie:
        tally.see("tie-in-heading")
        if sentence.dates:
            tally.see("heading-dated")
    if tie_before(view, sentence):
        tally.see("tie-before")
        if sentence.dates:
            tally.see("tie-before-dated")
    for other in sentence.triggers_of("other"):
        tally.see(f"other-{other.rule.value}")
    if sentence.has("both"):
        tally.see("both")


def see_together(
    view: ReadingView,
    tally: FeatureTally,
    sentence: Sentence,
    one: PlaceMention,
    other: PlaceMention,
) -> None:
    """Collect how two mentions of one sentence are put together."""
    first, second = sorted((one, other), key=lambda mention: mention.start)
    between = view.document.text[first.end : second.start]
    tally.see("together")
    if len(sentence.place_ids()) == 2:
        tally.see("only-two")
    if {one.place.side, other.place.side} == {"east", "west"}:
        tally.see("across-here")
    if sentence.has("tie"):
        tally.see("together-with-tie")
        if len(sentence.place_ids()) == 2:
            tally.see("only-two-with-tie")
        if sentence.has("both"):
            tally.see("together-both")
    for pattern in _patterns("between"):
        if pattern.pattern.fullmatch(between):
            tally.see(pattern.id)
            if sentence.has("tie"):
                tally.see(f"{pattern.id}-with-tie")
    if (first.start, second.start) in couples(sentence):
        tally.see("couple")
        if sentence.has("tie"):
            tally.see("couple-with-tie")
    before = sentence.text[max(0, first.start - sentence.start - 60) : first.start - sentence.start]
    for pattern in _patterns("before"):
        if pattern.id == "between-two" and pattern.pattern.search(before):
            tally.see("between-these")
    if is_row(sentence.block) and len(view.places_of_block(sentence.block)) == 2:
        tally.see("row-of-two")
        tally.see("rows-of-two", math.log2(view.rows_of_two))
        in_list = view.title_has_tie or sentence.index in view.under_tie
        if in_list and view.rows_of_two >= _FEWEST_ROWS:
            tally.see("register")
    if {first.form, second.form} == {"inhabitant"}:
        tally.see("together-inhabitants")
    _see_scope(view, tally, sentence)


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


def see_whole_document(view: ReadingView, tally: FeatureTally) -> None:
    """Collect what holds for the whole Document and for the two places."""
    a, b = tally.a, tally.b
    partner = b if a.id == tally.hub_id else a
    is_hub = tally.hub_id is not None
    counts = [len(view.mentions.get(place.id, ())) for place in (a, b)]
    partner_count = len(view.mentions.get(partner.id, ())) if is_hub else min(counts)
    total = sum(len(found) for found in view.mentions.values())
    tally.see_whole("mentions", math.log2(1 + partner_count))
    tally.see_whole("share", partner_count / max(1, total))
    tally.see_whole("places-in-text", math.log2(1 + len(view.places)))
    if view.host is None:
        tally.see_whole("no-host")
        if not is_hub:
            tally.see_whole("share-without-host", sum(counts) / max(1, total))
    elif not is_hub:
        tally.see_whole("not-the-host")
    ties = sum(1 for sentence in view.sentences if sentence.has("tie"))
    tally.see_whole("ties", math.log2(1 + ties))
    _see_page(view, tally, partner if is_hub else None)
    _see_geography(tally, partner if is_hub else None)
    points = [m.points for p in (a, b) for _, m in view.mentions.get(p.id, ())]
    if points:
        tally.see_whole("name-certainty", min(points) / 5)


def _see_page(view: ReadingView, tally: FeatureTally, partner: Place | None) -> None:
    """Collect what the address and the title of the page say."""
    url = fold(view.document.reference.url)
    title = view.document.reference.title
    if "partner" in url or "jumelage" in url:
        tally.see_whole("address-of-partners")
    if view.title_has_tie:
        tally.see_whole("title-of-partners")
    if partner is not None:
        base = fold(partner.name).partition(" ")[0]
        if base and base in url.partition(" ")[2]:
            tally.see_whole("partner-in-address")
        if base and base in fold(title):
            tally.see_whole("partner-in-title")


def _see_geography(tally: FeatureTally, partner: Place | None) -> None:
    a, b = tally.a, tally.b
    if {a.side, b.side} == {"east", "west"}:
        tally.see_whole("across-the-border")
    if a.country != b.country:
        tally.see_whole("abroad")
    elif a.state == b.state and a.state is not None:
        tally.see_whole("same-state")
    if a.position and b.position and great_circle_km(a.position, b.position) < _NEARBY_KILOMETRES:
        tally.see_whole("nearby")
    if a.kind != b.kind and "district" in (a.kind, b.kind):
        tally.see_whole("district-with-town")
    if a.kind == b.kind == "district":
        tally.see_whole("two-districts")
    if partner is not None and partner.population:
        tally.see_whole("partner-size", math.log10(partner.population) / 5)
