"""How sure it is that a partnership exists or existed: noisy-or over independent sources.

The idea is INDRA's (B. M. Gyori and others, "From word models to executable models of signaling
networks using automated assembly", Molecular Systems Biology 13:954, 2017,
doi:10.15252/msb.20177651): a source errs systematically, which repetition does not cure, or at
random, which it does. The partnership is wrong only if all its sources are. How often a text errs
is learned from annotated documents (``network.belief_fitting``).

A worked example, with the error of a town's own page 0.1 and that of a newspaper 0.2:

>>> noisy_or([source_error([0.1]), source_error([0.2])])  # 1 - 0.1 * 0.2
0.98

A second page of the town with error 0.1 as well: half of the first error is taken to come back.

>>> round(source_error([0.1, 0.1]), 6)  # 0.05 + 0.95 * (0.05 / 0.95) ** 2
0.052632
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

BELIEF_FILE = Path(__file__).with_name("belief.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """How often texts err.

    The error of a text is one minus its score, times the factors of its ``rule`` and of the
    ``kind`` of its source (1 where there is none), and lies between ``least`` and ``most``.
    ``repeated`` (0 to 1) is the share of the errors of one page that come back on others of its
    source.
    """

    least: float
    most: float
    repeated: float
    rule: Mapping[str, float]
    kind: Mapping[str, float]

    def of_text(self, *, score: float, rule: str, kind: str) -> float:
        """Return the probability that a text is wrong (0 to 1).

        ``rule`` is that of the Evidence; what stands behind a slash in it is its event.
        """
        error = (1 - score) * (self.factor(rule=rule) * self.factor(kind=kind))
        return min(max(error, self.least), self.most)

    def factor(self, *, rule: str | None = None, kind: str | None = None) -> float:
        """Return the factor of a rule or of a kind of source, 1 for one that was never seen."""
        if rule is not None:
            return self.rule.get(rule.partition("/")[0], 1.0)
        return self.kind.get(kind or "", 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Probability (0 to 1, six digits) and the number of independent sources that it rests on."""

    value: float
    source_count: int


class Statement(NamedTuple):
    """That one document states a pair: the number of the text that it is a copy of, its source and
    the probability that it is wrong."""

    text: int
    source: str
    error: float


@lru_cache(maxsize=1)
def default_errors() -> ErrorTable:
    """Return the table of ``belief.toml``."""
    values = tomllib.loads(BELIEF_FILE.read_text(encoding="utf-8"))
    return ErrorTable(**values["error"], rule=values["rule"], kind=values["kind"])


def source_error(text_errors: Iterable[float], *, errors: ErrorTable | None = None) -> float:
    """Return the probability that a source is wrong with all of its texts (0 to 1)."""
    wrong = sorted(text_errors)
    if len(wrong) == 1:
        return wrong[0]
    systematic = (errors or default_errors()).repeated * wrong[0]
    at_random = ((error - systematic) / (1 - systematic) for error in wrong)
    return systematic + (1 - systematic) * math.prod(at_random)


def noisy_or(source_errors: Iterable[float]) -> float:
    """Return one minus the product of the errors, rounded to six digits."""
    return round(1 - math.prod(sorted(source_errors)), 6)


def believe(statements: Iterable[Statement], *, errors: ErrorTable | None = None) -> Belief:
    """Return the belief in a pair that the asserted statements on it give.

    Copies count as one text, for the source that errs least with it; so do several statements of
    one document.
    """
    table = errors or default_errors()
    texts: dict[int, tuple[float, str]] = {}
    for text, source, error in statements:
        best = texts.get(text)
        if best is None or (error, source) < best:
            texts[text] = error, source
    sources: dict[str, list[float]] = defaultdict(list)
    for error, source in texts.values():
        sources[source].append(error)
    found = [source_error(wrong, errors=table) for wrong in sources.values()]
    return Belief(value=noisy_or(found), source_count=len(found))


def beliefs(
    tie: Integers, text: Integers, source: Integers, error: Reals, *, errors: ErrorTable
) -> list[Belief]:
    """Return what ``believe`` does for each of many ties.

    All arrays have an item for each statement: the number of its tie, from 0 and none left out, of
    its text and of its source, and the probability that it is wrong.
    """
    order = np.lexsort((source, error, text, tie))
    best = order[_changes(tie[order], text[order])]  # of each text, for whom it errs least
    best = best[np.lexsort((error[best], source[best], tie[best]))]
    tie, source, error = tie[best], source[best], error[best]
    starts = _changes(tie, source)
    counts = np.diff(starts, append=len(error))
    systematic = errors.repeated * error[starts]
    spread = np.repeat(systematic, counts)
    at_random = _products((error - spread) / (1 - spread), starts)
    wrong = np.where(counts == 1, error[starts], systematic + (1 - systematic) * at_random)
    tie = tie[starts]
    starts = _changes(tie)
    products = _products(wrong[np.lexsort((wrong, tie))], starts)
    return [
        Belief(value=round(1 - product, 6), source_count=count)
        for product, count in zip(
            products.tolist(), np.diff(starts, append=len(tie)).tolist(), strict=True
        )
    ]


def _changes(*columns: Integers) -> Integers:
    """Return where the values of ordered columns become others, the first row included."""
    is_new = np.zeros(len(columns[0]), dtype=np.bool_)
    for column in columns:
        is_new |= np.diff(column, prepend=-1) != 0
    return np.flatnonzero(is_new)


def _products(factors: Reals, starts: Integers) -> Reals:
    return np.multiply.reduceat(factors, starts) if len(starts) else factors


def source_key(*, url: str, source_id: str = "", document_id: str = "", agency: str = "") -> str:
    """Return what texts of one publisher have in common.

    That is the agency that wrote it, where one is named; else host and port of the address; without
    one (a file) the source's id, else the document's.
    """
    if agency:
        return f"agency:{agency.casefold()}"
    # what stands behind the third slash tells nothing of the host, and few hosts have many pages
    host = _host("/".join(url.split("/", 3)[:3]))
    return host or source_id or document_id


@lru_cache(maxsize=65_536)
def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.casefold().removeprefix("www.")
    except ValueError:  # a bracket that is no address
        return ""
