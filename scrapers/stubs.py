"""Pages that show next to nothing: paywalls, notices, pages that scripts would fill. Pure."""

from __future__ import annotations

import re

from scrapers.reading.errors import UnreadableError
from scrapers.reading.markup import parse_html
from scrapers.reading.press import shows_only_beginning

#: A page whose own text has fewer characters tells nothing: a notice of a paywall or "please enable
#: JavaScript" is shorter, pages of the sample sites on partner towns begin at 234.
FEWEST_CHARACTERS = 200
_PARAGRAPH = re.compile(r"<p(?:\s[^<>]*)?>([^<>]{60,})")
_NOT_OWN = [
    "script", "style", "template", "noscript", "nav", "header", "footer", "aside", "form",
]  # fmt: skip


def is_stub(markup: str, *, is_press: bool = False) -> bool:
    """Return whether a page shows next to no text of its own, or only the beginning of an article.

    The latter is looked for in the press alone (``scrapers.reading.press``): others sell no texts.
    """
    # most pages have so much running text that they need no parsing
    running = 0
    for paragraph in () if is_press else _PARAGRAPH.finditer(markup):
        running += len(paragraph[1])
        if running >= 2 * FEWEST_CHARACTERS:
            return False
    try:
        text = _own_text(markup)
        if len(text) < FEWEST_CHARACTERS:
            return True
        return is_press and shows_only_beginning(parse_html(markup), text=text)
    except UnreadableError:
        return False


def _own_text(markup: str) -> str:
    tree = parse_html(markup)
    tree.strip_tags(_NOT_OWN)
    return " ".join(tree.body.text().split()) if tree.body is not None else ""
