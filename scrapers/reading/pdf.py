"""PDF files: the text layer, page by page, as paragraphs, headings and list items."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median
from typing import Any

from partnernetz.records import BlockKind
from scrapers.reading.drafts import Draft, clean
from scrapers.reading.errors import UnreadableError
from scrapers.reading.lines import is_page_number, join_lines

_BULLET = re.compile(r"(?:[-–•*·▪◦‣\uf0b7]|\d{1,2}\.|[a-z]\))\s+\S")
_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'“”»«)]*$")
#: A gap above a line wider than this many usual line distances begins a paragraph.
_PARAGRAPH_GAP = 1.35
#: Type larger than this many times the usual size is a heading's.
_HEADING_SIZE = 1.12
_LONGEST_HEADING = 120
#: A line at the edge of this part of the pages is a running head or foot.
_RUNNING_SHARE = 0.3
_MOST_PAGES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of type: distances in points from the page's lower edge."""

    text: str
    baseline: float
    left: float
    right: float
    size: float
    is_bold: bool
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
        # pdfium joins words broken at a line's end and leaves U+FFFE or U+0002 between the parts
        parts = re.split("(\ufffe|\x02|\r\n|\n|\r)", text_page.get_text_range())
        lines = []
        position = 0
        for raw, end in zip_longest(parts[::2], parts[1::2], fillvalue=""):
            text = clean(raw) + ("-" if end in ("\ufffe", "\x02") else "")
            if text.strip("-"):
                lines.append(_line(text_page, raw, text, position, page=index + 1))
            position += len(raw) + len(end)
        return lines


def _line(text_page: Any, raw: str, text: str, position: int, *, page: int) -> _Line:
    first = position + len(raw) - len(raw.lstrip())
    last = position + len(raw.rstrip()) - 1
    left, bottom, _, top = text_page.get_charbox(first, loose=True)
    right = text_page.get_charbox(max(first, last), loose=True)[2]
    size, is_bold = _type(text_page, first)
    return _Line(
        text=text,
        baseline=bottom + 0.2 * (top - bottom),
        left=left,
        right=right,
        size=size,
        is_bold=is_bold,
        page=page,
    )


def _type(text_page: Any, position: int) -> tuple[float, bool]:
    """Return size in points and boldness of a character's type."""
    from pypdfium2 import raw

    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text_page, position, name, len(name), ctypes.c_int())
    size = float(raw.FPDFText_GetFontSize(text_page, position))
    return size, b"bold" in name.value.lower() or b"black" in name.value.lower()


def _without_running_lines(pages: Sequence[Sequence[_Line]]) -> list[_Line]:
    """Leave out page numbers; of lines that return at the edge of pages keep the first."""
    edges: Counter[str] = Counter()
    for page in pages:
        edges.update({_shape(line.text) for line in (*page[:2], *page[-2:])})
    least = max(2, _RUNNING_SHARE * len(pages))
    running = {shape for shape, count in edges.items() if count >= least}
    kept = []
    seen: set[str] = set()
    for page in pages:
        for number, line in enumerate(page):
            is_edge = number < 2 or number >= len(page) - 2
            if is_edge and (is_page_number(line.text) or _shape(line.text) in seen):
                continue
            if is_edge and _shape(line.text) in running:
                seen.add(_shape(line.text))
            kept.append(line)
    return kept


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _drafts(lines: Sequence[_Line]) -> Iterator[Draft]:
    usual_size = median(line.size for line in lines for _ in range(len(line.text) // 20 + 1))
    distances = [
        before.baseline - line.baseline
        for before, line in pairwise(lines)
        if before.page == line.page and 0 < before.baseline - line.baseline < 1.8 * usual_size
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
    is_large = group[0].size > _HEADING_SIZE * usual_size
    is_bold = all(line.is_bold for line in group) and not _ENDS_SENTENCE.search(text)
    if (is_large or is_bold) and len(text) <= _LONGEST_HEADING:
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
    if before.is_bold and not line.is_bold and before.right < 0.75 * right_edge:
        return True
    ends = _ENDS_SENTENCE.search(before.text) is not None
    if before.page != line.page or before.baseline <= line.baseline:
        # a paragraph may run on over the page or into the next column
        return ends or not (line.text[0].islower() or before.text[-1] in "-,")
    if before.baseline - line.baseline > _PARAGRAPH_GAP * usual_distance:
        return True
    is_short = before.right < 0.75 * right_edge
    return is_short and (ends or line.text[0].isupper()) and not before.text.endswith("-")
