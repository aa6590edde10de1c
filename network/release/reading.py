"""Reading a release's tables again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnernetz.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


def read_rows(release: Path, table: str, *, columns: Sequence[str] | None = None) -> list[Row]:
    """Return the rows of a table of a release, in its order, of the named columns or all.

    Raises InputError where the folder is no release or the table is torn.
    """
    rows: list[Row] = read_table(release, table, columns=columns).to_pylist()
    return rows


def read_table(release: Path, table: str, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a table of a release as Arrow, of the named columns or all.

    A named column that the release does not have, as it was written by another version, is null.
    Raises as ``read_rows``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = release / f"{table}.parquet"
    if not path.is_file():
        raise InputError(
            f"{release} is no release (it has no {path.name}): make one with `partnernetz build`."
        )
    try:
        file = pq.ParquetFile(path)
        known = file.schema_arrow.names
        wanted = known if columns is None else [name for name in columns if name in known]
        found = file.read(columns=wanted)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path} is torn: build the release again.") from error
    for name in columns or ():
        if name not in known:
            found = found.append_column(name, pa.nulls(found.num_rows, pa.string()))
    return found


def read_by_id(release: Path, table: str, key: str) -> dict[str, Row]:
    """Return the rows of a table by the named column; raises as ``read_rows``."""
    return {row[key]: row for row in read_rows(release, table)}


def read_summary(release: Path) -> Row:
    """Return ``summary.json`` of a release; raises InputError where it is missing or torn."""
    path = release / "summary.json"
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{release} is no release (it has no {path.name}): make one with `partnernetz build`."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is torn: build the release again.") from error
    return dict(summary)
