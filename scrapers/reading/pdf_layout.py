"""The layout of a printed page: lines, columns and tables of words that know their place.

No input or output. Places are in points: ``left`` and ``right`` grow to the right, ``baseline``
grows upwards.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from scrapers.reading.lines import join_lines

#: Words whose baselines differ by less than this many type sizes stand on one line.
_SAME_LINE = 0.35
#: White space at least so many type sizes wide parts columns; words of one line stand closer.
_GUTTER = 0.9
#: In lines set to full measure words stand at most so far apart, all nearly evenly.
_WORD_GAP = 4.0
_EVEN = (0.75, 1.33)
#: A column of running text has lines of at least so many characters, which mostly fill it.
_PROSE_LENGTH = 22
_PROSE_FILL = 0.6
#: Of columns side by side, fewer lines than this share stand at the same height by chance.
_ALIGNED = 0.3
_MOST_DEPTH = 3
_MOST_COLUMNS = 40
#: Lines of one cell are at most so many type sizes apart; rows stand farther apart than that.
_CELL_LEADING = 1.4

#: Fewer lines side by side are loosely set text, or a table if the white between is that wide.
_LEAST_PROSE = 4
_WIDE_GUTTER = 1.15
#: Columns whose lines stand at different heights are known by so many lines.
_LEAST_STAGGERED = 6

#: Left and right end.
Interval = tuple[float, float]
#: A horizontal line drawn on the page: height, left and right end.
Rule = tuple[float, float, float]


class Word(NamedTuple):
    """A word: size of its type in points, baseline and ends."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    is_bold: bool


class Line(NamedTuple):
    """Words on one baseline from left to right, within a column from ``margin`` to ``edge``."""

    words: tuple[Word, ...]
    margin: float
    edge: float

    @property
    def text(self) -> str:
        """Return its words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        """Return where the first word begins."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Return where the last word ends."""
        return max(word.right for word in self.words)

    @property
    def baseline(self) -> float:
        """Return the baseline of the first word."""
        return self.words[0].baseline

    @property
    def size(self) -> float:
        """Return the size of most of its type."""
        return median(word.size for word in self.words)

    @property
    def is_bold(self) -> bool:
        """Return whether all of it is bold."""
        return all(word.is_bold for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """The texts of a table's row, one a column; ``is_header`` where it labels the rows below."""

    cells: tuple[str, ...]
    is_header: bool = False


def lines_of_words(words: Sequence[Word]) -> list[Line]:
    """Return the lines of a page or column from top to bottom."""
    if not words:
        return []
    margin, edge = min(word.left for word in words), max(word.right for word in words)
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.baseline):
        first = groups[-1][0] if groups else None
        limit = _SAME_LINE * max(word.size, first.size) if first else 0.0
        if first and first.baseline - word.baseline <= limit:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [
        Line(tuple(sorted(group, key=lambda word: word.left)), margin, edge) for group in groups
    ]


def reading_order(
    lines: Sequence[Line], *, rules: Sequence[Rule] = (), depth: int = 0
) -> Iterator[Line | TableRow]:
    """Yield lines and table rows as a reader takes them, column after column."""
    for region, gutters in _regions(lines):
        columns = _columns(region, gutters)
        aligned = sum(_is_parted(cells) for cells in columns)
        is_staggered = len(region) >= _LEAST_STAGGERED and aligned < _ALIGNED * len(region)
        is_prose = _is_prose(columns, region, gutters)
        if not gutters or depth >= _MOST_DEPTH or (is_prose and len(region) < _LEAST_PROSE):
            yield from region
        elif is_staggered or is_prose:
            for number in range(len(gutters) + 1):
                words = [word for cells in columns for word in cells[number]]
                yield from reading_order(lines_of_words(words), rules=rules, depth=depth + 1)
        elif aligned > 1 and _is_wide(gutters, region, aligned):
            yield from _table(region, columns, rules)
        else:
            yield from region


def _is_wide(gutters: Sequence[Interval], region: Sequence[Line], aligned: int) -> bool:
    """Return whether white columns are none that loosely set lines have by chance."""
    size = median(line.size for line in region)
    widest = max(end - start for start, end in gutters)
    return aligned > _LEAST_PROSE or widest >= _WIDE_GUTTER * size


def _regions(lines: Sequence[Line]) -> Iterator[tuple[list[Line], list[Interval]]]:
    """Yield runs of lines with the white columns that go through all of them.

    A run ends with a line that fills a white column of the lines before: that is a line of one
    piece where two had that column, and any where more had it.
    """
    run: list[Line] = []
    common: list[Interval] = []
    parted = 0
    for line in lines:
        free = _free(line)
        shared = _intersection(common, free, _GUTTER * line.size) if run else free
        is_filled = len(_inner(shared)) < len(_inner(common))
        is_established = parted >= (_LEAST_PROSE if _inner(free) else 2)
        is_new = not _inner(shared) or (is_filled and is_established)
        if run and (is_new or (not parted and _inner(free))):
            yield run, _inner(common)
            run, shared, parted = [], free, 0
        run.append(line)
        parted += bool(_inner(free))
        common = shared
    if run:
        yield run, _inner(common)


def _free(line: Line) -> list[Interval]:
    """Return the white space of a line, that beyond its ends included.

    Gaps beside others of that width are those between words of a line set to full measure.
    """
    ends: list[float] = []
    for word in line.words:
        ends.append(max(word.right, ends[-1]) if ends else word.right)
    gaps = [(end, word.left) for end, word in zip(ends, line.words[1:], strict=False)]
    widths = [right - left for left, right in gaps]
    is_full = ends[-1] > line.edge - 0.5 * line.size
    found: list[Interval] = []
    for number, gap in enumerate(gaps):
        if widths[number] < _GUTTER * line.size:
            continue
        beside = widths[max(0, number - 1) : number] + widths[number + 1 : number + 2]
        is_even = any(_EVEN[0] < width / widths[number] < _EVEN[1] for width in beside)
        if not (is_full and is_even) or widths[number] > _WORD_GAP * line.size:
            found.append(gap)
    outer = (float("-inf"), line.left), (ends[-1], float("inf"))
    return [outer[0], *found[:_MOST_COLUMNS], outer[1]]


def _inner(intervals: Sequence[Interval]) -> list[Interval]:
    """Return the white columns that have text on both sides."""
    return [pair for pair in intervals if pair[0] != float("-inf") and pair[1] != float("inf")]


def _intersection(
    some: Sequence[Interval], others: Sequence[Interval], least: float
) -> list[Interval]:
    found = []
    i = j = 0
    while i < len(some) and j < len(others):
        start, end = max(some[i][0], others[j][0]), min(some[i][1], others[j][1])
        if end - start >= least:
            found.append((start, end))
        if some[i][1] <= others[j][1]:
            i += 1
        else:
            j += 1
    return found


def _columns(region: Sequence[Line], gutters: Sequence[Interval]) -> list[list[list[Word]]]:
    """Return for each line the words of each column."""
    columns = []
    for line in region:
        cells: list[list[Word]] = [[] for _ in range(len(gutters) + 1)]
        number = 0
        for word in line.words:
            while number < len(gutters) and word.left >= gutters[number][1]:
                number += 1
            cells[number].append(word)
        columns.append(cells)
    return columns


def _is_prose(
    columns: Sequence[Sequence[Sequence[Word]]],
    region: Sequence[Line],
    gutters: Sequence[Interval],
) -> bool:
    """Return whether each column holds running text."""
    bounds = [region[0].margin, *(end for _, end in gutters)]
    ends = [*(start for start, _ in gutters), max(line.right for line in region)]
    for number, (left, right) in enumerate(zip(bounds, ends, strict=True)):
        cells = [row[number] for row in columns if row[number]]
        if not cells:
            return False
        length = median(sum(len(word.text) + 1 for word in cell) for cell in cells)
        width = median(cell[-1].right - cell[0].left for cell in cells)
        if length < _PROSE_LENGTH or width < _PROSE_FILL * (right - left):
            return False
    return True


def _is_parted(cells: Sequence[Sequence[Word]]) -> bool:
    return sum(1 for cell in cells if cell) > 1


def _table(
    region: Sequence[Line], columns: Sequence[Sequence[Sequence[Word]]], rules: Sequence[Rule]
) -> Iterator[Line | TableRow]:
    """Yield the rows of a table; lines above and below it that have one cell are no rows."""
    parted = [number for number, cells in enumerate(columns) if _is_parted(cells)]
    first, last = parted[0], parted[-1]
    while last + 1 < len(region) and not columns[last + 1][0] and _is_cell_leading(region, last):
        last += 1
    yield from region[:first]
    groups = _row_groups(region[first : last + 1], columns[first : last + 1], rules)
    for number, group in enumerate(groups):
        texts = tuple(
            _cell_text([columns[first + index][column] for index in group])
            for column in range(len(columns[0]))
        )
        is_header = number == 0 and len(groups) > 1 and _is_bold(region, first, group)
        yield TableRow(cells=texts, is_header=is_header and not _is_bold(region, first, groups[1]))
    yield from region[last + 1 :]


def _is_bold(region: Sequence[Line], first: int, group: Sequence[int]) -> bool:
    return all(region[first + index].is_bold for index in group)


def _cell_text(parts: Sequence[Sequence[Word]]) -> str:
    text = ""
    for part in parts:
        text = join_lines(text, " ".join(word.text for word in part))
    return text


def _is_cell_leading(region: Sequence[Line], index: int) -> bool:
    """Return whether the next line stands as close as the lines of one cell."""
    line, following = region[index], region[index + 1]
    return line.baseline - following.baseline <= _CELL_LEADING * line.size


def _row_groups(
    region: Sequence[Line], columns: Sequence[Sequence[Sequence[Word]]], rules: Sequence[Rule]
) -> list[list[int]]:
    """Return the lines of each row by number.

    Rows are parted by drawn lines; without them by distance, where most lines that follow closely
    have no first cell; else a row begins where its first cell does.
    """
    left, right = min(line.left for line in region), max(line.right for line in region)
    inside = sorted(
        {
            round(height)
            for height, start, end in rules
            if region[-1].baseline < height < region[0].baseline
            and min(end, right) - max(start, left) > 0.2 * (right - left)
        }
    )
    pairs = list(enumerate(pairwise(region), start=1))
    close = [index for index, _ in pairs if _is_cell_leading(region, index - 1)]
    begun = sum(1 for index in close if columns[index][0])
    by_distance = len(close) < len(pairs) and begun <= len(close) / 2
    groups = [[0]]
    for index, (before, line) in pairs:
        if len(inside) > 1:
            is_new = bisect(inside, line.baseline) < bisect(inside, before.baseline)
        else:
            is_new = index not in close if by_distance else bool(columns[index][0])
        if is_new:
            groups.append([])
        groups[-1].append(index)
    return groups
