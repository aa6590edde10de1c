from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.monitors import LONG_UNCHANGED_DAYS, SourceTally, findings_of

_NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


def _tally(days_ago: int = 0, **values: Any) -> SourceTally:
    crawl = (_NOW - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return SourceTally(source_id="hof", crawl=crawl, **values)


def _weeks(*pages: int, **values: Any) -> list[SourceTally]:
    """Return former crawls with so many pages each, weekly, the last one a week ago."""
    return [
        _tally(7 * (len(pages) - number), **{"pages": count, "stored": count, **values})
        for number, count in enumerate(pages)
    ]


@pytest.mark.parametrize(
    ("now", "former", "slugs"),
    [
        ({"pages": 40, "stored": 3}, [], []),
        ({"pages": 40, "stored": 3}, [40, 41, 39], []),
        ({}, [], ["nothing_found"]),
        ({"failed": 12}, [], ["only_failures"]),
        ({"failed": 12, "rules": (("http_error", 12),)}, [9], ["only_failures"]),
        ({"failed": 3, "rules": (("robots_txt", 3),)}, [], ["all_forbidden"]),
        ({"failed": 3, "rules": (("robots_txt", 2), ("x", 1))}, [], ["only_failures"]),
        ({"failed": 1, "rules": (("retry_after", 1),)}, [], ["host_given_up"]),
        ({"failed": 1, "rules": (("tdm_file", 1),)}, [], ["host_given_up"]),
        ({"failed": 1, "rules": (("robots_unreachable", 1),)}, [], ["host_given_up"]),
        ({"pages": 9, "stored": 1, "rules": (("retry_after", 1),)}, [], ["host_given_up"]),
        ({"pages": 9, "stored": 9, "stubs": 9}, [], ["only_stubs"]),
        ({"pages": 9, "stored": 9, "stubs": 8}, [], []),
        ({"pages": 19, "stored": 1}, [40], ["far_fewer"]),
        ({"pages": 20, "stored": 1}, [40], []),
        ({"pages": 19, "stored": 1}, [40, 40, 1, 40], ["far_fewer"]),
        ({"pages": 19, "stored": 1}, [400, 20, 20, 20, 20, 20], []),
        ({"pages": 1, "stored": 1}, [4], []),
        ({"pages": 1, "stored": 1, "stubs": 1}, [40], ["only_stubs", "far_fewer"]),
    ],
)
def test_what_is_odd(now: dict[str, Any], former: list[int], slugs: list[str]) -> None:
    found = findings_of(_tally(**now), former=_weeks(*former))
    assert [finding.slug for finding in found] == slugs
    for finding in found:
        assert finding.source_id == "hof"
        assert finding.sentence.startswith("hof ") and finding.sentence.endswith(".")


def test_sudden_prohibition_is_told_as_such() -> None:
    forbidden = _tally(failed=1, rules=(("robots_txt", 1),))
    assert "did not before" in findings_of(forbidden, former=_weeks(5))[0].sentence
    assert "did not before" not in findings_of(forbidden, former=_weeks(0))[0].sentence


@pytest.mark.parametrize(
    ("days", "stored_then", "is_found"),
    [
        (LONG_UNCHANGED_DAYS, 5, True),
        (LONG_UNCHANGED_DAYS, 0, True),
        (LONG_UNCHANGED_DAYS - 1, 5, False),
    ],
)
def test_a_site_on_which_nothing_changes(days: int, stored_then: int, is_found: bool) -> None:
    former = [
        _tally(days, pages=5, stored=stored_then),
        _tally(90, pages=0, failed=4),  # a crawl that failed tells nothing
        _tally(30, pages=5),
    ]
    slugs = [one.slug for one in findings_of(_tally(pages=5), former=former)]
    assert slugs == (["long_unchanged"] if is_found else [])
    changed = findings_of(_tally(pages=5, stored=1), former=former)
    assert changed == ()


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.lists(st.integers(0, 99)))
def test_a_source_without_pages_is_never_silent(
    pages: int, stored: int, failed: int, former: list[int]
) -> None:
    now = _tally(pages=pages, stored=min(pages, stored), failed=failed)
    found = findings_of(now, former=_weeks(*former[:9]))
    assert pages > 0 or found
    assert len({finding.slug for finding in found}) == len(found)
