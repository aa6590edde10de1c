"""Whether a sources file makes sense, found out without a network."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from partnernetz.errors import InputError, PlaceUnknownError
from partnernetz.places import GERMAN_STATES, Gazetteer, Place
from partnernetz.records import SOURCE_KINDS, Source
from scrapers.discovery import SITE_KINDS, discover_all
from scrapers.guards.addresses import is_loopback_host
from scrapers.links import canonical_address, is_in_scope
from scrapers.sources import (
    ADDRESS_FIELDS,
    host_of,
    labelled,
    load_tables,
    parse_source,
    without_www,
)

#: A source beyond these is a mistake of the list, not a large site.
MOST_PAGES = 20_000
MOST_DEPTH = 10
#: Kinds of source that belong to no place of the gazetteer.
_PLACELESS = frozenset(["press", "encyclopedia", "government"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A sentence on a source; a fault makes the list fail, a note does not."""

    source_id: str
    message: str
    is_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesCheck:
    """What was found in a sources file. ``sources`` are those that could be read.

    ``states`` has the states of the places that the sources belong to, in the order of the sources,
    "" for those that belong to none.
    """

    file: str
    sources: tuple[Source, ...]
    states: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Return the findings that make the list fail."""
        return tuple(finding for finding in self.findings if finding.is_fault)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """Return the other findings."""
        return tuple(finding for finding in self.findings if not finding.is_fault)

    def kinds(self) -> dict[str, int]:
        """Return how many sources there are of each kind, in the order of ``SOURCE_KINDS``."""
        counted: Counter[str] = Counter(source.kind for source in self.sources)
        return {kind: counted[kind] for kind in SOURCE_KINDS if counted[kind]}

    def kinds_by_state(self) -> dict[str, dict[str, int]]:
        """Return the counts by kind for each of the 16 states and for "", sources of no state."""
        pairs = zip(self.states, self.sources, strict=True)
        counted: Counter[tuple[str, str]] = Counter((state, s.kind) for state, s in pairs)
        return {
            state: {kind: counted[state, kind] for kind in SOURCE_KINDS if counted[state, kind]}
            for state in (*GERMAN_STATES, "")
        }


def check_sources(path: Path, *, gazetteer: Gazetteer) -> SourcesCheck:
    """Return what is right and wrong with a sources file; raises InputError where it is none."""
    tables = load_tables(path)
    findings: list[Finding] = []
    sources: list[Source] = []
    for label, table in labelled(tables.sources, path=path):
        try:
            sources.append(parse_source(table, label=label))
        except InputError as error:
            name = str(table.get("id", "")) if isinstance(table, dict) else ""
            findings.append(Finding(source_id=name, message=str(error), is_fault=True))
    if tables.discoveries:
        try:
            found = discover_all(tables.discoveries, path=path, known=sources, gazetteer=gazetteer)
            sources = list(found.sources)
            left_out = found.left_out
        except InputError as error:
            findings.append(Finding(source_id="", message=str(error), is_fault=True))
            left_out = ()
        findings += [Finding(source_id="", message=text, is_fault=False) for text in left_out]
    places = [_place(source, gazetteer) for source in sources]
    findings += _findings(path, sources, places)
    return SourcesCheck(
        file=str(path),
        sources=tuple(sources),
        states=tuple((place.state or "") if place else "" for place in places),
        findings=tuple(findings),
    )


def _findings(
    path: Path, sources: Sequence[Source], places: Sequence[Place | None]
) -> Iterator[Finding]:
    """Yield what is wrong, source by source, then what is noticed of the whole list."""
    by_id = {source.id: place for source, place in zip(sources, places, strict=True)}
    for is_fault, sentences in (
        (True, _faults_alone(sources, places)),
        (True, _doubles(sources, by_id)),
        (False, _notes(sources, by_id)),
    ):
        for source, sentence in sentences:
            message = f"{path}, source '{source.id}': {sentence}"
            yield Finding(source_id=source.id, message=message, is_fault=is_fault)
    covered = {place.state for place in places if place}
    missing = [name for code, name in GERMAN_STATES.items() if code not in covered]
    if missing:
        message = f"{path}: no source belongs to a place in {', '.join(missing)}."
        yield Finding(source_id="", message=message, is_fault=False)


_Found = Iterator[tuple[Source, str]]


def _faults_alone(sources: Sequence[Source], places: Sequence[Place | None]) -> _Found:
    for source, place in zip(sources, places, strict=True):
        for sentence in (*_place_faults(source, place), *_scope_faults(source)):
            yield source, sentence


def _place_faults(source: Source, place: Place | None) -> Iterator[str]:
    """Yield what is wrong with the place that owns a site."""
    is_owned = source.kind in SITE_KINDS.values()
    if source.place_id is None:
        if is_owned:
            yield f"a {source.kind} needs the place_id of the place that owns the site."
    elif place is None:
        yield f"the gazetteer has no place '{source.place_id}'."
    elif source.kind in _PLACELESS:
        yield f"kind '{source.kind}' belongs to no place, leave place_id out."
    elif is_owned and place.kind != "town" and SITE_KINDS[place.kind] != source.kind:
        yield f"{place.id} is a {place.kind}, the source's kind is '{source.kind}'."


def _scope_faults(source: Source) -> Iterator[str]:
    """Yield what is wrong with the addresses of a source and its budget."""
    if not (source.start or source.oparl):
        yield "there is no start address."
    for field in ADDRESS_FIELDS:
        addresses: tuple[str, ...] = getattr(source, field)
        for address in addresses:
            if canonical_address(address) is None or "@" in urlsplit(address).netloc:
                yield f"'{address}' in {field} is no usable address."
            elif not is_in_scope(address, hosts=source.hosts):
                yield f"'{address}' in {field} lies outside the hosts {', '.join(source.hosts)}."
    for host in source.hosts:
        if not _is_host(host):
            yield f"'{host}' in hosts is no host name: write it in small letters, without https://."
    if source.max_pages > MOST_PAGES:
        yield f"max_pages is {source.max_pages:,}, at most {MOST_PAGES:,} make sense."
    if source.max_depth > MOST_DEPTH:
        yield f"max_depth is {source.max_depth}, at most {MOST_DEPTH} make sense."


def _is_host(host: str) -> bool:
    try:
        return host_of(f"https://{host}") == host
    except ValueError:
        return False


def _doubles(sources: Sequence[Source], places: dict[str, Place | None]) -> _Found:
    """Yield what two sources must not share: an id, a start address, a host."""
    yield from _shared(sources, lambda s: [s.id], "the id '{}' is that of {} as well.")
    yield from _shared(
        sources,
        lambda s: [canonical_address(address) or address for address in s.start],
        "the start address {} is that of '{}' as well.",
    )
    owners: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        for host in {without_www(host) for host in source.hosts}:
            owners[host].append(source)
    for host, sharing in sorted(owners.items()):
        others = [source for source in sharing[1:] if source.id != sharing[0].id]
        if others and not _are_of_one_town([places[source.id] for source in sharing]):
            for source in others:
                yield source, f"the host {host} is that of '{sharing[0].id}' as well."


def _shared(
    sources: Sequence[Source], keys: Callable[[Source], Iterable[str]], sentence: str
) -> _Found:
    first: dict[str, Source] = {}
    for source in sources:
        for key in keys(source):
            other = first.setdefault(key, source)
            if other is not source:
                name = "an earlier source" if other.id == source.id else other.id
                yield source, sentence.format(key, name)


def _are_of_one_town(places: Iterable[Place | None]) -> bool:
    """Return whether all places are Berlin and its boroughs, which share one site."""
    return all(place is not None and place.id.startswith("ags:11") for place in places)


def _notes(sources: Sequence[Source], places: dict[str, Place | None]) -> _Found:
    """Yield what is allowed and yet worth a look."""
    for source in sources:
        addresses = [address for field in ADDRESS_FIELDS for address in getattr(source, field)]
        plain = [
            address
            for address in addresses
            if not (address.startswith("https://") or is_loopback_host(host_of(address)))
        ]
        if plain:
            yield source, f"{plain[0]} is not https: write https:// if the site answers there."
    sites = [source for source in sources if source.kind in SITE_KINDS.values()]
    yield from _shared(
        sites,
        lambda s: [s.place_id] if s.place_id and places[s.id] else [],
        "the place {} has the site '{}' as well.",
    )


def _place(source: Source, gazetteer: Gazetteer) -> Place | None:
    if source.place_id is None:
        return None
    try:
        return gazetteer.place(source.place_id)
    except PlaceUnknownError:
        return None
