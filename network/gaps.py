"""A release against a reference list: found, missing, new, other dates; how much of it where."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from network.coverage import Coverage, Outcome, coverage
from network.place_matching import PlaceMatcher
from network.reference_lists import ReferencePair, ReferencePlace, read_reference
from network.release.reading import read_rows
from partnernetz import edtf
from partnernetz.places import Gazetteer
from partnernetz.records import PARTNERSHIP_KINDS

Row = Mapping[str, Any]
Agreement = Literal["agrees", "otherwise stated", "conflicts", "undated"]
MissingReason = Literal["not stated", "only planned", "only denied", "below the belief"]

_COLUMNS = "partnership_id a_id b_id a_name b_name kind status start_date end_date belief".split()
#: A list of partnerships means the closest tie of a pair.
_CLOSENESS = {kind: number for number, kind in enumerate(PARTNERSHIP_KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A partnership of the release; dates are EDTF strings."""

    partnership_id: str
    a_id: str
    b_id: str
    a_name: str
    b_name: str
    kind: str
    status: str
    start_date: str | None
    end_date: str | None
    belief: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDate:
    """A date that the release has of a partnership, for another event than the list."""

    event: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A pair of the list that the release has, and whether its dates agree.

    Dates agree if they can mean the same day (1988 and 1988-05-03). Where they do not,
    ``stated`` has the events of the release whose date is the list's: ``otherwise stated``; without
    any they conflict. ``undated`` if one of the two has no date.
    """

    reference: ReferencePair
    known: Known
    start: Agreement
    end: Agreement
    stated: tuple[StatedDate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A pair of the list that the release does not have, with the places that are meant.

    ``sites_read`` counts those of the two places from whose own site anything was read.
    """

    reference: ReferencePair
    a_id: str
    b_id: str
    reason: MissingReason
    sites_read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A pair of the list of which it is not sure which places are meant.

    ``a`` and ``b`` are the ids that can be; an empty one is a place that is not known at all.
    """

    reference: ReferencePair
    a: tuple[str, ...]
    b: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """How a release and a list differ; ``problems`` are cells of the list that cannot be read."""

    form: str
    found: tuple[Found, ...]
    missing: tuple[Missing, ...]
    new: tuple[Known, ...]
    ambiguous: tuple[Unclear, ...]
    unknown: tuple[Unclear, ...]
    states: tuple[Coverage, ...]
    sides: tuple[Coverage, ...]
    places: tuple[ReferencePlace, ...]
    problems: tuple[str, ...]

    @property
    def conflicting(self) -> tuple[Found, ...]:
        """Return the pairs whose start or end in the list no source of the release states."""
        return tuple(item for item in self.found if "conflicts" in (item.start, item.end))


def find_gaps(
    release: Path,
    reference: Path,
    *,
    gazetteer: Gazetteer | None = None,
    minimum_belief: float = 0.0,
) -> Gaps:
    """Return how a release and a reference list differ.

    Places meet by the keys that the list gives (municipality key, GeoNames), else by name, with a
    gazetteer also by other names. Partnerships of less belief count as missing. Raises InputError
    for what is no release or no such list.
    """
    finder = _Finder(release, gazetteer, minimum_belief)
    listed = read_reference(reference)
    results = [finder.look_up(pair) for pair in listed.pairs]
    found = _once_each(item for item in results if isinstance(item, Found))
    missing = tuple(item for item in results if isinstance(item, Missing))
    unclear = [item for item in results if isinstance(item, Unclear)]
    met = {frozenset((item.known.a_id, item.known.b_id)) for item in found}
    new = tuple(item for item in finder.closest() if frozenset((item.a_id, item.b_id)) not in met)
    outcomes: list[Outcome] = [
        *((item.known.a_id, item.known.b_id, "found") for item in found),
        *((item.a_id, item.b_id, "missing") for item in missing),
        *((item.a_id, item.b_id, "new") for item in new),
    ]
    return Gaps(
        form=listed.form,
        found=found,
        missing=missing,
        new=new,
        ambiguous=tuple(item for item in unclear if item.a and item.b),
        unknown=tuple(item for item in unclear if not (item.a and item.b)),
        states=coverage(outcomes, finder.places, by="state"),
        sides=coverage(outcomes, finder.places, by="side"),
        places=listed.places,
        problems=listed.problems,
    )


class _Finder:
    """Looks up the pairs of a list in a release."""

    def __init__(self, release: Path, gazetteer: Gazetteer | None, minimum_belief: float) -> None:
        self.places = PlaceMatcher(read_rows(release, "places"), gazetteer=gazetteer)
        self._minimum = minimum_belief
        self._ties: dict[frozenset[str], list[Known]] = defaultdict(list)
        for row in read_rows(release, "partnerships", columns=_COLUMNS):
            known = Known(**row)
            self._ties[frozenset((known.a_id, known.b_id))].append(known)
        for ties in self._ties.values():
            ties.sort(key=lambda tie: (_CLOSENESS[tie.kind], -tie.belief))
        self._events: dict[str, list[StatedDate]] = defaultdict(list)
        columns = ("partnership_id", "event", "event_date")
        for row in read_rows(release, "events", columns=columns):
            stated = StatedDate(event=row["event"], date=row["event_date"])
            self._events[row["partnership_id"]].append(stated)
        self._modalities: dict[frozenset[str], Counter[str]] = defaultdict(Counter)
        for row in read_rows(release, "evidence", columns=("a_id", "b_id", "modality")):
            self._modalities[frozenset((row["a_id"], row["b_id"]))][row["modality"]] += 1
        self._hosts = {
            row["host_place_id"]
            for row in read_rows(release, "documents", columns=("host_place_id",))
        }

    def closest(self) -> Iterable[Known]:
        """Yield the closest tie of each pair that is believed enough."""
        for ties in self._ties.values():
            believed = [tie for tie in ties if tie.belief >= self._minimum]
            if believed:
                yield believed[0]

    def look_up(self, pair: ReferencePair) -> Found | Missing | Unclear:
        ones, others = self.places.candidates(pair.a), self.places.candidates(pair.b)
        pairs = dict.fromkeys(
            frozenset((one, other)) for one in ones for other in others if one != other
        )
        met = [key for key in pairs if key in self._ties]
        if len(met) == 1:
            believed = [tie for tie in self._ties[met[0]] if tie.belief >= self._minimum]
            if believed:
                return self._found(pair, believed[0])
            return self._missing(pair, *self._in_order(met[0], ones), reason="below the belief")
        mentioned = [key for key in pairs if key in self._modalities]
        if len(mentioned) == 1:
            return self._missing(pair, *self._in_order(mentioned[0], ones))
        one, other = self.places.settle(pair.a), self.places.settle(pair.b)
        if len(met) > 1 or one is None or other is None or one == other:
            return Unclear(reference=pair, a=ones, b=others)
        return self._missing(pair, one, other)

    def _in_order(self, pair: frozenset[str], ones: Sequence[str]) -> tuple[str, str]:
        first = next(key for key in ones if key in pair)
        (second,) = pair - {first}
        return first, second

    def _missing(
        self, pair: ReferencePair, one: str, other: str, *, reason: MissingReason | None = None
    ) -> Missing:
        said = self._modalities[frozenset((one, other))]
        stated: MissingReason = "not stated"
        if said["planned"]:
            stated = "only planned"
        elif said["denied"]:
            stated = "only denied"
        read = sum(place in self._hosts for place in (one, other))
        return Missing(
            reference=pair, a_id=one, b_id=other, reason=reason or stated, sites_read=read
        )

    def _found(self, pair: ReferencePair, known: Known) -> Found:
        events = self._events[known.partnership_id]
        stated = [
            event
            for event in events
            if any(edtf.overlaps(event.date, date) for date in pair.since)
            # a vaguer form of our start speaks for it, not for the list
            and not (known.start_date and edtf.contains(event.date, known.start_date))
        ]
        start = _agreement(known.start_date, pair.since, [e.date for e in stated])
        ends = [event.date for event in events if event.event in ("end", "dormancy")]
        return Found(
            reference=pair,
            known=known,
            start=start,
            end=_agreement(known.end_date, pair.until, ends),
            stated=tuple(stated) if start == "otherwise stated" else (),
        )


def _agreement(ours: str | None, theirs: Sequence[str], stated: Iterable[str]) -> Agreement:
    """Return whether a date agrees with any that the list gives."""
    if ours is None or not theirs:
        return "undated"
    if any(edtf.overlaps(ours, date) for date in theirs):
        return "agrees"
    is_stated = any(edtf.overlaps(other, date) for other in stated for date in theirs)
    return "otherwise stated" if is_stated else "conflicts"


def _once_each(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return each partnership once: a line of the list that agrees outweighs one that does not."""
    best: dict[str, Found] = {}
    for item in found:
        known = best.get(item.known.partnership_id)
        if known is None or (known.start != "agrees" and item.start == "agrees"):
            best[item.known.partnership_id] = item
    return tuple(best.values())
