"""Which date is a pair's start: boosted trees over the features of ``nlp.start_features``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.attribution import Attribution
from nlp.components.pairs import RankedPair
from nlp.reading_view import ReadingView
from nlp.start_features import StartCandidate, start_candidates
from nlp.trees import load_model
from partnernetz import edtf

START_MODEL = "starts"
#: A more exact date within the chosen one is taken from this part of its probability on.
_EXACT_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenStart:
    """The date that a Document gives for the start of a pair, with its probability."""

    candidate: StartCandidate
    probability: float


def choose(
    view: ReadingView,
    ranked: RankedPair,
    stated: Sequence[RankedPair],
    attributions: Mapping[int, Attribution],
    ruled: Sequence[tuple[str, str]],
) -> ChosenStart | None:
    """Return the start of a pair, None where the Document gives none."""
    candidates = start_candidates(view, ranked, stated, attributions, ruled)
    model = load_model(START_MODEL)
    scores = model.probabilities([candidate.features for candidate in candidates])
    best = pick(candidates, scores, threshold=model.threshold_stated)
    return (
        None if best is None else ChosenStart(candidate=candidates[best], probability=scores[best])
    )


def pick(
    candidates: Sequence[StartCandidate], scores: Sequence[float], *, threshold: float
) -> int | None:
    """Return the number of the chosen date: the most likely, or a more exact one within it."""
    if not scores:
        return None
    best = max(range(len(scores)), key=lambda number: (scores[number], -number))
    if scores[best] < threshold:
        return None
    date = candidates[best].date
    within = [
        number
        for number, candidate in enumerate(candidates)
        if candidate.date != date
        and scores[number] >= _EXACT_SHARE * scores[best]
        and edtf.contains(date, candidate.date)
        and edtf.precision(candidate.date) in ("day", "month")
    ]
    return max(within, key=lambda number: (scores[number], -number), default=best)
