"""Council systems that speak OParl: what is read of their answers, where these lead."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnernetz.records import Document, DocumentReference, Source
from partnernetz.settings import Settings
from scrapers.crawl import crawl
from scrapers.inputs import read_inputs
from scrapers.oparl import links_of_council_paper, read_any_listing, read_council_listing
from scrapers.reading import UnreadableError
from scrapers.reading.dispatch import document_of_bytes, format_of
from scrapers.reading.oparl import read_oparl

_SCHEMA = "https://schema.oparl.org/1.1/"
_REFERENCE = DocumentReference(id="x", url="http://a.example/paper/1")


def _object(kind: str, **values: Any) -> dict[str, Any]:
    return {"type": _SCHEMA + kind, "id": f"http://a.example/{kind.lower()}/1", **values}


def _bytes(answer: Any) -> bytes:
    return json.dumps(answer).encode()


def _read(answer: Any) -> Document:
    return document_of_bytes(
        _bytes(answer), media_type="application/json; charset=utf-8", reference=_REFERENCE
    )


_PAPER = _object(
    "Paper",
    name="Städtepartnerschaft mit Weimar",
    reference="34/1988",
    paperType="Beschlussvorlage",
    date="1988-03-01",
    originatorPerson=["http://a.example/person/7"],
    mainFile=_object(
        "File",
        name="Vorlage 34/1988",
        mimeType="application/pdf",
        accessUrl="http://a.example/file/1.pdf",
        downloadUrl="http://a.example/file/1.pdf?download=1",
        text="Trier und Weimar sind seit 1987 Partnerstädte.\n\nDas soll so bleiben.",
    ),
    auxiliaryFile=[
        _object("File", mimeType="image/png", accessUrl="http://a.example/file/2.png"),
        _object("File", deleted=True, accessUrl="http://a.example/file/3.pdf"),
        _object("File", name="Vertrag", downloadUrl="/file/4.pdf"),
    ],
    consultation=[_object("Consultation", meeting="http://a.example/meeting/1")],
)
_MEETING = _object(
    "Meeting",
    name="Sitzung des Stadtrats",
    start="1988-04-12T17:00:00+02:00",
    participant=["http://a.example/person/7"],
    agendaItem=[
        _object("AgendaItem", number="1", name="Haushalt", result="vertagt"),
        _object(
            "AgendaItem",
            number="2",
            name="Partnerschaft mit Weimar",
            resolutionText="<p>Der Rat beschließt die Partnerschaft mit Weimar.</p>",
            result="einstimmig beschlossen",
            resolutionFile=_object("File", accessUrl="http://a.example/file/9.pdf"),
        ),
    ],
)


def test_a_paper_is_read_with_its_date_and_without_persons() -> None:
    document = _read(_PAPER)
    assert document.reference.title == "Städtepartnerschaft mit Weimar"
    assert document.reference.published == "1988-03-01"
    assert document.text.split("\n\n") == [
        "Städtepartnerschaft mit Weimar",
        "Beschlussvorlage 34/1988",
        "Trier und Weimar sind seit 1987 Partnerstädte.",
        "Das soll so bleiben.",
    ]
    assert document.blocks[-1].headings == ("Städtepartnerschaft mit Weimar",)
    assert "person" not in document.text


def test_a_meeting_is_read_by_its_agenda() -> None:
    document = _read(_MEETING)
    assert document.reference.published == "1988-04-12"
    item = ("Sitzung des Stadtrats", "Partnerschaft mit Weimar")
    assert [(document.text[block.start : block.end], block.headings) for block in document.blocks][
        -2:
    ] == [
        ("Der Rat beschließt die Partnerschaft mit Weimar.", item),
        ("einstimmig beschlossen", item),
    ]


def test_a_list_is_read_object_by_object() -> None:
    document = _read({"data": [_PAPER, _MEETING], "links": {}, "pagination": {}})
    assert document.reference.published is None
    assert [
        document.text[block.start : block.end]
        for block in document.blocks
        if block.kind == "heading" and not block.headings
    ] == ["Städtepartnerschaft mit Weimar", "Sitzung des Stadtrats"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_bytes(_object("Paper", deleted=True)), "was deleted by its council system"),
        (_bytes(_PAPER)[:-40], "torn or broken"),
        (b'{"schema.oparl.org": ' + b"[" * 100_000, "torn or broken|nested too deeply"),
        (_bytes({"type": "https://schema.oparl.org/2.0/Paper"}), "no object of OParl"),
        (_bytes(_object("Body", name="Stadt Trier")), "holds no text"),
        (b'{"a": "schema.oparl.org", "b": ' + b"9" * 5000 + b"}", "torn or broken"),
    ],
    ids=range(6),
)
def test_what_cannot_be_read_is_said(body: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        document_of_bytes(body, media_type="application/json", reference=_REFERENCE)


def test_formats_are_told() -> None:
    assert format_of(_bytes(_PAPER), media_type="application/json") == "oparl"
    assert format_of(_bytes(_PAPER), media_type="") == "oparl"
    assert format_of(b'{"a": 1}', media_type="application/json") is None
    assert format_of(b"[1]", media_type="application/json") is None


def test_links_of_a_paper_are_its_files_and_meetings() -> None:
    links = {
        link.address: link.text
        for link in links_of_council_paper(_bytes(_PAPER), base="http://a.example/paper/1")
    }
    assert links == {
        "http://a.example/file/1.pdf": "Städtepartnerschaft mit Weimar: Vorlage 34/1988",
        "http://a.example/file/4.pdf": "Städtepartnerschaft mit Weimar: Vertrag",
        "http://a.example/meeting/1": "Städtepartnerschaft mit Weimar",
    }


def test_listings_lead_on_and_name_only_what_hints_at_partnerships() -> None:
    base = "http://a.example/oparl"
    system = read_any_listing(_bytes(_object("System", body="/oparl/bodies")), base=base)
    assert system.sitemaps == ("http://a.example/oparl/bodies",)
    body = _object("Body", paper="/p?a=1", meeting="/m", person="/persons", organization="/o")
    listed = read_council_listing(_bytes({"data": [body]}), base=base, since=date(2026, 1, 2))
    assert listed.sitemaps == (
        "http://a.example/p?a=1&modified_since=2026-01-02T00%3A00%3A00%2B00%3A00",
        "http://a.example/m?modified_since=2026-01-02T00%3A00%3A00%2B00%3A00",
    )
    page = {
        "data": [
            _PAPER,
            _object("Paper", name="Bebauungsplan Nr. 7", id="http://a.example/paper/2"),
            _object("Paper", name="Partnerschaft", deleted=True, id="http://a.example/paper/3"),
            _MEETING,
        ],
        "links": {"next": "/p?page=2", "last": "/p?page=9", "first": "javascript:x"},
    }
    listing = read_any_listing(_bytes(page), base=base)
    assert [(link.address, link.text) for link in listing.links] == [
        ("http://a.example/paper/1", "Städtepartnerschaft mit Weimar"),
        ("http://a.example/meeting/1", "Partnerschaft mit Weimar"),
    ]
    assert listing.sitemaps == ("http://a.example/p?page=2",)


_NAMES = st.sampled_from(
    "data links next name id type deleted mainFile auxiliaryFile agendaItem consultation meeting "
    "accessUrl downloadUrl mimeType date start text resolutionText result body paper".split()
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(_NAMES, _VALUES), st.sampled_from(["Paper", "Meeting", "Body", "File"]))
def test_values_of_any_kind_are_borne(values: dict[str, Any], kind: str) -> None:
    body = _bytes({**_object(kind), **values, "type": _SCHEMA + kind})
    with suppress(UnreadableError):
        read_oparl(body, name="x")
    with suppress(ValueError):
        read_council_listing(body, base="http://a.example/")
    with suppress(ValueError):
        list(links_of_council_paper(body, base="http://a.example/"))


def test_huge_answers_are_read_soon() -> None:
    items = [_object("AgendaItem", name="Bebauungsplan Nummer 7")] * 500
    page = {"data": [_object("Meeting", name="Sitzung", agendaItem=items)] * 200}
    start = time.process_time()
    read_council_listing(_bytes(page), base="http://a.example/")
    assert time.process_time() - start < 10


class _CouncilSystem(ThreadingHTTPServer):
    """A council system of two bodies; its lists have pages, one of them leads in a circle."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _CouncilHandler)
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[str] = []
        self.answers = self._answers()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def _object(self, kind: str, number: int, **values: Any) -> dict[str, Any]:
        return {"type": _SCHEMA + kind, "id": f"{self.root}/{kind}/{number}", **values}

    def _page(self, data: list[Any], following: str | None = None) -> dict[str, Any]:
        links = {"next": self.root + following} if following else {}
        return {"data": data, "links": links, "pagination": {"currentPage": 1}}

    def _answers(self) -> dict[str, Any]:
        file = {"mimeType": "application/pdf", "accessUrl": f"{self.root}/file/1.pdf"}
        papers = {
            number: self._object(
                "Paper",
                number,
                name="Städtepartnerschaft mit Weimar" if number == 37 else f"Straße {number}",
                reference=f"{number}/1988",
                date="1988-03-01",
                **({"mainFile": self._object("File", 1, **file)} if number == 37 else {}),
            )
            for number in range(40)
        }
        meeting = self._object(
            "Meeting",
            1,
            name="Stadtrat",
            start="1987-04-12T17:00:00+02:00",
            agendaItem=[
                self._object(
                    "AgendaItem",
                    1,
                    name="Partnerschaft",
                    resolutionText="Trier und Weimar gehen 1987 eine Städtepartnerschaft ein.",
                    result="einstimmig beschlossen",
                )
            ],
        )
        bodies = [
            self._object("Body", 1, name="Trier", paper="/papers", meeting="/meetings"),
            self._object("Body", 2, name="Konz", paper="/torn", meeting="/deep"),
        ]
        for body in bodies:
            for name in ("paper", "meeting"):
                body[name] = self.root + body[name]
        answers: dict[str, Any] = {
            "/": self._object("System", 1, body=f"{self.root}/bodies"),
            "/bodies": self._page(bodies[:1], "/bodies?page=2"),
            "/bodies?page=2": self._page(bodies[1:]),
            "/papers": self._page([papers[n] for n in range(10)], "/papers?page=2"),
            "/meetings": self._page([meeting], "/meetings"),
            "/Meeting/1": meeting,
            "/torn": b'{"data": [{"type": "' + _SCHEMA.encode(),
            "/deep": b'{"data": ' + b"[" * 100_000,
        }
        for page in (2, 3, 4):
            part = [papers[number] for number in range(10 * page - 10, 10 * page)]
            following = f"/papers?page={page + 1}" if page < 4 else "/papers?page=2"
            answers[f"/papers?page={page}"] = self._page(part, following)
        answers.update({f"/Paper/{number}": paper for number, paper in papers.items()})
        return answers


class _CouncilHandler(BaseHTTPRequestHandler):
    server: _CouncilSystem
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path)
        body = answer if isinstance(answer, bytes) else _bytes(answer)
        kind = "application/json"
        if self.path.endswith(".pdf"):
            kind, body = "application/pdf", _council_pdf()
        self.send_response(200 if answer is not None or kind.endswith("pdf") else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _council_pdf() -> bytes:
    import io

    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(60, 700, "Deckblatt zur Sitzung")
    canvas.showPage()
    canvas.drawString(60, 700, "Die Städte Trier und Weimar sind seit 1987 Partnerstädte.")
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def council() -> Iterator[_CouncilSystem]:
    server = _CouncilSystem()
    yield server
    server.shutdown()
    server.server_close()


def test_a_council_system_is_crawled_and_read(council: _CouncilSystem, tmp_path: Path) -> None:
    host = council.root.removeprefix("http://")
    source = Source(
        id="trier",
        name="Rat von Trier",
        kind="municipality",
        start=(),
        hosts=(host,),
        oparl=(f"{council.root}/",),
    )
    report = crawl(
        [source], archive=tmp_path, settings=Settings(contact=""), is_loopback_allowed=True
    )
    assert report.is_finished
    assert len(council.asked) == len(set(council.asked))  # the circle is not followed
    papers = [path for path in council.asked if path.startswith("/Paper/")]
    assert papers == ["/Paper/37"]
    assert sorted(failure.subject for failure in report.failures) == [
        f"{council.root}/deep",
        f"{council.root}/torn",
    ]
    items = list(read_inputs([tmp_path]))
    documents = {item.reference.url: item for item in items if isinstance(item, Document)}
    assert set(documents) == {
        f"{council.root}/{path}" for path in ("Paper/37", "Meeting/1", "file/1.pdf")
    }
    assert documents[f"{council.root}/Paper/37"].reference.published == "1988-03-01"
    assert [block.page for block in documents[f"{council.root}/file/1.pdf"].blocks] == [1, 2]
