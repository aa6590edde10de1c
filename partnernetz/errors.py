"""What can go wrong, in one sentence each, and the record of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

FailureSlug = Literal[
    "address_refused",
    "answer_invalid",
    "archive_torn",
    "charset_unreadable",
    "document_unreadable",
    "download_failed",
    "extraction_failed",
    "host_busy",
    "http_error",
    "media_type_unknown",
    "record_invalid",
    "redirect_refused",
    "robots_disallowed",
    "timed_out",
    "tls_refused",
    "too_large",
    "use_reserved",
]
FAILURE_SLUGS: tuple[str, ...] = get_args(FailureSlug)


class PartnernetzError(Exception):
    """An error whose message is one sentence: what was wrong, where, and what to do."""

    exit_code = 1


class UsageError(PartnernetzError):
    """The caller asked for something that makes no sense."""

    exit_code = 2


class InputError(PartnernetzError):
    """A file, folder or table that was given cannot be used."""


class PlaceUnknownError(PartnernetzError):
    """No place of the gazetteer bears the name or id."""


class StageError(PartnernetzError):
    """A stage of the flow could not do its work at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that could not be used while the run went on.

    ``stage`` is one of crawl, read, extract, assemble, publish, verify; ``subject`` the address or
    file that failed; ``message`` one sentence.
    """

    stage: str
    subject: str
    slug: FailureSlug
    message: str
