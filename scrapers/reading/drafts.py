"""Blocks before they have offsets, and the text that they make up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from partnernetz.records import Block, BlockKind

#: Control characters that are no white space, soft hyphens, invisible and direction marks,
#: lone surrogates: what must not reach a table, a terminal or a stable id.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A Block that still carries its own text."""

    kind: BlockKind
    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None


def clean(text: str) -> str:
    """Return text with white space folded, control characters removed, letters composed (NFC).

    >>> clean("Eisen\\u00adhüttenstadt\\x1f \\n seit\\u200b 1986")
    'Eisenhüttenstadt seit 1986'
    """
    folded = " ".join(_UNWANTED.sub("", text).split())
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def join_blocks(drafts: Iterable[Draft]) -> tuple[str, tuple[Block, ...]]:
    """Return the text of a Document and its blocks.

    A blank line stands between blocks, a line break between list items and between table rows.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    position = 0
    previous: BlockKind | None = None
    for draft in drafts:
        if not draft.text:
            continue
        if previous is not None:
            is_row = draft.kind == previous and draft.kind in ("list_item", "table_row")
            parts.append("\n" if is_row else "\n\n")
            position += len(parts[-1])
        end = position + len(draft.text)
        blocks.append(
            Block(
                kind=draft.kind,
                start=position,
                end=end,
                headings=draft.headings,
                page=draft.page,
            )
        )
        parts.append(draft.text)
        position, previous = end, draft.kind
    return "".join(parts), tuple(blocks)
