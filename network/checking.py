"""Records from elsewhere may hold what no record should: mend it, and say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from network.evidence_table import EvidenceTable
from partnernetz import edtf
from partnernetz.errors import Failure
from partnernetz.records import Claim

#: Dates of a document, and what they are called where they are wrong.
_DOCUMENT_DATES = {
    "published": "EDTF date of publication",
    "modified": "EDTF date of modification",
}


def check_table(table: EvidenceTable) -> tuple[EvidenceTable, list[Failure]]:
    """Return Evidence whose dates are EDTF and whose scores lie from 0 to 1, and what was not.

    A date that is none is left out, a score outside is set to 0; the rest of the row stays.
    """
    dates, failures = _checked_dates(table.rows, "date", "EDTF date")
    documents, of_documents = table.documents, []
    for name, what in _DOCUMENT_DATES.items():
        checked, found = _checked_dates(documents, name, what)
        of_documents += found
        if checked is not None:
            documents = documents.set_column(documents.column_names.index(name), name, checked)
    scores = table.rows["score"]
    is_sound = pc.and_(pc.greater_equal(scores, 0), pc.less_equal(scores, 1))  # false for NaN
    if not pc.all(is_sound).as_py():
        for row in table.rows.filter(pc.invert(is_sound)).select(["id", "score"]).to_pylist():
            failures.append(_failure(row["id"], f"The score {row['score']} is counted as 0."))
        table = table.with_column("score", pc.if_else(is_sound, scores, 0.0))
    if dates is not None:
        table = table.with_column("date", dates)
    return EvidenceTable(rows=table.rows, documents=documents), failures + of_documents


def _checked_dates(
    table: pa.Table, name: str, what: str
) -> tuple[pa.ChunkedArray | None, list[Failure]]:
    """Return the column without what is no date, None where all are, and what was not."""
    column = table[name]
    texts = (text for text in column.unique().to_pylist() if text is not None)
    wrong = pa.array([text for text in texts if not edtf.is_valid(text)], pa.string())
    if not len(wrong):
        return None, []
    is_wrong = pc.is_in(column, value_set=wrong)
    rows = table.filter(is_wrong).select(["id", name]).to_pylist()
    failures = [_failure(row["id"], f"'{row[name]}' is no {what} and is left out.") for row in rows]
    return pc.if_else(is_wrong, pa.scalar(None, pa.string()), column), failures


def check_claims(claims: Iterable[Claim]) -> tuple[list[Claim], list[Failure]]:
    """Return Claims whose periods and documents have EDTF dates, and what was none."""
    mended, failures = [], []
    for claim in claims:
        if claim.period and not edtf.is_valid(claim.period):
            failures.append(_failure(claim.id, f"'{claim.period}' is no EDTF date, left out."))
            claim = replace(claim, period=None)
        document = claim.document
        for name, what in _DOCUMENT_DATES.items():
            date = getattr(document, name)
            if date is not None and not edtf.is_valid(date):
                message = f"'{date}' is no {what} and is left out."
                failures.append(_failure(document.id, message))
                without: dict[str, Any] = {name: None}
                document = replace(document, **without)
        mended.append(replace(claim, document=document))
    return mended, failures


def _failure(subject: str, message: str) -> Failure:
    return Failure(stage="assemble", subject=subject, slug="record_invalid", message=message)
