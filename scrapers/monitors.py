"""What in a crawl a person should look at: rules over its figures and those of former crawls. Pure.

Spidermon was looked at and not taken: its monitors see the figures of one spider, here one spider
reads thousands of sources, and it keeps former figures as pickle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

Severity = Literal["warning", "error"]
FindingSlug = Literal[
    "nothing_found",
    "far_fewer",
    "only_stubs",
    "only_failures",
    "all_forbidden",
    "host_given_up",
    "long_unchanged",
]

#: Fewer pages than this share of the usual number are a finding: half of a site does not vanish
#: from one week to the next, while budgets and failures let numbers vary by a fifth or so.
FAR_FEWER = 0.5
#: The usual number is the median of so many former crawls, so that one odd crawl sets no standard.
USUAL_OF = 5
#: Below so many pages a share says nothing: one page more or less is half of two.
FEW_PAGES = 6
#: A site on which nothing has changed for so many days is a copy, a cache or abandoned: towns tell
#: of something new at least twice a year.
LONG_UNCHANGED_DAYS = 180
#: Rules by which a whole host is left alone.
_GIVING_UP = {
    "retry_after": "it is overloaded and asks to be left alone",
    "robots_unreachable": "its robots.txt could not be had",
    "crawl_delay": "it asks for a longer pause than any crawl could keep",
    "tdm_file": "it reserves text and data mining",
    "many_failures": "too many requests in a row failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a source that a person should look at."""

    source_id: str
    slug: FindingSlug
    sentence: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTally:
    """What one crawl made of one source, in figures; ``crawl`` is when it began (ISO 8601).

    ``pages`` were found, changed or not, or known to be unchanged so far; ``stored`` of them were
    new or changed; ``stubs`` hold next to no text, or the beginning of one. ``rules`` are names of
    rules with the number of addresses that were not had by them.
    """

    source_id: str
    crawl: str
    pages: int = 0
    stored: int = 0
    stubs: int = 0
    failed: int = 0
    rules: tuple[tuple[str, int], ...] = ()


def findings_of(now: SourceTally, *, former: Sequence[SourceTally] = ()) -> tuple[Finding, ...]:
    """Return what is odd about a source; ``former`` are its finished crawls, oldest first."""
    return tuple(_findings(now, former))


def _findings(now: SourceTally, former: Sequence[SourceTally]) -> Iterator[Finding]:
    rules = dict(now.rules)
    given_up = [reason for rule, reason in _GIVING_UP.items() if rule in rules]
    if given_up:
        yield _finding(now, "host_given_up", f"was given up: {given_up[0]}", "error")
    if not now.pages:
        yield from _empty(now, rules, former, is_explained=bool(given_up))
        return
    if now.stubs == now.pages:
        sentence = f"has only stubs ({now.pages}): a paywall, or pages made by scripts"
        yield _finding(now, "only_stubs", sentence, "warning")
    usual = median(counts) if (counts := [one.pages for one in former[-USUAL_OF:]]) else 0
    if usual >= FEW_PAGES and now.pages < FAR_FEWER * usual:
        sentence = f"has {now.pages} pages, where {usual:.0f} were usual"
        yield _finding(now, "far_fewer", sentence, "warning")
    days = _days_unchanged(now, former)
    if days >= LONG_UNCHANGED_DAYS:
        sentence = f"has had no new or changed page for {days} days"
        yield _finding(now, "long_unchanged", sentence, "warning")


def _empty(
    now: SourceTally, rules: dict[str, int], former: Sequence[SourceTally], *, is_explained: bool
) -> Iterator[Finding]:
    if rules and set(rules) <= {"robots_txt"}:
        before = ", which it did not before" if any(one.pages for one in former) else ""
        yield _finding(now, "all_forbidden", f"forbids everything in robots.txt{before}", "error")
    elif now.failed and not is_explained:
        sentence = f"could not be read at all: {_addresses(now.failed)} failed"
        yield _finding(now, "only_failures", sentence, "error")
    elif not now.failed:
        yield _finding(now, "nothing_found", "yielded nothing, and nothing failed", "error")


def _days_unchanged(now: SourceTally, former: Sequence[SourceTally]) -> int:
    """Return for how many days each crawl that found pages found none that was new or changed."""
    if now.stored:
        return 0
    begin: str | None = None
    for one in reversed(former):
        if not one.pages:
            continue
        begin = one.crawl
        if one.stored:
            break
    return (_moment(now.crawl) - _moment(begin)).days if begin else 0


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time.replace("Z", "+00:00"))


def _addresses(number: int) -> str:
    return f"{number:,} address" if number == 1 else f"{number:,} addresses"


def _finding(now: SourceTally, slug: FindingSlug, sentence: str, severity: Severity) -> Finding:
    return Finding(
        source_id=now.source_id,
        slug=slug,
        sentence=f"{now.source_id} {sentence}.",
        severity=severity,
    )
