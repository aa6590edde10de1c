"""Logistic regression over many features, read from a file; learned in ``nlp.boosting``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.trees import MODELS_FOLDER, model_content


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """Weights by feature name; what has no weight counts nothing."""

    intercept: float
    weights: Mapping[str, float]

    def log_odds(self, features: Mapping[str, float], words: Iterable[str]) -> float:
        """Return the log-odds of features with strengths and of words that are there."""
        weights = self.weights
        total = self.intercept
        total += sum(weights.get(name, 0.0) * strength for name, strength in features.items())
        known = sorted(word for word in words if word in weights)
        return total + sum(weights[word] for word in known)


@cache
def load_linear(name: str) -> LinearModel:
    """Return the project's own model of a name, read once; raises InputError."""
    return read_linear(MODELS_FOLDER / f"{name}.json")


def read_linear(path: Path) -> LinearModel:
    """Return the model of a file; raises InputError where it is missing or no such model."""
    with model_content(path) as content:
        return LinearModel(
            intercept=float(content["intercept"]),
            weights={str(name): float(value) for name, value in content["weights"].items()},
        )
