from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from partnernetz.errors import Failure, InputError
from partnernetz.places import Gazetteer
from partnernetz.records import Document
from scrapers.hosts import host_place_id
from scrapers.inputs import document_of_record, input_files, read_inputs

_REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
_TEXT = "Hof ist seit 1987 mit Plauen verbunden.\n"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(_REFERENCE)


def _collection(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "x.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def _one(path: Path, **options: Any) -> Document:
    (item,) = read_inputs([path], **options)
    assert isinstance(item, Document), item
    return item


def test_a_line_becomes_a_document(tmp_path: Path, gazetteer: Gazetteer) -> None:
    line = {
        "id": "A/1 ä",
        "url": "http://a.example/",
        "text": _TEXT,
        "host": "Laatzen",
        "published": "2015-06-20T22:01:00",
        "more": [1],
    }
    document = _one(_collection(tmp_path, line), gazetteer=gazetteer)
    reference = document.reference
    assert document.text == _TEXT
    assert (reference.id, reference.url) == ("A/1 ä", "http://a.example/")
    assert (reference.host_place_id, reference.published) == ("ags:03241009", "2015-06-20")
    assert reference.archive_file is None
    with pytest.raises(InputError, match="not read from an archive"):
        document_of_record(tmp_path, reference)


def test_html_lines_are_read_as_pages(tmp_path: Path) -> None:
    line = {"id": "1", "url": "u", "html": "<title>T</title><nav>x</nav><h1>Hof</h1><p>Plauen.</p>"}
    document = _one(_collection(tmp_path, line))
    assert (document.reference.title, document.text) == ("T", "T\n\nHof\n\nPlauen.")


def test_the_wish_for_a_date_wins_over_the_markup(tmp_path: Path) -> None:
    html = '<meta name="date" content="2020-01-01"><p>Hof.</p>'
    given = _collection(tmp_path, {"id": "1", "html": html, "published": "1999"})
    assert _one(given).reference.published == "1999"


def test_wrong_lines_become_failures_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = _collection(
        tmp_path,
        {"id": "1", "text": _TEXT},
        "{torn",
        "[1]",
        {"id": "2"},
        {"text": "x"},
        {"id": "3", "text": 7},
        {"id": "4", "text": " \n"},
        {"id": "5", "text": _TEXT, "published": "gestern"},
        "",
        {"id": 6, "text": _TEXT},
    )
    items = list(read_inputs([path]))
    assert [item.reference.id for item in items if isinstance(item, Document)] == ["1", "5", "6"]
    failures = [item for item in items if isinstance(item, Failure)]
    assert [failure.subject for failure in failures] == [
        f"x.jsonl, line {number}" for number in range(2, 9)
    ]
    assert all(failure.stage == "read" and failure.message.endswith(".") for failure in failures)
    assert str(tmp_path) not in repr(failures)


def test_a_collection_in_another_charset_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes('{"id": "1", "text": "Görlitz"}'.encode("cp1252"))
    (item,) = read_inputs([path])
    assert isinstance(item, Failure) and item.slug == "charset_unreadable"


def test_a_folder_is_read_in_sorted_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes("\ufeffGörlitz und Wiesbaden\r\n".encode())
    (tmp_path / "a.html").write_bytes("<p>Görlitz und Wiesbaden</p>".encode("cp1252"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.TXT").write_bytes("Görlitz".encode("cp1252"))
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / "d.csv").write_text("x")
    (tmp_path / "e.pdf").write_bytes(b"%PDF-1.4 torn")
    items = list(read_inputs([tmp_path]))
    found = [(item.reference.id, item.text) for item in items if isinstance(item, Document)]
    assert found == [
        ("a.html", "Görlitz und Wiesbaden"),
        ("b.txt", "Görlitz und Wiesbaden\r\n"),
        ("c.TXT", "Görlitz"),
    ]
    assert [item.subject for item in items if isinstance(item, Failure)] == ["e.pdf"]


def test_what_a_crawl_leaves_beside_its_archive_is_no_input(tmp_path: Path) -> None:
    for name in (
        "x.warc.gz", "without-text-2026-11-26-001.warc.gz", "sources.jsonl", "index.cdxj", "a.txt"
    ):  # fmt: skip
        (tmp_path / name).write_text("x")
    assert [path.name for path in input_files([tmp_path])] == ["a.txt", "x.warc.gz"]


@pytest.mark.parametrize("name", ["nothing.txt", "x.csv", "empty"])
def test_missing_and_unknown_inputs_are_said_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.csv").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=name):
        read_inputs([tmp_path / name])


@pytest.mark.parametrize(
    ("host", "place_id"),
    [
        ("Landkreis Kelheim", "ags:09273"),
        ("Kelheim", "ags:09273137"),
        ("Frankfurt am Main", "ags:06412000"),
        ("ags:10044115", "ags:10044115"),
        ("ags:99999999", None),
        ("Nirgendheim an der Nichts", "name:de:nirgendheim an der nichts"),
        ("Samtgemeinde Land Hadeln", "name:de:samtgemeinde land hadeln"),
        ("", None),
        (None, None),
    ],
)
def test_hosts_are_resolved(gazetteer: Gazetteer, host: str | None, place_id: str | None) -> None:
    assert host_place_id(host, gazetteer=gazetteer) == place_id


def test_without_a_gazetteer_only_ids_count() -> None:
    assert host_place_id("Laatzen", gazetteer=None) is None
    assert host_place_id("ags:03241009", gazetteer=None) == "ags:03241009"
