"""Rows of a release to the explorer page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from network.explorer.outlines import HEIGHT, WIDTH, place_on_map, state_outlines

_FOLDER = Path(__file__).parent
_FIRST_YEAR = 1985  # the year before the first German-German partnership

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


def render(*, rows: Rows, summary: Mapping[str, Any], reference_folder: Path) -> str:
    """Return the explorer of a release as one HTML page that needs nothing else.

    ``rows`` are the release's tables, ``reference_folder`` has the outlines of the states. What
    comes from pages is data in a JSON block and is only ever shown as text; a content security
    policy lets no other script than the page's own run. Raises InputError without the outlines.
    """
    script, style = _own_file("explorer.js"), _own_file("explorer.css")
    data = explorer_data(rows, created=summary.get("created"))
    policy = {
        "default-src": "'none'",
        "script-src": f"'{_digest(script)}'",
        "style-src": f"'{_digest(style)}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    template = _environment().get_template("explorer.html.jinja")
    return template.render(
        script=Markup(script),
        style=Markup(style),
        policy="; ".join(f"{name} {value}" for name, value in policy.items()),
        data=json_for_html(data),
        summary=summary,
        first_year=data["years"][0],
        last_year=data["years"][1],
        outlines=state_outlines(reference_folder / "sources" / "states.geojson"),
        width=WIDTH,
        height=HEIGHT,
    )


def json_for_html(data: Any) -> Markup:
    """Return JSON that may stand in a script element: no character in it can end one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def explorer_data(rows: Rows, *, created: str | None) -> dict[str, Any]:
    """Return what the page's script reads: places, partnerships, evidence, documents, years.

    Places and documents are referred to by their position in the list.
    """
    partners = {row[end] for row in rows["partnerships"] for end in ("a_id", "b_id")}
    places = [row for row in rows["places"] if row["place_id"] in partners]
    place_index = {row["place_id"]: index for index, row in enumerate(places)}
    document_index = {row["document_id"]: index for index, row in enumerate(rows["documents"])}
    evidence: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows["evidence"]:
        if row["partnership_id"]:
            evidence[row["partnership_id"]].append(_evidence(row, document_index))
    return {
        "places": [_place(row) for row in places],
        "partnerships": [
            {**_partnership(row, place_index), "evidence": evidence[row["partnership_id"]]}
            for row in rows["partnerships"]
        ],
        "documents": [_document(row) for row in rows["documents"]],
        "years": _years(rows["partnerships"], created),
    }


def _place(row: Row) -> dict[str, Any]:
    data = {
        "id": row["place_id"],
        "name": row["name"],
        "where": row["state"] or row["country"] or "",
        "side": row["side"] or "unknown",
        "population": row["population"] or 0,
    }
    if row["latitude"] is not None and row["longitude"] is not None:
        (data["x"], data["y"]), data["rim"] = place_on_map(row["latitude"], row["longitude"])
    return data


def _partnership(row: Row, place_index: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": row["partnership_id"],
        "a": place_index[row["a_id"]],
        "b": place_index[row["b_id"]],
        "kind": row["kind"],
        "status": row["status"],
        "start": row["start_date"],
        "year": row["start_year"],
        "end": row["end_date"],
        "endYear": row["end_year"],
        "reason": row["start_reason"],
        "others": (row["start_alternatives"] or "").split(";"),
        "topics": [topic for topic in (row["topics"] or "").split(";") if topic],
        "belief": row["belief"],
        "sources": row["source_count"],
        "eastWest": row["is_east_west"],
        "km": row["distance_km"],
    }


def _evidence(row: Row, document_index: Mapping[str, int]) -> dict[str, Any]:
    return {
        "quotation": row["quotation"],
        "document": document_index[row["document_id"]],
        "event": row["event"],
        "date": row["event_date"],
        "modality": row["modality"],
        "page": row["page_number"],
        "score": row["score"],
    }


def _document(row: Row) -> dict[str, Any]:
    return {
        "url": row["url"] or "",
        "title": row["title"] or "",
        "published": row["published_date"],
        "fetched": (row["fetched_at"] or "")[:10] or None,
        "kind": row["source_kind"],
    }


def _years(partnerships: Sequence[Row], created: str | None) -> tuple[int, int]:
    """Return the first and last year of the timeline; its end is the release's, not the clock's."""
    known = [row[name] for row in partnerships for name in ("start_year", "end_year") if row[name]]
    if created:
        known.append(int(created[:4]))
    return min([_FIRST_YEAR, *known]), max([_FIRST_YEAR + 1, *known])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _own_file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return a hash source of CSP level 2 for an inline element's content."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
