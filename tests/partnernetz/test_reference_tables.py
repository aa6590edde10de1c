"""The gazetteer holds all that partners: municipalities, districts, boroughs, names of the past."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnernetz.errors import InputError
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer, fold

FOLDER = default_data_folder() / "reference"
EAST = {"BB", "MV", "SN", "ST", "TH"}
LATIN = st.text(st.characters(max_codepoint=0x24F, exclude_categories=["Cs"]), max_size=30)


def rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / "sources" / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(FOLDER)


@pytest.fixture(scope="module")
def columns(gazetteer: Gazetteer) -> dict[str, list[object]]:
    table = gazetteer._table
    return {name: table[name].to_pylist() for name in table.schema.names}


def ids_of_kind(columns: dict[str, list[object]], kind: str) -> set[object]:
    both = zip(columns["id"], columns["kind"], strict=True)
    return {place_id for place_id, place_kind in both if place_kind == kind}


# --- places -----------------------------------------------------------------------------------


def test_every_municipality_is_there_and_nothing_twice(columns: dict[str, list[object]]) -> None:
    wanted = {f"ags:{row['ags']}" for row in rows("municipalities.csv")}
    assert ids_of_kind(columns, "municipality") == wanted
    assert len(wanted) == 10_752
    assert len(set(columns["id"])) == len(columns["id"])


def test_every_rural_district_is_there(columns: dict[str, list[object]]) -> None:
    """A district is what several municipalities share, or one that is not the whole of it."""
    members: dict[str, list[str]] = {}
    for row in rows("municipalities.csv"):
        members.setdefault(row["ags"][:5], []).append(row["ags"])
    wanted = {
        f"ags:{key}"
        for key, group in members.items()
        if len(group) > 1 or not group[0].endswith("000")
    }
    assert ids_of_kind(columns, "district") == wanted
    assert len(wanted) > 290


def test_every_borough_of_berlin_is_there(columns: dict[str, list[object]]) -> None:
    wanted = {row["place_id"] for row in rows("berlin_boroughs.csv")}
    assert ids_of_kind(columns, "borough") == wanted
    present = {place_id for place_id in wanted if place_id.startswith("ags:110")}
    assert len(present) == 12


def test_each_place_lies_on_its_side_of_the_border(columns: dict[str, list[object]]) -> None:
    for country, state, side, kind in zip(
        *(columns[name] for name in ("country", "state", "side", "kind")), strict=True
    ):
        if country != "DE":
            assert (side, state, kind) == ("abroad", None, "town")
        elif state in EAST:
            assert side == "east"
        elif state != "BE":
            assert side == "west"
        else:
            assert side in ("berlin", "east", "west")


def test_positions_are_degrees_and_populations_counts(columns: dict[str, list[object]]) -> None:
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        values = [float(str(value)) for value in columns[name] if value is not None]
        assert all(math.isfinite(value) and abs(value) <= limit for value in values)
    populations = [value for value in columns["population"] if value is not None]
    assert all(isinstance(value, int) and value >= 0 for value in populations)


# --- names ------------------------------------------------------------------------------------


def test_every_municipality_is_found_as_the_register_writes_it(gazetteer: Gazetteer) -> None:
    for row in rows("municipalities.csv"):
        # of the bilingual "Cottbus/Chóśebuz" each half is a name
        found = gazetteer.names(row["name"]) or gazetteer.names(row["name"].partition("/")[0])
        assert f"ags:{row['ags']}" in {name.place.id for name in found}, row["name"]


def test_every_municipality_bears_its_own_name(gazetteer: Gazetteer) -> None:
    for row in list(rows("municipalities.csv"))[::17]:
        place = gazetteer.place(f"ags:{row['ags']}")
        kinds = {n.kind for n in gazetteer.names(place.name) if n.place == place}
        assert "official" in kinds, place.name


@pytest.mark.parametrize("row", list(rows("historical_names.csv")), ids=lambda row: row["name"])
def test_names_of_the_past_have_their_years(row: dict[str, str], gazetteer: Gazetteer) -> None:
    found = [n for n in gazetteer.names(row["name"]) if n.place.id == row["place_id"]]
    historical = [name for name in found if name.kind == "historical"]
    assert len(historical) == 1
    assert historical[0].first_year == (int(row["first_year"]) if row["first_year"] else None)
    assert historical[0].last_year == (int(row["last_year"]) if row["last_year"] else None)


@pytest.mark.parametrize("row", list(rows("berlin_boroughs.csv")), ids=lambda row: row["name"])
def test_boroughs_are_found_with_berlin_and_without(
    row: dict[str, str], gazetteer: Gazetteer
) -> None:
    for name in (f"Berlin-{row['name']}", row["name"]):
        found = [n for n in gazetteer.names(name) if n.place.id == row["place_id"]]
        assert found and found[0].place.name == f"Berlin-{row['name']}"
        assert found[0].first_year == int(row["first_year"])


def test_a_former_municipality_leads_to_its_successors_by_area(gazetteer: Gazetteer) -> None:
    former = list(rows("former_municipalities.csv"))
    assert len(former) > 6_000
    for row in former[::211]:
        found = [n for n in gazetteer.names(row["name_1990"]) if n.place.id == f"ags:{row['ags']}"]
        assert found
        shares = [n.share for n in found if n.kind == "former"]
        assert all(0 < share <= 1 for share in shares)
        if shares and found[0].kind == "former":
            assert any(math.isclose(share, float(row["share"]), rel_tol=1e-4) for share in shares)


# --- folding ----------------------------------------------------------------------------------


@given(LATIN)
def test_case_does_not_matter(name: str) -> None:
    assert fold(name) == fold(name.casefold())


@given(st.text(max_size=30))
def test_a_key_is_of_words_with_single_spaces(name: str) -> None:
    key = fold(name)
    assert key == " ".join(key.split())
    assert all(character.isalnum() or character == " " for character in key)


@given(LATIN, st.sampled_from(["-", "/", " ", "  ", ". ", "'", "_"]))
def test_punctuation_is_a_space(name: str, sign: str) -> None:
    assert fold(f"{name}{sign}x") == fold(f"{name} x")
    assert fold(f"{sign}{name}{sign}") == fold(name)


def test_keys_of_the_gazetteer_are_folded(gazetteer: Gazetteer) -> None:
    keys = list(gazetteer)
    assert len(keys) == len(set(keys)) > 200_000
    assert all(fold(key) == key and gazetteer.has_key(key) for key in keys[::997])
    assert "Eisenhüttenstadt" in gazetteer
    assert "EISENHUTTENSTADT" in gazetteer
    assert "Eisenhüttendorf" not in gazetteer


def test_torn_tables_are_named(tmp_path: Path) -> None:
    (tmp_path / "places.parquet").write_bytes(b"PAR1")
    (tmp_path / "names.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="missing or unreadable"):
        Gazetteer.load(tmp_path)
