"""The quotations of a release with all that is needed to find them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.release.reading import read_by_id, read_rows
from partnernetz.records import DocumentReference

_SPAN = ("document_id", "quotation", "start_offset", "end_offset")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedSpan:
    """A quotation that stands at ``text[start:end]`` of the document, counted in characters.

    ``id`` is that of the Evidence or the Claim, ``table`` is evidence or claims.
    """

    id: str
    table: str
    quotation: str
    start: int
    end: int
    document: DocumentReference


def read_quotations(release: Path) -> Iterator[QuotedSpan]:
    """Yield the quotations of evidence, then of claims, each in the order of the release.

    Raises InputError for what is no release.
    """
    rows = read_by_id(release, "documents", "document_id")
    documents = {key: _document(row) for key, row in rows.items()}
    for table, key in (("evidence", "evidence_id"), ("claims", "claim_id")):
        for row in read_rows(release, table, columns=(key, *_SPAN)):
            yield QuotedSpan(
                id=row[key],
                table=table,
                quotation=row["quotation"],
                start=row["start_offset"],
                end=row["end_offset"],
                document=documents[row["document_id"]],
            )


def _document(row: Mapping[str, Any]) -> DocumentReference:
    return DocumentReference(
        id=row["document_id"],
        url=row["url"] or "",
        title=row["title"] or "",
        language=row["language"],
        published=row["published_date"],
        host_place_id=row["host_place_id"],
        source_id=row["source_id"] or "",
        source_kind=row["source_kind"],
        fetched_at=row["fetched_at"],
        digest=row["digest"],
        archive_file=row["archive_file"],
        archive_record=row["archive_record"],
    )
