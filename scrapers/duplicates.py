"""Pages of an archive that say nearly the same: agency copies, print views, repeated releases.

Their readable texts are compared by MinHash over runs of words (A. Broder, "On the resemblance and
containment of documents", 1997, https://doi.org/10.1109/SEQUEN.1997.666900) with the library
datasketch: unlike a SimHash of 64 bits it estimates how much two texts share, which tells a copy
cut by a quarter from another page of the same site. Nothing is deleted: copies are grouped, and a
group has the id of its first document, so that whoever counts sources can count a group once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnernetz.errors import InputError
from partnernetz.identifiers import stable_id
from partnernetz.storage import read_jsonl, write_jsonl
from scrapers.archive import scan_records
from scrapers.archive_index import archive_path, cover_files
from scrapers.reading import UnreadableError, read_document
from scrapers.visits import Visit, Visits

if TYPE_CHECKING:
    from datasketch import MinHash

DUPLICATES_FILE = "duplicates.jsonl"
#: Share of common runs from which two texts are copies (Broder's r). On 541 pages and notes of at
#: least SHORTEST_TEXT words no two different ones share 0.48, all copies cut by a quarter share at
#: least 0.56, print views 0.55, 98 % of copies with 3 % of their words changed 0.55.
THRESHOLD = 0.5
#: Words of a run, and the fewest of a text: less cannot tell a copy from a coincidence.
RUN = 5
SHORTEST_TEXT = 30
#: Hash functions: the standard error of an estimate of 0.5 is 0.044.
_PERMUTATIONS = 128
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A document of a group, as a Document's reference names it."""

    document_id: str
    url: str
    source_id: str
    fetched_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroup:
    """Documents that say nearly the same, by time of fetching; ``id`` is that of the first."""

    id: str
    copies: tuple[Copy, ...]


def find_duplicates(archive: Path) -> tuple[CopyGroup, ...]:
    """Return the groups of copies in an archive folder; also written as ``duplicates.jsonl``.

    Only texts that are new since the last call are read. Raises InputError where the folder is
    missing.
    """
    if not archive.is_dir():
        raise InputError(f"There is no archive folder {archive}: check the path.")
    with Visits(archive) as visits:
        cover_files(archive, visits)
        _add_fingerprints(archive, visits)
        groups = group_copies(visits.with_fingerprint())
    write_jsonl(archive / DUPLICATES_FILE, groups)
    return groups


def read_groups(path: Path) -> tuple[CopyGroup, ...]:
    """Return the groups that a ``duplicates.jsonl`` lists; raises InputError where it is none."""
    return tuple(read_jsonl(path, CopyGroup))


def groups_by_document(groups: Iterable[CopyGroup]) -> dict[str, str]:
    """Return the id of the group of each document that is in one, by the document's id."""
    return {copy.document_id: group.id for group in groups for copy in group.copies}


def fingerprint_of(text: str) -> str:
    """Return the fingerprint of a text in hexadecimal digits, empty where it is too short."""
    from datasketch import MinHash

    words = _WORD.findall(text.casefold())
    if len(words) < SHORTEST_TEXT:
        return ""
    runs = {" ".join(words[i : i + RUN]).encode() for i in range(len(words) - RUN + 1)}
    sketch = MinHash(num_perm=_PERMUTATIONS, scheme="affine32")
    sketch.update_batch(runs)
    return str(sketch.hashvalues.astype("<u4").tobytes().hex())


def resemblance(first: str, second: str) -> float:
    """Return the estimated share of runs that two texts have in common, from fingerprints."""
    return float(_sketch(first).jaccard(_sketch(second)))


def group_copies(visits: Iterable[Visit]) -> tuple[CopyGroup, ...]:
    """Return the groups among visits that have a fingerprint.

    Who is a copy of a copy belongs to the group of both.
    """
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS)
    copies: dict[str, Copy] = {}
    fingerprints: dict[str, str] = {}
    leaders: dict[str, str] = {}
    for visit in visits:
        copy = _copy(visit)
        if copy.document_id in copies:
            continue
        sketch = _sketch(visit.fingerprint or "")
        copies[copy.document_id], leaders[copy.document_id] = copy, copy.document_id
        fingerprints[copy.document_id] = visit.fingerprint or ""
        for other in index.query(sketch):
            if sketch.jaccard(_sketch(fingerprints[other])) >= THRESHOLD:
                leaders[_leader(leaders, other)] = _leader(leaders, copy.document_id)
        index.insert(copy.document_id, sketch, check_duplication=False)
    return _groups(copies, leaders)


def _leader(leaders: dict[str, str], name: str) -> str:
    while leaders[name] != name:
        leaders[name] = leaders[leaders[name]]
        name = leaders[name]
    return name


def _groups(copies: dict[str, Copy], leaders: dict[str, str]) -> tuple[CopyGroup, ...]:
    members: dict[str, list[Copy]] = {}
    for name, copy in copies.items():
        members.setdefault(_leader(leaders, name), []).append(copy)
    groups = []
    for group in members.values():
        if len(group) > 1:
            ordered = sorted(group, key=lambda copy: (copy.fetched_at, copy.document_id))
            groups.append(CopyGroup(id=ordered[0].document_id, copies=tuple(ordered)))
    return tuple(sorted(groups, key=lambda group: group.id))


def _copy(visit: Visit) -> Copy:
    return Copy(
        document_id=stable_id("document", visit.final_url, visit.digest),
        url=visit.final_url,
        source_id=visit.source_id,
        fetched_at=visit.at,
    )


def _sketch(fingerprint: str) -> MinHash:
    import numpy as np
    from datasketch import MinHash

    values: Any = np.frombuffer(bytes.fromhex(fingerprint), dtype="<u4")
    return MinHash(num_perm=_PERMUTATIONS, scheme="affine32", hashvalues=values)


def _add_fingerprints(archive: Path, visits: Visits) -> None:
    """Read the texts that have no fingerprint yet, file by file."""
    for visit in visits.first_without_fingerprint():
        path = archive_path(archive, visit)
        if path is None or visit.archive_file is None:
            continue
        with visits.together():
            for offset, fingerprint in _fingerprints(path, start=visit.archive_offset or 0):
                visits.set_fingerprint(visit.archive_file, offset=offset, fingerprint=fingerprint)


def _fingerprints(path: Path, *, start: int) -> Iterator[tuple[int, str]]:
    with suppress(UnreadableError):
        for stored, body in scan_records(path, start=start):
            fingerprint = ""
            with suppress(UnreadableError):
                fingerprint = fingerprint_of(read_document(stored.page, body).text)
            yield stored.offset, fingerprint
