"""Evidence as columns: what assembly and release work on.

A million records of Evidence as Python objects take gigabytes, and minutes to make; as columns they
take a few hundred megabytes and seconds. Rows and documents are two tables, joined by
``document_id``, with the fields of the records as columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from partnernetz.errors import InputError
from partnernetz.records import (
    EVENTS,
    PARTNERSHIP_KINDS,
    SOURCE_KINDS,
    STATUSES,
    DocumentReference,
    Evidence,
    Modality,
    PlaceReference,
)
from partnernetz.storage import arrow_schema

_PLACES = ("a", "b")
_VOCABULARIES = {
    "kind": PARTNERSHIP_KINDS,
    "event": EVENTS,
    "status": STATUSES,
    "modality": get_args(Modality),
    "document.source_kind": SOURCE_KINDS,
}
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceTable:
    """Evidence and the documents that it was read in.

    ``rows`` has one row for each Evidence, with the columns ``id``, ``document_id``, for both
    places ``a_key a_id a_name a_country a_surface a_reason`` and the same of b, then ``kind event
    quotation start end rule score date status topics modality page``. ``documents`` has one row
    for each document and the columns of DocumentReference, ordered by ``id``.
    """

    rows: pa.Table
    documents: pa.Table

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def with_rows(self, rows: pa.Table) -> EvidenceTable:
        """Return the same documents with other rows."""
        return EvidenceTable(rows=rows, documents=self.documents)

    def with_column(self, name: str, values: pa.Array | pa.ChunkedArray) -> EvidenceTable:
        """Return the table with one column of the rows replaced."""
        column = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
        number = self.rows.column_names.index(name)
        return self.with_rows(self.rows.set_column(number, name, column))

    def records(self) -> list[Evidence]:
        """Return the Evidence as records, in the order of the rows; for small tables."""
        kept = {field.name for field in fields(DocumentReference)}
        documents = {
            row["id"]: DocumentReference(**{key: row[key] for key in kept & row.keys()})
            for row in self.documents.to_pylist()
        }
        return [_record(row, documents) for row in self.rows.to_pylist()]


def _record(row: dict[str, Any], documents: dict[str, DocumentReference]) -> Evidence:
    places: dict[str, Any] = {}
    for end in _PLACES:
        values = {name: row.pop(f"{end}_{name}") for name in _place_fields()}
        places[end] = PlaceReference(**values)
        row.pop(f"{end}_key")
    topics = tuple(row.pop("topics"))
    return Evidence(document=documents[row.pop("document_id")], **places, topics=topics, **row)


def from_records(evidence: Iterable[Evidence]) -> EvidenceTable:
    """Return the table of records; halves of characters, which UTF-8 cannot hold, become U+FFFD."""
    items = list(evidence)
    columns = []
    for field in arrow_schema(Evidence):
        values = [getattr(item, field.name) for item in items]
        if pa.types.is_struct(field.type):
            names = [inner.name for inner in field.type]
            values = [{name: _whole(getattr(value, name)) for name in names} for value in values]
        elif field.name == "topics":
            values = [[_whole(topic) for topic in value] for value in values]
        else:
            values = [_whole(value) for value in values]
        columns.append(pa.array(values, type=field.type))
    return from_arrow(pa.table(columns, schema=arrow_schema(Evidence)))


def _whole(value: Any) -> Any:
    return _HALF_CHARACTER.sub("\ufffd", value) if isinstance(value, str) else value


def from_arrow(table: pa.Table) -> EvidenceTable:
    """Return the table of an Arrow table with the fields of Evidence, as Parquet files hold it.

    Fields that have a default may be missing. Raises InputError where another one is, or where a
    value is none of its vocabulary.
    """
    flat = _conformed(table)
    _check_vocabularies(flat)
    columns = {"id": flat["id"], "document_id": flat["document.id"]}
    for end in _PLACES:
        columns[f"{end}_key"] = _keys(flat, end)
        columns |= {f"{end}_{name}": flat[f"{end}.{name}"] for name in _place_fields()}
    columns |= {field.name: flat[field.name] for field in _own_fields()}
    names = [field.name for field in fields(DocumentReference)]
    documents = pa.table({name: flat[f"document.{name}"] for name in names})
    return EvidenceTable(rows=pa.table(columns), documents=_one_each(documents))


def documents_of(references: Iterable[DocumentReference], *others: pa.Table) -> pa.Table:
    """Return a table of documents as in EvidenceTable, of records and of other such tables."""
    items = list(references)
    columns = {
        field.name: pa.array([_whole(getattr(item, field.name)) for item in items], field.type)
        for field in arrow_schema(DocumentReference)
    }
    return _one_each(pa.concat_tables([pa.table(columns), *others]))


def joined(tables: Sequence[EvidenceTable]) -> EvidenceTable:
    """Return one table of several, in their order; documents that several have, once."""
    if len(tables) == 1:
        return tables[0]
    if not tables:
        return from_records(())
    documents = pa.concat_tables([table.documents for table in tables])
    return EvidenceTable(
        rows=pa.concat_tables([table.rows for table in tables]), documents=_one_each(documents)
    )


def in_order(table: EvidenceTable) -> EvidenceTable:
    """Return the rows ordered by address and position, each id once.

    Where one id has two contents, the same one is kept in any order of input.
    """
    rows = _one_each(table.rows, sort=False)
    numbers = pc.index_in(rows["document_id"], value_set=table.documents["id"])
    ordered = pa.table(
        {
            "url": ranks(table.documents["url"]).take(numbers),
            "start": rows["start"],
            "id": rows["id"],
        }
    )
    keys = [(name, "ascending") for name in ordered.column_names]
    return table.with_rows(rows.take(pc.sort_indices(ordered, sort_keys=keys)).combine_chunks())


def ranks(values: pa.ChunkedArray) -> pa.Array:
    """Return the rank of each text among the different ones, from 0, in the order of characters."""
    encoded = values.combine_chunks().dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    positions = pc.sort_indices(order)  # of a permutation: its inverse
    return positions.take(encoded.indices)


def _one_each(table: pa.Table, *, sort: bool = True) -> pa.Table:
    """Return one row for each id: of different ones, that whose content comes first as text."""
    table = table.combine_chunks()
    encoded = table["id"].combine_chunks().dictionary_encode()
    count = len(encoded.dictionary)
    if count < table.num_rows:
        table = table.take(_chosen_rows(table, encoded, count))
    return table.take(pc.sort_indices(table["id"])) if sort else table


def _chosen_rows(table: pa.Table, encoded: pa.DictionaryArray, count: int) -> pa.Array:
    import numpy as np

    codes = encoded.indices.to_numpy()
    first = np.full(count, table.num_rows, dtype=np.int64)
    np.minimum.at(first, codes, np.arange(table.num_rows))
    differs = np.zeros(table.num_rows, dtype=bool)
    originals = pa.array(first[codes])
    for name in table.column_names:
        column = table[name].combine_chunks()
        differs |= _differ(column, column.take(originals))
    for code in np.unique(codes[differs]):
        candidates = np.flatnonzero(codes == code)
        contents = table.take(pa.array(candidates)).to_pylist()
        first[code] = min(zip(map(repr, contents), candidates.tolist(), strict=True))[1]
    return pa.array(first)


def _differ(one: pa.Array, other: pa.Array) -> Any:
    import numpy as np

    if pa.types.is_list(one.type):
        return np.array([a != b for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)])
    differs = pc.fill_null(pc.not_equal(one, other), False)
    return pc.or_(differs, pc.xor(one.is_null(), other.is_null())).to_numpy(zero_copy_only=False)


def _keys(flat: pa.Table, end: str) -> pa.ChunkedArray:
    """Return what ``PlaceReference.key`` does, worked out once for each place without an id."""
    ids = flat[f"{end}.id"]
    if not ids.null_count:
        return ids
    named = flat.filter(pc.is_null(ids)).select([f"{end}.name", f"{end}.country"])
    unlisted = pa.array(
        [
            PlaceReference(id=None, name=name, country=country).key
            for name, country in zip(*(column.to_pylist() for column in named.columns), strict=True)
        ],
        pa.string(),
    )
    return pc.replace_with_mask(ids.combine_chunks(), ids.is_null().combine_chunks(), unlisted)


def _conformed(table: pa.Table) -> pa.Table:
    """Return the columns of Evidence, structs taken apart under names like ``document.url``."""
    columns: dict[str, pa.ChunkedArray] = {}
    for field in arrow_schema(Evidence):
        if not pa.types.is_struct(field.type):
            columns[field.name] = _column(table, field.name, field, Evidence)
            continue
        if field.name not in table.column_names or not pa.types.is_struct(table[field.name].type):
            raise _missing(field.name)
        inner = pa.Table.from_struct_array(table[field.name].combine_chunks())
        record = DocumentReference if field.name == "document" else PlaceReference
        for part in field.type:
            columns[f"{field.name}.{part.name}"] = _column(
                inner, part.name, part, record, where=f"{field.name}."
            )
    return pa.table(columns)


def _column(
    table: pa.Table, name: str, field: pa.Field, record: type[Any], *, where: str = ""
) -> pa.ChunkedArray:
    if name not in table.column_names:
        default = next(f.default for f in fields(record) if f.name == name)
        if default is MISSING:
            raise _missing(f"{where}{name}")
        values = [list(default) if isinstance(default, tuple) else default] * table.num_rows
        return pa.chunked_array([pa.array(values, field.type)])
    try:
        column = table[name].cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            f"this is no Evidence record: field '{where}{name}' is of type {table[name].type}."
        ) from error
    if not field.nullable and column.null_count:
        raise InputError(f"this is no Evidence record: field '{where}{name}' is empty.")
    return column


def _missing(name: str) -> InputError:
    return InputError(f"this is no Evidence record: field '{name}' is missing.")


def _check_vocabularies(flat: pa.Table) -> None:
    for name, allowed in _VOCABULARIES.items():
        known = {*allowed, None}
        for value in flat[name].unique().to_pylist():
            if value not in known:
                raise InputError(
                    f"this is no Evidence record: field '{name}': '{value}' is none of "
                    f"{', '.join(allowed)}."
                )


@lru_cache(maxsize=1)
def _place_fields() -> tuple[str, ...]:
    return tuple(field.name for field in fields(PlaceReference))


@lru_cache(maxsize=1)
def _own_fields() -> tuple[pa.Field, ...]:
    own = (f for f in arrow_schema(Evidence) if f.name != "id" and not pa.types.is_struct(f.type))
    return tuple(own)
