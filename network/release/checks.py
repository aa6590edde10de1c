"""The tables of a release against their schema, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from network.release.schema import TABLES, Column, Table
from partnernetz.errors import StageError


def check_tables(tables: Mapping[str, pa.Table]) -> None:
    """Raise StageError where a table breaks its schema: keys, vocabularies, bounds.

    That would be a fault of this program, not of its input; a release with it would be refused by
    every validator.
    """
    faults = [fault for table in TABLES for fault in _faults(table, tables)]
    if faults:
        raise StageError(f"The release would break its schema: {faults[0]} Report this, please.")


def _faults(table: Table, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    content = tables[table.name]
    keys = content[table.primary_key]
    if pc.count_distinct(keys, mode="all").as_py() != len(keys):
        yield f"two rows of '{table.name}' have the same '{table.primary_key}'."
    for column in table.columns:
        yield from _value_faults(content[column.name], column, where=f"{table.name}.{column.name}")
    for key in table.foreign_keys:
        targets = tables[key.table]
        primary = next(item.primary_key for item in TABLES if item.name == key.table)
        values = content[key.column].drop_null().unique()
        missing = values.filter(pc.invert(pc.is_in(values, value_set=targets[primary])))
        if len(missing):
            yield f"{table.name}.{key.column} refers to '{missing[0]}', which {key.table} lacks."


def _value_faults(values: pa.ChunkedArray, column: Column, *, where: str) -> Iterator[str]:
    if column.is_required and values.null_count:
        yield f"{where} must have a value in every row."
    if column.values:
        allowed = pa.array(column.values, pa.string())
        found = values.drop_null().unique()
        other = found.filter(pc.invert(pc.is_in(found, value_set=allowed)))
        if len(other):
            yield f"{where} has the value '{other[0]}', which is none of its vocabulary."
    if len(values) == values.null_count:
        return
    bounds = pc.min_max(values).as_py() if column.type in ("integer", "number") else {}
    if column.minimum is not None and bounds["min"] < column.minimum:
        yield f"{where} has {bounds['min']}, less than {column.minimum}."
    if column.maximum is not None and bounds["max"] > column.maximum:
        yield f"{where} has {bounds['max']}, more than {column.maximum}."
