"""Evidence to Partnerships: merge by pair and family, resolve dates and status, score belief."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from network.belief import ErrorTable, default_errors
from network.evidence_table import EvidenceTable, from_records, in_order, ranks
from network.families import FAMILIES, FAMILY_OF_KIND, families_of, tie_id
from network.merging import merge
from network.readings import Readings
from network.succession import EarlierNames, with_successors
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer
from partnernetz.records import Evidence, Partnership, PartnershipKind, PlaceReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What Evidence adds up to.

    ``evidence`` is in order, each id once, with merged municipalities under today's id.
    ``partnership_ids`` has for each of its rows the partnership that it belongs to, null where
    nothing asserts one. ``partnerships`` are ordered by pair, then by family, the closest first.
    ``places`` has every place of the Evidence by its key.
    """

    evidence: EvidenceTable
    partnerships: tuple[Partnership, ...]
    partnership_ids: pa.Array
    places: Mapping[str, PlaceReference]


def assemble(
    evidence: Iterable[Evidence],
    *,
    gazetteer: Gazetteer | None = None,
    errors: ErrorTable | None = None,
    copies: Mapping[str, str] | None = None,
) -> tuple[Partnership, ...]:
    """Return the Partnerships of Evidence given as records: see ``assemble_table``."""
    table = from_records(evidence)
    return assemble_table(table, gazetteer=gazetteer, errors=errors, copies=copies).partnerships


def assemble_table(
    table: EvidenceTable,
    *,
    gazetteer: Gazetteer | None = None,
    errors: ErrorTable | None = None,
    copies: Mapping[str, str] | None = None,
    minimum_belief: float = 0.0,
) -> Assembly:
    """Return the Partnerships that the Evidence adds up to.

    Only asserted Evidence makes one, and only between two different places. The order of the
    input does not matter, nor does Evidence given twice. With a gazetteer, places with an id bear
    their official names, else the name that most Evidence has, and merged municipalities are one
    with their successors. ``copies`` tells for ids of documents that are copies of each other the
    same group, beyond those whose quotations show it. Partnerships of less belief than
    ``minimum_belief`` (0 to 1) are left out; their Evidence stays.
    """
    evidence = in_order(table)
    if gazetteer is not None:
        evidence = with_successors(evidence, gazetteer)
    earlier = EarlierNames(evidence, gazetteer)
    places = _places(evidence, gazetteer)
    ties = list(_ties(evidence))
    readings = Readings(
        evidence,
        [tie.asserted for tie in ties],
        errors=errors or default_errors(),
        copies=copies,
    )
    partnerships: list[Partnership] = []
    assigned = np.full(len(evidence), -1, dtype=np.int64)
    for number, tie in enumerate(ties):
        partnership = merge(
            readings,
            number,
            id=tie.id,
            a=places[tie.pair[0]],
            b=places[tie.pair[1]],
            history=earlier.of(tie.asserted),
        )
        if partnership.belief >= minimum_belief:
            assigned[tie.asserted] = len(partnerships)
            assigned[tie.others] = len(partnerships)
            partnerships.append(partnership)
    ids = pa.array([item.id for item in partnerships], pa.string())
    numbers = pa.array(assigned, mask=assigned < 0)
    return Assembly(
        evidence=evidence,
        partnerships=tuple(partnerships),
        partnership_ids=ids.take(numbers),
        places=places,
    )


class _Tie(NamedTuple):
    """The rows of a pair and family: those that assert it and the others, planned or denied."""

    id: str
    pair: tuple[str, str]
    asserted: list[int]
    others: list[int]


def _ties(table: EvidenceTable) -> Iterator[_Tie]:
    """Yield the ties of each pair, the closest family first.

    What is planned or denied belongs to the tie of its family, else to the closest one.
    """
    kind: list[PartnershipKind] = table.rows["kind"].to_pylist()
    is_asserted = pc.equal(table.rows["modality"], "asserted").to_pylist()
    for pair, rows in _pairs(table):
        asserted = [row for row in rows if is_asserted[row]]
        families = families_of(frozenset([kind[row] for row in asserted]))
        known = sorted(set(families.values()), key=FAMILIES.index)
        ties = {
            family: _Tie(tie_id(pair, family, families=known), pair, [], []) for family in known
        }
        for row in rows if known else ():
            if is_asserted[row]:
                ties[families[kind[row]]].asserted.append(row)
            else:
                ties.get(FAMILY_OF_KIND[kind[row]], ties[known[0]]).others.append(row)
        yield from ties.values()


def _places(table: EvidenceTable, gazetteer: Gazetteer | None) -> dict[str, PlaceReference]:
    """Return each place as the gazetteer has it, else as most Evidence names it, by its key."""
    counts: dict[str, Counter[tuple[str | None, str, str]]] = defaultdict(Counter)
    for end in ("a", "b"):
        columns = [f"{end}_{name}" for name in ("key", "id", "name", "country")]
        counted = table.rows.group_by(columns).aggregate([([], "count_all")])
        for row in counted.to_pylist():
            key, place_id, name, country = (row[column] for column in columns)
            counts[key][place_id, name, country or ""] += row["count_all"]
    return {key: _place(counts[key], gazetteer) for key in sorted(counts)}


def _place(
    counts: Counter[tuple[str | None, str, str]], gazetteer: Gazetteer | None
) -> PlaceReference:
    place_id, name, country = min(counts, key=lambda item: (-counts[item], item[1:]))
    if gazetteer is not None and place_id is not None:
        try:
            return gazetteer.place(place_id).reference()
        except PlaceUnknownError:
            pass  # an id of another edition of the gazetteer: the name in the evidence stands
    return PlaceReference(id=place_id, name=name, country=country or None)


def _pairs(table: EvidenceTable) -> Iterator[tuple[tuple[str, str], list[int]]]:
    """Yield the rows of each pair of different places, pairs in the order of their keys."""
    size = len(table)
    ends = table.rows["a_key"], table.rows["b_key"]
    names = pa.chunked_array([chunk for end in ends for chunk in end.chunks], type=pa.string())
    codes = ranks(names).to_numpy().astype(np.int64)
    keys: list[str] = sorted(names.unique().to_pylist())
    low, high = np.minimum(codes[:size], codes[size:]), np.maximum(codes[:size], codes[size:])
    number = low * max(1, len(keys)) + high
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][:size])
    bounds = [*starts.tolist(), size]
    rows = order.tolist()
    for place, pair in enumerate(ordered[starts].tolist()):
        one, other = divmod(pair, len(keys))
        if one != other:
            yield (keys[one], keys[other]), rows[bounds[place] : bounds[place + 1]]
