"""How far scores mean what they say: reliability curve and expected calibration error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Judged = Iterable[tuple[float, bool]]

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityPoint:
    """The pairs whose score lies in a tenth: how many, their mean score, the share that is right.

    All but ``count`` lie between 0 and 1.
    """

    low: float
    high: float
    count: int
    score: float
    right: float


def reliability(judged: Judged, *, bins: int = _BINS) -> list[ReliabilityPoint]:
    """Return the reliability curve over equal bins of the score, empty ones left out.

    ``judged`` holds scores (0 to 1) and whether each was right.
    """
    members: dict[int, list[tuple[float, bool]]] = {}
    for score, is_right in judged:
        members.setdefault(min(int(score * bins), bins - 1), []).append((score, is_right))
    return [
        ReliabilityPoint(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(found),
            score=round(sum(score for score, _ in found) / len(found), 4),
            right=round(sum(is_right for _, is_right in found) / len(found), 4),
        )
        for place, found in sorted(members.items())
    ]


def calibration_error(judged: Judged, *, bins: int = _BINS) -> float:
    """Return the expected calibration error: the mean gap between score and truth over the bins.

    Bins are weighted by their size; 0 is perfect (Naeini, Cooper and Hauskrecht 2015, Obtaining
    Well Calibrated Probabilities Using Bayesian Binning).
    """
    points = reliability(judged, bins=bins)
    total = sum(point.count for point in points)
    gaps = sum(point.count * abs(point.score - point.right) for point in points)
    return gaps / total if total else 0.0
