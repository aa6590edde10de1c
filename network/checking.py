"""Records from elsewhere may hold what no record should: mend it, and say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from partnernetz import edtf
from partnernetz.errors import Failure
from partnernetz.records import Claim, DocumentReference, Evidence

Statement = TypeVar("Statement", Evidence, Claim)


def check_evidence(evidence: Iterable[Evidence]) -> tuple[list[Evidence], list[Failure]]:
    """Return Evidence whose dates are EDTF and whose scores lie from 0 to 1, and what was not.

    A date that is none is left out, a score outside is set to 0; the rest of the record stays.
    """
    mended, failures = [], []
    for item in evidence:
        if item.date and not edtf.is_valid(item.date):
            failures.append(_failure(item.id, f"'{item.date}' is no EDTF date and is left out."))
            item = replace(item, date=None)
        if not 0 <= item.score <= 1:  # also what is not a number
            failures.append(_failure(item.id, f"The score {item.score} is counted as 0."))
            item = replace(item, score=0.0)
        mended.append(_with_checked_document(item, failures))
    return mended, failures


def check_claims(claims: Iterable[Claim]) -> tuple[list[Claim], list[Failure]]:
    """Return Claims whose periods are EDTF dates, and what was not."""
    mended, failures = [], []
    for claim in claims:
        if claim.period and not edtf.is_valid(claim.period):
            failures.append(_failure(claim.id, f"'{claim.period}' is no EDTF date, left out."))
            claim = replace(claim, period=None)
        mended.append(_with_checked_document(claim, failures))
    return mended, failures


def _with_checked_document(item: Statement, failures: list[Failure]) -> Statement:
    document: DocumentReference = item.document
    if document.published is None or edtf.is_valid(document.published):
        return item
    message = f"'{document.published}' is no EDTF date of publication and is left out."
    failures.append(_failure(document.id, message))
    return replace(item, document=replace(document, published=None))


def _failure(subject: str, message: str) -> Failure:
    return Failure(stage="assemble", subject=subject, slug="record_invalid", message=message)
