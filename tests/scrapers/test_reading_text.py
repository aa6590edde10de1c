from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnernetz.records import DocumentReference
from scrapers.reading import UnreadableError, document_of_text
from scrapers.reading.charset import decode
from scrapers.reading.drafts import Draft, clean, join_blocks
from scrapers.reading.language import language_of
from scrapers.reading.lines import begins_with_date, is_page_number, join_lines, plain_file_title
from scrapers.reading.text import text_blocks


def _blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in text_blocks(text)]


def test_paragraphs_headings_and_items() -> None:
    text = (
        "Unsere Partner\n\nHof ist seit 1987 mit Plauen verbunden, und das wird gefeiert.\n\n"
        "Ausflüge\nDie Fahrt nach Plauen dauert eine Stunde; man nimmt am besten den Zug.\n\n"
        "- Jena\n- Gera\n"
    )
    assert _blocks(text) == [
        ("heading", "Unsere Partner"),
        ("paragraph", "Hof ist seit 1987 mit Plauen verbunden, und das wird gefeiert."),
        ("heading", "Ausflüge"),
        ("paragraph", "Die Fahrt nach Plauen dauert eine Stunde; man nimmt am besten den Zug."),
        ("list_item", "- Jena"),
        ("list_item", "- Gera"),
    ]
    assert text_blocks(text)[3].headings == ("Unsere Partner", "Ausflüge")


def test_lines_broken_in_mid_sentence_are_one_block() -> None:
    assert _blocks("Hof ist,\nso heißt es, Partner.")[0][1].startswith("Hof ist,\nso")
    wrapped = (
        "Die Partnerschaft zwischen der Stadt Hof und der Stadt Plauen im\n"
        "Vogtland wird seit dem Jahr 1987 gepflegt und ist beiden Seiten\n"
        "Verpflichtung."
    )
    assert len(_blocks(wrapped)) == 1
    assert (
        len(_blocks("Eine Zeile, die für sich steht.\nNoch eine Zeile, die für sich steht.")) == 2
    )


def test_short_lines_in_a_run_are_items() -> None:
    assert {kind for kind, _ in _blocks("Jena\nGera\nHof\nPlauen\nSuhl")} == {"list_item"}


def test_rows_of_pipes_are_rows() -> None:
    assert [kind for kind, _ in _blocks("Stadt | Jahr\nHof | 1987\nGera | 1990")] == [
        "table_row"
    ] * 3


def test_windows_line_ends_part_paragraphs() -> None:
    assert len(_blocks("Hof und Plauen sind Partner.\r\n\r\nGera und Hof nicht.")) == 2


@settings(deadline=None)  # the first call loads the language model
@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from("Hof.|\n|\r\n| |\t|- a|A | B|x".split("|"))).map("".join)
)
def test_the_text_stays_untouched_and_is_covered(text: str) -> None:
    try:
        document = document_of_text(text, reference=DocumentReference(id="a", url=""))
    except UnreadableError:
        assert not text.strip()
        return
    assert document.text == text
    position = 0
    for block in document.blocks:
        assert not document.text[position : block.start].strip()
        assert document.text[block.start : block.end].strip()
        position = block.end
    assert not document.text[position:].strip()


def test_lone_surrogates_are_replaced_in_place() -> None:
    document = document_of_text("Hof \ud800 Gera", reference=DocumentReference(id="a", url=""))
    assert document.text == "Hof \ufffd Gera"


@pytest.mark.parametrize(
    ("body", "media_type", "text"),
    [
        ("Görlitz".encode(), "text/html; charset=iso-8859-1", "Görlitz"),
        ("Görlitz".encode("cp1252"), "text/html; charset=utf-8", "Görlitz"),
        ("Görlitz".encode("cp1252"), "", "Görlitz"),
        ("Görlitz".encode("utf-16"), "text/html", "Görlitz"),
        (b"\xef\xbb\xbfHof", "text/plain", "Hof"),
        ("Głogów".encode("iso-8859-2"), "text/html; charset=ISO-8859-2", "Głogów"),
        (b"<meta charset='iso-8859-2'>" + "Łódź".encode("iso-8859-2"), "", None),
        ("Görlitz".encode()[:2], "text/html", "G"),
        ("äöüß".encode() * 3 + b"\xff", "text/html", "äöüß" * 3 + "\ufffd"),
        (b"Hof", "text/html; charset=no-such-thing", "Hof"),
    ],
)
def test_bytes_become_text_whatever_the_label(
    body: bytes, media_type: str, text: str | None
) -> None:
    decoded = decode(body, media_type=media_type)
    assert decoded.endswith("Łódź") if text is None else decoded == text


@given(st.binary(max_size=200))
def test_any_bytes_become_text(body: bytes) -> None:
    assert isinstance(decode(body, media_type="text/html"), str)


@given(st.text(max_size=100))
def test_clean_text_is_clean(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == clean(cleaned) == cleaned.strip()
    assert "\x1f" not in cleaned
    cleaned.encode("utf-8")


def test_items_stand_close_paragraphs_apart() -> None:
    drafts = [
        Draft(kind="heading", text="A"),
        Draft(kind="list_item", text="b"),
        Draft(kind="list_item", text="c"),
        Draft(kind="table_row", text="d"),
    ]
    text, blocks = join_blocks(drafts)
    assert text == "A\n\nb\nc\n\nd"
    assert [text[block.start : block.end] for block in blocks] == ["A", "b", "c", "d"]


def test_layout_rules_have_working_examples() -> None:
    path = Path(__file__).resolve().parents[2] / "scrapers" / "reading" / "layout.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    for rule in tables["conjunction"]:
        first, second, joined = rule["example"]
        assert join_lines(first, second) == joined
    tests = {
        "page_number": is_page_number,
        "file_title": lambda text: plain_file_title(text) == "",
        "date": begins_with_date,
    }
    for name, is_match in tests.items():
        for rule in tables[name]:
            assert [text for text in rule["examples"] if not is_match(text)] == []
            assert [text for text in rule["counterexamples"] if is_match(text)] == []


def test_languages_are_told() -> None:
    assert (
        language_of("Die Partnerschaft zwischen Hof und Plauen besteht seit vielen Jahren.") == "de"
    )
    assert language_of("The partnership between the towns has existed for many years now.") == "en"
    assert language_of("Hof 1987") is None
