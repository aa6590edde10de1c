"""How much a crawl takes from one address: sizes, times, counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one download; seconds, bytes and counts, all of them upper bounds.

    ``body_bytes`` holds for what is announced, for what arrives and for what comes of it when it
    is decompressed: the longest council papers seen have some 15 MB. ``robots_bytes`` is what RFC
    9309, section 2.5, asks a crawler to read; more is left unread. ``total_seconds`` is for a
    whole download, name look-up included, however steadily its bytes trickle; ``idle_seconds`` is
    for silence within it. ``header_bytes`` is for one header line and ``headers`` for their
    number: Apache and nginx take 8 KiB and 100 themselves, answers of content systems have
    come with longer policies. ``encodings`` is how often a body may be compressed, one upon the
    other: real servers do it once, some twice by mistake. ``redirects`` follows RFC 9309, section
    2.3.1.2, which asks for five. ``retries`` is how often what may go better is tried again.
    ``requests`` is how many are at work at a time, those that wait for their host's pause included:
    as many hosts are crawled side by side, and with pauses of two seconds they have 200 pages a
    second, about what a process can take in.
    """

    body_bytes: int = 20_000_000
    robots_bytes: int = 500 * 1024
    total_seconds: float = 60.0
    idle_seconds: float = 20.0
    connect_seconds: float = 10.0
    header_bytes: int = 16 * 1024
    headers: int = 128
    encodings: int = 2
    redirects: int = 5
    retries: int = 2
    requests: int = 400
