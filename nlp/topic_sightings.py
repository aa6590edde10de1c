"""Where a Document may tell of a topic of a pair, and the signs that it is lived cooperation.

A candidate is a pair and a topic. Each sighting of it is a sentence that speaks of the pair and has
words of the topic; its signs are the names of what stands around these words: contexts (see
``topic_contexts``), triggers, and how the sentence stands to its pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from nlp.attribution import Attribution, PairKey
from nlp.reading_view import ReadingView, Sentence
from nlp.topic_contexts import around_sentence, around_word, ids_of, is_vetoed
from nlp.topic_rules import FoundTopic, default_rules, fold

_TRIGGERS = ("cooperation", "both", "tie")
_SIGNS_FOR = frozenset({"among-many"})
_HALF_SIGNS = frozenset({"both", "tie", "both-named", "dense"})
_MORE_SIGNS = frozenset({"short", "gift"})
_SIGNS_AGAINST = frozenset({"unreal", "portrayed"})
_NEVER = frozenset({"yielding", "only-present"})
_OF_PARTNER = frozenset({"named", "both", "gives"})
#: A sign for counts two, half a sign one, a sign against four; two are needed.
_FOR, _HALF, _AGAINST, _NEEDED = 2, 1, 4, 2
_SHORT = 8  # sentences of a note that is all about its pair
_FEWEST_FIELD_WORDS = 2
_DENSE = 2  # words of a topic in one sentence that make it the sentence's theme
_STEM = 8  # letters in which words of one family agree
_MANY_TOPICS = 3
_PORTRAIT = 2  # sentences over which a portrait goes on
_CLAUSE_END = ";"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSighting:
    """A sentence that may tell of a topic, the words that do, and the signs around them.

    ``is_field``: the words mean the topic only in company.
    """

    sentence: int
    words: frozenset[str]
    signs: frozenset[str]
    is_field: bool

    @property
    def is_told(self) -> bool:
        """Return whether the signs say that the sentence tells of lived cooperation."""
        return is_told(self.signs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCandidate:
    """A topic that a Document may tell of a pair, with its sightings in the text's order."""

    pair: PairKey
    topic: str
    sightings: tuple[TopicSighting, ...]

    @property
    def is_told(self) -> bool:
        """Return whether the topic is told: by firm words, or by several words of its field."""
        told = [sighting for sighting in self.sightings if sighting.is_told]
        if any(not s.is_field or len(s.words) >= _FEWEST_FIELD_WORDS for s in told):
            return True
        words = frozenset[str]().union(*(sighting.words for sighting in self.sightings))
        return bool(told) and len(words) > _FEWEST_FIELD_WORDS


def topic_candidates(
    view: ReadingView, attributions: Mapping[int, Attribution], *, pairs: int
) -> list[TopicCandidate]:
    """Return the candidates of a Document, ordered by pair and topic.

    ``pairs`` is the number of pairs that the Document states.
    """
    found: dict[tuple[PairKey, str], list[TopicSighting]] = {}
    for index, attribution in attributions.items():
        sentence = view.sentences[index]
        if sentence.block.kind == "title" or not sentence.topics:
            continue
        shared = _signs_of_sentence(view, sentence, attribution)
        for topic, words in _words_by_topic(sentence).items():
            sighting = _sighting(sentence, topic, words, shared, is_sole=pairs == 1)
            for pair in _pairs_of(sentence, attribution, words):
                found.setdefault((pair, topic), []).append(sighting)
    return [
        TopicCandidate(pair=pair, topic=topic, sightings=tuple(sightings))
        for (pair, topic), sightings in sorted(found.items())
    ]


def is_told(signs: Set[str]) -> bool:
    """Return whether signs say that something is lived cooperation.

    One sign for it suffices, or two halves, where nothing speaks against it.
    """
    if not signs.isdisjoint(_NEVER | ids_of("never")):
        return False
    if "wants-partner" in signs and signs.isdisjoint(_OF_PARTNER | ids_of("partner")):
        return False
    halves = len(signs & (_HALF_SIGNS | ids_of("half")))
    if halves and not signs.isdisjoint(_MORE_SIGNS | ids_of("more")):
        halves += 1
    weight = (
        _FOR * len(signs & (_SIGNS_FOR | ids_of("for")))
        + _HALF * halves
        - _AGAINST * len(signs & (_SIGNS_AGAINST | ids_of("against")))
    )
    return weight >= _NEEDED


def _words_by_topic(sentence: Sentence) -> dict[str, list[FoundTopic]]:
    """Return the words of a sentence that tell of each topic, without names of places."""
    found: dict[str, list[FoundTopic]] = {}
    for word in sentence.topics:
        if any(word.start < m.end and m.start < word.end for m in sentence.places):
            continue
        if not is_vetoed(_around(sentence, word)):
            found.setdefault(word.topic, []).append(word)
    return found


def _around(sentence: Sentence, word: FoundTopic) -> tuple[str, ...]:
    return around_word(sentence.text, word.start - sentence.start, word.end - sentence.start)


def _sighting(
    sentence: Sentence,
    topic: str,
    words: Sequence[FoundTopic],
    shared: Set[str],
    *,
    is_sole: bool,
) -> TopicSighting:
    """Return the sighting of a topic; ``shared`` are the signs of its sentence."""
    rules = [default_rules().rule(word.rule) for word in words]
    is_field = all(rule.is_field for rule in rules)
    others = _firm_topics(sentence) - {topic}
    text, start = sentence.text, sentence.start
    folded = frozenset(fold(text[word.start - start : word.end - start]) for word in words)
    stems = {word[:_STEM] for word in folded}
    signs = {*shared, *(sign for word in words for sign in _around(sentence, word))}
    signs.update(
        name
        for name, holds in {
            "wants-partner": all(rule.of_partner for rule in rules),
            "yielding": len(others) == 1 and all(rule.yields for rule in rules),
            "only-present": all(
                any(sentence.has("event", event) for event in rule.not_at) for rule in rules
            ),
            "among-many": len(others) + 1 >= _MANY_TOPICS,
            "dense": is_sole and len(stems) >= _DENSE + is_field,
        }.items()
        if holds
    )
    return TopicSighting(
        sentence=sentence.index, words=folded, signs=frozenset(signs), is_field=is_field
    )


def _firm_topics(sentence: Sentence) -> frozenset[str]:
    """Return the topics of a sentence without those that only words of a field tell."""
    rules = default_rules()
    return frozenset(w.topic for w in sentence.topics if not rules.rule(w.rule).is_field)


def _signs_of_sentence(
    view: ReadingView, sentence: Sentence, attribution: Attribution
) -> frozenset[str]:
    """Return the signs that a sentence gives to all of its topics."""
    named = sentence.place_ids()
    is_short = len(view.sentences) <= _SHORT
    is_silent = not any(sentence.has(category) for category in _TRIGGERS)
    signs = {
        "named": attribution.is_named,
        "both-named": any(named.issuperset(pair) for pair in attribution.pairs),
        "short": is_short,
        "unreal": sentence.modality != "asserted",
        "portrayed": is_silent and not is_short and _is_portrayed_before(view, sentence),
        **{category: sentence.has(category) for category in _TRIGGERS},
    }
    found = frozenset(around_sentence(sentence.text))
    signs["gift"] = attribution.is_named and "gives" in found
    return found.union(name for name, holds in signs.items() if holds)


def _is_portrayed_before(view: ReadingView, sentence: Sentence) -> bool:
    """Return whether the sentences right before, under the same heading, portray a town."""
    before = view.sentences[max(0, sentence.index - _PORTRAIT) : sentence.index]
    return any(
        "portrait" in around_sentence(other.text) and not other.has("tie")
        for other in before
        if other.block.headings == sentence.block.headings and other.block.kind != "heading"
    )


def _pairs_of(
    sentence: Sentence, attribution: Attribution, words: Sequence[FoundTopic]
) -> tuple[PairKey, ...]:
    """Return the pairs of which the words tell: of several those that their clause names.

    A clause ends at a semicolon. A pair of which both towns are named goes before one of which
    only one is.
    """
    pairs = attribution.pairs
    if len(pairs) < 2 or not attribution.is_named:
        return pairs
    found: dict[PairKey, None] = {}
    for word in words:
        start, end = _clause_of(sentence, word)
        ids = {m.place.id for m in sentence.places if start <= m.start < end}
        named = [pair for pair in pairs if ids.intersection(pair)] or list(pairs)
        whole = [pair for pair in named if ids.issuperset(pair)]
        found.update(dict.fromkeys(whole or named))
    return tuple(found)


def _clause_of(sentence: Sentence, word: FoundTopic) -> tuple[int, int]:
    """Return where the clause of a word begins and ends: semicolons part clauses."""
    text = sentence.text
    start = text.rfind(_CLAUSE_END, 0, word.start - sentence.start) + 1
    end = text.find(_CLAUSE_END, word.end - sentence.start)
    return sentence.start + start, sentence.start + (len(text) if end < 0 else end)
