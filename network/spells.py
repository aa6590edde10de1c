"""The years in which a partnership was active: from its start, resting and revived, to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from partnernetz import edtf
from partnernetz.records import Event, Partnership

#: First and last year, both included; None where it is not known or has not come.
Spell = tuple[int | None, int | None]

_PAUSES: tuple[Event, ...] = ("dormancy", "end")
_REVIVAL: Event = "revival"


def spells_of(item: Partnership) -> tuple[Spell, ...]:
    """Return the spells of a partnership in order, none where neither start nor end is known.

    It pauses in the year of a dated dormancy or end and goes on in the year of a dated revival.
    One that has ended or rests without a date lasts, at the latest, to the year in which that was
    stated. What lies before the start is left out.
    """
    start = edtf.year(item.start_date) if item.start_date else None
    turns = _turns(item, start)
    spells: list[Spell] = []
    opened: int | None = start
    is_open = True
    for year, is_pause in turns:
        if is_pause and is_open:
            spells.append((opened, year))
        elif not is_pause and not is_open:
            opened = year
        is_open = not is_pause
    if is_open:
        spells.append((opened, _last_known_year(item, opened)))
    return tuple(spell for spell in _joined(spells) if spell != (None, None))


def write_spells(spells: Iterable[Spell]) -> str:
    """Return spells as EDTF intervals of years, joined by a semicolon.

    An end that has not come is ``..``, a start that is not known is empty.

    >>> write_spells([(1986, 1993), (1999, None)])
    '1986/1993;1999/..'
    """
    return ";".join(f"{_year(first, '')}/{_year(last, '..')}" for first, last in spells)


def read_spells(text: str) -> tuple[Spell, ...]:
    """Return the spells that ``write_spells`` wrote.

    >>> read_spells("1986/1993;1999/..")
    ((1986, 1993), (1999, None))
    """
    found = []
    for part in filter(None, text.split(";")):
        first, _, last = part.partition("/")
        found.append((int(first) if first else None, None if last == ".." else int(last)))
    return tuple(found)


def union(groups: Iterable[Sequence[Spell]]) -> tuple[Spell, ...]:
    """Return the years that are in any of several groups of spells."""
    spells = [spell for group in groups for spell in group]
    return tuple(_joined(sorted(spells, key=lambda spell: (_first(spell), _last(spell)))))


def _turns(item: Partnership, start: int | None) -> list[tuple[int, bool]]:
    """Return year and whether it is a pause, of each dated turn after the start, in order."""
    turns = {
        (edtf.year(event.date), event.event in _PAUSES)
        for event in item.events
        if event.event in (*_PAUSES, _REVIVAL)
    }
    if item.end_date is not None:
        turns.add((edtf.year(item.end_date), True))
    # a pause and a revival of one year: it paused first
    ordered = sorted(turns, key=lambda turn: (turn[0], not turn[1]))
    return [turn for turn in ordered if start is None or turn[0] >= start]


def _last_known_year(item: Partnership, opened: int | None) -> int | None:
    if item.status not in ("dormant", "ended") or item.status_date is None:
        return None
    stated = edtf.bounds(item.status_date).latest.year
    return stated if opened is None or stated >= opened else None


def _year(year: int | None, unknown: str) -> str:
    return unknown if year is None else f"{year:04d}"


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """Return ordered spells, those that touch or overlap as one."""
    joined: list[Spell] = []
    for spell in spells:
        if joined and _first(spell) <= _last(joined[-1]):
            first, last = joined.pop()
            later = None if None in (last, spell[1]) else max(last or 0, spell[1] or 0)
            spell = (first, later)
        joined.append(spell)
    return joined


def _first(spell: Spell) -> float:
    return float("-inf") if spell[0] is None else spell[0]


def _last(spell: Spell) -> float:
    return float("inf") if spell[1] is None else spell[1]
