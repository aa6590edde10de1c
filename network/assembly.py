"""Evidence to Partnerships: merge by pair and family, resolve dates and status, score belief."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from network.belief import ErrorTable, default_errors
from network.evidence_table import EvidenceTable, from_records, in_order, ranks
from network.families import FAMILIES, FAMILY_OF_KIND, Family, families_of, tie_id
from network.merging import Readings, merge
from network.succession import EarlierNames, with_successors
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer
from partnernetz.records import Evidence, Partnership, PlaceReference


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
    readings = Readings(evidence, errors=errors or default_errors(), copies=copies)
    earlier = EarlierNames(evidence, gazetteer)
    pairs = _Pairs(evidence)
    places = _places(evidence, gazetteer)
    partnerships: list[Partnership] = []
    assigned = np.full(len(evidence), -1, dtype=np.int64)
    for pair, rows in pairs:
        ties = _ties(readings, rows)
        for family, (asserted, others) in ties.items():
            partnership = merge(
                readings,
                asserted,
                id=tie_id(pair, family, families=ties),
                a=places[pair[0]],
                b=places[pair[1]],
                history=earlier.of(asserted, readings.id),
            )
            if partnership.belief >= minimum_belief:
                assigned[np.array(asserted + others)] = len(partnerships)
                partnerships.append(partnership)
    ids = pa.array([item.id for item in partnerships], pa.string())
    numbers = pa.array(assigned, mask=assigned < 0)
    return Assembly(
        evidence=evidence,
        partnerships=tuple(partnerships),
        partnership_ids=ids.take(numbers),
        places=places,
    )


def _ties(readings: Readings, rows: Sequence[int]) -> dict[Family, tuple[list[int], list[int]]]:
    """Return the families of a pair, the closest first, with their asserted rows and the others.

    What is planned or denied belongs to the tie of its family, else to the closest one.
    """
    asserted = [row for row in rows if readings.asserted[row]]
    families = families_of({readings.kind[row] for row in asserted})
    known = sorted(set(families.values()), key=FAMILIES.index)
    ties: dict[Family, tuple[list[int], list[int]]] = {family: ([], []) for family in known}
    if not ties:
        return ties
    for row in asserted:
        ties[families[readings.kind[row]]][0].append(row)
    for row in rows:
        if not readings.asserted[row]:
            family = FAMILY_OF_KIND[readings.kind[row]]
            ties[family if family in ties else known[0]][1].append(row)
    return ties


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


class _Pairs:
    """The rows of each pair of different places, pairs in the order of their keys."""

    def __init__(self, table: EvidenceTable) -> None:
        size = len(table)
        ends = table.rows["a_key"], table.rows["b_key"]
        keys = pa.chunked_array([chunk for end in ends for chunk in end.chunks], type=pa.string())
        codes = ranks(keys).to_numpy().astype(np.int64)
        self._keys: list[str] = sorted(keys.unique().to_pylist())
        low, high = np.minimum(codes[:size], codes[size:]), np.maximum(codes[:size], codes[size:])
        pair = low * max(1, len(self._keys)) + high
        self._order = np.argsort(pair, kind="stable")
        ordered = pair[self._order]
        self._starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][:size])
        self._pairs = ordered[self._starts]

    def __iter__(self) -> Iterator[tuple[tuple[str, str], list[int]]]:
        ends = np.append(self._starts, len(self._order))[1:]
        order = self._order.tolist()
        for pair, start, end in zip(
            self._pairs.tolist(), self._starts.tolist(), ends.tolist(), strict=True
        ):
            low, high = divmod(pair, len(self._keys))
            if low != high:
                yield (self._keys[low], self._keys[high]), order[start:end]
