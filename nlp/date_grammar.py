"""The grammar of date expressions: ``rules/dates.toml`` read once and compiled."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from nlp.rulebook import RULES_FOLDER, read_rows
from partnernetz.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRule:
    """A pattern, the words with which it begins, and how its groups are read."""

    id: str
    begins: tuple[str, ...]
    reads: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment of history and what texts make of it: ``at``, ``before``, ``after`` ..."""

    pattern: re.Pattern[str]
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateGrammar:
    """``dates.toml`` compiled. The tables' words are folded; see ``fold``.

    ``by_first_word`` leads from how an expression begins, a word in lower case or a class like
    ``<digit>``, to the rules for it; ``years_compound`` finds the class ``<years>``, ``run_up``
    what stands before an age. ``units`` holds years and whether they are round, the longest word
    first.
    """

    rules: tuple[DateRule, ...]
    by_first_word: dict[str, tuple[DateRule, ...]]
    years_compound: re.Pattern[str]
    run_up: re.Pattern[str]
    months: dict[str, int]
    seasons: dict[str, int]
    numbers: dict[str, int]
    decades: dict[str, int]
    named_days: dict[str, str]
    units: dict[str, tuple[int, bool]]
    sides: dict[str, str]
    ways: dict[str, int]
    moments: tuple[Moment, ...]


def fold(word: str) -> str:
    """Return a word in lower case, composed, with ae, oe, ue, ss and single spaces."""
    text = unicodedata.normalize("NFC", " ".join(word.split())).casefold()
    return text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")


@cache
def date_grammar() -> DateGrammar:
    """Return the grammar; raises InputError where its file is missing or at fault."""
    rows = read_rows("dates.toml", "rules")
    content = tomllib.loads((RULES_FOLDER / "dates.toml").read_text(encoding="utf-8"))
    cardinals = _cardinals(content["number_words"])
    ordinals = _ordinals(cardinals, content["number_words"]["ordinals"])
    moments = content["moments"]
    fragments = content["fragments"] | {
        "month_names": _alternatives(chain(*content["months"].values())),
        "season_names": _alternatives(chain(*content["seasons"].values())),
        "decade_names": _alternatives(content["decades"]),
        "number_words": _alternatives(cardinals),
        "ordinal_word": _alternatives(ordinals),
        "moment_names": _moment_group(row["pattern"] for row in moments),
        **{f"moment_{row['id']}": _moment_group([row["pattern"]]) for row in moments},
    }

    def compiled(pattern: str) -> re.Pattern[str]:
        try:
            return re.compile(_tolerant(_expanded(pattern, fragments)), re.IGNORECASE)
        except (re.error, KeyError) as error:
            raise InputError(f"The date pattern {pattern} is at fault: {error}.") from error

    rules = tuple(
        DateRule(
            id=row["id"],
            begins=tuple(row["begins"]),
            reads=row["reads"],
            pattern=compiled(row["pattern"]),
        )
        for row in rows
    )
    classes: dict[str, Iterable[str]] = {
        "<number>": cardinals,
        "<ordinal>": ordinals,
        "<month>": chain(*content["months"].values()),
        "<season>": chain(*content["seasons"].values()),
        "<decade>": [
            word + ending
            for word in content["decades"]
            for ending in ("", "n", "jahr", "jahre", "jahren")
        ],
    }
    return DateGrammar(
        rules=rules,
        by_first_word=_by_first_word(rules, {name: list(ws) for name, ws in classes.items()}),
        years_compound=re.compile(_tolerant(fragments["years_compound"])),
        run_up=compiled(fragments["run_up"] + r"\Z"),
        months=_by_name(content["months"]) | _folded(content["roman_months"]),
        seasons=_by_name(content["seasons"]),
        numbers=_folded(cardinals | ordinals),
        decades=_folded(content["decades"]),
        named_days=content["named_days"],
        units={
            fold(name): (content["units"][name]["years"], content["units"][name]["about"])
            for name in sorted(content["units"], key=len, reverse=True)
        },
        ways=_folded(content["ways"]),
        sides=content["sides"],
        moments=tuple(Moment(pattern=compiled(row["pattern"]), values=row) for row in moments),
    )


def _by_first_word(
    rules: Iterable[DateRule], classes: dict[str, list[str]]
) -> dict[str, tuple[DateRule, ...]]:
    table: dict[str, list[DateRule]] = {}
    for rule in rules:
        words = chain(*(classes.get(word, [word]) for word in rule.begins))
        for spelling in sorted(set(chain(*map(_spellings, words)))):
            table.setdefault(spelling, []).append(rule)
    return {word: tuple(found) for word, found in table.items()}


def _spellings(word: str) -> set[str]:
    """Return how the first run of letters of a word may look in lower case.

    A decomposed umlaut ends the run, since a combining mark is no letter.
    """
    if word.startswith("<"):
        return {word}
    plain = word.lower().rstrip(".")
    decomposed = re.split("[\u0300-\u036f]", unicodedata.normalize("NFD", plain))[0]
    return {plain, fold(plain), plain.replace("ß", "ss"), decomposed}


def _cardinals(data: dict[str, dict[str, int]]) -> dict[str, int]:
    joined = {
        f"{unit}und{ten}": one + value
        for unit, one in data["units"].items()
        for ten, value in data["tens"].items()
    }
    return data["units"] | data["teens"] | data["tens"] | joined | data["others"]


def _ordinals(cardinals: dict[str, int], irregular: dict[str, int]) -> dict[str, int]:
    regular = {
        f"{word}{'st' if value >= 20 else 't'}": value
        for word, value in cardinals.items()
        if value not in irregular.values()
    }
    return {
        f"{stem}e{ending}": value
        for stem, value in (regular | irregular).items()
        for ending in ("", "n", "r", "s", "m")
    }


def _by_name(table: dict[str, list[str]]) -> dict[str, int]:
    return {fold(name).rstrip("."): int(key) for key, names in table.items() for name in names}


def _folded(table: dict[str, int]) -> dict[str, int]:
    return {fold(word): value for word, value in table.items()}


def _alternatives(words: Iterable[str]) -> str:
    """Return a pattern of words, longest first; a dot at the end may be missing.

    The group is atomic, so that what follows cannot talk it out of the dot.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word.rstrip(".")), word))
    return "(?>" + "|".join(re.sub(r"\.$", r"\\.?", word) for word in ordered) + ")"


def _moment_group(patterns: Iterable[str]) -> str:
    return f"(?P<moment>{'|'.join(patterns)})"


def _expanded(pattern: str, fragments: dict[str, Any]) -> str:
    """Insert fragments; ``{name:2}`` puts ``_2`` behind the names of their groups."""

    def insert(match: re.Match[str]) -> str:
        inner = _expanded(fragments[match["name"]], fragments)
        if match["suffix"]:
            inner = re.sub(r"\(\?P<(\w+)>", rf"(?P<\1_{match['suffix']}>", inner)
        return inner

    return re.sub(r"\{(?P<name>[a-z]\w*)(?::(?P<suffix>\w+))?\}", insert, pattern)


_SPELLINGS = {
    "ä": "(?:ä|a\u0308|ae)",
    "ö": "(?:ö|o\u0308|oe)",
    "ü": "(?:ü|u\u0308|ue)",
    "ß": "(?:ß|ss)",
}


def _tolerant(pattern: str) -> str:
    """Let umlauts outside character classes match decomposed or as two letters, and ß as ss."""
    return re.sub(
        r"\\.|\[(?:\\.|[^\]])*\]|[äöüß]",
        lambda match: _SPELLINGS.get(match[0], match[0]),
        pattern,
    )
