"""Writing what was fetched into web archives (WARC 1.1, ISO 28500:2017).

One series of files a source and crawl, and one a crawl for what holds no text: revisits, feeds and
sitemaps, so that a file with text changes only where a text does. Each record is a gzip member of
its own. A file that is being written ends in ``.part``; an exchange ends with its response or
revisit record, so that a killed run loses at most the page it was writing.
"""

from __future__ import annotations

import io
import re
import uuid
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import responses as reasons
from pathlib import Path
from typing import IO, Any

from partnernetz.records import Page
from partnernetz.storage import atomic_path
from scrapers.archive import (
    NOT_MODIFIED,
    PART_SUFFIX,
    StoredPage,
    digest_of,
    make_page,
)

#: Bytes of a file after which the next one is begun, as archives commonly do.
LARGEST_FILE = 1_000_000_000
NOT_MODIFIED_STATUS = 304
#: The beginning of the name of a crawl's file for what holds no text.
WITHOUT_TEXT = "without-text"
#: Profiles of revisit records (WARC 1.1, 6.7.2 and 6.7.3).
_PROFILES = "http://netpreserve.org/warc/1.1/"
_IDENTICAL = f"{_PROFILES}revisit/identical-payload-digest"
#: Headers that describe the transfer and are wrong for the body as it is stored, without it.
_TRANSFER_HEADERS = frozenset(["content-encoding", "transfer-encoding", "content-length"])
#: Headers of a request or response that may name a person.
_PRIVATE_HEADERS = frozenset(["cookie", "set-cookie", "authorization", "proxy-authorization"])
#: A header's name (RFC 9110, 5.6.2), and what no value of one may hold.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
#: Records that end an exchange.
_LAST_TYPES = (b"response", b"revisit", b"resource")
_TYPE = re.compile(rb"^WARC-Type: (\w+)\r?$", re.MULTILINE)
_CHUNK = 65_536
#: How hard ISA-L's gzip tries, 3 at the most: measured on made-up pages of 17 KB, a quarter of the
#: time of zlib's 6 and 8 % longer; on the pages of the sample sites 1.5 % longer.
_LEVEL = 3
_METADATA_FIELDS = ("url", "source_id", "crawl", "depth", "via")
#: Written where they are not empty: the browser, the law by which a page is kept, signs noted.
_MAYBE_FIELDS = ("rendered_by", "legal_basis", "retain_until", "rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as the crawl hands it to the archive.

    ``url`` was asked for, ``final_url`` answered; ``body`` is without transfer and content
    encoding; ``via`` is the page that linked here, empty for a start address; ``crawl`` is when
    the crawl began; ``digest`` is that of the body. ``rendered_by`` names the browser whose markup
    the body is, put together by scripts; it is then stored as a resource, since no server sent it.
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
    crawl: str = ""
    ip_address: str | None = None
    rendered_by: str = ""
    legal_basis: str = ""
    retain_until: str = ""
    rule: str = ""
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The record that a revisit refers to: where the body is that was found again."""

    record: str
    url: str
    fetched_at: str
    digest: str


class ArchiveWriter:
    """Writes the exchanges of one series into files of a folder.

    ``stem`` begins the file names, which go ``<stem>-001.warc.gz`` and on; a file that grew beyond
    ``largest_file`` bytes is closed and the next one begun; ``about`` goes into its warcinfo
    record. Files are opened only while a record is written, so that thousands of sources need no
    thousands of open files.
    """

    def __init__(
        self,
        folder: Path,
        *,
        stem: str,
        largest_file: int = LARGEST_FILE,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._stem = stem
        self._largest_file = largest_file
        self._about = dict(about or {})
        self._part: Path | None = None
        self.files: list[str] = []

    def add(self, exchange: Exchange, *, original: Original | None = None) -> StoredPage:
        """Store an exchange as metadata, request, and response (or resource) record.

        With the ``original`` that holds its body already, a revisit record takes the place of the
        response, of the profile that the status says. Raises OSError where the file cannot be
        written; it holds what it held before.
        """
        part = self._part or self._begin()
        with part.open("ab") as file:
            begin = file.tell()
            try:
                offset = _write_exchange(file, exchange, original)
                file.flush()
            except BaseException:
                with suppress(OSError):
                    file.truncate(begin)
                raise
            length = file.tell() - offset
        page = _page_of_exchange(exchange, original, archive_file=_final(part).name)
        if part.stat().st_size > self._largest_file:
            self.close()
        return StoredPage(
            page=page,
            offset=offset,
            length=length,
            kind=_kind(exchange, original),
            crawl=exchange.crawl,
            etag=header_of(exchange, "ETag"),
            last_modified=header_of(exchange, "Last-Modified"),
            is_not_modified=original is not None and exchange.status == NOT_MODIFIED_STATUS,
            legal_basis=exchange.legal_basis,
            retain_until=exchange.retain_until,
            rule=exchange.rule,
        )

    def close(self) -> None:
        """Give the open file its final name."""
        if self._part is not None:
            self._part.replace(_final(self._part))
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
            _write_file_header(file, name=name, about=self._about)
        return self._part


def header_of(exchange: Exchange, name: str) -> str | None:
    """Return a header of the answer, None where it has none of that name."""
    wanted = name.lower()
    return next((value for key, value in exchange.response_headers if key.lower() == wanted), None)


def _final(part: Path) -> Path:
    return part.with_name(part.name.removesuffix(PART_SUFFIX))


def _kind(exchange: Exchange, original: Original | None) -> str:
    """Return the type of the record that ends an exchange."""
    if original is not None:
        return "revisit"
    return "resource" if exchange.rendered_by else "response"


def _write_file_header(file: IO[bytes], *, name: str, about: Mapping[str, str]) -> None:
    from warcio.recordbuilder import RecordBuilder

    builder = RecordBuilder(warc_version="WARC/1.1")
    fields = {"software": "partnernetz", "format": "WARC File Format 1.1", **about}
    _write_member(file, builder.create_warcinfo_record(name, fields))


def _write_member(file: IO[bytes], record: Any) -> None:
    """Append a record as a gzip member, compressed at once and not piece by piece."""
    from isal import isal_zlib
    from warcio.warcwriter import WARCWriter

    plain = io.BytesIO()
    WARCWriter(plain, gzip=False).write_record(record)
    file.write(isal_zlib.compress(plain.getbuffer(), _LEVEL, 16 + zlib.MAX_WBITS))


def _write_exchange(file: IO[bytes], exchange: Exchange, original: Original | None) -> int:
    """Append the records of an exchange; return where its response or revisit begins."""
    from warcio.recordbuilder import RecordBuilder

    builder = RecordBuilder(warc_version="WARC/1.1")
    last = _kind(exchange, original)
    answer_id = _record_id(last, exchange)

    def write(kind: str, payload: bytes, more: Mapping[str, str], **options: Any) -> None:
        headers = {"WARC-Date": exchange.fetched_at, "WARC-Record-ID": _record_id(kind, exchange)}
        record = builder.create_warc_record(
            exchange.final_url,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_headers_dict={**headers, **more},
            **options,
        )
        _write_member(file, record)

    beside = {"WARC-Concurrent-To": answer_id}
    values = {name: str(getattr(exchange, name)) for name in _METADATA_FIELDS}
    values |= {name: value for name in _MAYBE_FIELDS if (value := getattr(exchange, name))}
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in values.items())
    payload = "".join(lines).encode()
    write("metadata", payload, beside, warc_content_type="application/warc-fields")
    write("request", b"", beside, http_headers=_request_headers(exchange))
    offset = file.tell()
    body = exchange.body if original is None else b""
    head: dict[str, Any] = {"http_headers": _response_headers(exchange)}
    if last == "resource":  # which has no headers of HTTP
        head = {"warc_content_type": header_of(exchange, "Content-Type") or "text/html"}
    write(last, body, _answer_fields(exchange, original), **head)
    return offset


def _answer_fields(exchange: Exchange, original: Original | None) -> dict[str, str]:
    fields = {"WARC-IP-Address": exchange.ip_address} if exchange.ip_address else {}
    if original is None:
        return {**fields, "WARC-Payload-Digest": exchange.digest}
    is_not_modified = exchange.status == NOT_MODIFIED_STATUS
    return {
        **fields,
        "WARC-Profile": f"{_PROFILES}{NOT_MODIFIED}" if is_not_modified else _IDENTICAL,
        "WARC-Refers-To": original.record,
        "WARC-Refers-To-Target-URI": original.url,
        "WARC-Refers-To-Date": original.fetched_at,
        "WARC-Payload-Digest": original.digest,
    }


def _record_id(kind: str, exchange: Exchange) -> str:
    """Return an id that depends on what is stored alone."""
    asked = "" if kind in ("response", "resource") else exchange.url
    name = " ".join((kind, asked, exchange.final_url, exchange.fetched_at, exchange.digest))
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def _request_headers(exchange: Exchange) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    path = re.sub(r"^https?://[^/?#]*", "", exchange.final_url) or "/"
    headers = [("Host", re.sub(r"^https?://([^/?#]*).*", r"\1", exchange.final_url, flags=re.S))]
    headers += _kept(exchange.request_headers, without=("host",))
    return StatusAndHeaders(f"GET {path} HTTP/1.1", headers, is_http_request=True)


def _response_headers(exchange: Exchange) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    headers = _kept(exchange.response_headers, without=_TRANSFER_HEADERS)
    if exchange.status != NOT_MODIFIED_STATUS:
        headers.append(("Content-Length", str(len(exchange.body))))
    line = f"{exchange.status} {reasons.get(exchange.status, 'Unknown')}"
    return StatusAndHeaders(line, headers, protocol="HTTP/1.1")


def _kept(headers: Iterable[tuple[str, str]], *, without: Collection[str]) -> list[tuple[str, str]]:
    """Return the headers to store: none that are private, none that would tear the record."""
    return [
        (name, _CONTROLS.sub(" ", value))
        for name, value in headers
        if _TOKEN.fullmatch(name)
        and name.lower() not in _PRIVATE_HEADERS
        and name.lower() not in without
    ]


def _page_of_exchange(exchange: Exchange, original: Original | None, *, archive_file: str) -> Page:
    return make_page(
        url=exchange.url,
        final_url=exchange.final_url,
        source_id=exchange.source_id,
        fetched_at=exchange.fetched_at,
        status=exchange.status,
        media_type=header_of(exchange, "Content-Type") or "",
        digest=original.digest if original else exchange.digest,
        archive_file=archive_file,
        archive_record=_record_id(_kind(exchange, original), exchange),
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
    """Return where the last whole exchange ends, 0 if there is none."""
    end = 0
    for head, end_of_member in _members(path):
        kind = _TYPE.search(head)
        if kind and kind[1] in _LAST_TYPES:
            end = end_of_member
    return end


def _members(path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield the first bytes of each whole gzip member, and where it ends in the file."""
    with path.open("rb") as file:
        chunk, position = file.read(_CHUNK), 0  # where the chunk begins
        while chunk:
            member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            head = b""
            while chunk and not member.eof:
                try:
                    content = member.decompress(chunk)
                except zlib.error:
                    return
                head += content[: _CHUNK - len(head)]
                position += len(chunk) - len(member.unused_data)
                chunk = member.unused_data or file.read(_CHUNK)
            if not member.eof:
                return
            yield head, position
