import json

import pytest

from network.inspection import Foundings, partners_of
from network.release import publish
from network.towns import Towns
from partnernetz.errors import InputError, PlaceUnknownError, UsageError
from partnernetz.storage import to_dict


def town(place_id, name, state=None, country="DE"):
    return {"place_id": place_id, "name": name, "state": state, "country": country}


TOWNS = Towns(
    [
        town("ags:1", "Frankfurt am Main", "HE"),
        town("ags:2", "Frankfurt (Oder)", "BB"),
        town("ags:3", "Hof", "BY"),
        town("ags:4", "Hof", "RP"),
        town("ags:5", "Eisenhüttenstadt", "BB"),
        town("name::x", "Nirgendheim", None, None),
    ],
    partners=["ags:1", "ags:2", "ags:3"],
)


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("FRANKFURT (ODER)", "ags:2"),
        ("Frankfurt/Oder", "ags:2"),
        ("ags:4", "ags:4"),
        ("Hof", "ags:3"),  # the other has no partners
        ("nirgendheim", "name::x"),
        ("Eisenhuettenstadt", "ags:5"),
        ("eisenhuttenstadt", "ags:5"),
    ],
)
def test_names_are_found_as_people_type_them(name, place_id):
    assert TOWNS.resolve(name) == place_id


def test_an_ambiguous_name_is_told_with_its_meanings():
    with pytest.raises(UsageError, match=r"Frankfurt am Main \(HE, ags:1\), Frankfurt \(Oder\)"):
        TOWNS.resolve("Frankfurt")


@pytest.mark.parametrize("name", ["Frankfrt (Oder)", "", "?", "Fran"])
def test_an_unknown_name_is_told(name):
    with pytest.raises(PlaceUnknownError, match="no place called"):
        TOWNS.resolve(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Frankfurd Oder", "Frankfurt (Oder)"), ("Eisenhütenstadt", "Eisenhüttenstadt")],
)
def test_a_near_name_is_offered_once(typed, meant):
    with pytest.raises(PlaceUnknownError) as raised:
        TOWNS.resolve(typed)
    assert str(raised.value).count(f"'{meant}'") == 1


@pytest.mark.parametrize("name", ["Stalinstadt", "Eisenhüttenstadt", "eisenhuettenstadt"])
def test_former_names_are_found_with_a_gazetteer(release, gazetteer, name):
    report = partners_of(release, name, gazetteer=lambda: gazetteer)
    assert report.place_id == "ags:12067120"


def test_the_gazetteer_is_only_loaded_when_it_is_needed(release):
    def never():
        raise AssertionError

    assert partners_of(release, "Saarlouis", gazetteer=never).partners


def test_partners_come_by_date(release):
    report = partners_of(release, "saarlouis")
    assert (report.place_id, report.state, report.side) == ("ags:10044115", "SL", "west")
    assert [(item.name, item.start_date) for item in report.partners] == [
        ("Saint-Nazaire", "1969"),
        ("Eisenhüttenstadt", "1986-09-19"),
    ]
    assert report.partners[1].topics == ("administration", "culture", "sport")
    assert report.foundings == (
        Foundings(year=1969, partnerships=1),
        Foundings(year=1986, partnerships=1),
    )
    assert {(event.year, event.event) for event in report.partners[1].events} == {
        (1986, "decision"),
        (1986, "signing"),
    }


def test_what_is_less_believed_is_left_out_and_counted(release):
    everything = partners_of(release, "Saarlouis").partners
    middle = sorted(item.belief for item in everything)[1]
    report = partners_of(release, "Saarlouis", minimum_belief=middle)
    assert [item.belief for item in report.partners] == [middle]
    assert (report.left_out, len(report.foundings)) == (1, 1)


def test_the_structure_is_json(release):
    assert json.loads(json.dumps(to_dict(partners_of(release, "Schwerin"))))


def test_an_ambiguous_town_is_told(hand, gazetteer, tmp_path):
    def place(place_id):
        return gazetteer.place(place_id).reference()

    oder, main, leipzig = (place(f"ags:{key}") for key in ("12053000", "06412000", "14713000"))
    evidence = [
        hand.make_evidence(oder, hand.SAARLOUIS),
        hand.make_evidence(main, leipzig, start=100),
    ]
    out = tmp_path / "out"
    publish(
        evidence=evidence, claims=(), out=out, gazetteer=gazetteer, reference_folder=hand.REFERENCE
    )
    with pytest.raises(UsageError, match="can be"):
        partners_of(out, "Frankfurt")


def test_what_is_no_release_is_told(tmp_path):
    with pytest.raises(InputError, match="is no release"):
        partners_of(tmp_path, "Saarlouis")


def test_a_torn_table_is_told(tmp_path):
    (tmp_path / "partnerships.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(InputError, match="is torn"):
        partners_of(tmp_path, "Saarlouis")


def test_partners_of_little_belief_can_be_left_out(release):
    partners = partners_of(release, "Saarlouis").partners
    least = max(item.belief for item in partners)
    found = partners_of(release, "Saarlouis", minimum_belief=least).partners
    assert [item.belief for item in found] == [least]
    assert len(partners) > 1
