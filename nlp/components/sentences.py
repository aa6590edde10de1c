"""Sentences: blocks of the Document, cut at full stops that end a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from nlp.rulebook import word_list
from partnernetz.records import Document

_LAST_LETTERS = frozenset(".!?…")
#: spaCy's marks of a token that opens a sentence and of one that does not.
_OPENS, _WITHIN = 1, -1
#: "a.d", "o.d", "u.a.m": short words joined by full stops, before the last of these.
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
_AFTER_END = frozenset({"“", "”", '"', "«", "»", ")", "]", "’", "'", "‘"})


def document_of(doc: Doc) -> Document:
    """Return the Document that a Doc was made from."""
    document: Document = doc._.document
    return document


@cache
def _abbreviations() -> frozenset[str]:
    return word_list("abbreviations.txt")


def _ends_sentence(doc: Doc, words: Sequence[str], number: int) -> bool:
    """Return whether a sentence ends at a token."""
    text = words[number]
    if text in ("!", "?", "…"):
        return True
    if not text.endswith("."):
        return False
    if len(text) > 1:  # "12.", "Dr.", "u.a.", "1986.": the tokenizer kept the dot
        return re.fullmatch(r"\d{3,4}\.", text) is not None and _next_opens(words, number)
    if not number or doc[number - 1].whitespace_:
        return True
    previous = words[number - 1]
    if re.fullmatch(r"\d{1,2}", previous) or len(previous) == 1:
        return False
    if _DOTTED.fullmatch(previous):
        return False
    return previous.casefold() not in _abbreviations()


def _next_opens(words: Sequence[str], number: int) -> bool:
    """Return whether the token after this one can begin a sentence."""
    return number + 1 >= len(words) or not words[number + 1][0].islower()


@Language.component("partnernetz_sentences", assigns=["token.is_sent_start"])
def mark_sentences(doc: Doc) -> Doc:
    """Set sentence starts: at every block, and after every full stop within one."""
    block_starts = {block.start for block in document_of(doc).blocks}
    words = [token.text for token in doc]
    marks = np.full(len(words), _WITHIN, dtype=np.int64)
    starts_next = True
    for number, (word, offset) in enumerate(zip(words, doc.to_array("IDX").tolist(), strict=True)):
        at_block = offset in block_starts
        if starts_next and not at_block and word in _AFTER_END:
            continue
        if at_block or (starts_next and not word.isspace()):
            marks[number] = _OPENS
            starts_next = False
        if word[-1] in _LAST_LETTERS and _ends_sentence(doc, words, number):
            starts_next = True
    values: Any = marks.astype(np.uint64)[:, None]  # typed too narrowly by spaCy
    return doc.from_array(["SENT_START"], values)


def sentence_bounds(doc: Doc) -> list[tuple[int, int, int]]:
    """Return the first token of each sentence, and its first and last character.

    These are those of ``doc.sents``, without an object for each.
    """
    if not len(doc):
        return []
    found = doc.to_array(["SENT_START", "IDX", "LENGTH"]).astype(np.int64)
    first = np.concatenate(([0], np.flatnonzero(found[1:, 0] == _OPENS) + 1))
    last = np.concatenate((first[1:], [len(doc)])) - 1
    ends = found[last, 1] + found[last, 2]
    return list(zip(first.tolist(), found[first, 1].tolist(), ends.tolist(), strict=True))
