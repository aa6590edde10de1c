"""What a release says of a town: its partners and when they were found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.release.reading import read_rows
from network.towns import GazetteerLoader, Towns

Row = Mapping[str, Any]

#: What the partnerships table is asked for; ``spells`` is missing in releases of older versions.
_COLUMNS = (
    "partnership_id a_id b_id kind status start_date start_year end_date end_year spells topics "
    "belief evidence_count source_count distance_km"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfEvent:
    """That something happened in a year."""

    year: int
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner of a town; dates are EDTF strings, ``belief`` is from 0 to 1.

    ``spells`` are the years in which the tie was active, as EDTF intervals joined by a semicolon,
    ``events`` what happened and when, by year.
    """

    place_id: str
    name: str
    state: str | None
    country: str | None
    partnership_id: str
    kind: str
    status: str
    start_date: str | None
    start_year: int | None
    end_date: str | None
    end_year: int | None
    spells: str | None
    events: tuple[YearOfEvent, ...]
    topics: tuple[str, ...]
    belief: float
    evidence_count: int
    source_count: int
    distance_km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundings:
    """How many of a town's partnerships began in a year."""

    year: int
    partnerships: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TownReport:
    """A town with its partners, the earliest first, undated ones last.

    ``foundings`` has the years in which any began, in order. ``left_out`` counts partnerships of
    less belief than was asked for.
    """

    place_id: str
    name: str
    state: str | None
    country: str | None
    side: str | None
    partners: tuple[Partner, ...]
    foundings: tuple[Foundings, ...]
    left_out: int


def partners_of(
    release: Path,
    town: str,
    *,
    minimum_belief: float = 0.0,
    gazetteer: GazetteerLoader | None = None,
) -> TownReport:
    """Return a town, given by name or id, with its partners in a release.

    Partnerships of less belief than ``minimum_belief`` are left out. With a gazetteer a town is
    found by its other names as well. Raises InputError for what is no release, PlaceUnknownError
    for a name that it does not have, UsageError for one that several of its places bear.
    """
    partnerships = read_rows(release, "partnerships", columns=_COLUMNS)
    towns = read_towns(release, partnerships, gazetteer=gazetteer)
    town_id = towns.resolve(town)
    ties = [row for row in partnerships if town_id in (row["a_id"], row["b_id"])]
    believed = [row for row in ties if row["belief"] >= minimum_belief]
    events = _events(release, {row["partnership_id"] for row in believed})
    partners = [
        _partner(
            row,
            towns[row["b_id"] if row["a_id"] == town_id else row["a_id"]],
            events[row["partnership_id"]],
        )
        for row in believed
    ]
    place = towns[town_id]
    begun = Counter(item.start_year for item in partners if item.start_year is not None)
    return TownReport(
        place_id=town_id,
        name=place["name"],
        state=place["state"],
        country=place["country"],
        side=place["side"],
        partners=tuple(sorted(partners, key=lambda item: (item.start_date or "~", item.name))),
        foundings=tuple(Foundings(year=year, partnerships=begun[year]) for year in sorted(begun)),
        left_out=len(ties) - len(believed),
    )


def read_towns(
    release: Path, partnerships: Iterable[Row], *, gazetteer: GazetteerLoader | None = None
) -> Towns:
    """Return the places of a release, by which names are found."""
    partners = {row[end] for row in partnerships for end in ("a_id", "b_id")}
    return Towns(read_rows(release, "places"), partners=partners, gazetteer=gazetteer)


def _events(release: Path, partnerships: set[str]) -> Mapping[str, tuple[YearOfEvent, ...]]:
    found: dict[str, tuple[YearOfEvent, ...]] = defaultdict(tuple)
    columns = ("partnership_id", "event", "event_year")
    for row in read_rows(release, "events", columns=columns):
        if row["partnership_id"] in partnerships and row["event_year"] is not None:
            happened = YearOfEvent(year=row["event_year"], event=row["event"])
            found[row["partnership_id"]] += (happened,)
    return found


def _partner(row: Row, place: Row, events: tuple[YearOfEvent, ...]) -> Partner:
    return Partner(
        place_id=place["place_id"],
        name=place["name"],
        state=place["state"],
        country=place["country"],
        partnership_id=row["partnership_id"],
        kind=row["kind"],
        status=row["status"],
        start_date=row["start_date"],
        start_year=row["start_year"],
        end_date=row["end_date"],
        end_year=row["end_year"],
        spells=row["spells"],
        events=events,
        topics=parts(row["topics"]),
        belief=row["belief"],
        evidence_count=row["evidence_count"],
        source_count=row["source_count"],
        distance_km=row["distance_km"],
    )


def parts(cell: str | None) -> tuple[str, ...]:
    """Return the values of a cell that holds several."""
    return tuple(cell.split(";")) if cell else ()
