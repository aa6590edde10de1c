"""Date expressions in German text: days, years, vague dates, ages, dates counted from others.

The expressions are data (``rules/dates.toml``); this module finds them and reads their groups.
Rules that read nothing ("1990 Einwohner") compete with the others: of overlapping expressions the
longest wins, so that a number which only looks like a year is taken by what it really is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from nlp.date_grammar import DateGrammar, DateRule, date_grammar, fold
from partnernetz import edtf
from partnernetz.errors import InputError

DateKind = Literal["date", "age", "relative"]

#: How an expression may begin: a number, a word (also one glued to another: "GrimmaZwei"), a sign.
_BEGINNING = re.compile(r"\d+|[A-ZÄÖÜ]{2,}(?![^\W\d_A-ZÄÖÜ])|[^\W\d_][^\W\d_A-ZÄÖÜ]*|[†*]")
#: What a beginning lies in: what stands beyond does not change it.
_RUN = re.compile(r"\w+|[†*]")
_LONGEST_KEPT = 40  # letters of a run whose beginnings are kept
#: The longest run-up to a number of years ("seit nunmehr etwas mehr als").
_RUN_UP = 60
#: A greater age is a town's or a tree's, not a partnership's.
_GREATEST_AGE = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date expression; ``start`` and ``end`` are character offsets in the text.

    - ``date``: ``edtf`` is what it means.
    - ``age``: ``years`` have passed at the time of writing or of an occasion ("vor 25 Jahren").
    - ``relative``: ``years`` from another date of the text ("ein Jahr später" 1, "im selben Jahr"
      0), or from the day of the page where ``is_page_relative`` ("im vergangenen Jahr" -1).
      ``month_day`` ("05-12", "05", season "23") is a day, month or season of that year; with
      ``years`` 0 the text gives the year elsewhere, or leaves it to the day of the page.
      "Nach der Wende" is relative as well; it has an ``edtf``, of little worth, and no ``years``.

    ``is_approximate`` marks hedged and round numbers, ``is_decade`` dates of ten years.
    """

    start: int
    end: int
    kind: DateKind
    rule: str
    edtf: str | None = None
    years: int | None = None
    month_day: str | None = None
    is_approximate: bool = False
    is_decade: bool = False
    is_page_relative: bool = False


def find_dates(text: str) -> list[FoundDate]:
    """Return the date expressions of a text in its order; they do not overlap."""
    grammar = date_grammar()
    candidates = sorted(
        _candidates(grammar, text), key=lambda c: (c.start - c.end, len(c.found), c.start)
    )
    taken = bytearray(len(text) if candidates else 0)
    kept: list[FoundDate] = []
    for candidate in candidates:
        if not any(taken[candidate.start : candidate.end]):
            taken[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
            kept += candidate.found
    return sorted(kept, key=lambda found: found.start)


def year_text(year: int, *, is_approximate: bool) -> str | None:
    """Return the EDTF of a year, ``~`` where it is rough; None for one that has no four digits."""
    if not 1 <= year <= 9999:
        return None
    return f"{year:04d}{'~' if is_approximate else ''}"


# --- finding --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stretch that a rule matches and what it reads there."""

    start: int
    end: int
    found: list[FoundDate]


def _candidates(grammar: DateGrammar, text: str) -> Iterator[_Candidate]:
    """Return all that the rules match, overlapping, in the order of the text."""
    for run in _RUN.finditer(text):
        letters = run.group()
        kept = len(letters) <= _LONGEST_KEPT
        for offset, rules in _beginnings(letters) if kept else _beginnings.__wrapped__(letters):
            start = run.start() + offset
            yield from _read(grammar, rules, text, start)


def _read(
    grammar: DateGrammar, rules: tuple[DateRule, ...], text: str, start: int
) -> Iterator[_Candidate]:
    """Yield what the rules match at one place."""
    for rule in rules:
        match = rule.pattern.match(text, start)
        if match is not None:
            found = _READERS[rule.reads](grammar, rule, match)
            if found:
                yield _Candidate(min(found[0].start, match.start()), match.end(), found)
            elif rule.reads == "nothing":
                yield _Candidate(*match.span(), found)


@lru_cache(maxsize=20_000)
def _beginnings(letters: str) -> tuple[tuple[int, tuple[DateRule, ...]], ...]:
    """Return where in a run of letters and digits an expression may begin, with its rules."""
    grammar = date_grammar()
    by_first_word = grammar.by_first_word
    found = []
    for beginning in _BEGINNING.finditer(letters):
        word = beginning.group().lower()
        rules = by_first_word.get(word)
        if rules is None:
            if word[0].isdecimal():
                rules = by_first_word["<digit>"]
            elif grammar.years_compound.search(word):
                rules = by_first_word["<years>"]
            else:
                continue
        found.append((beginning.start(), rules))
    return tuple(found)


# --- reading --------------------------------------------------------------------------------------

#: The groups of a pair's first and second date end in one of these.
_FIRST, _SECOND = ("", "_b"), ("_2", "_3")


@dataclass(slots=True, kw_only=True)
class _Parts:
    """The calendar parts of one date."""

    year: int | None
    month: int | None
    day: int | None

    def edtf(self) -> str | None:
        """Return the date, None where the year is missing or has no such day."""
        if self.year is None:
            return None
        try:
            if self.month and self.month > 12:  # a season
                return f"{edtf.from_parts(self.year)}-{self.month}"
            return edtf.from_parts(self.year, self.month, self.day)
        except InputError:
            return None

    def month_day(self) -> str | None:
        """Return month (or season) and day as in EDTF, None where no year has such a day."""
        if self.month is None:
            return None
        leap_year = _Parts(year=2000, month=self.month, day=self.day).edtf()
        return leap_year[5:] if leap_year else None


def _group(match: re.Match[str], name: str, suffixes: tuple[str, ...] = _FIRST) -> str | None:
    groups = match.groupdict()
    return next((groups[name + s] for s in suffixes if groups.get(name + s)), None)


def _parts(
    grammar: DateGrammar, match: re.Match[str], suffixes: tuple[str, ...] = _FIRST
) -> _Parts:
    """Return the parts that the groups of one date hold."""
    year = _year(_group(match, "year", suffixes))
    for name, month_day in grammar.named_days.items():
        if _group(match, name, suffixes):
            return _Parts(year=year, month=int(month_day[:2]), day=int(month_day[3:]))
    return _Parts(
        year=year,
        month=_month(grammar, match, suffixes),
        day=_number(grammar, _group(match, "day", suffixes)),
    )


def _month(grammar: DateGrammar, match: re.Match[str], suffixes: tuple[str, ...]) -> int | None:
    season = _group(match, "season", suffixes)
    if season:
        return grammar.seasons.get(fold(season))
    text = _group(match, "month", suffixes)
    if text is None:
        return None
    return int(text) if text.isdigit() else grammar.months.get(fold(text).rstrip("."))


def _number(grammar: DateGrammar, text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if text.isdigit() else grammar.numbers.get(fold(text))


def _year(text: str | None) -> int | None:
    """Return the year; two digits up to 29 are of the 21st century, others of the 20th."""
    if text is None:
        return None
    year = int(text.lstrip("'’‘"))
    if year >= 100:
        return year
    return year + (2000 if year < 30 else 1900)


def _date(rule: DateRule, start: int, end: int, text: str | None) -> list[FoundDate]:
    if text is None:
        return []
    return [
        FoundDate(
            start=start, end=end, kind="date", rule=rule.id, edtf=text, is_approximate="~" in text
        )
    ]


def _read_single(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    parts = _parts(grammar, match)
    if parts.year is None:
        return _yearless(rule, match.start(), match.end(), parts)
    text = parts.edtf()
    if text and _group(match, "about"):
        text += "~"
    return _date(rule, match.start(), match.end(), text)


def _yearless(rule: DateRule, start: int, end: int, parts: _Parts) -> list[FoundDate]:
    month_day = parts.month_day()
    if month_day is None:
        return []
    return [
        FoundDate(start=start, end=end, kind="relative", rule=rule.id, years=0, month_day=month_day)
    ]


def _two_parts(grammar: DateGrammar, match: re.Match[str]) -> tuple[_Parts, _Parts]:
    """Return two dates; each takes the month and year that it lacks from the other."""
    first, second = _parts(grammar, match, _FIRST), _parts(grammar, match, _SECOND)
    first.month = first.month or second.month
    crosses = (first.month or 0) >= 10 and 0 < (second.month or 0) <= 3
    if first.year is None and second.year is not None:
        first.year = second.year - crosses
    elif second.year is None and first.year is not None:
        second.year = first.year + crosses
    return first, second


def _read_pair(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    first, second = _two_parts(grammar, match)
    found = []
    for parts, name in ((first, "one"), (second, "two")):
        if parts.year is None:
            piece = _yearless(rule, *match.span(name), parts)
        else:
            piece = _date(rule, *match.span(name), parts.edtf())
        if not piece:
            return []
        found += piece
    return found


def _read_interval(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    first, second = _two_parts(grammar, match)
    short = _group(match, "year", ("_3",))
    if short and first.year and len(short) == 2:
        second.year = first.year // 100 * 100 + int(short)
        second.year += 100 * (second.year <= first.year)
        if second.year - first.year > 20:  # "1990/12" is a number in a register
            return []
    text = f"{first.edtf()}/{second.edtf()}"
    return _date(rule, match.start(), match.end(), text if edtf.is_valid(text) else None)


def _read_decade(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    text = match["decade"]
    if text.isdigit():
        full = int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= 20 else 2000)
        decade: int | None = full // 10
    else:
        decade = grammar.decades.get(fold(text).removesuffix("n"))
    if decade is None:
        return []
    return [
        FoundDate(
            start=match.start(),
            end=match.end(),
            kind="date",
            rule=rule.id,
            edtf=f"{decade}X",
            is_approximate=True,
            is_decade=True,
        )
    ]


def _read_open(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    year = _year(match["year"]) or 0
    is_before = grammar.ways[fold(match["side"])] < 0
    text = f"../{year - 1:04d}" if is_before else f"{year:04d}/.."
    return _date(rule, match.start(), match.end(), text)


def _read_moment(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    values = next(m.values for m in grammar.moments if m.pattern.fullmatch(match["moment"]))
    side = fold(_group(match, "side") or "")
    is_near = _group(match, "near") is not None
    count = _number(grammar, _group(match, "count"))
    if count is not None:
        year = edtf.year(values["at"]) + count * grammar.ways[side]
        return _date(rule, *match.span(), year_text(year, is_approximate=True))
    key = "year" if _group(match, "year_of") else grammar.sides.get(side, "at")
    if key == "before" and is_near:
        key = "close_before"
    kind: DateKind = "relative" if key == "after" and not is_near else "date"
    return [replace(found, kind=kind) for found in _date(rule, *match.span(), values[key])]


def _read_age(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    if "one" in match.re.groupindex:
        pieces = [(match.span("one"), _FIRST), (match.span("two"), _SECOND)]
    else:
        pieces = [(match.span(), _FIRST)]
    found = []
    for (start, end), suffixes in pieces:
        years, is_approximate = _years(grammar, match, suffixes)
        start, is_hedged = _run_up(grammar, match.string, start)
        if not 0 < years <= _GREATEST_AGE:
            return []
        found.append(
            FoundDate(
                start=start,
                end=end,
                kind="age",
                rule=rule.id,
                years=years,
                is_approximate=is_approximate or is_hedged,
            )
        )
    return found


def _years(
    grammar: DateGrammar, match: re.Match[str], suffixes: tuple[str, ...] = _FIRST
) -> tuple[int, bool]:
    """Return the number of years that the groups hold, and whether it is rough."""
    unit = fold(_group(match, "unit") or "")
    size, is_round = next(
        (value for word, value in grammar.units.items() if unit.startswith(word)), (1, False)
    )
    text = _group(match, "count", suffixes)
    count = 1 if text is None else _number(grammar, text) or 0
    return count * size, is_round or _group(match, "hedge", suffixes) is not None


def _run_up(grammar: DateGrammar, text: str, start: int) -> tuple[int, bool]:
    """Return where the words before a number of years begin, and whether they hedge it."""
    match = grammar.run_up.search(text, max(0, start - _RUN_UP), start)
    return (match.start(), match["hedge"] is not None) if match else (start, False)


def _read_relative(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    way = grammar.ways.get(fold(match["way"]))
    years, is_approximate = _years(grammar, match)
    start, is_hedged = match.start(), False
    if _group(match, "count") or _group(match, "unit"):
        start, is_hedged = _run_up(grammar, match.string, start)
    if way is None or years > _GREATEST_AGE:
        return []
    return [
        FoundDate(
            start=start,
            end=match.end(),
            kind="relative",
            rule=rule.id,
            years=way * years,
            month_day=_parts(grammar, match).month_day(),
            is_approximate=is_approximate or is_hedged,
            is_page_relative="page" in match.re.groupindex,
        )
    ]


def _read_nothing(grammar: DateGrammar, rule: DateRule, match: re.Match[str]) -> list[FoundDate]:
    return []


_READERS: dict[str, Callable[[DateGrammar, DateRule, re.Match[str]], list[FoundDate]]] = {
    "single": _read_single,
    "pair": _read_pair,
    "interval": _read_interval,
    "decade": _read_decade,
    "open": _read_open,
    "moment": _read_moment,
    "age": _read_age,
    "relative": _read_relative,
    "nothing": _read_nothing,
}
