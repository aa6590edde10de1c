"""What stalls or crashes a reader ends another process, and the next page is read all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from partnernetz.records import DocumentReference
from scrapers.links import page_links
from scrapers.reading import UnreadableError, isolation
from scrapers.reading.dispatch import document_here, document_of_bytes
from scrapers.reading.isolation import Isolation, document_of_page, links_of_page

_REFERENCE = DocumentReference(id="x", url="http://a.example/")
_PROJECT = Path(__file__).resolve().parents[2]
_PAGE = "<h1>Hof</h1>" + "<p>Hof und <a href='/plauen?n={n}'>Plauen</a> seit 1987.</p>" * 800


def _pdf(*objects: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def _stream(data: bytes, *, packed: int = 1, head: bytes = b"") -> bytes:
    for _ in range(packed):
        data = zlib.compress(data, 9)
    filters = b"/FlateDecode " * packed
    return b"<<%b/Length %d /Filter[%b]>>\nstream\n%b\nendstream" % (
        head, len(data), filters, data,
    )  # fmt: skip


_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</N %d 0 R>>>>"


def _one_page(content: bytes, *more: bytes, resources: bytes = b"") -> bytes:
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>%b>>>>" % resources,
        content,
        _FONT,
        *more,
    )


_LETTERS = b"BT /F1 9 Tf 1 0 0 1 9 9 Tm (Hof und Plauen) Tj ET\n"
_PDF_BOMBS = {
    "a page of a million lines": _one_page(_stream(_LETTERS * 1_000_000)),
    "forms within forms": _one_page(
        _stream(b"/N Do "),
        *(_stream(b"/N Do " * 10, head=_FORM % min(n, 17)) for n in range(7, 18)),
        _stream(_LETTERS, head=_FORM % 5),
        resources=b"/XObject<</N 6 0 R>>",
    ),
    "400 MB of spaces": _one_page(_stream(b" " * 400_000_000, packed=2)),
    "50,000 pages": _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * 50_000 + b"]/Count 50000>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F1 5 0 R"
        b">>>>>>",
        _stream(_LETTERS * 2000),
        _FONT,
    ),
    "pages in a circle": _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1000000>>"
    ),
    "nested arrays": _pdf(b"<</Type/Catalog/X " + b"[" * 500_000 + b"]" * 500_000 + b">>"),
    "objects without end": b"%PDF-1.7\n" + b"1 0 obj <<" * 500_000,
}


@pytest.mark.parametrize("name", _PDF_BOMBS)
def test_pdf_bombs_are_refused_in_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "DOCUMENT_SECONDS", 2.0)
    start = time.perf_counter()
    with pytest.raises(UnreadableError, match=r"http://a\.example/"):
        document_of_bytes(_PDF_BOMBS[name], media_type="application/pdf", reference=_REFERENCE)
    assert time.perf_counter() - start < 6


@pytest.mark.parametrize(
    "markup",
    [
        "<select>" + "<option>" * 150_000,
        "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
        "<p x='>' " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
    ],
    ids=["options", "attributes", "attributes behind a quoted end"],
)
def test_pages_that_stall_their_parser_are_given_up(
    markup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "LINK_SECONDS", 0.7)
    with pytest.raises(UnreadableError, match=r"longer than 0\.7 seconds"):
        links_of_page(markup, base="http://a.example/")
    # and the next one is read
    assert len(links_of_page("<a href=/x>" + " " * 40_000, base="http://a.example/").links) == 1


def test_a_large_page_reads_the_same_here_and_there() -> None:
    base = "http://a.example/"
    assert links_of_page(_PAGE, base=base) == page_links(_PAGE, base=base)
    options = {"media_type": "text/html; charset=utf-8", "reference": _REFERENCE}
    body = ("<title>Fürth</title>" + _PAGE).encode()
    assert document_of_page(body, **options) == document_here(body, **options)  # type: ignore[arg-type]


def test_a_process_that_dies_is_told_and_begun_anew() -> None:
    reader = Isolation()
    options = {"seconds": 20.0, "base": "http://a.example/"}
    assert reader.ask("links", b"<a href=/x>", **options)
    process = reader._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(UnreadableError, match=r"longer than 0\.2 seconds"):
        reader.ask("links", b"", seconds=0.2, base="")
    assert process.poll() is not None  # it is not left behind
    assert reader.ask("links", b"<a href=/x>", **options)
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    assert reader.ask("links", b"<a href=/x>", **options)
    reader.end()


def test_the_process_ends_with_whoever_asked() -> None:
    code = (
        "import os; from scrapers.reading.isolation import _ISOLATION as reader\n"
        "reader.ask('links', b'', seconds=20, base='')\n"
        "print(reader._process.pid, flush=True); os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=_PROJECT, capture_output=True, text=True, check=True
    )
    for _ in range(50):
        if not Path(f"/proc/{done.stdout.strip()}/cmdline").exists():
            return
        time.sleep(0.1)
    pytest.fail("the reading process outlives its parent")
