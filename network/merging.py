"""What the statements on one tie add up to: its dates, kind, status, topics and belief."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from network.belief import Belief, ErrorTable, Statement, believe, source_key
from network.copies import folded, text_numbers
from network.evidence_table import EvidenceTable
from network.families import KINDS_BY_CLOSENESS
from network.starts import DateStatement, Start, choose_start
from partnernetz import edtf
from partnernetz.chronology import choose_status
from partnernetz.records import (
    DatedEvent,
    EarlierName,
    Event,
    Partnership,
    PartnershipKind,
    PlaceReference,
    SourceKind,
    Status,
    TopicSupport,
)

#: What an event says of the status where the text does not say it in other words.
STATUS_OF_EVENT: dict[Event, Status] = {"end": "ended", "dormancy": "dormant", "revival": "active"}
#: Kinds of sources that speak for a place itself.
OWN_KINDS: tuple[SourceKind, ...] = ("municipality", "district")

StatusStatement = tuple[Status, str | None]


class Readings:
    """The columns of Evidence as lists, by number of the row, and those of its documents.

    ``document`` has the number of each row's document, to which ``source``, ``source_kind``,
    ``published``, ``fetched`` and ``host`` belong; ``error`` the probability that the row is wrong.
    """

    def __init__(
        self, table: EvidenceTable, *, errors: ErrorTable, copies: Mapping[str, str] | None
    ) -> None:
        rows, documents = table.rows, table.documents
        self.errors = errors
        self.id: list[str] = rows["id"].to_pylist()
        self.kind: list[PartnershipKind] = _shared(rows["kind"])
        self.event: list[Event] = _shared(rows["event"])
        self.date: list[str | None] = _shared(rows["date"])
        self.status: list[Status | None] = _shared(rows["status"])
        self.topics: list[list[str]] = rows["topics"].to_pylist()
        self.asserted: list[bool] = pc.equal(rows["modality"], "asserted").to_pylist()
        self.words: list[str] = folded(rows["quotation"]).to_pylist()
        numbers = pc.index_in(rows["document_id"], value_set=documents["id"])
        self.document: list[int] = numbers.to_pylist()
        self.source_kind: list[SourceKind] = _shared(documents["source_kind"])
        self.published: list[str | None] = documents["published"].to_pylist()
        self.fetched: list[str | None] = documents["fetched_at"].to_pylist()
        self.host: list[str | None] = documents["host_place_id"].to_pylist()
        self.source = _sources(table)
        self.groups = _groups(table, copies or {})
        self.error = self._errors(table, np.asarray(numbers))

    def _errors(self, table: EvidenceTable, documents: np.ndarray) -> list[float]:
        """Return what ``ErrorTable.of_text`` does, for all rows at once."""
        rules = table.rows["rule"].combine_chunks().dictionary_encode()
        by_rule = np.array([self.errors.factor(rule=r) for r in rules.dictionary.to_pylist()])
        by_document = np.array([self.errors.factor(kind=kind) for kind in self.source_kind])
        wrong = 1 - table.rows["score"].to_numpy()
        if len(wrong):
            wrong = wrong * (by_rule[rules.indices.to_numpy()] * by_document[documents])
        found: list[float] = np.clip(wrong, self.errors.least, self.errors.most).tolist()
        return found

    def is_own(self, row: int, pair: tuple[str, str]) -> bool:
        """Return whether a row was read on a site of one of the two places."""
        document = self.document[row]
        host = self.host[document]
        return host in pair if host else self.source_kind[document] in OWN_KINDS


def _shared(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column as a list in which equal values are one object."""
    encoded = column.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    return [None if code is None else values[code] for code in encoded.indices.to_pylist()]


def _sources(table: EvidenceTable) -> list[str]:
    names = ("url", "source_id", "id", "agency")
    return [
        source_key(url=url, source_id=source, document_id=document, agency=agency or "")
        for url, source, document, agency in zip(
            *(table.documents[name].to_pylist() for name in names), strict=True
        )
    ]


def _groups(table: EvidenceTable, copies: Mapping[str, str]) -> dict[int, int]:
    """Return the number of the group of each document that is known to be a copy."""
    if not copies:
        return {}
    numbers: dict[str, int] = {}
    return {
        document: numbers.setdefault(copies[name], len(numbers))
        for document, name in enumerate(table.documents["id"].to_pylist())
        if name in copies
    }


def merge(
    readings: Readings,
    rows: Sequence[int],
    *,
    id: str,
    a: PlaceReference,
    b: PlaceReference,
    history: tuple[EarlierName, ...],
) -> Partnership:
    """Return the Partnership that rows of asserted Evidence on one tie add up to."""
    documents = [readings.document[row] for row in rows]
    texts = dict(
        zip(
            rows,
            text_numbers(documents, [readings.words[row] for row in rows], groups=readings.groups),
            strict=True,
        )
    )
    belief = _belief(readings, texts)
    start = _start(readings, texts, pair=(a.key, b.key))
    status, status_date = _status(readings, rows, pair=(a.key, b.key))
    events = _events(readings, texts, start)
    return Partnership(
        id=id,
        a=a,
        b=b,
        kind=_kind(readings, texts),
        status=status,
        belief=belief.value,
        start_date=start.date,
        start_reason=start.reason,
        start_alternatives=tuple(
            item for item in events if (item.event, item.date) in start.contradicting
        ),
        end_date=_end_date(readings, texts) if status == "ended" else None,
        status_date=status_date,
        events=events,
        topics=_topics(readings, rows),
        history=history,
        evidence_ids=tuple(readings.id[row] for row in rows),
        document_count=len(set(documents)),
        source_count=belief.source_count,
    )


def _belief(readings: Readings, texts: Mapping[int, int]) -> Belief:
    statements = [
        Statement(
            text=text, source=readings.source[readings.document[row]], error=readings.error[row]
        )
        for row, text in texts.items()
    ]
    return believe(statements, errors=readings.errors)


def _start(readings: Readings, texts: Mapping[int, int], *, pair: tuple[str, str]) -> Start:
    return choose_start(
        DateStatement(
            event=readings.event[row], date=date, text=text, is_own=readings.is_own(row, pair)
        )
        for row, text in texts.items()
        if (date := readings.date[row])
    )


def _kind(readings: Readings, texts: Mapping[int, int]) -> PartnershipKind:
    """Return the kind that most texts say, of equals the closer one."""
    said = {(text, readings.kind[row]) for row, text in texts.items()}
    support = Counter(kind for _, kind in said)
    return min(support, key=lambda kind: (-support[kind], KINDS_BY_CLOSENESS.index(kind)))


def _status(
    readings: Readings, rows: Sequence[int], *, pair: tuple[str, str]
) -> tuple[Status, str | None]:
    """Return the status and the latest date at which it was stated.

    An undated page of a partner's own site states what it says when it is fetched.
    """
    stated = [(row, found) for row in rows if (found := _status_statement(readings, row))]
    status = choose_status([found for _, found in stated], last_event=_last_turn(readings, rows))
    dates = [date for _, (said, date) in stated if said == status and date]
    if not dates:
        undated = (row for row, (said, _) in stated if said == status)
        dates = [
            fetched[:10]
            for row in undated
            if readings.is_own(row, pair)
            and (fetched := readings.fetched[readings.document[row]])
            and edtf.is_valid(fetched[:10])
        ]
    return status, max(dates, key=_latest_first, default=None)


def _status_statement(readings: Readings, row: int) -> StatusStatement | None:
    """Return a status and when it was stated: when published, else when it came about."""
    status = readings.status[row] or STATUS_OF_EVENT.get(readings.event[row])
    if status is None or status == "unknown":
        return None
    return status, readings.published[readings.document[row]] or _date_of_turn(readings, row)


def _date_of_turn(readings: Readings, row: int) -> str | None:
    return readings.date[row] if readings.event[row] in STATUS_OF_EVENT else None


def _last_turn(readings: Readings, rows: Iterable[int]) -> Event | None:
    """Return the latest dated end, rest or revival."""
    turns = [
        (_latest_first(date), readings.event[row])
        for row in rows
        if (date := _date_of_turn(readings, row))
    ]
    return max(turns)[1] if turns else None


def _latest_first(date: str) -> tuple[str, str]:
    return edtf.bounds(date).latest.isoformat(), date


def _end_date(readings: Readings, texts: Mapping[int, int]) -> str | None:
    """Return the date of the end that most texts agree with, then the latest."""
    said = {
        (text, date)
        for row, text in texts.items()
        if readings.event[row] == "end" and (date := readings.date[row])
    }
    dates = [date for _, date in sorted(said)]
    support = {date: sum(edtf.contains(other, date) for other in dates) for date in dates}
    return max(support, key=lambda date: (support[date], _latest_first(date)), default=None)


def _events(readings: Readings, texts: Mapping[int, int], start: Start) -> tuple[DatedEvent, ...]:
    merged: dict[tuple[str, Event], list[int]] = defaultdict(list)
    for row in texts:
        if date := readings.date[row]:
            merged[date, readings.event[row]].append(row)
    ordered = sorted(merged, key=lambda key: (edtf.sort_key(key[0]), key[1]))
    return tuple(
        _event(readings, texts, event, date, merged[date, event], start) for date, event in ordered
    )


def _event(
    readings: Readings,
    texts: Mapping[int, int],
    event: Event,
    date: str,
    rows: Sequence[int],
    start: Start,
) -> DatedEvent:
    kinds = {readings.source_kind[readings.document[row]] for row in rows}
    return DatedEvent(
        event=event,
        date=date,
        evidence_ids=tuple(readings.id[row] for row in rows),
        text_count=len({texts[row] for row in rows}),
        source_kinds=tuple(sorted(kinds)),
        start_reason=start.reasons.get((event, date), ""),
    )


def _topics(readings: Readings, rows: Iterable[int]) -> tuple[TopicSupport, ...]:
    support: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for topic in dict.fromkeys(readings.topics[row]):
            support[topic].append(readings.id[row])
    return tuple(
        TopicSupport(topic=topic, evidence_ids=tuple(support[topic])) for topic in sorted(support)
    )
