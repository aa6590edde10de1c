"""Which of the dates that sources give is the start of a partnership, and why the others are not.

Sources contradict each other, so each date is kept with its sources and a reason. In this order:

1. a signing before a founding, that before a mere "since", that before a decision, that before a
   first contact (``partnernetz.chronology``); of two signings within a year the first one;
2. dates that a site of one of the two partners gives before those of others only;
3. exact dates before vague ones;
4. dates of many texts before those of few, copies counted once;
5. the earliest.

A vague date that contains a more exact one ("1986" and "1986-09-19") speaks for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from functools import lru_cache
from typing import NamedTuple, get_args

from partnernetz import edtf
from partnernetz.chronology import START_LADDER
from partnernetz.records import Event, SourceKind

_DOUBLE_SIGNING_DAYS = 366
_VAGUE = frozenset("~?%")
_PRECISIONS = get_args(edtf.Precision)


class DatedStatements(NamedTuple):
    """That something happened at a date (EDTF), and the numbers of the texts that say so.

    ``is_own`` tells whether one of them stands on a site of one of the two partners;
    ``evidence_ids`` and ``source_kinds`` are those of all of them.
    """

    event: Event
    date: str
    texts: Sequence[int]
    is_own: bool
    evidence_ids: tuple[str, ...] = ()
    source_kinds: tuple[SourceKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The chosen start, None where none is stated, and why.

    ``reasons`` has for each event and date that could have been the start why it is or is not.
    ``contradicting`` has those that do not merely say the same less exactly.
    """

    date: str | None
    event: Event | None
    reason: str
    reasons: Mapping[tuple[Event, str], str]
    contradicting: frozenset[tuple[Event, str]]


class _Candidate(NamedTuple):
    """A date of one rung with what speaks for it; ``vagueness`` is as ``_vagueness`` gives it."""

    date: str
    is_own: bool
    texts: int
    vagueness: tuple[int, int, bool]

    def order(self) -> tuple[bool, tuple[int, int, bool], int, tuple[Day, int, str]]:
        return not self.is_own, self.vagueness, -self.texts, edtf.sort_key(self.date)


@lru_cache(maxsize=65_536)
def _vagueness(date: str) -> tuple[int, int, bool]:
    """Not in days but for intervals: a leap year is as exact as another."""
    precision = edtf.precision(date)
    days = edtf.bounds(date).days if precision == "interval" else 0
    return _PRECISIONS.index(precision), days, not _VAGUE.isdisjoint(date)


def choose_start(statements: Iterable[DatedStatements]) -> Start:
    """Return the start among what texts state; the order of the statements does not matter."""
    stated = [item for item in statements if item.event in START_LADDER]
    usable = [item for item in stated if ".." not in item.date] or stated
    if not usable:
        return Start(
            date=None,
            event=None,
            reason="no date stated",
            reasons={},
            contradicting=frozenset(),
        )
    rung = min((item.event for item in usable), key=START_LADDER.index)
    on_rung = [item for item in usable if item.event == rung]
    candidates = {item.date: item for item in _candidates(on_rung)}
    chosen = min(candidates.values(), key=_Candidate.order)
    first = _first_signing(chosen, candidates) if rung == "signing" else chosen
    texts = len({text for item in on_rung for text in item.texts})
    reasons = {
        (item.event, item.date): _reason(item.event, item.date, rung, first, candidates)
        for item in stated
    }
    reason = _chosen_reason(
        rung, first, texts, is_first_of_two=_has_second(rung, first, candidates)
    )
    reasons[rung, first.date] = reason
    contradicting = frozenset(
        key
        for key in reasons
        if key != (rung, first.date) and not edtf.contains(key[1], first.date)
    )
    return Start(
        date=first.date, event=rung, reason=reason, reasons=reasons, contradicting=contradicting
    )


def _candidates(statements: Sequence[DatedStatements]) -> Iterable[_Candidate]:
    """Yield the dates of a rung; vague ones speak for the most exact that they contain."""
    if len(statements) == 1:
        date, texts = statements[0].date, len(set(statements[0].texts))
        yield _Candidate(date, statements[0].is_own, texts, _vagueness(date))
        return
    given = sorted({item.date for item in statements}, key=_exact_first)
    speaking: dict[str, list[DatedStatements]] = defaultdict(list)
    exact = {date: next(o for o in given if edtf.contains(date, o)) for date in given}
    for item in statements:
        speaking[exact[item.date]].append(item)
    for date, for_it in speaking.items():
        yield _Candidate(
            date=date,
            is_own=any(item.is_own for item in for_it),
            texts=len({text for item in for_it for text in item.texts}),
            vagueness=_vagueness(date),
        )


@lru_cache(maxsize=65_536)
def _exact_first(date: str) -> tuple[int, tuple[Day, int, str]]:
    return edtf.bounds(date).days, edtf.sort_key(date)


def _first_signing(chosen: _Candidate, candidates: Mapping[str, _Candidate]) -> _Candidate:
    """Return the earliest day of the year before which both towns may have signed."""
    if edtf.precision(chosen.date) != "day":
        return chosen
    near = [
        item
        for item in candidates.values()
        if edtf.precision(item.date) == "day"
        and 0 <= _days_after(chosen.date, item.date) <= _DOUBLE_SIGNING_DAYS
    ]
    return min(near, key=lambda item: edtf.sort_key(item.date))


def _has_second(rung: Event, first: _Candidate, candidates: Mapping[str, _Candidate]) -> bool:
    return rung == "signing" and any(_is_second(date, first.date) for date in candidates)


def _is_second(date: str, first: str) -> bool:
    return (
        edtf.precision(date) == edtf.precision(first) == "day"
        and 0 < _days_after(date, first) <= _DOUBLE_SIGNING_DAYS
    )


def _days_after(later: str, earlier: str) -> int:
    return (edtf.bounds(later).earliest - edtf.bounds(earlier).earliest).days


def _chosen_reason(rung: Event, chosen: _Candidate, texts: int, *, is_first_of_two: bool) -> str:
    what = f"{rung}, the first of two" if is_first_of_two else rung
    own = ", on a partner's own site" if chosen.is_own else ""
    return f"{what}, stated by {chosen.texts} of {texts} text{'s' if texts > 1 else ''}{own}"


def _reason(
    event: Event,
    date: str,
    rung: Event,
    chosen: _Candidate,
    candidates: Mapping[str, _Candidate],
) -> str:
    """Return why a date is not the start."""
    if ".." in date and ".." not in chosen.date:
        return "not the start: open, and another date is stated"
    if edtf.contains(date, chosen.date):
        return "agrees with the start, less exactly" if date != chosen.date else "the start as well"
    if event != rung:
        return f"not the start: {event}, and a {rung} is stated"
    if rung == "signing" and _is_second(date, chosen.date):
        return "not the start: the second of two signings"
    known = candidates.get(date)
    if known is None:  # a vague date, which speaks for a more exact one that was not chosen
        return "not the start: a vaguer form of another date"
    if chosen.is_own and not known.is_own:
        return "not the start: a partner's own site says otherwise"
    if known.vagueness > chosen.vagueness:
        return "not the start: less exact"
    if known.texts < chosen.texts:
        return "not the start: stated by fewer texts"
    return "not the start: stated as often, and later"
