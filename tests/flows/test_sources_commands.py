"""`partnernetz sources check` and `sources discover` as their users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.cli import run
from flows.options import reference_sources, sources_path
from flows.stages import load_run_sources
from scrapers.sources import read_sources

_LIST = "ags,address\n10044115,https://www.saarlouis.de/\n12067120,nonsense\n"
_FAULTY = """
[[source]]
id = "x"
name = "X\\u001b[2J"
kind = "municipality"
place_id = "ags:99999999"
start = ["https://x.example/"]
"""


@pytest.mark.parametrize("command", ["check", "discover"])
def test_each_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", command, "--help"]) == 0
    assert f"partnernetz sources {command}" in capsys.readouterr().out


def test_the_project_s_own_list_is_checked_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "check"]) == 0
    out = capsys.readouterr().out
    assert "Mecklenburg-Vorpommern" in out
    assert ", 0 faults, " in out


def test_a_program_reads_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "check", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["sources"] == sum(report["kinds"].values())
    assert report["faults"] == []
    assert report["states"]["SL"]["municipality"] > 0


def test_faults_are_shown_and_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(_FAULTY, encoding="utf-8")
    assert run(["sources", "check", str(path)]) == 1
    out = capsys.readouterr().out
    assert f"fault: {path}, source 'x': the gazetteer has no place 'ags:99999999'." in out
    assert "\x1b" not in out
    assert run(["sources", "check", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["faults"][0]["source_id"] == "x"


def test_no_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "check", str(tmp_path / "nothing.toml")]) == 1
    assert "There is no sources file" in capsys.readouterr().err


def test_discover_writes_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    addresses = tmp_path / "list.csv"
    addresses.write_text(_LIST, encoding="utf-8")
    out = tmp_path / "made.toml"
    assert run(["sources", "discover", str(addresses), "-o", str(out), "--max-pages", "9"]) == 0
    err = capsys.readouterr().err
    assert f"{addresses}, line 3: 'nonsense' is no web address" in err
    assert "1 source, 1 row or site left out." in err
    (source,) = read_sources(out)
    assert (source.id, source.max_pages) == ("saarlouis-10044115", 9)
    assert run(["sources", "check", str(out)]) == 0


def test_discover_prints_what_it_would_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = tmp_path / "list.csv"
    addresses.write_text(_LIST, encoding="utf-8")
    assert run(["sources", "discover", str(addresses), "--state", "SL"]) == 0
    assert 'id = "saarlouis-10044115"' in capsys.readouterr().out
    assert run(["sources", "discover", str(addresses), "--state", "SN"]) == 1
    assert capsys.readouterr().out == ""
    assert run(["sources", "discover", str(addresses), "--state", "XX"]) == 1


def test_a_run_takes_lists_of_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text(_LIST, encoding="utf-8")
    path = tmp_path / "sources.toml"
    path.write_text('[[discover]]\naddresses = "list.csv"\n', encoding="utf-8")
    assert [source.id for source in load_run_sources(path)] == ["saarlouis-10044115"]
    assert "line 3" in capsys.readouterr().err


def test_a_word_stands_for_the_project_s_own_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sources_path(Path("reference")) == reference_sources()
    assert sources_path(Path("mine.toml")) == Path("mine.toml")
    (tmp_path / "reference").touch()
    assert sources_path(Path("reference")) == Path("reference")
