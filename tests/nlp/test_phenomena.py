"""What real pages do, phenomenon by phenomenon: what a careful reader finds in short texts.

The examples are data (``phenomena/*.toml``; its README explains them). What is expected there is
right by the guidelines of ``data/annotated``, whatever the extractor says today; an aspect that it
gets wrong is named under ``xfail`` with the reason, and fails once it is right.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from partnernetz import edtf
from partnernetz.paths import default_data_folder
from partnernetz.places import fold
from partnernetz.records import PARTNERSHIP_KINDS, STATUSES
from partnernetz.topics import load_topics

FOLDER = Path(__file__).parent / "phenomena"
#: The phenomena are numbered from 1.
PHENOMENA = 25
TOPICS = frozenset(load_topics(default_data_folder() / "reference"))
FEWEST_EXAMPLES = 3
#: What is compared of a pair, by the key in an example.
OF_PAIRS = ("since", "ended", "kind", "status", "topics")
ASPECTS = ("pairs", *OF_PAIRS, "claims")
OPTIONS = ("host", "url", "published", "title", "source_kind")
KEYS = {"phenomenon", "name", "text", "pairs", "claims", "xfail", *OPTIONS}
PAIR_KEYS = {
    *("a", "b", "optional", "since_accept", "kind_accept", "status_accept", "topics_optional"),
    *OF_PAIRS,
}

Example = Mapping[str, Any]


def examples() -> list[Example]:
    found: list[Example] = []
    for path in sorted(FOLDER.glob("*.toml")):
        found += tomllib.loads(path.read_text(encoding="utf-8"))["example"]
    return found


EXAMPLES = examples()


def aspects_of(example: Example) -> Iterator[str]:
    """Yield what an example tells: all but ``pairs`` may be left open."""
    yield "pairs"
    certain = [pair for pair in example["pairs"] if not pair.get("optional")]
    yield from (key for key in OF_PAIRS if any(key in pair for pair in certain))
    if "claims" in example:
        yield "claims"


def cases() -> Iterator[Any]:
    for example in EXAMPLES:
        reasons = example.get("xfail", {})
        for aspect in aspects_of(example):
            marks = (
                [pytest.mark.xfail(strict=True, reason=reasons[aspect])]
                if aspect in reasons
                else []
            )
            name = f"{example['phenomenon']:02d}-{example['name']}-{aspect}"
            yield pytest.param(example, aspect, marks=marks, id=name)


@pytest.fixture(scope="module")
def lines() -> dict[str, Any]:
    """The lines that were read already, by the names of their examples."""
    return {}


def line_of(example: Example, reader: Any, lines: dict[str, Any]) -> dict[str, Any]:
    name = example["name"]
    if name not in lines:
        options = {key: example[key] for key in OPTIONS if key in example}
        lines[name] = reader.line(example["text"].strip(), **options)
    line: dict[str, Any] = lines[name]
    return line


def key_of(place: str, reader: Any, make: Any) -> str:
    """Return what stands for a place: its id, or its name where the gazetteer lacks it."""
    name = place.removeprefix("name:")
    if name != place:
        return fold(name)
    name, _, country = place.partition(", ")
    if not country:
        return str(make.place_id(name))
    places = [n.place for n in reader.gazetteer.names(name) if n.place.country == country]
    return str(max(places, key=lambda place: (place.population or 0, place.id)).id)


def found_pairs(line: Mapping[str, Any]) -> dict[frozenset[str], Mapping[str, Any]]:
    return {
        frozenset(pair[f"{side}_id"] or fold(pair[side]) for side in "ab"): pair
        for pair in line["partnerships"]
    }


def wanted_pairs(
    example: Example, reader: Any, make: Any
) -> dict[frozenset[str], Mapping[str, Any]]:
    return {
        frozenset(key_of(pair[side], reader, make) for side in "ab"): pair
        for pair in example["pairs"]
    }


def has_right(aspect: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Return whether an aspect of a pair is what is wanted; an empty date means none."""
    if aspect == "topics":
        right = set(wanted["topics"])
        return right <= set(found["topics"]) <= right | set(wanted.get("topics_optional", ()))
    value = found[aspect] or ""
    return value == wanted[aspect] or value in wanted.get(f"{aspect}_accept", ())


def check_claims(found: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> None:
    assert len(found) == len(wanted)
    for claim, told in zip(found, wanted, strict=True):
        assert {key: claim[key] for key in told} == told


def check_pairs(found: Mapping[frozenset[str], Any], wanted: Mapping[frozenset[str], Any]) -> None:
    names = {key: f"{pair['a']} + {pair['b']}" for key, pair in {**found, **wanted}.items()}
    optional = {key for key, pair in wanted.items() if pair.get("optional")}
    assert {names[key] for key in set(found) - optional} == {
        names[key] for key in set(wanted) - optional
    }


@pytest.mark.parametrize(("example", "aspect"), cases())
def test_a_text_is_read_as_a_careful_reader_does(
    example: Example, aspect: str, reader: Any, make: Any, lines: dict[str, Any]
) -> None:
    line = line_of(example, reader, lines)
    if aspect == "claims":
        return check_claims(line["claims"], example["claims"])
    wanted, found = wanted_pairs(example, reader, make), found_pairs(line)
    if aspect == "pairs":
        return check_pairs(found, wanted)
    told = {
        key: pair for key, pair in wanted.items() if aspect in pair and not pair.get("optional")
    }
    assert set(told) <= set(found)
    wrong = {
        f"{pair['a']} + {pair['b']}": (found[key][aspect], pair[aspect])
        for key, pair in told.items()
        if not has_right(aspect, pair, found[key])
    }
    assert wrong == {}
    return None


def test_every_phenomenon_has_examples() -> None:
    counts = Counter(example["phenomenon"] for example in EXAMPLES)
    assert set(counts) == set(range(1, PHENOMENA + 1))
    assert min(counts.values()) >= FEWEST_EXAMPLES


def test_examples_have_names_of_their_own() -> None:
    counts = Counter(example["name"] for example in EXAMPLES)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_an_example_is_well_formed(example: Example, reader: Any, make: Any) -> None:
    assert set(example) <= KEYS
    assert set(example.get("xfail", {})) <= set(aspects_of(example))
    assert len(wanted_pairs(example, reader, make)) == len(example["pairs"])
    for pair in example["pairs"]:
        assert set(pair) <= PAIR_KEYS
        assert pair.get("kind", "partnership") in PARTNERSHIP_KINDS
        assert pair.get("status", "active") in STATUSES
        assert {*pair.get("topics", ()), *pair.get("topics_optional", ())} <= TOPICS
        dates = [pair.get("since"), pair.get("ended"), *pair.get("since_accept", ())]
        assert all(edtf.is_valid(date) for date in dates if date)
