"""Records to rows of the release's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from network.assembly import assemble_table
from network.checking import check_claims, check_table
from network.evidence_table import EvidenceTable, from_records
from network.graph import build_graph, edge_attributes, place_attributes
from network.measures import place_measures
from network.release.cells import clean
from network.release.schema import TABLES
from network.succession import history_text
from partnernetz import edtf
from partnernetz.errors import Failure
from partnernetz.identifiers import stable_id
from partnernetz.places import Gazetteer
from partnernetz.records import (
    Claim,
    DatedEvent,
    DocumentReference,
    Evidence,
    Partnership,
    PlaceReference,
)

Row = dict[str, Any]
Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All that a release is made of, in the order in which it is written."""

    evidence: tuple[Evidence, ...]
    claims: tuple[Claim, ...]
    documents: tuple[DocumentReference, ...]
    partnerships: tuple[Partnership, ...]
    partnership_ids: tuple[str | None, ...]
    graph: nx.Graph[str]
    failures: tuple[Failure, ...]


def make_network(
    *,
    evidence: Iterable[Evidence] | EvidenceTable,
    claims: Iterable[Claim],
    gazetteer: Gazetteer,
) -> Network:
    """Return the network of the Evidence; the order of the input does not matter."""
    table = evidence if isinstance(evidence, EvidenceTable) else from_records(evidence)
    checked, failures = check_table(table)
    checked_claims, claim_failures = check_claims(claims)
    ordered_claims = tuple(_unique(checked_claims))
    assembly = assemble_table(checked, gazetteer=gazetteer)
    ordered, partnerships = tuple(assembly.evidence.records()), assembly.partnerships
    read = [item.document for item in ordered] + [claim.document for claim in ordered_claims]
    return Network(
        evidence=ordered,
        claims=ordered_claims,
        documents=tuple(_unique(read)),
        partnerships=partnerships,
        partnership_ids=tuple(assembly.partnership_ids.to_pylist()),
        graph=build_graph(partnerships, gazetteer),
        failures=tuple(dict.fromkeys([*failures, *claim_failures])),
    )


def make_rows(network: Network, gazetteer: Gazetteer) -> Rows:
    """Return the rows of each table by its name; every row has every column."""
    rows: Mapping[str, Iterable[Row]] = {
        "places": _places(network, gazetteer),
        "partnerships": [_partnership(item, network.graph) for item in network.partnerships],
        "events": [row for item in network.partnerships for row in _events(item)],
        "documents": [_document(item) for item in network.documents],
        "evidence": _evidence(network),
        "claims": [_claim(item) for item in network.claims],
        "measures": place_measures(network.graph),
    }
    return {
        table.name: [
            {column.name: clean(row[column.name]) for column in table.columns}
            for row in rows[table.name]
        ]
        for table in TABLES
    }


def _unique(records: Iterable[Any]) -> list[Any]:
    """Return records ordered by id, each id once, the same one in any order of input."""
    by_id: dict[str, Any] = {}
    for record in records:
        known = by_id.setdefault(record.id, record)
        if known != record:
            by_id[record.id] = min(known, record, key=repr)
    return [by_id[key] for key in sorted(by_id)]


def _places(network: Network, gazetteer: Gazetteer) -> list[Row]:
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
    return [
        {"place_id": key, **place_attributes(references[key], gazetteer)}
        for key in sorted(references)
    ]


def _partnership(item: Partnership, graph: nx.Graph[str]) -> Row:
    edge = edge_attributes(item, graph.nodes[item.a.key], graph.nodes[item.b.key])
    return {
        "partnership_id": item.id,
        "a_id": item.a.key,
        "b_id": item.b.key,
        "a_name": item.a.name,
        "b_name": item.b.name,
        "status_date": item.status_date,
        "start_reason": item.start_reason,
        "start_alternatives": _joined(_dates(item.start_alternatives)),
        "history": history_text(item.history, {ref.key: ref.name for ref in (item.a, item.b)})
        or None,
        "document_count": item.document_count,
        "source_count": item.source_count,
        **{name: edge.get(name) for name in _FROM_EDGE},
        "topics": edge["topics"] or None,
    }


_FROM_EDGE = (
    "kind",
    "status",
    "start_date",
    "start_year",
    "end_date",
    "end_year",
    "belief",
    "evidence_count",
    "is_east_west",
    "distance_km",
)


def _events(item: Partnership) -> list[Row]:
    return [
        {
            "event_id": stable_id("event", item.id, happened.event, happened.date),
            "partnership_id": item.id,
            "event": happened.event,
            "event_date": happened.date,
            "event_year": edtf.year(happened.date),
            "evidence_count": len(happened.evidence_ids),
            "evidence_ids": _joined(happened.evidence_ids),
            "text_count": happened.text_count,
            "source_kinds": _joined(happened.source_kinds),
            "start_reason": happened.start_reason or None,
        }
        for happened in item.events
    ]


def _evidence(network: Network) -> list[Row]:
    belonging = zip(network.evidence, network.partnership_ids, strict=True)
    return [_evidence_row(item, partnership) for item, partnership in belonging]


def _evidence_row(item: Evidence, partnership: str | None) -> Row:
    return {
        "evidence_id": item.id,
        "partnership_id": partnership,
        "document_id": item.document.id,
        "a_id": item.a.key,
        "b_id": item.b.key,
        "a_surface": item.a.surface or None,
        "b_surface": item.b.surface or None,
        "a_reason": item.a.reason or None,
        "b_reason": item.b.reason or None,
        "kind": item.kind,
        "event": item.event,
        "event_date": item.date,
        "status": item.status,
        "topics": _joined(sorted(item.topics)),
        "modality": item.modality,
        "page_number": item.page,
        "score": item.score,
        **_span(item),
    }


def _claim(item: Claim) -> Row:
    return {
        "claim_id": item.id,
        "document_id": item.document.id,
        "quantity": item.quantity,
        "bound": item.bound,
        "period_date": item.period,
        "scope": item.scope,
        "status": item.status,
        "is_additional": item.is_additional,
        **_span(item),
    }


def _span(item: Evidence | Claim) -> Row:
    return {
        "quotation": item.quotation,
        "start_offset": item.start,
        "end_offset": item.end,
        "rule": item.rule,
    }


def _document(item: DocumentReference) -> Row:
    return {
        "document_id": item.id,
        "url": item.url or None,
        "title": item.title or None,
        "language": item.language,
        "published_date": item.published,
        "host_place_id": item.host_place_id,
        "source_id": item.source_id or None,
        "source_kind": item.source_kind,
        "fetched_at": item.fetched_at,
        "digest": item.digest,
        "archive_file": item.archive_file,
        "archive_record": item.archive_record,
    }


def _dates(events: Iterable[DatedEvent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.date for event in events))


def _joined(values: Sequence[str]) -> str | None:
    return ";".join(values) or None
