import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.starts import DatedStatements, choose_start
from partnernetz.chronology import START_LADDER


def stated(event, date, text=0, *, own=False):
    return DatedStatements(event=event, date=date, texts=(text,), is_own=own)


@pytest.mark.parametrize(
    ("statements", "date", "reason_of_other"),
    [
        (
            [stated("signing", "1987", 1), stated("decision", "1986-05-02", 2, own=True)],
            "1987",
            "not the start: decision, and a signing is stated",
        ),
        (
            [stated("founding", "1987", 1, own=True), stated("founding", "1986-05-02", 2)],
            "1987",
            "not the start: a partner's own site says otherwise",
        ),
        (
            [
                stated("founding", "1987-05-02", 1),
                stated("founding", "1986", 2),
                stated("founding", "1986", 3),
            ],
            "1987-05-02",
            "not the start: less exact",
        ),
        (
            [stated("founding", "1987~", 1), stated("founding", "1988", 2)],
            "1988",
            "not the start: less exact",
        ),
        (
            [
                stated("founding", "1986", 1),
                stated("founding", "1987", 2),
                stated("founding", "1987", 3),
            ],
            "1987",
            "not the start: stated by fewer texts",
        ),
        (
            [stated("founding", "1986", 1), stated("founding", "1987", 2)],
            "1986",
            "not the start: stated as often, and later",
        ),
        (
            [stated("signing", "../1989-11-09", 1), stated("contact", "1990", 2)],
            "1990",
            "not the start: open, and another date is stated",
        ),
        (
            [stated("signing", "1987-05-02", 1), stated("signing", "1988-05-02", 2)],
            "1987-05-02",
            "not the start: the second of two signings",
        ),
    ],
)
def test_each_rule_of_the_order_decides(statements, date, reason_of_other):
    start = choose_start(statements)
    assert start.date == date
    (other,) = [key for key in start.reasons if key[1] != date]
    assert start.reasons[other] == reason_of_other
    assert start.contradicting == {other}


def test_copies_of_a_text_speak_once():
    copies = [stated("founding", "1987", 1)] * 3
    others = [stated("founding", "1986", number) for number in (2, 3)]
    start = choose_start([*copies, *others])
    assert (start.date, start.reason) == ("1986", "founding, stated by 2 of 3 texts")


def test_a_vague_date_speaks_for_the_exact_one_and_does_not_contradict():
    start = choose_start([stated("signing", "1986", 1, own=True), stated("signing", "1986-09-19")])
    assert start.date == "1986-09-19"
    assert start.reason == "signing, stated by 2 of 2 texts, on a partner's own site"
    assert not start.contradicting


def test_renewals_are_no_start():
    start = choose_start([stated("renewal", "1996")])
    assert (start.date, start.reason, start.reasons) == (None, "no date stated", {})


DATES = st.sampled_from(
    ["1986", "1986-09-19", "1986-10-06", "1986-09", "1987~", "1985/1987", "../1989", "1988-23"]
)
STATEMENTS = st.builds(
    stated, st.sampled_from(START_LADDER), DATES, st.integers(0, 3), own=st.booleans()
)


@settings(deadline=None)
@given(statements=st.lists(STATEMENTS, min_size=1), chance=st.randoms(use_true_random=False))
def test_any_order_gives_the_same_start_and_a_reason_for_each_date(
    statements, chance: random.Random
):
    shuffled = list(statements)
    chance.shuffle(shuffled)
    start = choose_start(statements)
    assert choose_start(shuffled) == start
    assert (start.event, start.date) in start.reasons
    assert set(start.reasons) == {(item.event, item.date) for item in statements}
    assert all(start.reasons.values())
    assert start.contradicting < set(start.reasons)
