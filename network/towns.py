"""Which place of a release a name means."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from partnernetz.errors import PlaceUnknownError, UsageError
from partnernetz.places import fold

_MOST_NAMED = 8


class Towns:
    """The places of a release by id and by name; names fold as in the gazetteer."""

    def __init__(self, places: Iterable[Mapping[str, Any]], *, partners: Iterable[str]) -> None:
        self._rows = {row["place_id"]: row for row in places}
        self._partners = frozenset(partners)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for place_id, row in self._rows.items():
            self._by_name[fold(row["name"])].append(place_id)

    def __getitem__(self, place_id: str) -> Mapping[str, Any]:
        """Return the row of the places table."""
        return self._rows[place_id]

    def candidates(self, name: str) -> list[str]:
        """Return the ids that a name or id can mean.

        Those of that very name, else those whose name begins with it ("Frankfurt" for
        "Frankfurt (Oder)"); places with partners go before places without.
        """
        if name in self._rows:
            return [name]
        key = fold(name)
        found = self._by_name.get(key) if key else None
        if key and not found:
            longer = (known for known in self._by_name if known.startswith(f"{key} "))
            found = [place_id for known in longer for place_id in self._by_name[known]]
        with_partners = [place_id for place_id in found or () if place_id in self._partners]
        return sorted(with_partners or found or ())

    def resolve(self, name: str) -> str:
        """Return the one id that a name means.

        Raises PlaceUnknownError for a name that no place bears, UsageError where several do.
        """
        found = self.candidates(name)
        if len(found) > 1:
            raise self.ambiguous(name, found)
        if not found:
            raise self.unknown(name)
        return found[0]

    def unknown(self, name: str) -> PlaceUnknownError:
        """Return the error that no place of the release bears the name."""
        near = difflib.get_close_matches(fold(name), self._by_name, n=3)
        names = " or ".join(f"'{self._rows[self._by_name[key][0]]['name']}'" for key in near)
        hint = f"did you mean {names}?" if near else "check its spelling."
        return PlaceUnknownError(f"The release has no place called '{name}': {hint}")

    def ambiguous(self, name: str, found: Iterable[str]) -> UsageError:
        """Return the error that several places of the release bear the name."""
        described = [self.describe(place_id) for place_id in found]
        shown = ", ".join(described[:_MOST_NAMED]) + (", ..." if described[_MOST_NAMED:] else "")
        return UsageError(f"'{name}' can be {shown}: give the full name or the id.")

    def describe(self, place_id: str) -> str:
        """Return name, state or country, and id of a place, for messages."""
        row = self._rows[place_id]
        where = row["state"] or row["country"]
        return f"{row['name']} ({where}, {place_id})" if where else f"{row['name']} ({place_id})"
