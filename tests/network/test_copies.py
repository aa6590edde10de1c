import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.copies import folded, signatures, text_numbers

AGENCY = (
    "Vor genau dreißig Jahren unterzeichneten die Bürgermeister beider Städte im Rathaus feierlich "
    "die erste Urkunde, begleitet von Chören, Vereinen und vielen Schülern aus Ost und West."
)


def numbers(*texts, documents=None, starts=(0,), groups=None):
    found = text_numbers(
        np.array(documents or range(len(texts)), dtype=np.int64),
        pa.chunked_array([list(texts)], pa.string()),
        np.array(starts, dtype=np.int64),
        groups=groups,
    )
    return found.tolist()


@pytest.mark.parametrize(
    "copy",
    [
        AGENCY,
        AGENCY.upper().replace("SS", "ß"),
        f"Saarlouis (dpa) – {AGENCY}",
        AGENCY.replace("feierlich ", "").replace("Städte", "Kommunen"),
        AGENCY.replace(",", " –\n"),
    ],
)
def test_a_copy_is_known_although_it_was_edited(copy):
    assert numbers(AGENCY, copy) == [0, 0]


@pytest.mark.parametrize(
    "other",
    [
        "Vor dreißig Jahren wurde in Gera ein Vertrag geschlossen, an dem Schüler mitwirkten.",
        " ".join(AGENCY.split()[:8]),
    ],
)
def test_other_texts_are_no_copies(other):
    assert numbers(AGENCY, other) == [0, 1]


def test_who_changed_a_year_did_not_merely_copy():
    one = f"{AGENCY} Das war am 19. September 1986."
    assert numbers(one, one.replace("1986", "1987")) == [0, 1]


def test_short_entries_are_alike_by_chance():
    assert numbers("Schwerin, seit 1987", "Schwerin, seit 1987") == [0, 1]


def test_known_groups_are_joined_also_where_quotations_differ():
    texts = ("Schwerin, seit 1987", AGENCY, "Wuppertal")
    assert numbers(*texts, groups={0: 7, 1: 7}) == [0, 0, 2]


def test_two_sentences_of_a_document_are_its_text():
    assert numbers("eins", "zwei", "drei", documents=[4, 4, 5]) == [4, 4, 5]


def test_only_texts_on_one_tie_are_compared():
    assert numbers(AGENCY, AGENCY, AGENCY, documents=[3, 1, 2], starts=(0, 1)) == [3, 1, 1]


def test_no_statements_have_no_texts():
    assert numbers(documents=[], starts=()) == []


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1))
def test_signatures_have_the_words_of_the_folded_texts(texts):
    bits, counts = signatures(pa.chunked_array([texts], pa.string()))
    words = [text.split() for text in folded(pa.chunked_array([texts], pa.string())).to_pylist()]
    assert counts.tolist() == [len(found) for found in words]
    for one, mine in zip(bits.tolist(), words, strict=True):
        for other, others in zip(bits.tolist(), words, strict=True):
            assert (one ^ other).bit_count() <= len({*mine} ^ {*others})


WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=6, max_size=10, unique=True)


@settings(deadline=None)
@given(texts=st.lists(WORDS, min_size=2, max_size=6), few=st.sampled_from([0, 1_000]))
def test_the_shortcut_finds_what_comparing_all_finds(texts, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("network.copies._FEW", few)
        _compare_with_all(texts)


def _compare_with_all(texts):
    sets = [frozenset(text) for text in texts]
    parent = list(range(len(sets)))
    for later in range(len(sets)):
        for earlier in range(later):
            if len(sets[later] & sets[earlier]) >= 0.8 * len(sets[later] | sets[earlier]):
                old, new = parent[later], parent[earlier]
                parent = [min(old, new) if p in (old, new) else p for p in parent]
    found = numbers(*(" ".join(text) for text in texts))
    assert [found.index(n) for n in found] == [parent.index(p) for p in parent]
