"""Lists of addresses become sources; what cannot be used is told and the rest goes on."""

from __future__ import annotations

import csv
import io
import string
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnernetz.errors import InputError
from partnernetz.paths import default_data_folder
from partnernetz.places import GERMAN_STATES, Gazetteer
from partnernetz.records import Source
from scrapers.discovery import Discovery, discover, parse_discovery
from scrapers.sources import SourceList, read_source_list, read_sources

KNOWN = Source(
    id="weimar",
    name="Weimar",
    kind="municipality",
    place_id="ags:16055000",
    start=("https://stadt.weimar.de/de/partnerstaedte.html",),
    hosts=("stadt.weimar.de",),
)


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load(default_data_folder() / "reference")


def found(folder: Path, table: str, **wanted: object) -> SourceList:
    (folder / "list.csv").write_text(table, encoding="utf-8")
    discovery = Discovery(addresses="list.csv", **wanted)  # type: ignore[arg-type]
    return discover(discovery, folder=folder, known=[KNOWN], gazetteer=gazetteer())


def ids(result: SourceList) -> list[str]:
    return [source.id for source in result.sources]


def test_a_row_becomes_a_source(tmp_path: Path) -> None:
    table = "ags,address\n10044115,https://www.saarlouis.de/#top\n"
    (source,) = found(tmp_path, table, max_pages=9, max_depth=1).sources
    assert source == Source(
        id="saarlouis-10044115",
        name="Saarlouis",
        kind="municipality",
        place_id="ags:10044115",
        start=("https://www.saarlouis.de/",),
        hosts=("www.saarlouis.de",),
        max_pages=9,
        max_depth=1,
    )


@pytest.mark.parametrize(
    ("table", "place_id"),
    [
        ("place_id\taddress\nags:01054056\thttps://a.example.org/\n", "ags:01054056"),
        ("ags;website\n1054056;https://a.example.org/\n", "ags:01054056"),  # a lost zero
        ("ags,url\n01 0 54 056,https://a.example.org/\n", "ags:01054056"),
        ("AGS,URL\n12067,https://a.example.org/\n", "ags:12067"),
        ("ags,url\n1055,https://a.example.org/\n", "ags:01055"),
        ("ags,url\n11005,https://a.example.org/\n", "ags:11005"),
        ("name,state,address\nHusum,SH,https://a.example.org/\n", "ags:01054056"),
        ("name,state,address\nHusum,de-ni,https://a.example.org/\n", "ags:03256016"),
        ("name,state,address\nHof,Bayern,https://a.example.org/\n", "ags:09464000"),
        ('\ufeff"name","state","address"\n"Hof",BY,"https://a.example.org/"\n', "ags:09464000"),
        ("id,ags,address\nx,10044115,https://a.example.org/,y\n", "ags:10044115"),
    ],
)
def test_a_place_may_be_named_in_several_ways(tmp_path: Path, table: str, place_id: str) -> None:
    result = found(tmp_path, table)
    assert [source.place_id for source in result.sources] == [place_id]
    assert not result.left_out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("99999999,,,https://a.example.org/", "no place with the key '99999999'"),
        ("123,,,https://a.example.org/", "'123' is no municipality or district key"),
        ("DE-x,,,https://a.example.org/", "'DE-x' is no municipality or district key"),
        (",,,https://a.example.org/", "no place is given"),
        (",Husum,,https://a.example.org/", "'Husum' needs its state"),
        (",Husum,XX,https://a.example.org/", "needs its state, 'XX' is none"),
        (",Husum,BY,https://a.example.org/", "no place 'Husum' in Bayern"),
        (",Burgdorf,NI,https://a.example.org/", "'Burgdorf' may be ags:03158004, ags:03241003"),
        ("10044115,,,", "'' is no web address"),
        ("10044115,,,www.saarlouis.de", "'www.saarlouis.de' is no web address"),
        ("10044115,,,ftp://saarlouis.de/", "is no web address"),
        ("10044115,,,javascript:alert(1)", "is no web address"),
        ("10044115,,,https://saarlouis.de:port/", "is no web address"),
        ("10044115,,,https://[::1/", "is no web address"),
        ("10044115,,,https://saarlouis.de/a b", "is no web address"),
        ("10044115,,,http://127.0.0.1:8000/", "names no public site"),
        ("10044115,,,http://127.1/", "names no public site"),
        ("10044115,,,http://[::1]/", "names no public site"),
        ("10044115,,,http://127.0.0.0x1./", "names no public site"),
        ("10044115,,,http://[::ffff:10.0.0.7]/", "names no public site"),
        ("10044115,,,http://localhost./", "names no public site"),
        ("10044115,,,http://x.localhost/", "names no public site"),
        ("10044115,,,http://10.0.0.7/", "names no public site"),
        ("10044115,,,https://user:secret@saarlouis.de/", "names no public site"),
        (f"10044115,,,https://saarlouis.de/{'x' * 2000}", "is no web address"),
    ],
)
def test_a_faulty_row_is_told_and_the_rest_goes_on(tmp_path: Path, row: str, said: str) -> None:
    good = "12067120,,,https://www.eisenhuettenstadt.de/"
    result = found(tmp_path, f"ags,name,state,address\n{row}\n{good}\n")
    assert ids(result) == ["eisenhuettenstadt-12067120"]
    (sentence,) = result.left_out
    assert said in sentence
    assert sentence.startswith(f"{tmp_path / 'list.csv'}, line 2: ")


def test_what_was_written_by_hand_wins_by_host(tmp_path: Path) -> None:
    table = (
        "ags,address\n16055000,https://stadt.weimar.de/\n16055000,http://www.stadt.weimar.de/x\n"
        "16055000,https://www.weimar.example/\n"
    )
    result = found(tmp_path, table)
    assert [source.start for source in result.sources] == [("https://www.weimar.example/",)]
    assert not result.left_out


def test_addresses_of_one_place_make_one_source(tmp_path: Path) -> None:
    table = (
        "ags,address\n10044115,https://b.example.org/\n10044115,https://a.example.org/\n"
        "10044115,https://b.example.org/\n"
    )
    (source,) = found(tmp_path, table).sources
    assert source.start == ("https://b.example.org/", "https://a.example.org/")
    assert source.hosts == ("b.example.org", "a.example.org")


def test_a_site_of_several_places_is_left_out(tmp_path: Path) -> None:
    rows = [f"{key},https://vg.example.org/{key}" for key in ("07133032", "07133087")]
    table = "\n".join(["ags,address", *rows, "07133087,https://own.example.org/"])
    result = found(tmp_path, table)
    assert [source.hosts for source in result.sources] == [("own.example.org",)]
    (sentence,) = result.left_out
    assert "vg.example.org is given for 2 places (Fürfeld, Rümmelsheim)" in sentence


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({}, ["saarlouis-10044115", "berlin-spandau-11005", "landkreis-oder-spree-12067"]),
        ({"kind": "municipality"}, ["saarlouis-10044115", "berlin-spandau-11005"]),
        ({"kind": "district"}, ["landkreis-oder-spree-12067"]),
        ({"states": ("BB", "SL")}, ["saarlouis-10044115", "landkreis-oder-spree-12067"]),
        ({"min_population": 100_000}, ["landkreis-oder-spree-12067"]),
    ],
)
def test_only_wanted_places_are_taken(
    tmp_path: Path, wanted: dict[str, object], left: list[str]
) -> None:
    table = (
        "ags,address\n10044115,https://a.example.org/\n12067,https://b.example.org/\n"
        "11005,https://c.example.org/\n"
    )
    assert ids(found(tmp_path, table, **wanted)) == left


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must name the columns"),
        ("place,address\n", "must name the columns"),
        ("ags,site\n", "must name the columns"),
        ("ags,address\n" + '"x' * 200_000, "no table"),
    ],
)
def test_what_is_no_list_is_said(tmp_path: Path, text: str, said: str) -> None:
    csv.field_size_limit(131_072)  # Python's own, which libraries of other tests lift
    with pytest.raises(InputError, match=said):
        found(tmp_path, text)


def test_a_missing_or_unreadable_list_is_said(tmp_path: Path) -> None:
    discovery = Discovery(addresses="nothing.csv")
    with pytest.raises(InputError, match="no list of addresses"):
        discover(discovery, folder=tmp_path, known=[], gazetteer=gazetteer())
    (tmp_path / "nothing.csv").write_bytes("ags,address\nGöttingen".encode("cp1252"))
    with pytest.raises(InputError, match="cannot be read as UTF-8"):
        discover(discovery, folder=tmp_path, known=[], gazetteer=gazetteer())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "'addresses' must name a file"),
        ({"addresses": "a.csv", "state": "SN"}, "no field 'state'"),
        ({"addresses": "a.csv", "states": ["XX"]}, "'XX' is no state"),
        ({"addresses": "a.csv", "kind": "press"}, "kind must be"),
        ({"addresses": "a.csv", "kind": "town"}, "kind"),
        ({"addresses": "a.csv", "max_pages": 0}, "max_pages must be"),
        ({"addresses": "a.csv", "min_population": "many"}, "min_population"),
    ],
)
def test_a_faulty_table_gets_a_sentence(table: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_discovery(table, label="sources.toml, [[discover]] 1")
    assert str(caught.value).startswith("sources.toml, [[discover]] 1")


_LIST = """
[[source]]
id = "saarlouis"
name = "Saarlouis"
kind = "municipality"
place_id = "ags:10044115"
start = ["https://www.saarlouis.de/partner"]

[[discover]]
addresses = "lists/all.csv"
states = ["SL", "BB"]
"""


def test_a_sources_file_takes_a_list_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "all.csv").write_text(
        "ags,address\n10044115,https://saarlouis.de/\n12067120,https://www.eisenhuettenstadt.de/\n"
        "10044111,nonsense\n01054056,https://www.husum.org/\n",
        encoding="utf-8",
    )
    path = tmp_path / "sources.toml"
    path.write_text(_LIST, encoding="utf-8")
    result = read_source_list(path, gazetteer=gazetteer())
    assert ids(result) == ["saarlouis", "eisenhuettenstadt-12067120"]
    assert len(result.left_out) == 1
    assert read_sources(path, gazetteer=gazetteer()) == result.sources
    with pytest.raises(InputError, match="need the gazetteer"):
        read_sources(path)


def test_a_file_that_brings_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ags,address\n", encoding="utf-8")
    path = tmp_path / "sources.toml"
    path.write_text('[[discover]]\naddresses = "a.csv"\n', encoding="utf-8")
    with pytest.raises(InputError, match="brings no source"):
        read_sources(path, gazetteer=gazetteer())


_cells = st.text(alphabet=string.printable + "äöüß€", max_size=20)


@given(rows=st.lists(st.tuples(_cells, _cells, _cells, _cells), max_size=5))
def test_no_table_stops_a_discovery(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    """Every row becomes (a part of) a source or a sentence; nothing else happens."""
    text = io.StringIO()
    csv.writer(text).writerows([("ags", "name", "state", "address"), *rows])
    result = found(tmp_path_factory.mktemp("lists"), text.getvalue())
    starts = sum(len(source.start) for source in result.sources)
    assert starts + len(result.left_out) <= len(rows)


def test_the_states_are_those_of_the_reference_tables() -> None:
    path = default_data_folder() / "reference" / "sources" / "states.csv"
    with path.open(encoding="utf-8", newline="") as file:
        assert {row["code"]: row["name"] for row in csv.DictReader(file)} == GERMAN_STATES
