"""PDF files: the text layer, page by page, as paragraphs, headings and list items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from statistics import median
from typing import Any

from partnernetz.records import BlockKind
from scrapers.reading.drafts import Draft, clean
from scrapers.reading.errors import UnreadableError
from scrapers.reading.lines import join_lines

_BULLET = re.compile(r"(?:[-–•*·▪◦‣\uf0b7]|\d{1,2}\.|[a-z]\))\s+\S")
_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'“”»«)]*$")
#: A gap above a line wider than this many usual line distances begins a paragraph.
_PARAGRAPH_GAP = 1.35
#: Type larger than this many times the usual size is a heading's.
_HEADING_SIZE = 1.12
_LONGEST_HEADING = 120
#: A line at the same edge of this many pages is a running head or foot.
_RUNNING_PAGES = 3
_MOST_PAGES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of type: distances in points from the page's lower edge."""

    text: str
    top: float
    bottom: float
    left: float
    right: float
    size: float
    page: int


def read_pdf(body: bytes, *, name: str) -> tuple[str, tuple[Draft, ...]]:
    """Return title (may be empty) and blocks of a PDF file; each block knows its page, from 1.

    Raises UnreadableError where the file is torn, locked, or has no text layer (a scan).
    """
    pages, title = _pages(body, name=name)
    lines = _without_running_lines(pages)
    if not lines:
        raise UnreadableError(f"{name} has no text layer: it is a scan or empty.")
    drafts = tuple(_drafts(lines))
    first = next((draft.text for draft in drafts if draft.kind == "heading"), "")
    return title or first, drafts


def _pages(body: bytes, *, name: str) -> tuple[list[list[_Line]], str]:
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(body)) as document:
            title = clean(document.get_metadata_dict().get("Title", ""))
            count = min(len(document), _MOST_PAGES)
            return [_page_lines(document, index) for index in range(count)], title
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(f"{name} is a torn or locked PDF file.") from error


def _page_lines(document: Any, index: int) -> list[_Line]:
    with closing(document[index]) as page, closing(page.get_textpage()) as text_page:
        text = text_page.get_text_range()
        lines = []
        position = 0
        for raw in text.splitlines(keepends=True):
            line = _line(text_page, raw, position, page=index + 1)
            position += len(raw)
            if line is not None:
                lines.append(line)
        return lines


def _line(text_page: Any, raw: str, position: int, *, page: int) -> _Line | None:
    # pdfium marks a hyphen at a line's end as U+FFFE or U+0002
    text = clean(raw.rstrip("\r\n").replace("\ufffe", "-").replace("\x02", "-"))
    if not text:
        return None
    first = position + len(raw) - len(raw.lstrip())
    last = position + len(raw.rstrip()) - 1
    left, bottom, _, top = text_page.get_charbox(first, loose=True)
    right = text_page.get_charbox(max(first, last), loose=True)[2]
    return _Line(
        text=text,
        top=top,
        bottom=bottom,
        left=left,
        right=right,
        size=round(top - bottom, 1),
        page=page,
    )


def _without_running_lines(pages: Sequence[Sequence[_Line]]) -> list[_Line]:
    """Leave out page numbers and the lines that return at the edge of several pages."""
    edges: Counter[str] = Counter()
    for page in pages:
        edges.update({_shape(line.text) for line in (*page[:2], *page[-2:])})
    running = {shape for shape, count in edges.items() if count >= _RUNNING_PAGES}
    kept = []
    for page in pages:
        for number, line in enumerate(page):
            is_edge = number < 2 or number >= len(page) - 2
            if not (is_edge and (_shape(line.text) in running or _is_page_number(line.text))):
                kept.append(line)
    return kept


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _is_page_number(text: str) -> bool:
    return re.fullmatch(r"(?:[-–] ?)?(?:Seite |S\. ?)?\d{1,4}(?: ?(?:/|von) ?\d+)?(?: ?[-–])?", text) is not None


def _drafts(lines: Sequence[_Line]) -> Iterator[Draft]:
    usual_size = median(line.size for line in lines for _ in range(len(line.text) // 20 + 1))
    distances = [
        before.top - line.top
        for before, line in zip(lines, lines[1:], strict=False)
        if before.page == line.page and before.top > line.top
    ]
    usual_distance = median(distances) if distances else usual_size * 1.2
    right_edge = max(line.right for line in lines)
    headings: tuple[tuple[float, str], ...] = ()
    for group in _groups(lines, usual_size, usual_distance, right_edge):
        text = ""
        for line in group:
            text = join_lines(text, line.text)
        kind = _kind(group, text, usual_size)
        path = tuple(heading for size, heading in headings)
        if kind == "heading":
            size = group[0].size
            headings = tuple(entry for entry in headings if entry[0] > size + 0.3)
            path = tuple(heading for _, heading in headings)
            headings = (*headings, (size, text))
        yield Draft(kind=kind, text=text, headings=path, page=group[0].page)


def _kind(group: Sequence[_Line], text: str, usual_size: float) -> BlockKind:
    if group[0].size > _HEADING_SIZE * usual_size and len(text) <= _LONGEST_HEADING:
        return "heading"
    return "list_item" if _BULLET.match(text) else "paragraph"


def _groups(
    lines: Sequence[_Line], usual_size: float, usual_distance: float, right_edge: float
) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in lines:
        if group and _begins_paragraph(group[-1], line, usual_size, usual_distance, right_edge):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins_paragraph(
    before: _Line, line: _Line, usual_size: float, usual_distance: float, right_edge: float
) -> bool:
    if abs(before.size - line.size) > 0.1 * usual_size or _BULLET.match(line.text):
        return True
    ends = _ENDS_SENTENCE.search(before.text) is not None
    if before.page != line.page or before.top <= line.top:
        # a paragraph may run on over the page or into the next column
        return ends or not (line.text[0].islower() or before.text[-1] in "-,")
    if before.top - line.top > _PARAGRAPH_GAP * usual_distance:
        return True
    is_short = before.right < 0.75 * right_edge
    return is_short and (ends or line.text[0].isupper()) and not before.text.endswith("-")
