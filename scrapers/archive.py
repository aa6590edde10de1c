"""Web archives (WARC 1.1, ISO 28500:2017) read back, our own and foreign ones, torn ones too."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from partnernetz.identifiers import stable_id
from partnernetz.records import Page
from scrapers.archive_bodies import body_of_record
from scrapers.reading.errors import UnreadableError

#: How the name of a file ends that is still being written.
PART_SUFFIX = ".part"
#: Records that hold a page; the last two were stored without an answer (or made of one).
_PAGE_TYPES = ("response", "resource", "conversion")
#: How a revisit record says that the server, not a comparison of bodies, found no change.
NOT_MODIFIED = "revisit/server-not-modified"
_OWN_WITHOUT_TEXT = re.compile(r"without-text-\d{4}-\d\d-\d\d-\d{3,}\.warc\.gz(?:\.part)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A Page with the place of its record in the file, in bytes, and what else is noted there.

    ``kind`` is the type of the record. A ``revisit`` has no body of its own: the digest of its
    page is the one of the body that it refers to, empty where it names none. ``crawl`` is when the
    crawl began, empty in foreign archives.
    """

    page: Page
    offset: int
    length: int
    kind: str
    crawl: str = ""
    etag: str | None = None
    last_modified: str | None = None
    is_not_modified: bool = False


def digest_of(body: bytes) -> str:
    """Return the digest of a body as Page carries it."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def make_page(*, digest: str, media_type: str, **values: Any) -> Page:
    """Return the Page of a body with a digest; ``values`` are its other fields."""
    name = stable_id("page", values["final_url"], values["fetched_at"], digest)
    return Page(id=name, digest=digest, media_type=_plain_media_type(media_type), **values)


def _plain_media_type(value: str) -> str:
    """Return a media type in lower case with at most its charset parameter."""
    kind, *parameters = (part.strip().lower() for part in value.split(";"))
    charset = next((part for part in parameters if part.startswith("charset=")), None)
    return f"{kind}; {charset}" if charset else kind


def has_no_text(path: Path) -> bool:
    """Return whether a file is one that our crawls write apart: revisits, feeds and sitemaps.

    >>> has_no_text(Path("without-text-2026-11-26-001.warc.gz")), has_no_text(Path("x.warc.gz"))
    (True, False)
    """
    return _OWN_WITHOUT_TEXT.fullmatch(path.name) is not None


def read_pages(path: Path) -> Iterator[tuple[Page, bytes]]:
    """Yield every page of an archive (.warc, .warc.gz, .wacz) with its body, in file order.

    All HTTP responses count, whatever their status, and resource and conversion records; requests,
    revisits and the like do not. Fields that foreign archives lack are empty. Raises
    UnreadableError where the file is torn, after everything before the tear has been yielded.
    """
    for stored, body in read_stored_pages(path):
        yield stored.page, body


def read_stored_pages(path: Path) -> Iterator[tuple[StoredPage, bytes]]:
    """Yield like ``read_pages``, each page with the offset of its record."""
    name = path.name.removesuffix(PART_SUFFIX)
    if name.lower().endswith(".wacz"):
        with path.open("rb") as file:
            yield from _pages_of_container(file, name=name)
        return
    for stored, body in scan_records(path):
        if stored.kind != "revisit":
            yield stored, body


def scan_records(path: Path, *, start: int = 0) -> Iterator[tuple[StoredPage, bytes]]:
    """Yield what stands in a WARC file from an offset on, revisit records included.

    Raises UnreadableError like ``read_pages``.
    """
    with path.open("rb") as file:
        file.seek(start)
        yield from _pages_of_file(file, name=path.name.removesuffix(PART_SUFFIX))


def _pages_of_container(file: IO[bytes], *, name: str) -> Iterator[tuple[StoredPage, bytes]]:
    """Yield the pages of a WACZ file (WACZ 1.1.1), those of containers in it included."""
    try:
        with zipfile.ZipFile(file) as container:
            for member in sorted(container.namelist()):
                if member.lower().endswith((".warc", ".warc.gz")):
                    with container.open(member) as part:
                        for stored, body in _pages_of_file(part, name=name):
                            if stored.kind != "revisit":
                                yield stored, body
                elif member.lower().endswith(".wacz"):
                    with container.open(member) as part:
                        yield from _pages_of_container(part, name=name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(f"{name} is torn: {error}.", slug="archive_torn") from error


def read_page_at(path: Path, *, offset: int) -> tuple[Page, bytes] | None:
    """Return the page whose record begins at an offset of a WARC file, None if none does.

    What the crawl noted apart (source, address asked for) is not in that record: these fields
    are the ones of a foreign archive.
    """
    for stored, body in scan_records(path, start=offset):
        return (stored.page, body) if stored.offset == offset else None
    return None


def _pages_of_file(file: IO[bytes], *, name: str) -> Iterator[tuple[StoredPage, bytes]]:
    metadata: dict[str, Mapping[str, str]] = {}
    with torn_at_error(name):
        for record, offset, end in archive_records(file):
            if record.rec_type not in (*_PAGE_TYPES, "revisit", "metadata"):
                continue
            body = body_of_record(record)
            if record.rec_type == "metadata":
                about = record.rec_headers.get_header("WARC-Concurrent-To") or ""
                metadata = {about: _fields(body)}  # belongs to the response that follows
                continue
            known = metadata.get(record.rec_headers.get_header("WARC-Record-ID") or "", {})
            page = _page_of_record(record, body, known, name=name)
            if page is not None:
                yield _stored_page(record, page, known, offset=offset, length=end() - offset), body


def archive_records(file: IO[bytes]) -> Iterator[tuple[Any, int, Callable[[], int]]]:
    """Yield each record, where it begins, and a function that reads on to where it ends.

    Raises EOFError at a tear, which warcio alone does not notice everywhere (1.8.1).
    """
    from warcio.archiveiterator import ArchiveIterator

    class TearNoticingIterator(ArchiveIterator):  # type: ignore[misc, unused-ignore]
        INC_RECORD = ""  # what it would write to stderr at a tear
        is_torn = False

        def close(self) -> None:
            decompressor = self.reader.decompressor if self.reader else None
            if decompressor is not None:
                self.is_torn = not getattr(decompressor, "eof", True)
            elif self.reader is not None:
                self.is_torn = not _ends_with_record(file)
            super().close()

    iterator = TearNoticingIterator(file)
    for record in iterator:
        if not record.rec_headers.get_header("Content-Length"):
            raise EOFError("a record's head is cut off")
        offset = iterator.offset
        yield record, offset, lambda: iterator.get_record_offset() + iterator.get_record_length()
        record.raw_stream.read()
        if record.raw_stream.limit > 0:
            raise EOFError("a record is cut off")
    if iterator.is_torn:
        raise EOFError("a record's beginning is cut off")


def _ends_with_record(file: IO[bytes]) -> bool:
    """Return whether a file ends as an uncompressed record does, with two line ends."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 4))
    return file.read(4).replace(b"\r", b"").endswith(b"\n\n")


@contextmanager
def torn_at_error(name: str) -> Iterator[None]:
    """Turn what warcio raises on a broken file into an UnreadableError that names it."""
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    try:
        yield
    except UnreadableError:
        raise
    except (
        ArchiveLoadFailed,
        StatusAndHeadersParserException,
        EOFError,
        zlib.error,
        ValueError,
        AttributeError,
    ) as error:
        raise UnreadableError(
            f"{name} is torn: what stands before the tear was read.", slug="archive_torn"
        ) from error


def _page_of_record(
    record: Any, body: bytes, known: Mapping[str, str], *, name: str
) -> Page | None:
    headers = record.rec_headers
    address = (headers.get_header("WARC-Target-URI") or "").strip("<> ")
    if not address.lower().startswith(("http://", "https://")):
        return None
    http = record.http_headers
    status, media_type = 200, headers.get_header("Content-Type") or ""
    if record.rec_type in ("response", "revisit"):
        if http is None and record.rec_type == "response":
            return None
        code = (http.get_statuscode() or "") if http else ""
        status = int(code) if code.isdigit() and len(code) == 3 else 0
        media_type = (http.get_header("Content-Type") or "") if http else ""
    values: dict[str, Any] = {
        "url": known.get("url") or address,
        "final_url": address,
        "source_id": known.get("source_id", ""),
        "fetched_at": headers.get_header("WARC-Date") or "",
        "status": status,
        "archive_file": name,
        "archive_record": headers.get_header("WARC-Record-ID") or "",
    }
    is_revisit = record.rec_type == "revisit"
    known_digest = headers.get_header("WARC-Payload-Digest") or ""
    digest = known_digest if is_revisit else digest_of(body)
    return make_page(digest=digest, media_type=media_type, **values)


def _stored_page(
    record: Any, page: Page, known: Mapping[str, str], *, offset: int, length: int
) -> StoredPage:
    http = record.http_headers
    profile = record.rec_headers.get_header("WARC-Profile") or ""
    return StoredPage(
        page=page,
        offset=offset,
        length=length,
        kind=record.rec_type,
        crawl=known.get("crawl", ""),
        etag=http.get_header("ETag") if http else None,
        last_modified=http.get_header("Last-Modified") if http else None,
        is_not_modified=profile.rstrip("/").endswith(NOT_MODIFIED),
    )


def _fields(body: bytes) -> dict[str, str]:
    lines = body.decode("utf-8", errors="replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs if value}
