"""Reading a release's tables again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from partnernetz.errors import InputError

Row = dict[str, Any]


def read_rows(release: Path, table: str, *, columns: Sequence[str] | None = None) -> list[Row]:
    """Return the rows of a table of a release, in its order, of the named columns or all.

    Raises InputError where the folder is no release or the table is torn.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = release / f"{table}.parquet"
    if not path.is_file():
        raise InputError(
            f"{release} is no release (it has no {path.name}): make one with `partnernetz build`."
        )
    try:
        rows: list[Row] = pq.ParquetFile(path).read(columns=columns).to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path} is torn: build the release again.") from error
    return rows


def read_by_id(release: Path, table: str, key: str) -> dict[str, Row]:
    """Return the rows of a table by the named column; raises as ``read_rows``."""
    return {row[key]: row for row in read_rows(release, table)}
