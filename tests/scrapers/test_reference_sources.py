"""The project's own list of sources keeps what its README promises."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

from partnernetz.paths import default_data_folder
from partnernetz.places import GERMAN_STATES, Gazetteer
from partnernetz.records import Source
from scrapers.source_checks import SourcesCheck, check_sources
from scrapers.sources import without_www

FILE = default_data_folder() / "reference" / "sources.toml"
_KINDS = ("municipality", "district", "association", "press", "encyclopedia", "government")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@cache
def report() -> SourcesCheck:
    return check_sources(FILE, gazetteer=Gazetteer.load(FILE.parent))


def test_it_has_no_fault() -> None:
    assert [fault.message for fault in report().faults] == []


def test_it_is_large_enough_and_reaches_every_state() -> None:
    assert len(report().sources) >= 250
    states = report().kinds_by_state()
    assert all(states[state] for state in GERMAN_STATES)
    assert set(report().kinds()) == set(_KINDS)


def test_it_speaks_of_both_sides() -> None:
    gazetteer = Gazetteer.load(FILE.parent)
    sides = Counter(gazetteer.place(s.place_id).side for s in report().sources if s.place_id)
    assert sides["east"] >= 80
    assert sides["west"] >= 80


def test_ids_are_slugs() -> None:
    assert [source.id for source in report().sources if not _SLUG.fullmatch(source.id)] == []


def test_a_municipality_has_a_site_of_its_own() -> None:
    sites = [source for source in report().sources if source.kind in ("municipality", "district")]
    assert max(Counter(source.place_id for source in sites).values()) == 1
    outside_berlin = [s for s in sites if not str(s.place_id).startswith("ags:11")]
    hosts = Counter(without_www(host) for source in outside_berlin for host in source.hosts)
    assert [host for host, number in hosts.items() if number > 1] == []


def _order(source: Source) -> tuple[int, str, str]:
    is_owned = source.kind in ("municipality", "district")
    return (_KINDS.index(source.kind), str(source.place_id) if is_owned else "", source.id)


def test_it_is_sorted_and_written_in_one_way() -> None:
    sources = report().sources
    assert list(sources) == sorted(sources, key=_order)
    fields = re.findall(r"^(\w+) = ", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    order = ("id", "name", "kind", "place_id", "start", "feeds", "sitemaps", "hosts")
    expected = [
        field
        for source in sources
        for field in (*order, "max_pages", "max_depth")
        if field in ("id", "name", "kind", "start", "hosts", "max_pages", "max_depth")
        or getattr(source, field)
    ]
    assert fields == expected
    assert all(list(source.hosts) == sorted(source.hosts) for source in sources)


def test_the_readme_counts_it_right() -> None:
    text = Path(FILE.parent / "README.md").read_text(encoding="utf-8")
    stated = {k: int(v) for k, v in re.findall(r"^\| (\w+) \| (\d+) \|$", text, re.MULTILINE)}
    assert stated == report().kinds()
