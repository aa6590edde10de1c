"""The version of a release, and the files that say how to cite it and how to show it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from network.release.cells import clean
from network.release.database import VIEWS
from network.release.schema import TABLES
from partnernetz import __version__

TITLE = "partnernetz: the network of twinned towns"
LICENSE_TITLE = "Creative Commons Attribution 4.0; quotations stay their authors' own"
LICENSE_PATH = "https://creativecommons.org/licenses/by/4.0/"

_ABSTRACT = (
    "The network of town partnerships, read from web pages and documents. Every partnership "
    "carries its dates, its topics and the quotations that state it."
)


def release_version(tables: Mapping[str, Path], *, created: str | None) -> str:
    """Return the version of a release: that of the software, the day of its data, their digest.

    It is a version of Semantic Versioning 2.0.0 with build metadata, ``0.1.0+20261101.1f2e3d4c``.
    The digest is of the tables' files, so that releases of other content have other versions.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(name.encode())
        digest.update(tables[name].read_bytes())
    day = created[:10].replace("-", "") + "." if created else ""
    return f"{__version__}+{day}{digest.hexdigest()[:8]}"


def write_citation(path: Path, *, version: str, created: str | None) -> None:
    """Write ``CITATION.cff`` (Citation File Format 1.2.0) for the release."""
    lines = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it and the sources that it quotes.",
        "type": "dataset",
        "title": TITLE,
        "abstract": _ABSTRACT,
        "version": version,
        **({"date-released": created[:10]} if created else {}),
        "license": "CC-BY-4.0",
        "authors": [{"name": "The partnernetz authors"}],
        "keywords": ["town twinning", "Städtepartnerschaft", "network"],
    }
    # JSON is YAML 1.2; a key a line, so that it reads like other such files
    text = "".join(f"{key}: {_json(value)}\n" for key, value in lines.items())
    path.write_text(text, encoding="utf-8", newline="\n")


def datasette_metadata(*, version: str) -> dict[str, Any]:
    """Return metadata for Datasette: titles, descriptions and units of tables, columns and views.

    ``datasette serve partnernetz.sqlite --metadata datasette.json`` shows them.
    """
    tables: dict[str, Any] = {
        table.name: {
            "title": table.title,
            "description": table.description,
            "columns": {column.name: column.description for column in table.columns},
            "units": {
                column.name: _DATASETTE_UNITS[column.unit]
                for column in table.columns
                if column.unit in _DATASETTE_UNITS
            },
            **_SHOWN.get(table.name, {}),
        }
        for table in TABLES
    }
    views = {name: {"description": description} for name, (description, _) in VIEWS.items()}
    return {
        "title": TITLE,
        "description": f"{_ABSTRACT} Version {version}.",
        "license": LICENSE_TITLE,
        "license_url": LICENSE_PATH,
        "databases": {"partnernetz": {"tables": {**tables, **views}, "queries": _QUERIES}},
    }


#: Those that the unit library of Datasette knows.
_DATASETTE_UNITS = {"kilometre": "km", "degree": "degree"}

_SHOWN: Mapping[str, Any] = {
    "places": {"label_column": "name", "facets": ["side", "state"], "sortable_columns": ["name"]},
    "partnerships": {"facets": ["kind", "status", "is_east_west"], "sort": "start_year"},
    "evidence": {"facets": ["event", "modality"], "fts_table": "evidence_fts", "fts_pk": "rowid"},
    "documents": {"label_column": "title", "facets": ["source_kind"]},
    "years": {"sort": "year"},
}

_QUERIES = {
    "search_quotations": {
        "title": "Search the quotations",
        "description": 'Words, "phrases", feuer* and AND, OR, NOT; umlauts need not be typed.',
        "sql": (
            "SELECT q.a_name, q.b_name, q.quotation, q.event_date, q.title, q.url "
            "FROM evidence_fts JOIN evidence AS e ON e.rowid = evidence_fts.rowid "
            "JOIN quotations AS q ON q.evidence_id = e.evidence_id "
            "WHERE evidence_fts MATCH :words ORDER BY rank LIMIT 100"
        ),
    },
    "partners_of_a_town": {
        "title": "Partners of a town",
        "sql": "SELECT * FROM partners WHERE name = :town ORDER BY start_date",
    },
}


def _json(value: Any) -> str:
    return str(clean(json.dumps(value, ensure_ascii=False)))
