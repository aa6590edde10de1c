"""The words of a PDF page with their places, as pdfium finds them."""

from __future__ import annotations

import ctypes
import math
import re
from itertools import islice
from typing import Any, NamedTuple

from scrapers.reading.drafts import clean
from scrapers.reading.pdf_layout import Rule, Word

#: Characters and drawn shapes of a page that are looked at; more is no page for readers.
_MOST_CHARACTERS = 100_000
_MOST_SHAPES = 2_000
#: Shorter lines, in points, part no rows.
_SHORTEST_RULE = 10
#: A word; U+FFFE and U+0002 are pdfium's signs for a hyphen at a line's end, and end a word.
_WORD = re.compile(r"[^\s\x00\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
#: Those signs, and the ligatures of type, which stand for letters.
_LETTERS = str.maketrans(
    {
        "\x02": "-",
        "\ufffe": "-",
        "\xad": "-",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
    }
)


class _Type(NamedTuple):
    """How a run of text is set: size in points, boldness, quarter turns against the page."""

    size: float
    is_bold: bool
    turn: int


def page_words(text_page: Any) -> dict[int, list[Word]]:
    """Return the words of a page by the quarter turns of their direction.

    Places are in points, turned so that each list reads from left to right.
    """
    reader = _CharacterReader(text_page)
    words: dict[int, list[Word]] = {}
    for match in _WORD.finditer(reader.text()):
        text = match.group()
        if not (text.isascii() and text.isprintable()):
            text = clean(text.translate(_LETTERS))
            if not text:
                continue
        setting = reader.setting(match.start())
        left, baseline = _turned(*reader.origin(match.start()), setting.turn)
        right, _ = _turned(*reader.end(match.end() - 1, setting.turn), setting.turn)
        words.setdefault(setting.turn, []).append(
            Word(text, left, max(left, right), baseline, setting.size, setting.is_bold)
        )
    return words


class _CharacterReader:
    """Asks pdfium for the characters of a page, by their numbers."""

    def __init__(self, text_page: Any) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._page = text_page
        self._handle = text_page.raw
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box = raw.FS_RECTF()
        self._settings: dict[int, _Type] = {}

    def text(self) -> str:
        """Return the text of the page, each letter at its number."""
        count = min(self._raw.FPDFText_CountChars(self._handle), _MOST_CHARACTERS)
        text: str = self._page.get_text_range(0, count)
        if len(text) == count:
            return text
        codes = (self._raw.FPDFText_GetUnicode(self._handle, index) for index in range(count))
        return "".join(chr(code) if code <= 0x10FFFF else "\ufffd" for code in codes)

    def origin(self, index: int) -> tuple[float, float]:
        """Return where a character begins on its baseline."""
        self._raw.FPDFText_GetCharOrigin(self._handle, index, self._x, self._y)
        return self._x.value, self._y.value

    def end(self, index: int, turn: int) -> tuple[float, float]:
        """Return where a character ends in the direction of its text."""
        box = self._box
        self._raw.FPDFText_GetLooseCharBox(self._handle, index, box)
        x = box.right if turn == 0 else box.left
        return x, box.top if turn == 1 else box.bottom

    def setting(self, index: int) -> _Type:
        """Return how a character is set; what is known is kept by the object that draws it."""
        pointer = self._raw.FPDFText_GetTextObject(self._handle, index)
        key = ctypes.addressof(pointer.contents) if pointer else 0
        known = self._settings.get(key)
        if known is None:
            known = self._settings[key] = self._read_setting(index)
        return known

    def _read_setting(self, index: int) -> _Type:
        name = ctypes.create_string_buffer(128)
        self._raw.FPDFText_GetFontInfo(self._handle, index, name, len(name), ctypes.c_int())
        is_bold = b"bold" in name.value.lower() or b"black" in name.value.lower()
        size = float(self._raw.FPDFText_GetFontSize(self._handle, index))
        matrix = self._raw.FS_MATRIX()
        turn = 0
        if self._raw.FPDFText_GetMatrix(self._handle, index, matrix):
            size *= math.hypot(matrix.c, matrix.d)  # many files set type of size 1, enlarged
            turn = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        return _Type(abs(size) if math.isfinite(size) and size else 1.0, is_bold, turn)


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    """Return a point on the page turned so that text of that direction runs to the right."""
    return [(x, y), (y, -x), (-x, -y), (-y, x)][turn]


def page_rules(page: Any, *, turn: int) -> list[Rule]:
    """Return the horizontal lines drawn on a page.

    The edges of rectangles count as lines: cells are often boxes or shaded.
    """
    from pypdfium2 import raw

    found: set[Rule] = set()
    shapes = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2)
    for shape in islice(shapes, _MOST_SHAPES):
        left, bottom, right, top = shape.get_bounds()
        (x1, y1), (x2, y2) = _turned(left, bottom, turn), _turned(right, top, turn)
        start, end = round(min(x1, x2)), round(max(x1, x2))
        if end - start >= _SHORTEST_RULE:
            found.update((round(height), start, end) for height in (y1, y2))
    return sorted(found)
