"""What goes wrong between a request and its page: a slug and one sentence for each."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from partnernetz.errors import FailureSlug
from scrapers.middlewares.refusal import RefusedError
from scrapers.reading.errors import UnreadableError

#: What Scrapy's own errors mean; the sentences go on after the address.
_MEANINGS: tuple[tuple[type[Exception], FailureSlug, str], ...] = (
    (DownloadTimeoutError, "timed_out", "did not answer in time"),
    (CannotResolveHostError, "download_failed", "has a host that does not exist"),
    (DownloadConnectionRefusedError, "download_failed", "refuses connections"),
    (ResponseDataLossError, "answer_invalid", "broke off before its end"),
    (UnsupportedURLSchemeError, "address_refused", "is no http or https address"),
)


def mishap_of(error: BaseException | None, address: str) -> tuple[FailureSlug, str]:
    """Return slug and sentence for a download of an address that failed."""
    if isinstance(error, RefusedError):
        return error.slug, str(error)
    for kind, slug, sentence in _MEANINGS:
        if isinstance(error, kind):
            return slug, f"{address} {sentence}."
    detail = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
    return "download_failed", f"{address} could not be fetched: {detail}."


def reading_mishap(error: Exception, address: str) -> str:
    """Return the sentence for a page that was fetched and cannot be read."""
    told = str(error).rstrip(".") if isinstance(error, UnreadableError) else ""
    reason = f"{told[0].lower()}{told[1:]}" if told else type(error).__name__
    return f"{address} could not be read: {reason}."
