"""What the commands say: sentences and progress on stderr, results on stdout.

Nothing a page contains can steer a terminal: control characters are made visible first.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

#: Of the failures of a run so many are told one by one, the rest is counted.
_MOST_TOLD = 20


def printable(text: str) -> str:
    """Return the text with control and direction characters replaced, line breaks kept.

    >>> printable("Halle\\x1b[2J")
    'Halle�[2J'
    """
    return "".join(
        "�" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\u00ad" else c
        for c in text
    )


def say(sentence: str) -> None:
    """Write a line to stderr."""
    print(printable(sentence), file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Write a line of the result to stdout."""
    print(printable(text))


def show_json(value: Any) -> None:
    """Write a value or record as indented JSON to stdout."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    print(json.dumps(plain, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table to stdout; numbers stand right.

    A terminal's width is kept; elsewhere a cell is as wide as its text, so that nothing is cut.
    """
    from rich.text import Text

    table = make_table()
    for number, column in enumerate(columns):
        is_number = all(isinstance(row[number], int | float) for row in rows) and bool(rows)
        table.add_column(Text(column), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(_cell(value))) for value in row))
    show_rendered(table)


def make_table() -> Table:
    """Return an empty table of rich in the style of all our tables."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False)


def terminal_width() -> int | None:
    """Return the width of the terminal in characters, None where stdout is none."""
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else None


def show_rendered(*parts: RenderableType) -> None:
    """Write what rich can draw to stdout; outside a terminal no line is broken."""
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    console = Console(highlight=False, markup=False, width=None if is_terminal else 10_000)
    for part in parts:
        console.print(part)


def styled(text: str, style: str = "") -> Text:
    """Return a text of rich that cannot steer the terminal."""
    from rich.text import Text

    return Text(printable(text), style=style)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def tell_failures(sentences: Sequence[str]) -> None:
    """Write what failed to stderr, one sentence each, and how many more there are."""
    for sentence in sentences[:_MOST_TOLD]:
        say(sentence)
    if len(sentences) > _MOST_TOLD:
        say(f"... and {len(sentences) - _MOST_TOLD:,} more of the kind.")


def count(number: int, thing: str, things: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "page"), count(1200, "page"), count(2, "quotation is", "quotations are")
    ('1 page', '1,200 pages', '2 quotations are')
    """
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


@contextmanager
def progress(activity: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Yield a function that moves a bar on stderr; there is none where stderr is no terminal.

    The bar shows how much is done, how fast, and how long the rest will take.
    """
    if not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("rest"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(activity, total=total, rate="")

        def advance(steps: int) -> None:
            bar.advance(task, steps)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{speed:,.1f}/s" if speed else "")

        yield advance
