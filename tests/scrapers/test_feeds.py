from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.feeds import edtf_of, read_listing

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


def test_hostile_listings_with_entities_are_none() -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>http://a.example/&e;</loc></url></urlset>"
    )
    with pytest.raises(ValueError, match="declares entities"):
        read_listing(body, base="")


@pytest.mark.parametrize("body", [b"", b"<html><body>404", b"no xml", b"\x00\xff"])
def test_other_bodies_are_no_listings(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"neither|no XML"):
        read_listing(body, base="")


_RSS_2 = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Oderfenster</title><link>http://a.example/</link><item>
<media:content url="http://a.example/b.jpg"><media:title>Foto: Turm</media:title></media:content>
<title>Gäste aus Gera</title><link>http://a.example/g?utm_source=rss</link>
<description>&lt;p&gt;Die &lt;b&gt;Partnerstadt&lt;/b&gt; kam &amp;amp; blieb.&lt;/p&gt;
</description>
<pubDate>Fri, 12 Jul 2019 23:30:00 +0200</pubDate></item>
<item><title>Ohne Verweis</title><guid>http://a.example/id</guid><dc:date>2019-07</dc:date></item>
<item><title>Nur eine Nummer</title><guid isPermaLink="false">4711</guid></item></channel></rss>"""
_RSS_1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://a.example/"><title>K</title></channel>
<item rdf:about="http://a.example/h"><title>Hof</title>
<dc:date>2009-03-04T05:06+01:00</dc:date></item>
</rdf:RDF>"""
_RSS_091 = """<rss version="0.91"><channel><item><title>Alt</title><link>http://a.example/alt</link>
<description>Städtepartnerschaft</description></item></channel></rss>"""
_ATOM_1 = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Zwolle</title>
<link rel="enclosure" href="/z.mp3"/><link href="/z"/><author><name>Petra Beispiel</name></author>
<published>2018-01-02T03:04:05Z</published><updated>2020-05-06T00:00:00Z</updated>
<summary>Zu Besuch</summary></entry></feed>"""
_NEWS_SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>http://a.example/n</loc>
<image:image><image:loc>http://a.example/b.jpg</image:loc><image:title>Bild</image:title></image:image>
<lastmod>2019-08-01</lastmod><priority>0.9</priority><news:news><news:publication>
<news:name>Oderfenster</news:name><news:language>de</news:language></news:publication>
<news:publication_date>2019-07-31T10:00:00+02:00</news:publication_date>
<news:title>25 Jahre Partnerschaft</news:title></news:news></url></urlset>"""


@pytest.mark.parametrize(
    ("body", "address", "text", "summary", "published", "modified"),
    [
        (_RSS_2, "/g", "Gäste aus Gera", "Die Partnerstadt kam & blieb.", "2019-07-12", None),
        (_RSS_1, "/h", "Hof", "", "2009-03-04", None),
        (_RSS_091, "/alt", "Alt", "Städtepartnerschaft", None, None),
        (_ATOM_1, "/z", "Zwolle", "Zu Besuch", "2018-01-02", "2020-05-06"),
        (_NEWS_SITEMAP, "/n", "25 Jahre Partnerschaft", "", "2019-07-31", "2019-08-01"),
    ],
)
def test_entries_tell_title_summary_and_dates(
    body: str, address: str, text: str, summary: str, published: str | None, modified: str | None
) -> None:
    link = read_listing(body.encode(), base="http://a.example/feed").links[0]
    assert (link.address, link.text) == (f"http://a.example{address}", text)
    assert " ".join(link.summary.split()) == summary
    assert (link.published, link.modified) == (published, modified)
    assert "Beispiel" not in repr(link)


def test_entries_may_have_their_address_as_id_and_sitemaps_a_rank() -> None:
    links = read_listing(_RSS_2.encode(), base="http://a.example/feed").links
    assert [(link.address[-2:], link.published) for link in links[1:]] == [("id", "2019-07")]
    assert read_listing(_NEWS_SITEMAP.encode(), base="").links[0].rank == 0.9


def test_sitemaps_that_were_not_changed_since_are_left_out_and_the_latest_come_first() -> None:
    rows = [
        ("a", "<lastmod>2018-05-01</lastmod>"),
        ("b", ""),
        ("c", "<lastmod>2019-05-01</lastmod>"),
    ]
    body = "".join(
        f"<sitemap><loc>http://a.example/{name}.xml</loc>{date_}</sitemap>" for name, date_ in rows
    )
    index = f"<sitemapindex>{body}</sitemapindex>".encode()
    assert [name[-5] for name in read_listing(index, base="").sitemaps] == ["c", "a", "b"]
    since = date(2019, 1, 1)
    assert [name[-5] for name in read_listing(index, base="", since=since).sitemaps] == ["c", "b"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Fri, 12 Jul 2019 08:00:00 GMT", "2019-07-12"),
        ("12 Jul 2019 08:00 +0200", "2019-07-12"),
        ("2019-07-12T08:00:00Z", "2019-07-12"),
        ("2019-07-12", "2019-07-12"),
        ("2019-07", "2019-07"),
        ("2019", "2019"),
        ("2019-02-31", None),
        ("12.07.2019", None),
        ("٢٠١٩", None),
        ("", None),
    ],
)
def test_dates_of_listings(text: str, day: str | None) -> None:
    assert edtf_of(text) == day


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_too_strange_for_a_date(text: str) -> None:
    edtf_of(text)
