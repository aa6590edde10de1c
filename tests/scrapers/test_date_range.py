from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnernetz.errors import UsageError
from scrapers.date_range import check_template, date_in_address, expand_archives, parse_range
from scrapers.links import Link

_TODAY = date(2024, 3, 5)


def _expanded(template: str, since: str, until: str | None) -> list[str]:
    dates = parse_range(since, until, today=_TODAY)
    assert dates is not None
    return list(expand_archives([template], dates=dates))


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2019", "2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-02", "2020-02", date(2019, 2, 1), date(2020, 2, 29)),
        ("2019-05-12", None, date(2019, 5, 12), None),
        (None, "2019-05-12", None, date(2019, 5, 12)),
    ],
)
def test_dates_count_whole(
    since: str | None, until: str | None, first: date | None, last: date | None
) -> None:
    dates = parse_range(since, until, today=_TODAY)
    assert dates is not None and (dates.since, dates.until) == (first, last)


def test_no_dates_are_no_range() -> None:
    assert parse_range(None, None, today=_TODAY) is None


@pytest.mark.parametrize("text", ["", "gestern", "12.05.2019", "2019-13", "2019-02-30", "../2019"])
def test_wrong_dates_are_said_in_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"--since '.*' is no date: write") as caught:
        parse_range(text, None, today=_TODAY)
    assert caught.value.exit_code == 2


def test_a_range_does_not_end_before_it_begins() -> None:
    with pytest.raises(UsageError, match="--until 2018 is before --since 2019"):
        parse_range("2019", "2018", today=_TODAY)


def test_archives_are_expanded_by_their_smallest_unit() -> None:
    month = "https://a.example/archiv/{year}/{month:02}/"
    assert _expanded(month, "2019-11-20", "2020-01") == [
        f"https://a.example/archiv/{name}/" for name in ("2019/11", "2019/12", "2020/01")
    ]
    year = "https://a.example/{year}.html"
    assert _expanded(year, "2019", "2021-01-01") == [
        f"https://a.example/{name}.html" for name in (2019, 2020, 2021)
    ]
    day = "https://a.example/?tag={day}.{month}.{year}"
    assert _expanded(day, "2020-02-28", "2020-03-01") == [
        f"https://a.example/?tag={name}.2020" for name in ("28.2", "29.2", "1.3")
    ]


def test_archives_end_today() -> None:
    assert _expanded("https://a.example/{year}/{month}", "2024", None)[-1].endswith("2024/3")
    assert len(_expanded("https://a.example/{year}/{month}/{day}", "0001", "9999")) == 5000


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("https://a.example/{year.__class__}", "only"),
        ("https://a.example/{0}", "only"),
        ("https://a.example/{year", "only"),
        ("https://a.example/{month}", "must have"),
        ("https://a.example/{year}/{day}", "without"),
        ("https://{year}.a.example/", "host"),
    ],
)
def test_wrong_templates_are_said(template: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        check_template(template)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://a.example/lokales/2019/07/12/gaeste.html", "2019-07-12"),
        ("https://a.example/lokales/2019/07/gaeste.html", "2019-07"),
        ("https://a.example/2019-07-12-gaeste", "2019-07-12"),
        ("https://a.example/2019/02/31/x", None),
        ("https://a.example/artikel/201907/x", None),
        ("https://a.example/strasse-2019-99/x", None),
        ("https://a.example/x?d=2019/07/12", None),
    ],
)
def test_dates_in_addresses(address: str, found: str | None) -> None:
    assert date_in_address(address) == found


@pytest.mark.parametrize(
    ("values", "may_be"),
    [
        ({"published": "2019-06-30"}, True),
        ({"published": "2019-07-01"}, False),
        ({"published": "2018-12-31"}, False),
        ({"published": "2018"}, False),
        ({"published": "2019"}, True),
        ({"modified": "2018-12-31"}, False),
        ({"modified": "2022-01-01"}, True),
        ({"published": "2018-05-01", "modified": "2019-03-01"}, False),
        ({}, True),
        ({"address": "http://a.example/2017/05/01/x"}, False),
        ({"address": "http://a.example/2019/05/01/x"}, True),
    ],
)
def test_entries_outside_the_range_are_known(values: dict[str, str], may_be: bool) -> None:
    dates = parse_range("2019", "2019-06", today=_TODAY)
    assert dates is not None
    assert dates.may_hold(Link(**{"address": "http://a.example/x", **values})) is may_be  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2030, 1, 1)),
    st.dates(min_value=date(1990, 1, 1), max_value=date(2030, 1, 1)),
)
def test_archives_of_any_range_are_without_doubles(one: date, other: date) -> None:
    first, last = sorted((one, other))
    dates = parse_range(first.isoformat(), last.isoformat(), today=last)
    assert dates is not None
    pages = list(expand_archives(["https://a.example/{year}/{month:02}/"], dates=dates))
    assert len(pages) == len(set(pages)) and pages
