"""Which place of a release a name means."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from partnernetz.errors import PlaceUnknownError, UsageError
from partnernetz.places import Gazetteer, fold, spell_out

#: Gives the gazetteer, which takes half a second to load, when a name is not found without it.
GazetteerLoader = Callable[[], Gazetteer]

_MOST_NAMED = 8


class Towns:
    """The places of a release by id and by name, as people type them.

    Names fold as in the gazetteer, umlauts may be spelled out ("Duesseldorf"). With a gazetteer the
    other names of a place find it as well: former, historical and foreign ones.
    """

    def __init__(
        self,
        places: Iterable[Mapping[str, Any]],
        *,
        partners: Iterable[str],
        gazetteer: GazetteerLoader | None = None,
    ) -> None:
        self._rows = {row["place_id"]: row for row in places}
        self._partners = frozenset(partners)
        self._gazetteer = gazetteer
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for place_id, row in self._rows.items():
            for key in dict.fromkeys((fold(row["name"]), fold(spell_out(row["name"])))):
                self._by_name[key].append(place_id)

    def __getitem__(self, place_id: str) -> Mapping[str, Any]:
        """Return the row of the places table."""
        return self._rows[place_id]

    def __contains__(self, place_id: str) -> bool:
        return place_id in self._rows

    def candidates(self, name: str) -> list[str]:
        """Return the ids that a name or id can mean.

        Those of that very name, else those whose name begins with it ("Frankfurt" for
        "Frankfurt (Oder)"), else those that bear or bore it by the gazetteer; places with partners
        go before places without.
        """
        if name in self._rows:
            return [name]
        key = fold(name)
        if not key:
            return []
        found = self._by_name.get(key) or self._longer(key) or self._other_names(name)
        with_partners = [place_id for place_id in found if place_id in self._partners]
        return sorted(set(with_partners or found))

    def _longer(self, key: str) -> list[str]:
        longer = (known for known in self._by_name if known.startswith(f"{key} "))
        return [place_id for known in longer for place_id in self._by_name[known]]

    def _other_names(self, name: str) -> list[str]:
        if self._gazetteer is None:
            return []
        entries = self._gazetteer().names(name)
        return [entry.place.id for entry in entries if entry.place.id in self._rows]

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
        """Return the error that no place of the release bears the name, with the nearest ones."""
        near = difflib.get_close_matches(fold(name), self._by_name, n=4)
        names = dict.fromkeys(self._rows[self._by_name[key][0]]["name"] for key in near)
        offered = " or ".join(f"'{known}'" for known in names)
        hint = f"did you mean {offered}?" if near else "check its spelling."
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
