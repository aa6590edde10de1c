"""Which topics a Document tells of which pair, and in which sentences."""

from __future__ import annotations

from collections.abc import Mapping

from nlp.attribution import Attribution, PairKey
from nlp.reading_view import ReadingView
from nlp.topic_rules import default_rules
from nlp.topic_sightings import topic_candidates

ToldTopics = Mapping[PairKey, Mapping[int, tuple[str, ...]]]


def told_topics(
    view: ReadingView, attributions: Mapping[int, Attribution], *, pairs: int
) -> ToldTopics:
    """Return the topics told of each pair, by the index of the sentence that tells of them.

    ``pairs`` is the number of pairs that the Document states.
    """
    found: dict[PairKey, dict[int, list[str]]] = {}
    for candidate in topic_candidates(view, attributions, pairs=pairs):
        if not candidate.is_told:
            continue
        for sighting in candidate.sightings:
            if sighting.is_told:
                sentences = found.setdefault(candidate.pair, {})
                sentences.setdefault(sighting.sentence, []).append(candidate.topic)
    return {
        pair: {index: tuple(topics) for index, topics in sorted(sentences.items())}
        for pair, sentences in found.items()
    }


def topics_of_text(view: ReadingView) -> tuple[str, ...]:
    """Return the ids of all topics that a whole text speaks of, of whomever, in order."""
    rules = default_rules()
    words = (word for sentence in view.sentences for word in sentence.topics)
    return tuple(sorted({word.topic for word in words if not rules.rule(word.rule).is_field}))
