import doctest
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import belief
from network.assembly import assemble
from network.belief import (
    ErrorTable,
    Statement,
    beliefs,
    believe,
    default_errors,
    noisy_or,
    source_error,
    source_key,
)

ERRORS = ErrorTable(least=0.02, most=0.9, repeated=0.5, rule={"list": 2.0}, kind={"press": 1.5})


def test_worked_example_of_the_docstring_is_right():
    results = doctest.testmod(belief)
    assert results.attempted > 0
    assert results.failed == 0


def test_every_source_kind_has_a_factor():
    from partnernetz.records import SOURCE_KINDS

    assert set(default_errors().kind) == set(SOURCE_KINDS)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ({"score": 0.9, "rule": "other/signing", "kind": "municipality"}, 0.1),
        ({"score": 0.9, "rule": "list/signing", "kind": "municipality"}, 0.2),
        ({"score": 0.9, "rule": "list", "kind": "press"}, 0.3),
        ({"score": 1.0, "rule": "list", "kind": "press"}, 0.02),
        ({"score": 0.0, "rule": "list", "kind": "press"}, 0.9),
    ],
)
def test_the_error_of_a_text_is_bounded_and_follows_rule_and_kind(text, error):
    assert ERRORS.of_text(**text) == pytest.approx(error)


def test_repetition_cures_chance_but_not_what_comes_back():
    assert source_error([0.1] * 50) == pytest.approx(0.05)


def test_one_text_errs_as_often_as_learned():
    assert source_error([0.3]) == 0.3


def test_no_source_no_belief():
    assert noisy_or([]) == 0


def only(*evidence):
    (partnership,) = assemble(evidence)
    return partnership


def on(hand, host, **options):
    return hand.make_document(url=f"https://{host}/{options.pop('path', '')}", **options)


LONG = "Seit 1986 sind die Städte verbunden."


def test_same_text_on_two_addresses_counts_once(hand):
    one = hand.make_evidence(quotation=LONG, document=on(hand, "a.example"))
    again = "Seit  1986 sind\ndie Städte verbunden."
    other = hand.make_evidence(quotation=again, document=on(hand, "b.example"))
    assert only(one, other).belief == only(one).belief
    assert only(one, other).source_count == 1


def test_two_sentences_of_one_page_are_one_text(hand):
    sentences = [hand.make_evidence(quotation=f"{LONG} {n}.", start=99 * n) for n in range(3)]
    assert only(*sentences).belief == only(sentences[0]).belief


def test_a_copied_text_counts_for_the_source_that_errs_least(hand):
    press, town = on(hand, "a.example", kind="press"), on(hand, "b.example")
    copies = [hand.make_evidence(quotation=LONG, document=document) for document in (press, town)]
    assert only(*copies).belief == max(only(copies[0]).belief, only(copies[1]).belief)


def test_two_pages_of_one_host_are_one_source(hand):
    pages = [
        hand.make_evidence(
            quotation=f"Satz {number}.",
            document=on(hand, f"{host}saarlouis.de", path=str(number)),
        )
        for number, host in enumerate(("www.", ""))
    ]
    assert only(*pages).source_count == 1
    assert only(*pages).belief > only(pages[0]).belief


def test_a_file_without_address_is_known_by_its_source_or_id():
    assert source_key(url="", source_id="archive", document_id="d") == "archive"
    assert source_key(url="", document_id="d") == "d"
    assert source_key(url="http://[x", document_id="d") == "d"  # no address


def test_what_an_agency_wrote_is_of_one_source_wherever_it_is_printed():
    papers = [source_key(url=f"https://{host}.example/", agency="dpa") for host in "ab"]
    assert papers[0] == papers[1] != source_key(url="https://a.example/")


@settings(deadline=None, max_examples=30)
@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=6), hosts=st.data())
def test_another_text_never_lowers_belief(hand, scores, hosts):
    evidence = [
        hand.make_evidence(
            quotation=f"Satz {number}.",
            score=score,
            document=on(hand, f"{hosts.draw(st.sampled_from('abc'))}.example", path=str(number)),
        )
        for number, score in enumerate(scores)
    ]
    values = [only(*evidence[: count + 1]).belief for count in range(len(evidence))]
    assert all(0 <= value <= 1 and math.isfinite(value) for value in values)
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(values))


STATEMENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.floats(0.01, 0.9)), min_size=1, max_size=12
)


@given(st.lists(STATEMENTS, max_size=4))
def test_many_ties_are_believed_as_each_alone(ties):
    rows = [(number, *item) for number, tie in enumerate(ties) for item in tie]
    tie, text, source, error = (
        (np.array(column) for column in zip(*rows, strict=True))
        if rows
        else (np.zeros(0, dtype=np.int64) for _ in range(4))
    )
    found = beliefs(tie, text, source, error, errors=default_errors())
    alone = [believe(Statement(t, f"{s}", e) for t, s, e in tie) for tie in ties]
    assert [item.source_count for item in found] == [item.source_count for item in alone]
    assert [b.value for b in found] == pytest.approx([b.value for b in alone], abs=1e-6)
