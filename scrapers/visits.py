"""What a crawl decided on every address: ``crawl.sqlite`` beside the archive files.

The table ``visits`` has a row for each decision and is all that a crawl knows, so that it needs no
memory for what it has met and can be killed at any moment (SQLite's write-ahead log). What it says
of archive files is derived from them: rows are made anew from files that it does not cover. Only
decisions without a record (a failure, a refusal) are nowhere else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, get_args

from partnernetz.errors import StageError

VISITS_FILE = "crawl.sqlite"
Outcome = Literal[
    "stored", "unchanged", "not_modified", "not_kept", "redirected", "failed", "refused"
]
#: Where a file has a record: the record's id, offset and length in bytes.
Place = tuple[str, int, int]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
#: Seconds to wait for another process that writes.
_PATIENCE = 30.0
#: So many pages of the archive files wait at most to be written here.
_MOST_WAITING = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One decision on one address of one source.

    ``url`` was asked for, ``final_url`` answered; ``crawl`` is when the crawl began, empty for
    records of foreign archives. Outcomes: ``stored`` (a new body), ``unchanged`` (a body that the
    source has already), ``not_modified`` (the server said so), ``not_kept`` (fetched, but must not
    be stored), ``redirected`` (to a page that this crawl had already), ``failed``, ``refused`` (not
    fetched by ``rule``). ``digest`` is that of the body, also where another record holds it;
    ``archive_offset`` and ``archive_length`` are bytes of this visit's own record.
    ``legal_basis`` and ``retain_until`` (a date) say why a page is kept and for how long;
    ``fingerprint`` is that of its readable text (see ``scrapers.duplicates``). ``purged_on`` is the
    day on which the record was deleted: that a page was had is still told.
    """

    source_id: str
    url: str
    final_url: str
    at: str
    crawl: str
    outcome: Outcome
    slug: str | None = None
    rule: str | None = None
    message: str | None = None
    status: int | None = None
    media_type: str | None = None
    digest: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    archive_file: str | None = None
    archive_record: str | None = None
    archive_offset: int | None = None
    archive_length: int | None = None
    legal_basis: str | None = None
    retain_until: str | None = None
    fingerprint: str | None = None
    purged_on: str | None = None


_COLUMNS = tuple(field.name for field in fields(Visit))
_ROW = attrgetter(*_COLUMNS)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM visits"
_INSERT = (
    f"INSERT INTO visits ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (archive_file, archive_offset) WHERE archive_file IS NOT NULL DO NOTHING"
)
#: Feeds and sitemaps are in files of their own, whose names tell (see scrapers.archive).
_WITH_TEXT = (
    "WHERE outcome = 'stored' AND status = 200 AND archive_file IS NOT NULL"
    " AND archive_file NOT LIKE 'without-text-%'"
)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS visits (
  id INTEGER PRIMARY KEY,
  source_id TEXT NOT NULL, url TEXT NOT NULL, final_url TEXT NOT NULL, at TEXT NOT NULL,
  crawl TEXT NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN {OUTCOMES}),
  slug TEXT, rule TEXT, message TEXT, status INTEGER, media_type TEXT, digest TEXT,
  etag TEXT, last_modified TEXT,
  archive_file TEXT, archive_record TEXT, archive_offset INTEGER, archive_length INTEGER,
  legal_basis TEXT, retain_until TEXT, fingerprint TEXT, purged_on TEXT
);
CREATE INDEX IF NOT EXISTS visits_by_url ON visits (source_id, url);
CREATE INDEX IF NOT EXISTS visits_by_final_url ON visits (source_id, final_url);
CREATE INDEX IF NOT EXISTS visits_by_digest ON visits (digest);
CREATE UNIQUE INDEX IF NOT EXISTS visits_by_record ON visits (archive_file, archive_offset)
  WHERE archive_file IS NOT NULL;
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, covered INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS learnt (
  crawl TEXT NOT NULL, source_id TEXT NOT NULL, url TEXT NOT NULL, links TEXT NOT NULL,
  PRIMARY KEY (crawl, source_id, url)
);
"""


class Visits:
    """The visits of an archive folder; to be closed, or used in a ``with`` statement."""

    def __init__(self, folder: Path) -> None:
        """Open the folder's file, made where it is missing.

        What is no database is set aside under another name. Raises StageError where the file
        cannot be opened or written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / VISITS_FILE
        try:
            try:
                self._database = _open(path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                path.replace(path.with_suffix(".sqlite.broken"))
                self._database = _open(path)
        except (sqlite3.Error, OSError) as error:
            raise StageError(f"{path} cannot be used ({error}): check the folder.") from error
        self._covered: dict[str, int] = {}
        self._waiting = 0

    def __enter__(self) -> Visits:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, with all that was added in it."""
        with suppress(sqlite3.Error):  # what cannot be written now is told by the archive files
            self.commit()
        self._database.close()

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM visits").fetchone()[0])

    def __iter__(self) -> Iterator[Visit]:
        """Yield all visits in the order in which they were added."""
        yield from self._all(f"{_SELECT} ORDER BY id")

    def add_page(self, visit: Visit, *, covered: int) -> None:
        """Add the visit of a record that its archive file holds already, up to a byte.

        A hundred of them are written at a time: what is lost when the process is killed is read
        from the archive files again.
        """
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")
        self.add(visit)
        self._covered[visit.archive_file or ""] = covered
        self._waiting += 1
        if self._waiting >= _MOST_WAITING:
            self.commit()

    def commit(self) -> None:
        """Write what waits to be written."""
        if self._database.in_transaction:
            for name, end in self._covered.items():
                self.cover(name, to=end)
            self._database.execute("COMMIT")
        self._covered.clear()
        self._waiting = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Add all that is added inside at once, or nothing where an error ends the block."""
        self.commit()
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def add(self, visit: Visit) -> None:
        """Add a visit; one of a record that is known already is left out."""
        self._database.execute(_INSERT, _ROW(visit))

    def decided(self, *, crawl: str, source_id: str, url: str) -> Visit | None:
        """Return what a crawl decided last on an address."""
        return self._first(
            f"{_SELECT} WHERE source_id = ? AND url = ? AND crawl = ? ORDER BY id DESC",
            source_id, url, crawl,
        )  # fmt: skip

    def history(self, *, source_id: str, url: str) -> list[Visit]:
        """Return the visits of an address, oldest first."""
        return list(
            self._all(f"{_SELECT} WHERE source_id = ? AND url = ? ORDER BY at, id", source_id, url)
        )

    def has_met(self, *, crawl: str, source_id: str, final_url: str) -> bool:
        """Return whether a crawl has had the page of an address already."""
        query = (
            "SELECT 1 FROM visits WHERE source_id = ? AND final_url = ? AND crawl = ?"
            " AND outcome NOT IN ('failed', 'refused') LIMIT 1"
        )
        return self._database.execute(query, (source_id, final_url, crawl)).fetchone() is not None

    def body(self, *, source_id: str, final_url: str, digest: str) -> Visit | None:
        """Return the visit whose record holds a body, None where no file does.

        Bodies are looked for within the source and, whatever the source, under the address.
        """
        return self._first(
            f"{_SELECT} WHERE digest = ? AND (source_id = ? OR final_url = ?)"
            " AND outcome = 'stored' AND status = 200 AND archive_file IS NOT NULL ORDER BY id",
            digest, source_id, final_url,
        )  # fmt: skip

    def first_without_fingerprint(self) -> list[Visit]:
        """Return of each archive file the first visit whose text has no fingerprint yet."""
        order = "ORDER BY archive_file, archive_offset"
        query = f"{_SELECT} {_WITH_TEXT} AND fingerprint IS NULL {order}"
        firsts: dict[str | None, Visit] = {}
        for visit in self._all(query):
            firsts.setdefault(visit.archive_file, visit)
        return list(firsts.values())

    def set_fingerprint(self, archive_file: str, *, offset: int, fingerprint: str) -> None:
        """Keep the fingerprint of a record's text, empty where it has none."""
        self._database.execute(
            "UPDATE visits SET fingerprint = ? WHERE archive_file = ? AND archive_offset = ?",
            (fingerprint, archive_file, offset),
        )

    def with_fingerprint(self) -> Iterator[Visit]:
        """Yield the visits whose texts have a fingerprint, in the order of their fetching."""
        yield from self._all(f"{_SELECT} {_WITH_TEXT} AND fingerprint != '' ORDER BY at, id")

    def sorted_by(self, line: Callable[[Visit], str]) -> Iterator[str]:
        """Yield the line of each visit that has a body or repeats one, sorted by bytes.

        SQLite sorts them, whatever their number: beyond its cache in a temporary file.
        """
        count = len(_COLUMNS)
        self._database.create_function("line", count, lambda *row: line(_visit(row)))
        query = (
            f"SELECT line({', '.join(_COLUMNS)}) AS line FROM visits"
            " WHERE archive_file IS NOT NULL AND outcome IN ('stored', 'unchanged') ORDER BY line"
        )
        yield from (row[0] for row in self._database.execute(query))

    def covered(self) -> dict[str, int]:
        """Return up to which byte each archive file's records are in the table."""
        return dict(self._database.execute("SELECT name, covered FROM files"))

    def cover(self, name: str, *, to: int) -> None:
        """Note up to which byte a file's records are in the table."""
        self._database.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (name, to))

    def forget_file(self, name: str) -> None:
        """Take out where a file's records were; the decisions stay."""
        self._database.execute(
            "UPDATE visits SET archive_file = NULL, archive_offset = NULL, archive_length = NULL"
            " WHERE archive_file = ?",
            (name,),
        )
        self._database.execute("DELETE FROM files WHERE name = ?", (name,))

    def expired_records(self, today: str) -> set[str]:
        """Return the ids of the records whose retention date is before a day (ISO 8601)."""
        rows = self._database.execute(
            "SELECT archive_record FROM visits WHERE archive_file IS NOT NULL"
            " AND retain_until < ? AND archive_record IS NOT NULL",
            (today,),
        )
        return {row[0] for row in rows}

    def place_records(
        self,
        name: str,
        places: Iterable[Place],
        *,
        size: int,
        purged_on: str | None = None,
    ) -> None:
        """Take in where a file that was written anew has its records.

        Visits whose record is no longer there lose their place, purged on the day that is given.
        """
        found = {record: (offset, length) for record, offset, length in places}
        run = self._database.execute
        with self.together():
            rows = run("SELECT id, archive_record FROM visits WHERE archive_file = ?", (name,))
            kept = [(*found[record], row) for row, record in rows.fetchall() if record in found]
            run("UPDATE visits SET archive_offset = -id WHERE archive_file = ?", (name,))
            self._database.executemany(
                "UPDATE visits SET archive_offset = ?, archive_length = ? WHERE id = ?", kept
            )
            run(
                "UPDATE visits SET archive_file = NULL, archive_offset = NULL,"
                " archive_length = NULL, purged_on = ?"
                " WHERE archive_file = ? AND archive_offset < 0",
                (purged_on, name),
            )
            self.cover(name, to=size)
            if not size:
                run("DELETE FROM files WHERE name = ?", (name,))

    def note_purged(self, *, day: str, before: str, expired_on: str) -> None:
        """Note the day of deletion where a purge was killed before it could."""
        self._database.execute(
            "UPDATE visits SET purged_on = ? WHERE purged_on IS NULL AND archive_file IS NULL"
            " AND archive_record IS NOT NULL AND (substr(at, 1, 10) < ? OR retain_until < ?)",
            (day, before, expired_on),
        )

    def purged_records(self) -> set[str]:
        """Return the ids of the records that were deleted."""
        rows = self._database.execute(
            "SELECT archive_record FROM visits WHERE purged_on IS NOT NULL"
        )
        return {row[0] for row in rows if row[0]}

    def keep_links(
        self, *, crawl: str, source_id: str, url: str, links: Iterable[dict[str, Any]]
    ) -> None:
        """Keep the links (JSON objects) of a page that is not stored, until the crawl ends."""
        text = json.dumps(list(links), ensure_ascii=False)
        self._database.execute(
            "INSERT OR REPLACE INTO learnt VALUES (?, ?, ?, ?)", (crawl, source_id, url, text)
        )

    def kept_links(self, *, crawl: str, source_id: str, url: str) -> list[dict[str, Any]]:
        """Return the links that were kept of a page, none where none were."""
        row = self._database.execute(
            "SELECT links FROM learnt WHERE crawl = ? AND source_id = ? AND url = ?",
            (crawl, source_id, url),
        ).fetchone()
        return list(json.loads(row[0])) if row else []

    def drop_links(self) -> None:
        """Forget all kept links: a crawl that came to its end has no more use for them."""
        self._database.execute("DELETE FROM learnt")

    def _first(self, query: str, *values: object) -> Visit | None:
        row = self._database.execute(f"{query} LIMIT 1", values).fetchone()
        return _visit(row) if row else None

    def _all(self, query: str, *values: object) -> Iterator[Visit]:
        for row in self._database.execute(query, values):
            yield _visit(row)


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        # a killed process loses nothing; a power cut may cost the latest rows, never the file
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
    except sqlite3.Error:
        with suppress(sqlite3.Error):
            database.close()
        raise
    return database


def _visit(row: tuple[object, ...]) -> Visit:
    return Visit(**dict(zip(_COLUMNS, row, strict=True)))  # type: ignore[arg-type]
