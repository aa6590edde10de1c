from __future__ import annotations

from datetime import date

import pytest

from scrapers.reading.publication import published_date


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<meta property="article:published_time" content="2018-10-13T08:30:00+02:00">',
            "2018-10-13",
        ),
        ('<meta name="date" content="2015-06-20">', "2015-06-20"),
        ('<meta name="DC.date.issued" content="20.06.2015">', "2015-06-20"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":'
            '"2019-06-11T10:00:00Z","dateModified":"2022-01-01"}</script>',
            "2019-06-11",
        ),
        ('<article><header><time datetime="2017-05-20">gestern</time></header>', "2017-05-20"),
        ('<time class="entry-date" datetime="2017-05-20T09:00">x</time>', "2017-05-20"),
        # not dates of the page
        ('<p>Signed on <time datetime="1996-09-19">then</time>', None),
        ('<meta property="article:modified_time" content="2020-01-01">', None),
        ('<script type="application/ld+json">{"startDate":"2019-06-11"}</script>', None),
        ("<p>Stand: 12. Mai 2018</p><footer>© 2020 Stadt Hof</footer>", None),
        ("<title>Jubiläum am 12.05.2018</title>", None),
        ('<meta name="date" content="2018">', None),
        ('<meta name="date" content="2018-13-45">', None),
        ('<meta name="date" content="9999-01-01">', None),
        ('<meta name="date" content="&quot;><script>">', None),
    ],
)
def test_only_marked_up_dates_count(markup: str, expected: str | None) -> None:
    assert published_date(f"<html>{markup}</html>", latest=date(2024, 1, 1)) == expected


def test_a_date_after_the_fetch_is_wrong() -> None:
    markup = '<meta name="date" content="2023-06-20">'
    assert published_date(markup, latest=date(2022, 1, 1)) is None
    assert published_date(markup, latest=date(2023, 6, 20)) == "2023-06-20"
