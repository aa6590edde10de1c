"""Which evidence came, went, or reads otherwise from one release to another.

A page that is fetched again gets another record, and its evidence other ids, though the words are
the same. So evidence is first met by its id, then by address, words and event: only what is met by
neither came or went.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from network.release.reading import read_table

Row = Mapping[str, Any]

#: What is told when it changed under the same words; the last four belong to the document.
WATCHED = (
    "score rule kind event event_date status topics modality a_id b_id source_kind published_date "
    "host_place_id agency"
).split()
_OF_DOCUMENTS = ("url", "source_kind", "published_date", "host_place_id", "agency")
_OF_EVIDENCE = (
    "evidence_id partnership_id document_id a_id b_id kind event event_date status topics modality "
    "score rule start_offset"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBeforeAfter:
    """A value before and after."""

    column: str
    old: str | float | None
    new: str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEvidence:
    """Evidence that is in one of the releases only."""

    evidence_id: str
    partnership_id: str | None
    quotation: str
    url: str | None
    a_id: str
    b_id: str
    kind: str
    event: str
    date: str | None
    status: str | None
    topics: tuple[str, ...]
    modality: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatedEvidence:
    """Evidence that both releases have, read or scored otherwise: ``changes`` tells how.

    ``evidence`` is as the newer release has it, the ids of the older one are kept beside it.
    """

    evidence: StatedEvidence
    old_evidence_id: str
    old_partnership_id: str | None
    changes: tuple[ValueBeforeAfter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Evidence that both releases have: ids of its partnerships and places, before and after."""

    old_partnership_id: str | None
    new_partnership_id: str | None
    old_ends: tuple[str, str]
    new_ends: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceChanges:
    """What differs in the evidence of two releases.

    ``moved`` has what belongs to another partnership or other places than before.
    """

    added: tuple[StatedEvidence, ...]
    withdrawn: tuple[StatedEvidence, ...]
    restated: tuple[RestatedEvidence, ...]
    moved: tuple[Met, ...]


def evidence_changes(old: Path, new: Path) -> EvidenceChanges:
    """Return how the evidence of two releases differs; raises InputError for what is none."""
    before, after = _light_table(old), _light_table(new)
    places = pc.index_in(after["evidence_id"], value_set=before["evidence_id"].combine_chunks())
    is_new = pc.is_null(places)
    is_gone = pc.invert(
        pc.is_in(before["evidence_id"], value_set=after["evidence_id"].combine_chunks())
    )
    kept_after = after.filter(pc.invert(is_new))
    kept_before = before.take(places.drop_null())
    differing = pa.array(np.flatnonzero(_differs(kept_before, kept_after)))
    pairs = list(
        zip(
            kept_before.take(differing).to_pylist(),
            kept_after.take(differing).to_pylist(),
            strict=True,
        )
    )
    came = _with_quotations(new, after.filter(is_new))
    went = _with_quotations(old, before.filter(is_gone))
    reread = list(_reread(went, came))
    read_again = {id(row) for pair in reread for row in pair}
    words = _quotations(new, [row["evidence_id"] for _, row in pairs])
    pairs = [(row, {**other, "quotation": words[other["evidence_id"]]}) for row, other in pairs]
    return EvidenceChanges(
        added=tuple(_stated(row) for row in came if id(row) not in read_again),
        withdrawn=tuple(_stated(row) for row in went if id(row) not in read_again),
        restated=tuple(
            item for one, other in [*pairs, *reread] if (item := _restated(one, other)).changes
        ),
        moved=tuple(met for one, other in [*pairs, *reread] if _has_moved(met := _met(one, other))),
    )


def _light_table(release: Path) -> pa.Table:
    """Return the evidence without its words, each with what is watched of its document."""
    table = read_table(release, "evidence", columns=_OF_EVIDENCE)
    documents = read_table(release, "documents", columns=("document_id", *_OF_DOCUMENTS))
    keys = documents["document_id"].combine_chunks()
    numbers = pc.index_in(table["document_id"], value_set=keys)
    for name in _OF_DOCUMENTS:
        table = table.append_column(name, documents[name].take(numbers))
    return table


def _differs(before: pa.Table, after: pa.Table) -> np.ndarray:
    found = np.zeros(before.num_rows, dtype=bool)
    for name in (*WATCHED, "partnership_id"):
        one, other = before[name], after[name]
        is_other = pc.fill_null(pc.not_equal(one, other), False)
        is_other = pc.or_(is_other, pc.xor(one.is_null(), other.is_null()))
        found |= is_other.to_numpy()
    return found


def _with_quotations(release: Path, table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    words = _quotations(release, [row["evidence_id"] for row in rows])
    return [{**row, "quotation": words[row["evidence_id"]]} for row in rows]


def _quotations(release: Path, evidence_ids: Sequence[str]) -> dict[str, str]:
    """Return the words of some evidence by its id."""
    if not evidence_ids:
        return {}
    table = read_table(release, "evidence", columns=("evidence_id", "quotation"))
    wanted = pc.is_in(table["evidence_id"], value_set=pa.array(evidence_ids))
    columns = (column.to_pylist() for column in table.filter(wanted).columns)
    return dict(zip(*columns, strict=True))


def _reread(went: Iterable[Row], came: Iterable[Row]) -> Iterable[tuple[Row, Row]]:
    """Yield evidence that went with the one that came in its place: of the same pair, else of one
    that shares a place with it."""
    waiting: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in went:
        waiting[_words_key(row)].append(row)
    unmet: list[Row] = []
    for is_close, rows in ((_same_pair, came), (_shares_end, unmet)):
        for row in list(rows):
            group = waiting[_words_key(row)]
            match = next((other for other in group if is_close(other, row)), None)
            if match is not None:
                group.remove(match)
                yield match, row
            elif rows is came:
                unmet.append(row)


def _words_key(row: Row) -> tuple[Any, ...]:
    return row["url"], " ".join(row["quotation"].split()), row["event"]


def _same_pair(one: Row, other: Row) -> bool:
    return {one["a_id"], one["b_id"]} == {other["a_id"], other["b_id"]}


def _shares_end(one: Row, other: Row) -> bool:
    return bool({one["a_id"], one["b_id"]} & {other["a_id"], other["b_id"]})


def _restated(before: Row, after: Row) -> RestatedEvidence:
    return RestatedEvidence(
        evidence=_stated(after),
        old_evidence_id=before["evidence_id"],
        old_partnership_id=before["partnership_id"],
        changes=tuple(
            ValueBeforeAfter(column=name, old=before[name], new=after[name])
            for name in WATCHED
            if before[name] != after[name]
        ),
    )


def _met(before: Row, after: Row) -> Met:
    return Met(
        old_partnership_id=before["partnership_id"],
        new_partnership_id=after["partnership_id"],
        old_ends=(before["a_id"], before["b_id"]),
        new_ends=(after["a_id"], after["b_id"]),
    )


def _has_moved(met: Met) -> bool:
    return met.old_partnership_id != met.new_partnership_id or set(met.old_ends) != set(
        met.new_ends
    )


def _stated(row: Row) -> StatedEvidence:
    return StatedEvidence(
        evidence_id=row["evidence_id"],
        partnership_id=row["partnership_id"],
        quotation=row["quotation"],
        url=row["url"],
        a_id=row["a_id"],
        b_id=row["b_id"],
        kind=row["kind"],
        event=row["event"],
        date=row["event_date"],
        status=row["status"],
        topics=tuple(row["topics"].split(";")) if row["topics"] else (),
        modality=row["modality"],
        score=row["score"],
    )
