from __future__ import annotations

import gzip

import pytest

from scrapers.feeds import read_listing
from scrapers.guards.xml import parse_xml


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><urlset><url><loc>/&b;</loc></url>'
        b"</urlset>",
        b'<!DOCTYPE u [<!ENTITY % a SYSTEM "http://127.0.0.1/">%a;]><urlset/>',
        b'<!DOCTYPE u [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset>&a;</urlset>',
        '<!DOCTYPE u [<!ENTITY a "ha">]><urlset>&a;</urlset>'.encode("utf-16"),
        gzip.compress(b'<!DOCTYPE u [<!ENTITY a "ha">]><urlset>&a;</urlset>'),
    ],
    ids=range(5),
)
def test_entities_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="declares entities"):
        parse_xml(body)


def test_a_plain_document_type_is_borne_and_not_fetched() -> None:
    body = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:1/x.dtd"><rss/>'
    assert parse_xml(body).tag == "rss"


def test_huge_trees_are_read_in_part() -> None:
    links = b"<url><loc>http://a.example/x</loc></url>" * 400_000
    assert 100_000 < len(parse_xml(b"<urlset>" + links)) < 300_000


@pytest.mark.parametrize(
    "body", [b"<a>" * 500_000, b"<a " + b" ".join(b"a%d='1'" % n for n in range(20_000)) + b"/>"]
)
def test_deep_and_wide_ones_are_read_soon(body: bytes) -> None:
    assert parse_xml(body).tag == "a"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (gzip.compress(b"<urlset>" + bytes(60_000_000)), "more than 50 MB"),
        (gzip.compress(b"<urlset/>")[:-4], "torn"),
        (b"\x1f\x8b torn", "torn"),
        (b"", "no XML"),
        (b"Hof", "no XML"),
    ],
    ids=range(5),
)
def test_what_is_no_listing_is_told(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_listing(body, base="http://a.example/")
