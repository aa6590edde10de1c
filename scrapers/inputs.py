"""Documents from whatever files are given: archives, text collections, single pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from partnernetz import edtf
from partnernetz.errors import Failure, FailureSlug, InputError
from partnernetz.places import Gazetteer
from partnernetz.records import Document, DocumentReference, Source
from scrapers.archive import digest_of, has_no_text, read_pages
from scrapers.duplicates import DUPLICATES_FILE
from scrapers.hosts import host_place_id
from scrapers.reading import UnreadableError, document_of_html, document_of_text, read_document
from scrapers.reading.dispatch import document_of_bytes, format_of
from scrapers.sources import SOURCES_FILE, SourceFinder, sources_beside
from scrapers.verification import document_of_record

__all__ = ["document_of_record", "input_files", "is_archive", "read_inputs"]

_MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
}
_ARCHIVE_SUFFIXES = (".warc", ".warc.gz", ".wacz", ".warc.part", ".warc.gz.part")
_SUFFIXES = (*_ARCHIVE_SUFFIXES, ".jsonl", *_MEDIA_TYPES)
#: What a crawl writes beside its archive; no input of its own.
_BESIDE_ARCHIVES = frozenset([SOURCES_FILE, DUPLICATES_FILE])
#: Files larger than this are no page.
_LARGEST_FILE = 200_000_000


def read_inputs(
    paths: Iterable[Path],
    *,
    sources: Sequence[Source] = (),
    gazetteer: Gazetteer | None = None,
) -> Iterator[Document | Failure]:
    """Yield a Document for each document of the inputs, in their order.

    A path is an archive (.warc .warc.gz .wacz), a text collection (.jsonl with ``id``, ``url``,
    ``text`` or ``html``, ``host``, ``published``), a page (.html .htm .txt .pdf) or a folder of
    these, which is read in sorted order. What cannot be read yields a Failure instead.
    ``sources`` tell which place owns a site, the gazetteer what place a ``host`` name means.
    Raises InputError, before anything is read, where a path is missing or of no such kind.
    """
    files = input_files(paths)
    return _read_files(files, sources=tuple(sources), gazetteer=gazetteer)


def input_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files to read, folders resolved in sorted order.

    Raises InputError where a path is missing, unsupported, or a folder without any input.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = _files_of_folder(path)
            if not found:
                raise InputError(f"The folder {path} holds no input: {_wanted()}.")
            files.extend(found)
        elif not path.exists():
            raise InputError(f"There is no file or folder {path}: check the path.")
        elif not path.name.lower().endswith(_SUFFIXES):
            raise InputError(f"{path} is of no kind that can be read: {_wanted()}.")
        else:
            files.append(path)
    return tuple(files)


def _wanted() -> str:
    return f"give {', '.join(s for s in _SUFFIXES if not s.endswith('.part'))}"


def _files_of_folder(folder: Path) -> list[Path]:
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name.lower().endswith(_SUFFIXES)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    archive_folders = {path.parent for path in files if is_archive(path)}
    return [
        path
        for path in files
        if not (path.name in _BESIDE_ARCHIVES and path.parent in archive_folders)
        and not has_no_text(path)
    ]


def is_archive(path: Path) -> bool:
    """Return whether a path is named like a web archive."""
    return path.name.lower().endswith(_ARCHIVE_SUFFIXES)


def _read_files(
    files: Sequence[Path], *, sources: tuple[Source, ...], gazetteer: Gazetteer | None
) -> Iterator[Document | Failure]:
    for path in files:
        try:
            if is_archive(path):
                yield from _read_archive(path, sources=sources)
            elif path.suffix.lower() == ".jsonl":
                yield from _read_collection(path, gazetteer=gazetteer)
            else:
                yield _read_file(path)
        except UnreadableError as error:
            yield _failure(path.name, str(error), slug=error.slug)
        except OSError as error:
            yield _failure(path.name, f"{path.name} cannot be read: {error.strerror}.")


def _read_archive(path: Path, *, sources: tuple[Source, ...]) -> Iterator[Document | Failure]:
    """Read the pages of an archive that were answered with 200 and hold text."""
    finder = SourceFinder((*sources, *sources_beside(path)))
    for page, body in read_pages(path):
        if page.status != 200 or format_of(body, media_type=page.media_type) is None:
            continue
        if urlsplit(page.final_url).path == "/robots.txt":
            continue
        try:
            yield read_document(page, body, source=finder.find(page))
        except UnreadableError as error:
            yield _failure(page.final_url, str(error), slug=error.slug)


def _read_file(path: Path) -> Document:
    if path.stat().st_size > _LARGEST_FILE:
        raise UnreadableError(f"{path.name} is larger than any page: split it.", slug="too_large")
    body = path.read_bytes()
    reference = DocumentReference(id=path.name, url="", digest=digest_of(body))
    return document_of_bytes(
        body, media_type=_MEDIA_TYPES[path.suffix.lower()], reference=reference
    )


def _read_collection(path: Path, *, gazetteer: Gazetteer | None) -> Iterator[Document | Failure]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            subject = f"{path.name}, line {number}"
            try:
                values = _json_object(line, subject=subject)
                yield from _document_of_line(values, subject=subject, gazetteer=gazetteer)
            except UnreadableError as error:
                yield _failure(subject, str(error), slug=error.slug)


def _json_object(line: bytes, *, subject: str) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{subject} is not UTF-8.", slug="charset_unreadable") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{subject} is no JSON: {error}.") from error
    if not isinstance(values, dict):
        raise UnreadableError(f"{subject} is no JSON object.")
    return values


def _document_of_line(
    values: dict[str, Any], *, subject: str, gazetteer: Gazetteer | None
) -> Iterator[Document | Failure]:
    fields = {name: values.get(name) for name in ("id", "url", "text", "html", "host", "published")}
    if isinstance(fields["id"], int):
        fields["id"] = str(fields["id"])
    for name, value in fields.items():
        if value is not None and not isinstance(value, str):
            raise UnreadableError(f"{subject}: the field '{name}' is no text.")
    content = fields["text"] if fields["text"] is not None else fields["html"]
    if not fields["id"] or content is None:
        raise UnreadableError(f"{subject}: a document needs 'id' and 'text' or 'html'.")
    published = _edtf(fields["published"])
    if fields["published"] and published is None:
        yield _failure(
            subject, f"{subject}: '{fields['published'][:40]}' is no EDTF date, left out."
        )
    reference = DocumentReference(
        id=fields["id"],
        url=fields["url"] or "",
        published=published,
        host_place_id=host_place_id(fields["host"], gazetteer=gazetteer),
        digest=digest_of(content.encode("utf-8", "replace")),
    )
    reader = document_of_text if fields["text"] is not None else document_of_html
    yield reader(content, reference=reference)


def _edtf(text: str | None) -> str | None:
    """Return an EDTF date, times of day cut off; None where it is none."""
    day = (text or "").strip().split("T", 1)[0].split(" ", 1)[0]
    return day if day and edtf.is_valid(day) else None


def _failure(subject: str, message: str, *, slug: FailureSlug = "document_unreadable") -> Failure:
    return Failure(stage="read", subject=subject, slug=slug, message=message)
