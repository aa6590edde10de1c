from __future__ import annotations

import pytest

from scrapers.robot_directives import directives_of_headers, directives_of_meta, meta_fields


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        (["noindex"], "noindex"),
        (["NoIndex, NOFOLLOW"], "noindex nofollow"),
        (["none"], "nofollow noindex none"),
        (["all"], "all"),
        (["noai, noimageai"], "noai noimageai"),
        (["noindex", "noai"], "noai noindex"),
        (["googlebot: noindex"], ""),
        (["partnernetz: noindex"], "noindex"),
        (["Partnernetz:noai"], "noai"),
        (["robots: noindex"], "noindex"),
        (["*: noindex"], "noindex"),
        (["noai, googlebot: noindex, nofollow"], "noai"),
        (["googlebot: noindex, partnernetz: nofollow, noai"], "noai nofollow"),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST"], "unavailable_after"),
        (["max-snippet: 20, noindex"], "max-snippet noindex"),
        (["googlebot: noindex", "nofollow"], "nofollow"),
        ([", ,"], ""),
        ([""], ""),
    ],
)
def test_headers(values: list[str], expected: str) -> None:
    assert directives_of_headers(values) == frozenset(expected.split())


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<meta name=robots content=noindex>", "noindex"),
        ("<META NAME='Robots' CONTENT='NOINDEX,FOLLOW'>", "follow noindex"),
        ("<meta name=partnernetz content='noai'>", "noai"),
        ("<meta content=none name=robots>", "nofollow noindex none"),
        ("<meta name=googlebot content=noindex>", ""),
        ("<meta name=robots content=noai><meta name=robots content=nofollow>", "noai nofollow"),
        ("<meta name=robots content='index, follow'>", "follow index"),
        ("<!-- <meta name=robots content=noindex> -->", ""),
        ("<script>'<meta name=robots content=noindex>'</script>", ""),
        ("<p>&lt;meta name=robots content=noindex&gt;</p>", ""),
        ("<meta name=robots>", ""),
        ("<meta property=robots content=noindex>", ""),
        ("<meta name=description content='noindex robots'>", ""),
        ("<ul>" * 2000 + "<meta name=robots content=noindex>", ""),
        ("", ""),
    ],
)
def test_meta_elements(markup: str, expected: str) -> None:
    page = f"<!doctype html><html><head>{markup}</head><body><p>Hof</p></body></html>"
    assert directives_of_meta(meta_fields(page)) == frozenset(expected.split())


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>Hof</p><meta name=robots content=noindex>", "noindex"),
        (
            "<meta name=robots content=noai><body><meta name=robots content=nofollow>",
            "noai nofollow",
        ),
        ("<meta name=robots content=noai><body><p>robots</p>", "noai"),
        ("<!-- <body> --><meta name=robots content=noai>", "noai"),
        ("<!-- <body> <meta name=robots content=noindex> --><p>Hof</p>", ""),
    ],
)
def test_misplaced_elements_count(page: str, expected: str) -> None:
    assert directives_of_meta(meta_fields(page)) == frozenset(expected.split())


def test_fields_of_mining_are_among_the_meta_elements() -> None:
    markup = "<meta name='TDM-Reservation' content='1'><meta name=tdm-policy content='https://p'>"
    assert meta_fields(markup) == (("tdm-reservation", "1"), ("tdm-policy", "https://p"))
