"""The records that every stop of the flow writes and the next one reads.

All are frozen. Dates are EDTF level 1 strings, times ISO 8601 in UTC, offsets count characters
of ``Document.text``. Place ids are ``ags:12067120`` (municipality), ``ags:12067`` (district) or
``geonames:2977921`` (all else), countries ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from partnernetz.identifiers import stable_id

SourceKind = Literal[
    "municipality", "district", "association", "press", "encyclopedia", "government", "unknown"
]
BlockKind = Literal["title", "heading", "paragraph", "list_item", "table_row", "caption"]
MentionKind = Literal["place", "date", "trigger", "topic", "context"]
PartnershipKind = Literal["partnership", "friendship", "sponsorship", "project", "contact"]
Event = Literal[
    "existence",
    "cooperation",
    "contact",
    "decision",
    "signing",
    "founding",
    "renewal",
    "dormancy",
    "revival",
    "end",
]
Status = Literal["active", "dormant", "ended", "unknown"]
Modality = Literal["asserted", "planned", "denied"]
Bound = Literal["exact", "about", "at_least", "more_than", "at_most", "less_than"]

SOURCE_KINDS: tuple[str, ...] = get_args(SourceKind)
PARTNERSHIP_KINDS: tuple[str, ...] = get_args(PartnershipKind)
EVENTS: tuple[str, ...] = get_args(Event)
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A site to read: who owns it and where to begin.

    ``hosts`` are the host names (with port) that the crawl may enter; ``max_depth`` counts links
    from a start address, ``max_minutes`` is how long a crawl of the source may take. ``archives``
    are addresses of archive pages by date, such as ``https://a.example/archiv/{year}/{month:02}/``.
    ``oparl`` are addresses of council systems or of their bodies (JSON, see
    https://oparl.org); ``is_rendered`` says that scripts put the pages together, so that they are
    read in a browser.
    """

    id: str
    name: str
    kind: SourceKind
    start: tuple[str, ...]
    hosts: tuple[str, ...]
    place_id: str | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    oparl: tuple[str, ...] = ()
    is_rendered: bool = False
    archives: tuple[str, ...] = ()
    max_pages: int = 200
    max_depth: int = 3
    max_minutes: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was fetched. ``digest`` is ``sha256:`` and the hexadecimal SHA-256 of the body.

    ``archive_file`` is the name of the archive file within its folder, ``archive_record`` the
    WARC-Record-ID of the response.
    """

    id: str
    source_id: str
    url: str
    final_url: str
    fetched_at: str
    status: int
    media_type: str
    digest: str
    archive_file: str
    archive_record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of a Document's text that is one thing to a reader.

    ``headings`` is the path of headings above it, outermost first; ``page`` the page number in a
    paged document, counted from 1.
    """

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReference:
    """Where something was read: all of a Document but its text, so that it can be found again.

    ``published`` and ``modified`` are EDTF dates; ``host_place_id`` the place that owns the site;
    ``agency`` the id of the news agency whose text it is; ``is_stub`` is true where a publisher
    shows only the beginning. The archive fields are None for what was not read from an archive.
    """

    id: str
    url: str
    title: str = ""
    language: str | None = None
    published: str | None = None
    host_place_id: str | None = None
    source_id: str = ""
    source_kind: SourceKind = "unknown"
    fetched_at: str | None = None
    digest: str | None = None
    archive_file: str | None = None
    archive_record: str | None = None
    modified: str | None = None
    agency: str | None = None
    is_stub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The readable text of a Page.

    ``blocks`` are ascending, do not overlap, and only white space lies between them.
    """

    reference: DocumentReference
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span of a Document: ``text`` as it stands there, ``value`` what it was read as.

    ``value`` is a place id, an EDTF date, a trigger or rule id, or a topic id; ``reason`` says
    why that value was chosen.
    """

    kind: MentionKind
    start: int
    end: int
    text: str
    value: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReference:
    """A place as a Document speaks of it.

    ``surface`` is the wording in the text (empty where the text is silent and the place is known
    from the site), ``reason`` why this place was chosen among those of that name.
    """

    id: str | None
    name: str
    country: str | None
    surface: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """Return what identifies the place: its id, or country and folded name without one."""
        return self.id or f"name:{self.country or ''}:{' '.join(self.name.casefold().split())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one Document states about one pair, at one spot.

    ``quotation`` equals ``Document.text[start:end]``, ``page`` is its page in a paged document.
    ``date`` belongs to ``event``, ``status`` is None where the spot says nothing about it.
    ``score`` (0 to 1) is the extractor's confidence in this extraction.
    """

    id: str
    document: DocumentReference
    a: PlaceReference
    b: PlaceReference
    kind: PartnershipKind
    event: Event
    quotation: str
    start: int
    end: int
    rule: str
    score: float
    date: str | None = None
    status: Status | None = None
    topics: tuple[str, ...] = ()
    modality: Modality = "asserted"
    page: int | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """Return the keys of both places in ascending order."""
        first, second = sorted((self.a.key, self.b.key))
        return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement on partnerships as a whole, counted ("over 850") or not ("some rest").

    ``quantity`` is None where nothing is counted; ``is_additional`` marks "98 more". ``scope`` is
    ``east_west``, ``all`` or a place id; ``status`` is set where the claim is on how they fare.
    """

    id: str
    document: DocumentReference
    quantity: int | None
    bound: Bound
    scope: str
    quotation: str
    start: int
    end: int
    rule: str
    period: str | None = None
    status: Status | None = None
    is_additional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEvent:
    """Something that happened between two partners, with the evidence that says so.

    ``text_count`` counts texts, copies once, ``source_kinds`` are the kinds of their sources, and
    ``start_reason`` tells why its date is the start of the partnership or not; it is empty for what
    never is one.
    """

    event: Event
    date: str
    evidence_ids: tuple[str, ...]
    text_count: int = 0
    source_kinds: tuple[SourceKind, ...] = ()
    start_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierName:
    """A name that a place of a partnership no longer bears, with the evidence that used it.

    ``is_merged`` tells that it was a municipality of its own which became part of the place; the
    years are inclusive, None where unknown.
    """

    place_key: str
    name: str
    is_merged: bool
    first_year: int | None
    last_year: int | None
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSupport:
    """A topic of a partnership with the evidence that tells of it."""

    topic: str
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership:
    """What all Evidence on one pair and family of kinds adds up to.

    ``a`` and ``b`` are ordered by key. ``start_date`` is the chosen start, ``start_reason`` why,
    ``start_alternatives`` what else was stated that could be the start, each with the reason why it
    is not. ``belief`` (0 to 1) is the probability that the partnership exists or existed.
    ``status_date`` is when the status was last stated. ``history`` has the names under which the
    sources speak of places that are called otherwise today.
    """

    id: str
    a: PlaceReference
    b: PlaceReference
    kind: PartnershipKind
    status: Status
    belief: float
    start_date: str | None = None
    start_reason: str = ""
    start_alternatives: tuple[DatedEvent, ...] = ()
    end_date: str | None = None
    status_date: str | None = None
    events: tuple[DatedEvent, ...] = ()
    topics: tuple[TopicSupport, ...] = ()
    history: tuple[EarlierName, ...] = ()
    evidence_ids: tuple[str, ...] = ()
    document_count: int = 0
    source_count: int = 0


def evidence_id(
    *, document_id: str, pair: tuple[str, str], event: str, start: int, end: int, rule: str
) -> str:
    """Return the id of the Evidence that one rule finds for one pair at one spot."""
    return stable_id("evidence", document_id, *pair, event, start, end, rule)


def partnership_id(*, pair: tuple[str, str], family: str | None = None) -> str:
    """Return the id of a pair's Partnership, with a family that of a further one of the pair."""
    return stable_id("partnership", *sorted(pair), *([family] if family else []))
