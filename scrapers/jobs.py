"""What the crawling process is told, and what it tells."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal

from partnernetz.errors import Failure
from partnernetz.records import Source
from partnernetz.settings import LegalBasis
from scrapers.guards.limits import Limits

#: Why a crawl ends that came to its end, in Scrapy's word.
FINISHED = "finished"
#: Seconds between two requests to one real host.
REAL_DELAY = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One crawl: sources, archive folder, user agent, when it began.

    ``resume_since`` is when the crawl began that this one takes up, else None. With ``refetch``
    every page is fetched in full, whether or not it is due. Archive files are closed beyond
    ``largest_file`` bytes. ``since`` and ``until`` are the EDTF dates of
    ``scrapers.date_range.parse_range``. Pages are copied by ``legal_basis`` and kept for
    ``retention_days``. ``loopback_hosts`` are the hosts that may be on this
    machine: none unless the sources name them and whoever starts the crawl allows it.
    """

    sources: tuple[Source, ...]
    archive: str
    user_agent: str
    started_at: str
    resume_since: str | None = None
    refetch: bool = False
    largest_file: int = 1_000_000_000
    since: str | None = None
    until: str | None = None
    legal_basis: LegalBasis = "44b"
    retention_days: int = 365
    loopback_hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlEvent:
    """One thing that happened to one source; ``failure`` is set where the outcome is failed.

    ``rule`` says then by which rule it failed, if by one; ``is_stub`` marks stubs (see
    ``scrapers.stubs``). Pages that an interrupted crawl had before are ``resumed``, those that were
    not fetched because they seldom change ``not_due``.
    """

    source_id: str
    outcome: Literal["stored", "unchanged", "failed", "resumed", "not_due"]
    url: str
    at: str
    archive_file: str | None = None
    failure: Failure | None = None
    rule: str | None = None
    is_stub: bool = False


def is_private_host(host: str) -> bool:
    """Return whether a host is this machine or in a network of its own.

    >>> is_private_host("127.0.0.1:48601"), is_private_host("[::1]"), is_private_host("jena.de")
    (True, True, False)
    """
    name = host.removeprefix("[").split("]")[0] if host.startswith("[") else host.split(":")[0]
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return False


def delay_of(host: str) -> float:
    """Return the seconds between two requests to a host: none for this machine's own."""
    return 0.0 if is_private_host(host) else REAL_DELAY
