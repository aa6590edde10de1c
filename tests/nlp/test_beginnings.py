"""Rules are tried only where a match can begin: nothing is found less, nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.beginnings import TextSieve, WordSieve, beginnings_of, plain
from nlp.rulebook import trigger_rules

CORPUS = Path(__file__).parents[2] / "data" / "annotated" / "dev.jsonl"
PATTERNS = [rule.pattern for rule in trigger_rules()]
FLAGS = [re.NOFLAG if rule.cased else re.IGNORECASE for rule in trigger_rules()]


def found_everywhere(patterns: list[str], text: str) -> set[tuple[int, int, int]]:
    return {
        (match.start(), match.end(), number)
        for number, (pattern, flag) in enumerate(zip(patterns, FLAGS, strict=False))
        for match in re.finditer(rf"(?<!\w)(?:{pattern})", text, flag)
    }


def texts() -> list[str]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()[::7]
    found = [json.loads(line)["text"] for line in lines]
    return [*found, *(text.upper() for text in found[:3])]


@pytest.mark.parametrize("text", texts())
def test_all_is_found_that_the_patterns_find_by_themselves(text: str) -> None:
    sieve = WordSieve(PATTERNS, flags=FLAGS)
    assert set(sieve.find(text)) == found_everywhere(PATTERNS, text)


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if "(?=" not in p])
@given(data=st.data())
def test_a_match_begins_as_was_told(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE), fullmatch=True))
    known = beginnings_of(pattern)
    assert known.is_known
    word = re.match(r"\w*", plain(text))
    letters = f"{word.group() if word else ''}$"
    assert any(letters.startswith(head) for head in known.heads) or any(
        part in letters for part in known.parts
    )
    assert TextSieve(pattern).matches(f"Text {text} Text") == bool(
        re.search(pattern, f"Text {text} Text", re.IGNORECASE)
    )


@pytest.mark.parametrize(
    ("pattern", "heads"),
    [
        (r"ob\b", {"ob$"}),
        (r"in\s+dieser", {"in$"}),
        (r"(?:alt)?stadt", {"altsta", "stadt"}),
        (r"m[aä]rkt", {"markt", "märkt"}),
        (r"\s+ja", set()),
    ],
)
def test_beginnings_are_read_off_a_pattern(pattern: str, heads: set[str]) -> None:
    assert beginnings_of(pattern).heads == heads


def test_old_and_foreign_letters_are_no_hindrance() -> None:
    sieve = WordSieve(["partnerstadt", "kreis"])
    assert sieve.find("PARTNERſTADT, Kreıs") == [(0, 12, 0), (14, 19, 1)]


def test_a_glued_word_is_found_only_where_that_is_wanted() -> None:
    assert WordSieve(["partnerstadt"]).find("GeraPartnerstadt") == []
    assert WordSieve(["partnerstadt"], glued=[0]).find("GeraPartnerstadt") == [(4, 16, 0)]
