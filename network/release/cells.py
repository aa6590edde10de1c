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
# The name characters of XML that every validator knows, whichever edition it follows.
_NOT_NAME = re.compile("[^-.0-9:A-Z_a-z]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-F]{4,6}_)")
#: How a text begins that a spreadsheet takes for a formula, or that was escaped already.
FORMULA = r"'*[=+\-@\t\r]"
_FORMULA = re.compile(FORMULA)


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


def xml_name_token(text: str) -> str:
    """Return a text as an XML name token (NMTOKEN), as which GraphML has the ids of nodes.

    Other characters become ``_xHHHH_`` (ISO/IEC 9075-14, as SQL/XML has it), so that two texts
    never share a token; an empty text becomes ``_``.

    >>> xml_name_token("name:DE:bad kissingen")
    'name:DE:bad_x0020_kissingen'
    """
    escaped = _LOOKS_ESCAPED.sub("_x005F_", text)
    return _NOT_NAME.sub(lambda found: f"_x{ord(found[0]):04X}_", escaped) or "_"


def unescape_formula(cell: str) -> str:
    """Return the text of a CSV cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
