"""Web archives (WARC 1.1, ISO 28500:2017) read back, our own and foreign ones, torn ones too."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from partnernetz.identifiers import stable_id
from partnernetz.records import Page
from scrapers.reading.errors import UnreadableError

#: How the name of a file ends that is still being written.
PART_SUFFIX = ".part"
#: Bytes of a page that are read; more is no page for readers.
LARGEST_BODY = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A Page with the place of its record in the file, in bytes."""

    page: Page
    offset: int


def digest_of(body: bytes) -> str:
    """Return the digest of a body as Page carries it."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def make_page(*, body: bytes, media_type: str, **values: Any) -> Page:
    """Return the Page of a body; ``values`` are its other fields."""
    digest = digest_of(body)
    name = stable_id("page", values["final_url"], values["fetched_at"], digest)
    return Page(id=name, digest=digest, media_type=_plain_media_type(media_type), **values)


def _plain_media_type(value: str) -> str:
    """Return a media type in lower case with at most its charset parameter."""
    kind, *parameters = (part.strip().lower() for part in value.split(";"))
    charset = next((part for part in parameters if part.startswith("charset=")), None)
    return f"{kind}; {charset}" if charset else kind


def read_pages(path: Path) -> Iterator[tuple[Page, bytes]]:
    """Yield every page of an archive (.warc, .warc.gz, .wacz) with its body, in file order.

    All HTTP responses count, whatever their status; requests, revisits and the like do not.
    Fields that foreign archives lack are empty. Raises UnreadableError where the file is torn,
    after everything before the tear has been yielded.
    """
    for stored, body in read_stored_pages(path):
        yield stored.page, body


def read_stored_pages(path: Path) -> Iterator[tuple[StoredPage, bytes]]:
    """Yield like ``read_pages``, each page with the offset of its record."""
    name = path.name.removesuffix(PART_SUFFIX)
    if not name.lower().endswith(".wacz"):
        with path.open("rb") as file:
            yield from _pages_of_file(file, name=name)
        return
    try:
        with zipfile.ZipFile(path) as container:
            for member in sorted(container.namelist()):
                if member.lower().endswith((".warc", ".warc.gz")):
                    with container.open(member) as file:
                        yield from _pages_of_file(file, name=name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(f"{name} is torn: {error}.", slug="archive_torn") from error


def read_page_at(path: Path, *, offset: int) -> tuple[Page, bytes] | None:
    """Return the page whose record begins at an offset of a WARC file, None if none does.

    What the crawl noted apart (source, address asked for) is not in that record: these fields
    are the ones of a foreign archive.
    """
    with path.open("rb") as file:
        file.seek(offset)
        name = path.name.removesuffix(PART_SUFFIX)
        for stored, body in _pages_of_file(file, name=name):
            return stored.page, body
    return None


def _pages_of_file(file: IO[bytes], *, name: str) -> Iterator[tuple[StoredPage, bytes]]:
    metadata: dict[str, Mapping[str, str]] = {}
    with torn_at_error(name):
        for record, offset in archive_records(file):
            if record.rec_type not in ("response", "resource", "metadata"):
                continue
            body = _body(record)
            if record.rec_type == "metadata":
                about = record.rec_headers.get_header("WARC-Concurrent-To") or ""
                metadata = {about: _fields(body)}  # belongs to the response that follows
                continue
            page = _page_of_record(record, body, metadata, name=name)
            if page is not None:
                yield StoredPage(page=page, offset=offset), body


def archive_records(file: IO[bytes]) -> Iterator[tuple[Any, int]]:
    """Yield each record and where it begins.

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
        yield record, iterator.offset
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


def _body(record: Any) -> bytes:
    """Return a record's body without transfer and content encoding, cut at LARGEST_BODY."""
    stream = record.content_stream()
    parts: list[bytes] = []
    length = 0
    while length < LARGEST_BODY:
        part = stream.read(min(65_536, LARGEST_BODY - length))
        if not part:
            break
        parts.append(part)
        length += len(part)
    if length < LARGEST_BODY:
        record.raw_stream.read()  # bytes after the end of a compressed body
    if length < LARGEST_BODY and record.raw_stream.limit > 0:
        raise EOFError("a record is cut off")
    return b"".join(parts)


def _page_of_record(
    record: Any, body: bytes, metadata: Mapping[str, Mapping[str, str]], *, name: str
) -> Page | None:
    headers = record.rec_headers
    address = (headers.get_header("WARC-Target-URI") or "").strip("<> ")
    if not address.lower().startswith(("http://", "https://")) or record.rec_type == "metadata":
        return None
    http = record.http_headers
    if record.rec_type == "response":
        if http is None:
            return None
        code = http.get_statuscode() or ""
        status = int(code) if code.isdigit() and len(code) == 3 else 0
        media_type = http.get_header("Content-Type") or ""
    else:  # a resource was stored without its HTTP answer
        status, media_type = 200, headers.get_header("Content-Type") or ""
    record_id = headers.get_header("WARC-Record-ID") or ""
    known = metadata.get(record_id, {})
    return make_page(
        url=known.get("url") or address,
        final_url=address,
        source_id=known.get("source_id", ""),
        fetched_at=headers.get_header("WARC-Date") or "",
        status=status,
        media_type=media_type,
        body=body,
        archive_file=name,
        archive_record=record_id,
    )


def _fields(body: bytes) -> dict[str, str]:
    lines = body.decode("utf-8", errors="replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs if value}
