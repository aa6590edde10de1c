"""PDF files: the text layer, page by page, as headings, paragraphs, list items and table rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from partnernetz.records import BlockKind
from scrapers.reading.drafts import Draft, clean
from scrapers.reading.errors import UnreadableError
from scrapers.reading.lines import (
    begins_with_date,
    is_continuation,
    is_page_number,
    join_lines,
    plain_file_title,
)
from scrapers.reading.pdf_layout import Line, Rule, TableRow, lines_of_words, reading_order
from scrapers.reading.pdf_words import page_rules, page_words

_BULLET = re.compile(r"(?:[-–•*·▪◦‣\uf0b7]|[a-z]\))\s+\S")
_NUMBER = re.compile(r"\d{1,2}\.\s+\S")
_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'“”»«)]*$")
_SMALL_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
#: A gap above a line wider than this many usual line distances begins a paragraph.
_PARAGRAPH_GAP = 1.35
#: Type larger than this many times the usual size is a heading's.
_HEADING_SIZE = 1.12
_LONGEST_HEADING = 120
#: A line that leaves this part of its column empty, and room for the next word, may end a
#: paragraph.
_SHORT_LINE = 0.25
#: A line at the edge of this part of the pages is a running head or foot.
_RUNNING_SHARE = 0.3
#: What is read of a file at most: a year of gazettes in one file holds less.
_MOST_PAGES = 2000
_MOST_WORDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The lines of a page as they stand on the paper, by the direction of their text."""

    number: int
    lines: tuple[tuple[Line, ...], ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class _Element:
    """A line or table row in reading order, with its page."""

    content: Line | TableRow
    page: int


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is usual in a file: size of type and distance of lines, in points."""

    size: float
    distance: float


def read_pdf(body: bytes, *, name: str) -> tuple[str, tuple[Draft, ...]]:
    """Return title (may be empty) and blocks of a PDF file; each block knows its page, from 1.

    Columns are read one after the other, tables row by row, cells parted by `` | ``. Page numbers
    and what returns at the edges of pages are left out. Raises UnreadableError where the file is
    torn, locked, or has no text layer (a scan).
    """
    pages, title = _pages(body, name=name)
    running = _running_shapes(pages)
    elements = [element for page in pages for element in _elements(page, running)]
    if not elements:
        raise UnreadableError(f"{name} has no text layer: it is a scan or empty.")
    drafts = tuple(_drafts(elements))
    first = next((draft.text for draft in drafts if draft.kind == "heading"), "")
    return title or first, drafts


def _pages(body: bytes, *, name: str) -> tuple[list[_Page], str]:
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(body)) as document:
            title = plain_file_title(clean(document.get_metadata_dict().get("Title", "")))
            pages: list[_Page] = []
            words = 0
            for index in range(min(len(document), _MOST_PAGES)):
                pages.append(_page(document, index))
                words += sum(len(line.words) for lines in pages[-1].lines for line in lines)
                if words > _MOST_WORDS:
                    break
            return pages, title
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableError(f"{name} is locked with a password.") from error
        raise UnreadableError(f"{name} is a torn or broken PDF file.") from error


def _page(document: Any, index: int) -> _Page:
    with closing(document[index]) as page, closing(page.get_textpage()) as text_page:
        words = page_words(text_page)
        turns = sorted(words, key=lambda turn: -len(words[turn]))
        lines = tuple(tuple(lines_of_words(words[turn])) for turn in turns)
        rules = page_rules(page, turn=turns[0]) if turns else []
        return _Page(number=index + 1, lines=lines, rules=tuple(rules))


def _running_shapes(pages: Sequence[_Page]) -> frozenset[str]:
    """Return what stands at the edge of many pages."""
    edges: Counter[str] = Counter()
    for page in pages:
        lines = page.lines[0] if page.lines else ()
        edge = (*lines[:2], *lines[max(2, len(lines) - 2) :])
        edges.update({shape for line in edge for shape in _shapes(line.text, page.number)})
    least = max(2, _RUNNING_SHARE * len(pages))
    return frozenset(shape for shape, count in edges.items() if count >= least)


def _shapes(text: str, page: int) -> set[str]:
    """Return a line itself, and the line with each number told as its distance from the page's.

    So "Seite 4 von 9" is the same on every page, while "Anlage 2" and "Anlage 7" differ.
    """
    return {text} | {
        f"{text[: match.start()]}<{int(match.group()) - page}>{text[match.end() :]}"
        for match in _SMALL_NUMBER.finditer(text)
    }


def _elements(page: _Page, running: frozenset[str]) -> Iterator[_Element]:
    """Yield the lines and table rows of a page but for its number and running head and foot.

    The first page keeps its head: it may be the only word on who publishes this.
    """
    for number, lines in enumerate(page.lines):
        kept = []
        for place, line in enumerate(lines):
            is_head, is_foot = place < 2, place >= len(lines) - 2
            if (is_head or is_foot) and is_page_number(line.text):
                continue
            if (is_head or is_foot) and not running.isdisjoint(_shapes(line.text, page.number)):
                if is_head and page.number == 1:
                    yield _Element(line, page.number)
                continue
            kept.append(line)
        margin = min((line.left for line in kept), default=0.0)
        edge = max((line.right for line in kept), default=0.0)
        kept = [line._replace(margin=margin, edge=edge) for line in kept]
        rules = page.rules if number == 0 else ()
        for content in reading_order(kept, rules=rules):
            yield _Element(content, page.number)


def _drafts(elements: Sequence[_Element]) -> Iterator[Draft]:
    usual = _usual(elements)
    headings: tuple[tuple[float, str], ...] = ()
    header = ""
    for group in _groups(elements, usual):
        first, page = group[0].content, group[0].page
        path = tuple(heading for _, heading in headings)
        if isinstance(first, TableRow):
            text = _row_text(first)
            labels = (header,) if header and not first.is_header else ()
            header = text if first.is_header else header
            yield Draft(kind="table_row", text=text, headings=(*path, *labels), page=page)
            continue
        header = ""
        lines = [item.content for item in group if isinstance(item.content, Line)]
        text = ""
        for line in lines:
            text = join_lines(text, line.text)
        kind = _kind(lines, text, usual)
        if kind == "heading":
            headings = tuple(entry for entry in headings if entry[0] > first.size + 0.3)
            path = tuple(heading for _, heading in headings)
            headings = (*headings, (first.size, text))
        yield Draft(kind=kind, text=text, headings=path, page=page)


def _row_text(row: TableRow) -> str:
    cells = list(row.cells)
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return " | ".join(cells).strip()


def _usual(elements: Sequence[_Element]) -> _Usual:
    lines = [item for item in elements if isinstance(item.content, Line)]
    sizes = [
        item.content.size
        for item in lines
        if isinstance(item.content, Line)
        for _ in range(len(item.content.text) // 20 + 1)
    ]
    size = median(sizes) if sizes else 10.0
    distances = [
        distance
        for before, item in pairwise(lines)
        if before.page == item.page and 0 < (distance := _distance(before, item)) < 1.8 * size
    ]
    return _Usual(size, median(distances) if distances else 1.2 * size)


def _distance(before: _Element, item: _Element) -> float:
    if isinstance(before.content, Line) and isinstance(item.content, Line):
        return before.content.baseline - item.content.baseline
    return 0.0


def _kind(lines: Sequence[Line], text: str, usual: _Usual) -> BlockKind:
    is_large = lines[0].size > _HEADING_SIZE * usual.size
    is_bold = all(line.is_bold for line in lines) and not _ENDS_SENTENCE.search(text)
    if (is_large or is_bold) and len(text) <= _LONGEST_HEADING:
        return "heading"
    is_item = _BULLET.match(text) or (_NUMBER.match(text) and not begins_with_date(text))
    return "list_item" if is_item else "paragraph"


def _groups(elements: Sequence[_Element], usual: _Usual) -> Iterator[list[_Element]]:
    """Yield the lines of each paragraph, and each table row."""
    group: list[_Element] = []
    for element in elements:
        if group and _begins_paragraph(group[-1], element, usual):
            yield group
            group = []
        group.append(element)
    if group:
        yield group


def _begins_paragraph(before_element: _Element, element: _Element, usual: _Usual) -> bool:
    before, line = before_element.content, element.content
    if isinstance(before, TableRow) or isinstance(line, TableRow):
        return True
    if abs(before.size - line.size) > 0.1 * usual.size or _BULLET.match(line.text):
        return True
    measure = max(before.edge - before.margin, line.edge - line.margin)
    next_word = line.words[0].right - line.words[0].left
    is_short = before.margin + measure - before.right > max(_SHORT_LINE * measure, next_word)
    if before.is_bold and not line.is_bold and is_short:
        return True
    ends = _ENDS_SENTENCE.search(before.text) is not None
    if _NUMBER.match(line.text) and (ends or is_short):
        return True
    if before_element.page != element.page or before.baseline <= line.baseline:
        # a paragraph may run on over the page or into the next column
        return ends or (is_short and not is_continuation(before.text, line.text))
    if before.baseline - line.baseline > _PARAGRAPH_GAP * usual.distance:
        return True
    if ends and line.left > before.left + 0.8 * usual.size:
        return True
    return is_short and (ends or line.text[0].isupper()) and not before.text.endswith("-")
