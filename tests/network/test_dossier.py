import json

import pytest

from network.dossier import dossier
from network.release import publish
from partnernetz.errors import PlaceUnknownError, UsageError
from partnernetz.storage import to_dict


@pytest.fixture
def build(hand, gazetteer, tmp_path):
    def run(*evidence):
        out = tmp_path / "out"
        publish(
            evidence=evidence,
            claims=(),
            out=out,
            gazetteer=gazetteer,
            reference_folder=hand.REFERENCE,
        )
        return out

    return run


def test_dates_come_with_their_sources_and_the_reason(release):
    found = dossier(release, "EISENHÜTTENSTADT", "Saarlouis")
    assert (found.a.name, found.b.name, found.a.side) == ("Eisenhüttenstadt", "Saarlouis", "east")
    (tie,) = found.ties
    assert [(item.date, item.event, item.is_start) for item in tie.dates] == [
        ("1986", "signing", False),
        ("1986-04", "decision", False),
        ("1986-09-19", "signing", True),
    ]
    start = tie.dates[2]
    assert start.start_reason == tie.start_reason and "partner's own site" in tie.start_reason
    assert start.source_kinds == ("municipality",)
    quoted = [found.quotations[number - 1] for number in start.quotations]
    assert [item.quotation for item in quoted] == [
        "Am 19. September 1986 wurde in Saarlouis unterzeichnet."
    ]


def test_every_number_leads_to_a_quotation_that_says_it(release):
    found = dossier(release, "Saarlouis", "Eisenhüttenstadt")
    (tie,) = found.ties
    by_number = {item.number: item for item in found.quotations}
    assert list(by_number) == list(range(1, len(by_number) + 1))
    for date in tie.dates:
        for number in date.quotations:
            assert date.date in {statement.date for statement in by_number[number].statements}
    for topic in tie.topics:
        for number in topic.quotations:
            assert any(topic.topic in item.topics for item in by_number[number].statements)


def test_statements_of_one_sentence_are_one_quotation(build, hand):
    sentence = "Seit 1986 Partner, 1996 erneuert."
    out = build(
        hand.make_evidence(event="founding", date="1986", quotation=sentence),
        hand.make_evidence(event="renewal", date="1996", quotation=sentence),
    )
    (quotation,) = dossier(out, "Saarlouis", "Eisenhüttenstadt").quotations
    assert {item.event for item in quotation.statements} == {"founding", "renewal"}


def test_the_history_of_the_status_is_in_order(build, hand):
    def at(number, published, **more):
        document = hand.make_document(url=f"https://{number}.example/", published=published)
        return hand.make_evidence(document=document, quotation=f"Satz {number} darüber.", **more)

    out = build(
        at(1, "2010-05-01", event="end", date="2009", status="ended"),
        at(2, "1999", status="active"),
        at(3, "2004-02", event="dormancy", date="2003"),
        at(4, None, status="active"),
    )
    (tie,) = dossier(out, "Saarlouis", "Eisenhüttenstadt").ties
    assert [(item.date, item.status) for item in tie.statuses] == [
        ("1999", "active"),
        ("2003", "dormant"),
        ("2009", "ended"),
        (None, "active"),
    ]
    assert {item.text for item in tie.contradictions} == {
        "active against ended",
        "dormant against ended",
    }


def test_contradictions_are_named(build, hand):
    def at(site, **more):
        document = hand.make_document(url=f"https://{site}.example/", kind="press")
        return hand.make_evidence(document=document, quotation=f"Was {site} schreibt.", **more)

    out = build(
        at("a", event="signing", date="1986-09-19"),
        at("b", event="signing", date="1986-09-19"),
        at("c", event="signing", date="1988", kind="friendship"),
        at("d", modality="denied"),
    )
    found = dossier(out, "Saarlouis", "Eisenhüttenstadt")
    texts = {item.about: item.text for item in found.ties[0].contradictions}
    assert texts["start"].startswith("1988 (signing) against 1986-09-19: not the start")
    assert texts["kind"] == "called a friendship against partnership"
    assert texts["modality"] == "denied, not asserted"


def test_ties_of_two_kinds_are_two(build, hand):
    out = build(
        hand.make_evidence(),
        hand.make_evidence(kind="sponsorship", start=50, quotation="Patenschaft seit 1955."),
    )
    ties = dossier(out, "Saarlouis", "Eisenhüttenstadt").ties
    assert [tie.kind for tie in ties] == ["partnership", "sponsorship"]
    assert all(len(tie.account.sources) == 1 for tie in ties)


def test_belief_is_worked_out_as_the_release_has_it(release):
    (tie,) = dossier(release, "Saarlouis", "Eisenhüttenstadt").ties
    assert tie.is_reproduced and tie.account.belief == tie.belief
    assert len(tie.account.sources) == tie.source_count


def test_a_dossier_of_a_mere_wish_has_no_tie(release):
    found = dossier(release, "Saarlouis", "Schwerin")
    assert found.ties == ()
    assert [item.modality for q in found.quotations for item in q.statements] == ["planned"]


def test_less_belief_than_asked_for_is_told(release):
    with pytest.raises(UsageError, match=r"has a belief of 0\.9999"):
        dossier(release, "Schwerin", "Wuppertal", minimum_belief=0.9999)


def test_the_structure_is_json(release):
    assert json.loads(json.dumps(to_dict(dossier(release, "Schwerin", "Wuppertal"))))


def test_a_pair_of_which_nothing_is_said(release):
    with pytest.raises(UsageError, match="nothing of a partnership of Saarlouis and Wuppertal"):
        dossier(release, "Saarlouis", "Wuppertal")


def test_a_town_that_is_not_there(release):
    with pytest.raises(PlaceUnknownError, match="Atlantis"):
        dossier(release, "Saarlouis", "Atlantis")


def test_the_partner_settles_an_ambiguous_name(build, hand, gazetteer):
    def place(place_id):
        return gazetteer.place(place_id).reference()

    oder, main, leipzig = (place(f"ags:{key}") for key in ("12053000", "06412000", "14713000"))
    out = build(
        hand.make_evidence(oder, hand.SAARLOUIS), hand.make_evidence(main, leipzig, start=100)
    )
    assert dossier(out, "Frankfurt", "Saarlouis").a.name == "Frankfurt (Oder)"
