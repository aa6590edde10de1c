"""What all figures share: size, type, colours, title above, source and caution below."""

from __future__ import annotations

import importlib.resources
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A full text column of a journal page, 170 mm.
WIDTH = 6.7
_LEFT, _RIGHT = 0.02, 0.985
_TITLE_INCHES, _LINE_INCHES, _FOOT_LINE_INCHES = 0.30, 0.165, 0.125
_TITLE_POINTS, _TEXT_POINTS, _NOTE_POINTS = 11.5, 8.0, 6.6
_SUBTITLE_CHARACTERS, _CAPTION_CHARACTERS = 122, 156
_FAMILY = "Source Sans Pro"

INK, SOFT, FAINT, GRID = "#22262b", "#5c646d", "#a8adb4", "#e4e1da"
LAND, LAND_EAST, WATER = "#ece8df", "#e0dacc", "#ffffff"
#: Okabe and Ito's palette, darkened for print: told apart by the colour-blind, and in grey.
EAST, WEST, BERLIN, ABROAD = "#c85200", "#0067a5", "#a3488a", "#007f5f"
ACROSS, OTHER = "#8a3a00", "#c3c7cc"

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureData:
    """What figures are drawn from: the rows of a release's tables and what it is called.

    ``source`` is the line that names the release, its version and what it rests on.
    """

    tables: Mapping[str, Rows]
    source: str
    reference_folder: Path

    def rows(self, table: str) -> Rows:
        """Return the rows of a table."""
        return self.tables[table]


def settings() -> dict[str, Any]:
    """Return matplotlib's settings for all figures; registers the typeface if it is installed."""
    from matplotlib import font_manager

    family = "DejaVu Sans"  # comes with matplotlib
    for path in _font_files():
        font_manager.fontManager.addfont(path)
        family = _FAMILY
    return {
        "font.family": family,
        "font.size": _TEXT_POINTS,
        "text.color": INK,
        "axes.edgecolor": SOFT,
        "axes.labelcolor": SOFT,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "svg.fonttype": "path",
        "svg.hashsalt": "partnernetz",
        "path.simplify": False,
        "text.parse_math": False,  # names of places are no formulas
    }


def _font_files() -> list[str]:
    try:
        folder = importlib.resources.files("font_source_sans_pro") / "files"
    except ModuleNotFoundError:
        return []
    wanted = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf", "SourceSansPro-It.ttf")
    return [str(folder / name) for name in wanted if (folder / name).is_file()]


def sheet(
    *, title: str, subtitle: str, caption: str, height: float
) -> tuple[Figure, tuple[float, float, float, float]]:
    """Return a figure with its texts, and left, bottom, width and height of what is left of it.

    ``height`` is in inches, the rectangle in parts of the figure. The caption is wrapped.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    top = 1 - 0.10 / height
    figure.text(_LEFT, top, title, size=_TITLE_POINTS, weight="semibold", va="top")
    top -= _TITLE_INCHES / height
    lines = textwrap.wrap(subtitle, _SUBTITLE_CHARACTERS)
    figure.text(_LEFT, top, "\n".join(lines), color=SOFT, va="top", linespacing=1.25)
    top -= (len(lines) * _LINE_INCHES + 0.08) / height
    foot = textwrap.wrap(caption, _CAPTION_CHARACTERS)
    figure.text(
        _LEFT,
        0.07 / height,
        "\n".join(foot),
        size=_NOTE_POINTS,
        color=SOFT,
        va="bottom",
        linespacing=1.3,
    )
    bottom = (0.17 + len(foot) * _FOOT_LINE_INCHES) / height
    return figure, (_LEFT, bottom, _RIGHT - _LEFT, top - bottom)


def axes_in(
    figure: Figure,
    rectangle: tuple[float, float, float, float],
    *,
    inches: tuple[float, float, float, float] = (0.45, 0.3, 0.05, 0.05),
) -> Axes:
    """Return axes in a rectangle; ``inches`` at left, bottom, right, top are for labels."""
    width, height = figure.get_size_inches()
    left, bottom, right, top = inches
    x, y, w, h = rectangle
    return figure.add_axes(
        (
            x + left / width,
            y + bottom / height,
            w - (left + right) / width,
            h - (bottom + top) / height,
        )
    )


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 town", "1,200 towns"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
