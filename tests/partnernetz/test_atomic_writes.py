"""A reader sees the old file or the new one, whatever happens to the writer."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from partnernetz.records import Block
from partnernetz.storage import (
    atomic_path,
    read_jsonl,
    read_parquet,
    write_bytes,
    write_jsonl,
    write_parquet,
    write_text,
)

BLOCK = Block(kind="paragraph", start=0, end=3)


def torn() -> Iterator[Any]:
    yield BLOCK
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_jsonl(path, torn()),
        lambda path: write_parquet(path, torn(), Block),
        lambda path: write_jsonl(path, [{"no": object()}]),
        lambda path: write_parquet(path, [Block], Block),
        lambda path: write_text(path, "\ud800"),
        lambda path: write_bytes(path, None),  # type: ignore[arg-type]
    ],
)
def test_a_failing_writer_leaves_the_old_file_and_nothing_else(
    write: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    with pytest.raises((Exception, KeyboardInterrupt)):
        write(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with atomic_path(path) as beside:
        beside.write_text("new", encoding="utf-8")
        assert not path.exists()
        assert beside.parent == path.parent
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom partnernetz.storage import atomic_path\n"
        "with atomic_path(Path(sys.argv[1])) as beside:\n"
        "    beside.write_text('half')\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -9
    assert path.read_text(encoding="utf-8") == "old"


def test_missing_folders_are_made_and_the_file_can_be_read_by_all(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_text(path, "text\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_same_records_make_the_same_bytes(tmp_path: Path) -> None:
    records = [Block(kind="heading", start=n, end=n + 1, headings=("ä",)) for n in range(50)]
    for name in ("one", "two"):
        assert write_jsonl(tmp_path / f"{name}.jsonl", records) == 50
        assert write_parquet(tmp_path / f"{name}.parquet", records, Block) == 50
    for suffix in ("jsonl", "parquet"):
        one, two = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_empty_tables_come_back_empty(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "r.jsonl", [])
    write_parquet(tmp_path / "r.parquet", [], Block)
    assert list(read_jsonl(tmp_path / "r.jsonl", Block)) == []
    assert read_parquet(tmp_path / "r.parquet", Block) == []


def test_a_folder_named_like_a_partition_is_no_column(tmp_path: Path) -> None:
    path = tmp_path / "kind=poem" / "r.parquet"
    write_parquet(path, [BLOCK], Block)
    assert read_parquet(path, Block) == [BLOCK]
