"""How much of a reference list a release has, by state and by side, so that bias is visible."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from network.place_matching import PlaceMatcher

#: Ids of both places of a pair, and what became of it.
Outcome = tuple[str, str, Literal["found", "missing", "new"]]

_Z = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the list the release has in a state or on a side.

    A pair counts for each state that it touches. ``low`` and ``high`` are the 95 % interval of the
    share (Wilson 1927), ``new`` counts pairs of the release that the list lacks. Unclear pairs are
    not among ``listed``.
    """

    area: str
    listed: int
    found: int
    new: int
    share: float | None
    low: float | None
    high: float | None


def coverage(
    outcomes: Iterable[Outcome], places: PlaceMatcher, *, by: Literal["state", "side"]
) -> tuple[Coverage, ...]:
    """Return the coverage of each German state or of each side, in order, that of all last."""
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    for a, b, outcome in outcomes:
        tallies["all"][outcome] += 1
        for area in {_area(place, places, by) for place in (a, b)} - {None}:
            tallies[str(area)][outcome] += 1
    ordered = sorted(tallies, key=lambda area: (area == "all", area))
    return tuple(_coverage(area, tallies[area]) for area in ordered)


def _area(place_id: str, places: PlaceMatcher, column: str) -> str | None:
    row = places.view(place_id)
    if row is None or (column == "state" and row["country"] != "DE"):
        return None
    area: str | None = row[column]
    return area


def _coverage(area: str, tally: Counter[str]) -> Coverage:
    listed = tally["found"] + tally["missing"]
    low, high = wilson_interval(tally["found"], listed)
    return Coverage(
        area=area,
        listed=listed,
        found=tally["found"],
        new=tally["new"],
        share=round(tally["found"] / listed, 4) if listed else None,
        low=low,
        high=high,
    )


def wilson_interval(successes: int, trials: int) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share (0 to 1, four digits), None without a trial.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of
    the American Statistical Association 22 (1927), 209-212.

    >>> wilson_interval(8, 10)
    (0.4902, 0.9433)
    """
    if not trials:
        return None, None
    share, scale = successes / trials, 1 + _Z**2 / trials
    middle = share + _Z**2 / (2 * trials)
    reach = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return round(max(0.0, (middle - reach) / scale), 4), round(
        min(1.0, (middle + reach) / scale), 4
    )
