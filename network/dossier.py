"""All that a release says of a pair: dates, status, topics, contradictions, belief, quotations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from network.belief import ErrorTable, default_errors
from network.belief_steps import account_for
from network.dossier_records import (
    Contradiction,
    DateReport,
    Dossier,
    PlaceView,
    Quotation,
    Statement,
    StatusReport,
    Tie,
    TopicReport,
)
from network.inspection import parts, read_towns
from network.release.reading import read_by_id, read_rows, read_summary, read_table
from network.towns import GazetteerLoader, Towns
from partnernetz import edtf
from partnernetz.errors import UsageError

Row = Mapping[str, Any]

#: What an event says of the status where the text does not say it in other words.
_STATUS_OF_EVENT = {"end": "ended", "dormancy": "dormant", "revival": "active"}


def dossier(
    release: Path,
    a: str,
    b: str,
    *,
    minimum_belief: float = 0.0,
    gazetteer: GazetteerLoader | None = None,
) -> Dossier:
    """Return what a release says of the pair of two towns, given by name or id.

    A name that several places bear is settled by the other one, where only one of the pairs is in
    the release. Raises as ``network.inspection.partners_of``, and UsageError where nothing is said
    of the pair, or nothing of at least ``minimum_belief``.
    """
    partnerships = read_rows(release, "partnerships")
    towns = read_towns(release, partnerships, gazetteer=gazetteer)
    pair = _stated_pair(release, towns, a, b)
    evidence = _evidence_of(release, pair)
    documents = read_by_id(release, "documents", "document_id")
    quotations = _quotations(evidence, documents)
    ties = [row for row in partnerships if {row["a_id"], row["b_id"]} == set(pair)]
    believed = [row for row in ties if row["belief"] >= minimum_belief]
    if ties and not believed:
        raise UsageError(
            f"No partnership of {towns[pair[0]]['name']} and {towns[pair[1]]['name']} has a belief "
            f"of {minimum_belief:g}: ask for less."
        )
    errors = errors_of(read_summary(release)) or default_errors()
    events = read_rows(release, "events")
    return Dossier(
        a=_view(towns[pair[0]]),
        b=_view(towns[pair[1]]),
        distance_km=next((row["distance_km"] for row in ties), None),
        ties=tuple(_tie(row, events, evidence, documents, quotations, errors) for row in believed),
        quotations=quotations,
    )


def errors_of(summary: Row) -> ErrorTable | None:
    """Return the figures that a release was judged with, None where it does not tell them."""
    try:
        return ErrorTable(**summary["belief"])
    except (KeyError, TypeError):  # of an older version
        return None


def _stated_pair(release: Path, towns: Towns, a: str, b: str) -> tuple[str, str]:
    candidates = [(name, towns.candidates(name)) for name in (a, b)]
    for name, found in candidates:
        if not found:
            raise towns.unknown(name)
    (_, ones), (_, others) = candidates
    ends = read_table(release, "evidence", columns=("a_id", "b_id")).group_by(["a_id", "b_id"])
    stated = {frozenset((row["a_id"], row["b_id"])) for row in ends.aggregate([]).to_pylist()}
    pairs = [(one, other) for one in ones for other in others if frozenset((one, other)) in stated]
    if len(pairs) == 1:
        return pairs[0]
    for name, found in candidates:
        if len(found) > 1 and pairs:
            raise towns.ambiguous(name, found)
    raise UsageError(f"The release says nothing of a partnership of {a} and {b}.")


def _evidence_of(release: Path, pair: tuple[str, str]) -> list[Row]:
    table = read_table(release, "evidence")
    a, b = pair
    there = pc.and_(pc.equal(table["a_id"], a), pc.equal(table["b_id"], b))
    back = pc.and_(pc.equal(table["a_id"], b), pc.equal(table["b_id"], a))
    rows: list[Row] = table.filter(pc.or_(there, back)).to_pylist()
    return rows


def _quotations(evidence: Iterable[Row], documents: Mapping[str, Row]) -> tuple[Quotation, ...]:
    """Return each stretch of a document once, with everything that is read from it."""
    stretches: dict[tuple[str, int, int], list[Row]] = defaultdict(list)
    for row in evidence:
        stretches[row["document_id"], row["start_offset"], row["end_offset"]].append(row)
    return tuple(
        _quotation(number, rows, documents[rows[0]["document_id"]])
        for number, rows in enumerate(stretches.values(), start=1)
    )


def _quotation(number: int, rows: Sequence[Row], document: Row) -> Quotation:
    return Quotation(
        number=number,
        quotation=rows[0]["quotation"],
        statements=tuple(_statement(row) for row in rows),
        page=rows[0]["page_number"],
        url=document["url"],
        title=document["title"],
        source_id=document["source_id"],
        source_kind=document["source_kind"],
        published=document["published_date"],
        fetched_at=document["fetched_at"],
    )


def _statement(row: Row) -> Statement:
    return Statement(
        evidence_id=row["evidence_id"],
        partnership_id=row["partnership_id"],
        kind=row["kind"],
        event=row["event"],
        date=row["event_date"],
        status=row["status"],
        topics=parts(row["topics"]),
        modality=row["modality"],
        rule=row["rule"],
        score=row["score"],
    )


def _tie(
    row: Row,
    events: Iterable[Row],
    evidence: Iterable[Row],
    documents: Mapping[str, Row],
    quotations: Sequence[Quotation],
    errors: ErrorTable,
) -> Tie:
    key = row["partnership_id"]
    own = [item for item in evidence if item["partnership_id"] == key]
    stated = [
        (quotation, statement)
        for quotation in quotations
        for statement in quotation.statements
        if statement.partnership_id == key
    ]
    numbers = {statement.evidence_id: quotation.number for quotation, statement in stated}
    dates = _dates(row, (item for item in events if item["partnership_id"] == key), numbers)
    asserted = [item for item in stated if item[1].modality == "asserted"]
    account = account_for(own, documents, errors=errors)
    return Tie(
        partnership_id=key,
        kind=row["kind"],
        status=row["status"],
        status_date=row["status_date"],
        start_date=row["start_date"],
        start_reason=row["start_reason"],
        end_date=row["end_date"],
        history=row.get("history"),
        belief=row["belief"],
        source_count=row["source_count"],
        dates=dates,
        statuses=_statuses(asserted),
        topics=_topics(asserted),
        contradictions=_contradictions(row, dates, stated),
        account=account,
        is_reproduced=abs(account.belief - row["belief"]) < 1e-6,
    )


def _dates(row: Row, events: Iterable[Row], numbers: Mapping[str, int]) -> tuple[DateReport, ...]:
    found = [
        DateReport(
            event=item["event"],
            date=item["event_date"],
            is_start=item["event_date"] == row["start_date"]
            and item.get("start_reason") == row["start_reason"],
            start_reason=item.get("start_reason") or "",
            text_count=item.get("text_count") or item["evidence_count"],
            source_kinds=parts(item.get("source_kinds")),
            quotations=_numbers(numbers, parts(item["evidence_ids"])),
        )
        for item in events
    ]
    return tuple(sorted(found, key=lambda item: (edtf.sort_key(item.date), item.event)))


def _numbers(numbers: Mapping[str, int], evidence_ids: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({numbers[key] for key in evidence_ids if key in numbers}))


def _statuses(stated: Iterable[tuple[Quotation, Statement]]) -> tuple[StatusReport, ...]:
    """Return what was said of the status, in order of time, undated statements last."""
    said: dict[tuple[str, str | None], set[int]] = defaultdict(set)
    for quotation, statement in stated:
        status = _said_status(statement)
        if status:
            is_turn = statement.event in _STATUS_OF_EVENT
            date = (statement.date if is_turn else None) or quotation.published
            said[status, date].add(quotation.number)
    ordered = sorted(
        said, key=lambda key: (key[1] is None, key[1] and edtf.sort_key(key[1]), key[0])
    )
    return tuple(
        StatusReport(status=status, date=date, quotations=tuple(sorted(said[status, date])))
        for status, date in ordered
    )


def _said_status(statement: Statement) -> str | None:
    """Return the status that asserted Evidence states, None where it states none."""
    if statement.modality != "asserted":
        return None
    status = statement.status or _STATUS_OF_EVENT.get(statement.event)
    return None if status == "unknown" else status


def _topics(stated: Iterable[tuple[Quotation, Statement]]) -> tuple[TopicReport, ...]:
    told: dict[str, set[int]] = defaultdict(set)
    for quotation, statement in stated:
        for topic in statement.topics:
            told[topic].add(quotation.number)
    return tuple(
        TopicReport(topic=topic, quotations=tuple(sorted(told[topic]))) for topic in sorted(told)
    )


def _contradictions(
    row: Row, dates: Iterable[DateReport], stated: Sequence[tuple[Quotation, Statement]]
) -> tuple[Contradiction, ...]:
    alternatives = parts(row["start_alternatives"])
    found = [
        Contradiction(
            about="start",
            text=f"{item.date} ({item.event}) against {row['start_date']}: {item.start_reason}",
            quotations=item.quotations,
        )
        for item in dates
        if item.date in alternatives and item.start_reason and not item.is_start
    ]
    kinds = Counter(item.kind for _, item in stated if item.modality == "asserted")
    for kind in sorted(kinds.keys() - {row["kind"], "contact"}):
        who = _who(stated, lambda item, kind=kind: item.kind == kind)
        found.append(
            Contradiction(
                about="kind", text=f"called a {kind} against {row['kind']}", quotations=who
            )
        )
    for status in sorted({said for _, item in stated if (said := _said_status(item))}):
        if status != row["status"]:
            who = _who(stated, lambda item, status=status: _said_status(item) == status)
            found.append(
                Contradiction(
                    about="status", text=f"{status} against {row['status']}", quotations=who
                )
            )
    for modality in ("denied", "planned"):
        who = _who(stated, lambda item, modality=modality: item.modality == modality)
        if who:
            found.append(
                Contradiction(about="modality", text=f"{modality}, not asserted", quotations=who)
            )
    return tuple(found)


def _who(stated: Iterable[tuple[Quotation, Statement]], is_meant: Any) -> tuple[int, ...]:
    return tuple(sorted({quotation.number for quotation, item in stated if is_meant(item)}))


def _view(place: Row) -> PlaceView:
    return PlaceView(
        id=place["place_id"],
        name=place["name"],
        state=place["state"],
        country=place["country"],
        side=place["side"],
    )
