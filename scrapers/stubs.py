"""Pages that show next to nothing: paywalls, notices, pages that scripts would fill. Pure."""

from __future__ import annotations

import re

from scrapers.reading.errors import UnreadableError
from scrapers.reading.markup import parse_html

#: A page whose own text has fewer characters tells nothing: a notice of a paywall or "please enable
#: JavaScript" is shorter, pages of the sample sites on partner towns begin at 234.
FEWEST_CHARACTERS = 200
#: How publishers mark that only the beginning of an article is shown
#: (https://schema.org/isAccessibleForFree).
_PAYWALL = re.compile(r'"isAccessibleForFree"\s*:\s*"?false"?', re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p(?:\s[^<>]*)?>([^<>]{60,})")
_NOT_OWN = [
    "script", "style", "template", "noscript", "nav", "header", "footer", "aside", "form",
]  # fmt: skip


def is_stub(markup: str) -> bool:
    """Return whether a page shows next to no text of its own, or only the beginning of one."""
    if _PAYWALL.search(markup):
        return True
    # most pages have so much running text that they need no parsing
    running = 0
    for paragraph in _PARAGRAPH.finditer(markup):
        running += len(paragraph[1])
        if running >= 2 * FEWEST_CHARACTERS:
            return False
    try:
        tree = parse_html(markup)
    except UnreadableError:
        return False
    tree.strip_tags(_NOT_OWN)
    text = tree.body.text() if tree.body is not None else ""
    return len(" ".join(text.split())) < FEWEST_CHARACTERS
