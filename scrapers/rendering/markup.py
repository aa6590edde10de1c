"""The markup of a rendered page, without what changes from one rendering to the next."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from scrapers.reading.markup import parse_html

_UNREAD_TAGS = ("style", "noscript", "template", "link", "canvas", "svg")
#: Handlers, styles, one-time numbers, and what scripts note for themselves.
_UNREAD_ATTRIBUTE = re.compile(r"on\w+|style|nonce|integrity|data-[\w:.-]+", re.IGNORECASE)
_KEPT_SCRIPT = "application/ld+json"


def plain_markup(markup: str) -> str:
    """Return the markup without scripts (but for JSON-LD), styles and passing attributes.

    What two renderings of an unchanged page have in common mostly remains, so that its digest tells
    whether it has changed.

    >>> plain_markup('<p style="top:1px" class="a" onclick="b()">Hof<script>c()</script></p>')
    '<html><head></head><body><p class="a">Hof</p></body></html>'
    """
    tree = parse_html(markup)
    for script in tree.css("script"):
        if (script.attributes.get("type") or "").strip().lower() != _KEPT_SCRIPT:
            script.decompose()
    tree.strip_tags(list(_UNREAD_TAGS))
    root = tree.root
    if root is None:
        return ""
    for node in root.traverse():
        _strip_attributes(node)
    return root.html or ""


def _strip_attributes(node: LexborNode) -> None:
    names = [name for name in node.attributes if _UNREAD_ATTRIBUTE.fullmatch(name)]
    for name in names:
        del node.attrs[name]
