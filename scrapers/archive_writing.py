"""Writing what was fetched into web archives (WARC 1.1, ISO 28500:2017).

One series of files a source and crawl, each record a gzip member of its own. A file that is being
written ends in ``.part``; an exchange ends with its response record, so that a killed run loses
at most the page it was writing.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import responses as reasons
from pathlib import Path
from typing import IO, Any

from partnernetz.records import Page
from partnernetz.storage import atomic_path
from scrapers.archive import (
    PART_SUFFIX,
    StoredPage,
    archive_records,
    digest_of,
    make_page,
    torn_at_error,
)
from scrapers.reading.errors import UnreadableError

#: A file that grew beyond this is closed and the next one begun; large files spread badly.
_LARGEST_FILE = 500_000_000
#: Headers that describe the transfer and are wrong for the body as it is stored, without it.
_TRANSFER_HEADERS = frozenset(["content-encoding", "transfer-encoding", "content-length"])
#: Headers of a request or response that may name a person.
_PRIVATE_HEADERS = frozenset(["cookie", "set-cookie", "authorization", "proxy-authorization"])
_METADATA_FIELDS = ("url", "source_id", "depth", "via")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as the crawl hands it to the archive.

    ``url`` was asked for, ``final_url`` answered; ``body`` is without transfer and content
    encoding; ``via`` is the page that linked here, empty for a start address.
    """

    url: str
    final_url: str
    source_id: str
    depth: int
    via: str
    fetched_at: str
    status: int
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    body: bytes


class ArchiveWriter:
    """Writes the exchanges of one source's crawl into files of a folder.

    ``stem`` begins the file names, which go ``<stem>-001.warc.gz`` and on. Files are opened only
    while a record is written, so that thousands of sources need no thousands of open files.
    """

    def __init__(self, folder: Path, *, stem: str) -> None:
        self._folder = folder
        self._stem = stem
        self._part: Path | None = None
        self.files: list[str] = []

    def add(self, exchange: Exchange) -> StoredPage:
        """Store an exchange as metadata, request and response record."""
        part = self._part or self._begin()
        with part.open("ab") as file:
            offset = _write_exchange(file, exchange)
        page = _page_of_exchange(exchange, archive_file=part.name.removesuffix(PART_SUFFIX))
        if part.stat().st_size > _LARGEST_FILE:
            self.close()
        return StoredPage(page=page, offset=offset)

    def close(self) -> None:
        """Give the open file its final name."""
        if self._part is not None:
            final = self._part.with_name(self._part.name.removesuffix(PART_SUFFIX))
            self._part.replace(final)
            self._part = None

    def _begin(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while any(self._folder.glob(f"{self._stem}-{number:03d}.warc.gz*")):
            number += 1
        name = f"{self._stem}-{number:03d}.warc.gz"
        self._part = self._folder / f"{name}{PART_SUFFIX}"
        self.files.append(name)
        with self._part.open("wb") as file:
            _write_file_header(file, name=name)
        return self._part


def _write_file_header(file: IO[bytes], *, name: str) -> None:
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
    fields = {"software": "partnernetz", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(name, fields))


def _write_exchange(file: IO[bytes], exchange: Exchange) -> int:
    """Append the records of an exchange; return where the response begins."""
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
    response_id = _record_id("response", exchange)

    def write(kind: str, payload: bytes, **options: Any) -> None:
        headers = {"WARC-Date": exchange.fetched_at, "WARC-Record-ID": _record_id(kind, exchange)}
        if kind != "response":
            headers["WARC-Concurrent-To"] = response_id
        else:
            headers["WARC-Payload-Digest"] = digest_of(payload)
        record = writer.create_warc_record(
            exchange.final_url,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_headers_dict=headers,
            **options,
        )
        writer.write_record(record)

    values = {name: str(getattr(exchange, name)) for name in _METADATA_FIELDS}
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in values.items())
    write("metadata", "".join(lines).encode(), warc_content_type="application/warc-fields")
    write("request", b"", http_headers=_request_headers(exchange))
    offset = file.tell()
    write("response", exchange.body, http_headers=_response_headers(exchange))
    return offset


def _record_id(kind: str, exchange: Exchange) -> str:
    """Return an id that depends on what is stored alone."""
    name = " ".join((kind, exchange.final_url, exchange.fetched_at, digest_of(exchange.body)))
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def _request_headers(exchange: Exchange) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    path = re.sub(r"^https?://[^/?#]*", "", exchange.final_url) or "/"
    headers = [("Host", re.sub(r"^https?://([^/?#]*).*", r"\1", exchange.final_url, flags=re.S))]
    headers += [pair for pair in exchange.request_headers if _is_kept(pair[0], ("host",))]
    return StatusAndHeaders(f"GET {path} HTTP/1.1", headers, is_http_request=True)


def _response_headers(exchange: Exchange) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    headers = [pair for pair in exchange.response_headers if _is_kept(pair[0], _TRANSFER_HEADERS)]
    headers.append(("Content-Length", str(len(exchange.body))))
    line = f"{exchange.status} {reasons.get(exchange.status, 'Unknown')}"
    return StatusAndHeaders(line, headers, protocol="HTTP/1.1")


def _is_kept(name: str, dropped: Iterable[str]) -> bool:
    return name.lower() not in _PRIVATE_HEADERS and name.lower() not in dropped


def _page_of_exchange(exchange: Exchange, *, archive_file: str) -> Page:
    media_type = next(
        (value for name, value in exchange.response_headers if name.lower() == "content-type"), ""
    )
    return make_page(
        url=exchange.url,
        final_url=exchange.final_url,
        source_id=exchange.source_id,
        fetched_at=exchange.fetched_at,
        status=exchange.status,
        media_type=media_type,
        body=exchange.body,
        archive_file=archive_file,
        archive_record=_record_id("response", exchange),
    )


def recover(folder: Path) -> tuple[str, ...]:
    """Close the files that a killed crawl left open; return their names.

    What stands before a tear is kept under the final name, the torn rest is cut off; a file
    without a whole page is removed.
    """
    recovered = []
    for part in sorted(folder.glob(f"*.warc.gz{PART_SUFFIX}")):
        end = _end_of_last_page(part)
        if end > 0:
            final = part.with_name(part.name.removesuffix(PART_SUFFIX))
            with atomic_path(final) as beside, part.open("rb") as torn, beside.open("wb") as whole:
                while end > 0 and (chunk := torn.read(min(end, 1 << 20))):
                    whole.write(chunk)
                    end -= len(chunk)
            recovered.append(final.name)
        part.unlink()
    return tuple(recovered)


def _end_of_last_page(path: Path) -> int:
    """Return where the last whole response record ends, 0 if there is none."""
    ends = [0]
    with suppress(UnreadableError), path.open("rb") as file, torn_at_error(path.name):
        is_page = False
        for record, offset in archive_records(file):
            if is_page:
                ends.append(offset)
            is_page = record.rec_type == "response"
        if is_page:
            ends.append(path.stat().st_size)
    return ends[-1]
