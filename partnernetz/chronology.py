"""Which of several dated events is the start of a partnership, and how it fares.

The ladder of dates: a partnership's start is its signing, the first one where it was signed
twice; a signing beats a council decision, a decision beats first contact; a renewal is never a
start. ``founding`` and ``existence`` are dates that the text gives for the partnership without
saying what happened ("seit 1990"); they stand below a signing and above a decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from partnernetz import edtf
from partnernetz.records import Event, Status

#: Events that can be a start, best first.
START_LADDER: tuple[Event, ...] = ("signing", "founding", "existence", "decision", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChoice:
    """The chosen start, the event that it dates, why, and the other dates given for it."""

    date: str | None
    event: Event | None
    reason: str
    alternatives: tuple[str, ...] = ()


def choose_start(
    events: Iterable[tuple[Event, str]], *, ladder: Sequence[Event] = START_LADDER
) -> StartChoice:
    """Return the start among pairs of event and EDTF date, one pair for each statement.

    ``ladder`` holds the events that can be a start, best first.

    An open date ("noch vor dem Mauerfall") counts only where no other is given. Within a rung of
    the ladder the date that most statements agree with wins, then the earliest,
    then the most exact. Dates of lower rungs and of renewals are no alternatives.
    """
    statements = list(events)
    bounded = [(event, date) for event, date in statements if ".." not in date]
    statements = bounded or statements
    for rung in ladder:
        dates = [date for event, date in statements if event == rung]
        if not dates:
            continue
        exact = _most_exact_each(dates)
        support = Counter(exact)
        chosen = min(support, key=lambda date: (-support[date], edtf.sort_key(date)))
        if rung == "signing":
            chosen = _first_of_double_signing(chosen, support)
        others = tuple(sorted(set(exact) - {chosen}, key=edtf.sort_key))
        count = support[chosen]
        reason = f"{rung}, stated {count} time{'s' if count > 1 else ''}"
        return StartChoice(date=chosen, event=rung, reason=reason, alternatives=others)
    return StartChoice(date=None, event=None, reason="no date stated")


def _most_exact_each(dates: Sequence[str]) -> list[str]:
    """Replace each date by the most exact one given that it contains."""
    given = sorted(set(dates), key=lambda date: (edtf.bounds(date).days, edtf.sort_key(date)))
    return [next(other for other in given if edtf.contains(date, other)) for date in dates]


def _first_of_double_signing(chosen: str, support: Counter[str]) -> str:
    """Return the earliest day of the year before which both towns may have signed."""
    if edtf.precision(chosen) != "day":
        return chosen
    near = [
        date
        for date in support
        if edtf.precision(date) == "day"
        and 0 <= (edtf.bounds(chosen).earliest - edtf.bounds(date).earliest).days <= 366
    ]
    return min(near, key=edtf.sort_key)


def choose_status(
    statuses: Iterable[tuple[Status, str | None]], *, last_event: Event | None = None
) -> Status:
    """Return the status among pairs of status and the EDTF date at which it was stated.

    The latest dated statement wins; among undated ones an end or a rest that somebody states
    outweighs the mere entry in a list (active). A revival that is the last event makes active.
    """
    stated = [(status, date) for status, date in statuses if status != "unknown"]
    if last_event == "revival" and stated:
        return "active"
    if not stated:
        return "unknown"
    dated = [(status, date) for status, date in stated if date]
    if dated:
        latest = max(edtf.bounds(date).latest for _, date in dated if date)
        stated = [(s, d) for s, d in dated if d and edtf.bounds(d).latest == latest]
    weight = {"ended": 3, "dormant": 2, "active": 1}
    return max((status for status, _ in stated), key=lambda status: weight[status])
