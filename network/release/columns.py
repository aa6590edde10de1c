"""Records to the columns of the release's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import pyarrow as pa
import pyarrow.compute as pc

from network.assembly import assemble_table
from network.checking import check_claims, check_table
from network.evidence_table import EvidenceTable, documents_of, from_records
from network.graph import build_graph, edge_attributes, place_attributes
from network.measures import place_measures
from network.null_model import Comparison, compare_with_random
from network.projections import state_pairs, topic_years, years
from network.release.schema import TABLES
from network.release.tables import make_table
from network.statistics import STATISTICS
from network.succession import history_text
from partnernetz import edtf
from partnernetz.errors import Failure
from partnernetz.identifiers import stable_id
from partnernetz.places import Gazetteer
from partnernetz.records import (
    Claim,
    DatedEvent,
    Evidence,
    Partnership,
    PlaceReference,
)

#: The values of a column by its name; all of a table have the same length.
Columns = Mapping[str, Sequence[Any] | pa.ChunkedArray]
Tables = dict[str, pa.Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All that a release is made of, in the order in which it is written.

    ``documents`` are those of the Evidence and of the Claims, with the ``copy_group`` of each that
    is known to be a copy; ``places`` and ``partnership_ids`` are as in Assembly.
    """

    evidence: EvidenceTable
    partnership_ids: pa.Array
    places: Mapping[str, PlaceReference]
    claims: tuple[Claim, ...]
    documents: pa.Table
    partnerships: tuple[Partnership, ...]
    graph: nx.Graph[str]
    failures: tuple[Failure, ...]


def make_network(
    *,
    evidence: Iterable[Evidence] | EvidenceTable,
    claims: Iterable[Claim],
    gazetteer: Gazetteer,
    minimum_belief: float = 0.0,
    copies: Mapping[str, str] | None = None,
) -> Network:
    """Return the network of the Evidence; the order of the input does not matter.

    Partnerships of less belief than ``minimum_belief`` (0 to 1) are left out, not their Evidence.
    ``copies`` is as in ``assemble_table``.
    """
    table = evidence if isinstance(evidence, EvidenceTable) else from_records(evidence)
    checked, failures = check_table(table)
    checked_claims, claim_failures = check_claims(claims)
    ordered_claims = tuple(_unique(checked_claims))
    assembly = assemble_table(
        checked, gazetteer=gazetteer, minimum_belief=minimum_belief, copies=copies
    )
    documents = documents_of((c.document for c in ordered_claims), checked.documents)
    groups = [(copies or {}).get(document) for document in documents["id"].to_pylist()]
    return Network(
        evidence=assembly.evidence,
        partnership_ids=assembly.partnership_ids,
        places=assembly.places,
        claims=ordered_claims,
        documents=documents.append_column("copy_group", pa.array(groups, pa.string())),
        partnerships=assembly.partnerships,
        graph=build_graph(assembly.partnerships, gazetteer),
        failures=tuple(dict.fromkeys([*failures, *claim_failures])),
    )


def make_tables(network: Network, gazetteer: Gazetteer) -> Tables:
    """Return each table of the release by its name."""
    graph = network.graph
    columns: dict[str, Columns] = {
        "places": _places(network, gazetteer),
        "partnerships": _partnerships(network),
        "events": _events(network.partnerships),
        "documents": _documents(network.documents),
        "evidence": _evidence(network),
        "claims": _claims(network.claims),
        "measures": _of_rows(place_measures(graph)),
        "network_measures": _comparisons(compare_with_random(graph)),
        "years": _of_rows(years(graph)),
        "state_pairs": _of_rows(state_pairs(graph)),
        "topic_years": _of_rows(topic_years(graph)),
    }
    return {table.name: make_table(table, columns[table.name]) for table in TABLES}


def _of_rows(rows: Sequence[Mapping[str, Any]]) -> Columns:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _unique(records: Iterable[Any]) -> list[Any]:
    """Return records ordered by id, each id once, the same one in any order of input."""
    by_id: dict[str, Any] = {}
    for record in records:
        known = by_id.setdefault(record.id, record)
        if known is not record and known != record:
            by_id[record.id] = min(known, record, key=repr)
    return [by_id[key] for key in sorted(by_id)]


def _places(network: Network, gazetteer: Gazetteer) -> Columns:
    """Return the places of all evidence and the owners of sites."""
    references = dict(network.places)
    for key in network.documents["host_place_id"].unique().drop_null().to_pylist():
        references.setdefault(key, PlaceReference(id=key, name=key, country=None))
    keys = sorted(references)
    attributes = [place_attributes(references[key], gazetteer) for key in keys]
    return {"place_id": keys, **_of_rows(attributes)} if keys else {}


def _partnerships(network: Network) -> Columns:
    items = network.partnerships
    edges = [_edge(network.graph, item) for item in items]
    return {
        "partnership_id": [item.id for item in items],
        "a_id": [item.a.key for item in items],
        "b_id": [item.b.key for item in items],
        "a_name": [item.a.name for item in items],
        "b_name": [item.b.name for item in items],
        "status_date": [item.status_date for item in items],
        "start_reason": [item.start_reason for item in items],
        "start_alternatives": [_joined(_dates(item.start_alternatives)) for item in items],
        "history": [_history(item) for item in items],
        "document_count": [item.document_count for item in items],
        "source_count": [item.source_count for item in items],
        "topics": [edge["topics"] or None for edge in edges],
        **{name: [edge.get(name) for edge in edges] for name in _FROM_EDGE},
    }


def _edge(graph: nx.Graph[str], item: Partnership) -> Mapping[str, Any]:
    """Return the attributes of a partnership, the graph's own where it is the edge of its pair."""
    a, b = item.a.key, item.b.key
    known: Mapping[str, Any] = graph.edges[a, b]
    is_edge = known["partnership_id"] == item.id
    return known if is_edge else edge_attributes(item, graph.nodes[a], graph.nodes[b])


_FROM_EDGE = (
    "kind",
    "status",
    "start_date",
    "start_year",
    "end_date",
    "end_year",
    "spells",
    "belief",
    "evidence_count",
    "is_east_west",
    "distance_km",
)


def _events(partnerships: Sequence[Partnership]) -> Columns:
    told = [(item.id, event) for item in partnerships for event in item.events]
    return {
        "event_id": [stable_id("event", owner, item.event, item.date) for owner, item in told],
        "partnership_id": [owner for owner, _ in told],
        "event": [item.event for _, item in told],
        "event_date": [item.date for _, item in told],
        "event_year": [edtf.year(item.date) for _, item in told],
        "evidence_count": [len(item.evidence_ids) for _, item in told],
        "evidence_ids": [_joined(item.evidence_ids) for _, item in told],
        "text_count": [item.text_count for _, item in told],
        "source_kinds": [_joined(item.source_kinds) for _, item in told],
        "start_reason": [item.start_reason or None for _, item in told],
    }


def _evidence(network: Network) -> Columns:
    rows = network.evidence.rows
    ends = {
        f"{end}_{name}": _known(rows[f"{end}_{name}"])
        for end in ("a", "b")
        for name in ("surface", "reason")
    }
    return {
        "evidence_id": rows["id"],
        "partnership_id": pa.chunked_array([network.partnership_ids]),
        "document_id": rows["document_id"],
        "a_id": rows["a_key"],
        "b_id": rows["b_key"],
        **ends,
        **{name: rows[name] for name in ("kind", "event", "status", "modality", "score", "rule")},
        "event_date": rows["date"],
        "topics": _joined_lists(rows["topics"]),
        "page_number": rows["page"],
        "quotation": rows["quotation"],
        "start_offset": rows["start"],
        "end_offset": rows["end"],
    }


def _known(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts, null where they are empty."""
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _joined_lists(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values of each list in alphabetical order, null for an empty one."""
    column = lists.combine_chunks().cast(pa.list_(pa.string()))
    lengths = pc.list_value_length(column)
    is_many = pc.greater(lengths, 1)
    many = [_joined(sorted(values)) for values in column.filter(is_many).to_pylist()]
    joined = pc.replace_with_mask(pc.binary_join(column, ";"), is_many, pa.array(many, pa.string()))
    texts = pc.if_else(pc.equal(lengths, 0), pa.scalar(None, pa.string()), joined)
    return pa.chunked_array([texts])


def _claims(items: Sequence[Claim]) -> Columns:
    return {
        "claim_id": [item.id for item in items],
        "document_id": [item.document.id for item in items],
        "quantity": [item.quantity for item in items],
        "bound": [item.bound for item in items],
        "period_date": [item.period for item in items],
        "scope": [item.scope for item in items],
        "status": [item.status for item in items],
        "is_additional": [item.is_additional for item in items],
        "quotation": [item.quotation for item in items],
        "start_offset": [item.start for item in items],
        "end_offset": [item.end for item in items],
        "rule": [item.rule for item in items],
    }


def _documents(documents: pa.Table) -> Columns:
    same = (
        "language",
        "agency",
        "is_stub",
        "host_place_id",
        "source_kind",
        "fetched_at",
        "digest",
        "archive_file",
        "archive_record",
        "copy_group",
    )
    return {
        "document_id": documents["id"],
        "published_date": documents["published"],
        "modified_date": documents["modified"],
        **{name: _known(documents[name]) for name in ("url", "title", "source_id")},
        **{name: documents[name] for name in same},
    }


def _comparisons(items: Sequence[Comparison]) -> Columns:
    statistics = [STATISTICS[item.name] for item in items]
    return {
        "measure": [item.name for item in items],
        "meaning": [statistic.description for statistic in statistics],
        "unit": [statistic.unit for statistic in statistics],
        **{name: [getattr(item, name) for item in items] for name in _FROM_COMPARISON},
    }


_FROM_COMPARISON = (
    "observed",
    "edges",
    "samples",
    "random_mean",
    "random_deviation",
    "random_low",
    "random_high",
    "z_score",
    "p_value",
)


def _dates(events: Iterable[DatedEvent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.date for event in events))


def _history(item: Partnership) -> str | None:
    return history_text(item.history, {ref.key: ref.name for ref in (item.a, item.b)}) or None


def _joined(values: Sequence[str]) -> str | None:
    return ";".join(values) or None
