from pathlib import Path

import pytest

from network.release.dictionary import render_dictionary
from network.release.schema import TABLES

COLUMNS = [(table, column) for table in TABLES for column in table.columns]
REPOSITORY = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_contract():
    contract = {"places", "partnerships", "events", "evidence", "claims", "documents", "measures"}
    added = {"network_measures", "years", "state_pairs", "topic_years"}
    assert {table.name for table in TABLES} == contract | added


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: part.name)
def test_names_tell_the_type(table, column):
    assert (column.type == "boolean") == column.name.startswith("is_")
    if column.name.endswith("_id") and column.name not in ("component_id", "community_id"):
        assert column.type == "string"
    if column.name.endswith("_year"):
        assert column.type == "integer"
    if column.name.endswith("_date"):
        assert column.type == "string"
        assert "EDTF" in column.description
    assert column.description.endswith(".")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_column_is_there_once(table):
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_keys_lead_somewhere(table):
    tables = {other.name: other for other in TABLES}
    assert table.column(table.primary_key).is_required
    for key in table.foreign_keys:
        target = tables[key.table]
        assert table.column(key.column).type == target.column(target.primary_key).type


def test_tables_come_after_those_they_refer_to():
    seen: set[str] = set()
    for table in TABLES:
        assert {key.table for key in table.foreign_keys} <= seen
        seen.add(table.name)


def test_the_written_data_dictionary_is_current():
    written = (REPOSITORY / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert written == render_dictionary(), (
        "run: python -m network.release.dictionary > docs/data_dictionary.md"
    )
