"""Pages made to stall or crash whoever reads them."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from partnernetz.records import DocumentReference
from scrapers.links import links_of_html
from scrapers.reading import UnreadableError, document_of_html, document_of_text
from scrapers.reading.publication import published_date

_REFERENCE = DocumentReference(id="x", url="http://a.example/")
_MANY = 20_000


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=nav>" * _MANY + "x",
        "<b>" * _MANY + "x",
        "<ul><li>a" * _MANY,
        "<table><tr><td>a<td>" * 2000,
        "<table><tr><th>a" * 2000,
        "<td>" + "a<br>" * _MANY,
        "<table><tr><td>x<td>" + "a<br>" * _MANY + "<tr><td>y<td>z</table>",
        "<dl>" + "<dt>a<dd>b" * _MANY,
        "<h2>" + "meistgelesen " * _MANY + "</h2><p>x",
        "<h1>a</h1><h2>b</h2>" * _MANY,
        "<p>" + "wir verwenden cookies " * _MANY,
        "<p class='" + "nav-" * _MANY + "'>x",
        "<title>" + " - " * _MANY + "</title><h1>x</h1>",
        "<pre>" + "a | b\n" * _MANY,
        "<p>" + "\t \u00ad" * _MANY + "x",
        "<header><article>" * 3000 + "x",
        "<a href=/x>" * _MANY + "x",
    ],
    ids=range(17),
)
def test_html_bombs_are_read_or_refused_soon(markup: str) -> None:
    start = time.process_time()  # the machine may be busy
    with suppress(UnreadableError):
        document_of_html(markup, reference=_REFERENCE)
        list(links_of_html(markup, base="http://a.example/"))
        published_date(markup)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    ["a\n" * _MANY, "A\n" * _MANY, "a" + "\t" * _MANY, "A\n\n" * _MANY, "a|" * _MANY, "- " * _MANY],
    ids=range(6),
)
def test_text_bombs_are_read_soon(text: str) -> None:
    start = time.process_time()  # the machine may be busy
    assert document_of_text(text, reference=_REFERENCE).text == text
    assert time.process_time() - start < 5
