"""Which sightings mean a place, and which: the words around a name decide."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

from spacy.tokens import Doc

from nlp.components.entities import FoundEntity
from nlp.components.sentences import sentence_bounds
from nlp.linking import Candidate, Surroundings, rank, weights
from nlp.regions import RegionView, lies_in, speaks_of_division
from nlp.rulebook import place_context_rules, regions, word_list
from nlp.sightings import Form, Sighting
from partnernetz.places import Place, fold

_CONTEXT_CHARACTERS = 40
_LARGE_TOWN = 30_000  # inhabitants
_REGION_BEHIND = re.compile(
    r"\s*(?:\((?P<b>[^()\n]{1,50})\)|/\s?(?P<s>[\w-]+)"
    r"|,?\s+in\s+(?:der\s+|den\s+|dem\s+)?(?P<i>[\w-]+)|,\s+(?P<c>[A-ZÄÖÜ][\w-]+))"
)
_REGION_BEFORE = re.compile(
    r"([a-zäöüß-]+(?:sch|er)e[nrms]?\s+(?:\w+\s+)?|\bin\s+(?:der\s+|den\s+)?[\w-]+\s+)$"
)
_TODAY = re.compile(r"\s*\(?,?\s*(?:heute|jetzt|inzwischen|nun)\s+(?:\w+\s+){0,4}")
_JOINED_BEFORE = re.compile(r"(\w+)[-–]$")
_JOINED_BEHIND = re.compile(r"-[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    """A linked name: ``surface`` as it stands in the text, ``points`` of the best candidate.

    ``is_region_told`` where the text tells right there in which country or state it lies.
    """

    start: int
    end: int
    surface: str
    form: Form
    place: Place
    points: float
    reason: str
    is_region_told: bool = False


@dataclass(frozen=True, kw_only=True)
class PlaceJudge:
    """Judges the sightings of one Doc; ``text`` is the Doc's, ``host`` owns the page.

    ``entities`` are those of a user's own pipeline, if there is one.
    """

    doc: Doc
    text: str
    host: Place | None
    regions: RegionView
    entities: Sequence[FoundEntity] = ()

    def judge(self, sightings: Sequence[Sighting]) -> list[tuple[Sighting, PlaceMention]]:
        """Return the sightings that mean a place with what each was linked to, in text order."""
        kept = self._without_persons(sightings)
        ends = frozenset(s.end for s in kept)
        counts = Counter(name.place.id for s in kept for name in s.names[:3])
        judged = [
            (s, None if self._continues_compound(s, ends) else self._mention(s, counts))
            for s in kept
        ]
        found = [(s, mention) for s, mention in judged if mention is not None]
        found = _one_sense(_by_brackets(self.text, _without_districts(self.text, found)))
        return [(s, self._present_borough(mention, found)) for s, mention in found]

    def _present_borough(
        self, mention: PlaceMention, found: Sequence[tuple[Sighting, PlaceMention]]
    ) -> PlaceMention:
        """Return a former borough as the present one that has its name, where the text has that.

        "Marzahn" is Marzahn-Hellersdorf on that borough's page: it inherited the treaties.
        """
        if mention.place.kind != "borough":
            return mention
        others = [m.place for _, m in found if m.place.kind == "borough"]
        others += [self.host] if self.host is not None and self.host.kind == "borough" else []
        name = mention.place.name.removeprefix("Berlin-")
        for other in others:
            if other.id != mention.place.id and name in other.name.removeprefix("Berlin-"):
                reason = f"part of today's {other.name}"
                return replace(mention, place=other, reason=reason)
        return mention

    @cached_property
    def _speaks_of_division(self) -> bool:
        return speaks_of_division(self.text)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(fold(self.text).split())

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for _, start, _ in sentence_bounds(self.doc)]

    def _sentence_around(self, offset: int) -> tuple[int, int]:
        """Return where the sentence around a character begins and ends."""
        starts = self._sentence_starts
        number = bisect_right(starts, offset)
        end = starts[number] if number < len(starts) else len(self.text)
        return starts[max(0, number - 1)], end

    def _without_persons(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        """Return the sightings but those of words that the text uses as surnames elsewhere.

        "Eberhard Langer" makes every other "Langer" a person, not somebody from Langen.
        """
        surnames = {s.surface for s in sightings if self._follows_given_name(s)}
        return [s for s in sightings if s.surface not in surnames or s.last > s.first]

    def _mention(self, sighting: Sighting, counts: Counter[str]) -> PlaceMention | None:
        """Return the linked mention, or None where the words mean no place."""
        if self.regions.is_part_of_region(sighting.start, sighting.end):
            return None
        adjacent = self._adjacent_regions(sighting)
        near = self.regions.between(*self._sentence_around(sighting.start))
        candidates = rank(
            sighting.surface if sighting.form == "name" else sighting.names[0].name,
            sighting.names,
            Surroundings(
                adjacent=adjacent,
                near=near,
                anywhere=self.regions.anywhere,
                host=self.host,
                speaks_of_division=self._speaks_of_division,
                words=self._words,
            ),
        )
        best = candidates[0]
        points = best.points + self._context_points(sighting, best, near=near, adjacent=adjacent)
        points += weights()["repeated"] * math.log2(max(1, counts[best.place.id]))
        if points < weights()["mention-threshold"]:
            return None
        others = len(candidates) - 1
        reason = "; ".join(
            (*best.reasons, f"{others} other candidates" if others else "only candidate")
        )
        return PlaceMention(
            start=sighting.start,
            end=sighting.end,
            surface=sighting.surface,
            form=sighting.form,
            place=best.place,
            points=round(points, 2),
            reason=reason,
            is_region_told=any(lies_in(best.place, region) for region in adjacent),
        )

    def _continues_compound(self, sighting: Sighting, ends: frozenset[int]) -> bool:
        """Return whether a hyphen ties the name to a word before it that is no place.

        ``ends`` are those of all names. "Talsperre-Dresden-Express" has the town in its middle.
        """
        before = self.text[max(0, sighting.start - 30) : sighting.start]
        found = _JOINED_BEFORE.search(before)
        if found is None:
            return False
        word = found.group(1)
        if not word[0].isupper() or word.casefold() in word_list("common_words.txt"):
            return True
        is_name = sighting.start - 1 in ends
        return not is_name and _JOINED_BEHIND.match(self.text, sighting.end) is not None

    def _adjacent_regions(self, sighting: Sighting) -> frozenset[str]:
        """Return the regions in a bracket, after a slash or in a phrase right by the name."""
        found = _REGION_BEHIND.match(self.text, sighting.end, sighting.end + 60)
        if found is not None:
            inside = self.regions.between(found.start(), found.end())
            if inside:
                return inside
        before_start = max(0, sighting.start - 45)
        found = _REGION_BEFORE.search(self.text[before_start : sighting.start])
        if found is not None:
            return self.regions.between(before_start + found.start(), sighting.start)
        return frozenset()

    def _context_points(
        self,
        sighting: Sighting,
        best: Candidate,
        *,
        near: Iterable[str],
        adjacent: Iterable[str],
    ) -> float:
        points = 0.0
        before = self.text[max(0, sighting.start - _CONTEXT_CHARACTERS) : sighting.start]
        after = self.text[sighting.end : sighting.end + _CONTEXT_CHARACTERS]
        is_common = _is_common(sighting)
        is_region = self.regions.is_region(sighting.start, sighting.end)
        for rule in place_context_rules():
            if rule.effect == "strong" and rule.side == "after":
                continue  # judged by the regions in the bracket
            if rule.effect == "common" and not is_common:
                continue
            if rule.effect == "region" and not is_region:
                continue
            found = (
                rule.pattern.search(before) if rule.side == "before" else rule.pattern.match(after)
            )
            if found:
                points += weights()[f"context-{rule.effect}"]
        if is_common:
            points += weights()["common-word"]
            if (best.place.population or 0) < _LARGE_TOWN:
                points += weights()["common-small"]
        if sighting.surface.casefold() in word_list("function_words.txt"):
            points += weights()["function-word"]
        if self._follows_given_name(sighting):
            points += weights()["context-person"]
        if is_region:
            points += weights()["is-region-word"]
        for entity in self.entities:
            if entity.start < sighting.end and sighting.start < entity.end:
                points += weights()[f"entity-{entity.reading}"]
        if (
            best.place.country != "DE"
            and not list(adjacent)
            and not names_country(near, best.place)
        ):
            points += weights()["abroad-unannounced"]
        return points

    def _follows_given_name(self, sighting: Sighting) -> bool:
        if sighting.first == 0:
            return False
        before = self.doc[sighting.first - 1]
        if before.text == "-" and sighting.first > 1:
            before = self.doc[sighting.first - 2]
        return before.text.casefold() in word_list("given_names.txt")


def _without_districts(
    text: str, found: Sequence[tuple[Sighting, PlaceMention]]
) -> list[tuple[Sighting, PlaceMention]]:
    """Return the mentions but districts in brackets that only tell where the town before lies."""
    told = {
        mention.start
        for (_, town), (_, mention) in pairwise(found)
        if mention.place.kind == "district"
        and mention.place.district == town.place.district is not None
        and text[town.end : mention.start].strip() == "("
        and text[mention.end : mention.end + 1] == ")"
    }
    return [(s, mention) for s, mention in found if mention.start not in told]


def _by_brackets(
    text: str, found: Sequence[tuple[Sighting, PlaceMention]]
) -> list[tuple[Sighting, PlaceMention]]:
    """Return the mentions with those read by a bracket that tells today's name.

    "Leubnitz (heute Rosenbach/Vogtl.)" is the one that Rosenbach took up, all through the text.
    """
    told: dict[str, Place] = {}
    for (sighting, mention), (_, following) in pairwise(found):
        ids = {name.place.id for name in sighting.names}
        between = text[mention.end : following.start]
        if following.place.id in ids and _TODAY.fullmatch(between):
            told[mention.surface] = following.place
    return [
        (s, replace(m, place=told[m.surface], reason="today's name stands in brackets"))
        if m.surface in told
        else (s, m)
        for s, m in found
    ]


def _one_sense(
    found: Sequence[tuple[Sighting, PlaceMention]],
) -> list[tuple[Sighting, PlaceMention]]:
    """Return the mentions with bare names read as the full name that the same text has.

    "Dillingen" is Dillingen/Saar where the text has that too (one sense per discourse, Gale et al.
    1992). The fuller name is the one that fewer places bear.
    """
    full: dict[str, tuple[int, Place]] = {}
    for sighting, mention in found:
        senses = len({name.place.id for name in sighting.names})
        base = fold(mention.surface).partition(" ")[0]
        if base not in full or senses < full[base][0]:
            full[base] = senses, mention.place
    settled = []
    for sighting, mention in found:
        ids = {name.place.id for name in sighting.names}
        fewest, place = full.get(fold(mention.surface).partition(" ")[0], (0, mention.place))
        is_other = place.id != mention.place.id and place.country == mention.place.country
        if is_other and place.id in ids and fewest < len(ids):
            reason = f"{place.name} is named in full in the same text"
            mention = replace(mention, place=place, reason=reason)
        settled.append((sighting, mention))
    return settled


def names_country(region_ids: Iterable[str], place: Place) -> bool:
    """Return whether one of the regions lies in the country of a place."""
    return any(_countries()[region_id] == place.country for region_id in region_ids)


@cache
def _countries() -> dict[str, str]:
    return {region.id: region.country for region in regions()}


@cache
def _common_words() -> frozenset[str]:
    return word_list("common_words.txt") | word_list("given_names.txt")


def _is_common(sighting: Sighting) -> bool:
    return " " not in sighting.surface and sighting.surface.casefold() in _common_words()
