"""Crawler traps, told by the shape of addresses alone. No input or output.

Sites make pages without end: calendars that turn to the next month for ever, paths that repeat
themselves after a wrong relative link, lists in every order and selection. Words for some of them
are in ``links.toml``; here is what holds whatever a site calls them. Heritrix does likewise
(https://heritrix.readthedocs.io, PathologicalPathDecideRule, TooManyPathSegmentsDecideRule).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from scrapers.link_rules import load_link_rules
from scrapers.links import PriorityClass

_MOST_SEGMENTS = 14
_MOST_PARAMETERS = 12
#: The same segment so often, or the same run of segments, is a path that repeats itself.
_MOST_REPEATS = 3
#: From so many parameters on, a query must not go on growing from page to page.
_GROWN = 4
_NUMBERS = re.compile(r"\d+")
#: Long runs of hexadecimal digits are ids; a word such as "fade" is none.
_HEXADECIMAL = re.compile(r"\b(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]*\b", re.IGNORECASE)
_MONTHS = re.compile(
    r"\b(?:jan(?:uar|uary)?|feb(?:ruar|ruary)?|m(?:ä|ae|%c3%a4)rz|march|apr(?:il)?|mai|may|jun[ei]?"
    r"|jul[iy]?|aug(?:ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|de[zc](?:ember)?)\b",
    re.IGNORECASE,
)
#: How many addresses of one pattern are taken in at the least, by how much they are worth.
_ADMITTED: dict[PriorityClass, int] = {"hint": 200, "usual": 60, "last": 20}
#: After so many pages of one folder without a find the others come first, by so much a page.
_PATIENCE = 3
_TIREDNESS = 2
_MOST_TIREDNESS = 20


def trap_reason(address: str, *, via: str = "") -> str | None:
    """Return why an address looks like a trap, None where it does not.

    ``via`` is the page that leads there. The reasons: ``repeated-path``, ``deep-path``,
    ``long-query``, ``repeated-parameter``, ``growing-query``.

    >>> trap_reason("http://a.example/stadt/rat/stadt/rat/stadt/rat/")
    'repeated-path'
    """
    parts = urlsplit(address)
    segments = [segment for segment in parts.path.split("/") if segment]
    if _repeats(segments):
        return "repeated-path"
    if len(segments) > _MOST_SEGMENTS:
        return "deep-path"
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if len(names) > _MOST_PARAMETERS:
        return "long-query"
    bare = Counter(_NUMBERS.sub("", name) for name in names)
    if any(count >= _MOST_REPEATS for count in bare.values()):
        return "repeated-parameter"
    if len(names) >= _GROWN and _grows(parts.path, names, via=via):
        return "growing-query"
    return None


def _repeats(segments: list[str]) -> bool:
    # three equal numbers may be a date; words are a loop
    counts = Counter(segment for segment in segments if not segment.isdigit())
    if any(count >= _MOST_REPEATS for count in counts.values()):
        return True
    for size in range(2, len(segments) // 2 + 1):
        for start in range(len(segments) - 2 * size + 1):
            run = segments[start : start + size]
            if run == segments[start + size : start + 2 * size] and len(set(run)) > 1:
                return True
    return False


def _grows(path: str, names: list[str], *, via: str) -> bool:
    before = urlsplit(via)
    known = {name for name, _ in parse_qsl(before.query, keep_blank_values=True)}
    pages = load_link_rules().page_parameter
    # parameters that say which page is meant make no selection
    chosen, earlier = (
        {name for name in group if not pages.fullmatch(name)} for group in (names, known)
    )
    return before.path == path and len(earlier) > 1 and earlier < chosen


def pattern_of(address: str) -> str:
    """Return an address with its numbers, dates and hexadecimal ids masked.

    Numbers in parameters that say which page is meant stay, see ``links.toml``.

    >>> pattern_of("http://a.example/kalender/2031-07/?seite=3&id=17")
    '/kalender/0-0/?seite=0&id=17'
    """
    parts = urlsplit(address)
    pages = load_link_rules().page_parameter
    pairs = [
        f"{name}={value if pages.fullmatch(name) else _masked(value)}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return _masked(parts.path) + (f"?{'&'.join(pairs)}" if pairs else "")


@lru_cache(maxsize=16_384)  # asked whenever a link comes up for its turn
def folder_of(address: str) -> str:
    """Return what addresses of one list or department have in common: the masked folder.

    >>> folder_of("http://a.example/aktuelles/2019/das-neue-bad/")
    '/aktuelles/0'
    """
    parts = urlsplit(address)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    folder = _masked(parts.path.rstrip("/").rpartition("/")[0])
    return folder + (f"?{'&'.join(names)}" if names else "")


def _masked(text: str) -> str:
    return _NUMBERS.sub("0", _MONTHS.sub("0", _HEXADECIMAL.sub("0", text)))


class TrapLedger:
    """Counts what was taken in and fetched of each pattern, and what it brought.

    ``budget`` is the most pages that may be fetched: of one pattern, a quarter of it is taken in
    at the least.
    """

    def __init__(self, *, budget: int) -> None:
        self._share = budget // 4
        self._admitted: Counter[str] = Counter()
        self._barren: Counter[str] = Counter()

    def admits(self, address: str, *, worth: PriorityClass) -> bool:
        """Return whether one more address of this pattern is taken in, and count it."""
        if worth == "partner":
            return True
        pattern = pattern_of(address)
        self._admitted[pattern] += 1
        return self._admitted[pattern] <= max(_ADMITTED[worth], self._share)

    def note(self, address: str, *, via: str, has_found: bool) -> None:
        """Note that a page was fetched and whether it led to something."""
        for name in (folder_of(address), via):
            if has_found:
                self._barren.pop(name, None)
            else:
                self._barren[name] += 1

    def forget_rare(self, kept: int) -> None:
        """Forget all but the commonest patterns and folders."""
        for counts in (self._admitted, self._barren):
            if len(counts) > kept:
                common = counts.most_common(kept)
                counts.clear()
                counts.update(dict(common))

    def tiredness(self, address: str | None, *, via: str) -> int:
        """Return by how much a link is worth less, as others like it brought nothing.

        Alike are those of one folder, and those that one page listed, as many systems have no
        folders. Without an address only the latter count.
        """
        names = (via,) if address is None else (via, folder_of(address))
        counts = (self._barren[name] - _PATIENCE for name in names)
        return sum(min(_MOST_TIREDNESS, _TIREDNESS * max(0, count)) for count in counts)
