"""Small drawings in characters: bars, sparklines and lines of life."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
#: Years that a character of a drawing may stand for.
_STEPS = (1, 2, 5, 10, 20, 50, 100)
#: How turns of a partnership are drawn; of several in one character the first here is seen.
TURN_MARKS: Mapping[str, str] = {"start": "●", "end": "×", "dormancy": "○", "revival": "◆"}
_OTHER_EVENT, _ACTIVE, _SILENT = "•", "━", "·"


def bar(share: float, *, width: int) -> str:
    """Return a bar that fills its share (0 to 1) of a width in characters.

    >>> bar(0.5, width=5), bar(0.01, width=5)
    ('██▌  ', '▏    ')
    """
    eighths = math.ceil(min(max(share, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[rest] if rest else "")
    return drawn.ljust(width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Years from ``first`` on, ``step`` of them to a character, ``length`` characters."""

    first: int
    step: int
    length: int

    @property
    def last(self) -> int:
        """Return the last year that the axis shows."""
        return self.first + self.step * self.length - 1

    def place(self, year: int) -> int:
        """Return the character of a year; years outside stand at the edge."""
        return min(max((year - self.first) // self.step, 0), self.length - 1)


def axis_of(years: Iterable[int], *, width: int) -> Axis | None:
    """Return an axis of at most ``width`` characters over years, None without any."""
    known = sorted(years)
    if not known:
        return None
    step = next(
        (size for size in _STEPS if known[-1] // size - known[0] // size < width),
        known[-1] - known[0] + 1,
    )
    first = known[0] // step * step
    return Axis(first=first, step=step, length=(known[-1] - first) // step + 1)


def sparkline(counts: Mapping[int, int], axis: Axis) -> str:
    """Return the counts of years as a line of blocks, a dot where there are none.

    >>> sparkline({1986: 1, 1990: 8}, Axis(first=1986, step=1, length=5))
    '▁···█'
    """
    sums = [0] * axis.length
    for year, count in counts.items():
        sums[axis.place(year)] += count
    most = max(sums, default=0)
    return "".join(_LEVELS[math.ceil(8 * n / most) - 1] if n else _SILENT for n in sums)


def lifeline(
    spells: Sequence[tuple[int | None, int | None]],
    events: Iterable[tuple[int, str]],
    axis: Axis,
) -> str:
    """Return a partnership's years: active ones as a line, turns and other events as marks.

    ``spells`` have first and last year, None where it is open; ``events`` year and name, of which
    those of ``TURN_MARKS`` have marks of their own.

    >>> lifeline([(1986, None)], [(1986, "start"), (1988, "renewal")], Axis(
    ...     first=1985, step=1, length=5))
    '·●━•━'
    """
    drawn = [_SILENT] * axis.length
    for first, last in spells:
        start = 0 if first is None else axis.place(first)
        end = axis.length - 1 if last is None else axis.place(last)
        drawn[start : end + 1] = _ACTIVE * (end + 1 - start)
    ranked = [*TURN_MARKS, ""]
    named = [(year, name if name in TURN_MARKS else "") for year, name in events]
    for year, name in sorted(named, key=lambda item: -ranked.index(item[1])):
        drawn[axis.place(year)] = TURN_MARKS.get(name, _OTHER_EVENT)
    return "".join(drawn)
