"""Draws the figures of a release and writes them as SVG and PNG."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from network.figures import foundings, grids, structure
from network.figures import map as east_west_map
from network.figures.style import FigureData, count, settings
from network.release.reading import read_rows
from partnernetz.errors import InputError, UsageError
from partnernetz.storage import atomic_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What is drawn, by the name of its files.
FIGURES: Mapping[str, Callable[[FigureData], Figure]] = {
    "foundings": foundings.draw,
    "map": east_west_map.draw,
    "topics": grids.draw_topics,
    "states": grids.draw_states,
    "degrees": structure.draw_degrees,
    "comparison": structure.draw_comparison,
}
_TABLES = (
    "places",
    "partnerships",
    "claims",
    "measures",
    "network_measures",
    "years",
    "state_pairs",
    "topic_years",
)
_DOTS_PER_INCH = 300


def draw_figures(release: Path, out: Path, *, reference_folder: Path) -> list[Path]:
    """Write each figure of a release as SVG and PNG into a folder and return the files.

    The same release gives the same bytes with the same matplotlib. Raises UsageError where
    matplotlib is not installed, InputError where the folder is no release.
    """
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        raise UsageError(
            "Figures need matplotlib: install it with `pip install 'partnernetz[figures]'`."
        ) from error
    data = read_figure_data(release, reference_folder=reference_folder)
    written = []
    with matplotlib.rc_context(settings()):  # type: ignore[arg-type]
        for name, draw in FIGURES.items():
            figure = draw(data)
            written += [_write(figure, out / f"{name}.{form}") for form in ("svg", "png")]
    return written


def read_figure_data(release: Path, *, reference_folder: Path) -> FigureData:
    """Return what the figures of a release are drawn from; raises InputError for what is none."""
    tables = {table: read_rows(release, table) for table in _TABLES}
    documents = len(read_rows(release, "documents", columns=["document_id"]))
    try:
        version = json.loads((release / "summary.json").read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{release} has no summary.json with a version: make it again with `partnernetz build`."
        ) from error
    source = f"Source: partnernetz {version}, from {count(documents, 'document')}."
    return FigureData(tables=tables, source=source, reference_folder=reference_folder)


def _write(figure: Figure, path: Path) -> Path:
    form = path.suffix.removeprefix(".")
    # the clock and the version of the library are no input
    metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    with atomic_path(path) as beside:
        figure.savefig(
            beside, format=form, dpi=_DOTS_PER_INCH, facecolor="white", metadata=metadata
        )
    return path
