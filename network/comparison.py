"""What changed between two releases, and the evidence that did it.

A partnership can change for three reasons, which are told apart: its evidence changed; the figures
by which belief is worked out changed (``network/belief.toml``); or the same evidence is judged
otherwise by the code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from network.belief import ErrorTable
from network.belief_steps import account_for
from network.dossier import errors_of
from network.evidence_changes import (
    EvidenceChanges,
    Met,
    RestatedEvidence,
    StatedEvidence,
    ValueBeforeAfter,
    evidence_changes,
)
from network.release.reading import read_rows, read_summary, read_table

Row = Mapping[str, Any]
Cause = Literal["evidence", "parameters", "evidence and parameters", "method"]

#: Columns of partnerships whose change is told; counts follow from the evidence that is listed.
COMPARED = ("kind", "status", "start_date", "end_date", "topics", "belief", "history")
_COLUMNS = ("partnership_id", "a_id", "b_id", "a_name", "b_name", *COMPARED)
#: Evidence that came or went speaks for a value of a column if it says it itself.
_SPEAKS: Mapping[str, Callable[[StatedEvidence, set[str]], bool]] = {
    "kind": lambda item, values: item.kind in values,
    "status": lambda item, values: item.status in values or item.event in ("end", "dormancy"),
    "start_date": lambda item, values: item.date in values,
    "end_date": lambda item, values: item.date in values,
    "topics": lambda item, values: not values.isdisjoint(item.topics),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A value of a partnership before and after, and what did it.

    ``evidence_ids`` are those of changed evidence that speaks for the old or the new value. Where
    both evidence and figures changed, ``by_parameters`` is the belief that the old evidence would
    have had with the new figures.
    """

    column: str
    old: str | float | None
    new: str | float | None
    cause: Cause
    evidence_ids: tuple[str, ...] = ()
    by_parameters: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipChange:
    """A partnership that differs, with the evidence that came, went or was restated.

    ``old_id`` is its former id where that changed; of a withdrawn one ``went_to`` has the ids of
    the partnerships that its evidence speaks of now.
    """

    partnership_id: str
    a_name: str
    b_name: str
    values: tuple[ValueChange, ...]
    evidence_added: tuple[StatedEvidence, ...]
    evidence_withdrawn: tuple[StatedEvidence, ...]
    evidence_restated: tuple[RestatedEvidence, ...]
    old_id: str | None = None
    went_to: tuple[str, ...] = ()

    @property
    def is_belief_alone(self) -> bool:
        """Return whether only the belief changed, and no evidence with it."""
        columns = [value.column for value in self.values]
        return columns == ["belief"] and self.values[0].cause in ("parameters", "method")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange:
    """A place that bears another name, or whose evidence is of another place now."""

    old_id: str
    old_name: str
    new_id: str
    new_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMark:
    """By which a release is known: when its data were created, and how much it holds."""

    created: str | None
    version: str | None
    partnerships: int
    evidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Partnerships that are new, gone, under another id, or otherwise stated, ordered by name.

    ``parameters`` are the figures of belief that changed, None where one of the releases does not
    tell them.
    """

    old: ReleaseMark
    new: ReleaseMark
    parameters: tuple[ValueBeforeAfter, ...] | None
    places: tuple[PlaceChange, ...]
    added: tuple[PartnershipChange, ...]
    withdrawn: tuple[PartnershipChange, ...]
    renamed: tuple[PartnershipChange, ...]
    changed: tuple[PartnershipChange, ...]

    @property
    def rejudged(self) -> tuple[PartnershipChange, ...]:
        """Return those of ``changed`` whose belief alone changed, by figures or method."""
        return tuple(change for change in self.changed if change.is_belief_alone)

    @property
    def altered(self) -> tuple[PartnershipChange, ...]:
        """Return the others of ``changed``."""
        return tuple(change for change in self.changed if not change.is_belief_alone)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing changed that is told."""
        lists = (self.places, self.added, self.withdrawn, self.renamed, self.changed)
        return not any(lists) and not self.parameters


def compare_releases(old: Path, new: Path) -> Comparison:
    """Return what changed from one release to another; raises InputError for what is none.

    A partnership whose evidence merely grew or shrank counts as changed if its belief did.
    """
    before, after = _partnerships(old), _partnerships(new)
    evidence = evidence_changes(old, new)
    summaries = read_summary(old), read_summary(new)
    errors = errors_of(summaries[0]), errors_of(summaries[1])
    new_ids = _other_ids(before, after, evidence.moved)
    former = {key: other for other, key in new_ids.items()}
    pairs = {key: former.get(key, key) for key in after if former.get(key, key) in before}
    differing = [key for key, other in pairs.items() if _differs(before[other], after[key])]
    make = _ChangeMaker(before, after, evidence, errors)
    make.work_out(old, [(pairs[key], key) for key in differing])
    gone = before.keys() - pairs.values()
    return Comparison(
        old=_mark(summaries[0], old, before),
        new=_mark(summaries[1], new, after),
        parameters=_parameters(*errors),
        places=_places(old, new, evidence.moved),
        added=_ordered(make.change(None, key) for key in after.keys() - pairs.keys()),
        withdrawn=_ordered(make.change(key, None) for key in gone),
        renamed=_ordered(make.change(other, key) for other, key in new_ids.items()),
        changed=_ordered(make.change(pairs[key], key) for key in differing if key not in former),
    )


def _partnerships(release: Path) -> dict[str, Row]:
    rows = read_rows(release, "partnerships", columns=_COLUMNS)
    return {row["partnership_id"]: row for row in rows}


def _mark(summary: Row, release: Path, partnerships: Mapping[str, Row]) -> ReleaseMark:
    return ReleaseMark(
        created=summary.get("created"),
        version=summary.get("version"),
        partnerships=len(partnerships),
        evidence=read_table(release, "evidence", columns=("evidence_id",)).num_rows,
    )


def _ordered(changes: Iterable[PartnershipChange]) -> tuple[PartnershipChange, ...]:
    return tuple(sorted(changes, key=lambda c: (c.a_name, c.b_name, c.partnership_id)))


def _differs(before: Row, after: Row) -> bool:
    return any(before[name] != after[name] for name in COMPARED)


def _other_ids(
    before: Mapping[str, Row], after: Mapping[str, Row], moved: Iterable[Met]
) -> dict[str, str]:
    """Return the new ids of partnerships whose id changed, by the old ones.

    It is the same partnership if its evidence speaks now of one that was not there before and that
    shares a place with it; of several the one that most of the evidence went to.
    """
    support: Counter[tuple[str, str]] = Counter()
    for met in moved:
        old, new = met.old_partnership_id, met.new_partnership_id
        if old in before and new in after and old not in after and new not in before:
            support[str(old), str(new)] += 1
    found: dict[str, str] = {}
    for (old, new), _ in sorted(support.items(), key=lambda item: (-item[1], item[0])):
        if old not in found and new not in found.values():
            found[old] = new
    return found


class _ChangeMaker:
    """Makes the record of a change from the rows before and after and the evidence between."""

    def __init__(
        self,
        before: Mapping[str, Row],
        after: Mapping[str, Row],
        evidence: EvidenceChanges,
        errors: tuple[ErrorTable | None, ErrorTable | None],
    ) -> None:
        self._before, self._after, self._errors = before, after, errors
        self._added: dict[str | None, list[StatedEvidence]] = defaultdict(list)
        self._withdrawn: dict[str | None, list[StatedEvidence]] = defaultdict(list)
        self._restated: dict[str | None, list[RestatedEvidence]] = defaultdict(list)
        self._went_to: dict[str | None, set[str]] = defaultdict(set)
        self._by_parameters: dict[str, float] = {}
        for item in evidence.added:
            self._added[item.partnership_id].append(item)
        for item in evidence.withdrawn:
            self._withdrawn[item.partnership_id].append(item)
        for restated in evidence.restated:
            for key in {restated.old_partnership_id, restated.evidence.partnership_id}:
                self._restated[key].append(restated)
        for met in evidence.moved:
            if met.new_partnership_id is not None:
                self._went_to[met.old_partnership_id].add(met.new_partnership_id)

    def work_out(self, old: Path, pairs: Sequence[tuple[str, str]]) -> None:
        """Work out what the old evidence of partnerships would be believed with the new figures."""
        one, other = self._errors
        if other is None or one is None or one == other or not pairs:
            return
        documents = {row["document_id"]: row for row in read_rows(old, "documents")}
        table = read_table(old, "evidence")
        wanted = pc.is_in(table["partnership_id"], value_set=pa.array([key for key, _ in pairs]))
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in table.filter(wanted).to_pylist():
            rows[row["partnership_id"]].append(row)
        for key, found in rows.items():
            self._by_parameters[key] = account_for(found, documents, errors=other).belief

    def change(self, old: str | None, new: str | None) -> PartnershipChange:
        """Return the change of a partnership; one of the ids is None where it comes or goes."""
        before, after = self._before.get(old or "", {}), self._after.get(new or "", {})
        row = after or before
        added = tuple(self._added[new]) if new else ()
        withdrawn = tuple(self._withdrawn[old]) if old else ()
        restated = [*(self._restated[old] if old else ()), *(self._restated[new] if new else ())]
        unique = {item.evidence.evidence_id: item for item in restated}
        stated = [*added, *withdrawn, *(item.evidence for item in unique.values())]
        return PartnershipChange(
            partnership_id=row["partnership_id"],
            a_name=row["a_name"],
            b_name=row["b_name"],
            values=tuple(
                self._value(name, old, before.get(name), after.get(name), stated)
                for name in COMPARED
                if before.get(name) != after.get(name)
            ),
            evidence_added=added,
            evidence_withdrawn=withdrawn,
            evidence_restated=tuple(unique.values()),
            old_id=old if old and new and old != new else None,
            went_to=tuple(sorted(self._went_to[old])) if old and not new else (),
        )

    def _value(
        self,
        column: str,
        old: str | None,
        before: Any,
        after: Any,
        stated: Sequence[StatedEvidence],
    ) -> ValueChange:
        cause: Cause = "evidence" if stated else "method"
        by_parameters = None
        if column == "belief" and old in self._by_parameters and after is not None:
            alone = self._by_parameters[old]
            if stated:
                cause, by_parameters = "evidence and parameters", alone
            elif abs(alone - after) < 1e-6:
                cause = "parameters"
        return ValueChange(
            column=column,
            old=before,
            new=after,
            cause=cause,
            evidence_ids=_speaking(column, before, after, stated),
            by_parameters=by_parameters,
        )


def _speaking(
    column: str, before: Any, after: Any, stated: Sequence[StatedEvidence]
) -> tuple[str, ...]:
    """Return the ids of the changed evidence that says the old or the new value, else of all."""
    values = {part for cell in (before, after) if isinstance(cell, str) for part in cell.split(";")}
    if column == "topics":
        values = set((before or "").split(";")) ^ set((after or "").split(";"))
    says = _SPEAKS.get(column)
    found = [item.evidence_id for item in stated if says is None or says(item, values)]
    return tuple(found or [item.evidence_id for item in stated])


def _parameters(
    old: ErrorTable | None, new: ErrorTable | None
) -> tuple[ValueBeforeAfter, ...] | None:
    if old is None or new is None:
        return None
    one, other = _flat(asdict(old)), _flat(asdict(new))
    return tuple(
        ValueBeforeAfter(column=name, old=one.get(name), new=other.get(name))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    )


def _flat(table: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            found |= {f"{name} {key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found


def _places(old: Path, new: Path, moved: Iterable[Met]) -> tuple[PlaceChange, ...]:
    before, after = _names(old), _names(new)
    changes = {(key, key) for key in before.keys() & after.keys() if before[key] != after[key]}
    for met in moved:
        gone, come = set(met.old_ends) - set(met.new_ends), set(met.new_ends) - set(met.old_ends)
        # a place that is still there was not replaced: a sentence was read anew
        if len(gone) == len(come) == 1 and not gone & after.keys():
            changes.add((gone.pop(), come.pop()))
    found = [
        PlaceChange(
            old_id=one,
            old_name=before.get(one, one),
            new_id=other,
            new_name=after.get(other, other),
        )
        for one, other in sorted(changes)
    ]
    return tuple(found)


def _names(release: Path) -> dict[str, str]:
    rows = read_rows(release, "places", columns=("place_id", "name"))
    return {row["place_id"]: row["name"] for row in rows}


def describe_rejudged(changes: Sequence[PartnershipChange]) -> str:
    """Return in one sentence how beliefs changed that only figures or method changed.

    Raises ValueError for no changes.
    """
    steps = [
        float(change.values[0].new or 0) - float(change.values[0].old or 0) for change in changes
    ]
    causes = " or ".join(sorted({change.values[0].cause for change in changes}))
    return (
        f"The belief of {len(changes):,} with the same evidence changed ({causes}), by "
        f"{min(steps):+.4f} to {max(steps):+.4f}."
    )
