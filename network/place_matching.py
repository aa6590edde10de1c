"""Which places of a release, or of the gazetteer, a place of a reference list can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from network.reference_lists import ReferencePlace
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer, fold

Row = Mapping[str, Any]

#: Of several places of one name one is meant for sure if it has so many times the inhabitants of
#: each other: who means the small one says so.
DOMINANCE = 10


class PlaceMatcher:
    """Places by the key that a list gives, else by name, state, country and side."""

    def __init__(self, places: Iterable[Row], *, gazetteer: Gazetteer | None) -> None:
        self._rows = {row["place_id"]: row for row in places}
        self._gazetteer = gazetteer
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for place_id, row in self._rows.items():
            self._by_name[fold(row["name"])].append(place_id)
        self._found: dict[ReferencePlace, tuple[str, ...]] = {}

    def candidates(self, place: ReferencePlace) -> tuple[str, ...]:
        """Return the ids of the places that can be meant, none for a place that is not known.

        A key that is known settles it. A key that is not (of a municipality that was merged) does
        not; then the name is looked for.
        """
        if place not in self._found:
            self._found[place] = self._candidates(place)
        return self._found[place]

    def _candidates(self, place: ReferencePlace) -> tuple[str, ...]:
        if place.place_id is not None and self.view(place.place_id) is not None:
            return (place.place_id,)
        ids = list(self._by_name.get(fold(place.name), ()))
        if self._gazetteer is not None:
            ids += [entry.place.id for entry in self._gazetteer.names(place.name)]
        return tuple(key for key in dict.fromkeys(ids) if self._agrees(key, place))

    def _agrees(self, place_id: str, place: ReferencePlace) -> bool:
        row = self.view(place_id)
        if row is None:
            return False
        sides = {None, row["side"], *(("east", "west") if row["side"] == "berlin" else ())}
        return (
            (place.country in (None, row["country"]) or row["country"] is None)
            and (place.state in (None, row["state"]) or row["state"] is None)
            and (place.side in sides or row["side"] is None)
        )

    def settle(self, place: ReferencePlace) -> str | None:
        """Return the one id that is meant, None where that is not sure."""
        found = self.candidates(place)
        if len(found) < 2:
            return found[0] if found else None
        sizes = sorted(((self._population(key), key) for key in found), reverse=True)
        largest, second = sizes[0], sizes[1]
        return largest[1] if largest[0] > DOMINANCE * max(1, second[0]) else None

    def _population(self, place_id: str) -> int:
        row = self.view(place_id)
        return (row["population"] or 0) if row else 0

    def view(self, place_id: str) -> Row | None:
        """Return name, state, country, side and population of a place, None for one not known."""
        known = self._rows.get(place_id)
        if known is not None or self._gazetteer is None:
            return known
        try:
            place = self._gazetteer.place(place_id)
        except PlaceUnknownError:
            return None
        return {
            "place_id": place.id,
            "name": place.name,
            "state": place.state,
            "country": place.country or None,
            "side": place.side,
            "population": place.population,
        }
