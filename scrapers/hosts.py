"""The place that owns a site, from the name that a data set gives for it."""

from __future__ import annotations

from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer, PlaceName, unlisted_id

_CURRENT_KINDS = frozenset(["official", "titled", "base", "variant"])


def host_place_id(host: str | None, *, gazetteer: Gazetteer | None) -> str | None:
    """Return the place id of a host given as id or name, None where none is given.

    A unit that the gazetteer lacks ("Samtgemeinde Land Hadeln") has an id of its name.

    Of several places of that name the one that officially bears it to the letter is preferred,
    then German ones, then the one with the most inhabitants. Without a gazetteer only ids count.
    """
    if not host:
        return None
    is_id = host.startswith(("ags:", "geonames:"))
    if gazetteer is None:
        return host if is_id else None
    if is_id:
        try:
            return gazetteer.place(host).id
        except PlaceUnknownError:
            return None
    meanings = gazetteer.names(host)
    if not meanings:
        return unlisted_id(host, country="DE")
    return max(meanings, key=lambda meaning: _rank(meaning, host)).place.id


def _rank(meaning: PlaceName, host: str) -> tuple[bool, bool, bool, int, str]:
    return (
        meaning.kind == "official" and meaning.name == host,
        meaning.kind in _CURRENT_KINDS,
        meaning.place.country == "DE",
        meaning.place.population or 0,
        meaning.place.id,
    )
