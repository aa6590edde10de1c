"""A council system's paper and its PDF, from the fetch to the quotation with its page."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.cli import run
from partnernetz.records import Source
from partnernetz.settings import Settings
from scrapers.crawl import crawl

_SCHEMA = "https://schema.oparl.org/1.0/"
_ON_PAPER = "Die Städte Trier und Weimar sind seit 1987 Partnerstädte."
_IN_PDF = "Saarlouis und Eisenhüttenstadt sind seit 1986 Partnerstädte."


def _pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for text in ("Deckblatt", "Inhalt der Anlage", _IN_PDF):
        canvas.drawString(60, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _answers(root: str) -> dict[str, Any]:
    body = {"type": _SCHEMA + "Body", "id": f"{root}/body", "paper": f"{root}/papers"}
    file = {
        "type": _SCHEMA + "File",
        "id": f"{root}/file/1",
        "name": "Anlage",
        "mimeType": "application/pdf",
        "accessUrl": f"{root}/anlage.pdf",
    }
    paper = {
        "type": _SCHEMA + "Paper",
        "id": f"{root}/paper/7",
        "name": "Städtepartnerschaft mit Weimar",
        "date": "1988-03-01",
        "mainFile": {**file, "text": _ON_PAPER},
    }
    return {
        "/body": body,
        "/papers": {"data": [paper], "links": {}, "pagination": {}},
        "/paper/7": paper,
        "/anlage.pdf": _pdf(),
    }


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        root = f"http://{self.headers['Host']}"
        answer = _answers(root).get(self.path)
        is_pdf = isinstance(answer, bytes)
        body = answer if is_pdf else json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/pdf" if is_pdf else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def council() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_quotations_of_a_paper_and_its_pdf_reach_the_release(
    council: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = Source(
        id="rat",
        name="Rat",
        kind="municipality",
        start=(),
        hosts=(council,),
        oparl=(f"http://{council}/body",),
    )
    archive, evidence, release = tmp_path / "a", tmp_path / "e.parquet", tmp_path / "r"
    crawl([source], archive=archive, settings=Settings(contact=""), is_loopback_allowed=True)
    assert run(["extract", str(archive), "-o", str(evidence)]) == 0
    assert run(["build", str(evidence), "--out", str(release)]) == 0

    with (release / "evidence.csv").open(encoding="utf-8") as file:
        rows = {row["quotation"]: row for row in csv.DictReader(file)}
    assert rows[_ON_PAPER]["page_number"] == ""
    assert rows[_IN_PDF]["page_number"] == "3"
    with (release / "documents.csv").open(encoding="utf-8") as file:
        documents = {row["url"].rpartition("/")[2]: row for row in csv.DictReader(file)}
    assert documents["7"]["published_date"] == "1988-03-01"

    capsys.readouterr()
    assert run(["inspect", str(release), "Saarlouis", "Eisenhüttenstadt"]) == 0
    shown = capsys.readouterr().out
    assert _IN_PDF in shown and "page 3" in shown
    assert run(["verify", str(release), "--archive", str(archive)]) == 0
