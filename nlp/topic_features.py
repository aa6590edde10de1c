"""Topics that a Document may tell of a pair, with what speaks for and against each.

A candidate is a pair and a topic; it was sighted in sentences that speak of the pair. The features
of a sighting are names of what stands around the topic's words; those of a candidate are all of
them, and how often the topic was sighted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from nlp.attribution import Attribution, PairKey
from nlp.components.topics import FoundTopic, default_rules, fold
from nlp.reading_view import ReadingView, Sentence, is_row
from nlp.topic_contexts import around_sentence, around_word, ids_of, is_vetoed

_TRIGGERS = ("cooperation", "both", "tie")
_TRIGGER_VALUES = ("event", "status", "other", "modality")
_PORTRAIT = 2  # sentences that a portrait goes on
_CLOSE = 40  # characters between a topic's word and what is done together
_MANY_TOPICS = 3
_FEWEST_FIELD_WORDS = 2
_STEM = 8  # letters by which words of one family agree
_DENSE = 2  # words of a topic in one sentence
_CLAUSE_END = ";"
_NEVER = frozenset({"yielding", "only-present", "denied", "thanked"})
_SIGNS_FOR = frozenset({"tie", "cooperation", "both", "both-named", "among-many", "dense"})
_SIGNS_AGAINST = frozenset({"modality=planned", "modality=denied", "portrayed"})
_OF_PARTNER = frozenset({"named", "from_there", "turn", "both", "gives"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSighting:
    """A sentence that may tell of a topic: by which ``words``, and what speaks for or against."""

    sentence: int
    features: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCandidate:
    """A topic that a Document may tell of a pair, with its sightings in the text's order."""

    pair: PairKey
    topic: str
    sightings: tuple[TopicSighting, ...]

    @property
    def features(self) -> dict[str, float]:
        """Return the features of all sightings and how many there are."""
        names = frozenset[str]().union(*(sighting.features for sighting in self.sightings))
        return {
            **dict.fromkeys(sorted(names), 1.0),
            "sightings": round(math.log2(len(self.sightings)), 3),
        }


def topic_candidates(
    view: ReadingView, attributions: Mapping[int, Attribution], *, pairs: int
) -> list[TopicCandidate]:
    """Return the candidates of a Document, ordered by pair and topic.

    ``pairs`` is the number of pairs that the Document states.
    """
    found: dict[tuple[PairKey, str], list[TopicSighting]] = {}
    of_document = _document_features(view, pairs)
    for index, attribution in attributions.items():
        sentence = view.sentences[index]
        if sentence.block.kind == "title" or not sentence.topics:
            continue
        shared = of_document | _sentence_features(view, sentence, attribution)
        for topic, words in _words_by_topic(sentence).items():
            features = shared | _word_features(sentence, topic, words)
            told_by = _folded(sentence, words)
            if pairs == 1 and _is_dense(features, told_by):
                features |= {"dense"}
            if is_told(features):
                features |= {"told"}
            for pair in _pairs_of(sentence, attribution, words):
                found.setdefault((pair, topic), []).append(
                    TopicSighting(sentence=index, features=features, words=told_by)
                )
    return [
        TopicCandidate(pair=pair, topic=topic, sightings=tuple(sightings))
        for (pair, topic), sightings in sorted(found.items())
    ]


def _is_dense(features: Set[str], words: Set[str]) -> bool:
    """Return whether so many words of one sentence tell of a topic that it must be its theme."""
    return len({word[:_STEM] for word in words}) >= _DENSE + ("field" in features)


def is_told(features: Set[str]) -> bool:
    """Return whether a sighting tells of lived cooperation, by the signs around it alone."""
    if not _NEVER.isdisjoint(features):
        return False
    if {"weak", "topic=aid"} <= features and _OF_PARTNER.isdisjoint(features):
        return False
    signs_for = len(ids_of("for") & features) + len(_SIGNS_FOR & features)
    signs_against = len(ids_of("against") & features) + len(_SIGNS_AGAINST & features)
    return signs_for > 0 and (signs_against == 0 or signs_for - 2 * signs_against > 1)


def is_topic_told(candidate: TopicCandidate) -> bool:
    """Return whether the sightings of a topic suffice, by the signs around them alone."""
    told = [sighting for sighting in candidate.sightings if "told" in sighting.features]
    if any("field" not in sighting.features for sighting in told):
        return True
    if any(len(sighting.words) >= _FEWEST_FIELD_WORDS for sighting in told):
        return True
    words = frozenset[str]().union(*(sighting.words for sighting in candidate.sightings))
    return bool(told) and len(words) > _FEWEST_FIELD_WORDS


def _words_by_topic(sentence: Sentence) -> dict[str, list[FoundTopic]]:
    """Return the words of a sentence that tell of each topic, without names of places."""
    found: dict[str, list[FoundTopic]] = {}
    for word in sentence.topics:
        if any(word.start < m.end and m.start < word.end for m in sentence.places):
            continue
        start, end = word.start - sentence.start, word.end - sentence.start
        if not is_vetoed(around_word(sentence.text, start, end)):
            found.setdefault(word.topic, []).append(word)
    return found


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


def _topics_of_firm_rules(sentence: Sentence) -> frozenset[str]:
    """Return the topics of a sentence without those that only words of a field tell."""
    rules = default_rules()
    return frozenset(w.topic for w in sentence.topics if not rules.rule(w.rule).is_field)


def _folded(sentence: Sentence, words: Sequence[FoundTopic]) -> frozenset[str]:
    text, start = sentence.text, sentence.start
    return frozenset(fold(text[word.start - start : word.end - start]) for word in words)


def _clause_of(sentence: Sentence, word: FoundTopic) -> tuple[int, int]:
    """Return where the clause of a word begins and ends: semicolons part clauses."""
    text = sentence.text
    start = text.rfind(_CLAUSE_END, 0, word.start - sentence.start) + 1
    end = text.find(_CLAUSE_END, word.end - sentence.start)
    return sentence.start + start, sentence.start + (len(text) if end < 0 else end)


def _word_features(sentence: Sentence, topic: str, words: Sequence[FoundTopic]) -> frozenset[str]:
    """Return the features of the words that tell of one topic."""
    others = _topics_of_firm_rules(sentence) - {topic}
    together = [t for c in ("cooperation", "both") for t in sentence.triggers_of(c)]
    features = {f"topic={topic}"}
    for word in words:
        start, end = word.start - sentence.start, word.end - sentence.start
        features.update(around_word(sentence.text, start, end))
        if any(_gap(word, t.start, t.end) <= _CLOSE for t in together):
            features.add("close")
    rules = [default_rules().rule(word.rule) for word in words]
    if all(rule.is_weak for rule in rules):
        features.add("weak")
    if all(rule.is_field for rule in rules):
        features.add("field")
    if len(others) == 1 and all(rule.yields for rule in rules):
        features.add("yielding")
    if all(any(sentence.has("event", event) for event in rule.not_at) for rule in rules):
        features.add("only-present")
    if len(others) + 1 >= _MANY_TOPICS:
        features.add("among-many")
    if len(words) > 1:
        features.add("told-twice")
    return frozenset(features)


def _gap(word: FoundTopic, start: int, end: int) -> int:
    return max(0, start - word.end, word.start - end)


def _document_features(view: ReadingView, pairs: int) -> frozenset[str]:
    features = {"sole-pair" if pairs == 1 else "few-pairs" if pairs < 4 else "many-pairs"}
    if view.host is not None:
        features.add("hosted")
    return frozenset(features)


def _sentence_features(
    view: ReadingView, sentence: Sentence, attribution: Attribution
) -> frozenset[str]:
    """Return what a sentence says around all of its topics, and how it speaks of its pair."""
    features = set(around_sentence(sentence.text))
    features.update(c for c in _TRIGGERS if sentence.has(c))
    for category in _TRIGGER_VALUES:
        features.update(f"{category}={t.rule.value}" for t in sentence.triggers_of(category))
    if not any(sentence.has(c) for c in _TRIGGERS):
        features.add("silent")
        if _is_told_around(view, sentence):
            features.add("told-around")
        if _is_portrayed_before(view, sentence):
            features.add("portrayed")
    features.add("named" if attribution.is_named else "unnamed")
    if len(attribution.pairs) > 1:
        features.add("shared")
    own = {place_id for pair in attribution.pairs for place_id in pair}
    named = sentence.place_ids()
    if any(set(pair) <= named for pair in attribution.pairs):
        features.add("both-named")
    if named - own:
        features.add("third-place")
    if sentence.dates:
        features.add("dated")
    kind = sentence.block.kind
    features.add("row" if kind != "heading" and is_row(sentence.block) else kind)
    if sentence.index in view.under_tie:
        features.add("under-tie")
    return frozenset(features)


def _is_told_around(view: ReadingView, sentence: Sentence) -> bool:
    """Return whether the sentence before or behind speaks of something done together."""
    around = view.sentences[max(0, sentence.index - 1) : sentence.index + 2]
    return any(
        other.has("cooperation") or other.has("both")
        for other in around
        if other is not sentence and other.block == sentence.block
    )


def _is_portrayed_before(view: ReadingView, sentence: Sentence) -> bool:
    """Return whether the sentences right before, under the same heading, portray a town."""
    before = view.sentences[max(0, sentence.index - _PORTRAIT) : sentence.index]
    return any(
        "portrait" in around_sentence(other.text) and not other.has("tie")
        for other in before
        if other.block.headings == sentence.block.headings and other.block.kind != "heading"
    )
