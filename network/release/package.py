"""The Data Package descriptor of a release (Data Package v2, datapackage.org)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from network.release.citation import LICENSE_PATH, LICENSE_TITLE, TITLE
from network.release.schema import TABLES, Column, Table
from partnernetz import edtf

#: By which a folder is known to be a release of this project.
PACKAGE_NAME = "partnernetz"
DESCRIPTOR = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

_DESCRIPTION = (
    "The network of town partnerships, read from web pages and documents. Every partnership "
    "carries its dates, its topics and the quotations that state it. Dates are EDTF level 1 "
    "strings (ISO 8601-2:2019). In the CSV files, and only there, a text that begins with "
    "= + - @, a tab or a carriage return (also after apostrophes) has an apostrophe before it, so "
    "that spreadsheets do not take it for a formula; Parquet and SQLite hold it as it is."
)

_LICENSES = (
    {
        "name": "CC-BY-4.0",
        "title": LICENSE_TITLE,
        "path": LICENSE_PATH,
    },
)

_SOURCES = (
    {
        "title": "© Statistisches Bundesamt (Destatis), Gemeindeverzeichnis, 2024",
        "path": "https://www.destatis.de/DE/Themen/Laender-Regionen/Regionales/Gemeindeverzeichnis/",
    },
    {
        "title": "GeoNames, CC BY 4.0 (places outside Germany)",
        "path": "https://www.geonames.org/",
    },
    {
        "title": "© GeoBasis-DE / BKG (Daten verändert) (outlines of the states in explorer.html)",
        "path": "https://gdz.bkg.bund.de/",
    },
)

#: Name, file, format, media type and description of what is no table.
_OTHER_FILES = (
    ("network-graphml", "network.graphml", "graphml", "application/xml", "The network, GraphML."),
    ("network-gexf", "network.gexf", "gexf", "application/xml", "The network with years, GEXF."),
    ("network-json", "network.json", "json", "application/json", "The network, node-link JSON."),
    (
        "network-graphology",
        "network.graphology.json",
        "json",
        "application/json",
        "The network laid out as a map, Graphology JSON for sigma.js and Gephi Lite.",
    ),
    (
        "partnerships-geojson",
        "partnerships.geojson",
        "geojson",
        "application/geo+json",
        "Partnerships as straight lines, EPSG:4326.",
    ),
    (
        "great-circles-geojson",
        "partnerships.great-circles.geojson",
        "geojson",
        "application/geo+json",
        "Partnerships as great circles, EPSG:4326.",
    ),
    (
        "database",
        "partnernetz.sqlite",
        "sqlite",
        "application/vnd.sqlite3",
        "All tables, with views and full-text search on quotations (evidence_fts).",
    ),
    (
        "datasette",
        "datasette.json",
        "json",
        "application/json",
        "Titles, descriptions and queries for Datasette (--metadata).",
    ),
    ("citation", "CITATION.cff", "cff", "application/yaml", "How to cite the release."),
    ("summary", "summary.json", "json", "application/json", "Figures on the whole network."),
    ("explorer", "explorer.html", "html", "text/html", "A page to look around, works offline."),
)

Descriptor = dict[str, Any]


def describe_package(folder: Path, *, version: str, created: str | None) -> Descriptor:
    """Return the descriptor of the files in a folder.

    ``created`` is when the latest document was fetched or published, left out without one: the
    release is a function of its input, not of the hour.
    """
    return {
        "$schema": _PROFILE,
        "name": PACKAGE_NAME,
        "title": TITLE,
        "description": _DESCRIPTION,
        "version": version,
        **({"created": created} if created else {}),
        "keywords": ["town twinning", "Städtepartnerschaft", "network"],
        "licenses": [dict(entry) for entry in _LICENSES],
        "sources": [dict(entry) for entry in _SOURCES],
        "contributors": [{"title": "The partnernetz authors", "roles": ["creator"]}],
        "resources": [
            *(_csv_resource(folder, table) for table in TABLES),
            *(_parquet_resource(folder, table) for table in TABLES),
            *(_other_resource(folder, *entry) for entry in _OTHER_FILES),
        ],
    }


def table_schema(table: Table) -> Descriptor:
    """Return the Table Schema of a table."""
    return {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": [table.primary_key],
        **({"foreignKeys": _foreign_keys(table)} if table.foreign_keys else {}),
    }


def latest_moment(documents: pa.Table) -> str | None:
    """Return the latest time of fetching or publishing as RFC 3339, None if none is known.

    ``documents`` is a table as in EvidenceTable.
    A vague date of publication counts from its first day, so that it is never in the future.
    """
    moments = []
    for fetched in documents["fetched_at"].unique().to_pylist():
        if fetched and (moment := _moment(fetched)):
            moments.append(moment)
    for published in documents["published"].unique().to_pylist():
        if published:
            day = edtf.bounds(published).earliest
            moments.append(datetime(day.year, day.month, day.day, tzinfo=UTC))
    return max(moments).strftime("%Y-%m-%dT%H:%M:%SZ") if moments else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _field(column: Column) -> Descriptor:
    constraints: Descriptor = {}
    if column.is_required:
        constraints["required"] = True
    if column.values:
        constraints["enum"] = list(column.values)
    for bound in ("minimum", "maximum"):
        if (limit := getattr(column, bound)) is not None:
            constraints[bound] = limit
    return {
        "name": column.name,
        "type": column.type,
        "description": column.description,
        **({"unit": column.unit} if column.unit else {}),
        **({"trueValues": ["true"], "falseValues": ["false"]} if column.type == "boolean" else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _foreign_keys(table: Table) -> list[Descriptor]:
    primary = {other.name: other.primary_key for other in TABLES}
    return [
        {
            "fields": [key.column],
            "reference": {"resource": key.table, "fields": [primary[key.table]]},
        }
        for key in table.foreign_keys
    ]


def _csv_resource(folder: Path, table: Table) -> Descriptor:
    return {
        "name": table.name,
        "type": "table",
        "title": table.title,
        "description": table.description,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_checksum(folder / f"{table.name}.csv"),
        "schema": table_schema(table),
    }


def _parquet_resource(folder: Path, table: Table) -> Descriptor:
    return {
        "name": f"{table.name}-parquet",
        "title": f"{table.title} (Parquet)",
        "description": f"The same table as {table.name}.csv, with types.",
        "path": f"{table.name}.parquet",
        # Not "parquet": frictionless 5.21 then reads a table and miscounts its bytes.
        "format": "apache-parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_checksum(folder / f"{table.name}.parquet"),
    }


def _other_resource(
    folder: Path, name: str, file: str, form: str, mediatype: str, description: str
) -> Descriptor:
    return {
        "name": name,
        "description": description,
        "path": file,
        "format": form,
        "mediatype": mediatype,
        **_checksum(folder / file),
    }


def _checksum(path: Path) -> Descriptor:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}
