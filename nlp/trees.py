"""Boosted regression trees (Friedman 2001), read from a file and evaluated with NumPy alone.

The trees are learned by scikit-learn in ``nlp.training``; reading needs no library for learning.
A feature that the model does not know counts nothing, one that is not seen is 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlp.rulebook import RULES_FOLDER
from partnernetz.errors import InputError

MODELS_FOLDER = RULES_FOLDER / "models"


@dataclass(frozen=True, kw_only=True)
class BoostedTrees:
    """A model: what it yields, from rows of named features, is a calibrated probability.

    The arrays have a row for each tree and a column for each node of a complete binary tree:
    ``feature`` is a column of ``names``, ``threshold`` sends larger values to the right,
    ``value`` is what a leaf adds to the log-odds. ``scale`` and ``shift`` calibrate (Platt 1999).
    ``threshold_stated`` is the probability from which something counts as stated.
    """

    names: tuple[str, ...]
    intercept: float
    feature: np.ndarray
    threshold: np.ndarray
    value: np.ndarray
    scale: float
    shift: float
    threshold_stated: float

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {name: column for column, name in enumerate(self.names)}

    def probabilities(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        """Return the probability (0 to 1) of each row of features."""
        if not rows:
            return []
        matrix = np.zeros((len(rows), len(self.names)))
        columns = self._columns
        for number, row in enumerate(rows):
            for name, strength in row.items():
                column = columns.get(name)
                if column is not None:
                    matrix[number, column] = strength
        odds = self.scale * self._log_odds(matrix) + self.shift
        return [float(p) for p in 1.0 / (1.0 + np.exp(-np.clip(odds, -60.0, 60.0)))]

    def _log_odds(self, matrix: np.ndarray) -> Any:
        """Return the sum of the leaves that each row reaches, level by level in all trees."""
        features, thresholds = self.feature.ravel(), self.threshold.ravel()
        strengths = matrix.ravel()
        rows = (np.arange(len(matrix)) * matrix.shape[1])[:, None]
        roots = (np.arange(len(self.feature)) * self.feature.shape[1])[None, :]
        node = np.zeros((len(matrix), len(self.feature)), dtype=np.intp)
        depth = int(self.value.shape[1] + 1).bit_length() - 2
        for _ in range(depth):
            place = roots + node
            is_larger = strengths.take(rows + features.take(place)) > thresholds.take(place)
            node = 2 * node + 1 + is_larger
        return self.intercept + self.value.ravel().take(roots + node).sum(axis=1)


@cache
def load_model(name: str) -> BoostedTrees:
    """Return the project's own model of a name, read once; raises InputError."""
    return read_model(MODELS_FOLDER / f"{name}.json")


def read_model(path: Path) -> BoostedTrees:
    """Return the model of a file; raises InputError where it is missing or no such model."""
    with model_content(path) as content:
        names = tuple(str(name) for name in content["names"])
        model = BoostedTrees(
            names=names,
            intercept=float(content["intercept"]),
            feature=np.array(content["feature"], dtype=np.int64),
            threshold=np.array(content["threshold"], dtype=float),
            value=np.array(content["value"], dtype=float),
            scale=float(content["scale"]),
            shift=float(content["shift"]),
            threshold_stated=float(content["threshold_stated"]),
        )
        if model.feature.shape != model.value.shape or model.feature.max() >= len(names):
            raise ValueError("the arrays do not fit together")
    return model


@contextmanager
def model_content(path: Path) -> Iterator[Any]:
    """Yield what a model's file holds.

    What goes wrong while it is read, or with what it yields, is raised as InputError.
    """
    try:
        yield json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"The model {path} cannot be read: run `make train`.") from error
