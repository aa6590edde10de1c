"""A release against a reference list: found, missing, new, or with another year."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.inspection import read_towns
from network.release.reading import read_rows
from network.towns import Towns
from partnernetz.errors import InputError
from partnernetz.places import Gazetteer, fold

#: Columns of the two places, best first: the project's own form, then Wikidata's P190 table.
PLACE_COLUMNS = (("a", "b"), ("itemLabel", "partnerLabel"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePair:
    """A line of the reference list; ``year`` is None where it gives none."""

    a: str
    b: str
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A partnership of the release with its names and year, and the line of the list it meets."""

    partnership_id: str
    a_name: str
    b_name: str
    start_year: int | None
    reference: ReferencePair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """``conflicting`` are those found whose year differs; they are among ``found`` as well."""

    found: tuple[Match, ...]
    missing: tuple[ReferencePair, ...]
    new: tuple[Match, ...]
    conflicting: tuple[Match, ...]


def find_gaps(release: Path, reference: Path, *, gazetteer: Gazetteer | None = None) -> Gaps:
    """Return how a release and a reference list differ.

    Places meet by name, with a gazetteer also by the other names that a place bears. Raises
    InputError for what is no release or no such list.
    """
    partnerships = read_rows(release, "partnerships")
    by_pair = {frozenset((row["a_id"], row["b_id"])): row for row in partnerships}
    towns = read_towns(release, partnerships)
    found: dict[str, Match] = {}
    missing = []
    for pair in read_reference(reference):
        row = _partnership(pair, by_pair, towns, gazetteer)
        if row is None:
            missing.append(pair)
        else:
            match = _match(row, pair)
            known = found.get(match.partnership_id)
            if known is None or not _conflicts(match):
                found[match.partnership_id] = match
    return Gaps(
        found=tuple(found.values()),
        missing=tuple(missing),
        new=tuple(_match(row) for row in partnerships if row["partnership_id"] not in found),
        conflicting=tuple(match for match in found.values() if _conflicts(match)),
    )


def read_reference(path: Path) -> tuple[ReferencePair, ...]:
    """Return the pairs of a CSV or TSV file, each once whatever its direction, in its order.

    It has the columns a, b and maybe year, or itemLabel and partnerLabel (Wikidata P190). Raises
    InputError where it is missing, not UTF-8, or has other columns.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}: check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not readable as UTF-8: save it as UTF-8 first.") from error
    delimiter = next((mark for mark in "\t;" if lines and mark in lines[0]), ",")
    reader = csv.DictReader(lines, delimiter=delimiter)
    first, second = _place_columns(reader.fieldnames or (), path)
    pairs: dict[tuple[frozenset[str], int | None], ReferencePair] = {}
    for row in reader:
        a, b = (row[first] or "").strip(), (row[second] or "").strip()
        if a and b:
            pair = ReferencePair(a=a, b=b, year=_year(row.get("year")))
            pairs.setdefault((frozenset((fold(a), fold(b))), pair.year), pair)
    return tuple(pairs.values())


def _place_columns(names: Sequence[str], path: Path) -> tuple[str, str]:
    for columns in PLACE_COLUMNS:
        if set(columns) <= set(names):
            return columns
    raise InputError(
        f"{path} has no columns a and b (or itemLabel and partnerLabel): name them so in its first "
        "line."
    )


def _year(cell: str | None) -> int | None:
    """Return the year with which a cell begins ("1988", "1988-09-19")."""
    digits = (cell or "").strip()[:4]
    return int(digits) if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def _partnership(
    pair: ReferencePair,
    by_pair: Mapping[frozenset[str], Mapping[str, Any]],
    towns: Towns,
    gazetteer: Gazetteer | None,
) -> Mapping[str, Any] | None:
    ones, others = (_ids(name, towns, gazetteer) for name in (pair.a, pair.b))
    rows = (by_pair.get(frozenset((one, other))) for one in ones for other in others)
    return next((row for row in rows if row), None)


def _ids(name: str, towns: Towns, gazetteer: Gazetteer | None) -> list[str]:
    named = [entry.place.id for entry in gazetteer.names(name)] if gazetteer else []
    return list(dict.fromkeys([*towns.candidates(name), *named]))


def _match(row: Mapping[str, Any], reference: ReferencePair | None = None) -> Match:
    return Match(
        partnership_id=row["partnership_id"],
        a_name=row["a_name"],
        b_name=row["b_name"],
        start_year=row["start_year"],
        reference=reference,
    )


def _conflicts(match: Match) -> bool:
    stated = match.reference.year if match.reference else None
    return None not in (stated, match.start_year) and stated != match.start_year
