"""Find what a text tells of: hospital beds are health, trams are transport.

All language knowledge is in ``nlp/rules/topics.toml``; its head explains the notation. Words are
folded (lower case, no umlauts) and looked up one by one in an index of all the patterns, so the
cost of the rules is paid once for each distinct word.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nlp.rulebook import RULES_FOLDER
from partnernetz.errors import InputError

RULES_FILE = RULES_FOLDER / "topics.toml"
#: Further word families by field of life, in the notation of the first file.
WIDE_FOLDER = RULES_FILE.parent / "topics_wide"
_HYPHENS = "-\u2010\u2011"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*[{_HYPHENS}]?")
_HYPHEN = re.compile(f"[{_HYPHENS}]")
#: A full stop after a digit belongs to a date more often than it ends a sentence.
_SENTENCE_END = re.compile(r"(?<!\d)[.!?][\"'“”«»)]*\s+(?=[^\W\d_a-zäöü]|[\"„“«»(])|\n\s*\n")
_PATTERN = re.compile(r"(\*?)([^\W\d_]+)([*~]?)")
_ENDINGS = ("", *"e n s en em er es ern ens in innen nen ne se sen ses".split())
_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_LONGEST_WORD = 80
_CACHED_WORDS = 100_000
_DEFAULT_WINDOW = 8
_ELLIPSIS_REACH = 5
#: Letters of a compound's first member, and of a compound: bounds on the work for torn pages.
_SHORTEST_MEMBER, _LONGEST_MEMBER, _LONGEST_COMPOUND = 3, 18, 40
_LOOK_ALIKES, _EXCEPT, _NEAR, _BEGIN = "/look_alikes", "/except", "/near", "/begin"
_UNLESS = "/unless"

Words = Sequence[re.Match[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTopic:
    """A topic that a word tells of; ``start`` and ``end`` count characters of the text."""

    start: int
    end: int
    topic: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """A word family that tells of a topic.

    ``phrases`` holds the word sets of its phrases, word by word. With ``has_near`` one of the
    rule's companions must stand within ``window`` words in the same sentence, with ``has_unless``
    none of other companions may. ``is_place``: after "im", "am" and the like it is only where
    something happens. ``is_field``: only several different words of the field make the topic.
    ``of_partner``: the sentence must speak of a partner. ``yields``: beside just one other topic
    in the sentence it means that one. ``not_at``: events at which it is only present.
    """

    id: str
    topic: str
    phrases: tuple[tuple[str, ...], ...]
    has_near: bool
    has_unless: bool
    window: int
    is_place: bool
    is_field: bool
    of_partner: bool
    yields: bool
    not_at: frozenset[str]
    example: str
    counter: str
    note: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a word must fulfil, where a pattern's fixed letters stand in it, to be in a set."""

    word_set: str
    at_start: bool
    at_end: bool
    is_noun: bool


class WordIndex:
    """Sets of words, each given by patterns; tells of a word to which sets it belongs."""

    def __init__(self) -> None:
        """Begin without any set."""
        self._patterns: dict[str, list[_Pattern]] = {}
        self._longest = 0

    def add(self, word_set: str, pattern: str) -> None:
        """Add a pattern to a set; raise InputError where it is not in the notation."""
        match = _PATTERN.fullmatch(pattern)
        if not match:
            raise InputError(f"{pattern!r} is no word with * before and * or ~ after it.")
        entry = _Pattern(word_set, not match[1], match[3] != "*", match[2][0].isupper())
        for ending in _ENDINGS if match[3] == "~" else ("",):
            letters = fold(match[2]) + ending
            self._patterns.setdefault(letters, []).append(entry)
            self._longest = max(self._longest, len(letters))

    def sets_of(self, word: str) -> frozenset[str]:
        """Return the sets that a word without hyphens belongs to."""
        folded, is_noun = fold(word), word[:1].isupper()
        length = len(folded)
        return frozenset(
            pattern.word_set
            for begin in range(length)
            for end in range(begin + 1, min(length, begin + self._longest) + 1)
            for pattern in self._patterns.get(folded[begin:end], ())
            if (begin == 0 or not pattern.at_start)
            and (end == length or not pattern.at_end)
            and (is_noun or not pattern.is_noun)
        )


class TopicRules:
    """The rules of a file, ready to be applied; holds a bounded cache and no other state."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Read the rules from a parsed TOML file; raise InputError where one is faulty."""
        self._index = WordIndex()
        self.rules = tuple(_rule(entry, self._index) for entry in data["rule"])
        self._by_id = {rule.id: rule for rule in self.rules}
        general = data["general"]
        for pattern in general["look_alikes"]:
            self._index.add(_LOOK_ALIKES, pattern)
        self._locatives = frozenset(general["locatives"])
        self._adjective_endings = tuple(general["adjective_endings"])
        self._joiners = frozenset(general["joiners"])
        self._separators = re.compile("|".join(map(re.escape, general["menu_separators"])))
        self._fewest_separators: int = general["menu_fewest_separators"]
        self._longest_item: int = general["menu_longest_item"]
        self._look_up = lru_cache(maxsize=_CACHED_WORDS)(self._look_up_anew)
        self._complete = lru_cache(maxsize=_CACHED_WORDS)(self._complete_anew)

    def find(self, text: str) -> list[FoundTopic]:
        """Return the topics of a text, ordered by position, then topic.

        A word tells of a topic once, by the first rule of the file that says so; one word may
        tell of several topics.
        """
        words = list(_WORD.finditer(text))
        menus = self._menu_lines(text)
        found: dict[tuple[int, int, str], FoundTopic] = {}
        for index, match in enumerate(words):
            word = match.group()
            if not self._look_up(word)[0] and word[-1] not in _HYPHENS:
                continue
            for rule, last in self._hits(text, words, index):
                start, end = match.start(), words[last].end()
                menu = bisect_right(menus, (start, len(text))) - 1
                if menu >= 0 and start < menus[menu][1]:
                    continue
                found.setdefault(
                    (start, end, rule.topic),
                    FoundTopic(start=start, end=end, topic=rule.topic, rule=rule.id),
                )
        return [found[key] for key in sorted(found)]

    def rule(self, rule_id: str) -> TopicRule:
        """Return the rule with an id."""
        return self._by_id[rule_id]

    def rules_of(self, word: str) -> tuple[TopicRule, ...]:
        """Return the rules whose family a word belongs to, whatever stands around it."""
        return self._look_up(word)[0]

    def _hits(self, text: str, words: Words, index: int) -> Iterator[tuple[TopicRule, int]]:
        """Yield the rules that hold for a word, each with the index of its last word."""
        word = words[index].group()
        rules = self.rules_of(word)
        if word[-1] in _HYPHENS:
            rules += self._rules_of_ellipsis(words, index)
        for rule in rules:
            if rule.is_place and self._follows_locative(words, index):
                continue
            if rule.has_near and not self._has_companion(rule, _NEAR, text, words, index):
                continue
            if rule.has_unless and self._has_companion(rule, _UNLESS, text, words, index):
                continue
            last = self._last_word(rule, words, index)
            if last is not None:
                yield rule, last

    def _look_up_anew(self, word: str) -> tuple[tuple[TopicRule, ...], frozenset[str]]:
        """Return the rules and the sets of a word, of its parts between hyphens, and of both."""
        if len(word) > _LONGEST_WORD:
            return (), frozenset()
        parts = [part for part in _HYPHEN.split(word) if part]
        if len(parts) > 1:
            parts.append("".join(parts))
        sets = [self._index.sets_of(part) for part in parts]
        every = frozenset().union(*sets)
        if _LOOK_ALIKES in sets[-1]:
            return (), every
        rules = tuple(
            rule
            for rule in self.rules
            if any(
                (rule.id in part and rule.id + _EXCEPT not in part) or rule.id + _BEGIN in part
                for part in sets
            )
        )
        return rules, every

    def _rules_of_ellipsis(self, words: Words, index: int) -> tuple[TopicRule, ...]:
        """Return the rules of "Umwelt-" in "Umwelt- und Verkehrspolitik": of "Umweltpolitik".

        A hyphen at a line's end, followed by a small letter, is a torn word and is put together.
        """
        first = words[index].group()[:-1]
        joined = False
        for following in words[index + 1 : index + 1 + _ELLIPSIS_REACH]:
            word = following.group()
            if fold(word) in self._joiners:
                joined = True
            elif word[-1] not in _HYPHENS:
                if not joined and word[0].islower():
                    return self.rules_of(first + word)
                return self._complete(first, _HYPHEN.sub("", word))
        return ()

    def _complete_anew(self, first: str, word: str) -> tuple[TopicRule, ...]:
        """Return the rules of a first member with the head of a compound.

        Where the head begins is unknown, so every end of the compound is tried.
        """
        ends = range(_SHORTEST_MEMBER, min(len(word) - 2, _LONGEST_MEMBER))
        compounds = (first + word[end:_LONGEST_COMPOUND].lower() for end in ends)
        told = {rule for compound in compounds for rule in self._look_up_anew(compound)[0]}
        return tuple(rule for rule in self.rules if rule in told)

    def _follows_locative(self, words: Words, index: int) -> bool:
        """Return whether "im", "in der", "im alten" or the like stands right before a word."""
        before = [fold(word.group()) for word in words[max(0, index - 3) : index]]
        if len(before) > 1 and before[-1].endswith(self._adjective_endings):
            before = before if self._ends_with_locative(before) else before[:-1]
        return self._ends_with_locative(before)

    def _ends_with_locative(self, words: Sequence[str]) -> bool:
        return bool(words) and (
            words[-1] in self._locatives or " ".join(words[-2:]) in self._locatives
        )

    def _has_companion(
        self, rule: TopicRule, companions: str, text: str, words: Words, index: int
    ) -> bool:
        """Return whether a companion of the rule stands close by in the same sentence."""
        begin = max(0, index - rule.window)
        for other, word in enumerate(words[begin : index + rule.window + 1], start=begin):
            if other != index and rule.id + companions in self._look_up(word.group())[1]:
                left, right = sorted((index, other))
                if not _SENTENCE_END.search(text, words[left].end(), words[right].start() + 1):
                    return True
        return False

    def _last_word(self, rule: TopicRule, words: Words, index: int) -> int | None:
        """Return the index of the last word of a phrase begun here, None where it breaks off."""
        if not rule.phrases or rule.id in self._look_up(words[index].group())[1]:
            return index
        for phrase in rule.phrases:
            here = words[index : index + len(phrase)]
            if len(here) == len(phrase) and all(
                word_set in self._look_up(word.group())[1]
                for word_set, word in zip(phrase, here, strict=True)
            ):
                return index + len(phrase) - 1
        return None

    def _menu_lines(self, text: str) -> list[tuple[int, int]]:
        """Return the stretches of text that are menus, ascending: many short items in a line."""
        if not self._separators.search(text):
            return []
        menus = []
        for line in re.finditer(r"[^\n]+", text):
            items = self._separators.split(line.group())
            if (
                len(items) > self._fewest_separators
                and not re.search(r"\d", line.group())
                and all(len(item.split()) <= self._longest_item for item in items)
            ):
                menus.append(line.span())
        return menus


def fold(word: str) -> str:
    """Return a word in small letters, umlauts as their base vowel, sharp s as ss."""
    return word.lower().translate(_FOLD)


def _rule(entry: Mapping[str, Any], index: WordIndex) -> TopicRule:
    """Return one rule, its words added to the index; raise InputError where it is faulty."""
    name = entry.get("id", "without id")
    try:
        phrases = []
        for number, words in enumerate(entry["words"]):
            patterns = words.split()
            index.add(name if len(patterns) == 1 else name + _BEGIN, patterns[0])
            if len(patterns) > 1:
                phrases.append(tuple(f"{name}/{number}/{place}" for place in range(len(patterns))))
                for word_set, pattern in zip(phrases[-1], patterns, strict=True):
                    index.add(word_set, pattern)
        for key, suffix in (("except", _EXCEPT), ("near", _NEAR), ("unless", _UNLESS)):
            for pattern in entry.get(key, ()):
                index.add(name + suffix, pattern)
        return TopicRule(
            id=entry["id"],
            topic=entry["topic"],
            phrases=tuple(phrases),
            has_near="near" in entry,
            has_unless="unless" in entry,
            window=entry.get("window", _DEFAULT_WINDOW),
            is_place=entry.get("place", False),
            of_partner=entry.get("of_partner", False),
            is_field=entry.get("field", False),
            yields=entry.get("yields", False),
            not_at=frozenset(entry.get("not_at", ())),
            example=entry["example"],
            counter=entry.get("counter", ""),
            note=entry["note"],
        )
    except KeyError as error:
        raise InputError(f"The topic rule {name!r} lacks the key {error}.") from error
    except InputError as error:
        raise InputError(f"The topic rule {name!r} is faulty: {error}") from error


def load_rules(path: Path, *further: Path) -> TopicRules:
    """Return the rules of TOML files; raise InputError where one cannot be used.

    The first file holds the general part as well. Rules for words that mean something only within
    a field come last: a word is taken by the first rule that has it.
    """
    data = _read(path)
    try:
        entries = [*data["rule"], *(e for file in further for e in _read(file)["rule"])]
        ordered = sorted(entries, key=lambda entry: bool(entry.get("field")))
        return TopicRules({**data, "rule": ordered})
    except KeyError as error:
        raise InputError(f"The topic rules {path} lack the key {error}.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The topic rules {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The topic rules {path} are not valid TOML: {error}.") from error


@cache
def default_rules() -> TopicRules:
    """Return the project's own rules, read once."""
    return load_rules(RULES_FILE, *sorted(WIDE_FOLDER.glob("*.toml")))


def find_topics(text: str) -> list[FoundTopic]:
    """Return what a text tells of by the project's rules, ordered by position, then topic."""
    return default_rules().find(text)
