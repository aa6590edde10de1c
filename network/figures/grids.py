"""Counts in a grid: topics by decade, state by state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from network.figures.style import GRID, INK, SOFT, WIDTH, FigureData, axes_in, count, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The states of the former GDR, Berlin, the others; each group from north to south.
STATES = (
    "MV",
    "BB",
    "ST",
    "SN",
    "TH",
    "BE",
    "SH",
    "HH",
    "HB",
    "NI",
    "NW",
    "HE",
    "RP",
    "SL",
    "BY",
    "BW",
)
_EAST, _BERLIN = 5, 1
_TOPIC_INCHES, _MOST_DECADE_INCHES = 1.35, 1.1
_SHADES = ("#f7f3ec", "#efd9bd", "#e0ab75", "#c2703a", "#8a3a00", "#521f00")


def draw_topics(data: FigureData) -> Figure:
    """Return topics by the decade in which partnerships began: share and number."""
    begun: Counter[int] = Counter()
    for row in data.rows("partnerships"):
        if row["start_year"] is not None:
            begun[row["start_year"] // 10 * 10] += 1
    counts: Counter[tuple[str, int]] = Counter()
    for row in data.rows("topic_years"):
        counts[row["topic"], row["start_year"] // 10 * 10] += row["partnerships"]
    decades = sorted(begun)
    topics = sorted({topic for topic, _ in counts}, key=lambda t: (-_total(counts, t), t))
    undated = sum(row["start_year"] is None for row in data.rows("partnerships"))
    figure, rectangle = sheet(
        title="What partnerships do, by the decade in which they began",
        subtitle=(
            "Partnerships begun in a decade of which sources tell the topic: their number, and "
            "their share of all begun in that decade, which gives the shade."
        ),
        caption=(
            f"n = {sum(begun.values()):,} partnerships with a known year of start; {undated:,} "
            "without are left out. A partnership may have several topics or none. The decade is "
            "that of the start, not that in which the topic was spoken of; older partnerships "
            f"have had more time to be written about. {data.source}"
        ),
        height=1.75 + 0.23 * max(3, len(topics)),
    )
    room = WIDTH - _TOPIC_INCHES - 0.2
    spare = max(0.0, room - _MOST_DECADE_INCHES * max(2, len(decades)))
    axes = axes_in(figure, rectangle, inches=(_TOPIC_INCHES, 0.05, 0.1 + spare, 0.38))
    shares = {
        (topic, decade): counts[topic, decade] / begun[decade]
        for topic in topics
        for decade in decades
        if counts[topic, decade]
    }
    labels = [f"{decade}s\nn = {begun[decade]:,}" for decade in decades]
    _grid(
        axes,
        rows=topics,
        columns=decades,
        row_labels=[topic.replace("_", " ") for topic in topics],
        column_labels=labels,
        shades=shares,
        numbers={cell: f"{counts[cell]:,}  ({share:.0%})" for cell, share in shares.items()},
        top=max(shares.values(), default=1.0),
    )
    return figure


def draw_states(data: FigureData) -> Figure:
    """Return partnerships between states, the states of the East first."""
    pairs = {(row["a_state"], row["b_state"]): row for row in data.rows("state_pairs")}
    counts = {
        (a, b): pairs[min(a, b), max(a, b)]["partnerships"]
        for a in STATES
        for b in STATES
        if (min(a, b), max(a, b)) in pairs and pairs[min(a, b), max(a, b)]["partnerships"]
    }
    total = sum(row["partnerships"] for row in pairs.values())
    rest = len(data.rows("partnerships")) - total
    figure, rectangle = sheet(
        title="Partnerships between the German states",
        subtitle=(
            "Number of partnerships of towns in two states, each pair of states twice; states of "
            "the East first, then Berlin, then the West, each from north to south."
        ),
        caption=(
            f"n = {count(total, 'partnership')} between places of known state; {rest:,} with a "
            "place abroad or of unknown state are left out. Shades by number. Large states have "
            "more places and more pages that were read: the table state_pairs has what chance "
            f"would give. {data.source}"
        ),
        height=6.6,
    )
    axes = axes_in(figure, rectangle, inches=(0.45, 0.05, 0.35, 0.28))
    axes.set_aspect("equal")
    _grid(
        axes,
        rows=STATES,
        columns=STATES,
        row_labels=STATES,
        column_labels=STATES,
        shades=counts,
        numbers={cell: f"{number:,}" for cell, number in counts.items()},
        top=float(max(counts.values(), default=1)),
    )
    for edge in (_EAST, _EAST + _BERLIN):
        axes.axhline(edge - 0.5, color=INK, linewidth=0.8)
        axes.axvline(edge - 0.5, color=INK, linewidth=0.8)
    return figure


def _total(counts: Counter[tuple[str, int]], topic: str) -> int:
    return sum(number for (name, _), number in counts.items() if name == topic)


def _grid(
    axes: Axes,
    *,
    rows: Sequence[object],
    columns: Sequence[object],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    shades: Mapping[Any, float],
    numbers: Mapping[Any, str],
    top: float,
) -> None:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    colors = LinearSegmentedColormap.from_list("ochre", _SHADES)
    for line, row in enumerate(rows):
        for place, column in enumerate(columns):
            value = shades.get((row, column))
            part = 0.0 if value is None else value / top
            axes.add_patch(
                Rectangle(
                    (place - 0.5, line - 0.5),
                    1,
                    1,
                    facecolor="white" if value is None else colors(0.08 + 0.92 * part),
                    edgecolor=GRID if value is None else "white",
                    linewidth=0.7,
                )
            )
            if value is not None:
                axes.text(
                    place,
                    line,
                    numbers[row, column],
                    ha="center",
                    va="center_baseline",
                    size=7,
                    color="white" if part > 0.5 else INK,
                )
    axes.set_xlim(-0.5, len(columns) - 0.5 if columns else 0.5)
    axes.set_ylim(len(rows) - 0.5 if rows else 0.5, -0.5)
    axes.set_xticks(range(len(columns)), column_labels, color=INK)
    axes.set_yticks(range(len(rows)), row_labels, color=INK)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=4)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if not rows:
        axes.text(0, 0, "nothing to show", ha="center", va="center", color=SOFT)
