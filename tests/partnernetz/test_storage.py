"""Records to and from files, without ever a torn one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnernetz.errors import Failure, InputError
from partnernetz.records import (
    Block,
    Claim,
    Document,
    Evidence,
    Mention,
    Page,
    Partnership,
    Source,
)
from partnernetz.storage import (
    arrow_schema,
    from_dict,
    read_jsonl,
    read_parquet,
    to_dict,
    write_jsonl,
    write_parquet,
    write_text,
)

RECORDS = [Source, Page, Block, Document, Mention, Evidence, Claim, Partnership, Failure]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(int, st.integers(-(2**62), 2**62))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
ROOM = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_records_come_back_from_both_formats(kind: type[Any], tmp_path: Path) -> None:
    @given(st.lists(st.builds(kind), max_size=3))
    @ROOM
    def check(records: list[Any]) -> None:
        write_jsonl(tmp_path / "r.jsonl", records)
        assert list(read_jsonl(tmp_path / "r.jsonl", kind)) == records
        write_parquet(tmp_path / "r.parquet", records, kind)
        assert read_parquet(tmp_path / "r.parquet", kind) == records

    check()


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_schema_has_a_column_a_field(kind: type[Any]) -> None:
    assert arrow_schema(kind).names == list(kind.__dataclass_fields__)


def test_a_failing_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write_text(path, "old\n")

    def broken() -> Any:
        yield {"a": 1}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_jsonl(path, broken())
    assert path.read_text(encoding="utf-8") == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["r.jsonl"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "line 1 is no JSON"),
        ("[1]", "line 1 is no JSON object"),
        ('{"kind": "paragraph", "start": 0}', "field 'end'"),
        ('{"kind": "poem", "start": 0, "end": 1}', "field 'kind'"),
    ],
)
def test_a_wrong_line_is_named(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "blocks.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        list(read_jsonl(path, Block))


def test_what_is_missing_or_torn_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        list(read_jsonl(tmp_path / "none.jsonl", Block))
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(b"PAR1 torn")
    with pytest.raises(InputError, match="no readable Parquet"):
        read_parquet(torn, Block)
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"ä": 1}'.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        list(read_jsonl(latin, Block))


def test_a_record_of_values_is_typed() -> None:
    block = Block(kind="heading", start=0, end=3, headings=("a", "b"))
    assert from_dict(Block, to_dict(block)) == block
