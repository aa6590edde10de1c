"""The compliance ledger: what was decided on every page, by which rule, on which legal basis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from partnernetz.errors import UsageError
from scrapers.visits import VISITS_FILE, Outcome, Visit, Visits

Decision = Outcome | Literal["purged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One decision on one address.

    ``decision`` is the outcome of the visit, or ``purged`` where its record was deleted since, on
    the day ``purged_on``; ``outcome`` is what it was before. ``rule`` names what decided (or, on
    pages that were kept, what speaks against others keeping them), ``reason`` says it. Dates are
    ISO 8601.
    """

    source_id: str
    url: str
    final_url: str
    at: str
    decision: Decision
    outcome: Outcome
    rule: str = ""
    reason: str = ""
    status: int | None = None
    legal_basis: str = ""
    retain_until: str = ""
    purged_on: str = ""
    archive_file: str = ""
    archive_record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCount:
    """How many addresses one decision fell on by one rule."""

    decision: Decision
    rule: str
    legal_basis: str
    count: int


def read_ledger(folder: Path, *, source_id: str | None = None) -> Iterator[LedgerEntry]:
    """Yield the decisions that an archive folder knows of, in the order in which they fell.

    Raises UsageError, before anything is read, where the folder knows of none.
    """
    if not (folder / VISITS_FILE).is_file():
        raise UsageError(f"{folder} holds no ledger ({VISITS_FILE}): name the folder of a crawl.")
    return _entries(folder, source_id=source_id)


def _entries(folder: Path, *, source_id: str | None) -> Iterator[LedgerEntry]:
    with Visits(folder) as visits:
        for visit in visits:
            if source_id is None or visit.source_id == source_id:
                yield entry_of(visit)


def entry_of(visit: Visit) -> LedgerEntry:
    """Return the entry of a visit."""
    return LedgerEntry(
        source_id=visit.source_id,
        url=visit.url,
        final_url=visit.final_url,
        at=visit.at,
        decision="purged" if visit.purged_on else visit.outcome,
        outcome=visit.outcome,
        rule=visit.rule or (visit.slug or ""),
        reason=visit.message or "",
        status=visit.status,
        legal_basis=visit.legal_basis or "",
        retain_until=visit.retain_until or "",
        purged_on=visit.purged_on or "",
        archive_file=visit.archive_file or "",
        archive_record=visit.archive_record or "",
    )


def count_decisions(entries: Iterable[LedgerEntry]) -> tuple[LedgerCount, ...]:
    """Return how often each decision fell by which rule, the commonest first."""
    counts = Counter((entry.decision, entry.rule, entry.legal_basis) for entry in entries)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        LedgerCount(decision=decision, rule=rule, legal_basis=basis, count=count)
        for (decision, rule, basis), count in ordered
    )
