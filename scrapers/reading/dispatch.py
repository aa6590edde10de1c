"""Which reader reads what, and the Document that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any, Literal, TypeVar

from partnernetz.identifiers import stable_id
from partnernetz.records import Document, DocumentReference, Page, Source
from scrapers.reading.charset import decode
from scrapers.reading.drafts import Draft, clean, join_blocks
from scrapers.reading.errors import UnreadableError
from scrapers.reading.language import language_of

Reader = TypeVar("Reader", bound=Callable[..., Document])
Format = Literal["html", "pdf", "text", "oparl"]

_HTML_TYPES = frozenset(["text/html", "application/xhtml+xml"])
_TEXT_TYPES = frozenset(["text/plain", "text/markdown"])
_JSON_TYPES = frozenset(["application/json", "application/ld+json", "text/json"])
#: Servers send these for anything.
_VAGUE_TYPES = frozenset(["", "application/octet-stream", "binary/octet-stream", "unknown/unknown"])
_LOOKS_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta)[\s>]", re.IGNORECASE)
#: Bytes; a body of this length can stall a reader for some seconds at most.
_LARGEST_HERE = 128 * 1024
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_document(page: Page, body: bytes, *, source: Source | None = None) -> Document:
    """Return the Document of a fetched page.

    HTML, PDF, plain text and JSON of OParl council systems are read, told apart by content where
    the media type is wrong or vague. Raises UnreadableError for everything else and for what is
    torn or empty.
    """
    url = page.final_url or page.url
    reference = DocumentReference(
        id=stable_id("document", url, page.digest),
        url=url,
        host_place_id=source.place_id if source else None,
        source_id=page.source_id or (source.id if source else ""),
        source_kind=source.kind if source else "unknown",
        fetched_at=page.fetched_at or None,
        digest=page.digest,
        archive_file=page.archive_file or None,
        archive_record=page.archive_record or None,
    )
    return document_of_bytes(body, media_type=page.media_type, reference=reference)


def _guarded(reader: Reader) -> Reader:
    """Turn whatever a reader raises on a hostile page into an UnreadableError."""

    @wraps(reader)
    def guarded(content: Any, *, reference: DocumentReference, **options: Any) -> Document:
        try:
            return reader(content, reference=reference, **options)
        except UnreadableError:
            raise
        except Exception as error:
            kind = type(error).__name__
            raise UnreadableError(f"{_name(reference)} could not be read ({kind}).") from error

    return guarded  # type: ignore[return-value]


def document_of_bytes(body: bytes, *, media_type: str, reference: DocumentReference) -> Document:
    """Return the Document of a body, filling title, language and date into its reference.

    PDF and large bodies are read by another process, as they might stall or crash this one.
    Raises UnreadableError like ``read_document``.
    """
    if len(body) <= _LARGEST_HERE and format_of(body, media_type=media_type) != "pdf":
        return document_here(body, media_type=media_type, reference=reference)
    from scrapers.reading.isolation import document_of_page

    try:
        return document_of_page(body, media_type=media_type, reference=reference)
    except UnreadableError as error:
        message = str(error).replace("It ", f"{_name(reference)} ", 1)
        raise UnreadableError(message, slug=error.slug) from error


@_guarded
def document_here(body: bytes, *, media_type: str, reference: DocumentReference) -> Document:
    """Return the Document of a body like ``document_of_bytes``, read by this very process."""
    kind = format_of(body, media_type=media_type)
    if kind is None:
        shown = media_type or "without a media type"
        raise UnreadableError(
            f"{_name(reference)} is no HTML, PDF, text or OParl ({shown}).",
            slug="media_type_unknown",
        )
    if kind == "pdf":
        from scrapers.reading.pdf import read_pdf

        title, drafts = read_pdf(body, name=_name(reference))
        return _document(drafts, replace(reference, title=title))
    if kind == "oparl":
        from scrapers.reading.oparl import read_oparl

        content = read_oparl(body, name=_name(reference))
        published = reference.published or content.published
        return _document(
            content.drafts, replace(reference, title=content.title, published=published)
        )
    text = decode(body, media_type=media_type)
    if kind == "html":
        return document_of_html(text, reference=reference)
    return document_of_text(text, reference=reference)


@_guarded
def document_of_html(markup: str, *, reference: DocumentReference) -> Document:
    """Return the Document of an HTML page; what the reference says already is kept.

    Raises UnreadableError where the page has no text.
    """
    from scrapers.reading.html import read_html
    from scrapers.reading.press import article_metadata

    content = read_html(markup)
    fetched = reference.fetched_at
    latest = date.fromisoformat(fetched[:10]) if fetched else None
    text = "\n".join(draft.text for draft in content.drafts)
    told = article_metadata(markup, text=text, latest=latest)
    filled = replace(
        reference,
        title=content.title,
        published=reference.published or told.published,
        modified=reference.modified or told.modified,
        agency=reference.agency or told.agency,
        is_stub=reference.is_stub or told.is_stub,
    )
    return _document(content.drafts, filled)


@_guarded
def document_of_text(text: str, *, reference: DocumentReference) -> Document:
    """Return the Document of a plain text, whose text is that text to the letter.

    Only lone surrogates, which no file can hold, become U+FFFD. Raises UnreadableError where
    there is nothing but white space.
    """
    from scrapers.reading.text import text_blocks

    exact = _SURROGATE.sub("\ufffd", text)
    blocks = text_blocks(exact)
    if not blocks:
        raise UnreadableError(f"{_name(reference)} holds no text.")
    first = blocks[0]
    title = clean(exact[first.start : first.end]) if first.kind == "heading" else ""
    return Document(
        reference=replace(reference, title=title, language=language_of(exact)),
        text=exact,
        blocks=blocks,
    )


def format_of(body: bytes, *, media_type: str) -> Format | None:
    """Return how a body is to be read, None for what is no document."""
    declared = media_type.split(";", 1)[0].strip().lower()
    start = body[:1024].lstrip(b"\xef\xbb\xbf\x00\t\r\n \x0c")
    if start.startswith(b"%PDF-"):
        return "pdf"
    if declared in _HTML_TYPES:
        return None if _is_binary(body) else "html"
    if declared in _JSON_TYPES | _VAGUE_TYPES and _looks_oparl(start, body):
        return "oparl"
    if declared not in _TEXT_TYPES | _VAGUE_TYPES and declared != "application/pdf":
        return None
    if _LOOKS_HTML.search(start):
        return "html"
    if declared == "application/pdf":
        return "pdf"
    if _is_binary(body) or start.startswith((b"<?xml", b"<rss", b"<feed")):
        return None
    return "text"


def _looks_oparl(start: bytes, body: bytes) -> bool:
    return start.startswith(b"{") and b"schema.oparl.org" in body


def _is_binary(body: bytes) -> bool:
    start = body[:1024]
    is_utf16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    return b"\x00" in start and not is_utf16


def _document(drafts: Sequence[Draft], reference: DocumentReference) -> Document:
    text, blocks = join_blocks(drafts)
    if not blocks:
        raise UnreadableError(f"{_name(reference)} holds no text.")
    language = language_of(text)
    return Document(reference=replace(reference, language=language), text=text, blocks=blocks)


def _name(reference: DocumentReference) -> str:
    return reference.url or reference.id or "the page"
