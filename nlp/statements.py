"""What a Document states about each pair: its dates, kind, status and topics, with quotations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.attribution import Attribution, PairKey, attribute, key_of, share_out
from nlp.components.pairs import RankedPair
from nlp.dates import FoundDate, resolve_age
from nlp.reading_view import ReadingView, Sentence, heading_has_tie, is_row
from partnernetz import edtf
from partnernetz.places import Place
from partnernetz.records import (
    Event,
    Evidence,
    Modality,
    PartnershipKind,
    PlaceReference,
    Status,
    evidence_id,
)

#: Town partnerships are a child of the time after the Second World War.
_EARLIEST_YEAR = 1945
_OWN_PAGES = ("municipality", "district", "association")
_SINCE = re.compile(r"(?:seit|ab|von)\s+(?:dem\s+|den\s+|rund\s+|etwa\s+)?$", re.IGNORECASE)
_EVENT_REACH = 90  # characters between a date and the word that tells what happened


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """One thing said of a pair in one sentence."""

    sentence: Sentence
    event: Event
    date: str | None = None
    status: Status | None = None
    topics: tuple[str, ...] = ()


def evidence_of(view: ReadingView, pairs: Sequence[RankedPair]) -> tuple[Evidence, ...]:
    """Return the Evidence on all stated pairs, in the order of the text."""
    stated = [ranked for ranked in pairs if ranked.is_stated]
    attributions = attribute(view, stated)
    found: dict[str, Evidence] = {}
    for ranked in stated:
        kind = _kind(view, ranked, attributions)
        for statement in _statements(view, ranked, attributions):
            evidence = _evidence(view, ranked, statement, kind=kind)
            found.setdefault(evidence.id, evidence)
    return tuple(sorted(found.values(), key=lambda e: (e.start, e.end, e.id)))


def _statements(
    view: ReadingView, ranked: RankedPair, attributions: dict[int, Attribution]
) -> Iterator[_Statement]:
    key = key_of(ranked)
    best = _best_sentence(view, ranked)
    yield _Statement(sentence=best, event="existence", status=_existing_status(view, best))
    for index, attribution in attributions.items():
        if key not in attribution.pairs:
            continue
        sentence = view.sentences[index]
        yield from _dated(view, ranked, sentence, attribution)
        if sentence.modality == "asserted":
            yield from _fading(sentence, attribution)
            yield from _cooperation(view, sentence, attribution)


def _best_sentence(view: ReadingView, ranked: RankedPair) -> Sentence:
    """Return the sentence that shows the pair best: with a tie, both names, not a heading."""

    def worth(index: int) -> tuple[bool, bool, bool, int]:
        sentence = view.sentences[index]
        names_both = set(key_of(ranked)) <= sentence.place_ids()
        is_heading = sentence.block.kind in ("title", "heading")
        return sentence.has("tie"), not is_heading, names_both, -index

    return view.sentences[max((s.sentence for s in ranked.candidate.sightings), key=worth)]


def _existing_status(view: ReadingView, sentence: Sentence) -> Status | None:
    """Return active where the page shows the partnership as existing, else None."""
    if view.document.reference.source_kind in _OWN_PAGES or view.host is not None:
        return "active"
    if sentence.has("status", "active") or any(s.has("status", "active") for s in view.sentences):
        return "active"
    return None


def _dated(
    view: ReadingView, ranked: RankedPair, sentence: Sentence, attribution: Attribution
) -> Iterator[_Statement]:
    dates = _dates_of(view, ranked, sentence, attribution)
    for found in dates:
        date = _resolved(view, sentence, found)
        if date is None or not _is_plausible(view, date):
            continue
        event = _event_of(view, sentence, found, attribution)
        if event is not None:
            yield _Statement(sentence=sentence, event=event, date=date)


def _dates_of(
    view: ReadingView, ranked: RankedPair, sentence: Sentence, attribution: Attribution
) -> tuple[FoundDate, ...]:
    if not attribution.is_named or len(attribution.pairs) == 1:
        return sentence.dates
    partner_ids = set(key_of(ranked)) - {ranked.candidate.hub_id}
    others = {place_id for pair in attribution.pairs for place_id in pair}
    mentions = [
        m
        for m in sentence.places
        if m.place.id in others and m.place.id != ranked.candidate.hub_id
    ]
    shared = share_out(view.document.text, mentions, sentence.dates)
    return tuple(
        dict.fromkeys(date for place_id in sorted(partner_ids) for date in shared.get(place_id, ()))
    )


def _resolved(view: ReadingView, sentence: Sentence, found: FoundDate) -> str | None:
    """Return the EDTF date that an expression means, None where the text does not fix it."""
    if found.kind == "date":
        return found.edtf
    if found.kind != "age":
        return None
    occasions = [d.edtf for d in sentence.dates if d.kind == "date" and d.edtf]
    reference = occasions[0] if len(occasions) == 1 else view.document.reference.published
    if reference is None or edtf.precision(reference) in ("interval", "decade"):
        return None
    return resolve_age(found, reference)


def _is_plausible(view: ReadingView, date: str) -> bool:
    bounds = edtf.bounds(date)
    if bounds.latest.year < _EARLIEST_YEAR:
        return False
    published = view.document.reference.published
    return published is None or bounds.earliest <= edtf.bounds(published).latest


def _event_of(
    view: ReadingView, sentence: Sentence, found: FoundDate, attribution: Attribution
) -> Event | None:
    """Return what happened at a date, None where the date is of something else."""
    if sentence.modality != "asserted":
        return None
    before = view.document.text[max(sentence.start, found.start - 25) : found.start]
    is_since = _SINCE.search(before) is not None
    events = sorted(
        (gap, trigger.rule.value)
        for trigger in sentence.triggers_of("event")
        if (gap := max(trigger.start - found.end, found.start - trigger.end, 0)) <= _EVENT_REACH
    )
    values = [value for _, value in events]
    if found.kind == "age":
        return "founding" if sentence.has("tie") or is_since else None
    if "renewal" in values and "signing" not in values[:1]:
        return "renewal"
    if "anniversary" in values and not is_since:
        return None
    in_context = (
        sentence.has("tie")
        or is_row(sentence.block)
        and any(heading_has_tie(h) for h in sentence.block.headings)
        or not attribution.is_named
        or view.title_has_tie
    )
    for value in values:
        if value in ("signing", "decision", "founding", "contact", "revival", "end"):
            return value if in_context or value == "signing" else None  # type: ignore[return-value]
    if is_since or (in_context and (_is_bracketed(view, found) or is_row(sentence.block))):
        return "founding"
    return None


def _is_bracketed(view: ReadingView, found: FoundDate) -> bool:
    text = view.document.text
    return "(" in text[max(0, found.start - 15) : found.start] and ")" in text[
        found.end : found.end + 40
    ]


def _fading(sentence: Sentence, attribution: Attribution) -> Iterator[_Statement]:
    """Yield that a tie rests or ended, where the sentence says so of this pair."""
    if len(attribution.pairs) > 1 and not attribution.is_named:
        return
    for trigger in sentence.triggers_of("status"):
        if trigger.rule.value == "dormant":
            yield _Statement(sentence=sentence, event="dormancy", status="dormant")
        elif trigger.rule.value == "ended":
            yield _Statement(sentence=sentence, event="end", status="ended")


def _cooperation(
    view: ReadingView, sentence: Sentence, attribution: Attribution
) -> Iterator[_Statement]:
    """Yield the topics of a sentence in which something is done together."""
    if not sentence.topics or sentence.block.kind in ("title",):
        return
    if not any(sentence.has(c) for c in ("cooperation", "both", "tie")):
        return
    topics = tuple(sorted({topic.topic for topic in sentence.topics}))
    yield _Statement(sentence=sentence, event="cooperation", topics=topics)


def _kind(
    view: ReadingView, ranked: RankedPair, attributions: dict[int, Attribution]
) -> PartnershipKind:
    """Return the page's own word for the tie: the one nearest to the names, else partnership."""
    key = key_of(ranked)
    partner_ids = set(key) - {ranked.candidate.hub_id}
    counts: Counter[str] = Counter()
    for sighting in ranked.candidate.sightings:
        sentence = view.sentences[sighting.sentence]
        ties = sentence.triggers_of("tie")
        mentions = [m for m in sentence.places if m.place.id in partner_ids]
        if not ties or not mentions:
            continue
        nearest = min(
            ties,
            key=lambda tie: min(
                max(m.start - tie.end, tie.start - m.end, 0) for m in mentions
            ),
        )
        counts[nearest.rule.value] += 1
    if not counts or counts["partnership"]:
        return "partnership"
    return counts.most_common(1)[0][0]  # type: ignore[return-value]


def _evidence(
    view: ReadingView, ranked: RankedPair, statement: _Statement, *, kind: PartnershipKind
) -> Evidence:
    sentence, key = statement.sentence, key_of(ranked)
    modality: Modality = "asserted"
    rule = f"{ranked.rule}/{statement.event}"
    return Evidence(
        id=evidence_id(
            document_id=view.document.reference.id,
            pair=key,
            event=f"{statement.event}:{statement.date or ''}:{statement.status or ''}",
            start=sentence.start,
            end=sentence.end,
            rule=rule,
        ),
        document=view.document.reference,
        a=_reference(view, ranked.candidate.a, sentence),
        b=_reference(view, ranked.candidate.b, sentence),
        kind=kind,
        event=statement.event,
        quotation=sentence.text,
        start=sentence.start,
        end=sentence.end,
        rule=rule,
        score=ranked.probability,
        date=statement.date,
        status=statement.status,
        topics=statement.topics,
        modality=modality,
        page=sentence.block.page,
    )


def _reference(view: ReadingView, place: Place, sentence: Sentence) -> PlaceReference:
    """Return the place as the sentence names it, or as the Document does, or as its owner."""
    for mention in sentence.places:
        if mention.place.id == place.id:
            return place.reference(surface=mention.surface, reason=mention.reason)
    for _, mention in view.mentions.get(place.id, ()):
        return place.reference(reason=mention.reason)
    return place.reference(reason="owner of the page")


__all__ = ["PairKey", "evidence_of"]
