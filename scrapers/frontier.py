"""What a crawl of one site does next: the best known link within its budget. No input or output.

Best first, as focused crawlers do since Cho, Garcia-Molina and Page (1998, "Efficient crawling
through URL ordering"): a link is worth what its words say and a part of what the page is worth
that it stands on (Hersovici et al. 1998, "The shark-search algorithm").
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace

from partnernetz.records import Source
from scrapers.date_range import DateRange, day_number, expand_archives
from scrapers.links import (
    Link,
    PageLinks,
    canonical_address,
    is_in_scope,
    is_next_page,
    judge,
    priority_class,
)
from scrapers.traps import TrapLedger, trap_reason

#: Start addresses come before every link.
_START_PRIORITY = 1_000_000
#: Pages of an archive by date come before all links but those on partner towns.
_ARCHIVE_PRIORITY = 55
#: What passes from a page to the links that are met on it first, in the text and in menus.
_SHARE_IN_TEXT = 0.5
_SHARE_IN_MENUS = 0.25
#: Below this worth a page passes nothing on: most pages lie below some hint.
_TOO_LITTLE = 10
#: Each word on partner towns in the text of a page makes it worth so much.
_MENTION = 25
#: Links on a start page, and on those that it leads to, are more worth: they lead to the rest.
_NEARNESS = {0: 6, 1: 3}
#: A page that leads to so many new addresses is a list worth to go on with.
_LONG_LIST = 15
#: A page is worth no more than this to its links, however often its words say the same.
_MOST_WORTH = 120
#: The priority of a sitemap (0 to 1, 0.5 where none is given) moves a link by half of this.
_RANK_WEIGHT = 10
#: How many addresses wait at the most: so many for each page of the budget that is left, as most
#: of them will never be fetched, and never fewer than the sitemap of a town has.
_WAITING_A_PAGE = 2
_FEWEST_WAITING = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An address to fetch: links from a start address, and the page that linked to it.

    ``worth`` is the priority by which it was chosen, ``relevance`` what of it is due to what the
    page is about, by its link and by the page that linked to it. ``is_list`` marks archives and
    further pages of lists.
    """

    address: str
    depth: int
    via: str
    worth: int = 0
    relevance: int = 0
    is_list: bool = False


@dataclass(slots=True, kw_only=True)
class _Entry:
    """What is known of an address that was met: its value and whether a page named it."""

    value: int
    is_on_page: bool
    is_taken: bool = False


class Frontier:
    """The addresses of one source that are still to be fetched, best first.

    Equal links keep the order in which they were found (dated ones: latest first), so that a crawl
    of an unchanged site goes the same way every time. With ``dates``, what was published outside of
    them by the word of a listing or of its own address is left out, and the source's archive pages
    of that time are added.
    """

    def __init__(self, source: Source, *, dates: DateRange | None = None) -> None:
        self._source = source
        self._dates = dates
        self._heap: list[tuple[int, int, int, int, Step]] = []
        self._entries: dict[str, _Entry] = {}
        self._traps = TrapLedger(budget=source.max_pages)
        self._count = 0
        self.taken = 0
        for address in source.start:
            self._begin(address, worth=_START_PRIORITY)
        if dates is not None:
            for address in expand_archives(source.archives, dates=dates):
                self._begin(address, worth=_ARCHIVE_PRIORITY)

    def __len__(self) -> int:
        """Return how many addresses wait, those counted twice that were found to be better."""
        return len(self._heap)

    def _begin(self, reference: str, *, worth: int) -> None:
        address = canonical_address(reference)
        if address is None or not is_in_scope(address, hosts=self._source.hosts):
            return
        if address not in self._entries:
            self._push(Step(address=address, depth=0, via="", worth=worth))

    def add(self, links: Iterable[Link], *, depth: int, via: str) -> None:
        """Take in the links of a listing; those out of scope, too deep or too old are dropped."""
        for link in links:
            if not self._is_in_dates(link):
                continue
            judged = judge(link)
            step = Step(
                address=link.address,
                depth=depth,
                via=via,
                worth=judged.priority + round((link.rank - 0.5) * _RANK_WEIGHT),
                relevance=judged.relevance,
                is_list=judged.is_list,
            )
            newest = day_number(link.published or link.modified)
            self._offer(step, newest=newest, is_on_page=False)

    def learn(self, page: PageLinks, *, step: Step) -> None:
        """Take in the links of a fetched page, which share in what the page is about."""
        about = _relevance(page, step)
        has_found = priority_class(about) == "partner" and page.mentions > 0
        before = len(self._entries)
        for link in filter(self._is_in_dates, page.links):
            known = self._entries.get(link.address)
            is_new = known is None or not known.is_on_page
            if known is not None and known.is_taken and known.is_on_page:
                continue
            child = _child(link, step=step, about=about if is_new else 0)
            if step.depth > 0 and (is_new or not link.is_menu) and is_next_page(link):
                child = replace(child, worth=_next_page_worth(step, about), is_list=True)
            has_found = has_found or (known is None and priority_class(child.worth) == "partner")
            self._offer(child, is_on_page=True)
        is_long_list = len(self._entries) - before >= _LONG_LIST
        if has_found or not is_long_list:
            self._traps.note(step.address, via=step.via, has_found=has_found)

    def _is_in_dates(self, link: Link) -> bool:
        return self._dates is None or self._dates.may_hold(link)

    def next(self, *, minutes: float = 0.0) -> Step | None:
        """Return the next step, None when nothing is left or the budget is spent.

        ``minutes`` is how long the crawl of the source has taken so far.
        """
        if self.taken >= self._source.max_pages or minutes >= self._source.max_minutes:
            return None
        while self._heap:
            negative, depth, newest, count, step = heapq.heappop(self._heap)
            if not self._is_waiting(step):
                continue
            tired = step.worth - self._tiredness(step)
            if tired < -negative:  # its folder brought nothing meanwhile: others may be better
                heapq.heappush(self._heap, (-tired, depth, newest, count, step))
                continue
            self._entries[step.address].is_taken = True
            self.taken += 1
            return step
        return None

    def _tiredness(self, step: Step) -> int:
        worth = priority_class(step.worth)
        if worth == "partner":
            return 0
        tiredness = self._traps.tiredness(None if step.is_list else step.address, via=step.via)
        return tiredness // 2 if worth == "hint" else tiredness

    def _offer(self, step: Step, *, newest: int = 0, is_on_page: bool) -> None:
        if step.depth > self._source.max_depth:
            return
        known = self._entries.get(step.address)
        if known is not None:
            known.is_on_page = known.is_on_page or is_on_page
            if known.is_taken or known.value >= step.worth:
                return
        elif not self._is_wanted(step, is_on_page=is_on_page):
            return
        self._push(step, newest=newest, is_on_page=is_on_page)

    def _is_wanted(self, step: Step, *, is_on_page: bool) -> bool:
        if not is_in_scope(step.address, hosts=self._source.hosts):
            return False
        if trap_reason(step.address, via=step.via) is not None:
            return False
        # what a site lists in a sitemap is no endless calendar
        return not is_on_page or self._traps.admits(step.address, worth=priority_class(step.worth))

    def _push(self, step: Step, *, newest: int = 0, is_on_page: bool = True) -> None:
        known = self._entries.setdefault(
            step.address, _Entry(value=step.worth, is_on_page=is_on_page)
        )
        known.value = max(known.value, step.worth)
        self._count += 1
        heapq.heappush(self._heap, (-step.worth, step.depth, -newest, self._count, step))
        most = max(_FEWEST_WAITING, _WAITING_A_PAGE * (self._source.max_pages - self.taken))
        if len(self._heap) > most:
            self._forget_worst(most * 3 // 4)

    def _forget_worst(self, kept: int) -> None:
        """Forget what is not among the best that wait; met again, it is new."""
        waiting = (item for item in self._heap if self._is_waiting(item[-1]))
        self._heap = heapq.nsmallest(kept, waiting)  # in order, which is a heap
        best = {item[-1].address for item in self._heap}
        self._entries = {
            address: entry
            for address, entry in self._entries.items()
            if entry.is_taken or address in best
        }
        self._traps.forget_rare(kept)

    def _is_waiting(self, step: Step) -> bool:
        """Return whether a step is the best that is known of an address still to be fetched."""
        entry = self._entries.get(step.address)
        return entry is not None and not entry.is_taken and step.worth >= entry.value


def _relevance(page: PageLinks, step: Step) -> int:
    """Return what a fetched page is about: its title and text tell, else the link to it."""
    own = judge(Link(address=step.address, text=page.title)).relevance
    told = min(_MOST_WORTH, page.mentions * _MENTION)
    if own < 0 and not told:
        return own
    return min(_MOST_WORTH, max(own, told, step.relevance))


def _child(link: Link, *, step: Step, about: int) -> Step:
    """Return the step of a link on a page; ``about`` is what the page passes on a part of."""
    passed = about - _TOO_LITTLE if about > _TOO_LITTLE else min(about, 0)
    passed = int(passed * (_SHARE_IN_MENUS if link.is_menu else _SHARE_IN_TEXT))
    judged = judge(link)
    return Step(
        address=link.address,
        depth=step.depth + 1,
        via=step.address,
        worth=judged.priority + passed + _NEARNESS.get(step.depth, 0),
        relevance=judged.relevance + passed,
        is_list=judged.is_list,
    )


def _next_page_worth(step: Step, about: int) -> int:
    """Return what one more page of a list is worth: a little less, but no less than its entries."""
    worth = min(step.worth, about) if about < 0 else step.worth
    return max(worth - 1, 1) if worth > 0 else worth - 1
