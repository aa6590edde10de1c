"""One crawl that meets every attack we know of, and goes on. The servers speak on bare sockets."""

from __future__ import annotations

import gzip
import itertools
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from partnernetz.errors import FailureSlug
from partnernetz.records import Source
from partnernetz.settings import Settings
from scrapers.crawl import CrawlReport, crawl
from scrapers.guards.limits import Limits

#: Where owners state their rules: asked for before any page.
_RULES = ("/robots.txt", "/.well-known/tdmrep.json")
_LIMITS = Limits(body_bytes=12_000_000, total_seconds=16.0, retries=0, idle_seconds=9.0)
_ZEROS = bytes(60_000_000)
_GZIP_ZEROS = gzip.compress(_ZEROS, 1)
_BROTLI_ZEROS = brotli.compress(_ZEROS, quality=1)
_ZSTD_ZEROS = zstd.compress(_ZEROS)
_PAGE = b"<p>Hof und Plauen sind Partner seit 1987.</p>"
#: A visit and a site are those of ``conftest.py``, which tests cannot import.
Visit = Any
HostileSite = Any
Script = Callable[[Visit], None]


@dataclass(frozen=True, kw_only=True)
class Attack:
    """What a server does, and what must come of it: the failure's slug, the pages stored."""

    name: str
    script: Script
    slug: FailureSlug | None = None
    stored: int = 0
    sitemap: bool = False
    host: str = "127.0.0.1"
    scheme: str = "http"
    most_requests: int = 8


def encoded(body: bytes, *encodings: str) -> Script:
    """Send a body with a Content-Encoding."""
    return page(body, f"Content-Encoding: {', '.join(encodings)}")


def raw(*parts: bytes) -> Script:
    """Send bytes that are no proper answer."""
    return lambda visit: visit.raw(*parts)


def redirect(location: str) -> Script:
    """Redirect to one place; {port} is the server's own, {decoy} that of another one."""

    def script(visit: Visit) -> None:
        visit.redirect(location.format(port=visit.site.port, decoy=visit.site.decoy))

    return script


def page(body: bytes, *headers: str) -> Script:
    """Send the same page at every address."""
    return lambda visit: visit.answer(body, *headers)


def links(*addresses: str) -> bytes:
    """Return a page of links."""
    return b"".join(f'<a href="{address}">x</a>'.encode() for address in addresses)


def slow_headers(visit: Visit) -> None:
    """Send one header after the other, for ever."""
    visit.raw(b"HTTP/1.1 200 OK\r\n")
    visit.trickle(b"X: y\r\n", 0.5)


def slow_body(visit: Visit) -> None:
    """Announce a small page and send it byte by byte."""
    visit.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n")
    visit.trickle(b"x")


def endless(visit: Visit) -> None:
    """Send a page without an end."""
    visit.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    visit.flood(b"<p>Noch ein Satz.</p>" * 5000)


def chunk_extensions(visit: Visit) -> None:
    """Send a chunk's extensions without an end."""
    visit.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;")
    visit.trickle(b"a=b;" * 10_000, 0.02)


def early_answers(visit: Visit) -> None:
    """Send nothing but answers that announce the answer."""
    visit.trickle(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200, 0.01)


def reset_midway(visit: Visit) -> None:
    """Break off within the page."""
    visit.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\nHof")
    visit.reset()


def deeper(visit: Visit) -> None:
    """Redirect from each address to the next."""
    visit.redirect(f"/{visit.path.count('/')}{visit.path}")


_NUMBERS = itertools.count()


def calendar(visit: Visit) -> None:
    """Link every day to the next one."""
    day = f"/veranstaltungen/{next(_NUMBERS)}"
    visit.answer(links(f"{day}/morgen", f"/?month={next(_NUMBERS)}", f"{day}/") + day.encode())


def sessions(visit: Visit) -> None:
    """Give every link a session id of its own."""
    number = next(_NUMBERS)
    visit.answer(links(f"/a?PHPSESSID={number}", f"/b;jsessionid={number}") + b"Hof " * number)


def sitemaps(visit: Visit) -> None:
    """List two further sitemaps in each."""
    root = f"http://127.0.0.1:{visit.site.port}/sitemap-"
    found = "".join(f"<sitemap><loc>{root}{next(_NUMBERS)}</loc></sitemap>" for _ in range(2))
    if "sitemap" in visit.path:
        visit.answer(f"<sitemapindex>{found}</sitemapindex>".encode())
    else:
        visit.answer()


def sitemap(body: bytes, *headers: str) -> Script:
    """Send a sitemap, and a page elsewhere."""

    def script(visit: Visit) -> None:
        is_sitemap = "sitemap" in visit.path
        visit.answer(body if is_sitemap else _PAGE, *(headers if is_sitemap else ()))

    return script


def huge_robots(visit: Visit) -> None:
    """Send rules for robots of 50 MB, of which the first forbids something."""
    if visit.path == "/robots.txt":
        visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        visit.raw(b"User-agent: *\nDisallow: /geheim\n", *(b"Disallow: /x\n" * 5000,) * 769)
    else:
        visit.answer(links("/geheim", "/offen") + visit.path.encode())


huge_robots.has_robots = True  # type: ignore[attr-defined]


def robots_circle(visit: Visit) -> None:
    """Redirect robots.txt to itself."""
    visit.redirect("/robots.txt")


robots_circle.has_robots = True  # type: ignore[attr-defined]


def cookies(visit: Visit) -> None:
    """Set cookies and see whether they come back."""
    visit.answer(links("/a") + visit.path.encode(), "Set-Cookie: a=1; Path=/", "Set-Cookie2: b=2")


_LAUGHS = b'<!DOCTYPE u [<!ENTITY a0 "ha">' + b"".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 10)
)
_BAD_LINKS = links(
    "http://[::1", "http://a:99999999/", "//", "http://" + "a" * 3000, "javascript:alert(1)",
    "data:text/html,x", "file:///etc/passwd", "http://%00/", "/%zz", "http://user:pass@127.0.0.1/",
    "http://xn--a/", "?" + "a=1&" * 5000, "\\\\host\\share", "/gut",
)  # fmt: skip

_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
ATTACKS = (
    # compressed bodies
    Attack(name="gzip bomb", script=encoded(_GZIP_ZEROS, "gzip"),
           slug="too_large"),
    Attack(name="deflate bomb", script=encoded(zlib.compress(_ZEROS, 1), "deflate"),
           slug="too_large"),
    Attack(name="brotli bomb", script=encoded(_BROTLI_ZEROS, "br"), slug="too_large"),
    Attack(name="zstd bomb", script=encoded(_ZSTD_ZEROS, "zstd"), slug="too_large"),
    Attack(name="bomb in a bomb",
           script=encoded(gzip.compress(_GZIP_ZEROS), "gzip", "gzip"),
           slug="too_large"),
    Attack(name="encoded 20 times", script=encoded(b"x", *["gzip"] * 20),
           slug="answer_invalid"),
    Attack(name="says gzip, is not", script=encoded(_PAGE, "gzip"), slug="answer_invalid"),
    Attack(name="torn gzip", script=encoded(gzip.compress(_PAGE)[:-12], "gzip"),
           slug="answer_invalid"),
    Attack(name="unknown encoding", script=encoded(_PAGE, "lzma"), slug="answer_invalid"),
    # redirects
    Attack(name="redirect circle", script=redirect("/start"), slug="redirect_refused"),
    Attack(name="redirects without end", script=deeper, slug="redirect_refused"),
    Attack(name="redirect to a file", script=redirect("file:///etc/passwd"),
           slug="redirect_refused"),
    Attack(name="redirect to a script", script=redirect("javascript:alert(1)"),
           slug="redirect_refused"),
    Attack(name="redirect to no address", script=redirect("http://[::1"), slug="redirect_refused"),
    Attack(name="redirect to a private host", script=redirect("http://10.0.0.1/"),
           slug="address_refused"),
    Attack(name="redirect to cloud metadata",
           script=redirect("http://169.254.169.254/latest/meta-data/"), slug="address_refused"),
    Attack(name="redirect to another port", script=redirect("http://127.0.0.1:{decoy}/"),
           slug="address_refused"),
    Attack(name="redirect to a number", script=redirect("http://2130706433:{decoy}/"),
           slug="address_refused"),
    Attack(name="redirect to a mapped address",
           script=redirect("http://[::ffff:127.0.0.1]:{decoy}/"), slug="address_refused"),
    Attack(name="redirect with a user", script=redirect("http://jena.de@127.0.0.1:{port}/"),
           slug="redirect_refused"),
    # names that lead to this machine though no source may be here by that name
    Attack(name="name that leads here", script=page(_PAGE), host="0x7f.1", slug="address_refused",
           most_requests=0),
    Attack(name="mapped address as host", script=page(_PAGE), host="[::ffff:7f00:1]",
           slug="address_refused", most_requests=0),
    # sizes and times
    Attack(name="page without end", script=endless, slug="too_large"),
    Attack(name="announces a terabyte", script=page(_PAGE, "Content-Length: 1000000000000"),
           slug="too_large"),
    Attack(name="slow headers", script=slow_headers, slug="timed_out"),
    Attack(name="slow body", script=slow_body, slug="timed_out"),
    Attack(name="says nothing", script=lambda visit: time.sleep(20), slug="timed_out"),
    # broken HTTP
    Attack(name="length too long", script=page(_PAGE, "Content-Length: 900"),
           slug="answer_invalid"),
    Attack(name="length too short", script=page(_PAGE, "Content-Length: 9"), slug="answer_invalid"),
    Attack(name="negative length", script=page(_PAGE, "Content-Length: -5"),
           slug="answer_invalid"),
    Attack(name="two lengths", script=page(_PAGE, "Content-Length: 5", "Content-Length: 9"),
           slug="answer_invalid"),
    Attack(name="length and chunks",
           script=page(b"2\r\nhi\r\n0\r\n\r\n", "Content-Length: 3", "Transfer-Encoding: chunked"),
           slug="answer_invalid"),
    Attack(name="broken chunks", script=raw(_HTTP, b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx"),
           slug="answer_invalid"),
    Attack(name="chunk extensions without end", script=chunk_extensions, slug="timed_out"),
    Attack(name="10,000 headers", script=raw(_HTTP, b"X: y\r\n" * 10_000, b"\r\n"),
           slug="answer_invalid"),
    Attack(name="a header of 10 MB", script=raw(_HTTP, b"X: " + b"y" * 10_000_000, b"\r\n\r\n"),
           slug="answer_invalid"),
    Attack(name="NUL in a header", script=raw(_HTTP, b"X: a\x00b\r\n\r\n"), slug="answer_invalid"),
    Attack(name="HTTP/0.9", script=raw(b"<html>Hof</html>"), slug="answer_invalid"),
    Attack(name="garbage for a status", script=raw(b"HTTP/1.1 abc Hof\r\n\r\n"),
           slug="answer_invalid"),
    Attack(name="early answers without end", script=early_answers, slug="timed_out"),
    Attack(name="reset midway", script=reset_midway, slug="answer_invalid"),
    Attack(name="closes at once", script=raw(), slug="download_failed"),
    Attack(name="self-signed TLS", script=page(_PAGE), scheme="https", slug="tls_refused",
           most_requests=0),
    Attack(name="no TLS where there should be", script=page(_PAGE), scheme="https+plain",
           slug="tls_refused", most_requests=0),
    # pages
    Attack(name="NUL bytes", script=page(b"<html>\x00" * 99), slug="media_type_unknown"),
    Attack(name="charset lies",
           script=page("<p>Städtepartnerschaft</p>".encode("utf-16"), "Content-Type: text/html; "
                       "charset=utf-7"), stored=1),
    Attack(name="refresh loop",
           script=page(b'<meta http-equiv="refresh" content="0; url=/start">', "Refresh: 0"),
           stored=1, most_requests=2),
    Attack(name="broken HTML of 10 MB", script=page(b"<p <a href='/x' <b></p>\xff<td>" * 380_000),
           stored=1, slug="document_unreadable"),
    Attack(name="nested tables", script=page(b"<table><tr><td>" * 10_000 + b"Hof"), stored=1),
    Attack(name="100,000 links", script=page(links(*(f"/{n}" for n in range(100_000)))), stored=1),
    Attack(name="bad links", script=page(_BAD_LINKS), stored=1),
    Attack(name="calendar", script=calendar, stored=1),
    Attack(name="session ids", script=sessions, stored=1),
    Attack(name="cookies", script=cookies, stored=2),
    # sitemaps and robots.txt
    Attack(name="sitemaps of sitemaps", script=sitemaps, sitemap=True, stored=1, most_requests=60),
    Attack(name="billion laughs", sitemap=True, stored=1, slug="document_unreadable",
           script=sitemap(_LAUGHS + b"]><urlset><url><loc>/&a9;</loc></url></urlset>")),
    Attack(name="external entity", sitemap=True, stored=1, slug="document_unreadable",
           script=sitemap(b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                          b"<urlset><url><loc>/&x;</loc></url></urlset>")),
    Attack(name="gzipped sitemap bomb", sitemap=True, stored=1, slug="document_unreadable",
           script=sitemap(gzip.compress(b"<urlset>" + _ZEROS),
                          "Content-Type: application/gzip")),
    Attack(name="robots.txt of 50 MB", script=huge_robots, stored=2, slug="robots_disallowed"),
    Attack(name="robots.txt in a circle", script=robots_circle, slug="redirect_refused"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Battle:
    """What came of the crawl that met all attacks."""

    report: CrawlReport
    sites: dict[str, HostileSite]
    good: HostileSite
    decoy: HostileSite
    seconds: float


@pytest.fixture(scope="module")
def battle(
    tmp_path_factory: pytest.TempPathFactory,
    hostile_site: Callable[..., HostileSite],
    self_signed: Callable[..., Path],
) -> Iterator[Battle]:
    """Crawl all hostile sites and a good one at once, with a proxy in the environment."""
    folder = tmp_path_factory.mktemp("attacks")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(folder, "localhost"))
    decoy = hostile_site(page(_PAGE))
    good = hostile_site(
        lambda visit: visit.answer(links(*(f"/{n}" for n in range(9))) + visit.path.encode())
    )
    sites = {
        attack.name: hostile_site(
            attack.script, decoy=decoy.port, tls=tls if attack.scheme == "https" else None
        )
        for attack in ATTACKS
    }
    sources = [_source(number, attack, sites) for number, attack in enumerate(ATTACKS)]
    sources.append(_source_of("good", f"http://127.0.0.1:{good.port}/", max_pages=20))
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.setenv(name, f"http://127.0.0.1:{decoy.port}")
        report = crawl(
            sources,
            archive=folder / "archive",
            settings=Settings(contact="crawler@hof.example"),
            is_loopback_allowed=True,
            limits=_LIMITS,
        )
    seconds = time.monotonic() - begun
    yield Battle(report=report, sites=sites, good=good, decoy=decoy, seconds=seconds)
    for site in (*sites.values(), good, decoy):
        site.close()


def _source(number: int, attack: Attack, sites: dict[str, HostileSite]) -> Source:
    scheme = attack.scheme.partition("+")[0]
    root = f"{scheme}://{attack.host}:{sites[attack.name].port}"
    listed = (f"{root}/sitemap.xml",) if attack.sitemap else ()
    return _source_of(f"attack-{number}", f"{root}/start", sitemaps=listed)


def _source_of(name: str, start: str, **values: Any) -> Source:
    host = start.split("/")[2]
    values = {"max_pages": 5, "max_depth": 9, **values}
    return Source(id=name, name=name, kind="unknown", start=(start,), hosts=(host,), **values)


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[attack.name for attack in ATTACKS])
def test_an_attack_is_told_in_one_sentence_and_ends_there(battle: Battle, number: int) -> None:
    attack = ATTACKS[number]
    site = battle.sites[attack.name]
    source = next(found for found in battle.report.sources if found.source_id == f"attack-{number}")
    failures = [
        failure for failure in battle.report.failures if f":{site.port}/" in failure.subject
    ]
    assert attack.slug is None or attack.slug in {failure.slug for failure in failures}
    for failure in failures:
        assert failure.message.endswith(".") and "\n" not in failure.message
        assert "Traceback" not in failure.message and len(failure.message) < 400
    assert source.stored >= attack.stored
    assert source.failed == len(failures)
    assert len([path for path in site.paths if not path.endswith(_RULES)]) <= attack.most_requests


def test_the_crawl_comes_to_its_end_with_all_good_pages(battle: Battle) -> None:
    assert battle.report.is_finished
    assert len(ATTACKS) >= 25
    good = next(source for source in battle.report.sources if source.source_id == "good")
    assert (good.stored, good.failed) == (10, 0)
    assert battle.seconds < 90  # 20 to 30 on a machine that is not busy otherwise


def test_nothing_went_where_it_must_not(battle: Battle) -> None:
    assert battle.decoy.requests == []  # neither by redirects nor as a proxy
    assert not any(b"\r\nCookie" in request for request in battle.sites["cookies"].requests)
    for site in battle.sites.values():
        for request in site.requests:
            assert b"\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n" in request
            assert b"\r\nReferer" not in request


def test_of_a_huge_robots_file_little_is_read_and_its_rules_hold(battle: Battle) -> None:
    site = battle.sites["robots.txt of 50 MB"]
    assert site.sent < 10_000_000  # what the operating system takes on its own included
    assert "/geheim" not in site.paths and "/offen" in site.paths
