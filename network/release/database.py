"""The release as one SQLite file: tables with keys and indexes, views, full-text search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from network.release.schema import TABLES, Column, Table

_SQL_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
_ROWS_AT_ONCE = 50_000

#: Description and definition of each view.
VIEWS: Mapping[str, tuple[str, str]] = {
    "partnerships_with_names": (
        "Partnerships with the names and states of both places.",
        """
SELECT p.partnership_id, a.name AS a_name, a.state AS a_state, a.country AS a_country,
       b.name AS b_name, b.state AS b_state, b.country AS b_country,
       p.kind, p.status, p.start_date, p.start_year, p.end_date, p.topics, p.belief,
       p.evidence_count, p.source_count, p.is_east_west, p.distance_km
FROM partnerships AS p
JOIN places AS a ON a.place_id = p.a_id
JOIN places AS b ON b.place_id = p.b_id""",
    ),
    "partners": (
        "Each partnership twice, once from either place: the partners of a place.",
        """
SELECT p.a_id AS place_id, a.name AS name, p.b_id AS partner_id, b.name AS partner_name,
       b.state AS partner_state, b.country AS partner_country, p.partnership_id, p.kind,
       p.status, p.start_date, p.belief
FROM partnerships AS p
JOIN places AS a ON a.place_id = p.a_id JOIN places AS b ON b.place_id = p.b_id
UNION ALL
SELECT p.b_id, b.name, p.a_id, a.name, a.state, a.country, p.partnership_id, p.kind,
       p.status, p.start_date, p.belief
FROM partnerships AS p
JOIN places AS a ON a.place_id = p.a_id JOIN places AS b ON b.place_id = p.b_id""",
    ),
    "quotations": (
        "Every quotation with the names of both places, its address and when it was published.",
        """
SELECT e.evidence_id, e.partnership_id, a.name AS a_name, b.name AS b_name, e.quotation, e.event,
       e.event_date, e.modality, e.kind, e.score, d.title, d.url, d.source_kind,
       d.published_date, d.fetched_at
FROM evidence AS e
JOIN places AS a ON a.place_id = e.a_id
JOIN places AS b ON b.place_id = e.b_id
JOIN documents AS d ON d.document_id = e.document_id""",
    ),
    "contradictions": (
        "Partnerships for which sources give other dates of the start than the chosen one.",
        """
SELECT p.partnership_id, p.a_name, p.b_name, p.start_date, p.start_reason, p.start_alternatives,
       p.source_count
FROM partnerships AS p WHERE p.start_alternatives IS NOT NULL""",
    ),
    "claims_with_sources": (
        "Statements on partnerships as a whole with the document that makes them.",
        """
SELECT c.claim_id, c.quantity, c.bound, c.period_date, c.scope, c.status, c.quotation,
       d.title, d.url, d.published_date
FROM claims AS c JOIN documents AS d ON d.document_id = c.document_id""",
    ),
}

# Folds diacritics, so that "Gorlitz" finds Görlitz; the text itself stays in the evidence table.
_SEARCH = """
CREATE VIRTUAL TABLE evidence_fts USING fts5(
    quotation, content='evidence', tokenize='unicode61 remove_diacritics 2'
)
"""


def write_database(path: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write the SQLite file; the same tables give the same bytes with the same SQLite.

    Find quotations with ``SELECT evidence.* FROM evidence_fts JOIN evidence ON evidence.rowid =
    evidence_fts.rowid WHERE evidence_fts MATCH 'Feuerwehr'``.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # a new file that is renamed when done
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -65536")  # kibibytes
        with connection:
            for table in TABLES:
                connection.execute(_create_statement(table))
                _insert(connection, table, tables[table.name])
            for statement in _index_statements():
                connection.execute(statement)
            for name, (_, definition) in VIEWS.items():
                connection.execute(f'CREATE VIEW "{name}" AS {definition}')
            connection.execute(_SEARCH)
            connection.execute("INSERT INTO evidence_fts(evidence_fts) VALUES ('rebuild')")


def _create_statement(table: Table) -> str:
    lines = [_column_definition(column, table) for column in table.columns]
    primary = {other.name: other.primary_key for other in TABLES}
    # Datasette 0.65 fails where the column referred to is not named
    lines += [
        f'FOREIGN KEY ("{key.column}") REFERENCES "{key.table}" ("{primary[key.table]}")'
        for key in table.foreign_keys
    ]
    return f'CREATE TABLE "{table.name}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _column_definition(column: Column, table: Table) -> str:
    parts = [f'"{column.name}"', _SQL_TYPES[column.type]]
    if column.name == table.primary_key:
        parts.append("PRIMARY KEY")
    if column.is_required:
        parts.append("NOT NULL")
    return " ".join(parts)


def _insert(connection: sqlite3.Connection, table: Table, content: pa.Table) -> None:
    marks = ", ".join("?" * len(table.columns))
    connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', _rows(content))


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for start in range(0, table.num_rows, _ROWS_AT_ONCE):
        part = table.slice(start, _ROWS_AT_ONCE)
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _index_statements() -> list[str]:
    searched = [(table.name, key.column) for table in TABLES for key in table.foreign_keys]
    searched += [("places", "name"), ("partnerships", "start_year")]
    return [
        f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}")'
        for table, column in searched
        if (table, column) != ("measures", "place_id")  # its primary key has one
    ]
