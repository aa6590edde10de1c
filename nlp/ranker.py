"""How likely candidate pairs are partnerships: three models, one upon the other.

A linear model weighs the words around the names together with the features. Boosted trees judge
each pair by its features, the rules that hold for it, and what the linear model says. The last sees
what these say of the pair and of the others in the same list or sentence: entries of one list are
partners all or none. All are data (``nlp/rules/models``), learned by ``nlp.training``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.linear import load_linear
from nlp.pair_rules import PairRule, decide, fired
from nlp.pairing import CandidatePair
from nlp.trees import load_model

WORD_MODEL, PAIR_MODEL, GROUP_MODEL = "pair_words", "pairs", "pair_groups"

#: The feature that holds the log-odds of the linear model.
WORD_ODDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How likely a candidate is a partnership (0 to 1), and the rule that decides on it, if any."""

    probability: float
    rule: PairRule | None


def pair_features(
    candidate: CandidatePair, fitting: Sequence[PairRule] | None = None
) -> dict[str, float]:
    """Return the features of a candidate, with those of the rules that hold for it.

    ``fitting`` are these rules where they are known already.
    """
    rules = fired(candidate) if fitting is None else fitting
    return {**candidate.features, **{f"rule:{rule.id}": 1.0 for rule in rules}}


def rankings(candidates: Sequence[CandidatePair]) -> list[Ranking]:
    """Return the rankings of the candidates of one Document, in their order."""
    fitting = [fired(candidate) for candidate in candidates]
    words = load_linear(WORD_MODEL)
    rows = []
    for candidate, rules in zip(candidates, fitting, strict=True):
        features = pair_features(candidate, rules)
        rows.append({**features, WORD_ODDS: words.log_odds(features, candidate.words)})
    first = load_model(PAIR_MODEL).probabilities(rows)
    second = load_model(GROUP_MODEL).probabilities(group_features(candidates, first))
    deciding = [decide(rules) for rules in fitting]
    return [
        Ranking(probability=capped(probability, rule), rule=rule)
        for probability, rule in zip(second, deciding, strict=True)
    ]


def capped(probability: float, rule: PairRule | None) -> float:
    """Return a probability, no higher than the deciding rule allows where that forbids the pair.

    What is only planned or refused is rare in pages to learn from, and never a partnership.
    """
    if rule is None or rule.effect != "forbids":
        return probability
    return min(probability, rule.probability)


def stated_from() -> float:
    """Return the probability from which a pair counts as stated."""
    return load_model(GROUP_MODEL).threshold_stated


def group_features(
    candidates: Sequence[CandidatePair], first: Sequence[float]
) -> list[Mapping[str, float]]:
    """Return the features of the second model: what was said of a pair and of its siblings."""
    odds = [_log_odds(probability) for probability in first]
    members: dict[str, list[int]] = {}
    for number, candidate in enumerate(candidates):
        for group in candidate.groups:
            members.setdefault(group, []).append(number)
    best = max(odds, default=0.0)
    found: list[Mapping[str, float]] = []
    for number, candidate in enumerate(candidates):
        siblings = {other for group in candidate.groups for other in members[group]} - {number}
        features = {"own": odds[number], "best": best}
        if siblings:
            others = [odds[other] for other in siblings]
            features["has-siblings"] = 1.0
            features["siblings"] = math.log2(1 + len(others))
            features["siblings-mean"] = sum(others) / len(others)
            features["siblings-best"] = max(others)
            features["behind-siblings"] = odds[number] - max(others)
        found.append(features)
    return found


def _log_odds(probability: float) -> float:
    return math.log((probability + 1e-3) / (1.0 - probability + 1e-3))
