"""Evidence files to a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from network.changelog import write_changes
from network.evidence_table import EvidenceTable, from_arrow, from_records, joined
from network.release import ReleaseSummary, publish
from partnernetz.errors import Failure, InputError
from partnernetz.places import Gazetteer
from partnernetz.records import Claim, Evidence
from partnernetz.storage import read_jsonl, read_parquet, read_table

Record = TypeVar("Record")

SUFFIXES = (".parquet", ".jsonl")
_CLAIMS = ".claims"


@dataclass(slots=True)
class Statements:
    """What evidence files hold, with what went wrong before and while they were read."""

    evidence: EvidenceTable = field(default_factory=lambda: from_records(()))
    claims: list[Claim] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def claims_file(evidence_file: Path) -> Path:
    """Return where the claims lie that were found with the evidence of a file.

    >>> claims_file(Path("a/b.parquet")).name
    'b.claims.parquet'
    """
    return evidence_file.with_suffix(f"{_CLAIMS}{evidence_file.suffix}")


def failures_file(evidence_file: Path) -> Path:
    """Return where the failures lie that an extraction noted beside its evidence."""
    return evidence_file.with_name(f"{evidence_file.name}.failures.jsonl")


def evidence_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the evidence files of paths, folders resolved in sorted order.

    Raises InputError where a path is missing, of no such kind, or a folder without any.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(entry for entry in path.rglob("*") if _is_evidence(entry))
            if not found:
                raise InputError(f"The folder {path} holds no evidence: run `partnernetz extract`.")
            files.extend(found)
        elif not path.exists():
            raise InputError(f"There is no file or folder {path}: check the path.")
        elif path.suffix not in SUFFIXES:
            raise InputError(f"{path} is no evidence file: give .parquet, .jsonl, or a folder.")
        else:
            files.append(path)
    return tuple(files)


def _is_evidence(path: Path) -> bool:
    inner = Path(path.stem).suffix
    return (
        path.is_file()
        and path.suffix in SUFFIXES
        and inner not in (_CLAIMS, ".failures")
        and not path.name.startswith((".", "failures."))
    )


def read_statements(files: Sequence[Path]) -> Statements:
    """Return what the files hold, claims and failures beside them included.

    A file that cannot be read becomes a Failure; raises InputError where none can.
    """
    found = Statements()
    tables: list[EvidenceTable] = []
    unreadable = [error for path in files if (error := _read_into(found, tables, path))]
    if len(unreadable) == len(files):
        raise InputError(unreadable[0].message)
    found.evidence = joined(tables)
    found.failures.extend(unreadable)
    return found


def _read_into(found: Statements, tables: list[EvidenceTable], path: Path) -> Failure | None:
    claims, failures = claims_file(path), failures_file(path)
    try:
        evidence = read_evidence(path)
        found.claims.extend(read_records(claims, Claim) if claims.is_file() else ())
        found.failures.extend(read_jsonl(failures, Failure) if failures.is_file() else ())
    except InputError as error:
        return Failure(
            stage="assemble", subject=path.name, slug="document_unreadable", message=str(error)
        )
    tables.append(evidence)
    return None


def read_evidence(path: Path) -> EvidenceTable:
    """Return the Evidence of a Parquet or JSON lines file; raises InputError naming it."""
    if path.suffix != ".parquet":
        return from_records(read_records(path, Evidence))
    try:
        return from_arrow(read_table(path))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def read_records(path: Path, kind: type[Record]) -> list[Record]:
    """Return the records of a Parquet or JSON lines file; raises InputError naming it."""
    try:
        if path.suffix == ".parquet":
            return read_parquet(path, kind)
        return list(read_jsonl(path, kind))
    except InputError as error:
        if str(path) in str(error):
            raise
        raise InputError(f"{path}: {error}") from error


def build_release(
    files: Sequence[Path],
    *,
    out: Path,
    gazetteer: Gazetteer,
    reference_folder: Path,
    failures: Iterable[Failure] = (),
    minimum_belief: float = 0.0,
    copies: Mapping[str, str] | None = None,
    previous: Path | None = None,
) -> tuple[ReleaseSummary, list[Failure]]:
    """Write the release of evidence files; return what it holds and what could not be used.

    ``failures`` are those that earlier stages noted; they are counted in the release. Partnerships
    of less belief than ``minimum_belief`` (0 to 1) are left out; ``copies`` has the group of each
    document that is known to be a copy, by its id. What changed since a ``previous`` release is
    told in the new one's ``CHANGES.md``.
    """
    found = read_statements(files)
    found.failures[:0] = failures
    unlogged: list[Failure] = []

    def log_changes(folder: Path) -> None:
        if previous is None:
            return
        try:
            write_changes(folder, previous=previous)
        except InputError as error:  # a torn release must not stop the one that replaces it
            unlogged.append(
                Failure(
                    stage="publish",
                    subject=previous.name,
                    slug="document_unreadable",
                    message=f"No change log was written: {error}",
                )
            )

    summary = publish(
        evidence=found.evidence,
        claims=found.claims,
        out=out,
        gazetteer=gazetteer,
        reference_folder=reference_folder,
        failures=found.failures,
        minimum_belief=minimum_belief,
        copies=copies,
        finish=log_changes,
    )
    return summary, [*found.failures, *unlogged]
