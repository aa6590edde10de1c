from __future__ import annotations

import io

import pytest

from scrapers.reading import UnreadableError
from scrapers.reading.pdf import read_pdf


def _pdf(pages: list[list[tuple[str, str, float]]], *, title: str = "") -> bytes:
    """Return a PDF file; a line is text, font and the distance from the line above."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.setTitle(title)
    for number, lines in enumerate(pages, start=1):
        height = 780.0
        canvas.setFont("Helvetica", 8)
        canvas.drawString(70, 810, f"Stadt Hof, Seite {number}")
        for text, font, distance in lines:
            height -= distance
            canvas.setFont(font, 11)
            canvas.drawString(70, height, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


_BODY = _pdf(
    [
        [
            ("Partnerschaft mit Plauen", "Helvetica-Bold", 0),
            ("Die Stadt Hof hat mit der Stadt Plauen im Jahr 1987 eine Partner-", "Helvetica", 30),
            ("schaft geschlossen, die bis heute von vielen Menschen gelebt wird.", "Helvetica", 15),
            (
                "Gefördert werden Umwelt- und Verkehrsprojekte, und zwar jedes Jahr.",
                "Helvetica",
                30,
            ),
            ("- Chöre", "Helvetica", 30),
            ("- Feuerwehren", "Helvetica", 15),
        ],
        [("Alternativen", "Helvetica-Bold", 0), ("Keine.", "Helvetica", 30)],
    ],
    title="Vorlage 7",
)


def test_paragraphs_headings_items_and_pages() -> None:
    title, drafts = read_pdf(_BODY, name="x.pdf")
    assert title == "Vorlage 7"
    assert [(draft.kind, draft.text, draft.page) for draft in drafts] == [
        ("paragraph", "Stadt Hof, Seite 1", 1),
        ("heading", "Partnerschaft mit Plauen", 1),
        (
            "paragraph",
            "Die Stadt Hof hat mit der Stadt Plauen im Jahr 1987 eine Partnerschaft geschlossen, "
            "die bis heute von vielen Menschen gelebt wird.",
            1,
        ),
        (
            "paragraph",
            "Gefördert werden Umwelt- und Verkehrsprojekte, und zwar jedes Jahr.",
            1,
        ),
        ("list_item", "- Chöre", 1),
        ("list_item", "- Feuerwehren", 1),
        ("heading", "Alternativen", 2),
        ("paragraph", "Keine.", 2),
    ]
    assert drafts[-1].headings == ("Alternativen",)


def test_a_scan_is_said() -> None:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.rect(10, 10, 50, 50)
    canvas.save()
    with pytest.raises(UnreadableError, match=r"x\.pdf has no text layer"):
        read_pdf(buffer.getvalue(), name="x.pdf")


@pytest.mark.parametrize("body", [b"%PDF-1.4\n", _BODY[:300], b"%PDF-1.4" + b"\xff" * 500])
def test_a_torn_file_is_said(body: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"x\.pdf"):
        read_pdf(body, name="x.pdf")
