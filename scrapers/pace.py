"""How long to wait before the next request to a host. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Seconds to wait as a multiple of the seconds that a server took to answer, so that a crawl takes
#: at most a sixth of its time: Heritrix's ``delayFactor`` (3.x, DispositionProcessor).
LATENCY_FACTOR = 5.0
#: The longest such pause in seconds: Heritrix's ``maxDelayMs``.
LONGEST_PAUSE = 30.0
#: A host that asks for a longer wait (seconds) is left alone until the next crawl: coming back
#: earlier than asked would be impolite, waiting hours would keep the crawl from ending.
LONGEST_WAIT = 300.0
#: So often a page is asked for again while its host is busy; then the page alone is a failure.
MOST_REPEATS = 2
#: A host that is busy so often in a row, on whatever pages, is left alone until the next crawl.
MOST_WAITS = 6


def pause_after(latency: float, *, configured: float) -> float:
    """Return the seconds to pause after an answer that took ``latency`` seconds.

    Never less than configured; a host without any pause (one of this machine) keeps none, as a
    slow answer there tells of the crawl's own load.

    >>> pause_after(0.1, configured=2.0), pause_after(1.5, configured=2.0)
    (2.0, 7.5)
    """
    if configured <= 0:
        return 0.0
    return max(configured, min(LATENCY_FACTOR * latency, LONGEST_PAUSE))


def retry_after(value: str, *, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, None where it says nothing usable.

    Seconds or an HTTP date (RFC 9110, 10.2.3); a time that has passed is 0.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # the old form of C's asctime, which is Greenwich time as well
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def wait_of(asked: float | None, *, pause: float, times: int) -> float:
    """Return the seconds to wait for a busy host: as asked, else twice the pause and more.

    ``times`` counts how often in a row it has been busy, from 1.

    >>> wait_of(7.0, pause=2.0, times=1), wait_of(None, pause=2.0, times=3)
    (7.0, 16.0)
    """
    return min(pause * 2.0**times, LONGEST_WAIT) if asked is None else asked
