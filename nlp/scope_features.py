"""Features of a sentence: what it, its block and its surroundings say of ties, whoever is meant."""

from __future__ import annotations

import math
from collections.abc import Mapping

from nlp.reading_view import ReadingView, Sentence, is_row
from partnernetz.records import Block

_NEAR_SENTENCES = 2
_SHORTEST_RUN = 2
_BLOCKS_BEFORE_RUN = 3

Features = Mapping[str, float]


def tie_before(view: ReadingView, sentence: Sentence) -> bool:
    """Return whether one of the two sentences before names a tie."""
    return any(
        s.has("tie")
        for s in view.sentences[max(0, sentence.index - _NEAR_SENTENCES) : sentence.index]
    )


def scope_of(view: ReadingView, sentence: Sentence) -> Features:
    """Return the features of a sentence with their strengths, worked out once for each."""
    found: dict[int, Features] = view.scopes
    if sentence.index not in found:
        found[sentence.index] = _scope(view, sentence)
    return found[sentence.index]


def _scope(view: ReadingView, sentence: Sentence) -> Features:
    found: dict[str, float] = {}
    _see_tie(view, sentence, found)
    _see_surroundings(view, sentence, found)
    _see_row(view, sentence, found)
    for other in sentence.triggers_of("other"):
        found[f"other-{other.rule.value}"] = 1.0
    for category in ("both", "voice", "cooperation", "order", "hint", "municipal"):
        if sentence.has(category):
            found["both" if category == "both" else f"{category}-here"] = 1.0
    for event in sentence.triggers_of("event"):
        found[f"here-{event.rule.value}"] = 1.0
    for status in sentence.triggers_of("status"):
        if status.rule.value != "active":
            found[f"here-{status.rule.value}"] = 1.0
    if sentence.dates:
        found["dated"] = 1.0
    if any(d.kind == "age" for d in sentence.dates):
        found["aged"] = 1.0
    return found


def _see_tie(view: ReadingView, sentence: Sentence, found: dict[str, float]) -> None:
    if sentence.modality != "asserted":
        found[f"here-{sentence.modality}"] = 1.0
    if not sentence.has("tie"):
        return
    found["tie-here"] = 1.0
    for tie in sentence.triggers_of("tie"):
        found[f"tie-{tie.rule.value}"] = 1.0
        if tie.rule.id != "tie-partnership":
            found["tie-specific"] = 1.0
    for event in sentence.triggers_of("event"):
        found[f"tie-{event.rule.value}"] = 1.0
    if sentence.dates:
        found["tie-dated"] = 1.0
    if sentence.modality != "asserted":
        found[f"tie-{sentence.modality}"] = 1.0


def _see_surroundings(view: ReadingView, sentence: Sentence, found: dict[str, float]) -> None:
    if sentence.index in view.under_tie:
        found["tie-in-heading"] = 1.0
        if sentence.dates:
            found["heading-dated"] = 1.0
    if tie_before(view, sentence):
        found["tie-before"] = 1.0
        for event in sentence.triggers_of("event"):
            found[f"after-tie-{event.rule.value}"] = 1.0
        if sentence.dates:
            found["tie-before-dated"] = 1.0
    following = view.sentences[sentence.index + 1 : sentence.index + 2]
    if any(s.has("tie") for s in following):
        found["tie-after"] = 1.0
    in_block = view.sentences_of_block(sentence.block)
    if any(s.has("tie") for s in in_block):
        found["tie-in-block"] = 1.0
    if any(s.has("hint") for s in in_block):
        found["hint-in-block"] = 1.0
    if any(s.has("hint") for s in view.sentences[max(0, sentence.index - 2) : sentence.index]):
        found["hint-before"] = 1.0
    with_tie = view.once("with-tie", lambda: [s.index for s in view.sentences if s.has("tie")])
    gaps = [abs(sentence.index - index) for index in with_tie]
    if gaps:
        found["tie-closeness"] = 1.0 / (1.0 + min(gaps))
    found["position"] = sentence.index / max(1, len(view.sentences))
    places = len(sentence.place_ids())
    found["places-here"] = math.log2(1 + places)
    if sentence.block.kind in ("heading", "title"):
        found["heading-here"] = 1.0


def _see_row(view: ReadingView, sentence: Sentence, found: dict[str, float]) -> None:
    """Collect whether the sentence is one of a run of rows that name places."""
    if not is_row(sentence.block):
        return
    found["row"] = 1.0
    run = view.rows_around(sentence.block)
    if len(run) < _SHORTEST_RUN:
        return
    found["row-run"] = math.log2(len(run))
    if _is_introduced(view, run[0]):
        found["run-under-tie"] = 1.0
    dated = sum(1 for block in run if any(s.dates for s in view.sentences_of_block(block)))
    found["run-dated"] = dated / len(run)


def _is_introduced(view: ReadingView, first: Block) -> bool:
    """Return whether a tie is named in the blocks right above a run, or in its first row."""
    position = view.position_of(first)
    above = view.document.blocks[max(0, position - _BLOCKS_BEFORE_RUN) : position + 1]
    return any(s.has("tie") for block in above for s in view.sentences_of_block(block))
