"""The records of a dossier: what a release says of a pair."""

from __future__ import annotations

from dataclasses import dataclass

from network.belief_steps import BeliefAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What Evidence reads from a quotation; ``modality`` is asserted, planned or denied."""

    evidence_id: str
    partnership_id: str | None
    kind: str
    event: str
    date: str | None
    status: str | None
    topics: tuple[str, ...]
    modality: str
    rule: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A quotation, where it stands, and all that is read from it; ``number`` counts from 1."""

    number: int
    quotation: str
    statements: tuple[Statement, ...]
    page: int | None
    url: str | None
    title: str | None
    source_id: str | None
    source_kind: str
    published: str | None
    fetched_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateReport:
    """A date that sources give, and why it was taken for the start or not.

    ``quotations`` are the numbers of those that state it; ``start_reason`` is empty for events that
    never are a start.
    """

    event: str
    date: str
    is_start: bool
    start_reason: str
    text_count: int
    source_kinds: tuple[str, ...]
    quotations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """That the tie was said to be active, dormant or ended; ``date`` is when, None where unknown.

    That is the date of the event where the text gives one, else the day of publication.
    """

    status: str
    date: str | None
    quotations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReport:
    """A topic with the numbers of the quotations that tell of it."""

    topic: str
    quotations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What sources do not agree on, in one sentence, with the quotations that differ."""

    about: str
    text: str
    quotations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One partnership of the pair.

    ``account`` works the belief out from the quotations by the figures that the release was judged
    with; ``is_reproduced`` tells whether the result is the release's belief.
    """

    partnership_id: str
    kind: str
    status: str
    status_date: str | None
    start_date: str | None
    start_reason: str | None
    end_date: str | None
    history: str | None
    belief: float
    source_count: int
    dates: tuple[DateReport, ...]
    statuses: tuple[StatusReport, ...]
    topics: tuple[TopicReport, ...]
    contradictions: tuple[Contradiction, ...]
    account: BeliefAccount
    is_reproduced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place of the release; ``state`` is the code of a German state."""

    id: str
    name: str
    state: str | None
    country: str | None
    side: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that a release says of a pair.

    ``ties`` is empty where nothing asserts a partnership, as with one that was only planned or
    denied; it has several where the places have ties of different kinds.
    """

    a: PlaceView
    b: PlaceView
    distance_km: float | None
    ties: tuple[Tie, ...]
    quotations: tuple[Quotation, ...]
