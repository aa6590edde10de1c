import doctest

import pytest

from network import succession
from network.assembly import assemble
from partnernetz.records import PlaceReference

CHEMNITZ = PlaceReference(
    id="ags:14511000", name="Chemnitz", country="DE", surface="Karl-Marx-Stadt"
)
DESSAU = PlaceReference(id="ags:15001000", name="Dessau-Roßlau", country="DE", surface="Dessau")


def only(evidence, gazetteer):
    (partnership,) = assemble(evidence, gazetteer=gazetteer)
    return partnership


def test_the_doctest_is_right():
    assert doctest.testmod(succession).failed == 0


def test_a_renamed_town_keeps_its_identity_and_the_name_that_was_used(hand, gazetteer):
    now = PlaceReference(id="ags:14511000", name="Chemnitz", country="DE", surface="Chemnitz")
    then, later = hand.make_evidence(b=CHEMNITZ), hand.make_evidence(b=now, start=80)
    pair = only([then, later], gazetteer)
    (name,) = pair.history
    assert (name.place_key, name.name, name.is_merged) == (CHEMNITZ.id, "Karl-Marx-Stadt", False)
    assert (name.first_year, name.last_year, name.evidence_ids) == (1953, 1990, (then.id,))
    assert pair.id == only([later], gazetteer).id
    assert only([later], gazetteer).history == ()


@pytest.mark.parametrize(
    "place",
    [
        PlaceReference(id=None, name="Dessau", country="DE"),
        PlaceReference(id="name:de:dessau", name="Dessau", country="DE"),
        PlaceReference(id="ags:15101000", name="Dessau", country="DE"),  # its key until 2007
    ],
)
def test_a_dissolved_town_is_one_with_its_successor(hand, gazetteer, place):
    pair = only([hand.make_evidence(b=place), hand.make_evidence(b=DESSAU, start=80)], gazetteer)
    assert {pair.a.name, pair.b.name} == {"Saarlouis", "Dessau-Roßlau"}
    assert [(name.name, name.last_year) for name in pair.history] == [("Dessau", 2007)]
    assert len(pair.history[0].evidence_ids) == 2


def test_a_merged_municipality_is_told_as_part_of_its_successor(hand, gazetteer):
    place = PlaceReference(id=None, name="Vienenburg", country="DE")
    pair = only([hand.make_evidence(b=place)], gazetteer)
    assert "Goslar" in (pair.a.name, pair.b.name)
    assert pair.history[0].is_merged
    names = {ref.key: ref.name for ref in (pair.a, pair.b)}
    assert succession.history_text(pair.history, names) == "Vienenburg, today part of Goslar"


@pytest.mark.parametrize(
    "place",
    [
        PlaceReference(id=None, name="Neustadt", country="DE"),  # many bear it
        PlaceReference(id=None, name="Dessau", country="FR"),
        PlaceReference(id="ags:09101000", name="Dessau", country="DE"),  # a key of Bavaria
        PlaceReference(id=None, name="Hägen", country="DE"),  # folds to Hagen
    ],
)
def test_what_is_not_sure_is_left_as_it_is(hand, gazetteer, place):
    pair = only([hand.make_evidence(b=place)], gazetteer)
    assert place.key in (pair.a.key, pair.b.key)


def test_an_inflected_or_present_name_is_no_history(hand, gazetteer):
    for surface in ("Eisenhüttenstadts", "EISENHÜTTENSTADT", ""):
        place = PlaceReference(
            id="ags:12067120", name="Eisenhüttenstadt", country="DE", surface=surface
        )
        assert only([hand.make_evidence(b=place)], gazetteer).history == ()
