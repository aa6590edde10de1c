"""The sample sites hold what their README promises: links, feeds, charsets, ids and facts."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import pypdfium2
import pytest
from lxml import etree, html

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
MUNICIPALITIES = ROOT / "data" / "reference" / "sources" / "municipalities.csv"
MISSING_ON_PURPOSE = "http://127.0.0.1:48601/formulare/parken-alt.html"
NAMESPACES = {"https://schema.org", "https://ogp.me/ns#"}
# Names that a page may use instead of the present one.
OTHER_NAMES = {"Chemnitz": "Karl-Marx-Stadt", "Dessau-Roßlau": "Dessau"}


class Link(NamedTuple):
    page: str
    target: str


@cache
def sources() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads((SAMPLES / "sources.toml").read_text("utf-8"))["source"])


@cache
def expected() -> dict[str, Any]:
    return tomllib.loads((SAMPLES / "expected.toml").read_text("utf-8"))


@cache
def municipalities() -> dict[str, str]:
    with MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        return {f"ags:{row['ags']}": row["name"] for row in csv.DictReader(file)}


def folder(source: dict[str, Any]) -> Path:
    return SAMPLES / "sites" / str(source["id"])


def file_of(url: str) -> Path | None:
    """Return the file that the server of the sample sites answers with, None for no such site."""
    parts = urlsplit(url)
    for source in sources():
        if urlsplit(source["start"][0]).netloc == parts.netloc:
            path = parts.path + ("index.html" if parts.path.endswith("/") else "")
            return folder(source) / path.lstrip("/")
    return None


def page_url(source: dict[str, Any], page: Path) -> str:
    return urljoin(str(source["start"][0]), page.relative_to(folder(source)).as_posix())


def pages_of(source: dict[str, Any]) -> list[Path]:
    return sorted(folder(source).rglob("*.htm*"))


def text_of(page: Path) -> str:
    return " ".join(str(html.fromstring(page.read_bytes()).xpath("string()")).split())


def links() -> list[Link]:
    found = []
    for source in sources():
        for page in pages_of(source):
            address = page_url(source, page)
            for element in html.fromstring(page.read_bytes()).iter("a", "img", "link"):
                target = element.get("href") or element.get("src") or "#"
                if not target.startswith("#"):
                    found.append(Link(address, urljoin(address, target)))
    return found


def robots_of(source: dict[str, Any]) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse((folder(source) / "robots.txt").read_text("utf-8").splitlines())
    return parser


def states_name(text: str, name: str) -> bool:
    """Return whether a text holds a town's name, its old name or its name without the river."""
    bare = re.split(r" \(|/", name)[0]
    return any(form in text for form in (bare, bare.upper(), OTHER_NAMES.get(name, bare)))


def test_sources_have_ids_ports_and_folders_in_order() -> None:
    for number, source in enumerate(sources()):
        assert source["start"] == [f"http://127.0.0.1:{48601 + number}/"]
        assert (folder(source) / "index.html").is_file()
        assert source["kind"] in {
            "municipality", "district", "association", "press", "encyclopedia", "government"
        }  # fmt: skip
    assert {path.name for path in (SAMPLES / "sites").iterdir()} == {s["id"] for s in sources()}


def test_there_are_enough_sites_and_pages_for_their_limits() -> None:
    counts = {source["id"]: len(pages_of(source)) for source in sources()}
    assert len(counts) >= 11
    assert sum(counts.values()) >= 60
    assert all(counts[source["id"]] <= source["max_pages"] for source in sources())


def test_place_ids_exist() -> None:
    known = set(municipalities()) | {identifier[:9] for identifier in municipalities()}
    assert {s["place_id"] for s in sources() if "place_id" in s} <= known
    assert all("place_id" not in s for s in sources() if s["kind"] == "press")


def test_every_link_resolves_except_the_one_that_should_not() -> None:
    broken = set()
    for link in links():
        file = file_of(link.target)
        if file is None or not file.is_file():
            broken.add(link.target)
    assert broken == {MISSING_ON_PURPOSE}


def test_every_page_is_linked_from_another() -> None:
    linked = {file_of(link.target) for link in links() if link.target != link.page}
    pages = {page for source in sources() for page in pages_of(source)}
    assert pages - linked - {folder(source) / "index.html" for source in sources()} == set()


def test_no_file_names_an_address_outside_the_loopback() -> None:
    for path in (SAMPLES / "sites").rglob("*"):
        if path.suffix in {".html", ".htm", ".css"}:
            found = set(re.findall(r"https?://[^\s\"'<>)]+", path.read_bytes().decode("latin-1")))
            outside = {url for url in found if not url.startswith("http://127.0.0.1:486")}
            assert outside <= NAMESPACES, path


def test_one_page_is_latin_1_and_says_so_only_in_its_meta_element() -> None:
    wrong = set()
    for source in sources():
        for page in pages_of(source):
            try:
                page.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                wrong.add(page.relative_to(SAMPLES / "sites").as_posix())
    assert wrong == {"naumburg/partner.htm"}
    raw = (SAMPLES / "sites" / "naumburg" / "partner.htm").read_bytes()
    assert b'CHARSET="iso-8859-1"' in raw
    assert "unsere Häuser stand" in raw.decode("latin-1")


def test_robots_forbid_linked_pages_and_one_asks_for_a_pause() -> None:
    forbidden = {
        link.target
        for source in sources()
        for link in links()
        if link.target.startswith(source["start"][0])
        and not robots_of(source).can_fetch("partnernetz", link.target)
    }
    assert "http://127.0.0.1:48601/intern/sitzungsplan.html" in forbidden
    delays = {s["id"]: str(robots_of(s).crawl_delay("partnernetz") or "") for s in sources()}
    assert {name: delay for name, delay in delays.items() if delay} == {"schwaebisch-hall": "1"}


def test_sitemaps_name_existing_allowed_pages() -> None:
    for source in sources():
        for address in source["sitemaps"]:
            file = file_of(address)
            assert file is not None
            tree = etree.fromstring(file.read_bytes())
            locations = [element.text or "" for element in tree.iterfind(".//{*}loc")]
            assert len(locations) > 2
            for location in locations:
                target = file_of(location)
                assert target is not None and target.is_file(), location
                assert robots_of(source).can_fetch("partnernetz", location)


def test_feeds_name_articles_with_the_date_of_the_page() -> None:
    papers = [source for source in sources() if source["kind"] == "press"]
    assert len(papers) == 2
    for source in papers:
        feed = file_of(source["feeds"][0])
        assert feed is not None
        items = etree.fromstring(feed.read_bytes()).findall("channel/item")
        assert len(items) >= 5
        for item in items:
            article = file_of(item.findtext("link") or "")
            assert article is not None
            assert published(article) == article.name[:10]


def published(article: Path) -> str:
    """Return the day of publication that an article's markup declares, or an empty string."""
    tree = html.fromstring(article.read_bytes())
    script = tree.findtext(".//script[@type='application/ld+json']")
    if script:
        return str(json.loads(script)["datePublished"])[:10]
    meta = tree.find(".//meta[@property='article:published_time']")
    return "" if meta is None else meta.get("content", "")[:10]


def test_the_council_paper_is_a_small_pdf_with_a_text_layer() -> None:
    path = SAMPLES / "sites" / "naumburg" / "rat" / "vorlage-2018-034.pdf"
    assert path.stat().st_size < 30_000
    document = pypdfium2.PdfDocument(path)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    assert len(texts) == 2
    assert "Naumburg (Saale) und Aachen" in texts[0]
    assert "weitere Partnerschaft" in texts[1]


def test_expected_pairs_are_sorted_distinct_and_real() -> None:
    pairs = [(pair["a_id"], pair["b_id"]) for pair in expected()["partnership"]]
    assert 25 <= len(pairs) == len(set(pairs)) <= 40
    assert all(a < b for a, b in pairs)
    for pair in expected()["partnership"] + expected()["no_partnership"]:
        assert {pair["a_id"], pair["b_id"]} <= set(municipalities())
    others = {(pair["a_id"], pair["b_id"]) for pair in expected()["no_partnership"]}
    assert not others & set(pairs)


@pytest.mark.parametrize(
    "pair", expected()["partnership"], ids=lambda pair: f"{pair['a']}-{pair['b']}"
)
def test_expected_pair_is_stated_on_an_allowed_page_of_each_of_its_sites(
    pair: dict[str, Any],
) -> None:
    by_id = {source["id"]: source for source in sources()}
    assert pair["sites"]
    for name in pair["sites"]:
        source = by_id[name]
        host = source.get("place_id")
        wanted = [pair[side] for side in "ab" if pair[f"{side}_id"] != host]
        year = pair.get("since", "")[:4]
        assert any(
            all(states_name(text, town) for town in wanted) and states_year(text, year)
            for page in pages_of(source)
            if robots_of(source).can_fetch("partnernetz", page_url(source, page))
            for text in [text_of(page)]
        ), name


def states_year(text: str, year: str) -> bool:
    """Return whether the year, or an age that leads to it from the page's dateline, is told."""
    if year in text:
        return True
    ages = re.findall(r"(\d+)[- ](?:Jahren|jährigen)", text)
    datelines = re.findall(r"\d{1,2}\. \w+ (\d{4})", text)
    return any(int(day) - int(age) == int(year) for day in datelines for age in ages)


def test_the_oldest_pair_is_dated_to_the_day_and_by_its_year_alone() -> None:
    oldest = expected()["partnership"][0]
    assert (oldest["a"], oldest["b"]) == ("Saarlouis", "Eisenhüttenstadt")
    assert oldest["since"] == "1986-09-19"
    assert len(oldest["sites"]) >= 3
    exact = text_of(SAMPLES / "sites/saarlouis/stadt/partnerstaedte/eisenhuettenstadt.html")
    assert "am 19. September 1986 in Saarlouis und am 6. Oktober 1986" in exact
    assert "September" not in text_of(SAMPLES / "sites/saarkunde/wiki/Saarlouis.html")


def test_all_expected_pairs_are_in_the_public_table() -> None:
    table = ROOT.parent / "shared" / "reference" / "partnerships_1986_1989.tsv"
    if not table.is_file():
        pytest.skip("the table of partnerships 1986 to 1989 is not beside the checkout")
    known = [line.split("\t") for line in table.read_text("utf-8").splitlines()[1:]]
    for pair in expected()["partnership"]:
        assert any(
            all(states_name(f"{east} {west}", pair[side]) for side in "ab")
            and pair.get("since", year)[:4] == year
            for year, east, west in known
        ), pair
