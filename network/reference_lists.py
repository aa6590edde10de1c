"""Reference lists of partnerships, read from the forms in which others publish them.

Read are tables (CSV, TSV, semicolons) and the JSON and TSV forms of the Wikidata Query Service.
What the columns mean is in ``reference_forms.toml``.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from partnernetz import edtf
from partnernetz.errors import InputError
from partnernetz.places import GERMAN_STATES, fold

FORMS_FILE = Path(__file__).with_name("reference_forms.toml")
_COUNTRY_LANGUAGES = ("de", "en", "fr")

_ITEM = re.compile(r"Q[1-9]\d*$")
_TERM = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@[\w-]+|\^\^<[^>]*>)?$')
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", '\\"': '"', "\\\\": "\\"}
_TIMESTAMP = re.compile(r"\+?(\d{4})-(\d\d)-(\d\d)T")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})$")
_GERMAN_MONTH = re.compile(r"(\d{1,2})[./](\d{4})$")
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
#: Precisions of Wikibase times: https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON#time
_DECADE, _YEAR_ONLY, _MONTH, _DAY = 8, 9, 10, 11


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePlace:
    """A place as a list has it; all but the name may be unknown.

    ``place_id`` is our id for the key that the list gives, ``item`` its Wikidata item (Q...).
    """

    name: str
    place_id: str | None = None
    item: str | None = None
    state: str | None = None
    country: str | None = None
    side: str | None = None

    @property
    def key(self) -> str:
        """Return by what lines of a list are known to mean the same place."""
        return self.item or self.place_id or f"{fold(self.name)} {self.state} {self.country}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line on a pair: ``is_back`` where it names b before a; dates are EDTF."""

    line: int
    is_back: bool
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePair:
    """A pair of a list with every line on it; ``kind`` is None where the list does not tell."""

    a: ReferencePlace
    b: ReferencePlace
    kind: str | None
    entries: tuple[Entry, ...]

    @property
    def since(self) -> tuple[str, ...]:
        """Return the starts that the list gives, each once."""
        return tuple(dict.fromkeys(entry.since for entry in self.entries if entry.since))

    @property
    def until(self) -> tuple[str, ...]:
        """Return the ends that the list gives, each once."""
        return tuple(dict.fromkeys(entry.until for entry in self.entries if entry.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceList:
    """What a list holds: its form, its pairs in order, and all places that it names.

    ``problems`` has a sentence for each cell that could not be read; its line is read all the same.
    """

    form: str
    pairs: tuple[ReferencePair, ...]
    places: tuple[ReferencePlace, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of list: ``columns`` has the field that a folded name of a column stands for."""

    id: str
    needs: tuple[str, ...]
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    example: str


@dataclass(slots=True)
class _Reading:
    """What has been read of a list so far."""

    path: Path
    pairs: dict[frozenset[str], ReferencePair] = field(default_factory=dict)
    places: dict[str, ReferencePlace] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def forms() -> tuple[Form, ...]:
    """Return the forms of ``reference_forms.toml``."""
    return tuple(
        Form(
            id=entry["id"],
            needs=tuple(entry["needs"]),
            columns={
                fold(name): field for field, names in entry["columns"].items() for name in names
            },
            constants={key: entry[key] for key in entry if key.startswith(("a_", "b_"))},
            example=entry["example"].strip(),
        )
        for entry in _table()["form"]
    )


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    return tomllib.loads(FORMS_FILE.read_text(encoding="utf-8"))


def read_reference(path: Path) -> ReferenceList:
    """Return the pairs of a list, each once whatever its direction, in its order.

    Raises InputError where the file is missing, not UTF-8, or of no known form.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}: check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not readable as UTF-8: save it as UTF-8 first.") from error
    names, rows = _rows(text, path)
    form = _form_of(names, path)
    fields = {name: form.columns[fold(name)] for name in names if fold(name) in form.columns}
    reading = _Reading(path)
    for line, row in rows:
        cells = {fields[name]: cell for name, cell in row.items() if name in fields and cell}
        _read_line(reading, line, {**form.constants, **cells})
    return ReferenceList(
        form=form.id,
        pairs=tuple(reading.pairs.values()),
        places=tuple(reading.places.values()),
        problems=tuple(reading.problems),
    )


Rows = Iterator[tuple[int, dict[str, str]]]


def _rows(text: str, path: Path) -> tuple[Sequence[str], Rows]:
    """Return the names of the columns, and line number and cells of each line."""
    if text.lstrip().startswith(("{", "[")):
        return _json_rows(text, path)
    head = text.partition("\n")[0]
    delimiter = next((mark for mark in "\t;" if mark in head), ",")
    # the full TSV of the Query Service has terms of RDF, whose quotes belong to them
    is_rdf = head.startswith("?")
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if is_rdf else csv.QUOTE_MINIMAL,
    )
    names = [name.lstrip("?").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names

    def lines() -> Rows:
        try:
            for row in reader:
                cells = {key: value for key, value in row.items() if isinstance(key, str)}
                yield reader.line_num, {key: _term(value or "") for key, value in cells.items()}
        except csv.Error as error:
            raise InputError(f"{path}, line {reader.line_num}: {error}: mend the table.") from error

    return names, lines()


def _json_rows(text: str, path: Path) -> tuple[Sequence[str], Rows]:
    """Read SPARQL results (W3C, SPARQL 1.1 Query Results JSON) or a list of objects."""
    try:
        content = json.loads(text)
        if isinstance(content, dict):
            found = [
                {name: str(term["value"]) for name, term in binding.items()}
                for binding in content["results"]["bindings"]
            ]
        else:
            found = [
                {name: str(value) for name, value in row.items() if value is not None}
                for row in content
            ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is no JSON of the Wikidata Query Service: download it there as CSV."
        ) from error
    names = list(dict.fromkeys(name for row in found for name in row))
    return names, ((number, row) for number, row in enumerate(found, start=1))


def _term(cell: str) -> str:
    """Return what a cell says: the inside of an RDF term, else the cell.

    >>> _term('"Halle"@de'), _term("<http://www.wikidata.org/entity/Q1>"), _term(" Halle ")
    ('Halle', 'http://www.wikidata.org/entity/Q1', 'Halle')
    """
    text = cell.strip()
    if text.startswith("<") and text.endswith(">"):
        return text[1:-1]
    match = _TERM.match(text)
    if match is None:
        return text
    return re.sub(r"\\.", lambda m: _ESCAPES.get(m.group(), m.group()), match.group(1))


def _form_of(names: Sequence[str], path: Path) -> Form:
    for form in forms():
        known = {form.columns[fold(name)] for name in names if fold(name) in form.columns}
        if known.issuperset(form.needs):
            return form
    raise InputError(
        f"{path} has no columns a and b (or those of Wikidata or of a register): name them so in "
        "its first line."
    )


def _read_line(reading: _Reading, line: int, cells: Mapping[str, str]) -> None:
    a, b = _place(cells, "a"), _place(cells, "b")
    for place in (a, b):
        if place is not None:
            _note_place(reading, place)
    if a is None or b is None:
        return
    dates = {}
    for name in ("since", "until"):
        cell = cells.get(name, "")
        dates[name] = read_date(cell, precision=cells.get(f"{name}_precision"))
        if cell and dates[name] is None:
            reading.problems.append(f"{reading.path}, line {line}: '{cell}' is read as no date.")
    key = frozenset((a.key, b.key))
    known = reading.pairs.get(key)
    is_back = known is not None and known.a.key != a.key
    entry = Entry(line=line, is_back=is_back, **dates)
    if known is None:
        kind = _kinds().get(fold(cells.get("kind", "")))
        reading.pairs[key] = ReferencePair(a=a, b=b, kind=kind, entries=(entry,))
    else:
        same = [(e.is_back, e.since, e.until) for e in known.entries]
        if (is_back, entry.since, entry.until) not in same:
            reading.pairs[key] = replace(known, entries=(*known.entries, entry))


def _note_place(reading: _Reading, place: ReferencePlace) -> None:
    known = reading.places.get(place.key)
    if known is None or (known.place_id is None and place.place_id is not None):
        reading.places[place.key] = place


def _place(cells: Mapping[str, str], end: str) -> ReferencePlace | None:
    name = cells.get(end, "")
    item = cells.get(f"{end}_item", "").rpartition("/")[2]
    if not name and not _ITEM.match(item):
        return None
    return ReferencePlace(
        name=name or item,
        place_id=_place_id(cells, end),
        item=item if _ITEM.match(item) else None,
        state=_states().get(fold(cells.get(f"{end}_state", ""))),
        country=country_code(cells.get(f"{end}_country", "")),
        side=cells.get(f"{end}_side"),
    )


def _place_id(cells: Mapping[str, str], end: str) -> str | None:
    """Return our id for the first key that the line gives."""
    given = cells.get(f"{end}_id", "")
    if given.startswith(("ags:", "geonames:")):
        return given
    for name, digits in (("ags", 8), ("district", 5)):
        key = re.sub(r"\D", "", cells.get(f"{end}_{name}", ""))
        if key:
            # spreadsheets drop the zero with which the keys of nine states begin
            whole = key.zfill(digits) if len(key) == digits - 1 else key
            return f"ags:{whole}" if len(whole) in (5, 8) else None
    geonames = cells.get(f"{end}_geonames", "")
    return f"geonames:{geonames}" if geonames.isascii() and geonames.isdigit() else None


def read_date(cell: str, *, precision: str | None = None) -> str | None:
    """Return the EDTF date of a cell, None where it is read as none.

    ``precision`` is that of Wikibase (9 a year, 10 a month, 11 a day). Times without one of the
    first of January mean the year: the Query Service gives years so.

    >>> read_date("1988-01-01T00:00:00Z"), read_date("3.5.1988"), read_date("seit 1988")
    ('1988', '1988-05-03', '1988')
    """
    text = cell.strip()
    if not text:
        return None
    timestamp = _TIMESTAMP.match(text)
    if timestamp:
        return _date_of_timestamp(*map(int, timestamp.groups()), precision=precision)
    for pattern in (_GERMAN_DAY, _GERMAN_MONTH):
        if match := pattern.match(text):
            parts = [int(part) for part in reversed(match.groups())]
            return _checked(parts)
    if edtf.is_valid(text):
        return text
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 else None


def _date_of_timestamp(year: int, month: int, day: int, *, precision: str | None) -> str | None:
    level = int(precision) if precision and precision.isdigit() else None
    if level is None:
        level = _YEAR_ONLY if (month, day) in ((1, 1), (0, 0)) else _DAY
    if level >= _DAY:
        return _checked([year, month, day])
    if level == _MONTH:
        return _checked([year, month])
    if level == _YEAR_ONLY:
        return f"{year:04d}"
    return f"{year // 10:03d}X" if level == _DECADE else None


def _checked(parts: Sequence[int]) -> str | None:
    try:
        return edtf.from_parts(*parts)
    except InputError:
        return None


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, str]:
    return {fold(name): kind for kind, names in _table()["kinds"].items() for name in names}


@lru_cache(maxsize=1)
def _states() -> Mapping[str, str]:
    names = {fold(name): code for code, name in GERMAN_STATES.items()}
    return names | {fold(code): code for code in GERMAN_STATES}


def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 code of a country's name (German, English, French) or code.

    >>> country_code("Frankreich"), country_code("pl"), country_code("Atlantis")
    ('FR', 'PL', None)
    """
    return _countries().get(fold(name)) if name else None


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    from babel import Locale

    found: dict[str, str] = {}
    for language in _COUNTRY_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(fold(name), code)
                found[fold(code)] = code
    own = _table()["countries"]
    return found | {fold(name): code for code, names in own.items() for name in names}
