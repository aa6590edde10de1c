"""Stretches of a text that fold to a name of the gazetteer, not yet judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from spacy.tokens import Doc, Token

from nlp.rulebook import inflection_rules
from partnernetz.places import Gazetteer, Place, PlaceName, fold

Form = Literal["name", "inhabitant"]

_LONGEST_WINDOW = 9  # tokens: "Neustadt in Sachsen (b. Pirna)"
_KEPT_WORDS = 20_000
_LONGEST_CHAIN = 9  # tokens: "Karl-Marx-Städter"
_SHORTEST_STEM = 3  # letters
_PROMINENT_ABROAD = 50_000  # inhabitants
_UMLAUT = re.compile("[äöü]")
_SAINT = re.compile(r"\bSt(e?)\.\s?-?(?=[A-ZÀ-Ý])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A stretch of text with the names it may be; ``first`` and ``last`` count tokens."""

    first: int
    last: int
    start: int
    end: int
    surface: str
    form: Form
    names: tuple[PlaceName, ...]


#: What an inflected word may be a form of, and which form.
_Reading = tuple[Form, tuple[PlaceName, ...]]


class SightingFinder:
    """Finds the names of a gazetteer in Docs: whole, inflected, as inhabitants."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._longest: dict[str, int] = {}
        self._reading_of = lru_cache(maxsize=_KEPT_WORDS)(self._read_anew)
        for key in gazetteer:
            first, words = key.partition(" ")[0], key.count(" ") + 1
            self._longest[first] = max(words, self._longest.get(first, 0))

    def find(self, doc: Doc, text: str) -> Iterator[Sighting]:
        """Yield the sightings of a Doc in its order; they do not overlap."""
        position, words = 0, [token.text for token in doc]
        while position < len(words):
            word = words[position]
            if len(word) < 2 or not word[0].isupper():
                position += 1
                continue
            sighting = self._at(doc, text, position)
            if sighting is None:
                position += 1
                continue
            yield sighting
            position = sighting.last + 1

    def _at(self, doc: Doc, text: str, position: int) -> Sighting | None:
        token = doc[position]
        word = token.text
        chain = self._chain(doc, text, token)
        if chain is not None:
            return chain
        longest = self._longest.get(fold(word).partition(" ")[0], 0)
        if longest:
            furthest = min(len(doc), position + min(_LONGEST_WINDOW, 2 * longest + 1)) - 1
            for last in range(furthest, position - 1, -1):
                found = self._window(doc, text, position, last)
                if found is not None:
                    return self._more_likely(doc, found)
        return self._inflected(token)

    def _more_likely(self, doc: Doc, found: Sighting) -> Sighting:
        """Prefer the people of a German town ("Erlanger") to a small place abroad so called."""
        if found.last > found.first or any(_is_prominent(name.place) for name in found.names):
            return found
        inflected = self._inflected(doc[found.first])
        is_better = inflected is not None and any(_is_prominent(n.place) for n in inflected.names)
        return inflected if inflected is not None and is_better else found

    def _window(self, doc: Doc, text: str, first: int, last: int) -> Sighting | None:
        ending = doc[last].text
        if not (ending[-1].isalnum() or ending[-1] in ").") or (last > first and ending == "."):
            return None
        start, end = doc[first].idx, doc[last].idx + len(ending)
        surface = text[start:end]
        if "\n" in surface or surface.count("(") != surface.count(")"):
            return None
        names = self._gazetteer.names(surface)
        if not names and "St" in surface:
            written_out = (_SAINT.sub(saint, surface) for saint in ("Saint\\1 ", "Sankt "))
            names = next((n for s in written_out if (n := self._gazetteer.names(s))), ())
        if not names:
            return None
        return Sighting(
            first=first, last=last, start=start, end=end, surface=surface, form="name", names=names
        )

    def _chain(self, doc: Doc, text: str, token: Token) -> Sighting | None:
        """Return the people of a town whose name has hyphens: "Karl-Marx-Städter"."""
        last = token.i
        while last + 2 < len(doc) and last - token.i < _LONGEST_CHAIN:
            is_joined = doc[last + 1].text == "-" and not doc[last + 1].whitespace_
            if not is_joined or doc[last].whitespace_ or not doc[last + 2].text[0].isupper():
                break
            last += 2
        if last == token.i:
            return None
        surface = text[token.idx : doc[last].idx + len(doc[last])]
        if self._gazetteer.names(surface):
            return None
        return _sighting(token, last, surface, self._read(surface, keeps_umlauts=False))

    def _inflected(self, token: Token) -> Sighting | None:
        return _sighting(token, token.i, token.text, self._reading_of(token.text))

    def _read_anew(self, word: str) -> _Reading | None:
        return self._read(word.rstrip("'’"), keeps_umlauts=True)

    def _read(self, text: str, *, keeps_umlauts: bool) -> _Reading | None:
        """Return what an inflected word or chain may be a form of, and which."""
        for rule in inflection_rules():
            if not text.endswith(rule.ending) or len(text) - len(rule.ending) < _SHORTEST_STEM:
                continue
            stem = text.removesuffix(rule.ending)
            names = tuple(
                name
                for letters in rule.stems
                for name in self._gazetteer.names(stem + letters)
                if may_inflect(name, rule.form)
                and (not keeps_umlauts or _has_same_umlauts(name.name, stem))
            )
            if names:
                return rule.form, names
        return None


def _sighting(first: Token, last: int, surface: str, reading: _Reading | None) -> Sighting | None:
    """Return the sighting of an inflected stretch, None where it was read as nothing."""
    if reading is None:
        return None
    form, names = reading
    return Sighting(
        first=first.i,
        last=last,
        start=first.idx,
        end=first.idx + len(surface),
        surface=surface,
        form=form,
        names=names,
    )


def _is_prominent(place: Place) -> bool:
    """Return whether a German reader thinks of the place first: in Germany, or a large town."""
    return place.country == "DE" or (place.population or 0) > _PROMINENT_ABROAD


def may_inflect(name: PlaceName, form: Form) -> bool:
    """Keep inflected readings to places that are likely: German ones, and large ones abroad."""
    if name.place.country == "DE":
        large_enough = form == "name" or (name.place.population or 0) > 1_000
        return name.kind != "other" and large_enough
    return form == "name" and name.kind == "official" and (name.place.population or 0) > 5_000


def _has_same_umlauts(name: str, stem: str) -> bool:
    """Return whether a name has the umlauts of a word's stem: "Bürger" are not of Burg."""
    base = name.partition(" ")[0].partition("/")[0]
    return _UMLAUT.findall(base.lower()) == _UMLAUT.findall(stem.lower())
