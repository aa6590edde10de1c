"""What a page tells robots: ``X-Robots-Tag`` headers and robots ``meta`` elements.

There is no standard; the syntax is the one of
https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag and
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Robots-Tag, ``noai`` was brought in
by DeviantArt in November 2022. Directives for another robot by name are none for this one. No
input or output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapers.reading.errors import UnreadableError
from scrapers.reading.markup import parse_html

#: This robot's name in headers, meta elements and robots.txt.
ROBOT_NAME = "partnernetz"
_FOR_ALL = ("robots", "*")
#: Directives that have a value after a colon; every other word before a colon names a robot.
_WITH_VALUE = frozenset(
    ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"]
)
_NAME = re.compile(r"\s*([A-Za-z0-9*_.-]+)\s*:\s*(.*)", re.DOTALL)
_MENTIONED = re.compile(rf"<meta\b[^>]{{0,500}}(?:robots|{ROBOT_NAME}|tdm-)", re.IGNORECASE)
_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
#: Characters of a page in which its meta elements are looked for.
_LONGEST_HEAD = 500_000
_MOST_FIELDS = 200


def meta_fields(markup: str) -> tuple[tuple[str, str], ...]:
    """Return name and content of a page's ``meta`` elements, names in lower case.

    None where none of them speaks to robots or of mining, or the page cannot be parsed.
    """
    head = markup[:_LONGEST_HEAD]
    if not _MENTIONED.search(head):
        return ()
    body = _BODY.search(head)
    if body is not None and not _MENTIONED.search(head, body.start()):
        head = head[: body.start()]  # where such elements belong: the rest need not be parsed
    try:
        tree = parse_html(head)
    except UnreadableError:
        return ()
    return tuple(
        ((node.attributes.get("name") or "").strip().lower(), node.attributes.get("content") or "")
        for node in tree.css("meta[name][content]")[:_MOST_FIELDS]
    )


def directives_of_meta(fields: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the directives that ``meta`` elements give to all robots or to this one.

    >>> sorted(directives_of_meta([("robots", "NoIndex, follow"), ("googlebot", "noai")]))
    ['follow', 'noindex']
    """
    return _expanded(
        word
        for name, content in fields
        if name in (*_FOR_ALL, ROBOT_NAME)
        for word in content.split(",")
    )


def directives_of_headers(values: Iterable[str]) -> frozenset[str]:
    """Return the directives that ``X-Robots-Tag`` headers give to all robots or to this one.

    A robot's name holds for the rest of its header, up to the next name.

    >>> sorted(directives_of_headers(["googlebot: noindex", "noai, partnernetz: nofollow"]))
    ['noai', 'nofollow']
    """
    return _expanded(word for value in values for word in _words_for_this(value))


def _words_for_this(value: str) -> Iterable[str]:
    name = "*"
    for part in value.split(","):
        found = _NAME.match(part)
        if found and found[1].lower() not in _WITH_VALUE:
            name, part = found[1].lower(), found[2]
        if name in (*_FOR_ALL, ROBOT_NAME):
            yield part


def _expanded(words: Iterable[str]) -> frozenset[str]:
    """Return directives in lower case, without values, ``none`` as what it stands for."""
    found = {word.split(":", 1)[0].strip().lower() for word in words} - {""}
    return frozenset(found | {"noindex", "nofollow"} if "none" in found else found)
