"""Asserted Evidence laid out for merging: the statements of each tie in one stretch of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from network.belief import ErrorTable, beliefs, source_key
from network.copies import text_numbers
from network.evidence_table import EvidenceTable
from network.starts import DatedStatements
from partnernetz import edtf
from partnernetz.records import Event, PartnershipKind, SourceKind, Status

#: Kinds of sources that speak for a place itself.
OWN_KINDS: tuple[SourceKind, ...] = ("municipality", "district")

Integers = npt.NDArray[np.int64]


class Readings:
    """The columns of asserted Evidence as lists, ordered by tie, then as in the table.

    The statements of tie n are those from ``bounds[n]`` to before ``bounds[n + 1]``. ``document``
    and ``text`` have the numbers of a statement's document and of the text that it is a copy of,
    ``is_own`` tells whether it was read on a site of one of the two places; ``published`` and
    ``fetched`` are its document's. ``belief`` has that in each tie, ``topics`` the topics of each
    tie that has any, with the statements' numbers, as they are given.
    """

    def __init__(
        self,
        table: EvidenceTable,
        ties: Sequence[Sequence[int]],
        *,
        errors: ErrorTable,
        copies: Mapping[str, str] | None,
    ) -> None:
        rows = table.rows.select(_COLUMNS).take(_joined(ties)).combine_chunks()
        documents = table.documents
        number = _numbers(pc.index_in(rows["document_id"], value_set=documents["id"]))
        bounds = np.cumsum([0, *(len(tie) for tie in ties)])
        text = text_numbers(
            number, rows["quotation"], bounds[:-1], groups=_groups(documents, copies or {})
        )
        tie = np.repeat(np.arange(len(ties)), np.diff(bounds))
        self.bounds: list[int] = bounds.tolist()
        self.id: list[str] = rows["id"].to_pylist()
        self.kind: list[PartnershipKind] = _shared(rows["kind"])
        self.event: list[Event] = _shared(rows["event"])
        self.date: list[str | None] = _shared(rows["date"])
        self.status: list[Status | None] = _shared(rows["status"])
        self.topics = _topics(rows["topics"], tie)
        self.document: list[int] = number.tolist()
        self.text: list[int] = text.tolist()
        self.published: list[str | None] = _spread(documents["published"].to_pylist(), number)
        self.fetched: list[str | None] = _spread(documents["fetched_at"].to_pylist(), number)
        is_own = _own(rows, documents, number)
        self.is_own: list[bool] = is_own.tolist()
        source = _ranks_of_different(_sources(documents))[number]
        error = _errors(rows, documents, number, errors)
        self.belief = beliefs(tie, text, source, error, errors=errors)
        self._dated = _Dated(self, rows, _kind_codes(documents)[number], is_own, tie)

    def dated(self, tie: int) -> list[DatedStatements]:
        """Return the dated statements of a tie by date and event, the earliest first."""
        return self._dated.of(tie)


class _Dated:
    """Statements grouped by tie, date and event."""

    def __init__(
        self,
        readings: Readings,
        rows: pa.Table,
        kinds: Integers,
        is_own: npt.NDArray[np.bool_],
        tie: Integers,
    ) -> None:
        dates, date = _encoded(rows["date"])
        events, event = _encoded(rows["event"])
        rank_of_date = _ranks(dates, key=edtf.sort_key)
        has_date = np.flatnonzero(date >= 0)
        tie, date, event = tie[has_date], date[has_date], event[has_date]
        order = np.lexsort((_ranks(events)[event], rank_of_date[date], tie))
        tie, date, event = tie[order], date[order], event[order]
        place = has_date[order]
        changes = np.flatnonzero(
            np.diff(tie, prepend=-1) | np.diff(date, prepend=-1) | np.diff(event, prepend=-1)
        )
        self._bounds = np.append(changes, len(place)).tolist()
        self._groups = np.searchsorted(tie[changes], np.arange(len(readings.bounds))).tolist()
        self._dates = [dates[code] for code in date[changes].tolist()]
        self._events: list[Event] = [events[code] for code in event[changes].tolist()]
        self._ids = [readings.id[row] for row in place.tolist()]
        self._texts = [readings.text[row] for row in place.tolist()]
        self._own: list[bool] = _reduced(np.logical_or, is_own[place], changes).tolist()
        masks = _reduced(np.bitwise_or, np.left_shift(1, kinds[place]), changes)
        self._kinds = [_KINDS_OF_MASK[mask] for mask in masks.tolist()]

    def of(self, tie: int) -> list[DatedStatements]:
        bounds = self._bounds
        return [
            DatedStatements(
                self._events[group],
                self._dates[group],
                self._texts[bounds[group] : bounds[group + 1]],
                self._own[group],
                tuple(self._ids[bounds[group] : bounds[group + 1]]),
                self._kinds[group],
            )
            for group in range(self._groups[tie], self._groups[tie + 1])
        ]


_COLUMNS = [
    "id",
    "document_id",
    "a_key",
    "b_key",
    "kind",
    "event",
    "date",
    "status",
    "topics",
    "rule",
    "score",
    "quotation",
]
_KINDS: tuple[SourceKind, ...] = tuple(sorted(get_args(SourceKind)))
#: Kinds of sources by the bits of a number, the first kind's the lowest.
_KINDS_OF_MASK = [
    tuple(kind for bit, kind in enumerate(_KINDS) if mask >> bit & 1)
    for mask in range(1 << len(_KINDS))
]


def _joined(ties: Sequence[Sequence[int]]) -> pa.Array:
    return pa.array(np.fromiter(chain.from_iterable(ties), dtype=np.int64))


def _numbers(column: pa.ChunkedArray) -> Integers:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _encoded(column: pa.ChunkedArray) -> tuple[list[Any], Integers]:
    """Return the different values of a column and the number of each row's, -1 for null."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), _numbers(pc.fill_null(encoded.indices, -1))


def _shared(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column as a list in which equal values are one object."""
    values, codes = _encoded(column)
    values.append(None)  # number -1
    return [values[code] for code in codes.tolist()]


def _spread(values: Sequence[Any], numbers: Integers) -> list[Any]:
    return [values[number] for number in numbers.tolist()]


def _ranks(values: Sequence[Any], *, key: Any = None) -> Integers:
    """Return the rank of each value in the order of a key."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[sorted(range(len(values)), key=lambda n: key(values[n]) if key else values[n])] = (
        np.arange(len(values))
    )
    return ranks


def _reduced(function: np.ufunc, values: npt.NDArray[Any], starts: Integers) -> npt.NDArray[Any]:
    return np.asarray(function.reduceat(values, starts)) if len(starts) else values[:0]


def _topics(lists: pa.ChunkedArray, tie: Integers) -> dict[int, list[tuple[str, int]]]:
    column = lists.combine_chunks()
    rows = column.value_parent_indices().to_numpy()
    found: dict[int, list[tuple[str, int]]] = {}
    topics = column.flatten().to_pylist()
    for number, topic, row in zip(tie[rows].tolist(), topics, rows.tolist(), strict=True):
        found.setdefault(number, []).append((topic, row))
    return found


def _ranks_of_different(texts: Sequence[str]) -> Integers:
    """Return the rank of each text among the different ones."""
    rank = {text: number for number, text in enumerate(sorted(set(texts)))}
    return np.array([rank[text] for text in texts], dtype=np.int64)


def _sources(documents: pa.Table) -> list[str]:
    names = ("url", "source_id", "id", "agency")
    return [
        source_key(url=url, source_id=source, document_id=document, agency=agency or "")
        for url, source, document, agency in zip(
            *(documents[name].to_pylist() for name in names), strict=True
        )
    ]


def _groups(documents: pa.Table, copies: Mapping[str, str]) -> dict[int, int]:
    """Return the number of the group of each document that is known to be a copy."""
    if not copies:
        return {}
    numbers: dict[str, int] = {}
    return {
        document: numbers.setdefault(copies[name], len(numbers))
        for document, name in enumerate(documents["id"].to_pylist())
        if name in copies
    }


def _kind_codes(documents: pa.Table) -> Integers:
    return _numbers(pc.index_in(documents["source_kind"], value_set=pa.array(_KINDS)))


def _own(rows: pa.Table, documents: pa.Table, number: Integers) -> npt.NDArray[np.bool_]:
    """Return whether a statement was read on a site of one of its two places.

    Where the site's place is not known, its kind must speak for it.
    """
    host = documents["host_place_id"].take(pa.array(number))
    is_host = pc.or_(pc.equal(host, rows["a_key"]), pc.equal(host, rows["b_key"]))
    of_kind = pc.is_in(documents["source_kind"], value_set=pa.array(OWN_KINDS))
    found = pc.if_else(pc.is_null(host), of_kind.take(pa.array(number)), is_host)
    return np.asarray(found.to_numpy(), dtype=np.bool_)


def _errors(
    rows: pa.Table, documents: pa.Table, number: Integers, errors: ErrorTable
) -> npt.NDArray[np.float64]:
    """Return what ``ErrorTable.of_text`` does, for all rows at once."""
    rules, rule = _encoded(rows["rule"])
    kinds, kind = _encoded(documents["source_kind"])
    by_rule = np.array([errors.factor(rule=name) for name in rules], dtype=np.float64)
    by_kind = np.array([errors.factor(kind=name) for name in kinds], dtype=np.float64)
    wrong = (1 - rows["score"].to_numpy()) * (by_rule[rule] * by_kind[kind[number]])
    return np.asarray(np.clip(wrong, errors.least, errors.most))
