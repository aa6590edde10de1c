"""What the gazetteer makes of a name, shown."""

from __future__ import annotations

from flows.console import show_json, show_table
from nlp.linking import Candidate, explain
from nlp.regions import region_of
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer


def show_candidates(name: str, *, near: str | None, gazetteer: Gazetteer, as_json: bool) -> None:
    """Write the candidates for a name, best first; raises PlaceUnknownError where there is none."""
    for given in (name, near):
        if given is not None and given not in gazetteer and region_of(given) is None:
            raise PlaceUnknownError(
                f"The gazetteer has no place called '{given}': check its spelling."
            )
    candidates = explain(name, gazetteer=gazetteer, near=near)
    if not candidates:
        raise PlaceUnknownError(f"'{name}' is a region, no place: name a municipality or district.")
    if as_json:
        show_json([_plain(candidate) for candidate in candidates])
        return
    columns = ("name", "id", "where", "inhabitants", "points", "reasons")
    show_table(columns, [_row(candidate) for candidate in candidates])


def _row(candidate: Candidate) -> tuple[object, ...]:
    place = candidate.place
    where = f"{place.state} ({place.country})" if place.state else place.country
    reasons = ", ".join(r for r in candidate.reasons if not r.endswith(" inhabitants"))
    return (place.name, place.id, where, place.population, candidate.points, reasons)


def _plain(candidate: Candidate) -> dict[str, object]:
    place = candidate.place
    return {
        "id": place.id,
        "name": place.name,
        "matched_name": candidate.name.name,
        "kind": place.kind,
        "state": place.state,
        "country": place.country,
        "population": place.population,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "points": candidate.points,
        "reasons": list(candidate.reasons),
    }
