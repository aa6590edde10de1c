"""Triggers: the words by which a text speaks of partnerships, as spans with their rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from nlp.beginnings import TextSieve, WordSieve
from nlp.components.sentences import document_of
from nlp.rulebook import TriggerRule, trigger_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrigger:
    """A trigger in a text: character offsets and the rule that found it."""

    start: int
    end: int
    rule: TriggerRule


@cache
def _sieve() -> WordSieve:
    """Return the finder of all rules; ties are also found where a caption is glued to a text."""
    rules = trigger_rules()
    return WordSieve(
        [rule.pattern for rule in rules],
        flags=[re.NOFLAG if rule.cased else re.IGNORECASE for rule in rules],
        glued=[number for number, rule in enumerate(rules) if rule.category == "tie"],
    )


@cache
def _sieve_of(category: str) -> TextSieve:
    return TextSieve("|".join(r.pattern for r in trigger_rules() if r.category == category))


def names_tie(text: str) -> bool:
    """Return whether a text has any word that names a tie between towns."""
    return _sieve_of("tie").matches(text)


def may_state_ties(text: str) -> bool:
    """Return whether a text has any word, however weak, by which it might speak of a tie."""
    return _sieve_of("hint").matches(text)


#: Categories that a false tie does not take away.
_UNTOUCHED = ("false", "voice", "both", "other", "cooperation", "order", "hint", "municipal")


def find_triggers(text: str) -> list[FoundTrigger]:
    """Return the triggers of a text in its order.

    Rules of the category ``false`` remove the ties, statuses and events that they overlap; of two
    ties that overlap the longer one stays.
    """
    rules = trigger_rules()
    found = [
        FoundTrigger(start=start, end=end, rule=rules[number])
        for start, end, number in _sieve().find(text)
    ]
    false = [trigger for trigger in found if trigger.rule.category == "false"]
    kept = [
        trigger
        for trigger in found
        if trigger.rule.category in _UNTOUCHED
        or not any(_overlaps(trigger, other) for other in false)
    ]
    ties = [trigger for trigger in kept if trigger.rule.category == "tie"]
    return [
        trigger
        for trigger in kept
        if trigger.rule.category != "tie"
        or not any(_is_inside(trigger, other) for other in ties if other is not trigger)
    ]


def _overlaps(one: FoundTrigger, other: FoundTrigger) -> bool:
    return one.start < other.end and other.start < one.end


def _is_inside(one: FoundTrigger, other: FoundTrigger) -> bool:
    """Return whether ``one`` gives way to ``other``: shorter, or as long and by a later rule."""
    if not _overlaps(one, other):
        return False
    length, other_length = one.end - one.start, other.end - other.start
    if length != other_length:
        return length < other_length
    return _positions()[one.rule.id] > _positions()[other.rule.id]


@cache
def _positions() -> dict[str, int]:
    return {rule.id: position for position, rule in enumerate(trigger_rules())}


@Language.factory("partnernetz_triggers", assigns=["doc.spans"])
def make_triggers(nlp: Language, name: str) -> Triggers:
    """Return the component that fills ``doc.spans["triggers"]``."""
    return Triggers()


class Triggers:
    """Fill ``doc.spans["triggers"]`` (the label is the category) and ``doc._.triggers``.

    Two triggers may share a stretch ("unsere Partner" is a tie and shows it as alive), so the finds
    themselves are kept beside the spans, in the order of the text.
    """

    def __init__(self) -> None:
        if not Doc.has_extension("triggers"):
            Doc.set_extension("triggers", default=())

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its triggers."""
        found = doc._.triggers = tuple(find_triggers(document_of(doc).text))
        spans = (
            doc.char_span(
                trigger.start, trigger.end, label=trigger.rule.category, alignment_mode="expand"
            )
            for trigger in found
        )
        doc.spans["triggers"] = [span for span in spans if span is not None]
        return doc
