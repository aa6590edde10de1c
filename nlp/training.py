"""Learn the ranker's weights from annotated documents.

Logistic regression (scikit-learn, L2) over the features of candidate pairs. The estimate for unseen
sites comes from cross-validation in which all documents of a site are left out together. The
result is the same to the byte for the same documents: features are sorted, the solver is
deterministic, weights are rounded.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nlp.components.pairs import ranked_pairs
from nlp.evaluate import Ratio, same_pair
from nlp.pair_rules import judge
from nlp.pairing import CandidatePair
from nlp.pipeline import build_pipeline, make_doc
from nlp.rulebook import read_rows
from partnernetz.errors import InputError
from partnernetz.records import Document
from partnernetz.storage import write_text

#: Inverse strength of regularisation, chosen by cross-validation over sites.
_INVERSE_REGULARISATION = 0.3
_FEWEST_SIGHTINGS = 5
_FOLDS = 10
_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Learned weights, and scores of pairs with whole sites left out.

    ``scores`` has ``rules`` (rules alone), ``ranker`` and ``both``, each by leave-sites-out.
    """

    weights: Mapping[str, float]
    intercept: float
    candidates: int
    scores: Mapping[str, Ratio]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Example:
    candidate: CandidatePair
    is_partnership: bool
    site: str


def train(documents: Sequence[Document], gold_documents: Sequence[Mapping[str, Any]]) -> Training:
    """Return weights learned from documents and their annotation, given in the same order.

    Raises InputError where there is too little to learn from.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    examples, wanted = _examples(documents, gold_documents)
    sites = [example.site for example in examples]
    if len(set(sites)) < _FOLDS or len({e.is_partnership for e in examples}) < 2:
        raise InputError(f"Training needs annotated documents of at least {_FOLDS} sites.")
    names = _features(examples)
    matrix = np.array([[e.candidate.features.get(n, 0.0) for n in names] for e in examples])
    labels = np.array([e.is_partnership for e in examples])

    def fit(rows: Any) -> Any:
        model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=10_000)
        return model.fit(matrix[rows], labels[rows])

    held_out = np.zeros(len(examples))
    for seen, unseen in GroupKFold(_FOLDS).split(matrix, labels, sites):
        held_out[unseen] = fit(seen).predict_proba(matrix[unseen])[:, 1]
    model = fit(np.arange(len(examples)))
    weights = {
        name: round(float(value), 3) for name, value in zip(names, model.coef_[0], strict=True)
    }
    return Training(
        weights=weights,
        intercept=round(float(model.intercept_[0]), 3),
        candidates=len(examples),
        scores=_scores(examples, [float(p) for p in held_out], wanted=wanted),
    )


def _examples(
    documents: Sequence[Document], gold_documents: Sequence[Mapping[str, Any]]
) -> tuple[list[_Example], int]:
    """Return labelled candidates and the number of pairs to be found, candidates or not."""
    nlp = build_pipeline()
    examples: list[_Example] = []
    wanted = 0
    for document, gold in zip(documents, gold_documents, strict=True):
        pairs = gold["gold"]["partnerships"]
        wanted += sum(1 for pair in pairs if not pair.get("optional"))
        for ranked in ranked_pairs(nlp(make_doc(nlp, document))):
            matches = [pair for pair in pairs if same_pair(pair, _as_pair(ranked.candidate))]
            if matches and matches[0].get("optional"):
                continue
            examples.append(
                _Example(
                    candidate=ranked.candidate,
                    is_partnership=bool(matches),
                    site=urlsplit(gold["url"]).netloc,
                )
            )
    return examples, wanted


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


def _features(examples: Sequence[_Example]) -> list[str]:
    """Return the features to learn weights for: those seen often enough, without the rules' own."""
    counts = Counter(name for example in examples for name in example.candidate.features)
    only_for_rules = {row["id"] for row in read_rows("pair_rules.toml", "only_for_rules")}
    return sorted(
        name
        for name, count in counts.items()
        if count >= _FEWEST_SIGHTINGS and name not in only_for_rules
    )


def _scores(
    examples: Sequence[_Example], learned: Sequence[float], *, wanted: int
) -> dict[str, Ratio]:
    rules = [judge(example.candidate) for example in examples]
    chosen = {
        "rules": [0.0 if rule is None else rule.combine(0.0) for rule in rules],
        "ranker": list(learned),
        "both": [
            p if rule is None else rule.combine(p) for rule, p in zip(rules, learned, strict=True)
        ],
    }
    found = {}
    for name, probabilities in chosen.items():
        stated = [
            example.is_partnership
            for example, p in zip(examples, probabilities, strict=True)
            if p >= _THRESHOLD
        ]
        hits = sum(stated)
        found[name] = Ratio(hit=hits, missed=wanted - hits, wrong=len(stated) - hits)
    return found


def write_weights(training: Training, path: Path) -> None:
    """Write the weights where the ranker reads them, atomically."""
    content = {
        "intercept": training.intercept,
        "threshold": _THRESHOLD,
        "weights": dict(sorted(training.weights.items())),
    }
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
