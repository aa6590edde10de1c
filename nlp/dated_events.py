"""Dated events of a pair: what the words around each date say happened, by rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.attribution import Attribution, key_of
from nlp.components.pairs import RankedPair
from nlp.dates import FoundDate
from nlp.pair_features import couples
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.resolving import is_plausible, resolve
from nlp.start_features import events_near, is_unreal, shared_dates
from nlp.start_ranker import choose
from partnernetz import edtf
from partnernetz.chronology import choose_start
from partnernetz.records import Event

_SINCE = re.compile(r"(?:seit|ab|von)\s+(?:dem\s+|den\s+|rund\s+|etwa\s+)?$", re.IGNORECASE)
_NAME_REACH = 40  # characters between a name and the date behind it
_BEGINNINGS = ("signing", "founding", "existence", "decision")
#: Two towns may sign within a year of each other; a later signature renews.
_DOUBLE_SIGNING_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEvent:
    """What happened to a pair, and when, as one sentence tells it."""

    sentence: Sentence
    event: Event
    date: str


def dated_events(
    view: ReadingView,
    ranked: RankedPair,
    stated: Sequence[RankedPair],
    attributions: Mapping[int, Attribution],
) -> list[DatedEvent]:
    """Return the dated events of a pair, its start among them, in the order of the text.

    Rules tell what happened at each date; the start is the date that the ranker chooses. A
    signature before it was no partnership yet, one long after it renews, and other beginnings that
    the rules see are dropped.
    """
    by_rules = list(_ruled(view, ranked, attributions))
    chosen = choose(view, ranked, stated, attributions, _in_order_of_choice(by_rules))
    if chosen is None:
        return [
            e for e in by_rules if e.event not in ("signing", "founding", "existence", "decision")
        ]
    start = DatedEvent(
        sentence=chosen.candidate.sentence,
        event=_start_event(view, chosen.candidate.sentence, chosen.candidate.found),
        date=chosen.candidate.date,
    )
    others = [other for e in by_rules if (other := _beside_start(e, start)) is not None]
    return sorted([start, *others], key=lambda event: event.sentence.index)


def _start_event(view: ReadingView, sentence: Sentence, found: FoundDate) -> Event:
    near = events_near(view, sentence, found)
    if found.kind != "age" and "signing" in near:
        return "signing"
    return "founding"


def _beside_start(event: DatedEvent, start: DatedEvent) -> DatedEvent | None:
    """Return what another event is, given the start; None where it is no event of its own."""
    if event.date == start.date:
        return None
    if event.event in ("founding", "existence"):
        return None
    if event.event == "decision" and start.event != "signing":
        return event
    if event.event != "signing":
        return event
    days = (edtf.bounds(event.date).earliest - edtf.bounds(start.date).earliest).days
    if days < 0:
        return None
    if days <= _DOUBLE_SIGNING_DAYS and start.event == "signing":
        return event
    return DatedEvent(sentence=event.sentence, event="renewal", date=event.date)


def ruled_dates(
    view: ReadingView, ranked: RankedPair, attributions: Mapping[int, Attribution]
) -> list[tuple[str, str]]:
    """Return the events and dates that the rules state of a pair, the chosen start first."""
    return _in_order_of_choice(list(_ruled(view, ranked, attributions)))


def _in_order_of_choice(events: Sequence[DatedEvent]) -> list[tuple[str, str]]:
    found: list[tuple[Event, str]] = [(event.event, event.date) for event in events]
    start = choose_start(found)
    chosen = [(str(start.event), start.date)] if start.date else []
    return [*chosen, *found]


def _ruled(
    view: ReadingView, ranked: RankedPair, attributions: Mapping[int, Attribution]
) -> Iterator[DatedEvent]:
    key = key_of(ranked)
    for index, attribution in attributions.items():
        if key in attribution.pairs:
            yield from _dated(view, ranked, view.sentences[index], attribution)
            yield from _signed_before(view, ranked, view.sentences[index])


def _dated(
    view: ReadingView, ranked: RankedPair, sentence: Sentence, attribution: Attribution
) -> Iterator[DatedEvent]:
    dates = _dates_of(view, ranked, sentence, attribution)
    above = view.date_above.get(sentence.block.start)
    in_list = sentence.index in view.under_tie or view.title_has_tie
    if (
        not dates
        and above is not None
        and above.edtf
        and attribution.is_named
        and in_list
        and (is_plausible(view, ranked, above.edtf))
    ):
        yield DatedEvent(sentence=sentence, event="founding", date=above.edtf)
    for found in dates:
        date = resolve(view, sentence, found)
        if date is None or not is_plausible(view, ranked, date):
            continue
        event = _event_of(view, sentence, found, attribution)
        if event is not None:
            yield DatedEvent(sentence=sentence, event=event, date=date)


def _signed_before(
    view: ReadingView, ranked: RankedPair, sentence: Sentence
) -> Iterator[DatedEvent]:
    """Yield a signing whose only date stands in the sentence before it."""
    if sentence.dates or not sentence.index or not sentence.has("event", "signing"):
        return
    previous = view.sentences[sentence.index - 1]
    dates = [date for date in previous.dates if date.kind == "date" and date.edtf]
    is_silent = sentence.modality == "asserted" and not sentence.has("event", "renewal")
    if len(dates) == 1 and is_silent and sentence.block == previous.block:
        date = dates[0].edtf or ""
        if is_plausible(view, ranked, date):
            yield DatedEvent(sentence=previous, event="signing", date=date)


def _dates_of(
    view: ReadingView, ranked: RankedPair, sentence: Sentence, attribution: Attribution
) -> tuple[FoundDate, ...]:
    if not attribution.is_named or len(attribution.pairs) == 1:
        return sentence.dates
    partner_ids = set(key_of(ranked)) - {ranked.candidate.hub_id}
    shared = shared_dates(view, sentence, ranked.candidate.hub_id)
    return tuple(
        dict.fromkeys(date for place_id in sorted(partner_ids) for date in shared.get(place_id, ()))
    )


def _event_of(
    view: ReadingView, sentence: Sentence, found: FoundDate, attribution: Attribution
) -> Event | None:
    """Return what happened at a date, None where the date is of something else."""
    if is_unreal(view, sentence, found):
        return None
    before = view.document.text[max(sentence.start, found.start - 25) : found.start]
    is_since = _SINCE.search(before) is not None
    in_context = _is_on_ties(view, sentence, attribution)
    if found.kind == "age":
        return "existence" if in_context or is_since else None
    values = events_near(view, sentence, found)
    if "renewal" in values and values[0] != "signing":
        return "renewal"
    if "anniversary" in values and "signing" not in values and not is_since:
        return None
    for value in values:
        if value in ("signing", "decision", "founding", "contact", "revival", "end"):
            return value if in_context or value == "signing" else None  # type: ignore[return-value]
    if is_since and (in_context or is_row(sentence.block)):
        return "founding"
    if not in_context or not (attribution.is_named or sentence.has("tie")):
        return None
    is_beside = (
        _stands_by_name(sentence, found)
        or _is_bracketed(view, found)
        or (len(sentence.dates) == 1 and ".." not in (found.edtf or "") and bool(couples(sentence)))
    )
    return "founding" if is_since or is_beside or is_row(sentence.block) else None


def _is_on_ties(view: ReadingView, sentence: Sentence, attribution: Attribution) -> bool:
    """Return whether a sentence, or what it stands under or behind, speaks of ties."""
    if sentence.has("tie"):
        return True
    if attribution.is_named and (view.title_has_tie or sentence.index in view.under_tie):
        return True
    previous = view.sentences[sentence.index - 1] if sentence.index else None
    return previous is not None and previous.has("tie")


def _is_bracketed(view: ReadingView, found: FoundDate) -> bool:
    if found.edtf is not None and "/" in found.edtf:
        return False  # a term of office
    text = view.document.text
    return (
        "(" in text[max(0, found.start - 15) : found.start]
        and ")" in text[found.end : found.end + 40]
    )


def _stands_by_name(sentence: Sentence, found: FoundDate) -> bool:
    """Return whether a date stands close behind a name: "Győr in Ungarn, 1989"."""
    return any(0 <= found.start - mention.end <= _NAME_REACH for mention in sentence.places)
