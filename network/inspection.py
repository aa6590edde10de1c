"""What a release says of a town or a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.release.reading import read_by_id, read_rows
from network.towns import Towns
from partnernetz.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner of a town; dates are EDTF strings, ``belief`` is from 0 to 1."""

    place_id: str
    name: str
    state: str | None
    country: str | None
    partnership_id: str
    kind: str
    status: str
    start_date: str | None
    end_date: str | None
    topics: tuple[str, ...]
    belief: float
    evidence_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TownReport:
    """A town with its partners, the earliest first, undated ones last."""

    place_id: str
    name: str
    state: str | None
    country: str | None
    partners: tuple[Partner, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A quotation and where it stands; ``modality`` is asserted, planned or denied."""

    evidence_id: str
    quotation: str
    event: str
    date: str | None
    modality: str
    topics: tuple[str, ...]
    score: float
    page: int | None
    url: str | None
    title: str | None
    source_kind: str
    published: str | None
    fetched_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """Something that happened, with the evidence that says so."""

    event: str
    date: str
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that a release says of a pair.

    ``partnership_id`` and what follows from it are None where nothing asserts a partnership, as
    with one that was only planned or denied.
    """

    a_id: str
    a_name: str
    b_id: str
    b_name: str
    partnership_id: str | None
    kind: str | None
    status: str | None
    status_date: str | None
    start_date: str | None
    start_reason: str | None
    start_alternatives: tuple[str, ...]
    end_date: str | None
    topics: tuple[str, ...]
    belief: float | None
    source_count: int | None
    distance_km: float | None
    events: tuple[EventReport, ...]
    quotations: tuple[Quotation, ...]


def partners_of(release: Path, town: str, *, minimum_belief: float = 0.0) -> TownReport:
    """Return a town, given by name or id, with its partners in a release.

    Partnerships of less belief than ``minimum_belief`` (0 to 1) are left out. Raises
    InputError for what is no release, PlaceUnknownError for a name that it does not have,
    UsageError for one that several of its places bear.
    """
    partnerships = read_rows(release, "partnerships")
    towns = read_towns(release, partnerships)
    town_id = towns.resolve(town)
    partners = [
        _partner(row, towns[row["b_id"] if row["a_id"] == town_id else row["a_id"]])
        for row in partnerships
        if town_id in (row["a_id"], row["b_id"]) and row["belief"] >= minimum_belief
    ]
    place = towns[town_id]
    return TownReport(
        place_id=town_id,
        name=place["name"],
        state=place["state"],
        country=place["country"],
        partners=tuple(sorted(partners, key=lambda item: (item.start_date or "~", item.name))),
    )


def dossier(release: Path, a: str, b: str) -> Dossier:
    """Return what a release says of the pair of two towns, given by name or id.

    A name that several places bear is settled by the other one, where only one of the pairs is in
    the release. Raises as ``partners_of``, and UsageError where nothing is said of the pair.
    """
    partnerships: dict[frozenset[str], Mapping[str, Any]] = {}
    for row in read_rows(release, "partnerships"):  # of several ties the closest comes first
        partnerships.setdefault(frozenset((row["a_id"], row["b_id"])), row)
    towns = read_towns(release, partnerships.values())
    evidence = read_rows(release, "evidence")
    stated = {frozenset((row["a_id"], row["b_id"])) for row in evidence}
    pair = _stated_pair(towns, a, b, stated)
    documents = read_by_id(release, "documents", "document_id")
    quotations = tuple(
        _quotation(row, documents[row["document_id"]])
        for row in evidence
        if {row["a_id"], row["b_id"]} == set(pair)
    )
    tie = partnerships.get(frozenset(pair))
    return _dossier(release, towns, pair, tie, quotations)


def read_towns(release: Path, partnerships: Any) -> Towns:
    """Return the places of a release, by which names are found."""
    partners = {row[end] for row in partnerships for end in ("a_id", "b_id")}
    return Towns(read_rows(release, "places"), partners=partners)


def _stated_pair(towns: Towns, a: str, b: str, stated: set[frozenset[str]]) -> tuple[str, str]:
    candidates = [(name, towns.candidates(name)) for name in (a, b)]
    for name, found in candidates:
        if not found:
            raise towns.unknown(name)
    (_, ones), (_, others) = candidates
    pairs = [(one, other) for one in ones for other in others if frozenset((one, other)) in stated]
    if len(pairs) == 1:
        return pairs[0]
    for name, found in candidates:
        if len(found) > 1 and pairs:
            raise towns.ambiguous(name, found)
    raise UsageError(f"The release says nothing of a partnership of {a} and {b}.")


def _dossier(
    release: Path,
    towns: Towns,
    pair: tuple[str, str],
    row: Mapping[str, Any] | None,
    quotations: tuple[Quotation, ...],
) -> Dossier:
    known: Mapping[str, Any] = row or {}
    return Dossier(
        a_id=pair[0],
        a_name=towns[pair[0]]["name"],
        b_id=pair[1],
        b_name=towns[pair[1]]["name"],
        partnership_id=known.get("partnership_id"),
        kind=known.get("kind"),
        status=known.get("status"),
        status_date=known.get("status_date"),
        start_date=known.get("start_date"),
        start_reason=known.get("start_reason"),
        start_alternatives=_parts(known.get("start_alternatives")),
        end_date=known.get("end_date"),
        topics=_parts(known.get("topics")),
        belief=known.get("belief"),
        source_count=known.get("source_count"),
        distance_km=known.get("distance_km"),
        events=_events(release, known.get("partnership_id")),
        quotations=quotations,
    )


def _events(release: Path, partnership_id: str | None) -> tuple[EventReport, ...]:
    return tuple(
        EventReport(
            event=row["event"], date=row["event_date"], evidence_ids=_parts(row["evidence_ids"])
        )
        for row in read_rows(release, "events")
        if row["partnership_id"] == partnership_id
    )


def _partner(row: Mapping[str, Any], place: Mapping[str, Any]) -> Partner:
    return Partner(
        place_id=place["place_id"],
        name=place["name"],
        state=place["state"],
        country=place["country"],
        partnership_id=row["partnership_id"],
        kind=row["kind"],
        status=row["status"],
        start_date=row["start_date"],
        end_date=row["end_date"],
        topics=_parts(row["topics"]),
        belief=row["belief"],
        evidence_count=row["evidence_count"],
    )


def _quotation(row: Mapping[str, Any], document: Mapping[str, Any]) -> Quotation:
    return Quotation(
        evidence_id=row["evidence_id"],
        quotation=row["quotation"],
        event=row["event"],
        date=row["event_date"],
        modality=row["modality"],
        topics=_parts(row["topics"]),
        score=row["score"],
        page=row["page_number"],
        url=document["url"],
        title=document["title"],
        source_kind=document["source_kind"],
        published=document["published_date"],
        fetched_at=document["fetched_at"],
    )


def _parts(cell: str | None) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()
