"""Features of a candidate pair: what speaks for and against a partnership of two places."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.rulebook import read_rows
from nlp.scope_features import scope_of
from partnernetz.places import Place

_SEVERAL_LETTERS = re.compile(r"(?:[\W_]*[^\W_]){4}")
_FILLING = 0.6  # of the letters of a heading
_FEWEST_ROWS = 3
_FEWEST_COUPLES = 2


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

    def see_all(self, features: Mapping[str, float]) -> None:
        """Note several features of the present sighting."""
        self.sightings[-1][1].update(features)
        self._keep_all(features)

    def see_all_whole(self, features: Mapping[str, float]) -> None:
        """Note several features of the whole Document."""
        self.whole.update(features)
        self._keep_all(features)

    def _keep_all(self, features: Mapping[str, float]) -> None:
        kept = self.features
        for feature, strength in features.items():
            if feature not in kept or strength > kept[feature]:
                kept[feature] = max(strength, 0.0)

    def _keep(self, feature: str, strength: float) -> None:
        kept = self.features.get(feature)
        if kept is None:
            self.features[feature] = max(strength, 0.0)
        elif strength > kept:
            self.features[feature] = strength


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
    if not _SEVERAL_LETTERS.match(view.document.text, sentence.block.start, mention.start):
        tally.see("starts-block")
        if sentence.has("tie") or sentence.index in view.under_tie:
            tally.see("starts-block-with-tie")
    _see_hub_before(view, tally, sentence, mention, hub_id=hub_id)
    kind = sentence.block.kind
    if kind in ("heading", "title"):
        tally.see("in-heading")
        if sentence.has("tie"):
            tally.see("in-heading-with-tie")
    if kind in ("list_item", "table_row"):
        tally.see("in-list")
    if hub_id in sentence.place_ids():
        tally.see("hub-named")
        hubs = [other for other in sentence.places if other.place.id == hub_id]
        if any(_is_enumerated(sentence, hub) for hub in hubs):
            tally.see("hub-enumerated")
        if sentence.has("tie"):
            tally.see("hub-named-with-tie")
    elif sentence.has("tie"):
        tally.see("hub-voice-with-tie" if sentence.has("voice") else "hub-silent-with-tie")
    others = len(sentence.place_ids() - {hub_id, mention.place.id})
    if sentence.has("tie"):
        tally.see("alone-with-tie" if others == 0 else "others-with-tie")


def _see_hub_before(
    view: ReadingView,
    tally: FeatureTally,
    sentence: Sentence,
    mention: PlaceMention,
    *,
    hub_id: str,
) -> None:
    """Collect which place the text spoke of last before a mention: the hub or another one."""
    before = [m for m in sentence.places if m.end <= mention.start]
    if not before and sentence.index:
        before = list(view.sentences[sentence.index - 1].places)
    if before:
        tally.see("after-hub" if before[-1].place.id == hub_id else "after-other")
    if any(m.place.id == hub_id for s in view.sentences_of_block(sentence.block) for m in s.places):
        tally.see("hub-in-block")
    others = [m for m in sentence.places if m.place.id not in (hub_id, mention.place.id)]
    tally.see("others-here", math.log2(1 + len({m.place.id for m in others})))
    first = view.mentions[mention.place.id][0][1]
    if first.start == mention.start:
        tally.see("new-here")


def _see_around(tally: FeatureTally, sentence: Sentence, mention: PlaceMention) -> None:
    """Collect the patterns right before and behind a mention."""
    key = ("around", mention.start)
    tally.see_all(sentence.once(key, lambda: _around(sentence, mention)))


def _around(sentence: Sentence, mention: PlaceMention) -> Mapping[str, float]:
    start, end = mention.start - sentence.start, mention.end - sentence.start
    before, after = sentence.text[max(0, start - 60) : start], sentence.text[end : end + 60]
    has_tie = sentence.has("tie")
    features: dict[str, float] = {}
    for pattern in _patterns("before"):
        if pattern.pattern.search(before):
            features[pattern.id] = 1.0
            if has_tie:
                features[f"{pattern.id}-with-tie"] = 1.0
    for pattern in _patterns("after"):
        if pattern.pattern.match(after):
            features[pattern.id] = 1.0
    if _is_enumerated(sentence, mention):
        features["in-enumeration"] = 1.0
    gaps = [
        max(date.start - mention.end, mention.start - date.end)
        for date in sentence.dates
        if date.kind == "date"
    ]
    if gaps:
        features["date-near"] = 1.0 / (1.0 + max(0, min(gaps)) / 10.0)
    letters = sum(map(str.isalpha, mention.surface))
    if sentence.block.kind in ("title", "heading") and letters >= _FILLING * sentence.letters:
        features["fills-heading"] = 1.0
    if mention.form == "inhabitant":
        features["as-inhabitants"] = 1.0
    if mention.is_region_told:
        features["region-told"] = 1.0
    ties = sentence.triggers_of("tie")
    if ties:
        gap = min(max(0, mention.start - tie.end, tie.start - mention.end) for tie in ties)
        features["tie-near"] = 1.0 / (1.0 + gap / 20.0)
    return features


def _is_enumerated(sentence: Sentence, mention: PlaceMention) -> bool:
    """Return whether a comma or "und" joins a mention to the one before or behind it."""
    names = sorted(sentence.places, key=lambda other: other.start)
    position = next(n for n, other in enumerate(names) if other is mention or other == mention)
    for first, second in pairwise(names[max(0, position - 1) : position + 2]):
        gap = sentence.text[first.end - sentence.start : second.start - sentence.start]
        if any(
            pattern.pattern.fullmatch(gap)
            for pattern in _patterns("between")
            if pattern.id in ("joined-by-comma", "joined-by-and")
        ):
            return True
    return False


def _see_scope(view: ReadingView, tally: FeatureTally, sentence: Sentence) -> None:
    tally.see_all(scope_of(view, sentence))


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
    if first.start < sentence.start:
        tally.see("together-across")
        tally.see("across-closeness", 1.0 / (1.0 + len(between) / 40.0))
        if is_across(one.place, other.place):
            tally.see("across-here")
        if is_row(sentence.block):
            tally.see("rows-together")
        _see_scope(view, tally, sentence)
        return
    tally.see("together")
    tally.see("closeness", 1.0 / (1.0 + len(between) / 20.0))
    if len(sentence.place_ids()) == 2:
        tally.see("only-two")
    if is_across(one.place, other.place):
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
    found = couples(sentence)
    if found and (first.start, second.start) not in found:
        tally.see("across-couples")
    if (first.start, second.start) in found:
        tally.see("couple")
        if sentence.has("tie"):
            tally.see("couple-with-tie")
    before = sentence.text[max(0, first.start - sentence.start - 60) : first.start - sentence.start]
    are_next = not any(first.end <= m.start < second.start for m in sentence.places)
    for pattern in _patterns("before") if are_next else ():
        if pattern.id == "between-two" and pattern.pattern.search(before):
            tally.see("between-these")
    if is_row(sentence.block) and len(view.places_of_block(sentence.block)) == 2:
        tally.see("row-of-two")
        tally.see("rows-of-two", math.log2(view.rows_of_two))
        in_list = view.title_has_tie or sentence.index in view.under_tie
        if in_list and view.rows_of_two >= _FEWEST_ROWS:
            tally.see("register")
    names = _names_in_turn(sentence)
    starts = [m.start for m in names]
    if first.start in starts and second.start in starts:
        apart = starts.index(second.start) - starts.index(first.start)
        tally.see("adjacent" if apart == 1 else "apart")
    if {first.form, second.form} == {"inhabitant"}:
        tally.see("together-inhabitants")
    _see_scope(view, tally, sentence)


def couples(sentence: Sentence) -> frozenset[tuple[int, int]]:
    """Return the starts of both names of each couple of a sentence that lists several.

    Three ways to tell couples: "A und B, C und D" (joined by a word that joins couples); "A, B und
    C ..., in dieser Reihenfolge: a, b und c"; and neighbours of which one lies in the East and one
    in the West all along the sentence.
    """
    return sentence.once("couples", lambda: _couples(sentence))


def _couples(sentence: Sentence) -> frozenset[tuple[int, int]]:
    names = _names_in_turn(sentence)
    if len(names) < 2 * _FEWEST_COUPLES:
        return frozenset()
    half = len(names) // 2
    if len(names) % 2 == 0 and sentence.has("order"):
        found = list(zip(names[:half], names[half:], strict=True))
    else:
        found = _joined_couples(sentence, names) or _couples_across(names)
    return frozenset((first.start, second.start) for first, second in found)


def _names_in_turn(sentence: Sentence) -> list[PlaceMention]:
    """Return the mentions in the order of the text without repeating a place at once."""
    return sentence.once("names-in-turn", lambda: _in_turn(sentence))


def _in_turn(sentence: Sentence) -> list[PlaceMention]:
    names: list[PlaceMention] = []
    for mention in sorted(sentence.places, key=lambda mention: mention.start):
        if not names or names[-1].place.id != mention.place.id:
            names.append(mention)
    return names


def _joined_couples(
    sentence: Sentence, names: Sequence[PlaceMention]
) -> list[tuple[PlaceMention, PlaceMention]]:
    """Return couples joined by "und"; from the first on, every name must be in one.

    Names before them are couples too where each two lie on either side of the former border.
    """
    joined = _pattern_of("joined-as-couple")
    found: list[tuple[PlaceMention, PlaceMention]] = []
    position = 0
    while position + 1 < len(names):
        first, second = names[position], names[position + 1]
        gap = sentence.text[first.end - sentence.start : second.start - sentence.start]
        if joined.fullmatch(gap):
            found.append((first, second))
            position += 2
        elif found:
            return []
        else:
            position += 1
    if len(found) < _FEWEST_COUPLES or position < len(names):
        return []
    return [*_couples_across(names[: len(names) - 2 * len(found)]), *found]


def _couples_across(names: Sequence[PlaceMention]) -> list[tuple[PlaceMention, PlaceMention]]:
    """Return neighbours two by two if each two lie on either side of the former border."""
    if len(names) % 2:
        return []
    found = list(zip(names[::2], names[1::2], strict=True))
    return found if all(is_across(a.place, b.place) for a, b in found) else []


def is_across(one: Place, other: Place) -> bool:
    """Return whether one place lies in the East and the other in the West."""
    return {one.side, other.side} == {"east", "west"}


def is_of_others(sentence: Sentence, mention: PlaceMention, *, hub_id: str) -> bool:
    """Return whether a sentence tells of other pairs than the hub's when it names a place.

    So it does where the place is in a couple, or where the sentence or row names one town in the
    East and one in the West and not the hub.
    """
    if hub_id in sentence.place_ids():
        return False
    coupled = {start for couple in couples(sentence) for start in couple}
    if any(m.start in coupled for m in sentence.places if m.place.id == mention.place.id):
        return True
    names = _names_in_turn(sentence)
    is_couple = len(names) == 2 and is_across(names[0].place, names[1].place)
    return is_couple and (sentence.has("tie") or is_row(sentence.block))
