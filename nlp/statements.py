"""What a Document states about each pair: its dates, kind, status and topics, with quotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.attribution import Attribution, PairKey, attribute, key_of
from nlp.components.pairs import RankedPair
from nlp.dated_events import dated_events
from nlp.reading_view import ReadingView, Sentence
from nlp.topics_told import told_topics
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

_OWN_PAGES = ("municipality", "district", "association")


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
            *_statements(view, ranked, stated, attributions),
            *_cooperation(view, told.get(key_of(ranked), {})),
        ]
        for statement in statements:
            evidence = _evidence(view, ranked, statement, kind=kind)
            found.setdefault(evidence.id, evidence)
    return tuple(sorted(found.values(), key=lambda e: (e.start, e.end, e.id)))


def _statements(
    view: ReadingView,
    ranked: RankedPair,
    stated: Sequence[RankedPair],
    attributions: dict[int, Attribution],
) -> Iterator[_Statement]:
    key = key_of(ranked)
    best = _best_sentence(view, ranked)
    yield _Statement(sentence=best, event="existence", status=_existing_status(view, best))
    for dated in dated_events(view, ranked, stated, attributions):
        yield _Statement(sentence=dated.sentence, event=dated.event, date=dated.date)
    for index, attribution in attributions.items():
        if key not in attribution.pairs:
            continue
        sentence = view.sentences[index]
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
