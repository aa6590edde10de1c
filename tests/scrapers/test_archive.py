from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from partnernetz.errors import Failure
from partnernetz.records import Document, Source
from scrapers.archive import has_no_text, read_pages, scan_records
from scrapers.archive_writing import ArchiveWriter, Exchange, Original, recover
from scrapers.inputs import document_of_record, read_inputs
from scrapers.reading import UnreadableError

_NAME = "2026-11-23-hof-001.warc.gz"


def _exchange(number: int, **values: Any) -> Exchange:
    default: dict[str, Any] = {
        "url": f"http://hof.example/{number}?asked",
        "final_url": f"http://hof.example/{number}",
        "source_id": "hof",
        "depth": number,
        "via": "http://hof.example/",
        "fetched_at": "2026-11-23T10:00:00Z",
        "status": 200,
        "request_headers": (("User-Agent", "test"), ("Cookie", "secret")),
        "response_headers": (
            ("Content-Type", "text/html; charset=UTF-8"),
            ("Content-Encoding", "gzip"),
            ("Set-Cookie", "secret"),
        ),
        "body": f"<p>Partnerstadt Nummer {number} von Hof ist Plauen.</p>".encode(),
    }
    return Exchange(**{**default, **values})


def _written(folder: Path, count: int = 3) -> Path:
    writer = ArchiveWriter(folder, stem="2026-11-23-hof")
    for number in range(count):
        writer.add(_exchange(number))
    writer.close()
    return folder / _NAME


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = _written(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [_NAME]
    pages = list(read_pages(path))
    assert [body for _, body in pages] == [_exchange(number).body for number in range(3)]
    page = pages[1][0]
    assert (page.url, page.final_url) == ("http://hof.example/1?asked", "http://hof.example/1")
    assert (page.source_id, page.status, page.archive_file) == ("hof", 200, _NAME)
    assert page.media_type == "text/html; charset=utf-8"
    assert page.fetched_at == "2026-11-23T10:00:00Z"


def test_the_same_exchanges_are_the_same_records(tmp_path: Path) -> None:
    first, second = (list(read_pages(_written(tmp_path / name))) for name in "ab")
    assert first == second


def test_cookies_and_transfer_headers_are_not_kept(tmp_path: Path) -> None:
    content = gzip.decompress(_written(tmp_path).read_bytes())
    assert b"secret" not in content
    assert b"Content-Encoding" not in content
    assert content.count(b"WARC/1.1") == 1 + 3 * 3
    assert b"crawl: \r\ndepth: 2\r\nvia: http://hof.example/\r\n" in content


def test_a_second_crawl_of_a_day_takes_the_next_number(tmp_path: Path) -> None:
    _written(tmp_path)
    writer = ArchiveWriter(tmp_path, stem="2026-11-23-hof")
    writer.add(_exchange(7))
    assert writer.files == ["2026-11-23-hof-002.warc.gz"]
    assert (tmp_path / "2026-11-23-hof-002.warc.gz.part").is_file()


def _read(path: Path) -> tuple[int, bool]:
    """Return how many pages were read and whether the file was said to be torn."""
    count = 0
    try:
        for page, body in read_pages(path):
            assert body == _exchange(count).body
            assert page.source_id == "hof"
            count += 1
    except UnreadableError as error:
        assert error.slug == "archive_torn"
        return count, True
    return count, False


@pytest.mark.parametrize("is_compressed", [True, False])
def test_a_torn_tail_loses_nothing_before_it(tmp_path: Path, is_compressed: bool) -> None:
    path = _written(tmp_path)
    content = path.read_bytes()
    if not is_compressed:
        content = gzip.decompress(content)
        path = tmp_path / "plain.warc"
    silent = 0
    before = 0
    for length in range(1, len(content), 1 if is_compressed else 7):
        path.write_bytes(content[:length])
        count, is_torn = _read(path)
        assert count >= before
        before = count
        silent += not is_torn
    assert before >= 2
    # only where whole records end is there nothing to notice
    assert silent <= 12


def test_flipped_bits_raise_nothing_else(tmp_path: Path) -> None:
    path = _written(tmp_path)
    content = path.read_bytes()
    for position in range(0, len(content), 5):
        broken = bytearray(content)
        broken[position] ^= 0x55
        path.write_bytes(broken)
        try:
            pages = list(read_pages(path))
        except UnreadableError:
            continue
        assert len(pages) <= 3


def _revisited(number: int) -> tuple[Exchange, Original]:
    first = _exchange(number)
    original = Original(
        record="<urn:uuid:1>", url=first.final_url, fetched_at=first.fetched_at, digest=first.digest
    )
    return _exchange(number, fetched_at="2026-11-24T10:00:00Z", crawl="c"), original


def test_revisit_records_name_what_they_repeat(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, stem="without-text-2026-11-24")
    again, original = _revisited(1)
    not_modified = _exchange(1, fetched_at="2026-11-25T10:00:00Z", status=304, body=b"")
    added = [writer.add(again, original=original), writer.add(not_modified, original=original)]
    writer.close()
    (path,) = tmp_path.iterdir()
    assert has_no_text(path) and list(read_pages(path)) == []
    scanned = [stored for stored, _ in scan_records(path)]
    assert scanned == added
    assert [stored.is_not_modified for stored in scanned] == [False, True]
    assert {stored.page.digest for stored in scanned} == {original.digest}
    with path.open("rb") as file:
        records = [r.rec_headers for r in ArchiveIterator(file) if r.rec_type == "revisit"]
    for headers in records:
        assert headers.get_header("WARC-Refers-To") == "<urn:uuid:1>"
        assert headers.get_header("WARC-Refers-To-Target-URI") == original.url
        assert headers.get_header("WARC-Refers-To-Date") == original.fetched_at
    assert [headers.get_header("WARC-Profile").rsplit("/", 1)[1] for headers in records] == [
        "identical-payload-digest",
        "server-not-modified",
    ]


def test_a_killed_crawl_is_recovered_wherever_it_was(tmp_path: Path) -> None:
    """At each length, just the exchanges stay that were written whole."""
    writer = ArchiveWriter(tmp_path, stem="2026-11-23-hof")
    writer.add(_exchange(0))
    writer.add(_revisited(1)[0], original=_revisited(1)[1])
    writer.add(_exchange(2))
    writer.close()
    path, part = tmp_path / _NAME, tmp_path / f"{_NAME}.part"
    content = path.read_bytes()
    ends = [stored.offset + stored.length for stored, _ in scan_records(path)]
    path.unlink()
    for length in range(1, len(content) + 1):
        part.write_bytes(content[:length])
        whole = max((end for end in ends if end <= length), default=0)
        assert recover(tmp_path) == ((_NAME,) if whole else ())
        assert [file.name for file in tmp_path.iterdir()] == ([_NAME] if whole else [])
        assert not whole or path.read_bytes() == content[:whole]
        path.unlink(missing_ok=True)


def test_files_rotate_at_a_size(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, stem="2026-11-23-hof", largest_file=2000)
    for number in range(9):
        writer.add(_exchange(number))
    writer.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) > 2 and [file.name for file in files] == writer.files
    assert [body for file in files for _, body in read_pages(file)] == [
        _exchange(number).body for number in range(9)
    ]


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, stem="2026-11-23-hof")
    writer.add(_exchange(0))
    before = (tmp_path / f"{_NAME}.part").read_bytes()
    with pytest.raises(TypeError):
        writer.add(_exchange(1, response_headers=(("X", None),)))
    assert (tmp_path / f"{_NAME}.part").read_bytes() == before


def _foreign(path: Path) -> Path:
    """Write an archive as other tools do, with what they leave out and put in."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record("x", {"software": "other"}))

        def write(url: str, kind: str, status: str, media_type: str, body: bytes) -> Any:
            headers = [("Content-Type", media_type)] if media_type else []
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.0")
            record = writer.create_warc_record(
                url,
                kind,
                payload=io.BytesIO(body),
                http_headers=http if kind in ("response", "revisit") else None,
                warc_content_type=media_type or "application/octet-stream",
            )
            writer.write_record(record)
            return record

        html = b"<p>Hof ist die Partnerstadt von Plauen, und zwar schon lange.</p>"
        write("http://a.example/robots.txt", "response", "200 OK", "text/plain", b"User-agent: *")
        write("http://a.example/ok", "response", "200 OK", "", html)
        write("http://a.example/bild", "response", "200 OK", "image/png", b"\x89PNG")
        write("http://a.example/weg", "response", "404 Not Found", "text/html", html)
        write("http://a.example/kaputt", "response", "200 OK", "application/pdf", b"%PDF-1.4 x")
        write("dns:a.example", "resource", "", "text/dns", b"a")
        write("http://b.example/res", "resource", "", "text/html", html)
        revisit = writer.create_revisit_record(
            "http://a.example/ok2",
            digest="sha1:X",
            refers_to_uri="http://a.example/ok",
            refers_to_date="2020-01-01T00:00:00Z",
        )
        writer.write_record(revisit)
    return path


_SOURCE = Source(
    id="a",
    name="A",
    kind="municipality",
    start=("http://www.a.example/",),
    hosts=("www.a.example",),
    place_id="ags:09464000",
)


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz", "x.wacz"])
def test_foreign_archives_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".wacz"):
        inner = _foreign(tmp_path / "data.warc.gz")
        with zipfile.ZipFile(path, "w") as container:
            container.write(inner, "archive/data.warc.gz")
            container.writestr("pages/pages.jsonl", "{}")
        inner.unlink()
    else:
        _foreign(path)
    items = list(read_inputs([tmp_path], sources=[_SOURCE]))
    documents = [item for item in items if isinstance(item, Document)]
    failures = [item for item in items if isinstance(item, Failure)]
    assert [document.reference.url for document in documents] == [
        "http://a.example/ok",
        "http://b.example/res",
    ]
    assert [document.reference.host_place_id for document in documents] == ["ags:09464000", None]
    assert [document.reference.source_kind for document in documents] == ["municipality", "unknown"]
    assert [(failure.subject, failure.slug) for failure in failures] == [
        ("http://a.example/kaputt", "document_unreadable")
    ]
    for document in documents:
        assert document_of_record(tmp_path, document.reference) == document


def test_compressed_and_chunked_answers_are_decoded(tmp_path: Path) -> None:
    body = gzip.compress(b"<p>Hof und Plauen</p>")
    with (tmp_path / "x.warc").open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        http = StatusAndHeaders(
            "200 OK",
            [
                ("Content-Type", "text/html"),
                ("Content-Encoding", "gzip"),
                ("Transfer-Encoding", "chunked"),
            ],
            protocol="HTTP/1.1",
        )
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        record = writer.create_warc_record(
            "http://a.example/", "response", payload=io.BytesIO(chunked), http_headers=http
        )
        writer.write_record(record)
    ((_, decoded),) = read_pages(tmp_path / "x.warc")
    assert decoded == b"<p>Hof und Plauen</p>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.wacz", b"PK no zip"),
        ("x.warc.gz", b"no gzip at all"),
        ("x.warc", b"\x00" * 99),
        ("x.warc.gz", b""),
    ],
)
def test_what_is_no_archive_becomes_a_failure(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    items = list(read_inputs([tmp_path / name]))
    assert [item.slug for item in items if isinstance(item, Failure)] == ["archive_torn"]
    assert len(items) == 1


def test_a_torn_archive_yields_its_pages_and_one_failure(tmp_path: Path) -> None:
    path = _written(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    items = list(read_inputs([path]))
    assert [type(item) for item in items] == [Document, Document, Failure]


def test_lost_records_are_said(tmp_path: Path) -> None:
    from dataclasses import replace

    from partnernetz.errors import InputError

    path = _written(tmp_path)
    document = next(item for item in read_inputs([path]) if isinstance(item, Document))
    reference = document.reference
    with pytest.raises(InputError, match="no longer holds"):
        document_of_record(tmp_path, replace(reference, archive_record="<urn:uuid:0>"))
    with pytest.raises(InputError, match="not the one once read"):
        document_of_record(tmp_path, replace(reference, digest="sha256:0"))
    with pytest.raises(InputError, match="no archive file"):
        document_of_record(tmp_path, replace(reference, archive_file="../../etc/passwd"))
    with pytest.raises(InputError, match="not read from an archive"):
        document_of_record(tmp_path, replace(reference, archive_file=None))
