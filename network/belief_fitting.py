"""Learn from annotated documents how often texts err, by rule and by kind of source.

A score already says how likely an extraction is right. So what is learned for each rule and each
kind of source is a factor: the errors that were seen over the errors that the scores foretold. Few
cases say little, so each factor is drawn to 1, as in the mapping of disease rates (Clayton and
Kaldor 1987, Empirical Bayes Estimates of Age-Standardized Relative Risks for Use in Disease
Mapping, Biometrics 43:671-681, with a gamma prior of mean 1):
``(seen + strength) / (foretold + strength)``. The two strengths are those of a grid that foretell
best what is right on sites that were left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from network.belief import ErrorTable, Statement, believe

#: Not learned. A page can be wrong itself, which annotation of pages does not show: no text is held
#: surer than 98 %. Too few pairs are on two pages of one site to learn what is repeated.
LEAST, MOST, REPEATED = 0.02, 0.90, 0.5
STRENGTHS = (5.0, 10.0, 20.0, 50.0, 100.0, 500.0)
_FOLDS = 10
_MOST_ROUNDS = 20
_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The belief (0 to 1) in a pair, whether it is right, and the site that states it first."""

    belief: float
    is_right: bool
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedStatement:
    """That a document states a pair, by a model which never saw its site, and whether it does."""

    document: str
    site: str
    pair: tuple[str, str]
    rule: str
    kind: str
    score: float
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The learned table, how strongly its factors were drawn to 1, and what it learned from.

    ``believed`` has for each pair the belief of a table that never saw its sites, and whether any
    document states it.
    """

    errors: ErrorTable
    rule_strength: float
    kind_strength: float
    statements: int
    wrong: int
    believed: tuple[Believed, ...]


def fit(judged: Sequence[JudgedStatement]) -> Fitted:
    """Return what judged statements teach; the same ones in any order give the same figures."""
    ordered = sorted(judged, key=lambda item: (item.site, item.document, item.pair, item.rule))
    losses = {
        strengths: log_loss(held_out_beliefs(ordered, *strengths))
        for strengths in product(STRENGTHS, STRENGTHS)
    }
    rule_strength, kind_strength = min(losses, key=lambda key: (losses[key], key))
    return Fitted(
        errors=fit_errors(ordered, rule_strength, kind_strength),
        rule_strength=rule_strength,
        kind_strength=kind_strength,
        statements=len(ordered),
        wrong=sum(not item.is_right for item in ordered),
        believed=tuple(held_out_beliefs(ordered, rule_strength, kind_strength)),
    )


def fit_errors(
    judged: Sequence[JudgedStatement], rule_strength: float, kind_strength: float
) -> ErrorTable:
    """Return the factors that judged statements teach, in turns until they rest."""
    rule: dict[str, float] = {}
    kind: dict[str, float] = {}
    for _ in range(_MOST_ROUNDS):
        before = rule, kind
        rule = _factors(
            ((i.rule, 1 - i.score, kind.get(i.kind, 1.0), i.is_right) for i in judged),
            rule_strength,
        )
        kind = _factors(
            ((i.kind, 1 - i.score, rule.get(i.rule, 1.0), i.is_right) for i in judged),
            kind_strength,
        )
        if (rule, kind) == before:
            break
    return ErrorTable(least=LEAST, most=MOST, repeated=REPEATED, rule=rule, kind=kind)


def _factors(
    statements: Iterable[tuple[str, float, float, bool]], strength: float
) -> dict[str, float]:
    seen: dict[str, int] = defaultdict(int)
    foretold: dict[str, float] = defaultdict(float)
    for name, error, other, is_right in statements:
        seen[name] += not is_right
        foretold[name] += error * other
    return {
        name: round((seen[name] + strength) / (foretold[name] + strength), _DIGITS)
        for name in sorted(seen)
    }


def held_out_beliefs(
    judged: Sequence[JudgedStatement], rule_strength: float, kind_strength: float
) -> Iterator[Believed]:
    """Yield for each pair its belief, from factors that never saw the sites of its statements."""
    folds = {site: number % _FOLDS for number, site in enumerate(sorted({i.site for i in judged}))}
    tables = [
        fit_errors([i for i in judged if folds[i.site] != fold], rule_strength, kind_strength)
        for fold in range(_FOLDS)
    ]
    by_pair: dict[tuple[str, str], list[JudgedStatement]] = defaultdict(list)
    for item in judged:
        by_pair[item.pair].append(item)
    for pair in sorted(by_pair):
        items = by_pair[pair]
        numbers = {d: n for n, d in enumerate(sorted({item.document for item in items}))}
        statements = [
            Statement(
                text=numbers[item.document],
                source=item.site,
                error=tables[folds[item.site]].of_text(
                    score=item.score, rule=item.rule, kind=item.kind
                ),
            )
            for item in items
        ]
        yield Believed(
            belief=believe(statements, errors=tables[0]).value,
            is_right=any(item.is_right for item in items),
            site=items[0].site,
        )


def log_loss(believed: Iterable[Believed]) -> float:
    """Return the mean logarithmic loss of beliefs, in nats."""
    losses = [-math.log(b.belief if b.is_right else 1 - b.belief) for b in believed]
    return sum(losses) / max(1, len(losses))


def as_toml(fitted: Fitted) -> str:
    """Return the text of ``belief.toml``."""
    errors = fitted.errors
    parts = [
        "# How often texts err; read by network/belief.py, described in docs/belief.md.",
        "# Learned by `make train-belief` from data/annotated/held_out.csv: do not edit by hand.",
        f"# {fitted.statements} statements, {fitted.wrong} of them wrong; drawn to 1 with the "
        f"strengths {fitted.rule_strength:g} (rules) and {fitted.kind_strength:g} (kinds).",
        "",
        "# Bounds of the error of a text, and the share of errors that come back on other pages of",
        "# a source: by judgement.",
        *_section(
            "error", {"least": errors.least, "most": errors.most, "repeated": errors.repeated}
        ),
        "# Factor on one minus the score, by the rule of the extraction.",
        *_section("rule", errors.rule),
        "# Factor on one minus the score, by kind of source.",
        *_section("kind", errors.kind),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _section(name: str, values: Mapping[str, float]) -> list[str]:
    return [f"[{name}]", *(f'"{key}" = {value}' for key, value in values.items()), ""]
