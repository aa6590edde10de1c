"""Deletes pages from archive files: those fetched before a day, those past their retention date.

A file is written anew without them beside its place and then renamed over it; the visits follow.
Whoever kills it in between loses nothing: the next run finds out how far it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from partnernetz.errors import UsageError
from partnernetz.storage import atomic_path
from scrapers.archive import archive_records, torn_at_error
from scrapers.archive_index import cover_files
from scrapers.archive_writing import recover
from scrapers.cdxj import write_cdxj
from scrapers.locking import locked
from scrapers.reading.errors import UnreadableError
from scrapers.visits import VISITS_FILE, Place, Visits

_PAGES = ("response", "resource", "conversion")
_REFERENCES = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
#: Larger than any file: what covers so much is read again.
_BEYOND = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReport:
    """What was deleted, or would be.

    ``pages`` and ``revisits`` count records, ``dereferenced`` the revisit records that stay and
    whose page is gone, ``freed`` bytes. ``left`` are files that could not be purged, with the
    reason as a sentence. ``records`` are the WARC-Record-IDs of what was deleted.
    """

    pages: int = 0
    revisits: int = 0
    dereferenced: int = 0
    freed: int = 0
    rewritten: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    records: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Doomed:
    """What is to go: all that is older than a day, and records by id."""

    before: str
    records: set[str]

    def meets(self, record: Any) -> bool:
        """Return whether a record goes, alone or with the page that it belongs to."""
        if record.rec_type == "warcinfo":
            return False
        return (
            _header(record, "WARC-Date")[:10] < self.before
            or _header(record, "WARC-Record-ID") in self.records
            or _header(record, "WARC-Concurrent-To") in self.records
            or (
                record.rec_type in ("metadata", "request", "conversion")
                and _header(record, "WARC-Refers-To") in self.records
            )
        )

    def orphans(self, record: Any) -> bool:
        """Return whether a record that stays is a revisit of a page that goes."""
        if record.rec_type != "revisit":
            return False
        date = _header(record, "WARC-Refers-To-Date")
        is_old = bool(date) and date[:10] < self.before
        return is_old or _header(record, "WARC-Refers-To") in self.records


@dataclass(slots=True)
class _Tally:
    pages: int = 0
    revisits: int = 0
    dereferenced: int = 0
    kept: int = 0
    freed: int = 0
    rewritten: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    records: set[str] = field(default_factory=set)

    def report(self) -> PurgeReport:
        return PurgeReport(
            pages=self.pages,
            revisits=self.revisits,
            dereferenced=self.dereferenced,
            freed=self.freed,
            rewritten=tuple(self.rewritten),
            removed=tuple(self.removed),
            left=tuple(self.left),
            records=frozenset(self.records),
        )


def purge(
    folder: Path, *, today: str, before: str = "", expired: bool = False, is_dry_run: bool = False
) -> PurgeReport:
    """Delete from an archive folder what was fetched before a day; return what was deleted.

    ``before`` and ``today`` are days (ISO 8601); with ``expired``, pages whose retention date is
    before today go as well. Visits keep their row, with the day of the deletion. Files that are
    torn, and containers (.wacz), are left as they are and told. Raises UsageError where the folder
    holds no archive or a crawl writes to it.
    """
    if not folder.is_dir() or not (any(_files(folder)) or (folder / VISITS_FILE).is_file()):
        raise UsageError(f"{folder} holds no archive: name the folder of the WARC files.")
    tally = _Tally(left=[_container(path) for path in sorted(folder.glob("*.wacz"))])
    with locked(folder), Visits(folder) as visits:
        recover(folder)
        for unfinished in folder.glob(".*.warc*"):  # of a purge that was killed
            unfinished.unlink()
        cover_files(folder, visits)
        records = visits.expired_records(today) if expired else set()
        doomed = _Doomed(before=before, records=records)
        files = list(_files(folder))
        for path in files:  # whole before anything is written: a page may be revisited elsewhere
            doomed.records.update(_doomed_pages(path, doomed))
        for path in files:
            _purge_file(path, doomed, tally, visits, today=today, is_dry_run=is_dry_run)
        if not is_dry_run:
            visits.note_purged(day=today, before=before, expired_on=today if expired else "")
            write_cdxj(folder, visits)
    return tally.report()


def _files(folder: Path) -> Iterator[Path]:
    names = (".warc", ".warc.gz")
    yield from (path for path in sorted(folder.iterdir()) if path.name.lower().endswith(names))


def _container(path: Path) -> str:
    return f"{path.name} is a container that others made, and left as it is: delete it as a whole."


def _header(record: Any, name: str) -> str:
    return record.rec_headers.get_header(name) or ""


def _doomed_pages(path: Path, doomed: _Doomed) -> Iterator[str]:
    try:
        with path.open("rb") as file, torn_at_error(path.name):
            for record, *_ in archive_records(file):
                if record.rec_type in (*_PAGES, "revisit") and doomed.meets(record):
                    yield _header(record, "WARC-Record-ID")
    except UnreadableError:
        return  # told when it is to be written


def _purge_file(
    path: Path, doomed: _Doomed, tally: _Tally, visits: Visits, *, today: str, is_dry_run: bool
) -> None:
    found = _Tally()
    size = path.stat().st_size
    try:
        _survey(path, doomed, found)
    except UnreadableError:
        tally.left.append(f"{path.name} is torn, and left as it is: delete it as a whole.")
        return
    if not (found.records or found.dereferenced):
        return
    if not is_dry_run:
        visits.cover(path.name, to=_BEYOND)  # so that a crawl after a kill reads it again
        places: list[Place] = []
        if found.kept:
            places = _rewrite(path, doomed)
        else:
            path.unlink()
        left = path.stat().st_size if found.kept else 0
        visits.place_records(path.name, places, size=left, purged_on=today)
        found.freed = size - left
    (tally.rewritten if found.kept else tally.removed).append(path.name)
    for name in ("pages", "revisits", "dereferenced", "freed"):
        setattr(tally, name, getattr(tally, name) + getattr(found, name))
    tally.records |= found.records


def _survey(path: Path, doomed: _Doomed, found: _Tally) -> None:
    """Count what of a file goes and what stays; raises UnreadableError where it is torn."""
    with path.open("rb") as file, torn_at_error(path.name):
        for record, *_ in archive_records(file):
            is_page, is_revisit = record.rec_type in _PAGES, record.rec_type == "revisit"
            if doomed.meets(record):
                found.pages += is_page
                found.revisits += is_revisit
                if is_page or is_revisit:
                    found.records.add(_header(record, "WARC-Record-ID"))
            else:
                found.kept += is_page or is_revisit
                found.dereferenced += doomed.orphans(record)


def _rewrite(path: Path, doomed: _Doomed) -> list[Place]:
    """Write a file anew without what is doomed; return where each record is now."""
    places: list[Place] = []
    with (
        atomic_path(path) as beside,
        path.open("rb") as file,
        path.open("rb") as source,
        beside.open("wb") as target,
    ):
        kept: tuple[str, int] | None = None  # id and offset of a record, copied up to the next one
        for record, offset, *_ in archive_records(file):
            if kept is not None:
                places.append(_copy(source, target, *kept, end=offset))
            kept = None
            if doomed.orphans(record) and not doomed.meets(record):
                places.append(_write_without_reference(record, target, is_gzip=_is_gzip(path)))
            elif not doomed.meets(record):
                kept = (_header(record, "WARC-Record-ID"), offset)
        if kept is not None:
            places.append(_copy(source, target, *kept, end=path.stat().st_size))
    return places


def _copy(source: IO[bytes], target: IO[bytes], record_id: str, begin: int, *, end: int) -> Place:
    source.seek(begin)
    place = target.tell()
    while begin < end and (chunk := source.read(min(end - begin, 1 << 20))):
        target.write(chunk)
        begin += len(chunk)
    return record_id, place, target.tell() - place


def _is_gzip(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _write_without_reference(record: Any, target: IO[bytes], *, is_gzip: bool) -> Place:
    from warcio.warcwriter import WARCWriter

    for name in _REFERENCES:
        record.rec_headers.remove_header(name)
    place = target.tell()
    WARCWriter(target, gzip=is_gzip).write_record(record)
    return _header(record, "WARC-Record-ID"), place, target.tell() - place
