"""Sentences: blocks of the Document, cut at full stops that end a sentence."""

from __future__ import annotations

import re
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Token

from nlp.rulebook import word_list
from partnernetz.records import Block, Document

_ENDS = frozenset({".", "!", "?", "…", ":"})
#: "a.d", "o.d", "u.a.m": short words joined by full stops, before the last of these.
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
_AFTER_END = frozenset({"“", "”", '"', "«", "»", ")", "]", "’", "'", "‘"})


def document_of(doc: Doc) -> Document:
    """Return the Document that a Doc was made from."""
    document: Document = doc._.document
    return document


def block_of(doc: Doc, offset: int) -> Block | None:
    """Return the block in which a character lies."""
    return next((b for b in document_of(doc).blocks if b.start <= offset < b.end), None)


@cache
def _abbreviations() -> frozenset[str]:
    return word_list("abbreviations.txt")


def _ends_sentence(token: Token) -> bool:
    """Return whether a sentence ends at the token."""
    text = token.text
    if text in ("!", "?", "…"):
        return True
    if not text.endswith("."):
        return False
    if len(text) > 1:  # "12.", "Dr.", "u.a.", "1986.": the tokenizer kept the dot
        return re.fullmatch(r"\d{3,4}\.", text) is not None and _next_opens(token)
    previous = token.nbor(-1) if token.i else None
    if previous is None or previous.whitespace_:
        return True
    if re.fullmatch(r"\d{1,2}", previous.text) or len(previous.text) == 1:
        return False
    if _DOTTED.fullmatch(previous.text):
        return False
    return previous.text.casefold() not in _abbreviations()


def _next_opens(token: Token) -> bool:
    """Return whether the token after this one can begin a sentence."""
    following = token.nbor(1) if token.i + 1 < len(token.doc) else None
    return following is None or not following.text[0].islower()


@Language.component("partnernetz_sentences", assigns=["token.is_sent_start"])
def mark_sentences(doc: Doc) -> Doc:
    """Set sentence starts: at every block, and after every full stop within one."""
    block_starts = {block.start for block in document_of(doc).blocks}
    starts_next = True
    for token in doc:
        at_block = token.idx in block_starts
        if starts_next and not at_block and token.text in _AFTER_END:
            token.is_sent_start = False
            continue
        token.is_sent_start = at_block or (starts_next and not token.is_space)
        if token.is_sent_start:
            starts_next = False
        if _ends_sentence(token):
            starts_next = True
    return doc
