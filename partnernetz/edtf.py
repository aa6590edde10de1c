"""The EDTF level 1 dates that the project writes: check, bound, order, widen, contain.

Extended Date/Time Format, Library of Congress 2019 (ISO 8601-2:2019). Parsing is the ``edtf``
library's; open intervals, whose bounds it cannot give (5.0.2), are bounded here.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from partnernetz.errors import InputError

Precision = Literal["day", "month", "season", "year", "interval", "decade"]

_EARLIEST, _LATEST = date.min, date.max
#: Years, months and days; a month above 12 is a season.
_PLAIN = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """First and last day that a date can mean, both inclusive; open ends are the calendar's."""

    earliest: date
    latest: date

    @property
    def days(self) -> int:
        """Return how many days the bounds span."""
        return (self.latest - self.earliest).days + 1


@lru_cache(maxsize=65_536)
def bounds(text: str) -> Bounds:
    """Return the bounds of an EDTF date; ``1988~`` is bounded like ``1988``.

    Raises InputError where the text is no EDTF date of a year from 1 to 9999, or an interval
    that ends before it begins.
    """
    if "/" in text:
        first, last = text.split("/", 1)
        earliest = _EARLIEST if first in ("", "..") else _single(first, text).earliest
        latest = _LATEST if last in ("", "..") else _single(last, text).latest
        if earliest > latest or (earliest, latest) == (_EARLIEST, _LATEST):
            raise _not_edtf(text)
        return Bounds(earliest=earliest, latest=latest)
    return _single(text, text)


def _single(text: str, whole: str) -> Bounds:
    if _PLAIN.fullmatch(text):
        return _plain(text, whole)
    from edtf import parse_edtf
    from edtf.parser import EDTFParseException

    try:
        parsed: Any = parse_edtf(text)
        earliest, latest = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _not_edtf(whole) from error
    return Bounds(earliest=earliest, latest=latest)


def _plain(text: str, whole: str) -> Bounds:
    """Bound a year, month or day by the calendar: the library takes a hundred times as long."""
    year_number, month, day = (int(part) for part in f"{text}-0-0".split("-")[:3])
    last_month = month or 12
    try:
        earliest = date(year_number, month or 1, day or 1)
        last_day = day or calendar.monthrange(year_number, last_month)[1]
        return Bounds(earliest=earliest, latest=date(year_number, last_month, last_day))
    except ValueError as error:
        raise _not_edtf(whole) from error


def _day(moment: Any) -> date:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


def _not_edtf(text: str) -> InputError:
    return InputError(f"'{text}' is no EDTF date: write it like 1986-09-19, 1988 or 1990/1991.")


def is_valid(text: str) -> bool:
    """Return whether the text is an EDTF date that this project reads."""
    try:
        bounds(text)
    except InputError:
        return False
    return True


@lru_cache(maxsize=65_536)
def precision(text: str) -> Precision:
    """Return how exact a valid date is."""
    plain = text.rstrip("~?%")
    if "/" in plain:
        return "interval"
    if "X" in plain:
        return "decade"
    parts = plain.split("-")
    if len(parts) == 3:
        return "day"
    if len(parts) == 2:
        return "season" if int(parts[1]) > 12 else "month"
    return "year"


@lru_cache(maxsize=65_536)
def sort_key(text: str) -> tuple[date, int, str]:
    """Return a key that orders dates by their first day, the more exact first."""
    found = bounds(text)
    return found.earliest, found.days, text


def contains(outer: str, inner: str) -> bool:
    """Return whether every day that ``inner`` can mean is one that ``outer`` can mean."""
    wide, narrow = bounds(outer), bounds(inner)
    return wide.earliest <= narrow.earliest and narrow.latest <= wide.latest


def overlaps(left: str, right: str) -> bool:
    """Return whether the two dates can mean the same day."""
    one, other = bounds(left), bounds(right)
    return one.earliest <= other.latest and other.earliest <= one.latest


def widen(left: str, right: str) -> str:
    """Return the narrowest EDTF date or interval that contains both.

    Raises InputError where one date is open before and the other after: nothing bounds them.
    """
    if contains(left, right):
        return left
    if contains(right, left):
        return right
    one, other = bounds(left), bounds(right)
    earliest, latest = min(one.earliest, other.earliest), max(one.latest, other.latest)
    if (earliest, latest) == (_EARLIEST, _LATEST):
        raise InputError(f"No EDTF date contains both '{left}' and '{right}', which are open.")
    return f"{_start_text(earliest, latest)}/{_end_text(earliest, latest)}"


def _start_text(earliest: date, latest: date) -> str:
    if earliest == _EARLIEST:
        return ".."
    whole_years = (earliest.month, earliest.day) == (1, 1) and _ends_year(latest)
    return f"{earliest.year:04d}" if whole_years else earliest.isoformat()


def _end_text(earliest: date, latest: date) -> str:
    if latest == _LATEST:
        return ".."
    whole_years = _ends_year(latest) and (earliest.month, earliest.day) == (1, 1)
    return f"{latest.year:04d}" if whole_years else latest.isoformat()


def _ends_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)


@lru_cache(maxsize=65_536)
def year(text: str) -> int:
    """Return the year in which the date begins, or where its start is open, ends."""
    found = bounds(text)
    return found.latest.year if found.earliest == _EARLIEST else found.earliest.year


def from_parts(year_number: int, month: int | None = None, day: int | None = None) -> str:
    """Return the EDTF date of calendar parts; a day needs a month.

    Raises InputError where there is no such day.
    """
    if not 1 <= year_number <= 9999 or (month is not None and not 1 <= month <= 12):
        raise InputError(f"There is no month {month} of the year {year_number}.")
    if month is None:
        return f"{year_number:04d}"
    if day is None:
        return f"{year_number:04d}-{month:02d}"
    if not 1 <= day <= calendar.monthrange(year_number, month)[1]:
        raise InputError(f"There is no day {day} in month {month} of {year_number}.")
    return f"{year_number:04d}-{month:02d}-{day:02d}"
