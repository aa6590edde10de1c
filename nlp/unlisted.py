"""Places that the gazetteer lacks: villages abroad, units of municipalities, districts of old.

A name counts only where a text can mean nothing but a place: before a country in brackets, behind
"Partnergemeinde", as an entry of a list of partners. The patterns are data
(``rules/unlisted_places.toml``). Such a place has an id of its name, ``name:it:gufidaun``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from nlp.components.triggers import names_tie
from nlp.place_judging import PlaceMention
from nlp.regions import RegionView, country_of
from nlp.rulebook import RULES_FOLDER, read_rows, word_list
from partnernetz.places import Gazetteer, Place, fold, unlisted_id
from partnernetz.records import Block, Document

_RULES = "unlisted_places.toml"
_WORD = r"(?:['’]s-|[dDlLN]['’])?[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’]*\w"
_REGION = r"(?P<region>[A-ZÀ-Ža-zäöüß][\wäöüß-]*(?:\s(?:Republik|Tirol|Königreich))?)"
_POINTS = 3.0
_SHORTEST = 3
_SHORTEST_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedRule:
    """A pattern that presents a name as a place's."""

    id: str
    pattern: re.Pattern[str]
    note: str
    example: str
    is_unit: bool
    is_block: bool
    has_region: bool
    must_be_unknown: bool


@dataclass(frozen=True, slots=True)
class _Find:
    start: int
    end: int
    name: str
    country: str
    rule: UnlistedRule


@cache
def unlisted_rules() -> tuple[UnlistedRule, ...]:
    """Return the rules of ``unlisted_places.toml``, compiled."""
    general = _general()
    particles = "|".join(sorted(map(re.escape, general["particles"]), key=len, reverse=True))
    joint = rf"(?:[ -](?:(?:{particles})['’]?[ -]?)?|\s?&\s?)"
    name = rf"(?P<name>{_WORD}(?:{joint}{_WORD}){{0,4}})"
    return tuple(
        UnlistedRule(
            id=row["id"],
            pattern=re.compile(
                rf"(?<![\w-]){row['pattern'].replace('{name}', name).replace('{region}', _REGION)}"
            ),
            note=row["note"],
            example=row["example"],
            is_unit=row.get("unit", False),
            is_block=row.get("block", False),
            has_region="{region}" in row["pattern"],
            must_be_unknown=row.get("check") == "word",
        )
        for row in read_rows(_RULES, "name")
    )


@cache
def _general() -> dict[str, list[str]]:
    content = tomllib.loads((RULES_FOLDER / _RULES).read_text(encoding="utf-8"))
    return {key: list(value) for key, value in content["general"].items()}


def unlisted_places(
    document: Document,
    listed: Sequence[PlaceMention],
    *,
    regions: RegionView,
    gazetteer: Gazetteer,
) -> list[PlaceMention]:
    """Return the listed mentions and those of unlisted places, in text order, not overlapping."""
    mentions = list(listed)
    for find in _finds(document, regions=regions):
        within = [m for m in mentions if m.start < find.end and find.start < m.end]
        if find.rule.is_unit:
            is_new = bool(within) and not gazetteer.names(find.name)
            is_new = is_new and not any(m.place.kind == "district" for m in within)
        else:
            is_listed = any(
                find.country in ("", name.place.country) for name in gazetteer.names(find.name)
            )
            is_new = not is_listed and not any(
                m.start <= find.start and find.end <= m.end for m in within
            )
            is_new = is_new and all(_is_joined(document.text, m, find) for m in within)
        if is_new:
            mentions = [m for m in mentions if m not in within]
            mentions.append(_mention(find, within, surface=document.text[find.start : find.end]))
    return sorted(_one_place_each(mentions), key=lambda mention: mention.start)


def _one_place_each(mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Return the mentions with one place for each unlisted name: the one whose country is known.

    Where a text has a unit of municipalities ("Amt Niemegk"), the town after which it is named is
    the unit's short name.
    """
    unlisted = sorted(
        (m.place for m in mentions if m.place.id.startswith("name:")),
        key=lambda place: (place.country == "", place.id),
    )
    by_name: dict[str, Place] = {}
    for place in unlisted:
        by_name.setdefault(fold(place.name), place)
        if place.kind == "district":
            by_name.setdefault(fold(place.name.partition(" ")[2]), place)
    return [
        replace(mention, place=by_name.get(fold(mention.place.name), mention.place))
        for mention in mentions
    ]


def unlisted_host(place_id: str) -> Place:
    """Return the place that owns a page and is known only by the name in its id."""
    _, country, name = place_id.split(":", 2)
    return Place(
        id=place_id,
        name=name.title(),
        kind="district",
        country=country.upper(),
        side="abroad",
        state=None,
        district=None,
        population=None,
        latitude=None,
        longitude=None,
    )


def _is_joined(text: str, mention: PlaceMention, find: _Find) -> bool:
    """Return whether a listed name is only a part of the name found: Reigate & Banstead."""
    before, after = text[find.start : mention.start], text[mention.end : find.end]
    return before.endswith("-") or bool(re.match(r"-|\s?&", after))


def _finds(document: Document, *, regions: RegionView) -> Iterator[_Find]:
    entries = [_trimmed(document.text, block) for block in _entries(document)]
    for rule in unlisted_rules():
        if rule.has_region and not regions.anywhere:
            continue
        matches: Iterator[re.Match[str] | None]
        if rule.is_block:
            fullmatch = rule.pattern.fullmatch
            matches = (fullmatch(document.text, start, end) for start, end in entries)
        else:
            matches = rule.pattern.finditer(document.text)
        finds = (_find(rule, match, regions=regions) for match in matches if match is not None)
        yield from (find for find in finds if find is not None)


def _find(rule: UnlistedRule, match: re.Match[str], *, regions: RegionView) -> _Find | None:
    country = "DE" if rule.is_unit else ""
    if rule.has_region:
        found = regions.between(match.start("region"), match.end("region"))
        if not found:
            return None
        country = country_of(min(found))
    if rule.is_unit:
        return _Find(*match.span(), _unit_name(match.group()), "DE", rule)
    start, name = match.start("name"), match["name"]
    while (first := name.partition(" ")[0]) in _generic() and " " in name:
        start += len(first) + 1
        name = name.removeprefix(f"{first} ")
    words = name.replace("-", " ").split()
    is_no_name = (
        len(name) < _SHORTEST
        or name in _generic()
        or words[0].casefold() in word_list("given_names.txt")
        or regions.is_region(start, start + len(name))
        or name.isupper()
        or (rule.must_be_unknown and any(is_german_word(word) for word in words))
        or any(word.casefold() in word_list("common_words.txt") for word in words)
        or names_tie(name)
        or name.casefold().endswith(tuple(_general()["no_endings"]))
    )
    return None if is_no_name else _Find(start, start + len(name), name, country, rule)


def _unit_name(text: str) -> str:
    """Return the name of a unit without inflection, a district's with the word for it."""
    word, _, name = text.partition(" ")
    word = word.removesuffix("es")
    return f"{'Landkreis' if word.casefold().endswith('kreis') else word} {name}"


@cache
def _generic() -> frozenset[str]:
    return frozenset(_general()["generic"])


@lru_cache(maxsize=10_000)
def is_german_word(word: str) -> bool:
    """Return whether a German dictionary (simplemma) has the word, or both parts of a compound."""
    return _is_known(word) or any(
        _is_known(word[:cut]) and _is_known(word[cut:].capitalize())
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    )


def _is_known(word: str) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang="de") or simplemma.is_known(word.lower(), lang="de"))


def _entries(document: Document) -> list[Block]:
    """Return the short blocks that stand under a heading which names a tie."""
    found = []
    is_on_partners = any(
        block.kind in ("title", "heading") and names_tie(document.text[block.start : block.end])
        for block in document.blocks
    )
    is_under = False
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if names_tie(text):
            is_under = len(text) < 80
        elif is_under and len(text) < 60:
            found.append(block)
        elif block.kind == "paragraph" and not is_on_partners:
            is_under = False
    return found


def _trimmed(text: str, block: Block) -> tuple[int, int]:
    start, end = block.start, block.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _mention(find: _Find, within: Sequence[PlaceMention], *, surface: str) -> PlaceMention:
    origin = within[0].place if within and find.rule.is_unit else None
    country = origin.country if origin else find.country
    place = Place(
        id=unlisted_id(find.name, country=country),
        name=find.name,
        kind="district" if find.rule.is_unit else "town",
        country=country,
        side=origin.side if origin else "abroad",
        state=origin.state if origin else None,
        district=None,
        population=None,
        latitude=origin.latitude if origin else None,
        longitude=origin.longitude if origin else None,
    )
    return PlaceMention(
        start=find.start,
        end=find.end,
        surface=surface,
        form="name",
        place=place,
        points=_POINTS,
        reason=f"not in the gazetteer; {find.rule.note}",
        is_region_told=find.rule.has_region,
    )
