"""Learn the models of pairs and of their starts from annotated documents.

The estimates for unseen sites come from cross-validation in which all documents of a site are left
out together (``nlp.boosting``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from nlp.attribution import attribute
from nlp.boosting import (
    Learned,
    Shape,
    calibrate,
    calibrated,
    learn,
    learn_linear,
    write_model,
)
from nlp.calibration import calibration_error
from nlp.components.pairs import RankedPair, ranked_pair
from nlp.dated_events import ruled_dates
from nlp.evaluate import Ratio, same_pair, site_of
from nlp.pair_rules import PairRule, decide, fired
from nlp.pairing import CandidatePair, candidate_pairs
from nlp.pipeline import build_pipeline, make_doc
from nlp.ranker import (
    GROUP_MODEL,
    PAIR_MODEL,
    WORD_MODEL,
    WORD_ODDS,
    Ranking,
    capped,
    group_features,
    pair_features,
)
from nlp.reading_view import ReadingView, view_of
from nlp.start_features import StartCandidate, start_candidates
from nlp.start_ranker import START_MODEL, pick
from partnernetz.records import Document

_PAIRS = Shape(trees=150, depth=4, rate=0.07, features=0.15, smallest_leaf=6)
_GROUPS = Shape(trees=60, depth=3, rate=0.06, features=1.0, smallest_leaf=10)
_STARTS = Shape(trees=120, depth=4, rate=0.09, features=0.15, smallest_leaf=8, fewest_sightings=8)
_NEARLY = 0.005
_START_THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3)
_THRESHOLDS = tuple(round(0.35 + 0.025 * step, 3) for step in range(11))


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What was learned from, and figures with whole sites left out.

    ``scores`` has ``rules`` (rules alone), ``trees`` (without the rules), ``rules and trees``,
    ``with words`` (the linear model's too) and ``with lists`` (the last model upon them);
    ``starts`` is the share of exact start dates.
    """

    candidates: int
    dates: int
    scores: Mapping[str, Ratio]
    starts: float
    calibration_error: float
    held_out: tuple[HeldOutPair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutPair:
    """A candidate pair as models judge it that never saw its site, and whether it is annotated.

    ``a`` and ``b`` are the ids of the places, ``rule`` is that of the extraction.
    """

    document: str
    site: str
    genre: str
    a: str
    b: str
    rule: str
    score: float
    is_stated: bool
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One document with its candidates, and the annotated pair that each is, if any."""

    id: str
    site: str
    genre: str
    view: ReadingView
    candidates: tuple[CandidatePair, ...]
    gold: tuple[Mapping[str, Any] | None, ...]
    wanted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _StartExample:
    """The dates that may be the start of one annotated pair."""

    site: str
    accepted: frozenset[str]
    may_be_none: bool
    candidates: tuple[StartCandidate, ...]


def train(
    documents: Sequence[Document], gold_documents: Sequence[Mapping[str, Any]], *, folder: Path
) -> Training:
    """Learn from documents and their annotation, given in the same order; write the models.

    Raises InputError where there is too little to learn from.
    """
    readings = list(_read(documents, gold_documents))
    scores, held_out = _train_pairs(readings, folder)
    examples = list(_start_examples(readings))
    starts = _train_starts(examples, folder)
    return Training(
        candidates=sum(len(reading.candidates) for reading in readings),
        dates=sum(len(example.candidates) for example in examples),
        scores=scores,
        starts=starts,
        calibration_error=calibration_error((pair.score, pair.is_right) for pair in held_out),
        held_out=held_out,
    )


def _read(
    documents: Sequence[Document], gold_documents: Sequence[Mapping[str, Any]]
) -> Iterator[_Reading]:
    nlp = build_pipeline()
    nlp.disable_pipe("partnernetz_pairs")
    for document, annotated in zip(documents, gold_documents, strict=True):
        doc = nlp(make_doc(nlp, document))
        view = view_of(doc, host=doc._.host, path_places=doc._.path_places)
        pairs = annotated["gold"]["partnerships"]
        candidates, gold = [], []
        for candidate in candidate_pairs(view):
            matching = [pair for pair in pairs if same_pair(pair, _as_pair(candidate))]
            if matching and matching[0].get("optional"):
                continue
            candidates.append(candidate)
            gold.append(matching[0] if matching else None)
        yield _Reading(
            id=str(annotated["id"]),
            site=site_of(annotated),
            genre=str(annotated.get("genre", "")),
            view=view,
            candidates=tuple(candidates),
            gold=tuple(gold),
            wanted=sum(1 for pair in pairs if not pair.get("optional")),
        )


def _as_pair(candidate: CandidatePair) -> dict[str, str]:
    a, b = candidate.a, candidate.b
    return {
        "a": a.name,
        "a_id": a.id,
        "a_country": a.country,
        "b": b.name,
        "b_id": b.id,
        "b_country": b.country,
    }


def _train_pairs(
    readings: Sequence[_Reading], folder: Path
) -> tuple[dict[str, Ratio], tuple[HeldOutPair, ...]]:
    candidates = [c for reading in readings for c in reading.candidates]
    labels = [gold is not None for reading in readings for gold in reading.gold]
    sites = [reading.site for reading in readings for _ in reading.candidates]
    wanted = sum(reading.wanted for reading in readings)
    alone = learn([c.features for c in candidates], labels, sites, shape=_PAIRS)
    fitting = [fired(candidate) for candidate in candidates]
    features = [pair_features(c, rules) for c, rules in zip(candidates, fitting, strict=True)]
    ruled = learn(features, labels, sites, shape=_PAIRS)
    with_words = [
        {**row, **dict.fromkeys(sorted(c.words), 1.0)}
        for row, c in zip(features, candidates, strict=True)
    ]
    odds = learn_linear(with_words, labels, sites, path=folder / f"{WORD_MODEL}.json")
    rows = [{**row, WORD_ODDS: float(o)} for row, o in zip(features, odds, strict=True)]
    first = learn(rows, labels, sites, shape=_PAIRS)
    scale, shift = calibrate(first.held_out, labels)
    write_model(
        first, folder / f"{PAIR_MODEL}.json", scale=scale, shift=shift, threshold_stated=0.5
    )
    group_rows = _group_rows(readings, calibrated(first.held_out, scale, shift))
    second = learn(group_rows, labels, sites, shape=_GROUPS)
    group_scale, group_shift = calibrate(second.held_out, labels)
    free = calibrated(second.held_out, group_scale, group_shift)
    rules = [decide(fitting_rules) for fitting_rules in fitting]
    probabilities = np.array([capped(float(p), rule) for p, rule in zip(free, rules, strict=True)])
    threshold = _threshold(readings, probabilities)
    write_model(
        second,
        folder / f"{GROUP_MODEL}.json",
        scale=group_scale,
        shift=group_shift,
        threshold_stated=threshold,
    )
    by_rules = np.array([rule is not None and rule.effect == "states" for rule in rules])
    scores = {
        "rules": _score(by_rules, labels, wanted),
        "trees": _best(alone, labels, wanted),
        "rules and trees": _best(ruled, labels, wanted),
        "with words": _best(first, labels, wanted),
        "with lists": _score(probabilities >= threshold, labels, wanted),
    }
    held_out = _held_out(readings, probabilities, rules, threshold=threshold)
    return scores, tuple(held_out)


def _held_out(
    readings: Sequence[_Reading],
    probabilities: np.ndarray,
    rules: Sequence[PairRule | None],
    *,
    threshold: float,
) -> Iterator[HeldOutPair]:
    judged = zip(probabilities, rules, strict=True)
    for reading in readings:
        for candidate, gold in zip(reading.candidates, reading.gold, strict=True):
            probability, rule = next(judged)
            ranking = Ranking(probability=float(probability), rule=rule)
            ranked = ranked_pair(candidate, ranking, threshold=threshold)
            yield HeldOutPair(
                document=reading.id,
                site=reading.site,
                genre=reading.genre,
                a=candidate.a.id,
                b=candidate.b.id,
                rule=ranked.rule,
                score=ranked.probability,
                is_stated=ranked.is_stated,
                is_right=gold is not None,
            )


def _threshold(readings: Sequence[_Reading], probabilities: np.ndarray) -> float:
    """Return the lowest threshold whose mean F1 per document is nearly the best.

    The curve is flat at its top, and pages of which nobody thought when the features were made get
    lower scores than these: recall suffers first.
    """
    figures = {t: _document_f1(readings, probabilities >= t) for t in _THRESHOLDS}
    return min(t for t, figure in figures.items() if figure >= max(figures.values()) - _NEARLY)


def _document_f1(readings: Sequence[_Reading], stated: np.ndarray) -> float:
    """Return the mean F1 per document; one without any pair counts 1 if nothing was found."""
    figures: list[float] = []
    begin = 0
    for reading in readings:
        here = stated[begin : begin + len(reading.candidates)]
        begin += len(reading.candidates)
        score = _score(here, [gold is not None for gold in reading.gold], reading.wanted)
        figures.append(score.f1 if reading.wanted else float(not here.any()))
    return sum(figures) / max(1, len(figures))


def _group_rows(readings: Sequence[_Reading], first: np.ndarray) -> list[Mapping[str, float]]:
    rows: list[Mapping[str, float]] = []
    for reading in readings:
        end = len(rows) + len(reading.candidates)
        rows += group_features(reading.candidates, [float(p) for p in first[len(rows) : end]])
    return rows


def _best(learned: Learned, labels: Sequence[bool], wanted: int) -> Ratio:
    """Return the score of a model at the best of the thresholds."""
    probabilities = calibrated(learned.held_out, *calibrate(learned.held_out, labels))
    scores = [_score(probabilities >= threshold, labels, wanted) for threshold in _THRESHOLDS]
    return max(scores, key=lambda score: score.f1)


def _score(stated: np.ndarray, labels: Sequence[bool], wanted: int) -> Ratio:
    hits = int((stated & np.array(labels, dtype=bool)).sum())
    return Ratio(hit=hits, missed=wanted - hits, wrong=int(stated.sum()) - hits)


def _start_examples(readings: Sequence[_Reading]) -> Iterator[_StartExample]:
    for reading in readings:
        stated = [
            RankedPair(candidate=candidate, probability=1.0, rule="annotated", is_stated=True)
            for candidate, gold in zip(reading.candidates, reading.gold, strict=True)
            if gold is not None
        ]
        annotated = [gold for gold in reading.gold if gold is not None]
        attributions = attribute(reading.view, stated)
        for ranked, gold in zip(stated, annotated, strict=True):
            ruled = ruled_dates(reading.view, ranked, attributions)
            yield _StartExample(
                site=reading.site,
                accepted=frozenset({gold.get("since"), *(gold.get("since_accept") or ())} - {None}),
                may_be_none=not gold.get("since") or bool(gold.get("since_null_ok")),
                candidates=tuple(
                    start_candidates(reading.view, ranked, stated, attributions, ruled)
                ),
            )


def _train_starts(examples: Sequence[_StartExample], folder: Path) -> float:
    rows = [candidate.features for example in examples for candidate in example.candidates]
    labels = [c.date in example.accepted for example in examples for c in example.candidates]
    sites = [example.site for example in examples for _ in example.candidates]
    learned = learn(rows, labels, sites, shape=_STARTS)
    scale, shift = calibrate(learned.held_out, labels)
    probabilities = calibrated(learned.held_out, scale, shift)
    shares = {t: _exact_share(examples, probabilities, threshold=t) for t in _START_THRESHOLDS}
    threshold = max(_START_THRESHOLDS, key=lambda t: shares[t][1])
    write_model(
        learned,
        folder / f"{START_MODEL}.json",
        scale=scale,
        shift=shift,
        threshold_stated=threshold,
    )
    return shares[threshold][0]


def _exact_share(
    examples: Sequence[_StartExample], probabilities: np.ndarray, *, threshold: float
) -> tuple[float, float]:
    """Return the share of exact dates among dated pairs, and that of right answers in all."""
    numbers = count()
    exact = dated = right = 0
    for example in examples:
        scores = [float(probabilities[next(numbers)]) for _ in example.candidates]
        chosen = pick(example.candidates, scores, threshold=threshold)
        date = None if chosen is None else example.candidates[chosen].date
        is_right = date in example.accepted or (date is None and example.may_be_none)
        right += is_right
        if example.accepted and not (date is None and example.may_be_none):
            dated += 1
            exact += date in example.accepted
    return exact / max(1, dated), right / max(1, len(examples))
