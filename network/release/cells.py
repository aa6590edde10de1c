"""What text may stand in a cell or an attribute.

Pages are hostile: their text may hold what a spreadsheet takes for a formula, what XML cannot
hold, and halves of characters that no encoding can hold.
"""

from __future__ import annotations

import re
from typing import Any

#: Stands for a character that cannot be written; one for one, so that offsets stay right.
REPLACEMENT = "\ufffd"

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
# Everything but the characters that XML 1.0 (5th edition, production 2) allows.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def clean(value: Any) -> Any:
    """Return a value that UTF-8 and SQLite can hold; only strings change."""
    return _UNWRITABLE.sub(REPLACEMENT, value) if isinstance(value, str) else value


def clean_for_xml(value: Any) -> Any:
    """Return a value that XML 1.0 can hold; only strings change."""
    return _NOT_XML.sub(REPLACEMENT, value) if isinstance(value, str) else value


def escape_formula(text: str) -> str:
    """Return the text, with an apostrophe before it where a spreadsheet would see a formula.

    That is where it begins with ``= + - @`` or a tab or carriage return, also after apostrophes,
    so that ``unescape_formula`` gives back every text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(cell: str) -> str:
    """Return the text of a CSV cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
