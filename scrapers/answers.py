"""Scrapy's answers in the terms of the archive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scrapy.http import Response

from scrapers.archive_writing import Exchange
from scrapers.jobs import CrawlJob
from scrapers.links import canonical_address
from scrapers.permission import basis_name, retention_date


def exchange_of(
    response: Response, *, source_id: str, job: CrawlJob, url: str, depth: int = 0, via: str = ""
) -> Exchange:
    """Return a request and its answer as the archive stores them; ``url`` was asked for."""
    request = response.request
    assert request is not None
    fetched_at = now()
    return Exchange(
        url=url,
        final_url=canonical_address(response.url) or response.url,
        source_id=source_id,
        depth=depth,
        via=via,
        fetched_at=fetched_at,
        status=response.status,
        request_headers=_headers(request.headers),
        response_headers=_headers(response.headers),
        body=response.body,
        crawl=job.resume_since or job.started_at,
        legal_basis=basis_name(job.legal_basis),
        retain_until=retention_date(fetched_at=fetched_at, days=job.retention_days),
        rule=response.meta.get("noted", ""),
        ip_address=str(response.ip_address) if response.ip_address else None,
        rendered_by=str(response.meta.get("rendered_by", "")),
    )


def _headers(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1").replace("\n", " ").replace("\r", " "))
        for name, values in headers.items()
        for value in values
    )


def now() -> str:
    """Return the time in UTC, to the second, as WARC has it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
