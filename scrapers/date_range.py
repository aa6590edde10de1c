"""From when to when: which entries of listings and which archive pages. No input or output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import digits
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from partnernetz import edtf
from partnernetz.errors import InputError, UsageError

if TYPE_CHECKING:
    from scrapers.links import Link

#: Placeholders of an archive's address; ``:02`` writes two digits at least, ``:04`` four.
_PLACEHOLDER = re.compile(r"\{(year|month|day)(?::(0[24]))?\}")
_MOST_ARCHIVE_PAGES = 5000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Dates in addresses: ``/2019/07/12/``, ``/2019-07-12-``; a year alone may be any number.
_IN_ADDRESS = re.compile(
    r"(?:^|[/_-])(19[89]\d|20[0-4]\d)[/_-](0[1-9]|1[0-2])(?:[/_-](0[1-9]|[12]\d|3[01]))?(?=[/_.-]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """A stretch of days, both ends included; an end that is open is None.

    ``latest`` is the last day that archive pages are made for: ``until``, else today.
    """

    since: date | None
    until: date | None
    today: date

    @property
    def latest(self) -> date:
        """Return the last day of the range that has come."""
        return min(self.until, self.today) if self.until else self.today

    def may_hold(self, link: Link) -> bool:
        """Return whether an entry of a listing may have been published in the range.

        Its date of publication decides, else a date in its address. One that was last modified
        before the range was published before it. What has no date may be in any.
        """
        published = link.published or date_in_address(link.address)
        if published is not None:
            earliest, last = _first_and_last(published)
            return not self._is_before(last) and not (self.until and earliest > self.until)
        return link.modified is None or not self._is_before(_first_and_last(link.modified)[1])

    def _is_before(self, day: date) -> bool:
        return self.since is not None and day < self.since


def parse_range(since: str | None, until: str | None, *, today: date) -> DateRange | None:
    """Return the range of two EDTF dates ("2019", "2019-05", "2019-05-12"), None without any.

    Both count whole: ``until="2019"`` ends with December. Raises UsageError where one is no date
    or the range ends before it begins.
    """
    if since is None and until is None:
        return None
    first = _bounds(since, option="--since")[0] if since is not None else None
    last = _bounds(until, option="--until")[1] if until is not None else None
    if first is not None and last is not None and last < first:
        raise UsageError(f"--until {until} is before --since {since}: exchange them.")
    return DateRange(since=first, until=last, today=today)


def date_in_address(address: str) -> str | None:
    """Return the day or month that an address names, None where it names none.

    >>> date_in_address("https://a.example/lokales/2019/07/12/gaeste-aus-gera.html")
    '2019-07-12'
    """
    found = _IN_ADDRESS.search(urlsplit(address).path)
    if found is None:
        return None
    text = "-".join(part for part in found.groups() if part)
    return text if edtf.is_valid(text) else None


def day_number(text: str | None) -> int:
    """Return the number of the last day that an EDTF date can mean, 0 without a date."""
    return _first_and_last(text)[1].toordinal() if text else 0


def expand_archives(templates: Sequence[str], *, dates: DateRange) -> Iterator[str]:
    """Yield the addresses of archive pages from the first to the last day of a range, in order.

    A template is expanded for every day, month or year, by its smallest placeholder. A range
    without a beginning has no archive pages, as nobody knows where to begin.
    """
    if dates.since is None:
        return
    for template in templates:
        seen: dict[str, None] = {}
        day = dates.since
        unit = _smallest_unit(template)
        while day <= dates.latest and len(seen) < _MOST_ARCHIVE_PAGES:
            seen[_filled(template, day)] = None
            day = _next(day, unit)
        yield from seen


def check_template(template: str) -> None:
    """Raise ValueError, saying what is wrong, unless a template can be expanded."""
    names = {match.group(1) for match in _PLACEHOLDER.finditer(template)}
    rest = _PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        raise ValueError("it may have only {year}, {month}, {day}, {month:02} and {day:02}")
    if "year" not in names:
        raise ValueError("it must have {year}")
    if "day" in names and "month" not in names:
        raise ValueError("it has {day} without {month}")
    if any(mark in urlsplit(template).netloc for mark in "{}"):
        raise ValueError("its host must not change")


def _smallest_unit(template: str) -> str:
    names = {match.group(1) for match in _PLACEHOLDER.finditer(template)}
    return next((unit for unit in ("day", "month") if unit in names), "year")


def _filled(template: str, day: date) -> str:
    def value(match: re.Match[str]) -> str:
        number = getattr(day, match.group(1))
        return f"{number:{match.group(2) or ''}}"

    return _PLACEHOLDER.sub(value, template)


def _next(day: date, unit: str) -> date:
    try:
        if unit == "day":
            return day + timedelta(days=1)
        if unit == "month":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return date(day.year + 1, 1, 1)
    except (OverflowError, ValueError):
        return date.max


def _bounds(text: str, *, option: str) -> tuple[date, date]:
    cleaned = text.strip()
    try:
        if not cleaned.startswith(tuple(digits)) or len(cleaned) > 24:
            raise InputError("no date")
        return _first_and_last(cleaned)
    except InputError as error:
        raise UsageError(
            f"{option} '{text[:40]}' is no date: write a year, month or day like 2019, 2019-05 or "
            "2019-05-12."
        ) from error


def _first_and_last(text: str) -> tuple[date, date]:
    if _DAY.fullmatch(text):  # parsing EDTF is slow, and listings have thousands of days
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise InputError(f"'{text}' is no date") from error
        return day, day
    bounds = edtf.bounds(text)
    return bounds.earliest, bounds.latest
