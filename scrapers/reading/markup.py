"""The tree of an HTML page."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from scrapers.reading.errors import UnreadableError

_LIST_TAGS = re.compile(r"<(/?)(?:ul|ol|dl)\b", re.IGNORECASE)
#: Lists within lists: parsing time grows with the square of their depth (HTML standard, "in list
#: item scope"), three seconds at twenty thousand.
_DEEPEST_LISTS = 1000
#: Statutes and registers in one piece have some 50,000.
_MOST_TAGS = 200_000


def parse_html(markup: str) -> LexborHTMLParser:
    """Return the tree of a page.

    Raises UnreadableError where tags are so many, or lists nested so deeply, that parsing would
    stall. There are more ways to stall it, with times that grow with the square of a page's
    length; so large pages are read in a process of their own (``scrapers/reading/isolation.py``).
    """
    tags = markup.count("<")
    if tags > _MOST_TAGS:
        raise UnreadableError(f"The page has {tags} tags, which no page for readers has.")
    if tags > _DEEPEST_LISTS:
        ends = [bool(match.group(1)) for match in _LIST_TAGS.finditer(markup)]
        if len(ends) - 2 * sum(ends) > _DEEPEST_LISTS:
            raise UnreadableError("The page nests lists more deeply than any reader could follow.")
    return LexborHTMLParser(markup)
