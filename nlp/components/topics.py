"""What a text tells of, as spans; found by ``nlp.topic_rules``."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.topic_rules import TopicRules, default_rules

SPAN_KEY = "topics"


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
