"""What an archive folder holds, by address: ``index.jsonl`` beside the files.

The index only saves time: it is rebuilt from the files wherever it is missing or does not cover
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from partnernetz.errors import InputError
from partnernetz.records import Page
from partnernetz.storage import read_jsonl, write_jsonl
from scrapers.archive import PART_SUFFIX, StoredPage, read_page_at, read_stored_pages
from scrapers.reading.errors import UnreadableError

INDEX_FILE = "index.jsonl"
_WARC_SUFFIXES = (".warc", ".warc.gz", f".warc{PART_SUFFIX}", f".warc.gz{PART_SUFFIX}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """Where in the folder a page is stored; ``offset`` is the byte where its record begins."""

    url: str
    final_url: str
    source_id: str
    digest: str
    fetched_at: str
    archive_file: str
    archive_record: str
    offset: int


class ArchiveIndex:
    """The entries of an archive folder: by address the latest, by record id each."""

    def __init__(self, entries: Iterable[IndexEntry] = ()) -> None:
        self._entries: list[IndexEntry] = []
        self._by_address: dict[str, IndexEntry] = {}
        self._by_record: dict[str, IndexEntry] = {}
        self._digests: set[tuple[str, str]] = set()
        for entry in entries:
            self.add(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[IndexEntry]:
        return iter(self._entries)

    def add(self, entry: IndexEntry) -> None:
        """Take an entry in."""
        self._entries.append(entry)
        for address in (entry.url, entry.final_url):
            known = self._by_address.get(address)
            if known is None or known.fetched_at <= entry.fetched_at:
                self._by_address[address] = entry
        self._by_record.setdefault(entry.archive_record, entry)
        self._digests.add((entry.source_id, entry.digest))

    def latest(self, address: str) -> IndexEntry | None:
        """Return the entry of an address that was fetched last."""
        return self._by_address.get(address)

    def record(self, archive_record: str) -> IndexEntry | None:
        """Return the entry of a WARC-Record-ID."""
        return self._by_record.get(archive_record)

    def holds_body(self, *, source_id: str, digest: str) -> bool:
        """Return whether a source's body is stored, under whatever address."""
        return (source_id, digest) in self._digests


def index_entry(stored: StoredPage) -> IndexEntry:
    """Return the index entry of a stored page."""
    page = stored.page
    return IndexEntry(
        url=page.url,
        final_url=page.final_url,
        source_id=page.source_id,
        digest=page.digest,
        fetched_at=page.fetched_at,
        archive_file=page.archive_file,
        archive_record=page.archive_record,
        offset=stored.offset,
    )


def load_index(folder: Path) -> ArchiveIndex:
    """Return the index of a folder; files it does not cover are read, torn ones up to the tear."""
    known: dict[str, list[IndexEntry]] = {}
    with suppress(InputError):
        for entry in read_jsonl(folder / INDEX_FILE, IndexEntry):
            known.setdefault(entry.archive_file, []).append(entry)
    entries: list[IndexEntry] = []
    for path in _files(folder):
        name = path.name.removesuffix(PART_SUFFIX)
        is_open = path.name.endswith(PART_SUFFIX)
        entries.extend(_scan(path) if is_open or name not in known else known[name])
    return ArchiveIndex(entries)


def save_index(folder: Path, index: ArchiveIndex) -> None:
    """Write the index beside the files, atomically, sorted by file and place."""
    entries = sorted(index, key=lambda entry: (entry.archive_file, entry.offset))
    write_jsonl(folder / INDEX_FILE, entries)


def read_indexed(folder: Path, entry: IndexEntry) -> tuple[Page, bytes] | None:
    """Return the page of an entry, None where the files no longer hold it."""
    for name in (entry.archive_file, f"{entry.archive_file}{PART_SUFFIX}"):
        path = folder / Path(name).name
        if path.is_file():
            with suppress(UnreadableError):
                found = read_page_at(path, offset=entry.offset)
                if found is not None and found[0].archive_record == entry.archive_record:
                    return found
    return None


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name.lower().endswith(_WARC_SUFFIXES))


def _scan(path: Path) -> Iterator[IndexEntry]:
    with suppress(UnreadableError):
        for stored, _ in read_stored_pages(path):
            yield index_entry(stored)
