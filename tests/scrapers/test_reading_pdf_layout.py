"""Council papers and gazettes as printed: tables, columns, running heads, turned pages."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.reading import UnreadableError
from scrapers.reading.drafts import Draft
from scrapers.reading.pdf import read_pdf
from scrapers.reading.pdf_layout import Line, Word, lines_of_words, reading_order

_WORDS = (
    "Rat Partnerschaft Gemeinde Schulen beschlossen fördert Chöre Austausch seit und die der mit "
    "gemeinsam Frühjahr Stadtverordnete Vertrag im Haushalt Vereine jährlich Besuch "
    "Delegation Feuerwehr Verwaltung zwischen beiden Städten unterzeichnet"
).split()
_TOWNS = ("Erlangen", "Plauen", "Weimar", "Hof", "Döbeln", "Suhl", "Gera", "Pirna", "Bautzen")


def _paragraph(town: str, count: int) -> str:
    """Return a paragraph of as many sentences, the same each time."""
    chance = Random(f"{town} {count}")
    sentences = (" ".join(chance.sample(_WORDS, 12)) for _ in range(count))
    return " ".join(f"{town} {sentence}." for sentence in sentences)


def _drafts(body: bytes) -> tuple[Draft, ...]:
    return read_pdf(body, name="x.pdf")[1]


def _canvas_pdf(draw: Callable[[Any], None], **options: Any) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def _styles() -> tuple[Any, Any]:
    from reportlab.lib.enums import TA_JUSTIFY
    from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet

    sheet = getSampleStyleSheet()
    justified = ParagraphStyle(
        "j", parent=sheet["Normal"], fontSize=9, leading=11, spaceAfter=6, alignment=TA_JUSTIFY
    )
    return sheet, justified


def _council_paper(rows: Sequence[Sequence[Any]], *, is_ruled: bool) -> bytes:
    """Return a paper of three pages with a form, a table of partner towns and running lines."""
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

    sheet, justified = _styles()
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]
    if is_ruled:
        style.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    cells = [
        [Paragraph(cell, sheet["Normal"]) if len(cell) > 20 else cell for cell in row]
        for row in rows
    ]
    form = Table([["Vorlagen-Nr.:", "34/2018"], ["Datum:", "03.05.2018"]], hAlign="LEFT")
    story = [
        Paragraph("Beschlussvorlage", sheet["Title"]),
        form,
        Paragraph("Unsere Partnerstädte", sheet["Heading2"]),
        Paragraph(_paragraph("Lauf", 3), justified),
        Table(cells, colWidths=[100, 80, 50, 170], style=TableStyle(style)),
        Paragraph("Begründung", sheet["Heading2"]),
        *(Paragraph(_paragraph(town, 12), justified) for town in _TOWNS),
    ]

    def decorate(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 810, "Stadt Jena, Beschlussvorlage 34/2018")
        canvas.drawRightString(520, 810, f"Seite {document.page}")
        canvas.drawCentredString(297, 25, "Am Anger 15, 07743 Jena")

    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, invariant=1).build(story, onFirstPage=decorate, onLaterPages=decorate)
    return buffer.getvalue()


_ROWS = [
    ["Partnerstadt", "Land", "seit", "Bemerkung"],
    ["Erlangen", "Deutschland", "1987", "Vertrag vom 7. April 1987, von beiden Räten erneuert"],
    ["Lugoj", "Rumänien", "1983", ""],
    ["Porto mit allen seinen Gemeinden", "Portugal", "1984", "Schüler"],
    ["Aubervilliers", "Frankreich", "1999", "Austausch der Jugend, Kultur, Sport und Umwelt"],
]


@pytest.mark.parametrize("is_ruled", [True, False])
def test_a_council_paper_has_its_tables_as_rows(is_ruled: bool) -> None:
    drafts = _drafts(_council_paper(_ROWS, is_ruled=is_ruled))
    rows = [draft for draft in drafts if draft.kind == "table_row"]
    assert [row.text for row in rows] == [
        "Vorlagen-Nr.: | 34/2018",
        "Datum: | 03.05.2018",
        *(" | ".join(row).rstrip(" |") for row in _ROWS),
    ]
    header = "Partnerstadt | Land | seit | Bemerkung"
    assert rows[2].headings == ("Beschlussvorlage", "Unsere Partnerstädte")
    assert {row.headings for row in rows[3:]} == {
        ("Beschlussvorlage", "Unsere Partnerstädte", header)
    }
    assert {row.page for row in rows} == {1}


def test_running_heads_and_feet_are_dropped_and_paragraphs_run_over_pages() -> None:
    drafts = _drafts(_council_paper(_ROWS, is_ruled=True))
    text = "\n".join(draft.text for draft in drafts)
    assert text.count("Stadt Jena, Beschlussvorlage") == 1  # who publishes it, on the first page
    assert "Am Anger" not in text and "Seite 2" not in text
    whole = [
        draft for draft in drafts if draft.text.split()[0] in _TOWNS and draft.kind == "paragraph"
    ]
    assert [draft.text for draft in whole] == [_paragraph(town, 12) for town in _TOWNS]
    assert {draft.page for draft in whole} == {1, 2, 3}
    assert {draft.headings for draft in whole} == {("Beschlussvorlage", "Begründung")}


def _gazette() -> bytes:
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    sheet, justified = _styles()
    frames = [Frame(50, 50, 240, 700, id="left"), Frame(305, 50, 240, 700, id="right")]

    def decorate(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        if document.page == 1:
            canvas.drawString(50, 800, "Amtsblatt der Stadt Hof")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 780, "Jahrgang 29")
        canvas.drawRightString(545, 780, "Nr. 7 / 2019")
        canvas.drawCentredString(297, 25, f"- {document.page} -")

    story = []
    for number, town in enumerate(_TOWNS, start=1):
        story.append(Paragraph(f"Bekanntmachung Nummer {number}", sheet["Heading3"]))
        story.append(Paragraph(_paragraph(town, 14), justified))
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, title="Amtsblatt 7/2019", invariant=1)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=decorate))
    document.build(story)
    return buffer.getvalue()


def test_a_gazette_is_read_column_after_column() -> None:
    title, drafts = read_pdf(_gazette(), name="x.pdf")
    assert title == "Amtsblatt 7/2019"
    assert [draft.text for draft in drafts if draft.kind == "heading"] == [
        "Amtsblatt der Stadt Hof",
        *(f"Bekanntmachung Nummer {number}" for number in range(1, 10)),
    ]
    assert [draft.text for draft in drafts if draft.kind == "paragraph"][1:] == [
        _paragraph(town, 14) for town in _TOWNS
    ]
    assert {draft.page for draft in drafts} == {1, 2, 3}


def test_columns_are_told_when_they_are_drawn_line_by_line_across_the_page() -> None:
    left = [f"linke Spalte in Zeile {number:02d} und weiter" for number in range(12)]
    right = [f"rechte Spalte in Zeile {number:02d} und weiter" for number in range(12)]

    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 11)
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 780 - 13 * number, one)
            canvas.drawString(280, 780 - 13 * number, other)

    assert " ".join(draft.text for draft in _drafts(_canvas_pdf(draw))) == " ".join(left + right)


def test_staggered_columns_are_told() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 11)
        for number in range(8):
            canvas.drawString(300, 773 - 13 * number, f"rechts {number}")
            canvas.drawString(60, 780 - 13 * number, f"links {number}")

    text = " ".join(draft.text for draft in _drafts(_canvas_pdf(draw)))
    assert text.index("links 7") < text.index("rechts 0")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pages_read_like_upright_ones(turn: int) -> None:
    def draw(canvas: Any) -> None:
        canvas.setPageRotation(turn)
        canvas.translate(300, 400)
        canvas.rotate(turn)
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(-150, 100, "Partner")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(-150, 70, "Hof ist mit Plauen durch einen Vertrag verbunden, der von")
        canvas.drawString(-150, 57, "beiden Räten beschlossen wurde.")
        canvas.drawString(-150, 30, "Plauen")
        canvas.drawString(50, 30, "1987")
        canvas.drawString(-150, 10, "Joensuu")
        canvas.drawString(50, 10, "1971")

    assert [(draft.kind, draft.text) for draft in _drafts(_canvas_pdf(draw))] == [
        ("heading", "Partner"),
        (
            "paragraph",
            "Hof ist mit Plauen durch einen Vertrag verbunden, der von beiden Räten beschlossen "
            "wurde.",
        ),
        ("table_row", "Plauen | 1987"),
        ("table_row", "Joensuu | 1971"),
    ]


def test_text_set_across_the_page_does_not_disturb_the_rest() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, 700, "Hof und Plauen sind Partner.")
        canvas.drawString(60, 687, "Das soll so bleiben.")
        canvas.translate(30, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Entwurf")

    texts = [draft.text for draft in _drafts(_canvas_pdf(draw))]
    assert texts == ["Hof und Plauen sind Partner. Das soll so bleiben.", "Entwurf"]


def test_hyphens_ligatures_enlarged_type_and_dates_at_the_beginning_of_lines() -> None:
    import reportlab
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont("Vera", str(folder / "Vera.ttf")))
    lines = [
        "Wir be\ufb01nden: Die Partner-",
        "schaft zwischen Baden-",
        "Württemberg und P\ufb02eger der Umwelt-",
        "und Naturschutzverbände begann am",
        "3. Oktober 1990 in Hof.",
    ]

    def draw(canvas: Any) -> None:
        canvas.scale(11, 11)  # as many programs do: type of size 1, enlarged
        canvas.setFont("Vera", 1)
        for number, line in enumerate(lines):
            canvas.drawString(5, 60 - 1.2 * number, line)

    assert [(draft.kind, draft.text) for draft in _drafts(_canvas_pdf(draw))] == [
        (
            "paragraph",
            "Wir befinden: Die Partnerschaft zwischen Baden-Württemberg und Pfleger der Umwelt- "
            "und Naturschutzverbände begann am 3. Oktober 1990 in Hof.",
        )
    ]


def test_a_locked_file_is_said_and_one_that_only_forbids_copying_is_read() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    def draw(canvas: Any) -> None:
        canvas.drawString(60, 700, "Hof und Plauen")

    locked = _canvas_pdf(draw, encrypt=StandardEncryption("geheim", ownerPassword="x"))
    with pytest.raises(UnreadableError, match=r"x\.pdf is locked with a password"):
        read_pdf(locked, name="x.pdf")
    shut = _canvas_pdf(draw, encrypt=StandardEncryption("", ownerPassword="x", canCopy=0))
    assert [draft.text for draft in _drafts(shut)] == ["Hof und Plauen"]


def test_titles_that_a_program_made_up_are_no_titles() -> None:
    def draw(canvas: Any) -> None:
        canvas.setTitle("Microsoft Word - V34_neu.doc")
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(60, 700, "Beschlussvorlage")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, 670, "Hof und Plauen sind Partner, und das soll auch so bleiben.")

    assert read_pdf(_canvas_pdf(draw), name="x.pdf")[0] == "Beschlussvorlage"


_PLACES = st.builds(
    lambda left, width, baseline, size, is_bold: (left, left + width, baseline, size, is_bold),
    st.integers(0, 600),
    st.integers(1, 200),
    st.integers(0, 800),
    st.sampled_from([0.1, 8.0, 10.0, 14.0]),
    st.booleans(),
)
_RULES = st.lists(st.tuples(st.integers(0, 800), st.integers(0, 300), st.integers(300, 600)))


@settings(deadline=None)
@given(st.lists(_PLACES, max_size=60), _RULES)
def test_no_word_is_lost_or_read_twice_however_a_page_is_laid_out(
    places: list[tuple[int, int, int, float, bool]], rules: list[tuple[int, int, int]]
) -> None:
    words = [Word(f"w{number}", *place) for number, place in enumerate(places)]
    read = []
    for content in reading_order(lines_of_words(words), rules=rules):
        text = content.text if isinstance(content, Line) else " ".join(content.cells)
        read += text.split()
    assert sorted(read) == sorted(word.text for word in words)


def test_a_page_full_of_small_words_is_read_soon() -> None:
    words = [
        Word("a", 10.0 * column, 10.0 * column + 3, 3.0 * row, 3.0, False)
        for row in range(300)
        for column in range(100)
    ]
    start = time.process_time()
    assert len(list(reading_order(lines_of_words(words)))) == 300
    assert time.process_time() - start < 10
