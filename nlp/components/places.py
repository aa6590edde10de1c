"""Places: names in a text, told from other words and linked to the gazetteer."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from nlp.components.sentences import document_of
from nlp.hosts import host_from_address
from nlp.linking import Candidate, Surroundings, rank, weights
from nlp.regions import RegionView, speaks_of_division
from nlp.rulebook import inflection_rules, place_context_rules, regions, word_list
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer, Place, PlaceName, fold

Form = Literal["name", "inhabitant"]

_LONGEST_WINDOW = 9  # tokens: "Neustadt in Sachsen (b. Pirna)"
_CONTEXT_CHARACTERS = 40
_PROMINENT_ABROAD = 50_000  # inhabitants


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    """A linked name: ``surface`` as it stands in the text, ``points`` of the best candidate."""

    start: int
    end: int
    surface: str
    form: Form
    place: Place
    points: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighting:
    """A stretch of text that folds to a name of the gazetteer, not yet judged."""

    first: int
    last: int
    start: int
    end: int
    surface: str
    form: Form
    names: tuple[PlaceName, ...]


@cache
def shared_gazetteer(folder: str) -> Gazetteer:
    """Return the gazetteer of a folder, loaded once in a process."""
    return Gazetteer.load(Path(folder))


@Language.factory(
    "partnernetz_places", assigns=["doc.spans"], default_config={"reference_folder": ""}
)
def make_places(nlp: Language, name: str, reference_folder: str) -> Places:
    """Return the component that fills ``doc.spans["places"]``."""
    return Places(shared_gazetteer(reference_folder))


class Places:
    """Fill ``doc.spans["places"]``; ``span._.place_mention`` tells what each was linked to.

    ``doc._.host`` is the place that owns the page.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._longest: dict[str, int] = {}
        for key in gazetteer:
            first, words = key.partition(" ")[0], key.count(" ") + 1
            self._longest[first] = max(words, self._longest.get(first, 0))
        if not Span.has_extension("place_mention"):
            Span.set_extension("place_mention", default=None)
        if not Doc.has_extension("host"):
            Doc.set_extension("host", default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its places."""
        host = doc._.host = self._host_of(doc)
        sightings = _without_persons(doc, list(self._sightings(doc)))
        counts = Counter(name.place.id for s in sightings for name in s.names[:3])
        view = RegionView(doc)
        judged = [
            (sighting, _judge(doc, sighting, host=host, view=view, counts=counts))
            for sighting in sightings
        ]
        found = [(sighting, mention) for sighting, mention in judged if mention is not None]
        mentions = _one_sense(found)
        spans = []
        for sighting, mention in mentions:
            span = doc[sighting.first : sighting.last + 1]
            span = Span(doc, span.start, span.end, label="place")
            span._.place_mention = mention
            spans.append(span)
        doc.spans["places"] = spans
        return doc

    def _host_of(self, doc: Doc) -> Place | None:
        """Return the place that owns the page: the one told, else the one in its address."""
        reference = document_of(doc).reference
        place_id = reference.host_place_id
        if place_id is None:
            return host_from_address(reference.url, self._gazetteer)
        try:
            return self._gazetteer.place(place_id)
        except PlaceUnknownError:
            return None

    def _sightings(self, doc: Doc) -> Iterator[_Sighting]:
        position = 0
        while position < len(doc):
            sighting = self._sighting_at(doc, position)
            if sighting is None:
                position += 1
                continue
            yield sighting
            position = sighting.last + 1

    def _sighting_at(self, doc: Doc, position: int) -> _Sighting | None:
        token = doc[position]
        if not token.text[0].isupper() or len(token.text) < 2:
            return None
        longest = self._longest.get(fold(token.text).partition(" ")[0], 0)
        if longest:
            for last in range(
                min(len(doc), position + min(_LONGEST_WINDOW, 2 * longest + 1)) - 1,
                position - 1,
                -1,
            ):
                found = self._window(doc, position, last)
                if found is not None:
                    return self._more_likely(doc, found)
        return self._inflected(doc, token)

    def _more_likely(self, doc: Doc, found: _Sighting) -> _Sighting:
        """Prefer the people of a German town ("Erlanger") to a small place abroad so called."""
        if found.last > found.first or any(_is_prominent(name.place) for name in found.names):
            return found
        inflected = self._inflected(doc, doc[found.first])
        is_better = inflected is not None and any(_is_prominent(n.place) for n in inflected.names)
        return inflected if inflected is not None and is_better else found

    def _window(self, doc: Doc, first: int, last: int) -> _Sighting | None:
        start, end = doc[first].idx, doc[last].idx + len(doc[last])
        if not (doc[last].text[-1].isalnum() or doc[last].text[-1] in ").") or (
            last > first and doc[last].text == "."
        ):
            return None
        surface = doc.text[start:end]
        if "\n" in surface or surface.count("(") != surface.count(")"):
            return None
        names = self._gazetteer.names(surface)
        if not names:
            return None
        return _Sighting(
            first=first, last=last, start=start, end=end, surface=surface, form="name", names=names
        )

    def _inflected(self, doc: Doc, token: Token) -> _Sighting | None:
        text = token.text.rstrip("'’")
        start = token.idx
        for rule in inflection_rules():
            if not text.endswith(rule.ending) or len(text) - len(rule.ending) < 3:
                continue
            stem = text.removesuffix(rule.ending)
            names = tuple(n for s in rule.stems for n in self._gazetteer.names(stem + s))
            names = tuple(n for n in names if _may_inflect(n, rule.form))
            if names:
                return _Sighting(
                    first=token.i,
                    last=token.i,
                    start=start,
                    end=start + len(token),
                    surface=token.text,
                    form=rule.form,
                    names=names,
                )
        return None


def _is_prominent(place: Place) -> bool:
    """Return whether a German reader thinks of the place first: in Germany, or a large town."""
    return place.country == "DE" or (place.population or 0) > _PROMINENT_ABROAD


def _may_inflect(name: PlaceName, form: Form) -> bool:
    """Keep inflected readings to places that are likely: German ones, and large ones abroad."""
    if name.place.country == "DE":
        large_enough = form == "name" or (name.place.population or 0) > 1_000
        return name.kind != "other" and large_enough
    return form == "name" and name.kind == "official" and (name.place.population or 0) > 5_000


def _judge(
    doc: Doc,
    sighting: _Sighting,
    *,
    host: Place | None,
    view: RegionView,
    counts: Counter[str],
) -> PlaceMention | None:
    """Return the linked mention, or None where the words mean no place."""
    if _continues_compound(doc, sighting):
        return None
    if view.is_part_of_region(sighting.start, sighting.end):
        return None
    sentence = doc[sighting.first].sent
    adjacent = _adjacent_regions(doc, sighting, view)
    near = view.between(sentence.start_char, sentence.end_char)
    candidates = rank(
        sighting.surface if sighting.form == "name" else sighting.names[0].name,
        sighting.names,
        Surroundings(
            adjacent=adjacent,
            near=near,
            anywhere=view.anywhere,
            host=host,
            speaks_of_division=speaks_of_division(doc.text),
        ),
    )
    best = candidates[0]
    points = best.points + _context_points(doc, sighting, best, view, near=near, adjacent=adjacent)
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
    )


def _without_persons(doc: Doc, sightings: Sequence[_Sighting]) -> list[_Sighting]:
    """Return the sightings but those of words that the text uses as surnames elsewhere.

    "Eberhard Langer" makes every other "Langer" of the text a person, not somebody from Langen.
    """
    surnames = {s.surface for s in sightings if _follows_given_name(doc, s)}
    return [s for s in sightings if s.surface not in surnames or s.last > s.first]


def _one_sense(
    found: Sequence[tuple[_Sighting, PlaceMention]],
) -> list[tuple[_Sighting, PlaceMention]]:
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
        if place.id != mention.place.id and place.id in ids and fewest < len(ids):
            reason = f"{place.name} is named in full in the same text"
            mention = replace(mention, place=place, reason=reason)
        settled.append((sighting, mention))
    return settled


def _continues_compound(doc: Doc, sighting: _Sighting) -> bool:
    """Return whether a hyphen ties the name to a word before it that is no place: Alt-Treptow."""
    before = doc.text[max(0, sighting.start - 30) : sighting.start]
    found = re.search(r"(\w+)[-–]$", before)
    if found is None:
        return False
    return not found.group(1)[0].isupper() or found.group(1).casefold() in word_list(
        "common_words.txt"
    )


def _adjacent_regions(doc: Doc, sighting: _Sighting, view: RegionView) -> frozenset[str]:
    """Return the regions in a bracket, after a slash or in a phrase right behind the name."""
    after = doc.text[sighting.end : sighting.end + 60]
    found = re.match(
        r"\s*(?:\((?P<b>[^()\n]{2,50})\)|/\s?(?P<s>[\w-]+)|,?\s+in\s+(?:der\s+|den\s+|dem\s+)?(?P<i>[\w-]+)"
        r"|,\s+(?P<c>[A-ZÄÖÜ][\w-]+))",
        after,
    )
    if found is not None:
        inside = view.between(sighting.end + found.start(), sighting.end + found.end())
        if inside:
            return inside
    before_start = max(0, sighting.start - 45)
    before = doc.text[before_start : sighting.start]
    found = re.search(
        r"([a-zäöüß-]+(?:sch|er)e[nrms]?\s+(?:\w+\s+)?|\bin\s+(?:der\s+|den\s+)?[\w-]+\s+)$", before
    )
    if found is not None:
        return view.between(before_start + found.start(), sighting.start)
    return frozenset()


def _context_points(
    doc: Doc,
    sighting: _Sighting,
    best: Candidate,
    view: RegionView,
    *,
    near: Iterable[str],
    adjacent: Iterable[str],
) -> float:
    points = 0.0
    before = doc.text[max(0, sighting.start - _CONTEXT_CHARACTERS) : sighting.start]
    after = doc.text[sighting.end : sighting.end + _CONTEXT_CHARACTERS]
    is_common = _is_common(sighting)
    for rule in place_context_rules():
        if rule.effect == "strong" and rule.side == "after":
            continue  # judged by the regions in the bracket
        if rule.effect == "common" and not is_common:
            continue
        found = rule.pattern.search(before) if rule.side == "before" else rule.pattern.match(after)
        if found:
            points += weights()[f"context-{rule.effect}"]
    if is_common:
        points += weights()["common-word"]
    if _follows_given_name(doc, sighting):
        points += weights()["context-person"]
    if view.is_region(sighting.start, sighting.end):
        points += weights()["is-region-word"]
    if best.place.country != "DE" and not list(adjacent) and not _names_country(near, best.place):
        points += weights()["abroad-unannounced"]
    return points


def _names_country(region_ids: Iterable[str], place: Place) -> bool:
    countries = {region.id: region.country for region in regions()}
    return any(countries[region_id] == place.country for region_id in region_ids)


def _is_common(sighting: _Sighting) -> bool:
    return " " not in sighting.surface and sighting.surface.casefold() in word_list(
        "common_words.txt"
    ) | word_list("given_names.txt")


def _follows_given_name(doc: Doc, sighting: _Sighting) -> bool:
    if sighting.first == 0:
        return False
    before = doc[sighting.first - 1]
    if before.text == "-" and sighting.first > 1:
        before = doc[sighting.first - 2]
    return before.text.casefold() in word_list("given_names.txt")
