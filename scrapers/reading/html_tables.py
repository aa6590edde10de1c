"""Tables: which hold data, and their rows with the labels that apply to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from scrapers.reading.runs import Piece

_BLOCKS_IN_LAYOUT = frozenset(["table", "h1", "h2", "h3", "h4", "form", "article", "section"])
_LONGEST_CELL = 500
_MOST_COLUMNS = 40
_SECTION_TAGS = frozenset(["thead", "tbody", "tfoot"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as text, cells parted by `` | ``, with the labels that stand above it.

    ``labels`` are the caption, the latest row that spans the table and the header row.
    """

    piece: Piece
    labels: tuple[str, ...] = ()
    is_caption: bool = False


def is_layout_table(table: LexborNode) -> bool:
    """Return whether a table only arranges the page: it is then read like any container."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return True
    rows = list(_rows(table))
    if table.css_first("th") is not None or table.css_first("caption") is not None:
        return any(node.mem_id != table.mem_id for node in table.css("table"))
    if len(rows) < 2 or max(len(list(_cells(row))) for row in rows) < 2:
        return True
    return any(
        len(cell.text().strip()) > _LONGEST_CELL
        or any(node.tag in _BLOCKS_IN_LAYOUT for node in cell.css("*"))
        for row in rows
        for cell in _cells(row)
    )


def table_rows(table: LexborNode, *, read: Callable[[LexborNode], Piece]) -> Iterator[Row]:
    """Yield caption and rows of a data table; ``read`` returns the text of a cell.

    A cell that spans rows is repeated in each, one that spans columns is followed by empty ones.
    """
    caption = header = group = ""
    pending: dict[int, tuple[int, str]] = {}  # column: rows still to fill, text
    width = max((len(list(_cells(row))) for row in _rows(table)), default=0)
    for node in _parts(table):
        if node.tag == "caption":
            piece = read(node)
            caption = piece.text
            if caption:
                yield Row(piece=piece, is_caption=True)
            continue
        cells = list(_cells(node))
        texts, piece = _row_texts(cells, pending, read=read)
        if not any(texts):
            continue
        row = Piece(" | ".join(texts).strip(), piece.characters, piece.linked, piece.bold)
        labels = tuple(label for label in (caption, group, header) if label)
        if cells and all(cell.tag == "th" for cell in cells) and len(cells) > 1:
            header, group = row.text, ""
            yield Row(piece=row, labels=tuple(label for label in (caption,) if label))
        elif len(cells) == len(texts) == 1 and width > 1:
            group = texts[0]
            row = Piece(group, piece.characters, piece.linked, piece.bold)
            yield Row(piece=row, labels=tuple(label for label in (caption, header) if label))
        else:
            yield Row(piece=row, labels=labels)


def _row_texts(
    cells: list[LexborNode],
    pending: dict[int, tuple[int, str]],
    *,
    read: Callable[[LexborNode], Piece],
) -> tuple[list[str], Piece]:
    texts: list[str] = []
    total = Piece("", 0, 0, 0)

    def fill() -> None:
        while len(texts) in pending:
            left, text = pending.pop(len(texts))
            if left > 1:
                later[len(texts)] = (left - 1, text)
            texts.append(text)

    later: dict[int, tuple[int, str]] = {}
    for cell in cells:
        fill()
        if len(texts) >= _MOST_COLUMNS:
            break
        piece = read(cell)
        total.characters += piece.characters
        total.linked += piece.linked
        rows = _span(cell, "rowspan")
        if rows > 1:
            later[len(texts)] = (rows - 1, piece.text)
        texts.append(piece.text)
        texts.extend([""] * (min(_span(cell, "colspan"), _MOST_COLUMNS) - 1))
    fill()
    pending.clear()
    pending.update(later)
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    return texts, total


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "").strip()
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _parts(table: LexborNode) -> Iterator[LexborNode]:
    """Yield caption and rows, the rows of table sections included."""
    child = table.first_child
    while child is not None:
        if child.tag in ("caption", "tr"):
            yield child
        elif child.tag in _SECTION_TAGS:
            yield from _rows(child)
        child = child.next


def _rows(node: LexborNode) -> Iterator[LexborNode]:
    return (part for part in _parts(node) if part.tag == "tr")


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    child = row.first_child
    while child is not None:
        if child.tag in ("td", "th"):
            yield child
        child = child.next
