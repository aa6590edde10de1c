"""Rows to CSV and Parquet, by the schema."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from network.release.cells import escape_formula
from network.release.schema import Column, Table

_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def write_csv(path: Path, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table as CSV: UTF-8, comma, header, Unix line ends, empty for null.

    Texts that a spreadsheet would take for a formula have an apostrophe before them.
    """
    names = [column.name for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_csv_cell(row[name]) for name in names])


def write_parquet(path: Path, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a table as Parquet (zstd) with column descriptions and units as field metadata."""
    schema = pa.schema([_arrow_field(column) for column in table.columns])
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path, compression="zstd")


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape_formula(value) if isinstance(value, str) else repr(value)


def _arrow_field(column: Column) -> pa.Field:
    metadata = {"description": column.description}
    if column.unit:
        metadata["unit"] = column.unit
    return pa.field(
        column.name,
        _ARROW_TYPES[column.type],
        nullable=not column.is_required,
        metadata=metadata,
    )
