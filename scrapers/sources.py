"""The sites to read, from a TOML file with one ``[[source]]`` table each.

A ``[[discover]]`` table makes sources of a list of addresses: see ``scrapers/discovery.py``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from partnernetz.errors import InputError, PlaceUnknownError
from partnernetz.places import Gazetteer
from partnernetz.records import SOURCE_KINDS, Page, Source
from partnernetz.storage import from_dict, read_jsonl, to_dict
from scrapers.date_range import check_template

#: The sources of a crawl, kept beside its archive so that its pages can be read without more.
SOURCES_FILE = "sources.jsonl"
_FIELDS = frozenset(Source.__dataclass_fields__)
_REQUIRED = ("id", "name", "kind", "start")
#: The fields of a source that hold addresses; those of archives have placeholders.
ADDRESS_FIELDS = ("start", "feeds", "sitemaps", "oparl", "archives")
#: Ids become parts of file names and of ids elsewhere.
_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """The sources of a file, and in a sentence each what ``[[discover]]`` had to leave out."""

    sources: tuple[Source, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTables:
    """The tables of a sources file as they stand there."""

    sources: list[Any]
    discoveries: list[Any]


def read_sources(path: Path, *, gazetteer: Gazetteer | None = None) -> tuple[Source, ...]:
    """Return the sources of a TOML file: see ``read_source_list``."""
    return read_source_list(path, gazetteer=gazetteer).sources


def read_source_list(path: Path, *, gazetteer: Gazetteer | None = None) -> SourceList:
    """Return the sources of a TOML file in its order, then those of its lists of addresses.

    ``hosts`` defaults to the hosts of all addresses of the source.
    With a gazetteer, every ``place_id`` must be in it; ``[[discover]]`` needs one. Raises
    InputError, naming file and source.
    """
    tables = load_tables(path)
    by_id: dict[str, Source] = {}
    for label, table in labelled(tables.sources, path=path):
        source = parse_source(table, label=label)
        if source.id in by_id:
            raise InputError(f"{label}: this id is used twice, give each source its own.")
        _check_place(source, gazetteer, label=label)
        by_id[source.id] = source
    sources = tuple(by_id.values())
    if not tables.discoveries:
        return SourceList(sources=sources)
    from scrapers.discovery import discover_all  # which builds on this module

    return discover_all(tables.discoveries, path=path, known=sources, gazetteer=gazetteer)


def labelled(tables: Iterable[Any], *, path: Path) -> Iterator[tuple[str, Any]]:
    """Yield each ``[[source]]`` table with the words that name it in a complaint."""
    for number, table in enumerate(tables, start=1):
        name = table.get("id") if isinstance(table, dict) else None
        yield f"{path}, source '{name or f'number {number}'}'", table


def sources_toml(sources: Iterable[Source], *, note: str) -> str:
    """Return the text of a sources file, ``note`` its first line as a comment.

    The values are JSON, which TOML reads as well; what equals its default is left out.
    """
    defaults = {name: field.default for name, field in Source.__dataclass_fields__.items()}
    lines = ["# " + "".join(c if c.isprintable() else "?" for c in note)]
    for source in sources:
        lines += ["", "[[source]]"]
        lines += [
            f"{name} = {_toml(value)}"
            for name, value in to_dict(source).items()
            if getattr(source, name) != defaults[name]
        ]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def sources_beside(archive: Path) -> tuple[Source, ...]:
    """Return the sources that a crawl left beside an archive file, none where it left none."""
    try:
        return tuple(read_jsonl(archive.parent / SOURCES_FILE, Source))
    except InputError:
        return ()


class SourceFinder:
    """Finds the source that a page belongs to; the sources given first win."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_id: dict[str, Source] = {}
        self._by_host: dict[str, Source] = {}
        for source in sources:
            self._by_id.setdefault(source.id, source)
            for host in source.hosts:
                self._by_host.setdefault(without_www(host), source)

    def find(self, page: Page) -> Source | None:
        """Return the source of the page's id, else of its host."""
        if page.source_id in self._by_id:
            return self._by_id[page.source_id]
        return self.of_address(page.final_url or page.url)

    def of_address(self, address: str) -> Source | None:
        """Return the source that owns the host of an address."""
        try:
            return self._by_host.get(without_www(host_of(address)))
        except ValueError:
            return None


def without_www(host: str) -> str:
    """Return a host without a leading ``www.``: sites answer under both."""
    return host.removeprefix("www.")


@lru_cache(maxsize=16_384)
def host_of(address: str) -> str:
    """Return the host of a web address in lower case, with its port unless that is the default.

    Raises ValueError where the address is no http or https address with a host.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"'{address}' is no http or https address")
    default = 443 if parts.scheme == "https" else 80
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return name if parts.port in (None, default) else f"{name}:{parts.port}"


def load_tables(path: Path) -> SourceTables:
    """Return the tables of a sources file; raises InputError where it is none."""
    if not path.is_file():
        raise InputError(f"There is no sources file {path}: check the path.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is no TOML file: {error}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}.") from error
    sources, discoveries = content.get("source", []), content.get("discover", [])
    if not isinstance(sources, list) or not isinstance(discoveries, list):
        raise InputError(f"{path}: write [[source]] and [[discover]] in two pairs of brackets.")
    if not sources and not discoveries:
        raise InputError(f"{path} names no source: write a [[source]] table for each site.")
    return SourceTables(sources=sources, discoveries=discoveries)


def parse_source(table: Any, *, label: str) -> Source:
    """Return the source of a table; raises InputError, its sentence beginning with the label."""
    if not isinstance(table, dict):
        raise InputError(f"{label} is no [[source]] table: write one a site.")
    table = {"start": [], **table} if table.get("oparl") else table
    for field in _REQUIRED:
        if not table.get(field) and not (field == "start" and table.get("oparl")):
            raise InputError(f"{label}: the field '{field}' is missing or empty.")
    for field in sorted(set(table) - _FIELDS):
        raise InputError(f"{label}: there is no field '{field}', check the spelling.")
    if table["kind"] not in SOURCE_KINDS:
        raise InputError(
            f"{label}: the kind '{table['kind']}' is unknown, use one of {', '.join(SOURCE_KINDS)}."
        )
    if not isinstance(table["id"], str) or not _ID.fullmatch(table["id"]):
        raise InputError(f"{label}: an id has only small letters, digits, '-', '_' and '.'.")
    hosts = _hosts(table, label=label)
    try:
        source = from_dict(Source, {"hosts": hosts, **table})
    except InputError as error:
        raise InputError(f"{label}: {error}") from error
    if source.max_pages < 1 or source.max_depth < 0:
        raise InputError(f"{label}: max_pages must be at least 1 and max_depth at least 0.")
    if source.max_minutes < 1:
        raise InputError(f"{label}: max_minutes must be at least 1.")
    for template in source.archives:
        try:
            check_template(template)
        except ValueError as error:
            raise InputError(f"{label}: the archive '{template}' is wrong: {error}.") from error
    return source


def _hosts(table: dict[str, Any], *, label: str) -> tuple[str, ...]:
    hosts: dict[str, None] = {}
    for field in ADDRESS_FIELDS:
        addresses = table.get(field, [])
        if not isinstance(addresses, list):
            raise InputError(f"{label}: the field '{field}' must be a list of addresses.")
        for address in addresses:
            try:
                hosts[host_of(str(address))] = None
            except ValueError as error:
                raise InputError(
                    f"{label}: '{address}' is no web address, it must begin with http:// or "
                    "https:// and name a host."
                ) from error
    return tuple(hosts)


def _check_place(source: Source, gazetteer: Gazetteer | None, *, label: str) -> None:
    if gazetteer is None or source.place_id is None:
        return
    try:
        gazetteer.place(source.place_id)
    except PlaceUnknownError as error:
        raise InputError(f"{label}: the gazetteer has no place '{source.place_id}'.") from error
