"""The network's structure: how many partners towns have, and how far it is from chance."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from network.figures.style import ACROSS, FAINT, INK, OTHER, SOFT, FigureData, axes_in, count, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Names of the figures of ``network_measures`` for readers.
_NAMES = {
    "east_west_share": "share of East–West partnerships",
    "side_assortativity": "like with like: East, West, Berlin, abroad",
    "state_assortativity": "like with like: state",
    "degree_assortativity": "like with like: number of partners",
    "size_assortativity": "like with like: population",
    "size_ratio": "population, larger to smaller partner",
    "mean_distance": "distance of partners",
    "domestic_distance": "distance of partners within Germany",
    "transitivity": "partners of partners are partners",
    "largest_component_share": "places in the largest part",
}
_UNITS = {"kilometre": " km", "share": "", "coefficient": "", "ratio": " times"}
_DIGITS = {"kilometre": 0, "share": 2, "coefficient": 2, "ratio": 2}
_FARTHEST = 12.0


def draw_degrees(data: FigureData) -> Figure:
    """Return the degree distribution: how many towns have at least so many partners."""
    degrees = [row["degree"] for row in data.rows("measures")]
    names = {row["place_id"]: row["name"] for row in data.rows("places")}
    middle = sorted(degrees)[len(degrees) // 2] if degrees else 0
    figure, rectangle = sheet(
        title="How many partners towns have",
        subtitle=(
            "Share of towns with at least so many partnerships; both axes are logarithmic. "
            f"Mean {sum(degrees) / max(1, len(degrees)):.2f}, median {middle}."
        ),
        caption=(
            f"n = {count(len(degrees), 'town')} with at least one partnership; towns without any "
            "are not in the network. Partnerships that no page read so far states are missing, "
            f"more often those of small towns. {data.source}"
        ),
        height=3.7,
    )
    axes = axes_in(figure, rectangle, inches=(0.5, 0.4, 0.1, 0.05))
    counts = Counter(degrees)
    xs = sorted(counts)
    ys = [sum(counts[other] for other in xs if other >= x) / len(degrees) for x in xs]
    axes.plot(xs, ys, color=FAINT, linewidth=0.8, zorder=1)
    axes.scatter(xs, ys, s=16, color=ACROSS, zorder=2, linewidths=0)
    if not xs:
        return figure
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(0.9, max(12, xs[-1] * 1.6))
    axes.set_ylim(min(0.5 / len(degrees), 0.05), 1.6)
    ticks = [
        tick for tick in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500) if tick <= max(12, xs[-1] * 1.6)
    ]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    shares = [share for share in (1, 0.1, 0.01, 0.001, 0.0001) if share >= axes.get_ylim()[0]]
    axes.set_yticks(shares, [f"{share * 100:g} %" for share in shares])
    axes.minorticks_off()
    axes.grid(True)
    axes.set_xlabel("partnerships, at least")
    axes.set_ylabel("share of towns")
    top = max(data.rows("measures"), key=lambda row: (row["degree"], row["place_id"]))
    axes.annotate(
        f"{names.get(top['place_id'], top['place_id'])}: {top['degree']}",
        (xs[-1], ys[-1]),
        xytext=(6, 3),
        textcoords="offset points",
        color=INK,
    )
    return figure


def draw_comparison(data: FigureData) -> Figure:
    """Return the network's figures against random networks of the same degrees."""
    rows = [row for row in data.rows("network_measures") if row["z_score"] is not None]
    samples = max((row["samples"] for row in data.rows("network_measures")), default=0)
    figure, rectangle = sheet(
        title="How far the network is from chance",
        subtitle=(
            "Dots: the network. Bars: the middle 95 % of random networks in which every place "
            "keeps its number of partners. In standard deviations from their mean."
        ),
        caption=(
            f"n = {count(samples, 'random network')} by double edge switches with a fixed seed. "
            "Filled dots lie outside the bars; by chance alone one in twenty does, and "
            f"{len(rows)} are looked at. Which pages were read shapes the network, too: a figure "
            f"far from chance may be the selection's. {data.source}"
        ),
        height=1.9 + 0.27 * max(3, len(rows)),
    )
    axes = axes_in(figure, rectangle, inches=(2.25, 0.4, 1.45, 0.3))
    for line, row in enumerate(rows):
        mean, deviation = row["random_mean"], row["random_deviation"]
        low, high = ((row[end] - mean) / deviation for end in ("random_low", "random_high"))
        axes.plot([low, high], [line, line], color=OTHER, linewidth=6, solid_capstyle="butt")
        z = max(-_FARTHEST, min(_FARTHEST, row["z_score"]))
        is_out = not row["random_low"] <= row["observed"] <= row["random_high"]
        axes.scatter(
            [z], [line], s=30, zorder=3, color=ACROSS if is_out else "white", edgecolors=ACROSS
        )
        values = f"{_value(row, 'observed')}  ({_value(row, 'random_mean')})"
        axes.text(1.03, line, values, transform=axes.get_yaxis_transform(), va="center", color=INK)
    axes.text(
        1.03,
        -0.85,
        "here (by chance)",
        transform=axes.get_yaxis_transform(),
        va="center",
        color=SOFT,
    )
    reach = max([4.0, *(min(abs(row["z_score"]), _FARTHEST) for row in rows)])
    axes.set_xlim(-math.ceil(reach) - 0.5, math.ceil(reach) + 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [_NAMES[row["measure"]] for row in rows], color=INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=SOFT, linewidth=0.6, zorder=1)
    axes.xaxis.grid(True)
    axes.set_xlabel("standard deviations from the mean of random networks")
    return figure


def _value(row: dict[str, object], column: str) -> str:
    unit = str(row["unit"])
    number = f"{row[column]:,.{_DIGITS[unit]}f}".replace("-", "\N{MINUS SIGN}")
    return f"{number}{_UNITS[unit]}"
