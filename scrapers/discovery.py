"""Sources made of one list of addresses: the ``[[discover]]`` tables of a sources file.

A list is a table (CSV with commas or semicolons, or TSV) with a header. A row has a place, as
``place_id``, as ``ags`` (official key) or as ``name`` with ``state``, and the ``address`` of its
official site. Rows that cannot be used are left out and told in a sentence each; the others become
sources.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from partnernetz.errors import InputError, PlaceUnknownError
from partnernetz.places import GERMAN_STATES, Gazetteer, Place, fold, spell_out
from partnernetz.records import Source, SourceKind
from partnernetz.storage import from_dict
from scrapers.sources import SourceList, host_of, without_www

#: What a place's own site is, by the kind of place.
SITE_KINDS: dict[str, SourceKind] = {
    "municipality": "municipality",
    "borough": "municipality",
    "district": "district",
}
_ADDRESS_COLUMNS = ("address", "website", "url")
_PLACE_COLUMNS = ("place_id", "ags", "name")
_CURRENT_NAMES = frozenset(["official", "titled", "base", "variant"])
_STATE_CODES = {fold(name): code for code, name in GERMAN_STATES.items()}
#: Keys of 8 (municipality) or 5 digits (district); spreadsheets drop the zero in front.
_KEY = re.compile(r"\d{4,5}|\d{7,8}")
_LONGEST_ADDRESS = 2000
_LONGEST_SLUG = 50
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A ``[[discover]]`` table: a list of addresses, and which of its rows become sources.

    ``addresses`` is a path, relative to the folder of the sources file. ``kind`` takes the sites of
    municipalities (with the boroughs of Berlin) or of districts only, ``states`` those of some
    states only, ``min_population`` those with at least so many inhabitants. ``max_pages`` and
    ``max_depth`` are given to every source.
    """

    addresses: str
    kind: SourceKind | None = None
    states: tuple[str, ...] = ()
    min_population: int = 0
    max_pages: int = 200
    max_depth: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    place_id: str
    ags: str
    name: str
    state: str
    address: str


class _RowError(Exception):
    """A row that cannot be used; the message ends the sentence that tells of it."""


def discover_all(
    tables: Sequence[Any], *, path: Path, known: Sequence[Source], gazetteer: Gazetteer | None
) -> SourceList:
    """Return the sources known so far and those that the ``[[discover]]`` tables of a file add.

    Raises InputError where a table or a list of addresses cannot be used at all.
    """
    sources = list(known)
    left_out: list[str] = []
    for number, table in enumerate(tables, start=1):
        label = f"{path}, [[discover]] {number}"
        discovery = parse_discovery(table, label=label)
        if gazetteer is None:
            raise InputError(f"{label}: lists of addresses need the gazetteer, none was given.")
        found = discover(discovery, folder=path.parent, known=sources, gazetteer=gazetteer)
        ids = {source.id for source in sources}
        sources += [source for source in found.sources if source.id not in ids]
        left_out += [
            f"{label}: the id '{source.id}' is taken, its site is left out."
            for source in found.sources
            if source.id in ids
        ]
        left_out += found.left_out
    if not sources:
        raise InputError(f"{path} brings no source: no row of its lists of addresses can be used.")
    return SourceList(sources=tuple(sources), left_out=tuple(left_out))


def parse_discovery(table: Any, *, label: str) -> Discovery:
    """Return the discovery of a table; raises InputError, its sentence beginning with the label."""
    if not isinstance(table, dict) or not table.get("addresses"):
        raise InputError(f"{label}: the field 'addresses' must name a file.")
    for field in sorted(set(table) - set(Discovery.__dataclass_fields__)):
        raise InputError(f"{label}: there is no field '{field}', check the spelling.")
    try:
        discovery = from_dict(Discovery, table)
    except InputError as error:
        raise InputError(f"{label}: {error}") from error
    if discovery.kind not in (None, *SITE_KINDS.values()):
        raise InputError(f"{label}: kind must be 'municipality' or 'district'.")
    for state in discovery.states:
        if state not in GERMAN_STATES:
            codes = ", ".join(GERMAN_STATES)
            raise InputError(f"{label}: '{state}' is no state, use some of {codes}.")
    if discovery.max_pages < 1 or discovery.max_depth < 0:
        raise InputError(f"{label}: max_pages must be at least 1 and max_depth at least 0.")
    return discovery


def discover(
    discovery: Discovery, *, folder: Path, known: Iterable[Source], gazetteer: Gazetteer
) -> SourceList:
    """Return the sources that a list of addresses adds to the known ones, by key of their place.

    The sites of known sources are left out without a word: what was written by hand wins, by host.
    Several addresses of one place make one source. A site that is given for several places is left
    out, since nobody could say who "we" is on it. Raises InputError where there is no such list.
    """
    path = folder / discovery.addresses
    places: dict[str, Place] = {}
    addresses: dict[str, dict[str, None]] = {}
    left_out: list[str] = []
    taken = {without_www(host) for source in known for host in source.hosts}
    for row in read_addresses(path):
        try:
            place = _place(row, gazetteer)
            if not _is_wanted(place, discovery):
                continue
            address = _address(row)
        except _RowError as error:
            left_out.append(f"{path}, line {row.line}: {error}")
            continue
        if without_www(host_of(address)) not in taken:
            places[place.id] = place
            addresses.setdefault(place.id, {})[address] = None
    left_out += [f"{path}: {sentence}" for sentence in _drop_shared(addresses, places)]
    sources = tuple(
        _source(places[place_id], tuple(found), discovery)
        for place_id, found in sorted(addresses.items())
        if found
    )
    return SourceList(sources=sources, left_out=tuple(left_out))


def read_addresses(path: Path) -> tuple[_Row, ...]:
    """Return the rows of a list of addresses; raises InputError where it is none."""
    if not path.is_file():
        raise InputError(f"There is no list of addresses {path}: check the path.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        header = text.partition("\n")[0]
        reader = csv.DictReader(
            io.StringIO(text), delimiter=max("\t;,", key=header.count), restval=""
        )
        columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
        address = next((columns[name] for name in _ADDRESS_COLUMNS if name in columns), None)
        if address is None or not columns.keys() & set(_PLACE_COLUMNS):
            raise InputError(
                f"{path}: the first line must name the columns, 'address' and one of "
                f"{', '.join(_PLACE_COLUMNS)} among them."
            )
        return tuple(_row(values, columns, address, reader.line_num) for values in reader)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}.") from error
    except csv.Error as error:
        raise InputError(f"{path} is no table: {error}.") from error


def _row(values: dict[str, Any], columns: dict[str, str], address: str, line: int) -> _Row:
    given = {name: str(values[columns[name]]).strip() for name in columns if name}
    return _Row(
        line=line,
        place_id=given.get("place_id", ""),
        ags=given.get("ags", ""),
        name=given.get("name", ""),
        state=given.get("state", ""),
        address=str(values[address]).strip(),
    )


def _place(row: _Row, gazetteer: Gazetteer) -> Place:
    key = row.place_id.removeprefix("ags:") or row.ags.replace(" ", "")
    if not key:
        return _named_place(row, gazetteer)
    if not _KEY.fullmatch(key):
        raise _RowError(f"'{key}' is no municipality or district key, it has 8 or 5 digits.")
    try:
        return gazetteer.place("ags:" + key.zfill(5 if len(key) <= 5 else 8))
    except PlaceUnknownError:
        raise _RowError(f"the gazetteer has no place with the key '{key}'.") from None


def _named_place(row: _Row, gazetteer: Gazetteer) -> Place:
    if not row.name:
        raise _RowError("no place is given.")
    state = row.state.upper().removeprefix("DE-")
    code = state if state in GERMAN_STATES else _STATE_CODES.get(fold(row.state))
    if code is None:
        raise _RowError(f"'{row.name}' needs its state, '{row.state}' is none.")
    meanings = [
        name
        for name in gazetteer.names(row.name)
        if name.kind in _CURRENT_NAMES
        and name.place.state == code
        and name.place.kind in SITE_KINDS
    ]
    official = {name.place.id: name.place for name in meanings if name.kind == "official"}
    places = official or {name.place.id: name.place for name in meanings}
    if not places:
        raise _RowError(f"the gazetteer has no place '{row.name}' in {GERMAN_STATES[code]}.")
    if len(places) > 1:
        ids = ", ".join(sorted(places))
        raise _RowError(f"'{row.name}' may be {ids}: give one of them as place_id.")
    return next(iter(places.values()))


def _is_wanted(place: Place, discovery: Discovery) -> bool:
    kind = SITE_KINDS.get(place.kind)
    return (
        kind is not None
        and discovery.kind in (None, kind)
        and (not discovery.states or place.state in discovery.states)
        and (place.population or 0) >= discovery.min_population
    )


def _address(row: _Row) -> str:
    """Return the address of a row without its fragment.

    Machines without a name are refused: a list is often somebody else's, and must not open the
    crawl to one's own network.
    """
    address = urldefrag(row.address).url
    try:
        host = urlsplit(address).hostname or ""
        is_usable = bool(host_of(address)) and len(address) <= _LONGEST_ADDRESS
        is_usable = is_usable and address.isprintable() and not re.search(r"[\s\"<>\\]", address)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise _RowError(
            f"'{row.address[:100]}' is no web address, it must begin with http:// or https:// and "
            "name a host."
        )
    if "@" in urlsplit(address).netloc or not _is_public_name(host.rstrip(".")):
        raise _RowError(f"'{address}' names no public site.")
    return address


def _is_public_name(host: str) -> bool:
    """Return whether a host has a name below a top-level domain, none of which begins with a digit.

    What ends in a number is an address (WHATWG URL standard, "ends in a number"), as are 127.1 and
    127.0.0.0x1; ``localhost`` and all below it is this machine (RFC 6761).
    """
    _, dot, top = host.rpartition(".")
    return bool(dot) and top != "localhost" and not top[:1].isdigit() and ":" not in host


def _drop_shared(addresses: dict[str, dict[str, None]], places: dict[str, Place]) -> Iterator[str]:
    """Drop the sites of several places; yield a sentence for each."""
    owners: dict[str, set[str]] = {}
    for place_id, found in addresses.items():
        for address in found:
            owners.setdefault(without_www(host_of(address)), set()).add(place_id)
    for host, ids in sorted(owners.items()):
        if len(ids) == 1:
            continue
        for place_id in ids:
            own = addresses[place_id]
            addresses[place_id] = {a: None for a in own if without_www(host_of(a)) != host}
        names = sorted(places[place_id].name for place_id in ids)
        some = ", ".join(names[:_MOST_NAMED]) + (", ..." if len(names) > _MOST_NAMED else "")
        yield (
            f"{host} is given for {len(ids)} places ({some}) and is left out: write a [[source]] "
            "table for it."
        )


def _source(place: Place, start: tuple[str, ...], discovery: Discovery) -> Source:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(spell_out(place.name)))[:_LONGEST_SLUG].strip("-")
    return Source(
        id=f"{slug}-{place.id.removeprefix('ags:')}",
        name=place.name,
        kind=SITE_KINDS[place.kind],
        place_id=place.id,
        start=start,
        hosts=tuple(dict.fromkeys(host_of(address) for address in start)),
        max_pages=discovery.max_pages,
        max_depth=discovery.max_depth,
    )
