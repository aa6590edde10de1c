"""Reading one document of an archive again, to check what was quoted from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from partnernetz.errors import InputError
from partnernetz.records import Document, DocumentReference, Page
from scrapers.archive import PART_SUFFIX, read_page_at, read_pages, read_stored_pages
from scrapers.reading import read_document
from scrapers.reading.errors import UnreadableError


def document_of_record(archive_folder: Path, reference: DocumentReference) -> Document:
    """Return the Document that a reference names, read anew from the archive.

    Its reference is the given one. Raises InputError where the reference names no record, the
    file is missing, or the record is not in it or holds another body than it did.
    """
    if not reference.archive_file:
        raise InputError(f"Document {reference.id} was not read from an archive.")
    path = _file(archive_folder, reference.archive_file)
    found = _page(path, reference)
    if found is None:
        raise InputError(f"{path.name} no longer holds the record of {reference.url}.")
    page, body = found
    if reference.digest and page.digest != reference.digest:
        raise InputError(f"{path.name}: the body of {reference.url} is not the one once read.")
    return replace(read_document(page, body), reference=reference)


def _file(folder: Path, name: str) -> Path:
    for candidate in (name, f"{name}{PART_SUFFIX}"):
        path = folder / Path(candidate).name  # a file name from a table is no path
        if path.is_file():
            return path
    raise InputError(f"There is no archive file {name} in {folder}: check the folder.")


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
