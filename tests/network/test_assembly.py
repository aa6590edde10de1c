import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.assembly import assemble
from partnernetz.records import PlaceReference, partnership_id


def only(evidence, **options):
    (partnership,) = assemble(evidence, **options)
    return partnership


def test_sample_adds_up(hand, gazetteer):
    found = {(item.a.name, item.b.name): item for item in assemble(hand.sample_evidence())}
    pair = found["Saarlouis", "Eisenhüttenstadt"]
    assert len(found) == 3
    assert pair.id == partnership_id(pair=("ags:12067120", "ags:10044115"))
    assert (pair.start_date, pair.start_alternatives) == ("1986-09-19", ())
    assert pair.start_reason.startswith("signing")
    assert (pair.status, pair.status_date) == ("active", "1996-09-21")
    assert [item.topic for item in pair.topics] == ["administration", "culture", "sport"]
    assert (len(pair.evidence_ids), pair.document_count, pair.source_count) == (4, 3, 2)
    assert [(event.event, event.date) for event in pair.events] == [
        ("signing", "1986"),
        ("decision", "1986-04"),
        ("signing", "1986-09-19"),
    ]
    assert len(pair.events[0].evidence_ids) == 2


@pytest.mark.parametrize("modality", ["planned", "denied"])
def test_what_is_not_asserted_makes_no_edge(hand, modality):
    assert assemble([hand.make_evidence(modality=modality)]) == ()


def test_what_is_not_asserted_adds_nothing_to_an_edge(hand):
    wish = hand.make_evidence(start=50, modality="planned", date="1999", topics=("sport",))
    assert assemble([hand.make_evidence(), wish]) == assemble([hand.make_evidence()])


def test_a_place_is_no_partner_of_itself(hand):
    assert assemble([hand.make_evidence(hand.SAARLOUIS, hand.SAARLOUIS)]) == ()


def test_direction_does_not_matter(hand):
    a, b = hand.SAARLOUIS, hand.EISENHUETTENSTADT
    assert only([hand.make_evidence(a, b), hand.make_evidence(b, a, start=60)]).a.id == a.id


def test_gazetteer_gives_the_official_name(hand, gazetteer):
    nickname = PlaceReference(
        id="ags:12067120", name="Stalinstadt", country="DE", surface="Stalinstadt", reason="former"
    )
    pair = only([hand.make_evidence(b=nickname)], gazetteer=gazetteer)
    assert pair.b == PlaceReference(id="ags:12067120", name="Eisenhüttenstadt", country="DE")


def test_an_id_that_the_gazetteer_lacks_keeps_its_name(hand, gazetteer):
    gone = PlaceReference(id="ags:99999999", name="Altdorf", country="DE")
    assert only([hand.make_evidence(b=gone)], gazetteer=gazetteer).b.name == "Altdorf"


def test_a_place_without_id_bears_its_commonest_name(hand):
    names = ["saint-nazaire", "Saint-Nazaire", "Saint-Nazaire"]
    pair = only(
        hand.make_evidence(b=PlaceReference(id=None, name=name, country="FR"), start=100 * index)
        for index, name in enumerate(names)
    )
    assert (pair.b.name, pair.b.id, pair.b.country) == ("Saint-Nazaire", None, "FR")


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        (["friendship", "friendship", "partnership"], "friendship"),
        (["friendship", "partnership"], "partnership"),
        (["contact", "sponsorship"], "sponsorship"),
        (["sponsorship", "project"], "project"),
    ],
)
def test_kind_is_that_of_most_texts_then_the_closer_one(hand, kinds, chosen):
    evidence = [
        hand.make_evidence(kind=kind, quotation=f"Satz {number}.", start=100 * number)
        for number, kind in enumerate(kinds)
    ]
    assert only(evidence).kind == chosen


def test_copies_of_a_text_do_not_outvote_another(hand):
    copies = [
        hand.make_evidence(
            date="1987", event="signing", document=hand.make_document(url=f"https://{host}.example")
        )
        for host in "abc"
    ]
    own = [
        hand.make_evidence(date="1986", event="signing", quotation=f"Satz {number}", start=number)
        for number in (1, 2)
    ]
    pair = only([*copies, *own])
    assert (pair.start_date, pair.start_alternatives) == ("1986", ("1987",))


def test_renewal_is_an_event_but_no_start(hand):
    pair = only([hand.make_evidence(event="renewal", date="1996")])
    assert pair.start_date is None
    assert [event.event for event in pair.events] == ["renewal"]


def test_an_end_ends_it(hand):
    ended = hand.make_evidence(start=90, event="end", date="2003-05", quotation="Aufgelöst.")
    pair = only([hand.make_evidence(date="1988"), ended])
    assert (pair.status, pair.end_date, pair.status_date) == ("ended", "2003-05", "2003-05")


def test_a_revival_after_the_end_makes_active(hand):
    ended = hand.make_evidence(start=90, event="end", date="2003", quotation="Aufgelöst.")
    revived = hand.make_evidence(start=190, event="revival", date="2010", quotation="Wiederbelebt.")
    pair = only([ended, revived])
    assert (pair.status, pair.end_date) == ("active", None)


def test_the_latest_publication_tells_the_status(hand):
    old = hand.make_document(url="https://a.example", published="2001")
    new = hand.make_document(url="https://b.example", published="2019-02-03")
    pair = only(
        [
            hand.make_evidence(document=old, status="dormant"),
            hand.make_evidence(document=new, status="active"),
        ]
    )
    assert (pair.status, pair.status_date) == ("active", "2019-02-03")


def test_evidence_given_twice_counts_once(hand):
    evidence = hand.sample_evidence()
    assert assemble(evidence + evidence) == assemble(evidence)


def test_one_id_with_two_contents_gives_the_same_in_any_order(hand):
    one, other = hand.make_evidence(score=0.4), hand.make_evidence(score=0.8)
    assert one.id == other.id
    assert assemble([one, other]) == assemble([other, one])


@given(seed=st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter(hand, seed: random.Random):
    evidence = hand.sample_evidence()
    shuffled = list(evidence)
    seed.shuffle(shuffled)
    assert assemble(shuffled) == assemble(evidence)
