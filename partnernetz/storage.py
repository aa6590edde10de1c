"""Records to and from JSONL and Parquet; every write is atomic.

A file is written beside its place and then renamed over it (POSIX rename), so that a reader sees
the old file or the new one and a killed run leaves nothing torn.
"""

from __future__ import annotations

import json
import os
import tempfile
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from partnernetz.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Record = TypeVar("Record")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` that replaces it if the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)  # mkstemp makes it private, a dataset is to be read
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with Unix line ends, atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically."""
    with atomic_path(path) as beside:
        beside.write_bytes(content)


def to_dict(record: Any) -> dict[str, Any]:
    """Return a record as a dictionary of plain values, nested records included."""
    return asdict(record)


def from_dict(kind: type[Record], values: dict[str, Any]) -> Record:
    """Return the record of a dictionary.

    Raises InputError where a field is missing, unknown in type or outside its vocabulary.
    """
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(values)  # type: ignore[arg-type, no-any-return]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"this is no {kind.__name__} record: field '{where}': {first['msg']}."
        ) from error


def write_jsonl(path: Path, records: Iterable[Any]) -> int:
    """Write records as JSON lines, atomically; return how many."""
    count = 0
    with atomic_path(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            values = to_dict(record) if is_dataclass(record) else record
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_jsonl(path: Path, kind: type[Record]) -> Iterator[Record]:
    """Yield the records of a JSON lines file.

    Raises InputError with file and line where one is unreadable.
    """
    for number, values in read_json_lines(path):
        try:
            yield from_dict(kind, values)
        except InputError as error:
            raise InputError(f"{path}, line {number}: {error}") from error


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line number (from 1) and object of each line that is not empty.

    Raises InputError if the file is missing or a line is no JSON object.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}: check the path.")
    with path.open(encoding="utf-8", errors="strict") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _json_object(line, path=path, number=number)
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8: save it as UTF-8 first.") from error


def _json_object(line: str, *, path: Path, number: int) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {number} is no JSON: {error.msg}.") from error
    if not isinstance(values, dict):
        raise InputError(f"{path}, line {number} is no JSON object.")
    return values


def write_parquet(path: Path, records: Iterable[Any], kind: type[Any]) -> int:
    """Write records as one Parquet file (zstd), atomically; return how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [to_dict(record) for record in records]
    table = pa.Table.from_pylist(rows, schema=arrow_schema(kind))  # type: ignore[arg-type]
    with atomic_path(path) as beside:
        pq.write_table(table, beside, compression="zstd")
    return len(rows)


def read_parquet(path: Path, kind: type[Record]) -> list[Record]:
    """Return the records of a Parquet file in its order.

    Raises InputError if it is missing, torn, or holds other records.
    """
    return [from_dict(kind, row) for row in read_table(path).to_pylist()]


def read_table(path: Path) -> pa.Table:
    """Return a Parquet file as an Arrow table; raises InputError if it is missing or torn."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError(f"There is no file {path}: check the path.")
    try:
        # ParquetFile, not pyarrow's read_table: that takes folder names for partitions
        return pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path} is no readable Parquet file: write it again.") from error


@lru_cache(maxsize=64)
def arrow_schema(kind: type[Any]) -> pa.Schema:
    """Return the Arrow schema of a record: one column a field, nested records as structs."""
    import pyarrow as pa

    return pa.schema(_arrow_fields(kind))


def _arrow_fields(kind: type[Any]) -> list[pa.Field]:
    import pyarrow as pa

    hints = get_type_hints(kind)
    result = []
    for field in fields(kind):
        inner, is_optional = _without_none(hints[field.name])
        result.append(pa.field(field.name, _arrow_type(inner), nullable=is_optional))
    return result


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        options = [option for option in get_args(hint) if option is not type(None)]
        return options[0], len(options) < len(get_args(hint))
    return hint, False


def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    simple = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if hint in simple:
        return simple[hint]
    if get_origin(hint) is Literal:
        return pa.string()
    if get_origin(hint) is tuple:
        return pa.list_(pa.field("item", _arrow_type(get_args(hint)[0]), nullable=False))
    if is_dataclass(hint) and isinstance(hint, type):
        return pa.struct(_arrow_fields(hint))
    raise TypeError(f"no Arrow type for {hint!r}")


@lru_cache(maxsize=64)
def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
