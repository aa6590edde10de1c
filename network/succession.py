"""Municipalities that were merged or renamed: one identity, with a history.

A partnership outlives its towns: Dessau's are Dessau-Roßlau's today. So places go by the
municipality that their area belongs to now, and the names that the sources use are kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from network.evidence_table import EvidenceTable
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer, Place, PlaceName, fold
from partnernetz.records import EarlierName

_EARLIER = ("former", "historical")
#: A name points to the place that most of the area went to.
_LEAST_SHARE = 0.5
_PLACE_COLUMNS = ("key", "id", "name", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    key: str
    id: str | None
    name: str
    country: str | None


def with_successors(table: EvidenceTable, gazetteer: Gazetteer) -> EvidenceTable:
    """Return the table with merged and renamed municipalities under the id of today's.

    That concerns places which the gazetteer knows by no id, but whose name only one municipality
    bears or bore. What the Evidence calls them stays its surface.
    """
    for end in ("a", "b"):
        table = _with_successors(table, gazetteer, end)
    return table


def _with_successors(table: EvidenceTable, gazetteer: Gazetteer, end: str) -> EvidenceTable:
    names = [f"{end}_{column}" for column in _PLACE_COLUMNS]
    different = table.rows.group_by(names).aggregate([])
    successors: dict[tuple[str, str], Place] = {}
    for row in different.to_pylist():
        reference = _Reference(**{name.removeprefix(f"{end}_"): row[name] for name in names})
        if (place := successor(reference, gazetteer)) is not None:
            successors[reference.key, reference.name] = place
    if not successors:
        return table
    keys, old = (table.rows[f"{end}_{name}"].to_pylist() for name in ("key", "name"))
    surfaces = table.rows[f"{end}_surface"].to_pylist()
    found = [successors.get(pair) for pair in zip(keys, old, strict=True)]
    ids = table.rows[f"{end}_id"].to_pylist()
    for row, place in enumerate(found):
        if place is not None:
            surfaces[row] = surfaces[row] or old[row]
            keys[row], ids[row], old[row] = place.id, place.id, place.name
    for name, values in (("key", keys), ("id", ids), ("name", old), ("surface", surfaces)):
        table = table.with_column(f"{end}_{name}", pa.array(values, pa.string()))
    return table


def successor(reference: _Reference, gazetteer: Gazetteer) -> Place | None:
    """Return today's municipality of a place that the gazetteer lacks, None where not sure."""
    if reference.country != "DE" or (reference.id and _is_known(reference.id, gazetteer)):
        return None
    entries = [entry for entry in gazetteer.names(reference.name) if entry.place.country == "DE"]
    if reference.id and reference.id.startswith("ags:"):  # a key tells the state it lies in
        state = reference.id.removeprefix("ags:")[:2]
        entries = [e for e in entries if e.place.id.removeprefix("ags:")[:2] == state]
    places = {entry.place.id: entry.place for entry in entries}
    if len(places) != 1 or not any(_is_earlier(entry) for entry in entries):
        return None
    return next(iter(places.values()))


def _is_known(place_id: str, gazetteer: Gazetteer) -> bool:
    try:
        gazetteer.place(place_id)
    except PlaceUnknownError:
        return False
    return True


def _is_earlier(entry: PlaceName) -> bool:
    return entry.kind in _EARLIER and entry.share >= _LEAST_SHARE


class EarlierNames:
    """Which rows of Evidence use a name that a place no longer bears."""

    def __init__(self, table: EvidenceTable, gazetteer: Gazetteer | None) -> None:
        self._ids = table.rows["id"].combine_chunks()
        self._rows: dict[int, list[tuple[str, PlaceName]]] = {}
        if gazetteer is None:
            return
        for end in ("a", "b"):
            self._note(table, gazetteer, end)

    def _note(self, table: EvidenceTable, gazetteer: Gazetteer, end: str) -> None:
        names = [f"{end}_key", f"{end}_id", f"{end}_name", f"{end}_surface"]
        different = table.rows.group_by(names).aggregate([]).to_pylist()
        earlier: dict[tuple[str, str], PlaceName] = {}
        for row in different:
            key, place_id, name, surface = (row[column] for column in names)
            for used in (surface, name):
                if place_id and used and (entry := _earlier_name(used, place_id, gazetteer)):
                    earlier.setdefault((key, surface), entry)
        if not earlier:
            return
        wanted = pc.is_in(table.rows[f"{end}_key"], value_set=pa.array([k for k, _ in earlier]))
        for row in pc.indices_nonzero(wanted).to_pylist():
            key = table.rows[f"{end}_key"][row].as_py()
            surface = table.rows[f"{end}_surface"][row].as_py()
            if entry := earlier.get((key, surface)):
                self._rows.setdefault(row, []).append((key, entry))

    def of(self, rows: Iterable[int]) -> tuple[EarlierName, ...]:
        """Return the earlier names that some rows use."""
        if self._rows.keys().isdisjoint(rows):
            return ()
        found: dict[tuple[str, str], tuple[PlaceName, list[str]]] = {}
        for row in rows:
            for key, entry in self._rows.get(row, ()):
                found.setdefault((key, entry.name), (entry, []))[1].append(self._ids[row].as_py())
        return tuple(
            EarlierName(
                place_key=key,
                name=name,
                is_merged=entry.kind == "former",
                first_year=entry.first_year,
                last_year=entry.last_year,
                evidence_ids=tuple(dict.fromkeys(evidence)),
            )
            for (key, name), (entry, evidence) in sorted(found.items(), key=lambda item: item[0])
        )


def _earlier_name(used: str, place_id: str, gazetteer: Gazetteer) -> PlaceName | None:
    """Return the entry of a name under which a place was known, not of one that it bears today."""
    if not _is_known(place_id, gazetteer) or fold(used) == fold(gazetteer.place(place_id).name):
        return None
    entries = [entry for entry in gazetteer.names(used) if entry.place.id == place_id]
    if not entries or any(entry.kind not in _EARLIER for entry in entries):
        return None
    return max(entries, key=lambda entry: (entry.share, entry.name))


def history_text(history: Iterable[EarlierName], names: Mapping[str, str]) -> str:
    """Return a history for readers; ``names`` has today's name of each place by its key.

    >>> name = EarlierName(place_key="ags:14511000", name="Karl-Marx-Stadt", is_merged=False,
    ...     first_year=1953, last_year=1990, evidence_ids=())
    >>> history_text([name], {"ags:14511000": "Chemnitz"})
    'Chemnitz as Karl-Marx-Stadt (1953 to 1990)'
    """
    parts = []
    for item in history:
        now = names[item.place_key]
        years = _years(item.first_year, item.last_year)
        text = f"{item.name}, today part of {now}" if item.is_merged else f"{now} as {item.name}"
        parts.append(f"{text}{years}")
    return "; ".join(parts)


def _years(first: int | None, last: int | None) -> str:
    if first and last:
        return f" ({first} to {last})"
    if last:
        return f" (until {last})"
    return f" (since {first})" if first else ""
