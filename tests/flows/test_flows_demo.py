"""The whole flow on the sample sites, as a newcomer starts it."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from frictionless import Package

from partnernetz.paths import default_data_folder
from scrapers.archive import has_no_text

pytestmark = pytest.mark.slow

#: Of the expected pairs so many must be found; what is missing is named by the test.
FLOOR = 0.85


def demo(out: Path, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli", "demo", "--out", str(out), "--json"]
    return subprocess.run(command, capture_output=True, text=True, env=_environment(home))


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**kept, "XDG_CACHE_HOME": str(home)}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict, dict, str]:
    folder = tmp_path_factory.mktemp("demo")
    out = folder / "out"
    first = demo(out, folder)
    assert first.returncode == 0, first.stderr
    before = contents(out)
    second = demo(out, folder)
    assert second.returncode == 0, second.stderr
    assert contents(out) == before, "the second run changed something"
    return out, json.loads(first.stdout), json.loads(second.stdout), first.stderr


def contents(out: Path) -> dict[str, bytes]:
    """Everything but what the crawl notes on itself, and on pages that it found unchanged."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
        and path.name
        not in ("crawl-report.json", "crawl-report.html", ".lock", "crawl.sqlite", "index.cdxj")
        and not has_no_text(path)
    }


def test_the_run_says_what_it_brought(runs: tuple[Path, dict, dict, str]) -> None:
    out, first, second, said = runs
    assert first["is_new"] and first["pages"] > 80 and first["files"] >= 20
    assert not second["is_new"] and second["new_pages"] == 0
    slugs = {failure["slug"] for failure in first["failures"]}
    assert slugs == {"http_error", "robots_disallowed"}
    failures = (out / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    # no log: a sentence a failure, nothing else
    assert len(said.splitlines()) == len(first["failures"]) == len(failures)


def test_the_expected_partnerships_are_found(runs: tuple[Path, dict, dict, str]) -> None:
    path = default_data_folder() / "samples" / "expected.toml"
    expected = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = pq.ParquetFile(runs[0] / "release" / "partnerships.parquet").read().to_pylist()
    found = {frozenset((row["a_id"], row["b_id"])): row for row in rows}
    wanted = {frozenset((pair["a_id"], pair["b_id"])): pair for pair in expected["partnership"]}
    missing = [f"{pair['a']} - {pair['b']}" for key, pair in wanted.items() if key not in found]
    assert 1 - len(missing) / len(wanted) >= FLOOR, f"missing: {missing}"


@pytest.mark.xfail(strict=True, reason="what is planned, refused or others' is taken for a pair")
def test_what_is_no_partnership_is_not_found(runs: tuple[Path, dict, dict, str]) -> None:
    path = default_data_folder() / "samples" / "expected.toml"
    expected = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = pq.ParquetFile(runs[0] / "release" / "partnerships.parquet").read().to_pylist()
    found = {frozenset((row["a_id"], row["b_id"])) for row in rows}
    wrong = [
        f"{pair['a']} - {pair['b']}"
        for pair in expected["no_partnership"]
        if frozenset((pair["a_id"], pair["b_id"])) in found
    ]
    assert wrong == []


def test_the_release_is_valid_and_every_quotation_is_in_the_archive(
    runs: tuple[Path, dict, dict, str],
) -> None:
    out = runs[0]
    package = Package(str(out / "release" / "datapackage.json"))
    assert package.validate().valid
    command = [sys.executable, "-m", "flows.cli", "verify", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert done.returncode == 0 and found["lost"] == [] and found["quotations"] > 100
