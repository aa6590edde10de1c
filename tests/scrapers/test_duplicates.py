from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnernetz.errors import InputError
from partnernetz.records import Document, DocumentReference
from scrapers.archive_writing import ArchiveWriter, Exchange
from scrapers.duplicates import (
    DUPLICATES_FILE,
    SHORTEST_TEXT,
    THRESHOLD,
    find_duplicates,
    fingerprint_of,
    group_copies,
    resemblance,
)
from scrapers.inputs import read_inputs
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import document_of_html
from scrapers.visits import Visit, Visits

_PROJECT = Path(__file__).resolve().parents[2]
_PAGES = _PROJECT.parent / "shared" / "pages" / "html"


def _text(seed: int, words: int = 200) -> str:
    chance = random.Random(seed)
    return " ".join(f"wort{chance.randrange(5000)}" for _ in range(words))


def _cut(text: str) -> str:
    words = text.split()
    return "Von unserem Korrespondenten " + " ".join(words[: len(words) * 3 // 4])


def _print_view(text: str) -> str:
    return f"Druckansicht Startseite Kontakt Impressum {text} Gedruckt am 1. Januar 2026."


def test_fingerprints_are_the_same_everywhere() -> None:
    text = _text(1)
    assert fingerprint_of(text) == fingerprint_of(text.upper().replace(" ", "\n"))
    assert len(fingerprint_of(text)) == 1024
    assert fingerprint_of(text)[:16] == "25b83a0292a07201"
    assert fingerprint_of(" ".join(["kurz"] * (SHORTEST_TEXT - 1))) == ""


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 200))
def test_resemblance_is_the_share_of_common_runs(common: int) -> None:
    begin = _text(1, common)
    first, second = f"{begin} {_text(2, 200)}", f"{begin} {_text(3, 200)}"

    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return set(zip(*(words[n:] for n in range(5)), strict=False))

    exact = len(runs(first) & runs(second)) / len(runs(first) | runs(second))
    assert resemblance(fingerprint_of(first), fingerprint_of(second)) == pytest.approx(
        exact, abs=0.18
    )


def _visit(name: str, text: str, at: str = "2026-11-26T10:00:00Z") -> Visit:
    return Visit(
        source_id="s",
        url=name,
        final_url=name,
        at=at,
        crawl="c",
        outcome="stored",
        digest=name,
        fingerprint=fingerprint_of(text),
    )


def test_copies_of_copies_are_one_group_named_after_the_first() -> None:
    text = _text(1)
    visits = [
        _visit("late", _print_view(text), at="2026-11-28T10:00:00Z"),
        _visit("other", _text(2)),
        _visit("first", text, at="2026-11-25T10:00:00Z"),
        _visit("cut", _cut(text)),
        _visit("cut", _cut(text)),  # the same document, stored twice
    ]
    (group,) = group_copies(visits)
    assert [copy.url for copy in group.copies] == ["first", "cut", "late"]
    assert group.id == group.copies[0].document_id
    assert group_copies(reversed(visits)) == (group,)


def _real_texts() -> list[str]:
    texts = [
        item.text
        for item in read_inputs([_PROJECT / "data" / "samples" / "sites"])
        if isinstance(item, Document)
    ]
    for path in sorted(_PAGES.glob("*.gz")):
        markup = decode(gzip.decompress(path.read_bytes()), media_type="text/html")
        reference = DocumentReference(id=path.name, url="")
        texts.append(document_of_html(markup, reference=reference).text)
    return [text for text in texts if fingerprint_of(text)]


def test_the_threshold_tells_copies_from_other_pages() -> None:
    """On real pages: their copies are above it, and no two different ones are."""
    if not _PAGES.is_dir():
        pytest.skip("there is no ../shared/pages")
    texts = _real_texts()
    assert len(texts) > 150
    for make in (_cut, _print_view):
        copies = [(fingerprint_of(text), fingerprint_of(make(text))) for text in texts]
        found = [resemblance(first, copy) for first, copy in copies if copy]
        assert sum(share >= THRESHOLD for share in found) / len(found) >= 0.99
    assert group_copies(_visit(f"{n}", text) for n, text in enumerate(texts)) == ()


def _page(number: int, text: str) -> Exchange:
    values: dict[str, Any] = {
        "url": f"http://hof.example/{number}",
        "source_id": "hof",
        "depth": 0,
        "via": "",
        "fetched_at": f"2026-11-26T10:00:{number:02d}Z",
        "status": 200,
        "request_headers": (),
        "response_headers": (("Content-Type", "text/html"),),
        "body": f"<title>{number}</title><p>{text}</p>".encode(),
    }
    return Exchange(final_url=values["url"], **values)


def test_an_archive_is_grouped_and_only_new_texts_are_read(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, stem="2026-11-26-hof")
    for number, text in enumerate([_text(1), _cut(_text(1)), _text(2), "zu kurz"]):
        writer.add(_page(number, text))
    writer.close()
    (group,) = find_duplicates(tmp_path)
    documents = [item for item in read_inputs([tmp_path]) if isinstance(item, Document)]
    assert [copy.document_id for copy in group.copies] == [
        document.reference.id for document in documents[:2]
    ]
    (line,) = (tmp_path / DUPLICATES_FILE).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["id"] == group.id
    with Visits(tmp_path) as visits:
        assert visits.first_without_fingerprint() == []
        assert len(list(visits.with_fingerprint())) == 3

    writer.add(_page(9, _print_view(_text(2))))
    writer.close()
    assert len(find_duplicates(tmp_path)) == 2
    assert len([item for item in read_inputs([tmp_path]) if isinstance(item, Document)]) == 5


def test_a_missing_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        find_duplicates(tmp_path / "nowhere")
