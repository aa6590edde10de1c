"""The place that owns a page, read from its address where nobody has told it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from nlp.linking import Surroundings, rank
from nlp.regions import region_of
from nlp.rulebook import word_list
from partnernetz.places import Gazetteer, Place, PlaceName

#: Fewer letters are abbreviations, fewer inhabitants a chance hit.
_SHORTEST_NAME = 4
_SMALLEST_OWNER = 300
_SHORTEST_IN_PATH = 5
_SMALLEST_IN_PATH = 5_000
_SPELLED_OUT = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"))


def host_from_address(url: str, gazetteer: Gazetteer) -> Place | None:
    """Return the German municipality whose name the host name of an address bears.

    ``www.bad-schwartau.de`` is Bad Schwartau's, ``fdp-halle.de`` Halle's. The longest stretch of
    the host name that is a place's name counts; names that are also regions or common words do not.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    labels = [label for label in host.split(".")[:-1] if label != "www"]
    words = [word for label in labels for word in label.split("-") if word]
    for width in range(len(words), 0, -1):
        for first in range(len(words) - width + 1):
            place = _place_of(" ".join(words[first : first + width]), gazetteer)
            if place is not None:
                return place
    return None


def places_in_path(url: str, gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the German towns that the path of an address names, in its order.

    An article's address often tells the town that its text leaves out
    ("/inhalt.kornwestheim-frischer-wind-fuer-partnerschaften"). Only towns from 5,000 inhabitants
    count, and no names that are common words as well.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ()
    words = [word for word in re.split(r"[^a-z0-9äöüß]+", path.casefold()) if word.isalpha()]
    found = {}
    for word in words:
        place = _place_of(word, gazetteer) if len(word) >= _SHORTEST_IN_PATH else None
        if place is not None and (place.population or 0) >= _SMALLEST_IN_PATH:
            found[place.id] = place
    return tuple(found.values())


def _place_of(name: str, gazetteer: Gazetteer) -> Place | None:
    if len(name) < _SHORTEST_NAME or region_of(name) or name in word_list("common_words.txt"):
        return None
    names = [n for spelling in _spellings(name) for n in gazetteer.names(spelling)]
    owners = [n for n in names if _may_own(n)]
    return rank(name, owners, Surroundings())[0].place if owners else None


def _spellings(name: str) -> list[str]:
    spelled = name
    for letters, letter in _SPELLED_OUT:
        spelled = spelled.replace(letters, letter)
    return list(dict.fromkeys((name, spelled)))


def _may_own(name: PlaceName) -> bool:
    return (
        name.place.kind == "municipality"
        and name.kind in ("official", "titled", "base", "variant")
        and (name.place.population or 0) >= _SMALLEST_OWNER
    )
