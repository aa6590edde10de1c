"""Records to the columns of the release's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import pyarrow as pa

from network.assembly import assemble, in_order
from network.checking import check_claims, check_evidence
from network.graph import build_graph, edge_attributes, place_attributes
from network.measures import place_measures
from network.null_model import Comparison, compare_with_random
from network.projections import state_pairs, topic_years, years
from network.release.schema import TABLES
from network.release.tables import make_table
from network.statistics import STATISTICS
from partnernetz import edtf
from partnernetz.errors import Failure
from partnernetz.identifiers import stable_id
from partnernetz.places import Gazetteer
from partnernetz.records import (
    Claim,
    DocumentReference,
    Evidence,
    Partnership,
    PlaceReference,
)

#: The values of a column by its name; all of a table have the same length.
Columns = Mapping[str, Sequence[Any]]
Tables = dict[str, pa.Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All that a release is made of, in the order in which it is written."""

    evidence: tuple[Evidence, ...]
    claims: tuple[Claim, ...]
    documents: tuple[DocumentReference, ...]
    partnerships: tuple[Partnership, ...]
    graph: nx.Graph[str]
    failures: tuple[Failure, ...]


def make_network(
    *, evidence: Iterable[Evidence], claims: Iterable[Claim], gazetteer: Gazetteer
) -> Network:
    """Return the network of the Evidence; the order of the input does not matter."""
    checked, failures = check_evidence(evidence)
    checked_claims, claim_failures = check_claims(claims)
    ordered = tuple(in_order(checked))
    ordered_claims = tuple(_unique(checked_claims))
    partnerships = assemble(ordered, gazetteer=gazetteer)
    read = [item.document for item in ordered] + [claim.document for claim in ordered_claims]
    return Network(
        evidence=ordered,
        claims=ordered_claims,
        documents=tuple(_unique(read)),
        partnerships=partnerships,
        graph=build_graph(partnerships, gazetteer),
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
    """Return partners first of all, then places of other evidence, then owners of sites."""
    references: dict[str, PlaceReference] = {}
    mentioned = (ref for item in network.evidence for ref in (item.a, item.b))
    partners = (ref for item in network.partnerships for ref in (item.a, item.b))
    hosts = (
        PlaceReference(id=item.host_place_id, name=item.host_place_id, country=None)
        for item in network.documents
        if item.host_place_id
    )
    for group in (partners, mentioned, hosts):
        for reference in group:
            references.setdefault(reference.key, reference)
    keys = sorted(references)
    return _of_rows(
        [{"place_id": key, **place_attributes(references[key], gazetteer)} for key in keys]
    )


def _partnerships(network: Network) -> Columns:
    items = network.partnerships
    nodes = network.graph.nodes
    edges = [edge_attributes(item, nodes[item.a.key], nodes[item.b.key]) for item in items]
    return {
        "partnership_id": [item.id for item in items],
        "a_id": [item.a.key for item in items],
        "b_id": [item.b.key for item in items],
        "a_name": [item.a.name for item in items],
        "b_name": [item.b.name for item in items],
        "status_date": [item.status_date for item in items],
        "start_reason": [item.start_reason for item in items],
        "start_alternatives": [_joined(item.start_alternatives) for item in items],
        "document_count": [item.document_count for item in items],
        "source_count": [item.source_count for item in items],
        "topics": [edge["topics"] or None for edge in edges],
        **{name: [edge[name] for edge in edges] for name in _FROM_EDGE},
    }


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
    }


def _evidence(network: Network) -> Columns:
    items = network.evidence
    partnership_of = {key: item.id for item in network.partnerships for key in item.evidence_ids}
    return {
        "evidence_id": [item.id for item in items],
        "partnership_id": [partnership_of.get(item.id) for item in items],
        "document_id": [item.document.id for item in items],
        "a_id": [item.a.key for item in items],
        "b_id": [item.b.key for item in items],
        "a_surface": [item.a.surface or None for item in items],
        "b_surface": [item.b.surface or None for item in items],
        "a_reason": [item.a.reason or None for item in items],
        "b_reason": [item.b.reason or None for item in items],
        "kind": [item.kind for item in items],
        "event": [item.event for item in items],
        "event_date": [item.date for item in items],
        "status": [item.status for item in items],
        "topics": [_joined(sorted(item.topics)) if item.topics else None for item in items],
        "modality": [item.modality for item in items],
        "page_number": [item.page for item in items],
        "score": [item.score for item in items],
        **_spans(items),
    }


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
        **_spans(items),
    }


def _spans(items: Sequence[Evidence] | Sequence[Claim]) -> Columns:
    return {
        "quotation": [item.quotation for item in items],
        "start_offset": [item.start for item in items],
        "end_offset": [item.end for item in items],
        "rule": [item.rule for item in items],
    }


def _documents(items: Sequence[DocumentReference]) -> Columns:
    return {
        "document_id": [item.id for item in items],
        "url": [item.url or None for item in items],
        "title": [item.title or None for item in items],
        "language": [item.language for item in items],
        "published_date": [item.published for item in items],
        "host_place_id": [item.host_place_id for item in items],
        "source_id": [item.source_id or None for item in items],
        "source_kind": [item.source_kind for item in items],
        "fetched_at": [item.fetched_at for item in items],
        "digest": [item.digest for item in items],
        "archive_file": [item.archive_file for item in items],
        "archive_record": [item.archive_record for item in items],
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


def _joined(values: Sequence[str]) -> str | None:
    return ";".join(values) or None
