"""What changed between two releases, and the evidence that did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.release.reading import read_by_id, read_rows

#: Columns of partnerships whose change is told; counts follow from the evidence that is listed.
COMPARED = ("kind", "status", "start_date", "end_date", "topics", "belief")

Row = Mapping[str, Any]
EvidenceByPartnership = dict[str, dict[str, "StatedEvidence"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEvidence:
    """Evidence that is in one of the releases only."""

    evidence_id: str
    quotation: str
    url: str | None
    event: str
    date: str | None
    modality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A value of a partnership before and after."""

    column: str
    old: str | float | None
    new: str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipChange:
    """A partnership that differs, with the evidence that came and went."""

    partnership_id: str
    a_name: str
    b_name: str
    values: tuple[ValueChange, ...]
    evidence_added: tuple[StatedEvidence, ...]
    evidence_withdrawn: tuple[StatedEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Partnerships that are new, gone, or otherwise stated, each ordered by id."""

    added: tuple[PartnershipChange, ...]
    withdrawn: tuple[PartnershipChange, ...]
    changed: tuple[PartnershipChange, ...]


def compare_releases(old: Path, new: Path) -> Comparison:
    """Return what changed from one release to another; raises InputError for what is none.

    A partnership whose evidence merely grew or shrank counts as changed if its belief did.
    """
    before = read_by_id(old, "partnerships", "partnership_id")
    after = read_by_id(new, "partnerships", "partnership_id")
    evidence = _evidence(old), _evidence(new)

    def changes(ids: Iterable[str]) -> tuple[PartnershipChange, ...]:
        return tuple(_change(before.get(key), after.get(key), evidence) for key in sorted(ids))

    both = before.keys() & after.keys()
    return Comparison(
        added=changes(after.keys() - both),
        withdrawn=changes(before.keys() - both),
        changed=changes(key for key in both if _values(before[key], after[key])),
    )


def _change(
    before: Row | None,
    after: Row | None,
    evidence: tuple[EvidenceByPartnership, EvidenceByPartnership],
) -> PartnershipChange:
    row: Row = after or before or {}
    key = row["partnership_id"]
    old, new = (group.get(key, {}) for group in evidence)
    return PartnershipChange(
        partnership_id=key,
        a_name=row["a_name"],
        b_name=row["b_name"],
        values=_values(before or {}, after or {}),
        evidence_added=tuple(new[item] for item in sorted(new.keys() - old.keys())),
        evidence_withdrawn=tuple(old[item] for item in sorted(old.keys() - new.keys())),
    )


def _values(before: Row, after: Row) -> tuple[ValueChange, ...]:
    return tuple(
        ValueChange(column=column, old=before.get(column), new=after.get(column))
        for column in COMPARED
        if before.get(column) != after.get(column)
    )


def _evidence(release: Path) -> EvidenceByPartnership:
    urls = {row["document_id"]: row["url"] for row in read_rows(release, "documents")}
    found: EvidenceByPartnership = defaultdict(dict)
    for row in read_rows(release, "evidence"):
        if row["partnership_id"]:
            found[row["partnership_id"]][row["evidence_id"]] = StatedEvidence(
                evidence_id=row["evidence_id"],
                quotation=row["quotation"],
                url=urls[row["document_id"]],
                event=row["event"],
                date=row["event_date"],
                modality=row["modality"],
            )
    return found
