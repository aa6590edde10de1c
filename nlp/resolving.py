"""What a date expression means where it was said, and whether it can be a partnership's start.

Ages ("vor 25 Jahren") are counted from an occasion or from the day of the page, relative dates
("ein Jahr später") from the date before them.
"""

from __future__ import annotations

from nlp.components.pairs import RankedPair
from nlp.dates import FoundDate, year_text
from nlp.reading_view import ReadingView, Sentence
from partnernetz import edtf

#: Town partnerships are a child of the time after the Second World War.
_EARLIEST_YEAR = 1945
#: The first East-West partnership was agreed on 1985-11-15 (Saarlouis and Eisenhüttenstadt).
_EARLIEST_YEAR_EAST_WEST = 1985


def resolve(view: ReadingView, sentence: Sentence, found: FoundDate) -> str | None:
    """Return the EDTF date that an expression means, None where the text does not fix it."""
    if found.kind == "date":
        return found.edtf
    key = ("resolved", sentence.index, found.start, found.end)
    return view.once(key, lambda: _resolved(view, sentence, found))


def _resolved(view: ReadingView, sentence: Sentence, found: FoundDate) -> str | None:
    if found.kind == "relative":
        return _counted_from_before(view, sentence, found)
    occasions = [d.edtf for d in sentence.dates if d.kind == "date" and d.edtf]
    reference = occasions[0] if len(occasions) == 1 else view.published
    if reference is None or edtf.precision(reference) in ("interval", "decade"):
        return None
    return resolve_age(found, reference)


def _counted_from_before(view: ReadingView, sentence: Sentence, found: FoundDate) -> str | None:
    """Return the date that is counted from the last one before it in the same paragraph."""
    if found.years is None or found.is_page_relative:
        return None
    before = [
        date
        for other in view.sentences_of_block(sentence.block)
        for date in other.dates
        if date.kind == "date" and date.edtf and date.start < found.start
    ]
    return resolve_relative(found, before[-1].edtf or "") if before else None


def resolve_age(found: FoundDate, reference: str) -> str | None:
    """Return the year that lies the found age before a reference date, ``~`` where it is rough.

    None where nothing is aged or the year would lie before 1. Raises InputError where the
    reference is no EDTF date.
    """
    if found.kind != "age" or found.years is None:
        return None
    return year_text(edtf.year(reference) - found.years, is_approximate=found.is_approximate)


def resolve_relative(found: FoundDate, anchor: str) -> str | None:
    """Return what a relative date means when counted from the anchor, an EDTF date.

    The anchor is the date that the text gave before, or the day of the page where the found date
    ``is_page_relative``. Returns None for what is not relative and for a day that the year does
    not have; raises InputError where the anchor is no EDTF date.
    """
    if found.kind != "relative":
        return None
    if found.years is None:
        return found.edtf
    year = year_text(edtf.year(anchor) + found.years, is_approximate=found.is_approximate)
    if year is None or found.month_day is None:
        return year
    resolved = f"{year}-{found.month_day}"
    return resolved if edtf.is_valid(resolved) else None


def is_plausible(view: ReadingView, ranked: RankedPair, date: str) -> bool:
    """Return whether a partnership of these two can have begun then."""
    if date.endswith(".."):
        return False  # "nach 1989" dates something else
    bounds = edtf.bounds(date)
    sides = {ranked.candidate.a.side, ranked.candidate.b.side}
    earliest = _EARLIEST_YEAR_EAST_WEST if sides == {"east", "west"} else _EARLIEST_YEAR
    if bounds.latest.year < earliest:
        return False
    published = view.published
    return published is None or bounds.earliest <= edtf.bounds(published).latest
