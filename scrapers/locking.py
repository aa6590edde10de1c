"""One process at a time changes an archive folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from partnernetz.errors import UsageError

_LOCK_FILE = ".lock"


@contextmanager
def locked(archive: Path) -> Iterator[None]:
    """Hold the lock of an archive folder; raises UsageError where another process has it."""
    with (archive / _LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"Another crawl is writing to {archive}: wait for its end.") from error
        yield
