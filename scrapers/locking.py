"""One process at a time changes an archive folder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from partnernetz.errors import UsageError

_LOCK_FILE = ".lock"
#: Seconds to wait for the process of a killed crawl, which ends with the page it is at.
_PATIENCE = 60.0


@contextmanager
def locked(archive: Path) -> Iterator[int]:
    """Hold the archive's lock and yield it, for the crawling process to hold it as well.

    So the lock of a killed crawl is free when its process, which ends by itself, has ended. Raises
    UsageError where another process has it.
    """
    with (archive / _LOCK_FILE).open("a+") as file:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if _is_crawling(file) or time.monotonic() > until:
                    raise UsageError(
                        f"Another crawl is writing to {archive}: wait for its end."
                    ) from error
                time.sleep(0.1)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()


def _is_crawling(lock: IO[str]) -> bool:
    """Return whether the process still lives that took the lock."""
    lock.seek(0)
    try:
        os.kill(int(lock.read()), 0)
    except (ValueError, OSError):
        return False
    return True
