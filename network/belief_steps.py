"""The belief in a partnership worked out step by step, from the rows of a release.

It repeats what assembly did (``network.merging``), text by text and source by source, so that a
reader sees what each source contributes, and so that two releases can be told apart in what they
were judged by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from network.belief import ErrorTable, noisy_or, source_error, source_key
from network.copies import text_numbers

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStep:
    """One text: the Evidence that errs least in it, and what all of it comes from.

    ``error`` is ``(1 - score) * rule_factor * kind_factor`` within the bounds of the table.
    ``documents`` hold the text, more than one where it was copied.
    """

    evidence_id: str
    evidence_ids: tuple[str, ...]
    documents: int
    score: float
    rule: str
    rule_factor: float
    kind_factor: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStep:
    """One independent source: how likely all its texts are wrong (0 to 1).

    ``belief_without`` is what the belief would be if the source were not there.
    """

    source: str
    source_kind: str
    texts: tuple[TextStep, ...]
    error: float
    belief_without: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BeliefAccount:
    """Belief as one minus the product of the errors of its sources, the surest source first."""

    sources: tuple[SourceStep, ...]
    belief: float


def account_for(
    evidence: Sequence[Row], documents: Mapping[str, Row], *, errors: ErrorTable
) -> BeliefAccount:
    """Return the belief that rows of Evidence on one partnership add up to, step by step.

    Rows that are not asserted are passed over. ``documents`` are the rows of the documents by id.
    """
    rows = [row for row in evidence if row["modality"] == "asserted"]
    by_source: dict[str, list[tuple[TextStep, str]]] = defaultdict(list)
    for copies in _texts(rows, documents):
        source, kind, step = _text_step(copies, documents, errors)
        by_source[source].append((step, kind))
    wrong = {
        source: source_error((step.error for step, _ in steps), errors=errors)
        for source, steps in by_source.items()
    }
    sources = [
        SourceStep(
            source=source,
            source_kind=steps[0][1],
            texts=tuple(sorted((s for s, _ in steps), key=lambda s: (s.error, s.evidence_id))),
            error=wrong[source],
            belief_without=noisy_or(error for other, error in wrong.items() if other != source),
        )
        for source, steps in by_source.items()
    ]
    sources.sort(key=lambda item: (item.error, item.source))
    return BeliefAccount(sources=tuple(sources), belief=noisy_or(wrong.values()))


def _texts(rows: Sequence[Row], documents: Mapping[str, Row]) -> Iterable[list[Row]]:
    """Yield the rows of each text, copies together."""
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(row["document_id"], len(numbers)) for row in rows]
    quotations = pa.chunked_array([[row["quotation"] for row in rows]], pa.string())
    texts: dict[int, list[Row]] = defaultdict(list)
    if rows:
        groups = _groups(numbers, documents)
        found = text_numbers(np.array(places), quotations, np.array([0]), groups=groups)
        for row, text in zip(rows, found.tolist(), strict=True):
            texts[text].append(row)
    return texts.values()


def _groups(numbers: Mapping[str, int], documents: Mapping[str, Row]) -> dict[int, int]:
    """Return the number of the group of each document that is known to be a copy."""
    known: dict[str, int] = {}
    return {
        number: known.setdefault(group, len(known))
        for key, number in numbers.items()
        if (group := documents[key].get("copy_group"))
    }


def _text_step(
    rows: Sequence[Row], documents: Mapping[str, Row], errors: ErrorTable
) -> tuple[str, str, TextStep]:
    judged = []
    for row in rows:
        document = documents[row["document_id"]]
        kind = document["source_kind"]
        error = errors.of_text(score=row["score"], rule=row["rule"], kind=kind)
        judged.append((error, source_of(document), row["evidence_id"], kind, row))
    error, source, _, kind, best = min(judged, key=lambda item: item[:3])
    step = TextStep(
        evidence_id=best["evidence_id"],
        evidence_ids=tuple(row["evidence_id"] for row in rows),
        documents=len({row["document_id"] for row in rows}),
        score=best["score"],
        rule=best["rule"].partition("/")[0],
        rule_factor=errors.factor(rule=best["rule"]),
        kind_factor=errors.factor(kind=kind),
        error=error,
    )
    return source, kind, step


def source_of(document: Row) -> str:
    """Return what the documents of one publisher have in common."""
    return source_key(
        url=document["url"] or "",
        source_id=document["source_id"] or "",
        document_id=document["document_id"],
        agency=document.get("agency") or "",
    )
