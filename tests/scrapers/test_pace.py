from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrapers.pace import LONGEST_PAUSE, LONGEST_WAIT, pause_after, retry_after, wait_of

_NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("99999999999999999999", 999999999999.0),
        ("Thu, 26 Nov 2026 12:00:30 GMT", 30.0),
        ("Thursday, 26-Nov-26 12:00:30 GMT", 30.0),
        ("Thu Nov 26 12:00:30 2026", 30.0),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("bald", None),
        ("²", None),
        ("Thu, 99 Nov 2026 12:00:30 GMT", None),
        ("Thu, 26 Nov 99999999999 12:00:30 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, now=_NOW) == seconds


@pytest.mark.parametrize(
    ("latency", "configured", "pause"),
    [
        (0.01, 2.0, 2.0),
        (0.4, 2.0, 2.0),
        (1.0, 2.0, 5.0),
        (100.0, 2.0, LONGEST_PAUSE),
        (100.0, 90.0, 90.0),
        (5.0, 0.0, 0.0),
    ],
)
def test_pauses_follow_latency(latency: float, configured: float, pause: float) -> None:
    assert pause_after(latency, configured=configured) == pause


@pytest.mark.parametrize(
    ("asked", "pause", "times", "seconds"),
    [
        (10.0, 2.0, 3, 10.0),
        (0.0, 2.0, 1, 0.0),
        (None, 2.0, 1, 4.0),
        (None, 2.0, 4, 32.0),
        (None, 30.0, 6, LONGEST_WAIT),
        (None, 0.0, 3, 0.0),
    ],
)
def test_waits(asked: float | None, pause: float, times: int, seconds: float) -> None:
    assert wait_of(asked, pause=pause, times=times) == seconds
