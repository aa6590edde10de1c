"""East-West partnerships as arcs on the map of the states."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from network.figures.style import (
    ACROSS,
    BERLIN,
    EAST,
    INK,
    LAND,
    LAND_EAST,
    WEST,
    FigureData,
    axes_in,
    count,
    sheet,
)
from partnernetz.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

#: AGS of the states of the former GDR; Berlin (11) was divided.
_EAST_STATES = ("12", "13", "14", "15", "16")
_MIDDLE_LATITUDE = 51.16
_BEND = 0.13
_MOST_LABELS = 26
_SIDES = {
    "east": ("East", EAST, "o"),
    "west": ("West", WEST, "s"),
    "berlin": ("Berlin", BERLIN, "D"),
}


def draw(data: FigureData) -> Figure:
    """Return the map."""
    places = {row["place_id"]: row for row in data.rows("places")}
    across = [row for row in data.rows("partnerships") if row["is_east_west"]]
    shown = [row for row in across if all(_is_placed(places[row[e]]) for e in ("a_id", "b_id"))]
    missing = len(across) - len(shown)
    towns = Counter(row[end] for row in shown for end in ("a_id", "b_id"))
    figure, rectangle = sheet(
        title="Partnerships between East and West",
        subtitle=(
            "An arc for each partnership between towns on both sides of the former inner-German "
            "border; dots grow with their number."
        ),
        caption=(
            f"n = {count(len(shown), 'partnership')} of {count(len(towns), 'town')}"
            + (f"; {missing:,} not drawn, position unknown" if missing else "")
            + ". Darker ground: the states on the territory of the GDR. All years, ended ones "
            "included. An empty stretch may only mean that its pages were not read. "
            f"Outlines: © GeoBasis-DE / BKG (data changed). {data.source}"
        ),
        height=8.1,
    )
    axes = axes_in(figure, rectangle, inches=(0.0, 0.02, 0.0, 0.02))
    axes.set_aspect(1 / math.cos(math.radians(_MIDDLE_LATITUDE)))
    axes.axis("off")
    _draw_states(axes, data)
    _draw_arcs(axes, shown, places)
    _draw_towns(axes, towns, places)
    _draw_labels(figure, axes, towns, places)
    return figure


def _is_placed(place: dict[str, Any]) -> bool:
    return place["latitude"] is not None and place["longitude"] is not None


def _draw_states(axes: Axes, data: FigureData) -> None:
    from matplotlib.patches import PathPatch

    path = data.reference_folder / "sources" / "states.geojson"
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"The outlines in {path} are missing or unreadable: get the file anew."
        ) from error
    for feature in features:
        is_east = feature["properties"]["ags"] in _EAST_STATES
        axes.add_patch(
            PathPatch(
                _outline(feature["geometry"]),
                facecolor=LAND_EAST if is_east else LAND,
                edgecolor="white",
                linewidth=0.8,
                zorder=1,
            )
        )
    axes.autoscale_view()
    axes.margins(0.02)


def _outline(geometry: dict[str, Any]) -> Any:
    from matplotlib.path import Path as Outline

    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    rings = [Outline(ring, closed=True) for polygon in polygons for ring in polygon]
    return Outline.make_compound_path(*rings)


def _draw_arcs(axes: Axes, rows: list[dict[str, Any]], places: dict[str, Any]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Arc

    alpha = max(0.04, 0.5 * min(1.0, 60 / (len(rows) + 1)) ** 0.6)  # many arcs: fainter ones
    for row in rows:
        ends = [_point(places[row[end]]) for end in ("a_id", "b_id")]
        (west, south), (east, north) = sorted(ends)  # from west to east: all bend the same way
        control = (
            (west + east) / 2 - (north - south) * _BEND,
            (south + north) / 2 + (east - west) * _BEND * 0.63,
        )
        line = Arc([(west, south), control, (east, north)], [Arc.MOVETO, Arc.CURVE3, Arc.CURVE3])
        is_over = row["status"] == "ended"
        axes.add_patch(
            PathPatch(
                line,
                facecolor="none",
                edgecolor=ACROSS,
                linewidth=0.8,
                linestyle=(0, (3, 2)) if is_over else "solid",
                alpha=alpha,
                zorder=2,
                capstyle="round",
            )
        )


def _draw_towns(axes: Axes, towns: Counter[str], places: dict[str, Any]) -> None:
    crowding = max(0.15, min(1.0, math.sqrt(120 / max(1, len(towns)))))
    for side, (label, color, marker) in _SIDES.items():
        keys = sorted(key for key in towns if places[key]["side"] == side)
        if not keys:
            continue
        points = [_point(places[key]) for key in keys]
        axes.scatter(
            [x for x, _ in points],
            [y for _, y in points],
            s=[crowding * (9 + 9 * towns[key]) for key in keys],
            color=color,
            marker=marker,
            edgecolors="white",
            linewidths=0.5,
            zorder=3,
            label=f"{label} ({count(len(keys), 'town')})",
        )
    if towns:
        legend = axes.legend(frameon=False, loc="upper left", handletextpad=0.2, borderpad=0)
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_sizes([24])  # type: ignore[attr-defined]


def _draw_labels(figure: Figure, axes: Axes, towns: Counter[str], places: dict[str, Any]) -> None:
    """Name the towns with most partnerships, then the largest, where names do not overlap."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import withStroke

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    order = sorted(towns, key=lambda key: (-towns[key], -(places[key]["population"] or 0), key))
    taken: list[Any] = []
    for key in order:
        if len(taken) >= _MOST_LABELS:
            break
        for offset, alignment in (((4, 0), "left"), ((-4, 0), "right")):
            label: Annotation = axes.annotate(
                places[key]["name"],
                _point(places[key]),
                xytext=offset,
                textcoords="offset points",
                ha=alignment,
                va="center",
                size=7,
                color=INK,
                zorder=4,
                path_effects=[withStroke(linewidth=2.0, foreground="white", alpha=0.85)],
            )
            box = label.get_window_extent(renderer).padded(1)
            if any(box.overlaps(other) for other in taken):
                label.remove()
                continue
            taken.append(box)
            break


def _point(place: dict[str, Any]) -> tuple[float, float]:
    return place["longitude"], place["latitude"]
