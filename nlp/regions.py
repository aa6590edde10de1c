"""Countries, German states and regions: the words for them and where a text names them."""

from __future__ import annotations

import re
from functools import cache, cached_property

from nlp.beginnings import TextSieve, WordSieve
from nlp.rulebook import regions, word_list
from partnernetz.places import Place, fold


@cache
def _region_of_word() -> dict[str, str]:
    return {fold(name): region.id for region in regions() for name in region.names}


def region_of(word: str) -> str | None:
    """Return the id of the region that a name means ("Sachsen-Anhalt", "Polen")."""
    return _region_of_word().get(fold(word))


@cache
def _regions_by_id() -> dict[str, tuple[str, str | None]]:
    return {region.id: (region.country, region.state) for region in regions()}


def country_of(region_id: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of the country in which a region lies."""
    return _regions_by_id()[region_id][0]


def lies_in(place: Place, region_id: str) -> bool:
    """Return whether a place lies in a region."""
    country, state = _regions_by_id()[region_id]
    if place.country != country:
        return False
    return state is None or state in (place.state, place.side)


class RegionView:
    """Countries and states that a text names, by position."""

    def __init__(self, text: str) -> None:
        self._found = [
            (start, end, _region_id(text[start:end]))
            for start, end, _ in _region_sieve().find(text)
        ]

    @cached_property
    def anywhere(self) -> frozenset[str]:
        """Return all regions named."""
        return frozenset(region for _, _, region in self._found)

    def between(self, start: int, end: int) -> frozenset[str]:
        """Return the regions named between two characters."""
        return frozenset(r for first, last, r in self._found if first >= start and last <= end)

    def is_part_of_region(self, start: int, end: int) -> bool:
        """Return whether the stretch lies within a longer name: Schleswig in Schleswig-Holstein."""
        return any(
            first <= start and last >= end and last - first > end - start
            for first, last, _ in self._found
        )

    def is_region(self, start: int, end: int) -> bool:
        """Return whether the stretch itself is the name of a region."""
        return any(first <= start and last >= end for first, last, _ in self._found)


@cache
def _region_sieve() -> WordSieve:
    codes = sorted(code for region in regions() for code in region.codes)
    names = sorted((n for r in regions() for n in r.names), key=len, reverse=True)
    stems = sorted((s for r in regions() for s in r.adjectives), key=len, reverse=True)
    pattern = (
        rf"(?:{'|'.join(map(re.escape, names))})s?(?!\w)"
        rf"|(?i:{'|'.join(map(re.escape, stems))})(?:e[nmrs]?)?(?!\w)"
        rf"|(?<=\()(?:{'|'.join(codes)})(?=\))"
    )
    return WordSieve([pattern], flags=[re.NOFLAG])


@cache
def _region_id(text: str) -> str:
    by_code = {code: region.id for region in regions() for code in region.codes}
    if text in by_code:
        return by_code[text]
    found = region_of(text) or region_of(text.removesuffix("s"))
    if found:
        return found
    lowered = text.lower()
    fitting = [
        (len(stem), region.id)
        for region in regions()
        for stem in region.adjectives
        if lowered.startswith(stem.lower())
    ]
    return max(fitting)[1]


@cache
def _division_sieve() -> TextSieve:
    words = [
        name for region in regions() if region.state in ("east", "west") for name in region.names
    ]
    words += sorted(word_list("division_words.txt"))
    return TextSieve(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})")


@cache
def european_countries() -> frozenset[str]:
    """Return the codes of the countries in Europe."""
    return frozenset(region.country for region in regions() if region.is_european)


def speaks_of_division(text: str) -> bool:
    """Return whether a text speaks of the divided country or its unification."""
    return _division_sieve().matches(text)
