"""Reading one document of an archive again, to check what was quoted from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from partnernetz.errors import InputError
from partnernetz.records import Document, DocumentReference, Page
from scrapers.archive import PART_SUFFIX, read_page_at, read_pages, read_stored_pages
from scrapers.reading import read_document
from scrapers.reading.errors import UnreadableError
from scrapers.visits import VISITS_FILE

RecordLoss = Literal[
    "not_archived", "file_missing", "record_missing", "purged", "body_changed", "unreadable"
]


class RecordLostError(InputError):
    """A document cannot be read again from the archive; ``reason`` says why in one word."""

    def __init__(self, message: str, *, reason: RecordLoss) -> None:
        super().__init__(message)
        self.reason = reason


def document_of_record(archive_folder: Path, reference: DocumentReference) -> Document:
    """Return the Document that a reference names, read anew from the archive.

    Its reference is the given one. Raises RecordLostError where the reference names no record, the
    file is missing, the record was purged, is not in it or holds another body than it did.
    """
    if not reference.archive_file:
        raise RecordLostError(
            f"Document {reference.id} was not read from an archive.", reason="not_archived"
        )
    if reference.archive_record and reference.archive_record in purged_records(archive_folder):
        raise RecordLostError(
            f"The record of {reference.url} was purged from the archive.", reason="purged"
        )
    path = _file(archive_folder, reference.archive_file)
    try:
        found = _page(path, reference)
        if found is None:
            raise RecordLostError(
                f"{path.name} no longer holds the record of {reference.url}.",
                reason="record_missing",
            )
        page, body = found
        if reference.digest and page.digest != reference.digest:
            raise RecordLostError(
                f"{path.name}: the body of {reference.url} is not the one once read.",
                reason="body_changed",
            )
        return replace(read_document(page, body), reference=reference)
    except (UnreadableError, OSError) as error:
        raise RecordLostError(
            f"{path.name}: {reference.url} cannot be read: {error}", reason="unreadable"
        ) from error


def _file(folder: Path, name: str) -> Path:
    for candidate in (name, f"{name}{PART_SUFFIX}"):
        path = folder / Path(candidate).name  # a file name from a table is no path
        if path.is_file():
            return path
    raise RecordLostError(
        f"There is no archive file {name} in {folder}: check the folder.", reason="file_missing"
    )


def purged_records(archive_folder: Path) -> frozenset[str]:
    """Return the ids of the records that were purged from an archive folder, none if unknown."""
    path = archive_folder / VISITS_FILE
    return _purged_records(path, path.stat().st_mtime_ns) if path.is_file() else frozenset()


@lru_cache(maxsize=4)
def _purged_records(path: Path, modified: int) -> frozenset[str]:
    query = "SELECT archive_record FROM visits WHERE purged_on IS NOT NULL"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return frozenset(row[0] for row in database.execute(query) if row[0])
    except sqlite3.Error:  # no database; not opened as Visits are, which would make one
        return frozenset()


def _page(path: Path, reference: DocumentReference) -> tuple[Page, bytes] | None:
    if path.name.lower().endswith(".wacz"):
        try:
            return next((f for f in read_pages(path) if _is_meant(f[0], reference)), None)
        except UnreadableError:
            return None
    status = path.stat()
    offsets = _offsets(path, status.st_mtime_ns, status.st_size)
    offset = offsets.get(_key(reference.archive_record, reference.url, reference.digest))
    return None if offset is None else read_page_at(path, offset=offset)


@lru_cache(maxsize=16)
def _offsets(path: Path, modified: int, size: int) -> Mapping[str, int]:
    """Return the offsets of a file's records; time and size make a changed file a new one."""
    offsets: dict[str, int] = {}
    try:
        for stored, _ in read_stored_pages(path):
            page = stored.page
            key = _key(page.archive_record, page.final_url, page.digest)
            offsets.setdefault(key, stored.offset)
    except UnreadableError:
        pass  # what stands before a tear can still be verified
    return offsets


def _is_meant(page: Page, reference: DocumentReference) -> bool:
    return _key(page.archive_record, page.final_url, page.digest) == _key(
        reference.archive_record, reference.url, reference.digest
    )


def _key(archive_record: str | None, url: str, digest: str | None) -> str:
    return archive_record or f"{url} {digest}"
