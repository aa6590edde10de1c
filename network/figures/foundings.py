"""Foundings per year, and the claims of the literature beside the running total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.claims import claim_in_words, claim_year
from network.figures.style import ACROSS, INK, OTHER, SOFT, FigureData, Rows, axes_in, count, sheet
from partnernetz import edtf

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The axis begins here unless most partnerships are older; those before are told in words.
_USUAL_FIRST_YEAR = 1984
_LEAST_YEARS = 12
_LABEL_AT = -0.055  # left of the axis, in its width: one line for both panels
_COUNTED = ("east_west", "all")


def draw(data: FigureData) -> Figure:
    """Return the figure: bars by year above, totals with the claims below."""
    years = data.rows("years")
    partnerships = data.rows("partnerships")
    claims = comparable_claims(data.rows("claims"))
    undated = sum(row["start_year"] is None for row in partnerships)
    first, last = _span(years, claims)
    before = sum(row["begun"] for row in years if row["year"] < first)
    figure, (x, y, width, height) = sheet(
        title="Partnerships by the year in which they began",
        subtitle=(
            "Above: partnerships begun in each year. Below: East–West partnerships begun until "
            "then, and claims of sources."
        ),
        caption=_caption(
            data, dated=len(partnerships) - undated, undated=undated, before=before, first=first
        ),
        height=4.9,
    )
    upper = axes_in(
        figure, (x, y + height * 0.5, width, height * 0.5), inches=(0.45, 0.3, 0.05, 0.2)
    )
    lower = axes_in(figure, (x, y, width, height * 0.5), inches=(0.45, 0.3, 0.05, 0.12))
    _bars(upper, [row for row in years if row["year"] >= first])
    _totals(lower, years, claims, first=first, last=last)
    for axes in (upper, lower):
        axes.set_xlim(first - 0.7, last + 0.7)
        axes.xaxis.set_major_locator(_whole_numbers(9))
    return figure


def _whole_numbers(most: int = 5) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=most, integer=True)


def comparable_claims(claims: Rows) -> Rows:
    """Return the claims that count partnerships up to a time, the same statement once."""
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for claim in claims:
        if (
            claim["scope"] in _COUNTED
            and claim["quantity"] is not None
            and claim["period_date"]
            and not claim["status"]
            and not claim["is_additional"]
        ):
            key = (claim["scope"], claim["quantity"], claim["bound"], claim["period_date"])
            seen.setdefault(key, claim)
    return [seen[key] for key in sorted(seen)]


def _span(years: Rows, claims: Rows) -> tuple[int, int]:
    known = [row["year"] for row in years for _ in range(row["begun"])]
    if not known:
        return _USUAL_FIRST_YEAR, _USUAL_FIRST_YEAR + _LEAST_YEARS
    older = sum(year < _USUAL_FIRST_YEAR for year in known)
    first = min(known) if older > len(known) / 4 else max(min(known), _USUAL_FIRST_YEAR)
    ends = [year for claim in claims if (year := claim_year(claim))]
    last = max([*known, *ends, first + _LEAST_YEARS])
    return first, last


def _caption(data: FigureData, *, dated: int, undated: int, before: int, first: int) -> str:
    earlier = (
        f" {count(before, 'partnership')} begun before {first} "
        f"{'is' if before == 1 else 'are'} not drawn in the bars."
        if before
        else ""
    )
    return (
        f"n = {dated:,} partnerships with a known year of start; {undated:,} without are in "
        f"neither panel.{earlier} The bars count what the pages read so far state, no census: the "
        f"gap to the claims measures coverage. {data.source}"
    )


def _bars(axes: Axes, years: Rows) -> None:
    xs = [row["year"] for row in years]
    across = [row["begun_east_west"] for row in years]
    other = [row["begun"] - row["begun_east_west"] for row in years]
    axes.bar(xs, across, width=0.78, color=ACROSS, label="East–West")
    axes.bar(xs, other, width=0.78, bottom=across, color=OTHER, label="other")
    axes.set_ylim(0, 1.1 * max([1, *(row["begun"] for row in years)]))
    axes.yaxis.grid(True)
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.set_ylabel("begun in the year")
    axes.yaxis.set_label_coords(_LABEL_AT, 0.5)
    if any(across) or any(other):
        axes.legend(
            frameon=False,
            loc="lower right",
            bbox_to_anchor=(1.0, 0.98),  # above the axes, clear of the bars
            ncols=2,
            handlelength=0.9,
            handleheight=0.9,
            borderpad=0,
        )


def _totals(axes: Axes, years: Rows, claims: Rows, *, first: int, last: int) -> None:
    totals = {row["year"]: row["cumulative_east_west"] for row in years}
    running, xs, ys = 0, [], []
    for year in range(min([first, *totals]), last + 1):
        running = totals.get(year, running)
        if year >= first:
            xs.append(year)
            ys.append(running)
    axes.fill_between(xs, ys, step="mid", color=ACROSS, alpha=0.16, linewidth=0)
    axes.step(xs, ys, where="mid", color=ACROSS, linewidth=1.6)
    top = max([1, *ys, *(claim["quantity"] for claim in claims)])
    axes.set_ylim(0, top * 1.16)
    axes.yaxis.grid(True)
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.set_ylabel("begun until then")
    axes.yaxis.set_label_coords(_LABEL_AT, 0.5)
    if xs:
        axes.annotate(
            f"this release: {ys[-1]:,}",
            (xs[-1], ys[-1]),
            xytext=(0, 5),
            textcoords="offset points",
            ha="right",
            color=ACROSS,
            weight="semibold",
        )
    for claim in claims:
        _claim(axes, claim, last=last)


def _claim(axes: Axes, claim: dict[str, Any], *, last: int) -> None:
    """Draw a claim as a bar over its period, with an arrow where it is a lower or upper bound."""
    found = edtf.bounds(claim["period_date"])
    start, end = max(found.earliest.year, 1), found.latest.year
    height = claim["quantity"]
    axes.plot([start - 0.39, end + 0.39], [height, height], color=INK, linewidth=2.2)
    direction = {"at_least": 1, "more_than": 1, "at_most": -1, "less_than": -1}.get(claim["bound"])
    if direction:
        axes.annotate(
            "",
            ((start + end) / 2, height),
            xytext=(0, 13 * direction),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": INK, "linewidth": 1.0, "shrinkA": 0},
        )
    is_late = (start + end) / 2 > last - 5
    axes.annotate(
        claim_in_words(claim, {}),
        (start - 0.39 if is_late else end + 0.39, height),
        xytext=(-5 if is_late else 5, 0),
        textcoords="offset points",
        ha="right" if is_late else "left",
        va="center",
        color=SOFT,
    )
