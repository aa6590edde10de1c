from __future__ import annotations

from pathlib import Path

import pytest

from partnernetz.errors import InputError
from scrapers.sources import host_of, read_sources, sources_toml

_GOOD = """
[[source]]
id = "saarlouis"
name = "Stadt Saarlouis"
kind = "municipality"
place_id = "ags:10044115"
start = ["https://www.saarlouis.de/", "http://127.0.0.1:48601/a"]
sitemaps = ["https://WWW.saarlouis.de:443/sitemap.xml"]
max_pages = 7
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_a_source_and_derives_its_hosts(tmp_path: Path) -> None:
    (source,) = read_sources(_write(tmp_path, _GOOD))
    assert source.hosts == ("www.saarlouis.de", "127.0.0.1:48601")
    assert (source.max_pages, source.max_depth, source.place_id) == (7, 3, "ags:10044115")


def test_a_council_system_needs_no_start(tmp_path: Path) -> None:
    text = """
[[source]]
id = "trier-rat"
name = "Rat von Trier"
kind = "municipality"
oparl = ["https://rat.example/oparl/system"]
is_rendered = true
"""
    (source,) = read_sources(_write(tmp_path, text))
    assert (source.start, source.hosts, source.is_rendered) == ((), ("rat.example",), True)


def test_given_hosts_are_kept(tmp_path: Path) -> None:
    (source,) = read_sources(_write(tmp_path, _GOOD + 'hosts = ["a.example"]\n'))
    assert source.hosts == ("a.example",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "municipality"', 'kind = "town"', "kind 'town' is unknown"),
        ('name = "Stadt Saarlouis"', "", "'name' is missing"),
        (
            '"https://www.saarlouis.de/"',
            '"ftp://x.example/"',
            "'ftp://x.example/' is no web address",
        ),
        ('"https://www.saarlouis.de/"', '"www.saarlouis.de"', "is no web address"),
        ('id = "saarlouis"', 'id = "../x"', "an id has only"),
        ("max_pages = 7", "max_pages = 0", "max_pages must be"),
        ("max_pages = 7", 'max_pages = "many"', "max_pages"),
        ("max_pages = 7", "max_page = 7", "no field 'max_page'"),
        ("[[source]]", "[[sources]]", "names no source"),
        ("[[source]]", "[[source", "no TOML"),
    ],
)
def test_wrong_files_get_one_sentence_that_names_the_file(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = _write(tmp_path, _GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_sources(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="source 'saarlouis': this id is used twice"):
        read_sources(_write(tmp_path, _GOOD + _GOOD))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sources file"):
        read_sources(tmp_path / "nothing.toml")


def test_a_file_in_another_charset_is_said(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes(_GOOD.replace("Stadt", "Städte").encode("cp1252"))
    with pytest.raises(InputError, match="cannot be read as UTF-8"):
        read_sources(path)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://A.Example/x", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("http://a.example:443/", "a.example:443"),
        ("http://[::1]:80/", "[::1]"),
    ],
)
def test_host_of(address: str, host: str) -> None:
    assert host_of(address) == host


def test_a_list_survives_its_text(tmp_path: Path) -> None:
    good = _GOOD.replace("Stadt Saarlouis", 'A \\"b\\" \\\\ \\u007f ü 🏛')
    sources = read_sources(_write(tmp_path, good))
    text = sources_toml(sources, note="of x\n[[source]]\x00")
    assert text.startswith("# of x?[[source]]?\n")
    assert "feeds" not in text
    assert read_sources(_write(tmp_path, text)) == sources
