import dataclasses
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from network.evidence_table import from_arrow, from_records, in_order, joined, ranks
from partnernetz.errors import InputError
from partnernetz.records import Evidence, PlaceReference
from partnernetz.storage import arrow_schema, to_dict, write_parquet


def arrow(evidence):
    return pa.Table.from_pylist([to_dict(item) for item in evidence], schema=arrow_schema(Evidence))


def test_records_come_back(hand, tmp_path):
    evidence = hand.sample_evidence()
    write_parquet(tmp_path / "e.parquet", evidence, Evidence)
    read = from_arrow(pq.ParquetFile(tmp_path / "e.parquet").read())
    assert read.records() == evidence == from_records(evidence).records()
    assert read.documents.num_rows == len({item.document.id for item in evidence})


def test_nothing_is_an_empty_table():
    assert len(in_order(from_records(()))) == len(joined(())) == 0


def test_keys_are_those_of_the_records(hand):
    evidence = hand.sample_evidence()
    table = from_records(evidence)
    assert table.rows["b_key"].to_pylist() == [item.b.key for item in evidence]


def test_any_order_and_any_parts_give_the_same_table(hand):
    evidence = hand.sample_evidence()
    other = [dataclasses.replace(item, score=0.2) for item in evidence[:3]]
    whole = in_order(from_records([*evidence, *other]))
    assert [(r.document.url, r.start) for r in whole.records()] == sorted(
        (item.document.url, item.start) for item in evidence
    )
    for seed in range(5):
        shuffled = [*evidence, *other, *evidence]
        random.Random(seed).shuffle(shuffled)
        parts = joined([from_records(shuffled[:4]), from_records(shuffled[4:])])
        assert in_order(parts).rows.equals(whole.rows)


def test_one_document_with_two_contents_is_the_same_in_any_order(hand):
    one, other = (
        hand.make_evidence(start=start, document=hand.make_document(title=title))
        for start, title in ((0, "B"), (50, "A"))
    )
    for evidence in ([one, other], [other, one]):
        assert from_records(evidence).documents["title"].to_pylist() == ["A"]


def test_what_newer_records_have_more_may_be_missing_in_older_files(hand):
    older = arrow([hand.make_evidence(page=3)]).drop_columns(["page", "topics"])
    (item,) = from_arrow(older).records()
    assert (item.page, item.topics) == (None, ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["quotation"]), "'quotation' is missing"),
        (lambda table: table.drop_columns(["a"]), "'a' is missing"),
        (
            lambda table: table.set_column(4, "kind", pa.array(["marriage"])),
            "'marriage' is none of partnership",
        ),
        (
            lambda table: table.set_column(4, "kind", pa.array([None], pa.string())),
            "'kind' is empty",
        ),
        (
            lambda table: table.set_column(7, "start", pa.array(["first"])),
            "'start' is of type string",
        ),
    ],
)
def test_what_is_no_evidence_is_told(hand, change, message):
    table = arrow([hand.make_evidence()])
    assert table.column_names[4] == "kind" and table.column_names[7] == "start"
    with pytest.raises(InputError, match=message):
        from_arrow(change(table))


def test_half_characters_are_replaced(hand):
    place = PlaceReference(id=None, name="A\ud800", country="FR")
    (item,) = from_records([hand.make_evidence(b=place, quotation="\udfff!")]).records()
    assert (item.b.name, item.quotation) == ("A\ufffd", "\ufffd!")


def test_ranks_follow_the_order_of_characters():
    assert ranks(pa.chunked_array([["b", "a"], ["ä", "b"]])).to_pylist() == [1, 0, 2, 1]
