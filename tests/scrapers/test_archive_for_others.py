"""Our archives read by other tools, and other tools' archives read here."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd
from fastwarc import ArchiveIterator as FastIterator
from fastwarc import GzipWriter, WarcRecord, WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from partnernetz.errors import Failure
from partnernetz.records import Document
from scrapers.archive import read_pages
from scrapers.archive_bodies import LARGEST_BODY
from scrapers.archive_index import cover_files
from scrapers.archive_writing import ArchiveWriter, Exchange, Original
from scrapers.cdxj import CDXJ_FILE, url_key, write_cdxj
from scrapers.inputs import read_inputs
from scrapers.visits import Visits

_BODY = "<p>Hof und Plauen sind Partnerstädte.</p>".encode()


def _exchange(number: int, **values: Any) -> Exchange:
    default: dict[str, Any] = {
        "url": f"http://hof.example/{number}",
        "final_url": f"http://hof.example/{number}",
        "source_id": "hof",
        "depth": 1,
        "via": "http://hof.example/",
        "fetched_at": f"2026-11-26T10:00:{number:02d}Z",
        "status": 200,
        "request_headers": (("User-Agent", "t"),),
        "response_headers": (("Content-Type", "text/html; charset=utf-8"), ("X-Ä", "ß\x00")),
        "body": _BODY + b"%d" % number,
        "crawl": "2026-11-26T10:00:00.000000Z",
    }
    return Exchange(**{**default, **values})


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with three pages in two files, an unchanged one and one that was not modified."""
    writer = ArchiveWriter(tmp_path, stem="2026-11-26-hof", largest_file=2000)
    stored = [writer.add(_exchange(number)) for number in range(3)]
    writer.close()
    assert len(writer.files) == 2
    apart = ArchiveWriter(tmp_path, stem="without-text-2026-11-26")
    page = stored[1].page
    original = Original(
        record=page.archive_record,
        url=page.final_url,
        fetched_at=page.fetched_at,
        digest=page.digest,
    )
    apart.add(_exchange(1, fetched_at="2026-12-26T10:00:00Z"), original=original)
    apart.add(
        _exchange(1, fetched_at="2027-01-26T10:00:00Z", status=304, body=b""), original=original
    )
    apart.close()
    with Visits(tmp_path) as visits:
        cover_files(tmp_path, visits)
        assert write_cdxj(tmp_path, visits) == 4
    return tmp_path


def _index(archive: Path) -> list[tuple[str, str, dict[str, str]]]:
    lines = (archive / CDXJ_FILE).read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    parts = [line.split(" ", 2) for line in lines]
    return [(key, stamp, json.loads(fields)) for key, stamp, fields in parts]


def test_warcio_reads_what_the_index_names(archive: Path) -> None:
    for key, stamp, fields in _index(archive):
        content = (archive / fields["filename"]).read_bytes()
        begin, length = int(fields["offset"]), int(fields["length"])
        member = io.BytesIO(content[begin : begin + length])
        record = next(iter(ArchiveIterator(member, check_digests="raise")))
        headers = record.rec_headers
        assert headers.get_header("WARC-Target-URI") == fields["url"]
        assert url_key(fields["url"]) == key == f"example,hof)/{fields['url'][-1]}"
        assert headers.get_header("WARC-Payload-Digest") == fields["digest"]
        assert headers.get_header("WARC-Date").translate({58: "", 45: "", 84: "", 90: ""}) == stamp
        assert record.http_headers.get_statuscode() == fields["status"]
        is_revisit = fields["mime"] == "warc/revisit"
        assert record.rec_type == ("revisit" if is_revisit else "response")
        assert is_revisit or record.content_stream().read().startswith(_BODY)


def test_fastwarc_reads_and_verifies_every_record(archive: Path) -> None:
    kinds: list[str] = []
    bodies = []
    for path in sorted(archive.glob("*.warc.gz")):
        for record in FastIterator(str(path), parse_http=False):
            kinds.append(str(record.record_type))
            if "WARC-Block-Digest" in record.headers:
                assert record.verify_block_digest()
            if record.record_type == WarcRecordType.response:
                record.parse_http()
                assert record.verify_payload_digest()
                assert record.http_headers.status_code == 200
                bodies.append(record.reader.read())
            assert record.headers["WARC-Record-ID"] and record.headers["WARC-Date"]
    assert bodies == [_exchange(number).body for number in range(3)]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "warcinfo": 3, "metadata": 5, "request": 5, "response": 3, "revisit": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.hof.de/Leben/Partner?b=1&a=2", "de,hof)/leben/partner?a=2&b=1"),
        ("http://127.0.0.1:48604/x", "1,0,0,127:48604)/x"),
        ("http://a.example/b c\nd", "example,a)/b%20cd"),
        ("http://[", "http:"),
        ("http://müller.example/ä", "example,xn--mller-kva)/%c3%a4"),
    ],
)
def test_keys(address: str, key: str) -> None:
    assert url_key(address) == key


# other tools' archives


def _deflate(body: bytes) -> bytes:
    return zlib.compress(body)


def _raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body, wbits=-zlib.MAX_WBITS)


def _chunked(body: bytes) -> bytes:
    parts = [body[begin : begin + 7] for begin in range(0, len(body), 7)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": _deflate,
    "deflate, raw": _raw_deflate,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "identity": bytes,
    "unheard-of": bytes,
    "gzip, though it is not": bytes,
    "zstd, though it is not": bytes,
}


def _record(writer: WARCWriter, url: str, body: bytes, *headers: tuple[str, str]) -> None:
    http = StatusAndHeaders(
        "200 OK", [("Content-Type", "text/html"), *headers], protocol="HTTP/1.1"
    )
    writer.write_record(
        writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=http)
    )


@pytest.mark.parametrize("version", ["WARC/1.0", "WARC/1.1"])
@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_every_encoding_is_undone(
    tmp_path: Path, version: str, name: str, is_chunked: bool
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=name.endswith("gz"), warc_version=version)
        for number, (label, encode) in enumerate(_ENCODERS.items()):
            encoding = label if "gzip, br" in label else label.split(",")[0]
            headers = [("Content-Encoding", encoding)]
            body = encode(_BODY)
            if is_chunked:
                headers.append(("Transfer-Encoding", "chunked"))
                body = _chunked(body)
            _record(writer, f"http://a.example/{number}", body, *headers)
    assert [body for _, body in read_pages(path)] == [_BODY] * len(_ENCODERS)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_cut(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.warc"
    bomb = _ENCODERS[encoding](bytes(LARGEST_BODY * 2))
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        _record(writer, "http://a.example/bomb", bomb, ("Content-Encoding", encoding))
        _record(writer, "http://a.example/after", _BODY)
    assert [len(body) for _, body in read_pages(path)] == [LARGEST_BODY, len(_BODY)]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_an_encoding_that_breaks_off_costs_one_page_its_end(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.warc.gz"
    whole = _ENCODERS[encoding](bytes(range(256)) * 500)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        _record(writer, "http://a.example/1", whole[:-5], ("Content-Encoding", encoding))
        _record(writer, "http://a.example/2", whole[:20] + b"\xff" * 99)
        _record(writer, "http://a.example/3", _BODY)
    assert [page.final_url[-1] for page, _ in read_pages(path)] == ["1", "2", "3"]


def _common_crawl(path: Path) -> None:
    """Write a file like Common Crawl's WET: conversion records of plain text, WARC 1.0."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.0")
        writer.write_record(writer.create_warcinfo_record("x.wet", {"software": "Nutch"}))
        writer.write_record(
            writer.create_warc_record(
                "http://a.example/text",
                "conversion",
                payload=io.BytesIO("Hof und Plauen sind Partnerstädte.\n".encode()),
                warc_content_type="text/plain",
            )
        )


def test_conversions_are_read(tmp_path: Path) -> None:
    _common_crawl(tmp_path / "CC-MAIN.warc.wet.gz.warc.gz")
    (item,) = read_inputs([tmp_path])
    assert isinstance(item, Document) and item.text.startswith("Hof und Plauen")
    assert item.reference.url == "http://a.example/text"


def test_a_container_of_several_files_and_containers_is_read(tmp_path: Path) -> None:
    def container(path: Path, members: dict[str, bytes]) -> bytes:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("datapackage.json", "{}")
            file.writestr("indexes/index.cdx", "")
            for name, content in members.items():
                file.writestr(name, content)
        content = path.read_bytes()
        path.unlink()
        return content

    def warc(number: int, *, is_compressed: bool) -> bytes:
        file = io.BytesIO()
        _record(WARCWriter(file, gzip=is_compressed), f"http://a.example/{number}", _BODY)
        return file.getvalue()

    path = tmp_path / "x.wacz"
    inner = container(path, {"archive/3.warc.gz": warc(3, is_compressed=True)})
    outer = container(
        path,
        {
            "archive/1.warc.gz": warc(1, is_compressed=True),
            "archive/2.warc": warc(2, is_compressed=False),
            "inner.wacz": inner,
            "archive/torn.wacz": b"no zip",
        },
    )
    path.write_bytes(outer)
    items = list(read_inputs([path]))
    documents = [item.reference.url[-1] for item in items if isinstance(item, Document)]
    assert documents == ["1", "2"]
    assert [item.slug for item in items if isinstance(item, Failure)] == ["archive_torn"]


def test_fastwarc_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = "http://a.example/"
    record.is_http = True
    record.set_bytes_content(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + _BODY)
    with GzipWriter(str(path)) as writer:
        record.write(writer)
    assert [body for _, body in read_pages(path)] == [_BODY]
