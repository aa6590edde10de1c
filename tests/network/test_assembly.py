import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.assembly import assemble, assemble_table
from network.evidence_table import from_records
from partnernetz.records import PlaceReference, partnership_id


def only(evidence, **options):
    (partnership,) = assemble(evidence, **options)
    return partnership


def test_sample_adds_up(hand, gazetteer):
    found = {(item.a.name, item.b.name): item for item in assemble(hand.sample_evidence())}
    pair = found["Saarlouis", "Eisenhüttenstadt"]
    assert len(found) == 3
    assert pair.id == partnership_id(pair=("ags:12067120", "ags:10044115"))
    assert pair.start_date == "1986-09-19"
    assert [(item.event, item.date) for item in pair.start_alternatives] == [
        ("decision", "1986-04")
    ]
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
        (["contact", "project"], "project"),
    ],
)
def test_kind_is_that_of_most_texts_then_the_closer_one(hand, kinds, chosen):
    assert only(stated_on_pages(hand, kinds)).kind == chosen


def stated_on_pages(hand, kinds):
    return [
        hand.make_evidence(
            kind=kind, quotation=f"Satz {number}.", document=hand.make_document(url=f"u{number}")
        )
        for number, kind in enumerate(kinds)
    ]


def test_a_sponsorship_beside_a_partnership_is_a_tie_of_its_own(hand):
    alone = only(stated_on_pages(hand, ["sponsorship"]))
    closer, other = assemble(stated_on_pages(hand, ["sponsorship", "partnership"]))
    assert (closer.kind, other.kind) == ("partnership", "sponsorship")
    assert closer.id == alone.id != other.id
    assert len(closer.evidence_ids) == len(other.evidence_ids) == 1


@pytest.mark.parametrize("closer", ["partnership", "sponsorship", "project"])
def test_a_mere_contact_joins_the_tie_that_is_known(hand, closer):
    pair = only(stated_on_pages(hand, ["contact", closer]))
    assert (pair.document_count, pair.source_count) == (2, 2)


def test_planned_evidence_belongs_to_the_tie_of_its_family(hand):
    stated = stated_on_pages(hand, ["partnership", "sponsorship"])
    plans = [
        hand.make_evidence(kind=kind, modality="planned", start=start)
        for start, kind in enumerate(("sponsorship", "project"), start=500)
    ]
    assembly = assemble_table(from_records([*stated, *plans]))
    belongs = dict(
        zip(
            assembly.evidence.rows["id"].to_pylist(),
            assembly.partnership_ids.to_pylist(),
            strict=True,
        )
    )
    closer, other = assembly.partnerships
    assert [belongs[plan.id] for plan in plans] == [other.id, closer.id]


def test_copies_of_a_text_do_not_outvote_another(hand):
    text = "Seit 1987 sind die beiden Städte nun Partner."
    copies = [
        hand.make_evidence(
            date="1987",
            event="signing",
            quotation=text,
            document=hand.make_document(url=f"https://{host}.example", kind="press"),
        )
        for host in "abc"
    ]
    others = [
        hand.make_evidence(
            date="1986",
            event="signing",
            quotation=f"Satz {host}",
            document=hand.make_document(url=f"https://{host}.example", kind="press"),
        )
        for host in "de"
    ]
    pair = only([*copies, *others])
    assert pair.start_date == "1986"
    assert [item.date for item in pair.start_alternatives] == ["1987"]


def test_documents_that_are_known_to_be_copies_count_once(hand):
    pages = stated_on_pages(hand, ["partnership", "partnership"])
    copies = {page.document.id: "group" for page in pages}
    assert only(pages, copies=copies).belief == only(pages[:1]).belief < only(pages).belief


def test_the_first_pair_of_towns_keeps_all_three_dates(hand, gazetteer):
    """Saarlouis and Eisenhüttenstadt: agreed in 1985, signed in both towns in 1986."""
    west = hand.make_document(host_place_id="ags:10044115")
    east = hand.make_document(
        url="https://www.eisenhuettenstadt.de/partner", host_place_id="ags:12067120"
    )
    press = hand.make_document(url="https://zeitung.example/1986", kind="press")
    pair = only(
        [
            hand.make_evidence(
                document=press,
                event="decision",
                date="1985-11-15",
                quotation="Am 15. November 1985 willigte Honecker gegenüber Lafontaine ein.",
            ),
            hand.make_evidence(
                document=west,
                event="signing",
                date="1986-09-19",
                quotation="In Saarlouis wurde der Vertrag am 19. September 1986 unterzeichnet.",
            ),
            hand.make_evidence(
                document=east,
                event="signing",
                date="1986-10-06",
                quotation="Am 6. Oktober 1986 unterschrieb man in Eisenhüttenstadt.",
            ),
            hand.make_evidence(
                document=press, start=200, event="existence", date="1986", quotation="Seit 1986."
            ),
        ],
        gazetteer=gazetteer,
    )
    assert pair.start_date == "1986-09-19"
    assert pair.start_reason == (
        "signing, the first of two, stated by 1 of 2 texts, on a partner's own site"
    )
    assert [(e.event, e.date, e.source_kinds, e.start_reason) for e in pair.start_alternatives] == [
        (
            "decision",
            "1985-11-15",
            ("press",),
            "not the start: decision, and a signing is stated",
        ),
        (
            "signing",
            "1986-10-06",
            ("municipality",),
            "not the start: the second of two signings",
        ),
    ]
    reasons = {(event.event, event.date): event.start_reason for event in pair.events}
    assert reasons["existence", "1986"] == "agrees with the start, less exactly"
    assert len(pair.events) == 4


def test_a_life_cycle_is_told_as_dated_events(hand):
    course = {
        "contact": "1986",
        "decision": "1987-05",
        "signing": "1988-06-10",
        "dormancy": "1995",
        "revival": "2004",
        "renewal": "2008-06-10",
        "end": "2019",
    }
    evidence = [
        hand.make_evidence(
            event=event, date=date, start=99 * n, quotation=f"{event} im Jahr {date}."
        )
        for n, (event, date) in enumerate(course.items())
    ]
    pair = only(evidence)
    assert {event.event: event.date for event in pair.events} == course
    assert (pair.start_date, pair.end_date, pair.status) == ("1988-06-10", "2019", "ended")
    assert only(evidence[:-1]).status == "active"


def test_an_undated_page_of_the_town_states_the_status_when_it_was_fetched(hand):
    own = hand.make_document(fetched_at="2026-11-01T10:00:00Z")
    press = hand.make_document(url="p", kind="press", fetched_at="2026-11-02T10:00:00Z")
    stated = [hand.make_evidence(document=page, status="active") for page in (own, press)]
    assert only(stated).status_date == "2026-11-01"


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


@settings(deadline=None, max_examples=20)
@given(seed=st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter(hand, seed: random.Random):
    evidence = hand.sample_evidence()
    shuffled = list(evidence)
    seed.shuffle(shuffled)
    assert assemble(shuffled) == assemble(evidence)


def test_partnerships_of_little_belief_are_left_out_and_their_evidence_stays(hand):
    sure = hand.make_evidence(score=0.95)
    unsure = hand.make_evidence(hand.SCHWERIN, hand.WUPPERTAL, start=70, score=0.4)
    assembly = assemble_table(from_records([sure, unsure]), minimum_belief=0.8)
    assert [item.evidence_ids for item in assembly.partnerships] == [(sure.id,)]
    assert len(assembly.evidence) == 2
    assert assembly.partnership_ids.null_count == 1
