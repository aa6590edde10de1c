"""One pipeline for all tests of nlp, Documents made from plain text, and what is read of them.

`python -m pytest tests/nlp --rewrite-golden` writes the golden files anew; read their diff before
you commit it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from spacy.language import Language

from nlp.components.pairs import RankedPair, ranked_pairs, seen
from nlp.components.places import shared_gazetteer
from nlp.extract import Extraction, Extractor, by_document
from nlp.linking import explain
from nlp.pipeline import build_pipeline, make_doc
from nlp.place_judging import PlaceMention
from nlp.reading_view import ReadingView
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
from partnernetz.records import Block, BlockKind, Document, DocumentReference
from partnernetz.storage import write_text

REFERENCE = default_data_folder() / "reference"
GOLDEN = Path(__file__).parent / "golden"
#: A line without a full stop that is longer is a paragraph.
_LONGEST_HEADING = 80


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write tests/nlp/golden anew")


@cache
def _gazetteer() -> Gazetteer:
    return shared_gazetteer(str(REFERENCE))


def place_id(name: str) -> str:
    """Return the id of the place that a bare name means most likely; ids stay what they are."""
    if ":" in name:
        return name
    return explain(name, gazetteer=_gazetteer())[0].place.id


def document(
    text: str,
    host: str | None = None,
    *,
    url: str = "https://www.example.org/seite",
    published: str | None = None,
    **reference: Any,
) -> Document:
    """Return a Document with a block for each part of the text between blank lines.

    ``host`` is the name or id of the place that owns the page. Lines that begin with "- " are list
    items, lines with " | " table rows; a short line without a full stop is a heading, and the
    first heading of a text that begins with one is its title.
    """
    blocks = tuple(_blocks(text))
    if blocks and blocks[0].kind == "heading":
        reference.setdefault("title", text[blocks[0].start : blocks[0].end])
    return Document(
        reference=DocumentReference(
            id="test",
            url=url,
            published=published,
            host_place_id=place_id(host) if host else None,
            **reference,
        ),
        text=text,
        blocks=blocks,
    )


def _blocks(text: str) -> Iterator[Block]:
    headings: tuple[str, ...] = ()
    position = 0
    for part in text.split("\n\n"):
        lines = part.split("\n")
        are_entries = all(line.startswith("- ") or " | " in line for line in lines)
        for piece in lines if are_entries else [part]:
            start = text.index(piece, position)
            position = start + len(piece)
            if not piece.strip():
                continue
            start += len(piece) - len(piece.lstrip())
            kind = _kind(piece)
            end = start + len(piece.strip())
            yield Block(kind=kind, start=start, end=end, headings=headings)
            if kind == "heading":
                headings = (piece.strip(),)


def _kind(piece: str) -> BlockKind:
    if piece.startswith("- "):
        return "list_item"
    if " | " in piece:
        return "table_row"
    is_heading = len(piece) <= _LONGEST_HEADING and piece.rstrip()[-1] not in ".!?"
    return "heading" if is_heading else "paragraph"


class Reader:
    """Reads texts with one pipeline; each method takes what ``document`` takes."""

    def __init__(self) -> None:
        self.nlp: Language = build_pipeline(reference_folder=REFERENCE)
        self.extractor = Extractor(reference_folder=REFERENCE)
        self.gazetteer = _gazetteer()

    def doc(self, text: str, host: str | None = None, **options: Any) -> Any:
        return self.nlp(make_doc(self.nlp, document(text, host, **options)))

    def view(self, text: str, host: str | None = None, **options: Any) -> ReadingView:
        return seen(self.doc(text, host, **options))

    def places(self, text: str, host: str | None = None, **options: Any) -> list[PlaceMention]:
        doc = self.doc(text, host, **options)  # span groups live no longer than their Doc
        return [span._.place_mention for span in doc.spans["places"]]

    def ranked(
        self, text: str, host: str | None = None, **options: Any
    ) -> dict[frozenset[str], RankedPair]:
        """Return the candidate pairs by the ids of their places."""
        pairs = ranked_pairs(self.doc(text, host, **options))
        return {frozenset((p.candidate.a.id, p.candidate.b.id)): p for p in pairs}

    def extract(self, text: str, host: str | None = None, **options: Any) -> Extraction:
        return self.extractor.extract(document(text, host, **options))

    def line(self, text: str, host: str | None = None, **options: Any) -> dict[str, Any]:
        """Return the line of ``partnernetz extract --by-document``."""
        return by_document(self.extract(text, host, **options))

    def pairs_of(self, text: str, host: str | None = None, **options: Any) -> set[frozenset[str]]:
        """Return the pairs that the text states, as sets of place ids."""
        found = self.line(text, host, **options)["partnerships"]
        return {frozenset((pair["a_id"], pair["b_id"])) for pair in found}


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="session")
def pairs_of(reader: Reader) -> Callable[..., set[frozenset[str]]]:
    return reader.pairs_of


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The builders of this file; test files cannot import it."""
    return SimpleNamespace(document=document, place_id=place_id)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Return a check that a value equals its golden file, or writes it where that is asked for."""
    rewrite = bool(request.config.getoption("--rewrite-golden", default=False))

    def check(name: str, value: Any) -> None:
        path = GOLDEN / f"{name}.json"
        if rewrite:
            write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
        assert path.is_file(), "run `python -m pytest tests/nlp --rewrite-golden`"
        assert json.loads(path.read_text(encoding="utf-8")) == value

    return check
