import json

import pytest

from network.inspection import dossier, partners_of
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
    ],
)
def test_names_fold(name, place_id):
    assert TOWNS.resolve(name) == place_id


def test_an_ambiguous_name_is_told_with_its_meanings():
    with pytest.raises(UsageError, match=r"Frankfurt am Main \(HE, ags:1\), Frankfurt \(Oder\)"):
        TOWNS.resolve("Frankfurt")


@pytest.mark.parametrize("name", ["Frankfrt (Oder)", "", "?", "Fran"])
def test_an_unknown_name_is_told(name):
    with pytest.raises(PlaceUnknownError, match="no place called"):
        TOWNS.resolve(name)


def test_a_near_name_is_offered():
    with pytest.raises(PlaceUnknownError, match=r"did you mean 'Frankfurt \(Oder\)'"):
        TOWNS.resolve("Frankfurd Oder")


def test_partners_come_by_date(release):
    report = partners_of(release, "saarlouis")
    assert (report.place_id, report.state) == ("ags:10044115", "SL")
    assert [(item.name, item.start_date) for item in report.partners] == [
        ("Saint-Nazaire", "1969"),
        ("Eisenhüttenstadt", "1986-09-19"),
    ]
    assert report.partners[1].topics == ("administration", "culture", "sport")


def test_a_dossier_quotes_its_sources(release):
    found = dossier(release, "EISENHÜTTENSTADT", "Saarlouis")
    assert (found.a_name, found.b_name) == ("Eisenhüttenstadt", "Saarlouis")
    assert found.start_reason == "signing, stated by 2 of 2 texts, on a partner's own site"
    assert [event.date for event in found.events] == ["1986", "1986-04", "1986-09-19"]
    assert len(found.quotations) == 4
    assert {item.source_kind for item in found.quotations} == {"municipality", "press"}


def test_a_dossier_of_a_mere_wish_has_no_partnership(release):
    found = dossier(release, "Saarlouis", "Schwerin")
    assert (found.partnership_id, found.belief, found.events) == (None, None, ())
    assert [item.modality for item in found.quotations] == ["planned"]


def test_the_structures_are_json(release):
    for record in (partners_of(release, "Schwerin"), dossier(release, "Schwerin", "Wuppertal")):
        assert json.loads(json.dumps(to_dict(record)))


def test_a_pair_of_which_nothing_is_said(release):
    with pytest.raises(UsageError, match="nothing of a partnership of Saarlouis and Wuppertal"):
        dossier(release, "Saarlouis", "Wuppertal")


def test_a_town_that_is_not_there(release):
    with pytest.raises(PlaceUnknownError, match="Atlantis"):
        dossier(release, "Saarlouis", "Atlantis")


def test_the_partner_settles_an_ambiguous_name(hand, gazetteer, tmp_path):
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
    assert dossier(out, "Frankfurt", "Saarlouis").a_name == "Frankfurt (Oder)"


def test_what_is_no_release_is_told(tmp_path):
    with pytest.raises(InputError, match="is no release"):
        partners_of(tmp_path, "Saarlouis")


def test_a_torn_table_is_told(tmp_path):
    (tmp_path / "partnerships.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(InputError, match="torn"):
        partners_of(tmp_path, "Saarlouis")


def test_partners_of_little_belief_can_be_left_out(release):
    partners = partners_of(release, "Saarlouis").partners
    least = max(item.belief for item in partners)
    found = partners_of(release, "Saarlouis", minimum_belief=least).partners
    assert [item.belief for item in found] == [least]
    assert len(partners) > 1
