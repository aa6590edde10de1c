import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network import belief
from network.belief import noisy_or, score_belief, source_error, source_key


def test_worked_example_of_the_docstring_is_right():
    results = doctest.testmod(belief)
    assert results.attempted > 0
    assert results.failed == 0


def test_every_source_kind_has_an_error():
    from partnernetz.records import SOURCE_KINDS

    assert set(belief.default_errors().systematic) == set(SOURCE_KINDS)


def test_repetition_cures_chance_but_not_the_systematic_error():
    assert source_error("press", [0.9] * 50) == pytest.approx(0.05)


def test_a_score_of_one_is_not_certainty():
    assert source_error("municipality", [1.0]) == pytest.approx(0.02 + 0.98 * 0.02)


def test_no_source_no_belief():
    assert noisy_or([]) == 0


def test_same_text_on_two_addresses_counts_once(hand):
    text = "Seit 1986 sind die Städte verbunden."
    one = hand.make_evidence(quotation=text, document=hand.make_document(url="https://a.example/"))
    other = hand.make_evidence(
        quotation="Seit  1986 sind\ndie Städte verbunden.",
        document=hand.make_document(url="https://b.example/"),
    )
    assert score_belief([one, other]) == score_belief([one])
    assert score_belief([one, other]).source_count == 1


def test_a_copied_text_counts_for_the_source_that_errs_least(hand):
    press = hand.make_document(url="https://a.example/", kind="press")
    town = hand.make_document(url="https://b.example/")
    copies = [hand.make_evidence(document=document) for document in (press, town)]
    assert score_belief(copies).value == score_belief(copies[1:]).value


def test_two_pages_of_one_host_are_one_source(hand):
    pages = [
        hand.make_evidence(
            quotation=f"Satz {number}.",
            document=hand.make_document(url=f"https://{host}saarlouis.de/{number}"),
        )
        for number, host in enumerate(("www.", ""))
    ]
    assert score_belief(pages).source_count == 1


def test_a_file_without_address_is_known_by_its_source_or_id(hand):
    assert source_key(hand.make_document(url="", source_id="archive")) == "archive"
    assert source_key(hand.make_document(url="")) == "document-"


@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=6), hosts=st.data())
def test_another_text_never_lowers_belief(hand, scores, hosts):
    evidence = [
        hand.make_evidence(
            quotation=f"Satz {number}.",
            score=score,
            document=hand.make_document(
                url=f"https://{hosts.draw(st.sampled_from('abc'))}.example/", kind="press"
            ),
        )
        for number, score in enumerate(scores)
    ]
    values = [score_belief(evidence[:count]).value for count in range(len(evidence) + 1)]
    assert values == sorted(values)
    assert all(0 <= value <= 1 and math.isfinite(value) for value in values)
