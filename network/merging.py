"""What the statements on one tie add up to: its dates, kind, status, topics and belief."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from network.families import KINDS_BY_CLOSENESS
from network.readings import Readings
from network.starts import DatedStatements, Start, choose_start
from partnernetz import edtf
from partnernetz.chronology import choose_status
from partnernetz.records import (
    DatedEvent,
    EarlierName,
    Event,
    Partnership,
    PartnershipKind,
    PlaceReference,
    Status,
    TopicSupport,
)

#: What an event says of the status where the text does not say it in other words.
STATUS_OF_EVENT: dict[Event, Status] = {"end": "ended", "dormancy": "dormant", "revival": "active"}
StatusStatement = tuple[Status, str | None]


def merge(
    readings: Readings,
    tie: int,
    *,
    id: str,
    a: PlaceReference,
    b: PlaceReference,
    history: tuple[EarlierName, ...],
) -> Partnership:
    """Return the Partnership that the asserted Evidence on one tie adds up to."""
    rows = range(readings.bounds[tie], readings.bounds[tie + 1])
    dated = readings.dated(tie)
    belief = readings.belief[tie]
    start = choose_start(dated)
    status, status_date = _status(readings, rows)
    events = tuple(_event(item, start) for item in dated)
    return Partnership(
        id=id,
        a=a,
        b=b,
        kind=_kind(readings, rows),
        status=status,
        belief=belief.value,
        start_date=start.date,
        start_reason=start.reason,
        start_alternatives=tuple(
            item for item in events if (item.event, item.date) in start.contradicting
        ),
        end_date=_end_date(dated) if status == "ended" else None,
        status_date=status_date,
        events=events,
        topics=_topics(readings, tie),
        history=history,
        evidence_ids=tuple(readings.id[rows.start : rows.stop]),
        document_count=len(set(readings.document[rows.start : rows.stop])),
        source_count=belief.source_count,
    )


def _kind(readings: Readings, rows: range) -> PartnershipKind:
    """Return the kind that most texts say, of equals the closer one."""
    kinds = readings.kind[rows.start : rows.stop]
    if len(different := set(kinds)) == 1:
        return different.pop()
    said = set(zip(readings.text[rows.start : rows.stop], kinds, strict=True))
    support = Counter(kind for _, kind in said)
    return min(support, key=lambda kind: (-support[kind], KINDS_BY_CLOSENESS.index(kind)))


def _status(readings: Readings, rows: range) -> tuple[Status, str | None]:
    """Return the status and the latest date at which it was stated.

    An undated page of a partner's own site states what it says when it is fetched.
    """
    stated = [(row, found) for row in rows if (found := _status_statement(readings, row))]
    if not stated:
        return "unknown", None
    status = choose_status([found for _, found in stated], last_event=_last_turn(readings, rows))
    dates = [date for _, (said, date) in stated if said == status and date]
    if not dates:
        undated = (row for row, (said, _) in stated if said == status)
        dates = [
            fetched[:10]
            for row in undated
            if readings.is_own[row]
            and (fetched := readings.fetched[row])
            and edtf.is_valid(fetched[:10])
        ]
    return status, max(dates, key=_latest_first, default=None)


def _status_statement(readings: Readings, row: int) -> StatusStatement | None:
    """Return a status and when it was stated: when published, else when it came about."""
    status = readings.status[row] or STATUS_OF_EVENT.get(readings.event[row])
    if status is None or status == "unknown":
        return None
    return status, readings.published[row] or _date_of_turn(readings, row)


def _date_of_turn(readings: Readings, row: int) -> str | None:
    return readings.date[row] if readings.event[row] in STATUS_OF_EVENT else None


def _last_turn(readings: Readings, rows: range) -> Event | None:
    """Return the latest dated end, rest or revival."""
    if STATUS_OF_EVENT.keys().isdisjoint(readings.event[rows.start : rows.stop]):
        return None
    turns = [
        (_latest_first(date), readings.event[row])
        for row in rows
        if (date := _date_of_turn(readings, row))
    ]
    return max(turns)[1] if turns else None


@lru_cache(maxsize=65_536)
def _latest_first(date: str) -> tuple[str, str]:
    return edtf.bounds(date).latest.isoformat(), date


def _end_date(dated: Iterable[DatedStatements]) -> str | None:
    """Return the date of the end that most texts agree with, then the latest."""
    ends = [item for item in dated if item.event == "end"]
    support = {
        date: sum(len(set(item.texts)) for item in ends if edtf.contains(item.date, date))
        for date in (item.date for item in ends)
    }
    return max(support, key=lambda date: (support[date], _latest_first(date)), default=None)


def _event(item: DatedStatements, start: Start) -> DatedEvent:
    return DatedEvent(
        event=item.event,
        date=item.date,
        evidence_ids=item.evidence_ids,
        text_count=len(set(item.texts)),
        source_kinds=item.source_kinds,
        start_reason=start.reasons.get((item.event, item.date), ""),
    )


def _topics(readings: Readings, tie: int) -> tuple[TopicSupport, ...]:
    support: dict[str, list[int]] = defaultdict(list)
    for topic, row in readings.topics.get(tie, ()):
        support[topic].append(row)
    return tuple(
        TopicSupport(
            topic=topic,
            evidence_ids=tuple(readings.id[row] for row in dict.fromkeys(support[topic])),
        )
        for topic in sorted(support)
    )
