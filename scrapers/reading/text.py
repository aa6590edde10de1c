"""Plain text: blocks are spans of the text as it came, which stays untouched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from partnernetz.records import Block, BlockKind

_LINE = re.compile(r"[^\r\n\x0b\x0c\u2028\u2029]+")
_BLANK_LINE = re.compile(r"(?:\r\n|[\r\n\u2028])[^\S\r\n]*(?:\r\n|[\r\n\u2028])|[\x0b\x0c\u2029]")
_BULLET = re.compile(r"(?:[-–—•*·▪◦‣]|\d{1,2}[.)])\s+\S")
_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"'“”’»«)\]]*(?:\[\d+\])?$")
#: A line this long at most can be a heading; measured on headings of municipal pages.
_HEADING_LENGTH = 100
#: Text wrapped by hand or by a mail program has lines between these lengths.
_WRAPPED_LENGTHS = range(45, 121)
#: A block that long is not joined further, which bounds the work on hostile texts.
_LONGEST_BLOCK = 5000
#: So many short lines in a row are a list.
_LIST_LENGTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    start: int
    end: int
    text: str
    group: int


def text_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a plain text; between them lies only white space.

    Blank lines part paragraphs. Within one, each line is a block of its own unless the line was
    broken in mid-sentence. Short lines are headings where text follows, list items in a run.
    """
    lines = _merged(_lines(text))
    kinds = [_kind(lines, index) for index in range(len(lines))]
    blocks: list[Block] = []
    headings: tuple[str, ...] = ()
    for line, kind in zip(lines, kinds, strict=True):
        if kind == "heading":
            # the first heading is taken for the document's, all others stand below it
            headings = headings[:1] if blocks and blocks[0].kind == "heading" else ()
        blocks.append(Block(kind=kind, start=line.start, end=line.end, headings=headings))
        if kind == "heading":
            headings = (*headings, " ".join(line.text.split()))
    return tuple(blocks)


def _lines(text: str) -> Iterator[_Line]:
    group = previous_end = 0
    for match in _LINE.finditer(text):
        stripped = match.group().strip()
        if not stripped:
            continue
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        if _BLANK_LINE.search(text, previous_end, start):
            group += 1
        previous_end = start + len(stripped)
        yield _Line(start=start, end=previous_end, text=stripped, group=group)


def _merged(lines: Iterator[_Line]) -> list[_Line]:
    """Join lines that were broken in mid-sentence."""
    all_lines = list(lines)
    widths: dict[int, int] = {}
    for line in all_lines:
        widths[line.group] = max(widths.get(line.group, 0), len(line.text))
    merged: list[_Line] = []
    last_length = 0
    for line in all_lines:
        if merged and _continues(merged[-1], line, last_length, width=widths[line.group]):
            before = merged[-1]
            joined = f"{before.text}\n{line.text}"
            merged[-1] = _Line(start=before.start, end=line.end, text=joined, group=line.group)
        else:
            merged.append(line)
        last_length = len(line.text)
    return merged


def _continues(before: _Line, line: _Line, last_length: int, *, width: int) -> bool:
    if before.group != line.group or len(before.text) > _LONGEST_BLOCK:
        return False
    if _BULLET.match(line.text) or _is_row(line.text):
        return False
    if _is_row(before.text) or _ENDS_SENTENCE.search(before.text):
        return False
    if line.text[0].islower() or before.text[-1] in ",-(":
        return True
    first_word = len(line.text.split(maxsplit=1)[0])
    return width in _WRAPPED_LENGTHS and last_length + 1 + first_word > width


def _kind(lines: list[_Line], index: int) -> BlockKind:
    line = lines[index]
    if _is_row(line.text):
        return "table_row"
    if _BULLET.match(line.text):
        return "list_item"
    if not _is_short(line):
        return "paragraph"
    following = lines[index + 1] if index + 1 < len(lines) else None
    if following is None:
        return "paragraph" if _stands_alone(lines, index) else "list_item"
    if not _is_short(following):
        return "heading"
    if not _stands_alone(lines, index):
        return "list_item"
    return "heading" if _short_run(lines, index) < _LIST_LENGTH else "list_item"


def _is_row(text: str) -> bool:
    return " | " in text or text.count("|") > 1 or text.count("\t") > 1


def _is_short(line: _Line) -> bool:
    return (
        len(line.text) <= _HEADING_LENGTH
        and not (_ENDS_SENTENCE.search(line.text) and line.text[-1] not in ":?")
        and any(character.isalpha() for character in line.text)
        and not _BULLET.match(line.text)
        and not _is_row(line.text)
    )


def _stands_alone(lines: list[_Line], index: int) -> bool:
    """Return whether blank lines stand before and after the line."""
    group = lines[index].group
    around = lines[max(0, index - 1) : index] + lines[index + 1 : index + 2]
    return all(other.group != group for other in around)


def _short_run(lines: list[_Line], index: int) -> int:
    """Return how many short lines stand in a row around a line, at most the length of a list."""
    first = last = index
    while last - first < _LIST_LENGTH and first > 0 and _is_short(lines[first - 1]):
        first -= 1
    while last - first < _LIST_LENGTH and last + 1 < len(lines) and _is_short(lines[last + 1]):
        last += 1
    return last - first + 1
