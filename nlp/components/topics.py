"""Find what a text tells of: hospital beds are health, trams are transport.

All language knowledge is in ``nlp/rules/topics.toml``; its head explains the notation. Words are
folded (lower case, no umlauts) and looked up one by one, so the cost of the rules is paid once for
each distinct word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from partnernetz.errors import InputError

SPAN_KEY = "topics"

_RULES_FILE = Path(__file__).resolve().parent.parent / "rules" / "topics.toml"
_HYPHENS = "-\u2010\u2011"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*[{_HYPHENS}]?")
_HYPHEN = re.compile(f"[{_HYPHENS}]")
#: A full stop after a digit belongs to a date more often than it ends a sentence.
_SENTENCE_END = re.compile(r"(?<!\d)[.!?:][\"'“”«»)]*\s+(?=[^\W\d_a-zäöü]|[\"„“«»(])|\n\s*\n")
_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_LONGEST_WORD = 80
_CACHED_WORDS = 100_000
_DEFAULT_WINDOW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTopic:
    """A topic that a word tells of; ``start`` and ``end`` count characters of the text."""

    start: int
    end: int
    topic: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPattern:
    """A set of words: ``regex`` must match the whole folded word."""

    regex: re.Pattern[str]
    noun_regex: re.Pattern[str] | None

    def matches(self, word: str) -> bool:
        """Return whether the word, as it stands in the text, belongs to the set."""
        folded = fold(word)
        return bool(
            self.regex.fullmatch(folded)
            or (self.noun_regex and word[:1].isupper() and self.noun_regex.fullmatch(folded))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """A word family that tells of a topic.

    ``phrases`` are further words that must follow a word of ``words`` (empty for single words).
    With ``near``, one of its words must stand within ``window`` words in the same sentence.
    ``is_place``: where it follows "im", "am" and the like it is only where something happens.
    """

    id: str
    topic: str
    words: WordPattern
    excluded: WordPattern
    phrases: tuple[tuple[WordPattern, ...], ...]
    near: WordPattern | None
    window: int
    is_place: bool
    example: str
    counter: str
    note: str


class TopicRules:
    """The rules of a file, ready to be applied; holds a bounded cache and no other state."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Read the rules from a parsed TOML file; raise InputError where one is faulty."""
        self.rules = tuple(_rule(entry) for entry in data["rule"])
        general = data["general"]
        self._look_alikes = word_pattern(general["look_alikes"])
        self._locatives = frozenset(general["locatives"])
        self._joiners = frozenset(general["joiners"])
        self._separators = re.compile("|".join(map(re.escape, general["menu_separators"])))
        self._fewest_separators: int = general["menu_fewest_separators"]
        self._longest_item: int = general["menu_longest_item"]
        self._rules_of = lru_cache(maxsize=_CACHED_WORDS)(self._look_up)

    def find(self, text: str) -> list[FoundTopic]:
        """Return the topics of a text, ordered by position, then topic.

        A word tells of a topic once, by the first rule of the file that says so; one word may
        tell of several topics.
        """
        words = list(_WORD.finditer(text))
        menus = self._menu_lines(text)
        found: dict[tuple[int, int, str], FoundTopic] = {}
        for index, match in enumerate(words):
            for rule, end_index in self._hits(text, words, index):
                start, end = match.start(), words[end_index].end()
                if any(begin <= start < stop for begin, stop in menus):
                    continue
                found.setdefault(
                    (start, end, rule.topic),
                    FoundTopic(start=start, end=end, topic=rule.topic, rule=rule.id),
                )
        return [found[key] for key in sorted(found)]

    def _hits(
        self, text: str, words: Sequence[re.Match[str]], index: int
    ) -> Iterator[tuple[TopicRule, int]]:
        """Yield the rules that hold for a word, each with the index of its last word."""
        word = words[index].group()
        candidates = self._rules_of(word)
        if _HYPHEN.match(word[-1]):
            candidates = (*candidates, *self._rules_of_ellipsis(words, index))
        for rule in candidates:
            if rule.is_place and index and fold(words[index - 1].group()) in self._locatives:
                continue
            if rule.near and not _is_near(rule, text, words, index):
                continue
            end_index = _end_of_phrase(rule, words, index)
            if end_index is not None:
                yield rule, end_index

    def _look_up(self, word: str) -> tuple[TopicRule, ...]:
        """Return the rules whose words a word, or a part of it between hyphens, belongs to."""
        if len(word) > _LONGEST_WORD:
            return ()
        parts = [part for part in _HYPHEN.split(word) if part]
        if len(parts) > 1:
            parts.append("".join(parts))
        if self._look_alikes.matches(parts[-1]):
            return ()
        return tuple(
            rule
            for rule in self.rules
            if any(rule.words.matches(part) and not rule.excluded.matches(part) for part in parts)
        )

    def _rules_of_ellipsis(
        self, words: Sequence[re.Match[str]], index: int
    ) -> tuple[TopicRule, ...]:
        """Return the rules of "Umwelt-" in "Umwelt- und Verkehrspolitik": of "Umweltpolitik".

        Where the compound's head begins is unknown, so every end of it is tried. A hyphen at a
        line's end, followed by a small letter, is a torn word and is put together.
        """
        first = words[index].group()[:-1]
        joined = False
        for following in words[index + 1 : index + 6]:
            word = following.group()
            if fold(word) in self._joiners:
                joined = True
                continue
            if _HYPHEN.match(word[-1]):
                continue
            if not joined and word[0].islower():
                return self._rules_of(first + word)
            whole = _HYPHEN.sub("", word)[:_LONGEST_WORD]
            heads = {whole[begin:].lower() for begin in range(3, len(whole) - 2)}
            rules = {rule.id: rule for head in heads for rule in self._rules_of(first + head)}
            return tuple(rule for rule in self.rules if rule.id in rules)
        return ()

    def _menu_lines(self, text: str) -> list[tuple[int, int]]:
        """Return the stretches of text that are menus: many short items between separators."""
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


def word_pattern(patterns: Sequence[str]) -> WordPattern:
    """Return the set of words that patterns in the notation of ``topics.toml`` describe."""
    nouns = [_regex(pattern) for pattern in patterns if pattern[0].isupper()]
    others = [_regex(pattern) for pattern in patterns if not pattern[0].isupper()]
    return WordPattern(
        regex=re.compile("|".join(others) or r"(?!)"),
        noun_regex=re.compile("|".join(nouns)) if nouns else None,
    )


@cache
def _regex(pattern: str) -> str:
    if not re.fullmatch(r"\*?\w+[*~]?", pattern):
        raise InputError(f"The word pattern {pattern!r} is none: write one word with * or ~.")
    endings = "(?:e|n|s|en|em|er|es|ern|ens|in|innen|nen|ne|se|sen|ses)?"
    return re.escape(fold(pattern)).replace(r"\*", r"\w*").replace(r"\~", "~").replace("~", endings)


def _rule(entry: Mapping[str, Any]) -> TopicRule:
    """Return one rule; raise InputError naming it where something is missing or faulty."""
    name = entry.get("id", "without id")
    try:
        phrases = [pattern.split() for pattern in entry["words"]]
        single = all(len(phrase) == 1 for phrase in phrases)
        return TopicRule(
            id=entry["id"],
            topic=entry["topic"],
            words=word_pattern([phrase[0] for phrase in phrases]),
            excluded=word_pattern(entry.get("except", ())),
            phrases=()
            if single
            else tuple(tuple(word_pattern([word]) for word in phrase) for phrase in phrases),
            near=word_pattern(entry["near"]) if "near" in entry else None,
            window=entry.get("window", _DEFAULT_WINDOW),
            is_place=entry.get("place", False),
            example=entry["example"],
            counter=entry.get("counter", ""),
            note=entry["note"],
        )
    except KeyError as error:
        raise InputError(f"The topic rule {name!r} lacks the key {error}.") from error
    except InputError as error:
        raise InputError(f"The topic rule {name!r} is faulty: {error}") from error


def _is_near(rule: TopicRule, text: str, words: Sequence[re.Match[str]], index: int) -> bool:
    """Return whether a companion of the rule stands close by in the same sentence."""
    assert rule.near is not None
    begin = max(0, index - rule.window)
    for other in range(begin, min(len(words), index + rule.window + 1)):
        if other == index or not rule.near.matches(words[other].group()):
            continue
        left, right = sorted((index, other))
        if not _SENTENCE_END.search(text, words[left].end(), words[right].start() + 1):
            return True
    return False


def _end_of_phrase(rule: TopicRule, words: Sequence[re.Match[str]], index: int) -> int | None:
    """Return the index of the last word of the phrase begun here, None where there is none."""
    if not rule.phrases:
        return index
    for phrase in rule.phrases:
        here = words[index : index + len(phrase)]
        if len(here) == len(phrase) and all(
            pattern.matches(word.group()) for pattern, word in zip(phrase, here, strict=True)
        ):
            return index + len(phrase) - 1
    return None


def load_rules(path: Path) -> TopicRules:
    """Return the rules of a TOML file; raise InputError where it cannot be used."""
    try:
        return TopicRules(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"The topic rules {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The topic rules {path} are not valid TOML: {error}.") from error
    except KeyError as error:
        raise InputError(f"The topic rules {path} lack the key {error}.") from error


@cache
def default_rules() -> TopicRules:
    """Return the project's own rules, read once."""
    return load_rules(_RULES_FILE)


def find_topics(text: str) -> list[FoundTopic]:
    """Return what a text tells of by the project's rules, ordered by position, then topic."""
    return default_rules().find(text)


class TopicFinder:
    """Fills ``doc.spans["topics"]``: a span's label is the topic id, its id the rule's."""

    def __init__(self, rules: TopicRules) -> None:
        """Keep the rules to apply."""
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its topics; spans grow to whole tokens."""
        spans = (
            doc.char_span(
                found.start,
                found.end,
                label=found.topic,
                span_id=found.rule,
                alignment_mode="expand",
            )
            for found in self._rules.find(doc.text)
        )
        doc.spans[SPAN_KEY] = [span for span in spans if span is not None]
        return doc


@Language.factory("partnernetz_topics", assigns=["doc.spans"])
def make_topics(nlp: Language, name: str) -> TopicFinder:
    """Return the pipeline component that finds topics."""
    return TopicFinder(default_rules())
