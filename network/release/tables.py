"""The tables as Arrow tables, by the schema, and their CSV and Parquet files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from network.release.cells import FORMULA, REPLACEMENT, clean
from network.release.schema import Column, Table

#: Escaped texts are copies: those of all rows at once would take hundreds of megabytes.
_ROWS_AT_ONCE = 100_000
_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def make_table(table: Table, columns: Mapping[str, Sequence[Any] | pa.ChunkedArray]) -> pa.Table:
    """Return the Arrow table of the schema's columns; no columns at all are an empty table.

    Column descriptions and units are metadata of the fields; what cannot be written in a text is
    replaced. Raises ValueError where a required value is missing.
    """
    schema = pa.schema([_arrow_field(column) for column in table.columns])
    if not columns:
        return schema.empty_table()
    arrays = [_array(columns[column.name], column) for column in table.columns]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table as CSV: UTF-8, comma, header, Unix line ends, empty for null, texts in quotes.

    Texts that a spreadsheet would take for a formula have an apostrophe before them.
    """
    with pyarrow.csv.CSVWriter(path, table.schema) as writer:
        for start in range(0, table.num_rows, _ROWS_AT_ONCE):
            writer.write_table(_escaped(table.slice(start, _ROWS_AT_ONCE)))


def _escaped(table: pa.Table) -> pa.Table:
    columns = [
        pc.replace_substring_regex(column, f"^({FORMULA})", r"'\1")
        if pa.types.is_string(column.type)
        else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet (zstd)."""
    pq.write_table(table, path, compression="zstd")


def _array(values: Sequence[Any] | pa.ChunkedArray, column: Column) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        array = _cleaned(values.cast(_type(column)))
    else:
        array = _texts(values) if column.type == "string" else pa.array(values, _type(column))
    if column.is_required and array.null_count:
        raise ValueError(f"The column '{column.name}' must have a value in every row.")
    return array


def _texts(values: Sequence[str | None]) -> pa.Array:
    try:
        array = pa.array(values, pa.string())
    except UnicodeEncodeError:  # half a character
        return pa.array([clean(value) for value in values], pa.string())
    if pc.any(pc.match_substring(array, "\x00")).as_py():
        return pa.array([clean(value) for value in values], pa.string())
    return array


def _cleaned(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts as ``clean`` does; Arrow holds no half characters."""
    is_text = pa.types.is_string(values.type)
    return pc.replace_substring(values, "\x00", REPLACEMENT) if is_text else values


def _type(column: Column) -> pa.DataType:
    return _ARROW_TYPES[column.type]


def _arrow_field(column: Column) -> pa.Field:
    metadata = {"description": column.description}
    if column.unit:
        metadata["unit"] = column.unit
    return pa.field(column.name, _type(column), nullable=not column.is_required, metadata=metadata)
