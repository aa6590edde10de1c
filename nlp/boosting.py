"""Learn boosted trees from rows of named features, and estimate them with whole sites left out.

Gradient boosting (Friedman 2001) as in scikit-learn, in a fixed order and with a fixed seed: the
same rows give the same bytes. Probabilities are calibrated on the estimates for sites that a
model has not seen (Platt 1999).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from partnernetz.errors import InputError
from partnernetz.storage import write_text

_FOLDS = 10
_SEEDS = 4
_FEWEST_WORDS = 4
_INVERSE_REGULARISATION = 0.05
_SMALLEST_WEIGHT = 0.001
_DIGITS = 5

Row = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a model is; chosen by cross-validation over sites."""

    trees: int
    depth: int
    rate: float
    features: float
    smallest_leaf: int
    fewest_sightings: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A learned model and, for each row, the log-odds from models that never saw its site."""

    model: Bag
    names: tuple[str, ...]
    held_out: np.ndarray


def learn(
    rows: Sequence[Row], labels: Sequence[bool], sites: Sequence[str], *, shape: Shape
) -> Learned:
    """Return a model of all rows, and held-out log-odds for each.

    Raises InputError where there is too little to learn from.
    """
    from sklearn.model_selection import GroupKFold

    if len(set(sites)) < _FOLDS or len(set(labels)) < 2:
        raise InputError(f"Training needs annotated documents of at least {_FOLDS} sites.")
    counts = Counter(name for row in rows for name in row)
    names = tuple(sorted(n for n, count in counts.items() if count >= shape.fewest_sightings))
    matrix, truth = _matrix(rows, names), np.array(labels)
    held_out = np.zeros(len(rows))
    for seen, unseen in GroupKFold(_FOLDS).split(matrix, truth, sites):
        held_out[unseen] = _fit(matrix[seen], truth[seen], shape).decision_function(matrix[unseen])
    return Learned(model=_fit(matrix, truth, shape), names=names, held_out=held_out)


def _matrix(rows: Sequence[Row], names: Sequence[str]) -> np.ndarray:
    columns = {name: column for column, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, strength in row.items():
            if name in columns:
                matrix[number, columns[name]] = strength
    return matrix


@dataclass(frozen=True, slots=True)
class Bag:
    """Models of the same rows that differ by their seed; their mean varies less than each does."""

    members: tuple[Any, ...]

    def decision_function(self, matrix: np.ndarray) -> np.ndarray:
        """Return the mean log-odds of each row."""
        odds: np.ndarray = np.mean([m.decision_function(matrix) for m in self.members], axis=0)
        return odds


def _fit(matrix: np.ndarray, truth: np.ndarray, shape: Shape) -> Bag:
    from sklearn.ensemble import GradientBoostingClassifier

    return Bag(
        tuple(
            GradientBoostingClassifier(
                n_estimators=shape.trees,
                max_depth=shape.depth,
                learning_rate=shape.rate,
                subsample=0.6,
                max_features=shape.features,
                min_samples_leaf=shape.smallest_leaf,
                random_state=seed,
            ).fit(matrix, truth)
            for seed in range(_SEEDS)
        )
    )


def learn_linear(
    rows: Sequence[Row], labels: Sequence[bool], sites: Sequence[str], *, path: Path
) -> np.ndarray:
    """Write a logistic regression of all rows; return held-out log-odds for each row."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    counts = Counter(name for row in rows for name in row)
    kept = [
        {name: row[name] for name in sorted(row) if counts[name] >= _FEWEST_WORDS} for row in rows
    ]
    vectorizer = DictVectorizer()
    matrix, truth = vectorizer.fit_transform(kept), np.array(labels)

    def fit(chosen: Any) -> Any:
        model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=5_000)
        return model.fit(matrix[chosen], truth[chosen])

    held_out = np.zeros(len(rows))
    for seen, unseen in GroupKFold(_FOLDS).split(matrix, truth, sites):
        held_out[unseen] = fit(seen).decision_function(matrix[unseen])
    model = fit(np.arange(len(rows)))
    names = vectorizer.get_feature_names_out()
    weights = {
        str(name): round(float(weight), 3)
        for name, weight in zip(names, model.coef_[0], strict=True)
        if abs(weight) >= _SMALLEST_WEIGHT
    }
    content = {"intercept": round(float(model.intercept_[0]), 3), "weights": weights}
    write_text(path, json.dumps(content, ensure_ascii=False, indent=0) + "\n")
    return held_out


def calibrate(held_out: np.ndarray, labels: Sequence[bool]) -> tuple[float, float]:
    """Return scale and shift that turn held-out log-odds into calibrated ones."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(held_out[:, None], np.array(labels))
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def calibrated(held_out: np.ndarray, scale: float, shift: float) -> np.ndarray:
    """Return probabilities of log-odds."""
    result: np.ndarray = 1.0 / (1.0 + np.exp(-(scale * held_out + shift)))
    return result


def write_model(
    learned: Learned, path: Path, *, scale: float, shift: float, threshold_stated: float
) -> None:
    """Write a model where ``nlp.trees`` reads it, atomically."""
    members = learned.model.members
    trees = [tree[0].tree_ for member in members for tree in member.estimators_]
    depth = max(tree.max_depth for tree in trees)
    rate = members[0].learning_rate / len(members)
    parts = [_complete(tree, depth, rate) for tree in trees]
    prior = float(members[0].init_.class_prior_[1])
    content = {
        "names": list(learned.names),
        "intercept": round(float(np.log(prior / (1 - prior))), _DIGITS),
        "scale": round(scale, _DIGITS),
        "shift": round(shift, _DIGITS),
        "threshold_stated": threshold_stated,
        "feature": [part[0] for part in parts],
        "threshold": [part[1] for part in parts],
        "value": [part[2] for part in parts],
    }
    write_text(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def _complete(tree: Any, depth: int, rate: float) -> tuple[list[int], list[float], list[float]]:
    """Return a tree as a complete one: below a leaf its value is repeated."""
    size = 2 ** (depth + 1) - 1
    feature, threshold, value = [0] * size, [0.0] * size, [0.0] * size

    def fill(node: int, place: int, level: int) -> None:
        value[place] = round(rate * float(tree.value[node][0, 0]), _DIGITS)
        if level == depth:
            return
        is_leaf = tree.children_left[node] == -1
        if not is_leaf:
            feature[place] = int(tree.feature[node])
            threshold[place] = round(float(tree.threshold[node]), _DIGITS)
        left, right = (
            (node, node) if is_leaf else (tree.children_left[node], tree.children_right[node])
        )
        fill(left, 2 * place + 1, level + 1)
        fill(right, 2 * place + 2, level + 1)

    fill(0, 0, 0)
    return feature, threshold, value
