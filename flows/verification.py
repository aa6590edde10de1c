"""Every quotation of a release looked up again in the archive it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from flows.console import count, make_table, show, show_rendered, styled
from network.quotations import QuotedSpan, read_quotations
from partnernetz.errors import InputError
from scrapers.inputs import document_of_record
from scrapers.verification import RecordLoss, RecordLostError

Loss = RecordLoss | Literal["moved", "respaced", "not_found"]

#: What each reason means, in the order in which they are told.
LOSSES: dict[Loss, str] = {
    "moved": "the words stand elsewhere in the document",
    "respaced": "the words stand there with other white space",
    "not_found": "the document no longer has the words",
    "body_changed": "the record holds another body than the one once read",
    "record_missing": "the archive file does not hold the record",
    "file_missing": "the archive file is not there",
    "purged": "the record was purged",
    "unreadable": "the record cannot be read any more",
    "not_archived": "the document was never read from an archive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LostQuotation:
    """A quotation that is not where the release says.

    ``reason`` is one of ``LOSSES``, ``message`` one sentence. ``found_at`` is where the words begin
    instead, counted in characters, None where they are nowhere.
    """

    id: str
    table: str
    url: str
    quotation: str
    start: int
    reason: Loss
    message: str
    found_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How many quotations of how many records were looked up, and which were lost."""

    quotations: int
    documents: int
    lost: tuple[LostQuotation, ...]


def load_quotations(release: Path) -> list[QuotedSpan]:
    """Return the quotations of a release, those of a record together, records of a file together.

    Raises InputError for what is no release.
    """
    return sorted(read_quotations(release), key=_record)


def _record(span: QuotedSpan) -> tuple[str, str, str, str]:
    document = span.document
    return (
        document.archive_file or "",
        document.archive_record or "",
        document.digest or "",
        document.id,
    )


def verify(
    spans: Sequence[QuotedSpan], *, archive: Path, advance: Callable[[int], None]
) -> Verification:
    """Return which quotations stand in the archive, to the character, where they should.

    Each record is read once, for all quotations of it. ``advance`` is told how many quotations were
    looked up. Raises InputError where the archive folder is missing.
    """
    if not archive.is_dir():
        raise InputError(f"There is no archive folder {archive}: check the path.")
    lost: list[LostQuotation] = []
    documents = 0
    for _, group in groupby(spans, key=_record):
        quoted = list(group)
        lost.extend(_lost_of_document(quoted, archive))
        documents += 1
        advance(len(quoted))
    return Verification(quotations=len(spans), documents=documents, lost=tuple(lost))


def _lost_of_document(quoted: Sequence[QuotedSpan], archive: Path) -> Iterator[LostQuotation]:
    try:
        text = document_of_record(archive, quoted[0].document).text
    except RecordLostError as error:
        for span in quoted:
            yield _lost(span, error.reason, str(error))
        return
    for span in quoted:
        if text[span.start : span.end] != span.quotation:
            yield _misplaced(span, text)


def _misplaced(span: QuotedSpan, text: str) -> LostQuotation:
    """Return why a quotation is not where it should be in a text that could be read."""
    url = span.document.url
    places = [match.start() for match in re.finditer(re.escape(span.quotation), text)]
    if span.quotation and places:
        nearest = min(places, key=lambda place: abs(place - span.start))
        message = f"The words begin at {nearest} of {url}, not at {span.start}."
        return _lost(span, "moved", message, found_at=nearest)
    words = r"\s+".join(map(re.escape, span.quotation.split()))
    match = re.search(words, text) if words else None
    if match is not None:
        message = f"The words begin at {match.start()} of {url}, with other white space."
        return _lost(span, "respaced", message, found_at=match.start())
    return _lost(span, "not_found", f"The words are nowhere in {url}.")


def _lost(
    span: QuotedSpan, reason: Loss, message: str, *, found_at: int | None = None
) -> LostQuotation:
    return LostQuotation(
        id=span.id,
        table=span.table,
        url=span.document.url,
        quotation=span.quotation,
        start=span.start,
        reason=reason,
        message=message,
        found_at=found_at,
    )


def show_verification(found: Verification) -> None:
    """Write what was lost, why, and how many quotations stand where they should."""
    if found.lost:
        table = make_table()
        table.add_column("lost", justify="right")
        for name in ("reason", "that is"):
            table.add_column(name, overflow="fold")
        for reason, meaning in LOSSES.items():
            number = sum(lost.reason == reason for lost in found.lost)
            if number:
                table.add_row(f"{number:,}", styled(reason, "red"), meaning)
        show_rendered(table)
    for lost in found.lost:
        show_rendered(styled(f"{lost.id}: {lost.message}"))
        show_rendered(styled(f"    „{' '.join(lost.quotation.split())}“", "dim"))
    kept = found.quotations - len(found.lost)
    show(
        f"{kept:,} of {count(found.quotations, 'quotation')} found again in "
        f"{count(found.documents, 'document')}, {len(found.lost):,} lost."
    )
