"""The rules of ``nlp/rules``: language knowledge as data, read once and compiled.

Code interprets the rules and lists no words of its own. Each rule has an id, a note and an example
that the tests run.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from partnernetz.errors import InputError

TriggerCategory = Literal[
    "tie",
    "false",
    "event",
    "status",
    "modality",
    "voice",
    "both",
    "other",
    "cooperation",
    "order",
    "hint",
    "municipal",
]
ContextSide = Literal["before", "after"]
ContextEffect = Literal[
    "place",
    "strong",
    "common",
    "person",
    "organisation",
    "compound",
    "mistaken",
    "street",
    "region",
]
InflectionForm = Literal["name", "inhabitant"]

RULES_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRule:
    """A word or phrase that speaks of partnerships; ``value`` depends on the category.

    ``is_of_towns`` marks ties that only municipalities have ("Städtepartnerschaft").
    """

    id: str
    category: TriggerCategory
    pattern: str
    example: str
    note: str
    value: str = ""
    cased: bool = False
    is_of_towns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceContextRule:
    """What stands right before or after a name and tells whether it is a place."""

    id: str
    side: ContextSide
    effect: ContextEffect
    pattern: re.Pattern[str]
    example: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InflectionRule:
    """An ending of a place's name and the stems that may stand in its place."""

    id: str
    form: InflectionForm
    ending: str
    stems: tuple[str, ...]
    example: tuple[str, str]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A country, a German state, or a part of either, with the words for it."""

    id: str
    country: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    state: str | None = None
    is_european: bool = False
    codes: tuple[str, ...] = ()


@cache
def trigger_rules() -> tuple[TriggerRule, ...]:
    """Return the rules of ``triggers.toml``."""
    return tuple(TriggerRule(**row) for row in read_rows("triggers.toml", "trigger"))


@cache
def place_context_rules() -> tuple[PlaceContextRule, ...]:
    """Return the rules of ``place_contexts.toml``, compiled."""
    rules = []
    for row in read_rows("place_contexts.toml", "context"):
        flags = re.NOFLAG if row.pop("cased", False) else re.IGNORECASE
        rules.append(PlaceContextRule(**{**row, "pattern": re.compile(row["pattern"], flags)}))
    return tuple(rules)


@cache
def inflection_rules() -> tuple[InflectionRule, ...]:
    """Return the rules of ``inflections.toml``, longest ending first."""
    rows = read_rows("inflections.toml", "inflection")
    rules = [
        InflectionRule(**{**row, "stems": tuple(row["stems"]), "example": tuple(row["example"])})
        for row in rows
    ]
    return tuple(sorted(rules, key=lambda rule: -len(rule.ending)))


@cache
def regions() -> tuple[Region, ...]:
    """Return the regions of ``regions.toml``."""
    return tuple(
        Region(
            **{
                **row,
                **{key: tuple(row.get(key, ())) for key in ("names", "adjectives", "codes")},
            }
        )
        for row in read_rows("regions.toml", "region")
    )


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the casefolded words of a list with one word a line."""
    path = RULES_FOLDER / name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"The word list {path} is missing: install partnernetz again.") from error
    return frozenset(line.strip().casefold() for line in lines if line.strip())


def read_rows(name: str, table: str) -> list[dict[str, Any]]:
    """Return the rows of a rule file; raises InputError naming file and fault."""
    path = RULES_FOLDER / name
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"The rules {path} cannot be read: {error}.") from error
    rows = content.get(table, [])
    ids = [row["id"] for row in rows]
    if len(ids) != len(set(ids)):
        raise InputError(f"The rules {path} use an id twice.")
    return rows  # type: ignore[no-any-return]
