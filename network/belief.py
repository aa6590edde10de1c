"""How sure it is that a partnership exists or existed: noisy-or over independent sources.

The idea is INDRA's (B. M. Gyori and others, "From word models to executable models of signaling
networks using automated assembly", Molecular Systems Biology 13:954, 2017,
doi:10.15252/msb.20177651): a source errs systematically, which repetition does not cure, or at
random, which it does. The partnership is wrong only if all its sources are.

A worked example: a town's own page (systematic error 0.02) says so with score 0.9, a newspaper
(0.05) with score 0.8.

>>> own_page = source_error("municipality", [0.9])  # 0.02 + 0.98 * 0.1
>>> newspaper = source_error("press", [0.8])  # 0.05 + 0.95 * 0.2
>>> round(own_page, 3), round(newspaper, 3)
(0.118, 0.24)
>>> noisy_or([own_page, newspaper])  # 1 - 0.118 * 0.24
0.97168
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from partnernetz.records import DocumentReference, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """Probabilities of error: ``systematic`` by source kind, bounds of the ``random`` one."""

    systematic: Mapping[str, float]
    least_random: float
    most_random: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Probability (0 to 1, six digits) and the number of independent sources that it rests on."""

    value: float
    source_count: int


@lru_cache(maxsize=1)
def default_errors() -> ErrorTable:
    """Return the table of ``belief.toml``."""
    values = tomllib.loads(Path(__file__).with_name("belief.toml").read_text(encoding="utf-8"))
    return ErrorTable(
        systematic=values["systematic"],
        least_random=values["random"]["least"],
        most_random=values["random"]["most"],
    )


def source_error(kind: str, scores: Iterable[float], *, errors: ErrorTable | None = None) -> float:
    """Return the probability that a source is wrong with all of its texts (0 to 1).

    ``scores`` has one extraction score for each of its texts.
    """
    table = errors or default_errors()
    systematic = table.systematic.get(kind, table.systematic["unknown"])
    wrong = [min(max(1 - score, table.least_random), table.most_random) for score in scores]
    return systematic + (1 - systematic) * math.prod(sorted(wrong))


def noisy_or(source_errors: Iterable[float]) -> float:
    """Return one minus the product of the errors, rounded to six digits."""
    return round(1 - math.prod(sorted(source_errors)), 6)


def score_belief(evidence: Iterable[Evidence], *, errors: ErrorTable | None = None) -> Belief:
    """Return the belief that the asserted Evidence on one pair gives.

    The same text at several addresses is one text; it counts for the source that errs least.
    """
    table = errors or default_errors()
    texts: dict[str, list[Evidence]] = defaultdict(list)
    for item in evidence:
        texts[text_key(item)].append(item)
    scores: dict[str, list[float]] = defaultdict(list)
    kinds: dict[str, list[str]] = defaultdict(list)
    for copies in texts.values():
        best = min(copies, key=lambda item: _reliability(item, table))
        source = source_key(best.document)
        scores[source].append(max(item.score for item in copies))
        kinds[source].append(best.document.source_kind)
    found = [
        min(source_error(kind, scores[source], errors=table) for kind in kinds[source])
        for source in scores
    ]
    return Belief(value=noisy_or(found), source_count=len(found))


def text_key(evidence: Evidence) -> str:
    """Return what copies of a text have in common: the quotation but for case and white space."""
    return " ".join(evidence.quotation.casefold().split())


def source_key(document: DocumentReference) -> str:
    """Return what pages of one publisher have in common: host and port of the address.

    Without an address (a file) it is the source's id, else the document's.
    """
    host = urlsplit(document.url).netloc.casefold().removeprefix("www.")
    return host or document.source_id or document.id


def _reliability(item: Evidence, table: ErrorTable) -> tuple[float, str]:
    systematic = table.systematic.get(item.document.source_kind, table.systematic["unknown"])
    return systematic, source_key(item.document)
