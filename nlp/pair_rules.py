"""Rules: patterns that state a pair, or rule it out. The ranker weighs them with all else.

A rule of ``rules/pair_rules.toml`` names features that must be seen at one spot (``spot``) or hold
for the whole Document (``whole``), and features that must not (``unless``, in either). Its
probability is how often such a spot states a partnership.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from nlp.pairing import CandidatePair
from nlp.rulebook import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRule:
    """A rule with the probability that it gives; ``effect`` tells whether it states or forbids."""

    id: str
    effect: Literal["states", "forbids"]
    probability: float
    spot: frozenset[str]
    whole: frozenset[str]
    unless: frozenset[str]
    note: str
    example: str

    def fits(self, features: frozenset[str], whole: frozenset[str]) -> bool:
        """Return whether the rule holds at a spot with these features."""
        return (
            self.spot <= features and self.whole <= whole and not self.unless & (features | whole)
        )


@cache
def pair_rules() -> tuple[PairRule, ...]:
    """Return the rules of ``pair_rules.toml``."""
    return tuple(
        PairRule(
            **{
                **row,
                **{key: frozenset(row.get(key, ())) for key in ("spot", "whole", "unless")},
            }
        )
        for row in read_rows("pair_rules.toml", "rule")
    )


def fired(candidate: CandidatePair) -> tuple[PairRule, ...]:
    """Return the rules that hold for a candidate at any spot."""
    whole, seen = candidate.whole, candidate.features.keys()
    spots = frozenset(sighting.features for sighting in candidate.sightings)
    return tuple(
        rule
        for rule in pair_rules()
        if rule.whole <= whole
        and rule.spot <= seen
        and whole.isdisjoint(rule.unless)
        and any(rule.fits(features, whole) for features in spots)
    )


def decide(fitting: Sequence[PairRule]) -> PairRule | None:
    """Return the one that decides of the rules that hold for a candidate, None where none holds.

    Of rules that state, the surest wins. A rule that forbids decides only where none states.
    """
    stating = [rule for rule in fitting if rule.effect == "states"]
    if stating:
        return max(stating, key=lambda rule: rule.probability)
    return min(fitting, key=lambda rule: rule.probability, default=None)
