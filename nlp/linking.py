"""Which place a name means: candidates from the gazetteer, ranked, with the reason for the choice.

Each candidate collects points: how well the name fits, how large the place is, the countries and
states that the text names nearby, whether it is the page's own town, on which side of the former
border a partner is to be expected, and as the last resort the number of inhabitants. The weights
are in ``rules/linking.toml``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from nlp.regions import european_countries, lies_in, region_of
from nlp.rulebook import read_rows
from partnernetz.places import Gazetteer, Place, PlaceName, fold

#: Letters with marks that no German name bears: Kraków is not Krakow am See.
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zäöüß]", re.IGNORECASE | re.UNICODE)
_TELLING_LETTERS = 6  # shorter words of districts' names are common ones


@cache
def weights() -> dict[str, float]:
    """Return the points of ``linking.toml`` by their id."""
    return {row["id"]: float(row["value"]) for row in read_rows("linking.toml", "weight")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a text tells about where its places lie.

    Each set holds region ids: ``adjacent`` those in a bracket or a phrase that belongs to the
    name, ``near`` those of the same sentence, ``anywhere`` those of the whole text. ``year`` is the
    year that the text speaks of, for former names, ``words`` are all its words, folded.
    """

    adjacent: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()
    host: Place | None = None
    speaks_of_division: bool = False
    year: int | None = None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that a name may mean, with its points and what they are for."""

    place: Place
    name: PlaceName
    points: float
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    points: float = 0.0
    reasons: list[str] = field(default_factory=list)

    def add(self, weight: str, reason: str, *, times: float = 1.0) -> None:
        self.points += weights()[weight] * times
        if reason:
            self.reasons.append(reason)


def rank(
    surface: str, names: Iterable[PlaceName], surroundings: Surroundings
) -> tuple[Candidate, ...]:
    """Return the candidates for a name as it stands in a text, best first."""
    best: dict[str, Candidate] = {}
    for name in names:
        candidate = _judge(surface, name, surroundings)
        other = best.get(name.place.id)
        if other is None or candidate.points > other.points:
            best[name.place.id] = candidate
    return tuple(sorted(best.values(), key=lambda c: (-c.points, c.place.id)))


def _judge(surface: str, name: PlaceName, surroundings: Surroundings) -> Candidate:
    place, tally = name.place, _Tally()
    tally.add(f"name-{name.kind}", f"{name.kind} name")
    if name.name.casefold() != surface.casefold():
        tally.add("spelling-differs", "")
    if place.country == "DE" and _FOREIGN_LETTER.search(surface):
        tally.add("foreign-letters", "")
    if name.kind == "former" and name.share < 1:
        tally.add("share-missing", f"{name.share:.0%} of its area", times=1 - name.share)
    if place.kind in ("borough", "district"):
        tally.add(f"kind-{place.kind}", "")
    population = math.log10((place.population or 300) + 1)
    is_german = place.country == "DE"
    tally.add("population-german" if is_german else "population-abroad", "", times=population)
    if is_german:
        tally.add("in-germany", "in Germany")
    elif place.country in european_countries():
        tally.add("in-europe", "")
    _judge_regions(tally, place, surroundings)
    _judge_host(tally, place, surroundings)
    if _names_district(place, surroundings.words):
        tally.add("district-named", f"{place.district} is named in the text")
    _judge_years(tally, name, surroundings.year)
    if place.population:
        tally.reasons.append(f"{place.population} inhabitants")
    return Candidate(
        place=place, name=name, points=round(tally.points, 3), reasons=tuple(tally.reasons)
    )


def _judge_regions(tally: _Tally, place: Place, surroundings: Surroundings) -> None:
    if surroundings.adjacent:
        fits = any(lies_in(place, region) for region in surroundings.adjacent)
        names = ", ".join(sorted(surroundings.adjacent))
        tally.add("region-adjacent" if fits else "region-contradicted", f"text says {names}")
        return
    for weight, found in (
        ("region-near", surroundings.near),
        ("region-anywhere", surroundings.anywhere),
    ):
        fitting = sorted(region for region in found if lies_in(place, region))
        if fitting:
            tally.add(weight, f"{fitting[0]} {weight.removeprefix('region-')} in the text")
            return


def _judge_host(tally: _Tally, place: Place, surroundings: Surroundings) -> None:
    host = surroundings.host
    if host is None:
        return
    if place.id == host.id:
        tally.add("is-host", "owner of the page")
    elif surroundings.speaks_of_division and {place.side, host.side} == {"east", "west"}:
        tally.add("other-side", "on the other side of the former border")


@lru_cache(maxsize=20_000)
def _district_words(district: str) -> frozenset[str]:
    """Return the words of a district's name that tell it from others."""
    return frozenset(word for word in fold(district).split() if len(word) >= _TELLING_LETTERS)


def _names_district(place: Place, words: frozenset[str]) -> bool:
    """Return whether a text names the district in which a place lies, and not just the place."""
    if place.district is None or place.kind != "municipality":
        return False
    telling = _district_words(place.district) - set(fold(place.name).split())
    return bool(telling & words)


def _judge_years(tally: _Tally, name: PlaceName, year: int | None) -> None:
    if year is None or (name.first_year is None and name.last_year is None):
        return
    if (name.first_year or 0) <= year <= (name.last_year or 9999):
        tally.add("name-in-its-years", f"so called in {year}")


def explain(name: str, *, gazetteer: Gazetteer, near: str | None = None) -> tuple[Candidate, ...]:
    """Return the candidates for a bare name, best first, as ``partnernetz place`` shows them.

    ``near`` is the name of a place or region that stands beside it: a region counts as named
    next to it, a place as the owner of the page, with the partnership across the former border
    where the two lie on different sides.
    """
    region = region_of(near) if near else None
    host: Place | None = None
    if near and region is None:
        found = rank(near, gazetteer.names(near), Surroundings())
        host = found[0].place if found else None
    surroundings = Surroundings(
        adjacent=frozenset({region}) if region else frozenset(),
        host=host,
        speaks_of_division=host is not None,
    )
    return rank(name, gazetteer.names(name), surroundings)
