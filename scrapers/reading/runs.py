"""Collecting the running text of an HTML element."""

from __future__ import annotations

from dataclasses import dataclass

from scrapers.reading.drafts import clean
from scrapers.reading.lines import is_continuation, join_lines

#: Bounds to the work on hostile pages: no longer text is joined, no more pieces of a cell.
_LONGEST = 5000
_MOST_PIECES = 500


@dataclass(slots=True)
class Piece:
    """Text between two line breaks; counts are letters."""

    text: str
    characters: int
    linked: int
    bold: int

    @property
    def is_bold(self) -> bool:
        """Return whether all of it is bold."""
        return 0 < self.characters == self.bold


class Run:
    """Text as it is met, piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._parts: list[str] = []
        self._linked = self._bold = 0
        self._is_edge = False

    def edge(self) -> None:
        """Note that an inline element begins or ends here."""
        self._is_edge = True

    def add(self, text: str, *, is_link: bool, is_bold: bool) -> None:
        """Add text; words that only an element's edge parts are parted by a space."""
        if self._is_edge and self._parts and text:
            before = self._parts[-1][-1:]
            if text[0].isupper() and (before.islower() or before.isdigit() or before in ".:!?"):
                self._parts.append(" ")
        self._is_edge = False
        self._parts.append(text)
        length = len(text) - text.count(" ") - text.count("\n")
        if is_link:
            self._linked += length
        if is_bold:
            self._bold += length

    def end_line(self) -> None:
        """Note a line break."""
        self._pieces.append(self._piece())

    def take(self) -> list[Piece]:
        """Return the pieces and begin anew; lines broken in mid-sentence are one piece."""
        if not self._parts and not self._pieces:
            return []
        raw = [*self._pieces, self._piece()]
        self._pieces = []
        merged: list[Piece] = []
        is_parted = True
        for piece in raw:
            if not piece.text:
                is_parted = True
                continue
            if (
                not is_parted
                and len(merged[-1].text) < _LONGEST
                and _goes_on(merged[-1].text, piece.text)
            ):
                merged[-1] = _joined(merged[-1], piece)
            else:
                merged.append(piece)
            is_parted = False
        return merged

    def _piece(self) -> Piece:
        raw = "".join(self._parts)
        characters = len(raw) - raw.count(" ") - raw.count("\n")
        piece = Piece(clean(raw), characters, self._linked, self._bold)
        self._parts.clear()
        self._linked = self._bold = 0
        self._is_edge = False
        return piece


def _goes_on(first: str, second: str) -> bool:
    return is_continuation(first, second) and not (" | " in first and " | " in second)


def _joined(first: Piece, second: Piece) -> Piece:
    return Piece(
        join_lines(first.text, second.text),
        first.characters + second.characters,
        first.linked + second.linked,
        first.bold + second.bold,
    )


def flat(pieces: list[Piece]) -> Piece:
    """Return the pieces of a cell or heading as one, parted by commas."""
    text = ""
    for piece in pieces[:_MOST_PIECES]:
        if not text:
            text = piece.text
        elif text[-1] in ",;:.–-/" or is_continuation(text, piece.text):
            text = join_lines(text, piece.text)
        else:
            text = f"{text}, {piece.text}"
    return Piece(
        text,
        sum(piece.characters for piece in pieces),
        sum(piece.linked for piece in pieces),
        sum(piece.bold for piece in pieces),
    )
