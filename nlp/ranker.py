"""How likely a candidate pair is a partnership: a logistic regression over its features.

The weights are data (``nlp/rules/pair_weights.json``), learned by ``nlp.training`` from annotated
documents and read here without any library for learning. A feature that has no weight counts
nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from partnernetz.errors import InputError

WEIGHTS_FILE = Path(__file__).parent / "rules" / "pair_weights.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWeights:
    """Weights by feature name; ``threshold`` is the probability from which a pair is stated."""

    intercept: float
    threshold: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability (0 to 1) that a pair with these features are partners."""
        total = self.intercept + sum(
            self.weights.get(name, 0.0) * strength for name, strength in sorted(features.items())
        )
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))


def load_weights(path: Path) -> PairWeights:
    """Return the weights of a file; raises InputError where it is missing or no such table."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return PairWeights(
            intercept=float(content["intercept"]),
            threshold=float(content["threshold"]),
            weights={name: float(value) for name, value in content["weights"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"The weights {path} cannot be read: run `make train`.") from error


@cache
def default_weights() -> PairWeights:
    """Return the project's own weights, read once."""
    return load_weights(WEIGHTS_FILE)
