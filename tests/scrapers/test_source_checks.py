"""`check_sources` finds what is wrong with a list, and nothing where nothing is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from partnernetz.errors import InputError
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
from scrapers.source_checks import SourcesCheck, check_sources

_ONE = """
[[source]]
id = "saarlouis"
name = "Saarlouis"
kind = "municipality"
place_id = "ags:10044115"
start = ["https://www.saarlouis.de/"]
hosts = ["www.saarlouis.de"]
max_pages = 7
max_depth = 2
"""
_TWO = """
[[source]]
id = "oder-spree"
name = "Landkreis Oder-Spree"
kind = "district"
place_id = "ags:12067"
start = ["https://www.landkreis-oder-spree.de/"]
"""
_PRESS = """
[[source]]
id = "zeitung"
name = "Zeitung"
kind = "press"
start = ["https://zeitung.example/"]
feeds = ["https://zeitung.example/rss"]
"""


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load(default_data_folder() / "reference")


def checked(folder: Path, text: str) -> SourcesCheck:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return check_sources(path, gazetteer=gazetteer())


def test_a_sane_list_has_no_faults_and_is_counted(tmp_path: Path) -> None:
    report = checked(tmp_path, _ONE + _TWO + _PRESS)
    assert not report.faults
    assert report.kinds() == {"municipality": 1, "district": 1, "press": 1}
    states = report.kinds_by_state()
    assert len(states) == 17
    assert (states["SL"], states["BB"]) == ({"municipality": 1}, {"district": 1})
    assert (states[""], states["BY"]) == ({"press": 1}, {})
    (note,) = report.notes
    assert "no source belongs to a place in Berlin" in note.message
    assert "Saarland" not in note.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('place_id = "ags:10044115"', 'place_id = "ags:99999999"', "no place 'ags:99999999'"),
        ('place_id = "ags:10044115"', "", "a municipality needs the place_id"),
        ('place_id = "ags:10044115"', 'place_id = "ags:12067"', "ags:12067 is a district"),
        ('kind = "municipality"', 'kind = "district"', "ags:10044115 is a municipality"),
        ('kind = "municipality"', 'kind = "press"', "kind 'press' belongs to no place"),
        ('kind = "municipality"', 'kind = "town"', "the kind 'town' is unknown"),
        ('id = "saarlouis"', 'id = "Saar louis"', "an id has only"),
        ('hosts = ["www.saarlouis.de"]', 'hosts = ["a.example"]', "lies outside the hosts"),
        ('hosts = ["www', 'hosts = ["https://www', "is no host name"),
        ('hosts = ["www', 'hosts = ["", "www', "is no host name"),
        ('hosts = ["www', 'hosts = ["WWW', "is no host name"),
        ("max_pages = 7", "max_pages = 20001", "max_pages is 20,001"),
        ("max_depth = 2", "max_depth = 11", "max_depth is 11"),
        ("max_pages = 7", 'feeds = ["https://b.example/rss"]', "in feeds lies outside the hosts"),
        ("max_pages = 7", 'archives = ["https://b.example/{year}"]', "in archives lies outside"),
        ("max_pages = 7", 'sitemaps = ["https://b.example/x"]', "in sitemaps lies outside"),
        ("https://www.saarlouis.de/", "https://me@www.saarlouis.de/", "no usable address"),
        ('start = ["https://www.saarlouis.de/"]', "start = []", "'start' is missing"),
    ],
)
def test_each_fault_is_one_sentence_with_file_and_source(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in _ONE
    report = checked(tmp_path, _ONE.replace(old, new) + _TWO)
    messages = [fault.message for fault in report.faults]
    assert any(said in message for message in messages), messages
    for message in messages:
        assert message.startswith(f"{tmp_path / 'sources.toml'}, source '")
        assert message.endswith(".")
        assert "\n" not in message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (_TWO, "the id 'oder-spree' is that of an earlier source as well"),
        (_TWO.replace('id = "oder', 'id = "x-oder'), "the start address"),
        (
            _TWO.replace('id = "oder', 'id = "x-oder').replace("https://www.", "https://"),
            "the host landkreis-oder-spree.de is that of 'oder-spree' as well",
        ),
    ],
)
def test_sources_share_nothing(tmp_path: Path, more: str, said: str) -> None:
    messages = [fault.message for fault in checked(tmp_path, _TWO + more).faults]
    assert any(said in message for message in messages), messages


def test_berlin_and_its_boroughs_may_share_a_site(tmp_path: Path) -> None:
    one = _ONE.replace("www.saarlouis.de", "www.berlin.de").replace("10044115", "11005")
    two = one.replace('"saarlouis"', '"mitte"').replace("11005", "11001")
    assert not checked(tmp_path, one + two.replace("berlin.de/", "berlin.de/mitte/")).faults


def test_all_faults_are_found_at_once(tmp_path: Path) -> None:
    report = checked(tmp_path, _ONE.replace("municipality", "town") + _ONE + _ONE + _PRESS)
    assert len(report.sources) == 3
    assert len(report.faults) >= 3


def test_what_is_worth_a_look_is_no_fault(tmp_path: Path) -> None:
    other = _ONE.replace('"saarlouis"', '"saarlouis-2"').replace(
        "https://www.saarlouis.de", "http://saarlouis.example"
    )
    report = checked(tmp_path, _ONE + other.replace('"www.saarlouis.de"', '"saarlouis.example"'))
    assert not report.faults
    notes = " ".join(note.message for note in report.notes)
    assert "http://saarlouis.example/ is not https" in notes
    assert "the place ags:10044115 has the site 'saarlouis' as well" in notes


def test_rows_that_cannot_be_used_are_notes_a_missing_list_is_a_fault(tmp_path: Path) -> None:
    discover = '\n[[discover]]\naddresses = "a.csv"\n'
    assert "no list of addresses" in checked(tmp_path, _ONE + discover).faults[0].message
    (tmp_path / "a.csv").write_text("ags,address\n12067,x\n12067120,https://e.example.org/\n")
    report = checked(tmp_path, _ONE + discover)
    assert [source.id for source in report.sources] == ["saarlouis", "eisenhuettenstadt-12067120"]
    assert not report.faults
    assert any("line 2: 'x' is no web address" in note.message for note in report.notes)


def test_what_is_no_sources_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sources file"):
        check_sources(tmp_path / "nothing.toml", gazetteer=gazetteer())
    with pytest.raises(InputError, match="two pairs of brackets"):
        checked(tmp_path, '[source]\nid = "x"\n')


def test_the_sample_list_is_sane() -> None:
    path = default_data_folder() / "samples" / "sources.toml"
    assert not check_sources(path, gazetteer=gazetteer()).faults
