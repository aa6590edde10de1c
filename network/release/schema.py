"""The tables of a release, declared once.

CSV and Parquet writers, the SQLite file, the data package and the data dictionary all come from
here. Column suffixes: ``_id`` an id, ``_date`` an EDTF date, ``_year`` a year; booleans begin with
``is_``; several values in a cell are joined by a semicolon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from partnernetz.records import EVENTS, PARTNERSHIP_KINDS, SOURCE_KINDS, STATUSES

ColumnType = Literal["string", "integer", "number", "boolean"]

SIDES = ("east", "west", "berlin", "abroad")
PLACE_KINDS = ("municipality", "district", "borough", "town")
MODALITIES = ("asserted", "planned", "denied")
BOUNDS = ("exact", "about", "at_least", "more_than", "at_most", "less_than")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: ``unit`` is empty where there is none, ``values`` where any value may stand."""

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    is_required: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A column whose values are the primary key of another table, or null."""

    column: str
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: ``primary_key`` names one column, ``columns`` are in the order of the files."""

    name: str
    title: str
    description: str
    primary_key: str
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of a name; raises KeyError."""
        return {column.name: column for column in self.columns}[name]


def _text(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name=name, type="string", description=description, is_required=required)


def _choice(
    name: str, values: tuple[str, ...], description: str, *, required: bool = False
) -> Column:
    return Column(
        name=name, type="string", description=description, values=values, is_required=required
    )


def _whole(
    name: str, description: str, *, unit: str = "", required: bool = False, minimum: int | None = 0
) -> Column:
    return Column(
        name=name,
        type="integer",
        description=description,
        unit=unit,
        is_required=required,
        minimum=minimum,
    )


def _real(
    name: str,
    description: str,
    *,
    unit: str = "",
    required: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    return Column(
        name=name,
        type="number",
        description=description,
        unit=unit,
        is_required=required,
        minimum=minimum,
        maximum=maximum,
    )


def _flag(name: str, description: str) -> Column:
    return Column(name=name, type="boolean", description=description, is_required=True)


def _year(name: str, description: str) -> Column:
    return Column(name=name, type="integer", description=description, unit="year (Gregorian)")


_QUOTATION_SPAN = (
    _text("quotation", "The wording that states it, as it stands in the document.", required=True),
    _whole("start_offset", "Where the quotation begins in the document's text.", unit="character"),
    _whole("end_offset", "Where it ends, exclusive.", unit="character"),
    _text("rule", "Id of the extraction rule.", required=True),
)

PLACES = Table(
    name="places",
    title="Places",
    description="Every place that a partnership, a piece of evidence or a site belongs to.",
    primary_key="place_id",
    columns=(
        _text(
            "place_id",
            "ags:<8 digits> a German municipality, ags:<5 digits> a district or borough, "
            "geonames:<number> a place elsewhere, name:<country>:<name> one not identified.",
            required=True,
        ),
        _text("name", "Official name, or the name in the text if not identified.", required=True),
        _choice("kind", PLACE_KINDS, "What it is; empty if not identified."),
        _text("country", "ISO 3166-1 alpha-2 code."),
        _text("state", "Two-letter code of the German state."),
        _choice("side", SIDES, "East or west of the former inner-German border, Berlin, abroad."),
        _whole("population", "Inhabitants (Germany: end of 2024).", unit="inhabitant"),
        _real("latitude", "WGS84.", unit="degree", minimum=-90, maximum=90),
        _real("longitude", "WGS84.", unit="degree", minimum=-180, maximum=180),
        _flag("is_in_gazetteer", "Whether the place was identified."),
    ),
)

PARTNERSHIPS = Table(
    name="partnerships",
    title="Partnerships",
    description="The edges of the network: what all evidence on one pair adds up to.",
    primary_key="partnership_id",
    foreign_keys=(
        ForeignKey(column="a_id", table="places"),
        ForeignKey(column="b_id", table="places"),
    ),
    columns=(
        _text("partnership_id", "Stable id of the pair and family of kinds.", required=True),
        _text("a_id", "One place; a and b are ordered by id.", required=True),
        _text("b_id", "The other place.", required=True),
        _text("a_name", "Name of the one, for reading.", required=True),
        _text("b_name", "Name of the other, for reading.", required=True),
        _choice("kind", PARTNERSHIP_KINDS, "What most texts call the tie.", required=True),
        _choice("status", STATUSES, "How it fares by the latest statement.", required=True),
        _text("status_date", "When that status was last stated (EDTF)."),
        _text("start_date", "Chosen start, as a rule the first signing (EDTF)."),
        _year("start_year", "Year in which the start begins."),
        _text("start_reason", "Which event was taken for the start and how often it is stated."),
        _text(
            "start_alternatives",
            "Dates that contradict it (EDTF), joined by a semicolon; the events tell why.",
        ),
        _text("end_date", "End, if it has ended and a date is stated (EDTF)."),
        _year("end_year", "Year of the end."),
        _text(
            "spells", "Years in which it was active, as intervals (EDTF), joined by a semicolon."
        ),
        _text("topics", "Ids of the topics in alphabetical order, joined by a semicolon."),
        _text("history", "Names that sources use for places which are called otherwise today."),
        _real(
            "belief", "Probability that it exists or existed.", required=True, minimum=0, maximum=1
        ),
        _whole("evidence_count", "Asserted evidence.", required=True, minimum=1),
        _whole("document_count", "Documents that hold it.", required=True, minimum=1),
        _whole(
            "source_count", "Independent publishers; copies count once.", required=True, minimum=1
        ),
        _flag("is_east_west", "Whether one place lies in the east and the other in the west."),
        _real("distance_km", "Great circle distance.", unit="kilometre", minimum=0),
    ),
)

EVENTS_TABLE = Table(
    name="events",
    title="Events",
    description="What happened between two partners and when, merged by kind of event and date.",
    primary_key="event_id",
    foreign_keys=(ForeignKey(column="partnership_id", table="partnerships"),),
    columns=(
        _text("event_id", "Id.", required=True),
        _text("partnership_id", "The partnership.", required=True),
        _choice("event", EVENTS, "What happened.", required=True),
        _text("event_date", "When (EDTF).", required=True),
        _year("event_year", "Year in which the date begins."),
        _whole("evidence_count", "Evidence that says so.", required=True, minimum=1),
        _text("evidence_ids", "Its ids, joined by a semicolon.", required=True),
        _whole("text_count", "Texts that say so; copies count once.", required=True, minimum=1),
        _text("source_kinds", "Kinds of their sources, joined by a semicolon.", required=True),
        _text("start_reason", "Why it is the start or not; empty for what never is one."),
    ),
)

EVIDENCE = Table(
    name="evidence",
    title="Evidence",
    description="What one document states about one pair at one spot, with the quotation.",
    primary_key="evidence_id",
    foreign_keys=(
        ForeignKey(column="partnership_id", table="partnerships"),
        ForeignKey(column="document_id", table="documents"),
        ForeignKey(column="a_id", table="places"),
        ForeignKey(column="b_id", table="places"),
    ),
    columns=(
        _text("evidence_id", "Id.", required=True),
        _text("partnership_id", "The partnership of the pair; empty if nothing asserts one."),
        _text("document_id", "Where it was read.", required=True),
        _text("a_id", "The place named first.", required=True),
        _text("b_id", "The other place.", required=True),
        _text("a_surface", "Wording for the first; empty where known from the site."),
        _text("b_surface", "Wording for the other."),
        _text("a_reason", "Why the first was taken for that place."),
        _text("b_reason", "Why the other was."),
        _choice("kind", PARTNERSHIP_KINDS, "What the text calls the tie.", required=True),
        _choice("event", EVENTS, "What happened.", required=True),
        _text("event_date", "When it happened (EDTF)."),
        _choice("status", STATUSES, "How the tie fares, where the spot says so."),
        _text("topics", "Ids of topics, joined by a semicolon."),
        _choice("modality", MODALITIES, "Only asserted evidence makes an edge.", required=True),
        *_QUOTATION_SPAN,
        _whole("page_number", "Page of a paged document, from 1.", minimum=1),
        _real("score", "The extractor's confidence.", required=True, minimum=0, maximum=1),
    ),
)

CLAIMS = Table(
    name="claims",
    title="Claims",
    description="Statements on partnerships as a whole, most of them counts.",
    primary_key="claim_id",
    foreign_keys=(ForeignKey(column="document_id", table="documents"),),
    columns=(
        _text("claim_id", "Id.", required=True),
        _text("document_id", "Where it was read.", required=True),
        _whole("quantity", "How many; empty where nothing is counted.", unit="partnership"),
        _choice("bound", BOUNDS, "How the number is meant.", required=True),
        _text("period_date", "The time it speaks of (EDTF)."),
        _text("scope", "east_west, all, or the id of the place it speaks of.", required=True),
        _choice("status", STATUSES, "How they fare, where the claim says so."),
        _flag("is_additional", "Whether it adds to a number before it (98 more)."),
        *_QUOTATION_SPAN,
    ),
)

DOCUMENTS = Table(
    name="documents",
    title="Documents",
    description="Where evidence and claims were read.",
    primary_key="document_id",
    foreign_keys=(ForeignKey(column="host_place_id", table="places"),),
    columns=(
        _text("document_id", "Id.", required=True),
        _text("url", "Address.", required=False),
        _text("title", "Title."),
        _text("language", "ISO 639-1 code."),
        _text("published_date", "When it was published (EDTF)."),
        _text("modified_date", "When it was last changed, by its own word (EDTF)."),
        _text("agency", "The news agency whose text it is (dpa, epd, ...); counts as the source."),
        _flag("is_stub", "Whether the publisher shows only the beginning of it."),
        _text("host_place_id", "The place that owns the site."),
        _text("source_id", "The source it was read from."),
        _choice("source_kind", SOURCE_KINDS, "What kind of source that is.", required=True),
        _text("fetched_at", "When it was fetched (ISO 8601, UTC)."),
        _text("digest", "Checksum of the bytes fetched, after the name of its algorithm."),
        _text("archive_file", "Archive file that holds it."),
        _text("archive_record", "WARC-Record-ID within that file."),
        _text("copy_group", "What documents that are known to be copies have in common."),
    ),
)

MEASURES = Table(
    name="measures",
    title="Measures",
    description="Figures on each place of the network.",
    primary_key="place_id",
    foreign_keys=(ForeignKey(column="place_id", table="places"),),
    columns=(
        _text("place_id", "The place.", required=True),
        _whole("degree", "Partnerships.", unit="partnership", required=True),
        _whole("east_west_degree", "Those across the border.", unit="partnership", required=True),
        _year("first_year", "Year in which the first of them began."),
        _real(
            "betweenness",
            "Share of shortest paths that lead through it (estimated in large networks).",
            required=True,
            minimum=0,
            maximum=1,
        ),
        _real(
            "clustering",
            "Share of pairs of partners that are partners themselves.",
            required=True,
            minimum=0,
            maximum=1,
        ),
        _whole("component_id", "Connected part, 1 the largest.", required=True, minimum=1),
        _whole("component_size", "Its places.", unit="place", required=True, minimum=2),
        _whole(
            "community_id",
            "Community, 1 the largest (Louvain method; label propagation in large networks).",
            required=True,
            minimum=1,
        ),
        _whole("community_size", "Its places.", unit="place", required=True, minimum=1),
    ),
)

NETWORK_MEASURES = Table(
    name="network_measures",
    title="Network measures",
    description=(
        "Figures on the whole network beside those of random networks in which every place keeps "
        "its number of partners (double edge switches, fixed seed)."
    ),
    primary_key="measure",
    columns=(
        _text("measure", "Name of the figure.", required=True),
        _text("meaning", "What it says.", required=True),
        _text("unit", "Its unit.", required=True),
        _real("observed", "The network's figure; empty where it is not defined."),
        _whole("edges", "Partnerships that it can speak of.", unit="partnership", required=True),
        _whole("samples", "Random networks.", unit="network", required=True),
        _real("random_mean", "Mean over the random networks."),
        _real("random_deviation", "Standard deviation over them.", minimum=0),
        _real("random_low", "2.5th percentile over them."),
        _real("random_high", "97.5th percentile over them."),
        _real("z_score", "Standard deviations from the mean.", unit="standard deviation"),
        _real(
            "p_value",
            "Two-sided: twice the share of networks, the real one included, as far out.",
            minimum=0,
            maximum=1,
        ),
    ),
)

YEARS = Table(
    name="years",
    title="Years",
    description="The network by year; partnerships without a known start are not in it.",
    primary_key="year",
    columns=(
        Column(
            name="year",
            type="integer",
            description="Calendar year.",
            unit="year (Gregorian)",
            is_required=True,
        ),
        _whole("begun", "Partnerships that began.", unit="partnership", required=True),
        _whole("begun_east_west", "Of them East-West.", unit="partnership", required=True),
        _whole("cumulative", "Begun until then.", unit="partnership", required=True),
        _whole("cumulative_east_west", "Of them East-West.", unit="partnership", required=True),
        _whole(
            "active",
            "Begun until then and neither ended nor at rest all year.",
            unit="partnership",
            required=True,
        ),
        _whole("active_east_west", "Of them East-West.", unit="partnership", required=True),
        _whole("active_places", "Their places.", unit="place", required=True),
    ),
)

STATE_PAIRS = Table(
    name="state_pairs",
    title="Pairs of states",
    description="Partnerships between two German states, each pair once, also within a state.",
    primary_key="state_pair_id",
    columns=(
        _text("state_pair_id", "Both codes, joined by a hyphen.", required=True),
        _text("a_state", "Two-letter code; a and b are in alphabetical order.", required=True),
        _text("b_state", "Code of the other.", required=True),
        _whole("partnerships", "How many.", unit="partnership", required=True),
        _real(
            "expected",
            "Mean of random networks in which each state keeps its ends of partnerships.",
            unit="partnership",
            required=True,
            minimum=0,
        ),
    ),
)

TOPIC_YEARS = Table(
    name="topic_years",
    title="Topics by year of start",
    description="Partnerships by topic and year in which they began; one may have many topics.",
    primary_key="topic_year_id",
    columns=(
        _text("topic_year_id", "Topic and year, joined by a colon.", required=True),
        _text("topic", "Id of the topic.", required=True),
        Column(
            name="start_year",
            type="integer",
            description="Year in which the partnerships began.",
            unit="year (Gregorian)",
            is_required=True,
        ),
        _whole("partnerships", "How many.", unit="partnership", required=True, minimum=1),
        _whole("east_west_partnerships", "Of them East-West.", unit="partnership", required=True),
    ),
)

#: Every table, those that others refer to first.
TABLES: tuple[Table, ...] = (
    PLACES,
    PARTNERSHIPS,
    EVENTS_TABLE,
    DOCUMENTS,
    EVIDENCE,
    CLAIMS,
    MEASURES,
    NETWORK_MEASURES,
    YEARS,
    STATE_PAIRS,
    TOPIC_YEARS,
)
