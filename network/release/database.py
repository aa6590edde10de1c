"""The release as one SQLite file: tables with keys and indexes, a view, full-text search."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from network.release.schema import TABLES, Column, Table

_SQL_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}

#: Partnerships with the names and states of both places and the first of their dates.
_VIEW = """
CREATE VIEW partnerships_with_names AS
SELECT p.partnership_id, a.name AS a_name, a.state AS a_state, a.country AS a_country,
       b.name AS b_name, b.state AS b_state, b.country AS b_country,
       p.kind, p.status, p.start_date, p.start_year, p.end_date, p.topics, p.belief,
       p.evidence_count, p.source_count, p.is_east_west, p.distance_km
FROM partnerships AS p
JOIN places AS a ON a.place_id = p.a_id
JOIN places AS b ON b.place_id = p.b_id
"""

# Folds diacritics, so that "Gorlitz" finds Görlitz; the text itself stays in the evidence table.
_SEARCH = """
CREATE VIRTUAL TABLE evidence_fts USING fts5(
    quotation, content='evidence', tokenize='unicode61 remove_diacritics 2'
)
"""


def write_database(path: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write the SQLite file; the same rows give the same bytes with the same SQLite.

    Find quotations with ``SELECT evidence.* FROM evidence_fts JOIN evidence ON evidence.rowid =
    evidence_fts.rowid WHERE evidence_fts MATCH 'Feuerwehr'``.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # a new file that is renamed when done
        connection.execute("PRAGMA foreign_keys = ON")
        with connection:
            for table in TABLES:
                connection.execute(_create_statement(table))
                _insert(connection, table, rows[table.name])
            for statement in _index_statements():
                connection.execute(statement)
            connection.execute(_VIEW)
            connection.execute(_SEARCH)
            connection.execute("INSERT INTO evidence_fts(evidence_fts) VALUES ('rebuild')")


def _create_statement(table: Table) -> str:
    lines = [_column_definition(column, table) for column in table.columns]
    lines += [
        f'FOREIGN KEY ("{key.column}") REFERENCES "{key.table}"' for key in table.foreign_keys
    ]
    return f'CREATE TABLE "{table.name}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _column_definition(column: Column, table: Table) -> str:
    parts = [f'"{column.name}"', _SQL_TYPES[column.type]]
    if column.name == table.primary_key:
        parts.append("PRIMARY KEY")
    if column.is_required:
        parts.append("NOT NULL")
    return " ".join(parts)


def _insert(
    connection: sqlite3.Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    statement = f'INSERT INTO "{table.name}" VALUES ({marks})'
    connection.executemany(statement, ([row[name] for name in names] for row in rows))


def _index_statements() -> list[str]:
    searched = [(table.name, key.column) for table in TABLES for key in table.foreign_keys]
    searched += [("places", "name"), ("partnerships", "start_year")]
    return [
        f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}")' for table, column in searched
    ]
