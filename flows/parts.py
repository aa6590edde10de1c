"""The parts of a run: one archive file each, extracted once for one version of the rules.

A part is ``<archive stem>.parquet`` and ``.claims.parquet`` with a ``.part.json`` that is written
last: where it is there, the part is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.building import claims_file
from flows.workers import Work, extract_all
from partnernetz.errors import Failure, InputError
from partnernetz.records import Claim, Evidence, Source
from partnernetz.storage import from_dict, to_dict, write_parquet, write_text
from scrapers.inputs import read_inputs

#: The packages whose code and rules decide what is extracted from an archive file.
_DECIDING = ("nlp", "scrapers/reading", "partnernetz")
_RULE_SUFFIXES = (".py", ".toml", ".json", ".jsonl", ".txt", ".csv")
_ARCHIVE_SUFFIXES = (".gz", ".warc", ".wacz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was extracted from one archive file; ``stamp`` says from which bytes by which rules."""

    archive_file: str
    stamp: str
    documents: int
    evidence: int
    claims: int
    failures: tuple[Failure, ...] = ()


def part_files(evidence_folder: Path, archive_file: str) -> tuple[Path, Path, Path]:
    """Return evidence, claims and description file of a part."""
    stem = archive_file
    while Path(stem).suffix.lower() in _ARCHIVE_SUFFIXES:
        stem = Path(stem).stem
    evidence = evidence_folder / f"{stem}.parquet"
    return evidence, claims_file(evidence), evidence_folder / f"{stem}.part.json"


def rules_hash(reference_folder: Path) -> str:
    """Return a hash of all code, rules and tables that decide what is extracted."""
    root = Path(__file__).resolve().parent.parent
    files = [
        path
        for folder in _DECIDING
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.suffix in _RULE_SUFFIXES
    ]
    tables = sorted(path for path in reference_folder.iterdir() if path.is_file())
    return _hash_of_files([*files, *tables])


def code_hash(package: str) -> str:
    """Return a hash of the code and data files of one package."""
    folder = Path(__file__).resolve().parent.parent / package
    files = sorted(folder.rglob("*"))
    kept = (path for path in files if path.is_file() and "__pycache__" not in path.parts)
    return _hash_of_files(kept)


def _hash_of_files(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\x1f{_digest(path)}\x1e".encode())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def part_stamp(
    archive_file: Path, *, rules: str, sources: Iterable[Source], minimum_score: float
) -> str:
    """Return the stamp of a part: the same bytes, rules and site owners give the same one."""
    owners = [
        (source.id, source.kind, source.place_id, source.hosts)
        for source in sorted(sources, key=lambda source: source.id)
    ]
    parts = (_digest(archive_file), rules, json.dumps(owners), str(minimum_score))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def read_part(evidence_folder: Path, archive_file: str) -> Part | None:
    """Return the part of an archive file, None where it is not there as a whole."""
    evidence, claims, description = part_files(evidence_folder, archive_file)
    if not (evidence.is_file() and claims.is_file()):
        return None
    try:
        return from_dict(Part, json.loads(description.read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError):
        return None


def extract_part(
    archive_file: Path, *, evidence_folder: Path, stamp: str, sources: Sequence[Source], work: Work
) -> Part:
    """Extract one archive file, write the part, and return what it holds."""
    evidence: list[Evidence] = []
    claims: list[Claim] = []
    failures: list[Failure] = []
    documents = 0
    for result in extract_all(read_inputs([archive_file], sources=sources), work):
        if isinstance(result, Failure):
            failures.append(result)
            continue
        extraction, failure = result
        documents += 1
        evidence.extend(extraction.evidence)
        claims.extend(extraction.claims)
        if failure:
            failures.append(failure)
    part = Part(
        archive_file=archive_file.name,
        stamp=stamp,
        documents=documents,
        evidence=len(evidence),
        claims=len(claims),
        failures=tuple(failures),
    )
    evidence_file, claims_path, description = part_files(evidence_folder, archive_file.name)
    description.unlink(missing_ok=True)  # the part is torn from here until it is written anew
    write_parquet(evidence_file, evidence, Evidence)
    write_parquet(claims_path, claims, Claim)
    write_text(description, json.dumps(to_dict(part), ensure_ascii=False, indent=1) + "\n")
    return part
