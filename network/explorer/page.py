"""Rows of a release to the explorer page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from network.claims import claim_in_words, known_here
from network.explorer.outlines import HEIGHT, WIDTH, place_on_map, state_outlines

_FOLDER = Path(__file__).parent
_FIRST_YEAR = 1985  # the year before the first German-German partnership

#: What a browser shows without delay; of more, those of the highest belief and score are shown.
MOST_PARTNERSHIPS = 10_000
MOST_QUOTATIONS = 40_000

Row = Mapping[str, Any]
Tables = Mapping[str, pa.Table]


def render(*, tables: Tables, summary: Mapping[str, Any], reference_folder: Path) -> str:
    """Return the explorer of a release as one HTML page that needs nothing else.

    ``tables`` are the release's tables, ``reference_folder`` has the outlines of the states. What
    comes from pages is data in a JSON block and is only ever shown as text; a content security
    policy lets no other script than the page's own run. Raises InputError without the outlines.
    """
    script, style = _own_file("explorer.js"), _own_file("explorer.css")
    data = explorer_data(tables, created=summary.get("created"))
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
        shown=len(data["partnerships"]),
        not_shown=tables["partnerships"].num_rows - len(data["partnerships"]),
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


def explorer_data(tables: Tables, *, created: str | None) -> dict[str, Any]:
    """Return what the page's script reads.

    Places and documents are referred to by their position in the list. A partnership's ``more`` is
    the number of its quotations that are not on the page.
    """
    partnerships = _most_believed(tables["partnerships"])
    partners = {row[end] for row in partnerships for end in ("a_id", "b_id")}
    places = _among(tables["places"], "place_id", partners)
    place_index = {row["place_id"]: index for index, row in enumerate(places)}
    evidence = _best_scored(tables["evidence"], {row["partnership_id"] for row in partnerships})
    claims = tables["claims"].to_pylist()
    quoted = {row["document_id"] for rows in evidence.values() for row in rows}
    quoted |= {row["document_id"] for row in claims}
    documents = _among(tables["documents"], "document_id", quoted)
    document_index = {row["document_id"]: index for index, row in enumerate(documents)}
    counted = _counts(tables["evidence"])
    by_year = tables["years"].to_pylist()
    names = {row["place_id"]: row["name"] for row in places}
    return {
        "places": [_place(row) for row in places],
        "partnerships": [
            {
                **_partnership(row, place_index),
                "evidence": [_evidence(item, document_index) for item in shown],
                "more": counted.get(row["partnership_id"], 0) - len(shown),
            }
            for row in partnerships
            for shown in [evidence.get(row["partnership_id"], [])]
        ],
        "documents": [_document(row) for row in documents],
        "claims": [
            {
                "words": claim_in_words(row, names),
                "here": known_here(row, by_year),
                "quotation": row["quotation"],
                "document": document_index[row["document_id"]],
            }
            for row in claims
        ],
        "years": _years(partnerships, created),
    }


def _most_believed(partnerships: pa.Table) -> list[Row]:
    """Return the partnerships of the highest belief, in the order of the table."""
    if partnerships.num_rows > MOST_PARTNERSHIPS:
        keys = [("belief", "descending"), ("partnership_id", "ascending")]
        best = pc.sort_indices(partnerships, sort_keys=keys)[:MOST_PARTNERSHIPS]
        partnerships = partnerships.take(pc.take(best, pc.sort_indices(best)))
    rows: list[Row] = partnerships.to_pylist()
    return rows


def _best_scored(evidence: pa.Table, partnerships: set[str]) -> dict[str, list[Row]]:
    """Return the quotations of each partnership in the order of the table, the best of too many."""
    evidence = evidence.select(_SHOWN_OF_EVIDENCE)
    if evidence.num_rows > MOST_QUOTATIONS:
        counts = [number for key, number in _counts(evidence).items() if key in partnerships]
        most = _largest_share(counts, MOST_QUOTATIONS)
        keys = [("partnership_id", "ascending"), ("modality", "ascending"), ("score", "descending")]
        order = pc.sort_indices(evidence, sort_keys=keys)
        taken: list[int] = []
        seen: dict[str | None, int] = {}
        owners = evidence["partnership_id"].take(order).to_pylist()
        for index, owner in zip(order.to_pylist(), owners, strict=True):
            seen[owner] = seen.get(owner, 0) + 1
            if owner in partnerships and seen[owner] <= most:
                taken.append(index)
        evidence = evidence.take(pa.array(sorted(taken), pa.int64()))
    found: dict[str, list[Row]] = {}
    for row in evidence.to_pylist():
        if row["partnership_id"] in partnerships:
            found.setdefault(row["partnership_id"], []).append(row)
    return found


_SHOWN_OF_EVIDENCE = [
    "partnership_id",
    "document_id",
    "quotation",
    "event",
    "event_date",
    "modality",
    "page_number",
    "score",
]


def _largest_share(counts: Sequence[int], budget: int) -> int:
    """Return how many of each, at least one, may be kept so that all fit the budget."""
    share = 1
    while sum(min(count, share + 1) for count in counts) <= budget and share < max(counts):
        share += 1
    return share


def _counts(evidence: pa.Table) -> dict[str, int]:
    counted = evidence["partnership_id"].drop_null().value_counts()
    return {item["values"]: item["counts"] for item in counted.to_pylist()}


def _among(table: pa.Table, key: str, wanted: set[str]) -> list[Row]:
    is_wanted = pc.is_in(table[key], value_set=pa.array(sorted(wanted), pa.string()))
    rows: list[Row] = table.filter(is_wanted).to_pylist()
    return rows


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
