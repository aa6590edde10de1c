import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from network.release.checks import check_tables
from network.release.schema import TABLES
from partnernetz.errors import StageError


@pytest.fixture
def tables(release):
    return {table.name: pq.read_table(release / f"{table.name}.parquet") for table in TABLES}


def changed(table, column, value):
    """The table with another value in the first row of a column."""
    index = table.column_names.index(column)
    values = [value, *table[column].to_pylist()[1:]]
    return table.set_column(index, column, pa.array(values, table.schema.field(column).type))


def test_a_release_keeps_its_schema(tables):
    check_tables(tables)


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("evidence", "document_id", "document-none", "documents lacks"),
        ("evidence", "partnership_id", "partnership-none", "partnerships lacks"),
        ("events", "event", "marriage", "vocabulary"),
        ("partnerships", "belief", 1.5, "more than 1"),
        ("measures", "degree", -1, "less than 0"),
        ("claims", "quotation", None, "every row"),
    ],
)
def test_faults_are_told(tables, table, column, value, message):
    with pytest.raises(StageError, match=message):
        check_tables({**tables, table: changed(tables[table], column, value)})


def test_keys_are_unique(tables):
    places = tables["places"]
    doubled = changed(places, "place_id", places["place_id"][1].as_py())
    with pytest.raises(StageError, match="the same 'place_id'"):
        check_tables({**tables, "places": doubled})
