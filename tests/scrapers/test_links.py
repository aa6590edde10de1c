from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnernetz.records import Source
from scrapers.feeds import read_listing
from scrapers.frontier import Frontier
from scrapers.links import (
    Link,
    canonical_address,
    is_in_scope,
    links_of_html,
    priority,
    skip_reason,
)

_TABLES = tomllib.loads(
    (Path(__file__).resolve().parents[2] / "scrapers" / "links.toml").read_text(encoding="utf-8")
)


def _ids(rule: dict[str, Any]) -> str:
    return str(rule["id"])


@pytest.mark.parametrize("rule", _TABLES["follow"], ids=_ids)
def test_every_follow_rule_has_a_working_example(rule: dict[str, Any]) -> None:
    assert rule["note"] and rule["weight"] != 0
    assert set(rule["where"]) <= {"text", "address", "heading"}
    assert re.search(rule["pattern"], rule["example"], re.IGNORECASE)
    assert not re.search(rule["pattern"], "https://a.example/wetter Wetter", re.IGNORECASE)


@pytest.mark.parametrize("rule", _TABLES["skip"], ids=_ids)
def test_every_skip_rule_has_working_examples(rule: dict[str, Any]) -> None:
    assert rule["note"]
    assert skip_reason(rule["example"]) == rule["id"]
    assert skip_reason(rule["counterexample"]) is None


@pytest.mark.parametrize("rule", _TABLES["parameter"], ids=_ids)
def test_every_parameter_rule_has_working_examples(rule: dict[str, Any]) -> None:
    assert rule["note"]
    address = f"http://a.example/?{rule['counterexample']}=1"
    assert canonical_address(f"{address}&{rule['example']}=2") == address


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("b.html#x", "http://a.example/d/b.html"),
        ("HTTP://B.Example:80/ä", "http://b.example/%C3%A4"),
        ("//b.example", "http://b.example/"),
        ("?b=2&a=1", "http://a.example/d/?a=1&b=2"),
        ("x;jsessionid=1A?y=1", "http://a.example/d/x?y=1"),
        (" /leer zeichen ", "http://a.example/leer%20zeichen"),
        ("mailto:a@b.example", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.example/", None),
        ("http://[::1", None),
        ("http://a.example:99999999/", None),
        ("/" + "x" * 3000, None),
    ],
)
def test_canonical_addresses(reference: str, address: str | None) -> None:
    assert canonical_address(reference, base="http://a.example/d/") == address


@given(st.text(max_size=60))
def test_canonical_addresses_are_their_own_canonical_form(reference: str) -> None:
    address = canonical_address(reference, base="http://a.example/d/")
    if address is not None:
        assert canonical_address(address) == address
        assert address.isascii() and address.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("http://a.example/x", True),
        ("https://www.a.example/", True),
        ("http://a.example:8080/", False),
        ("http://b.a.example/", False),
        ("http://a.example.evil.example/", False),
        ("http://a.example@evil.example/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_scope(address: str, is_inside: bool) -> None:
    assert is_in_scope(address, hosts=("a.example",)) is is_inside


def test_links_know_text_and_heading() -> None:
    markup = (
        "<base href='/d/'><h2>Freunde</h2><a href='p.html'><b>Unsere</b> Partner</a>"
        "<a href='p.html#2'>noch einmal</a><a href='bild.jpg'>Bild</a><a href='mailto:x@y'>M</a>"
    )
    assert list(links_of_html(markup, base="http://a.example/")) == [
        Link(address="http://a.example/d/p.html", text="Unsere Partner", heading="Freunde")
    ]


def test_partner_pages_come_before_imprints() -> None:
    partners = Link(address="http://a.example/1", text="Unsere Partnerstädte")
    news = Link(address="http://a.example/2", text="Wetter")
    imprint = Link(address="http://a.example/3", text="Impressum")
    assert priority(partners) > priority(news) > priority(imprint)


def _source(**values: Any) -> Source:
    start = ("http://a.example/",)
    return Source(id="a", name="A", kind="unknown", start=start, hosts=("a.example",), **values)


def test_the_frontier_gives_the_best_link_first_and_each_once() -> None:
    frontier = Frontier(_source())
    start = frontier.next()
    assert start is not None and start.depth == 0
    links = [
        Link(address="http://a.example/1", text="Impressum"),
        Link(address="http://a.example/2", text="Wetter"),
        Link(address="http://a.example/3", text="Partnerstadt"),
        Link(address="http://a.example/2", text="Wetter"),
        Link(address="http://evil.example/", text="Partnerstadt"),
        Link(address="http://a.example/", text="Start"),
    ]
    frontier.add(links, depth=1, via=start.address)
    steps = [frontier.next() for _ in range(4)]
    assert [step and step.address[-1] for step in steps] == ["3", "2", "1", None]


def test_the_frontier_keeps_its_budget_and_depth() -> None:
    frontier = Frontier(_source(max_pages=2, max_depth=1))
    frontier.add([Link(address=f"http://a.example/{n}") for n in range(9)], depth=1, via="")
    frontier.add([Link(address="http://a.example/deep")], depth=2, via="")
    addresses = [step.address for step in iter(frontier.next, None)]
    assert addresses == ["http://a.example/", "http://a.example/0"]


_RSS = b"""<?xml version="1.0"?><rss><channel><link>http://a.example/</link>
<item><title>Gera</title><link>http://a.example/g</link></item>
<item><title>X</title><link>javascript:1</link></item></channel></rss>"""
_ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/><entry><title>Hof</title>
<link rel="self" href="/self"/><link href="/h"/></entry></feed>"""
_SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc> http://a.example/s </loc></url><url><loc>http://a.example/b.jpg</loc></url></urlset>"""
_INDEX = b"<sitemapindex><sitemap><loc>http://a.example/2.xml</loc></sitemap></sitemapindex>"


def test_feeds_and_sitemaps_list_pages() -> None:
    def listed(body: bytes) -> list[tuple[str, str]]:
        links = read_listing(body, base="http://a.example/feed").links
        return [(link.address, link.text) for link in links]

    assert listed(_RSS) == [("http://a.example/g", "Gera")]
    assert listed(_ATOM) == [("http://a.example/h", "Hof")]
    assert listed(_SITEMAP) == [("http://a.example/s", "")]
    assert read_listing(_INDEX, base="http://a.example/").sitemaps == ("http://a.example/2.xml",)


def test_gzipped_sitemaps_are_read_and_torn_ones_said() -> None:
    import gzip

    body = gzip.compress(_SITEMAP)
    assert len(read_listing(body, base="").links) == 1
    with pytest.raises(ValueError, match="torn"):
        read_listing(body[:-9], base="")


def test_entities_of_hostile_listings_are_not_resolved() -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>http://a.example/&e;</loc></url></urlset>"
    )
    links = read_listing(body, base="").links
    assert all("root" not in link.address for link in links)


@pytest.mark.parametrize("body", [b"", b"<html><body>404", b"no xml", b"\x00\xff"])
def test_other_bodies_are_no_listings(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"neither|no XML"):
        read_listing(body, base="")
