"""Which date of a Document is the start of a pair: candidates with what speaks for each.

Every date that can be resolved is a candidate for every stated pair. The features tell how it
stands to the partner's name, what the words around it say happened, and what other dates there are.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nlp.attribution import Attribution, PairKey, key_of, share_out
from nlp.components.pairs import RankedPair
from nlp.dates import FoundDate
from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.resolving import is_plausible, resolve
from nlp.rulebook import read_rows
from nlp.scope_features import scope_of
from nlp.turns import in_turn
from partnernetz import edtf

_CLAUSE_GAP = 40  # characters that a comma counts for
_EVENT_REACH = 90  # characters between a date and the word that tells what happened
_MODAL_REACH = 120  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCandidate:
    """A date that may be the start of a pair, with its features."""

    sentence: Sentence
    found: FoundDate
    date: str
    features: Mapping[str, float]


def start_candidates(
    view: ReadingView,
    ranked: RankedPair,
    stated: Sequence[RankedPair],
    attributions: Mapping[int, Attribution],
    ruled: Sequence[tuple[str, str]] = (),
) -> list[StartCandidate]:
    """Return the dates that may be a pair's start, in the order of the text.

    ``ruled`` are the events and dates that the rules state of the pair, the chosen start first.
    """
    spots = [spot for spot in _spots(view) if is_plausible(view, ranked, spot.date)]
    years = [edtf.year(spot.date) for spot in spots]
    support = Counter(years)
    whose = _Whose.of(view, ranked, stated, attributions)
    return [
        StartCandidate(
            sentence=spot.sentence,
            found=spot.found,
            date=spot.date,
            features={
                **spot.features,
                **_of_partner(view, spot.sentence, spot.found, whose),
                **_of_rivals(spot.date, years, support, stated),
                **_of_rules(spot.date, ruled),
            },
        )
        for spot in spots
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A date that can be resolved, with the features that it has for any pair."""

    sentence: Sentence
    found: FoundDate
    date: str
    features: Mapping[str, float]


def _spots(view: ReadingView) -> list[_Spot]:
    """Return the dates of a Document in its order, worked out once for all pairs."""
    return view.once(
        "spots",
        lambda: [
            _Spot(
                sentence=sentence,
                found=found,
                date=date,
                features={
                    **_of_date(view, sentence, found, date),
                    **_of_words(view, sentence, found),
                    **{f"s:{name}": value for name, value in scope_of(view, sentence).items()},
                },
            )
            for sentence in view.sentences
            for found in sentence.dates
            if (date := resolve(view, sentence, found)) is not None
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """A pair as dates see it: ``own`` are its partners, ``others`` those of the other pairs.

    ``where`` are the sentences that name its own, ``heads`` the dates under which these stand.
    """

    key: PairKey
    hub_id: str | None
    own: frozenset[str]
    others: frozenset[str]
    where: tuple[int, ...]
    heads: frozenset[FoundDate]
    attributions: Mapping[int, Attribution]

    @classmethod
    def of(
        cls,
        view: ReadingView,
        ranked: RankedPair,
        stated: Sequence[RankedPair],
        attributions: Mapping[int, Attribution],
    ) -> _Whose:
        """Return how the dates of a Document see one of the stated pairs."""
        key, hub_id = key_of(ranked), ranked.candidate.hub_id
        own = frozenset(key) - {hub_id}
        sentences = [s for place_id in own for s, _ in view.mentions.get(place_id, ())]
        above = (view.date_above.get(s.block.start) for s in sentences)
        return cls(
            key=key,
            hub_id=hub_id,
            own=own,
            others=_partner_ids(stated) - own,
            where=tuple(s.index for s in sentences),
            heads=frozenset(date for date in above if date is not None),
            attributions=attributions,
        )


def _partner_ids(stated: Sequence[RankedPair]) -> frozenset[str]:
    """Return the ids of the places that stand for a pair: not the hub of it."""
    return frozenset(
        place_id
        for ranked in stated
        for place_id in key_of(ranked)
        if place_id != ranked.candidate.hub_id
    )


def _of_date(
    view: ReadingView, sentence: Sentence, found: FoundDate, date: str
) -> dict[str, float]:
    year = edtf.bounds(date).earliest.year
    features = {f"kind-{found.kind}": 1.0, f"precision-{edtf.precision(date)}": 1.0}
    features[f"decade-{min(max(year, 1940), 2029) // 10 * 10}"] = 1.0
    if 1986 <= year <= 1992:
        features["turn"] = 1.0
    if found.is_approximate:
        features["approximate"] = 1.0
    if found.is_decade:
        features["is-decade"] = 1.0
    if ".." in date:
        features["open"] = 1.0
    if view.published and date == view.published:
        features["is-dateline"] = 1.0
    if view.published and edtf.year(view.published) == year:
        features["year-of-page"] = 1.0
    text = view.document.text
    if (
        "(" in text[max(0, found.start - 15) : found.start]
        and ")" in text[found.end : found.end + 40]
    ):
        features["bracketed"] = 1.0
    if sentence.letters <= 3 + found.end - found.start:
        features["alone"] = 1.0
    return features


@cache
def _start_patterns() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    """Return id, whether it stands before the date, and the pattern of ``start_patterns.toml``."""
    return tuple(
        (row["id"], row["where"] == "before", re.compile(row["pattern"], re.IGNORECASE))
        for row in read_rows("start_patterns.toml", "pattern")
    )


def _of_words(view: ReadingView, sentence: Sentence, found: FoundDate) -> dict[str, float]:
    text = view.document.text
    features: dict[str, float] = {}
    before = text[max(sentence.start, found.start - 30) : found.start]
    after = text[found.end : min(sentence.end, found.end + 40)]
    for name, is_before, pattern in _start_patterns():
        if pattern.search(before) if is_before else pattern.match(after):
            features[name] = 1.0
    near = events_near(view, sentence, found)
    for value in near:
        features[f"near-{value}"] = 1.0
    if near:
        features[f"nearest-{near[0]}"] = 1.0
    if is_unreal(view, sentence, found):
        features["unreal"] = 1.0
    return features


def is_unreal(view: ReadingView, sentence: Sentence, found: FoundDate) -> bool:
    """Return whether a word of planning or denial stands in the clause of a date."""
    for trigger in sentence.triggers_of("modality"):
        start, end = sorted((trigger.start, trigger.end, found.start, found.end))[1:3]
        if not re.search(r"[;:()–]", view.document.text[start:end]) and end - start < _MODAL_REACH:
            return True
    return False


def events_near(view: ReadingView, sentence: Sentence, found: FoundDate) -> list[str]:
    """Return the events told near a date, nearest first; a comma between makes them farther."""
    reach = _EVENT_REACH if len(sentence.dates) > 1 else len(sentence.text)
    near = []
    for trigger in sentence.triggers_of("event"):
        start, end = sorted((trigger.start, trigger.end, found.start, found.end))[1:3]
        gap = max(0, end - start)
        gap += _CLAUSE_GAP * len(re.findall(r"[,;:–]", view.document.text[start:end]))
        if gap <= reach:
            near.append((gap, trigger.rule.value))
    return [value for _, value in sorted(near)]


def _of_partner(
    view: ReadingView, sentence: Sentence, found: FoundDate, whose: _Whose
) -> dict[str, float]:
    """Return how a date stands to the partner, and whether it is nearer to another one."""
    own, others_ids = whose.own, whose.others
    features = _of_attribution(view, sentence, found, whose)
    features.update(in_turn(view, sentence, found, own, own | others_ids))
    named = sentence.place_ids()
    if named.issuperset(whose.key):
        features["both-here"] = 1.0
    others = (
        [m for m in sentence.places if m.place.id in others_ids]
        if not named.isdisjoint(others_ids)
        else []
    )
    if not named.isdisjoint(own):
        mentions = [m for m in sentence.places if m.place.id in own]
        features.update(_beside_partner(sentence, found, mentions, others))
    elif others:
        features["only-rivals-here"] = 1.0
    else:
        features.update(_of_distance(view, sentence, whose))
    if found in whose.heads:
        features["heads-partner"] = 1.0
    elif whose.heads:
        features["another-heads-partner"] = 1.0
    if is_row(sentence.block):
        rows = view.rows_around(sentence.block)
        if len(rows) > 1 and not own.isdisjoint(view.places_around(sentence.block)):
            features["same-run"] = 1.0
    return features


def _beside_partner(
    sentence: Sentence,
    found: FoundDate,
    mentions: Sequence[PlaceMention],
    others: Sequence[PlaceMention],
) -> dict[str, float]:
    """Return how a date stands to the partner's mentions in its own sentence."""
    nearest = min(mentions, key=lambda m: max(m.start - found.end, found.start - m.end))
    gap = max(nearest.start - found.end, found.start - nearest.end, 0)
    features = {"partner-here": 1.0, "partner-near": 1.0 / (1.0 + gap / 15.0)}
    features["date-first" if found.start < nearest.start else "partner-first"] = 1.0
    low, high = sorted((found.start, nearest.start))
    features["rivals-between"] = float(sum(low < m.start < high for m in others))
    features["dates-between"] = float(
        sum(low < d.start < high and d != found for d in sentence.dates)
    )
    if others:
        rival = min(max(m.start - found.end, found.start - m.end, 0) for m in others)
        features["rival-nearer" if rival < gap else "partner-nearer"] = 1.0
    else:
        features["sole-partner"] = 1.0
    return features


def shared_dates(
    view: ReadingView, sentence: Sentence, hub_id: str | None
) -> Mapping[str, tuple[FoundDate, ...]]:
    """Return the dates of a sentence by the partner of the hub to which they belong."""

    def shared() -> Mapping[str, tuple[FoundDate, ...]]:
        mentions = [m for m in sentence.places if m.place.id != hub_id]
        return share_out(view.document.text, mentions, sentence.dates)

    return view.once(("shared", sentence.index, hub_id), shared)


def _of_attribution(
    view: ReadingView, sentence: Sentence, found: FoundDate, whose: _Whose
) -> dict[str, float]:
    attribution = whose.attributions.get(sentence.index)
    if attribution is None:
        return {"unattributed": 1.0}
    if whose.key not in attribution.pairs:
        return {"of-another": 1.0}
    features = {"named" if attribution.is_named else "implied": 1.0}
    features["pairs-of-sentence"] = math.log2(len(attribution.pairs))
    if len(attribution.pairs) > 1 and attribution.is_named:
        shared = shared_dates(view, sentence, whose.hub_id)
        is_shared = any(found in shared.get(place_id, ()) for place_id in whose.own)
        features["shared" if is_shared else "not-shared"] = 1.0
    return features


def _of_distance(view: ReadingView, sentence: Sentence, whose: _Whose) -> dict[str, float]:
    """Return how far the partner's last mention lies from a sentence without any partner."""
    features: dict[str, float] = {}
    before = [sentence.index - index for index in whose.where if index < sentence.index]
    after = [index - sentence.index for index in whose.where if index > sentence.index]
    if before:
        features["partner-before"] = 1.0 / min(before)
        last = sentence.index - min(before)
        if view.sentences[last].block == sentence.block:
            features["partner-before-in-block"] = 1.0
        between = view.sentences[last + 1 : sentence.index]
        if not all(whose.others.isdisjoint(s.place_ids()) for s in between):
            features["rival-since"] = 1.0
        elif not whose.others.isdisjoint(view.sentences[last].place_ids()):
            features["rival-beside"] = 1.0
    if after:
        features["partner-after"] = 1.0 / min(after)
        following = sentence.index + min(after)
        if view.sentences[following].block == sentence.block:
            features["partner-after-in-block"] = 1.0
        if is_row(sentence.block) and min(after) == 1:
            features["row-above-partner"] = 1.0
    if before and is_row(sentence.block) and min(before) == 1:
        features["row-below-partner"] = 1.0
    return features


def _of_rules(date: str, ruled: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Return what the rules make of a date."""
    features = {f"rule-{event}": 1.0 for event, ruled_date in ruled if ruled_date == date}
    if ruled and ruled[0][1] == date:
        features["rule-choice"] = 1.0
    elif ruled and edtf.year(ruled[0][1]) == edtf.year(date):
        features["rule-choice-year"] = 1.0
    elif ruled:
        features["rule-prefers-other"] = 1.0
    return features


def _of_rivals(
    date: str, years: Sequence[int], support: Counter[int], stated: Sequence[RankedPair]
) -> dict[str, float]:
    """Return how a date stands among the others of the Document."""
    year = edtf.year(date)
    features = {
        "dates-in-text": math.log2(1 + len(years)),
        "pairs-in-text": math.log2(1 + len(stated)),
        "support": math.log2(support[year]),
    }
    if year == min(years):
        features["earliest"] = 1.0
    if year == max(years):
        features["latest"] = 1.0
    if len(set(years)) == 1:
        features["only-year"] = 1.0
    if len(stated) == 1:
        features["only-pair"] = 1.0
    return features
