"""What a Document states about each pair: its dates, kind, status and topics, with quotations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.attribution import Attribution, PairKey, attribute, key_of, share_out
from nlp.components.pairs import RankedPair
from nlp.dates import FoundDate, resolve_age, resolve_relative
from nlp.pair_features import couples
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.topics_told import told_topics
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
#: The first East-West partnership was agreed on 1985-11-15 (Saarlouis and Eisenhüttenstadt).
_EARLIEST_YEAR_EAST_WEST = 1985
_OWN_PAGES = ("municipality", "district", "association")
_SINCE = re.compile(r"(?:seit|ab|von)\s+(?:dem\s+|den\s+|rund\s+|etwa\s+)?$", re.IGNORECASE)
_NAME_REACH = 40  # characters between a name and the date behind it
_MODAL_REACH = 120  # characters
_CLAUSE_GAP = 40  # characters that a comma counts for
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
    told = told_topics(view, attributions, pairs=len(stated))
    found: dict[str, Evidence] = {}
    for ranked in stated:
        kind = _kind(view, ranked, attributions)
        statements = [
            *_statements(view, ranked, attributions),
            *_cooperation(view, told.get(key_of(ranked), {})),
        ]
        for statement in statements:
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
        yield from _signed_before(view, ranked, sentence)
        if sentence.modality == "asserted":
            yield from _fading(sentence, attribution)


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
    above = view.date_above.get(sentence.block.start)
    in_list = sentence.index in view.under_tie or view.title_has_tie
    if (
        not dates
        and above is not None
        and above.edtf
        and attribution.is_named
        and in_list
        and (_is_plausible(view, ranked, above.edtf))
    ):
        yield _Statement(sentence=sentence, event="founding", date=above.edtf)
    for found in dates:
        date = _resolved(view, sentence, found)
        if date is None or not _is_plausible(view, ranked, date):
            continue
        event = _event_of(view, sentence, found, attribution)
        if event is not None:
            yield _Statement(sentence=sentence, event=event, date=date)


def _signed_before(
    view: ReadingView, ranked: RankedPair, sentence: Sentence
) -> Iterator[_Statement]:
    """Yield a signing whose only date stands in the sentence before it."""
    if sentence.dates or not sentence.index or not sentence.has("event", "signing"):
        return
    previous = view.sentences[sentence.index - 1]
    dates = [date for date in previous.dates if date.kind == "date" and date.edtf]
    is_silent = sentence.modality == "asserted" and not sentence.has("event", "renewal")
    if len(dates) == 1 and is_silent and sentence.block == previous.block:
        date = dates[0].edtf or ""
        if _is_plausible(view, ranked, date):
            yield _Statement(sentence=previous, event="signing", date=date)


def _dates_of(
    view: ReadingView, ranked: RankedPair, sentence: Sentence, attribution: Attribution
) -> tuple[FoundDate, ...]:
    if not attribution.is_named or len(attribution.pairs) == 1:
        return sentence.dates
    partner_ids = set(key_of(ranked)) - {ranked.candidate.hub_id}
    mentions = [m for m in sentence.places if m.place.id != ranked.candidate.hub_id]
    shared = share_out(view.document.text, mentions, sentence.dates)
    return tuple(
        dict.fromkeys(date for place_id in sorted(partner_ids) for date in shared.get(place_id, ()))
    )


def _resolved(view: ReadingView, sentence: Sentence, found: FoundDate) -> str | None:
    """Return the EDTF date that an expression means, None where the text does not fix it."""
    if found.kind == "date":
        return found.edtf
    if found.kind == "relative":
        return _counted_from_before(view, sentence, found)
    occasions = [d.edtf for d in sentence.dates if d.kind == "date" and d.edtf]
    reference = occasions[0] if len(occasions) == 1 else view.published
    if reference is None or edtf.precision(reference) in ("interval", "decade"):
        return None
    return resolve_age(found, reference)


def _counted_from_before(view: ReadingView, sentence: Sentence, found: FoundDate) -> str | None:
    """Return the date that is counted from the last one before it in the same paragraph."""
    if found.years is None or found.is_page_relative:
        return None
    before = [
        date
        for other in view.sentences[: sentence.index + 1]
        if other.block == sentence.block
        for date in other.dates
        if date.kind == "date" and date.edtf and date.start < found.start
    ]
    return resolve_relative(found, before[-1].edtf or "") if before else None


def _is_plausible(view: ReadingView, ranked: RankedPair, date: str) -> bool:
    if date.endswith(".."):
        return False  # "nach 1989" dates something else
    bounds = edtf.bounds(date)
    sides = {ranked.candidate.a.side, ranked.candidate.b.side}
    earliest = _EARLIEST_YEAR_EAST_WEST if sides == {"east", "west"} else _EARLIEST_YEAR
    if bounds.latest.year < earliest:
        return False
    published = view.published
    return published is None or bounds.earliest <= edtf.bounds(published).latest


def _event_of(
    view: ReadingView, sentence: Sentence, found: FoundDate, attribution: Attribution
) -> Event | None:
    """Return what happened at a date, None where the date is of something else."""
    if _is_unreal(view, sentence, found):
        return None
    before = view.document.text[max(sentence.start, found.start - 25) : found.start]
    is_since = _SINCE.search(before) is not None
    in_context = _is_on_ties(view, sentence, attribution)
    if found.kind == "age":
        return "existence" if in_context or is_since else None
    values = _events_near(view, sentence, found)
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


def _is_unreal(view: ReadingView, sentence: Sentence, found: FoundDate) -> bool:
    """Return whether a word of planning or denial stands in the clause of a date."""
    for trigger in sentence.triggers_of("modality"):
        start, end = sorted((trigger.start, trigger.end, found.start, found.end))[1:3]
        if not re.search(r"[;:()–]", view.document.text[start:end]) and end - start < _MODAL_REACH:
            return True
    return False


def _events_near(view: ReadingView, sentence: Sentence, found: FoundDate) -> list[str]:
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


def _fading(sentence: Sentence, attribution: Attribution) -> Iterator[_Statement]:
    """Yield that a tie rests or ended, where the sentence says so of this pair."""
    if len(attribution.pairs) > 1 and not attribution.is_named:
        return
    for trigger in sentence.triggers_of("status"):
        if trigger.rule.value == "dormant":
            yield _Statement(sentence=sentence, event="dormancy", status="dormant")
        elif trigger.rule.value == "ended":
            yield _Statement(sentence=sentence, event="end", status="ended")


def _cooperation(view: ReadingView, told: Mapping[int, tuple[str, ...]]) -> Iterator[_Statement]:
    """Yield the topics told of a pair, each with the sentence that tells of it."""
    for index, topics in told.items():
        yield _Statement(sentence=view.sentences[index], event="cooperation", topics=topics)


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
            key=lambda tie: min(max(m.start - tie.end, tie.start - m.end, 0) for m in mentions),
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
