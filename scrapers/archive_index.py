"""The visits of an archive folder made anew from its files, and bodies read back from them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from scrapers.archive import PART_SUFFIX, StoredPage, read_page_at, scan_records
from scrapers.reading.errors import UnreadableError
from scrapers.visits import Outcome, Visit, Visits

_WARC_SUFFIXES = (".warc", ".warc.gz", f".warc{PART_SUFFIX}", f".warc.gz{PART_SUFFIX}")


def cover_files(folder: Path, visits: Visits) -> None:
    """Bring the visits up to what the WARC files of a folder hold, torn ones up to the tear.

    Only what no visit covers is read. Where a file is gone or has shrunk, its visits lose their
    place in it.
    """
    covered = visits.covered()
    files = {path.name.removesuffix(PART_SUFFIX): path for path in _files(folder)}
    for name in covered.keys() - files.keys():
        visits.forget_file(name)
    for name, path in files.items():
        size, start = path.stat().st_size, covered.get(name, 0)
        if size < start:
            visits.forget_file(name)
            start = 0
        if size > start:
            with visits.together():
                with suppress(UnreadableError):
                    for stored, _ in scan_records(path, start=start):
                        visits.add(visit_of(stored))
                visits.cover(name, to=size)


def visit_of(stored: StoredPage) -> Visit:
    """Return the visit that a record of an archive file tells of."""
    page = stored.page
    outcome: Outcome = "stored"
    if stored.kind == "revisit":
        outcome = "not_modified" if stored.is_not_modified else "unchanged"
    return Visit(
        source_id=page.source_id,
        url=page.url,
        final_url=page.final_url,
        at=page.fetched_at,
        crawl=stored.crawl,
        outcome=outcome,
        status=page.status,
        media_type=page.media_type,
        digest=page.digest or None,
        etag=stored.etag,
        last_modified=stored.last_modified,
        archive_file=page.archive_file,
        archive_record=page.archive_record,
        archive_offset=stored.offset,
        archive_length=stored.length,
    )


def read_body(folder: Path, visit: Visit) -> bytes | None:
    """Return the body that a visit's record holds, None where the files no longer have it."""
    path = archive_path(folder, visit)
    if path is None or visit.archive_offset is None:
        return None
    with suppress(UnreadableError, OSError):
        found = read_page_at(path, offset=visit.archive_offset)
        if found is not None and found[0].archive_record == visit.archive_record:
            return found[1]
    return None


def archive_path(folder: Path, visit: Visit) -> Path | None:
    """Return the file in which a visit's record lies, None where there is none."""
    for suffix in ("", PART_SUFFIX) if visit.archive_file else ():
        path = folder / f"{Path(visit.archive_file or '').name}{suffix}"
        if path.is_file():
            return path
    return None


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name.lower().endswith(_WARC_SUFFIXES))
