"""Dates and partners that take turns: "1988 Halle, 1990 Gera", "Halle (1988), Gera (1990)"."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.dates import FoundDate
from nlp.reading_view import ReadingView, Sentence

_FEWEST_TURNS = 2


@dataclass(frozen=True, slots=True)
class _Turns:
    """Dates and partners of a region in the order of the text; a date has no place id."""

    turns: tuple[tuple[int, str], ...]
    dates: tuple[int, ...]


def _turns(
    view: ReadingView, region: str, sentence: Sentence, partners: frozenset[str]
) -> _Turns | None:
    """Return the turns of the region around a sentence, None where none are taken."""
    if region == "sentence":
        place, sentences = sentence.index, iter((sentence,))
    elif region == "block":
        place, sentences = sentence.block.start, iter(view.sentences_of_block(sentence.block))
    else:
        rows = view.rows_around(sentence.block)
        if not rows:
            return None
        place = rows[0].start
        sentences = (s for b in rows for s in view.sentences_of_block(b))

    def found() -> _Turns | None:
        spoken = list(sentences)
        turns = sorted(
            [(m.start, m.place.id) for s in spoken for m in s.places if m.place.id in partners]
            + [(d.start, "") for s in spoken for d in s.dates if d.kind == "date" and d.edtf]
        )
        dates = tuple(start for start, place_id in turns if not place_id)
        if len(dates) < _FEWEST_TURNS or len({p for _, p in turns if p}) < _FEWEST_TURNS:
            return None
        return _Turns(tuple(turns), dates)

    return view.once(("turns", region, place, partners), found)


def in_turn(
    view: ReadingView,
    sentence: Sentence,
    found: FoundDate,
    own: frozenset[str],
    partners: frozenset[str],
) -> dict[str, float]:
    """Return whether a date is the partner's turn where dates and partners take turns.

    Where a sentence, a block or a run of rows begins with a date, each date belongs to the partners
    that follow it; where it begins with a partner, to those before it.
    """
    features: dict[str, float] = {}
    for name in ("sentence", "block", "run"):
        taken = _turns(view, name, sentence, partners)
        if taken is None or found.start not in taken.dates:
            continue
        turns, dates = taken.turns, taken.dates
        number = dates.index(found.start)
        if turns[0][1]:
            low, high = dates[number - 1] if number else -1, found.start
        else:
            low = found.start
            high = dates[number + 1] if number + 1 < len(dates) else turns[-1][0] + 1
        members = {place_id for start, place_id in turns if place_id and low < start < high}
        features[f"turn-{name}" if own & members else f"other-turn-{name}"] = 1.0
        if members == own & members and members:
            features[f"sole-turn-{name}"] = 1.0
    return features
