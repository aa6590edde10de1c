"""Evidence to Partnerships: merge by pair, resolve dates and status, score belief."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from network.belief import score_belief, text_key
from partnernetz import edtf
from partnernetz.chronology import choose_start, choose_status
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer
from partnernetz.records import (
    DatedEvent,
    Event,
    Evidence,
    Partnership,
    PartnershipKind,
    PlaceReference,
    Status,
    TopicSupport,
    partnership_id,
)

#: Which kind a tie is when as many texts say one as the other: the closer one.
KINDS_BY_CLOSENESS: tuple[PartnershipKind, ...] = (
    "partnership",
    "friendship",
    "project",
    "sponsorship",
    "contact",
)
#: What an event says of the status where the text does not say it in other words.
STATUS_OF_EVENT: dict[Event, Status] = {"end": "ended", "dormancy": "dormant", "revival": "active"}

StatusStatement = tuple[Status, str | None]


def assemble(
    evidence: Iterable[Evidence], *, gazetteer: Gazetteer | None = None
) -> tuple[Partnership, ...]:
    """Return the Partnerships that the Evidence adds up to, ordered by their pair.

    Only asserted Evidence makes one, and only between two different places. The order of the
    input does not matter, nor does Evidence given twice. With a gazetteer, places with an id bear
    their official names, else the name that most Evidence has.
    """
    pairs: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for item in in_order(evidence):
        if item.modality == "asserted" and item.a.key != item.b.key:
            pairs[item.pair].append(item)
    return tuple(_partnership(pairs[pair], gazetteer=gazetteer) for pair in sorted(pairs))


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return Evidence ordered by address and position, each id once."""
    by_id: dict[str, Evidence] = {}
    for item in evidence:
        known = by_id.setdefault(item.id, item)
        if known != item:  # one id, two contents: keep the same one in any order of input
            by_id[item.id] = min(known, item, key=repr)
    return sorted(by_id.values(), key=lambda item: (item.document.url, item.start, item.id))


def _partnership(evidence: Sequence[Evidence], *, gazetteer: Gazetteer | None) -> Partnership:
    pair = evidence[0].pair
    belief = score_belief(evidence)
    start = choose_start(_dated_statements(evidence))
    status, status_date = _status(evidence)
    return Partnership(
        id=partnership_id(pair=pair),
        a=canonical_place(pair[0], evidence, gazetteer=gazetteer),
        b=canonical_place(pair[1], evidence, gazetteer=gazetteer),
        kind=_kind(evidence),
        status=status,
        belief=belief.value,
        start_date=start.date,
        start_reason=start.reason,
        start_alternatives=start.alternatives,
        end_date=_end_date(evidence) if status == "ended" else None,
        status_date=status_date,
        events=_events(evidence),
        topics=_topics(evidence),
        evidence_ids=tuple(item.id for item in evidence),
        document_count=len({item.document.id for item in evidence}),
        source_count=belief.source_count,
    )


def canonical_place(
    key: str, evidence: Iterable[Evidence], *, gazetteer: Gazetteer | None
) -> PlaceReference:
    """Return the place of a key as the gazetteer has it, else as most Evidence names it."""
    references = [ref for item in evidence for ref in (item.a, item.b) if ref.key == key]
    place_id = references[0].id
    if gazetteer is not None and place_id is not None:
        try:
            return gazetteer.place(place_id).reference()
        except PlaceUnknownError:
            pass  # an id of another edition of the gazetteer: the name in the evidence stands
    names = Counter((ref.name, ref.country or "") for ref in references)
    name, country = min(names, key=lambda item: (-names[item], item))
    return PlaceReference(id=place_id, name=name, country=country or None)


def _dated_statements(evidence: Iterable[Evidence]) -> list[tuple[Event, str]]:
    """Return event and date of each statement; copies of a text state it once."""
    statements = {(text_key(item), item.event, item.date) for item in evidence if item.date}
    return [(event, date) for _, event, date in sorted(statements)]


def _kind(evidence: Iterable[Evidence]) -> PartnershipKind:
    texts = {(text_key(item), item.kind) for item in evidence}
    support = Counter(kind for _, kind in texts)
    return min(support, key=lambda kind: (-support[kind], KINDS_BY_CLOSENESS.index(kind)))


def _status(evidence: Sequence[Evidence]) -> tuple[Status, str | None]:
    """Return the status and the latest date at which it was stated."""
    statements = [found for item in evidence if (found := _status_statement(item))]
    status = choose_status(statements, last_event=_last_turn(evidence))
    dates = [date for stated, date in statements if stated == status and date]
    return status, max(dates, key=_latest_first, default=None)


def _status_statement(item: Evidence) -> StatusStatement | None:
    """Return a status and when it was stated: when published, else when it came about."""
    status = item.status or STATUS_OF_EVENT.get(item.event)
    if status is None or status == "unknown":
        return None
    return status, item.document.published or _date_of_turn(item)


def _date_of_turn(item: Evidence) -> str | None:
    return item.date if item.event in STATUS_OF_EVENT else None


def _last_turn(evidence: Iterable[Evidence]) -> Event | None:
    """Return the latest dated end, rest or revival."""
    turns = [
        (_latest_first(date), item.event) for item in evidence if (date := _date_of_turn(item))
    ]
    return max(turns)[1] if turns else None


def _latest_first(date: str) -> tuple[str, str]:
    return edtf.bounds(date).latest.isoformat(), date


def _end_date(evidence: Iterable[Evidence]) -> str | None:
    """Return the date of the end that most texts agree with, then the latest."""
    dates = [date for event, date in _dated_statements(evidence) if event == "end"]
    support = {date: sum(edtf.contains(other, date) for other in dates) for date in dates}
    return max(support, key=lambda date: (support[date], _latest_first(date)), default=None)


def _events(evidence: Iterable[Evidence]) -> tuple[DatedEvent, ...]:
    merged: dict[tuple[str, Event], list[str]] = defaultdict(list)
    for item in evidence:
        if item.date:
            merged[item.date, item.event].append(item.id)
    ordered = sorted(merged, key=lambda key: (edtf.sort_key(key[0]), key[1]))
    return tuple(
        DatedEvent(event=event, date=date, evidence_ids=tuple(merged[date, event]))
        for date, event in ordered
    )


def _topics(evidence: Iterable[Evidence]) -> tuple[TopicSupport, ...]:
    support: dict[str, list[str]] = defaultdict(list)
    for item in evidence:
        for topic in dict.fromkeys(item.topics):
            support[topic].append(item.id)
    return tuple(
        TopicSupport(topic=topic, evidence_ids=tuple(support[topic])) for topic in sorted(support)
    )
