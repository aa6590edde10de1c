"""What a crawl of one site does next: the best known link within its budget. No input or output."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from partnernetz.records import Source
from scrapers.links import Link, canonical_address, is_in_scope, priority

#: Start addresses come before every link.
_START_PRIORITY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An address to fetch: links from a start address, and the page that linked to it."""

    address: str
    depth: int
    via: str


class Frontier:
    """The addresses of one source that are still to be fetched, best first.

    Equal links keep the order in which they were found, so that a crawl of an unchanged site
    goes the same way every time.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._heap: list[tuple[int, int, int, Step]] = []
        self._known: set[str] = set()
        self._count = 0
        self.taken = 0
        for address in source.start:
            self._push(canonical_address(address), depth=0, via="", value=_START_PRIORITY)

    def add(self, links: Iterable[Link], *, depth: int, via: str) -> None:
        """Take in the links of a page at a depth; those out of scope or too deep are dropped."""
        if depth > self._source.max_depth:
            return
        for link in links:
            self._push(link.address, depth=depth, via=via, value=priority(link))

    def next(self) -> Step | None:
        """Return the next step, None when nothing is left or the budget is spent."""
        if not self._heap or self.taken >= self._source.max_pages:
            return None
        self.taken += 1
        return heapq.heappop(self._heap)[-1]

    def _push(self, address: str | None, *, depth: int, via: str, value: int) -> None:
        if address is None or address in self._known:
            return
        if not is_in_scope(address, hosts=self._source.hosts):
            return
        self._known.add(address)
        self._count += 1
        step = Step(address=address, depth=depth, via=via)
        heapq.heappush(self._heap, (-value, depth, self._count, step))
