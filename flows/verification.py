"""Every quotation of a release looked up again in the archive it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from network.quotations import QuotedSpan, read_quotations
from partnernetz.errors import InputError
from scrapers.inputs import document_of_record


@dataclass(frozen=True, slots=True, kw_only=True)
class LostQuotation:
    """A quotation that is not where the release says; ``reason`` is one sentence."""

    id: str
    url: str
    quotation: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How many quotations of how many documents were looked up, and which were lost."""

    quotations: int
    documents: int
    lost: tuple[LostQuotation, ...]


def load_quotations(release: Path) -> list[QuotedSpan]:
    """Return the quotations of a release, those of a document together.

    Raises InputError for what is no release.
    """
    spans = read_quotations(release)
    return sorted(spans, key=lambda span: (span.document.archive_file or "", span.document.id))


def verify(
    spans: Sequence[QuotedSpan], *, archive: Path, advance: Callable[[int], None]
) -> Verification:
    """Return which quotations stand in the archive, to the character, where they should.

    ``advance`` is told how many quotations were looked up. Raises InputError where the archive
    folder is missing.
    """
    if not archive.is_dir():
        raise InputError(f"There is no archive folder {archive}: check the path.")
    lost: list[LostQuotation] = []
    documents = 0
    for _, group in groupby(spans, key=lambda span: span.document.id):
        quoted = list(group)
        lost.extend(_lost_of_document(quoted, archive))
        documents += 1
        advance(len(quoted))
    return Verification(quotations=len(spans), documents=documents, lost=tuple(lost))


def _lost_of_document(quoted: Sequence[QuotedSpan], archive: Path) -> list[LostQuotation]:
    reference = quoted[0].document
    try:
        text = document_of_record(archive, reference).text
    except InputError as error:
        return [_lost(span, str(error)) for span in quoted]
    return [
        _lost(span, f"Another text stands at {span.start} to {span.end} of {reference.url}.")
        for span in quoted
        if text[span.start : span.end] != span.quotation
    ]


def _lost(span: QuotedSpan, reason: str) -> LostQuotation:
    return LostQuotation(id=span.id, url=span.document.url, quotation=span.quotation, reason=reason)
