"""The data dictionary, rendered from the schema for ``docs/data_dictionary.md``."""

from __future__ import annotations

from network.release.schema import TABLES, Column, Table

_INTRODUCTION = """\
# Data dictionary

The tables of a release, each as `.csv`, as `.parquet` and in `partnernetz.sqlite`. This page is
rendered from `network/release/schema.py`; write it anew with
`python -m network.release.dictionary > docs/data_dictionary.md`.

Dates are EDTF level 1 strings (`1986-09-19`, `1988`, `1990/1991`, `1988~`). Column suffixes:
`_id` an id, `_date` an EDTF date, `_year` a year; booleans begin with `is_`. Several values in a
cell are joined by a semicolon. In CSV, and only there, a text that a spreadsheet would take for a
formula has an apostrophe before it.
"""


def render_dictionary() -> str:
    """Return the data dictionary as Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(table) for table in TABLES)])


def _section(table: Table) -> str:
    keys = [f"Primary key: `{table.primary_key}`."]
    keys += [f"`{key.column}` refers to `{key.table}`." for key in table.foreign_keys]
    lines = [
        f"## {table.name}",
        "",
        table.description,
        "",
        " ".join(keys),
        "",
        "| column | type | unit | description |",
        "|---|---|---|---|",
        *(_line(column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _line(column: Column) -> str:
    kind = column.type + (", required" if column.is_required else "")
    description = column.description
    if column.values:
        description += " One of " + ", ".join(f"`{value}`" for value in column.values) + "."
    return f"| `{column.name}` | {kind} | {column.unit} | {description} |"


if __name__ == "__main__":
    print(render_dictionary(), end="")
