import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.gaps import find_gaps
from network.quickstatements import _address as address
from network.quickstatements import _text as text_cell
from network.quickstatements import items_of, public_host, quick_statements
from network.release import publish
from partnernetz.records import PlaceReference

ITEM = "http://www.wikidata.org/entity/"
HEAD = (
    "item,itemLabel,itemAgs,itemGeonames,partner,partnerLabel,partnerAgs,partnerGeonames,start,"
    "startPrecision"
)
SAARLOUIS = f"{ITEM}Q1,Saarlouis,10044115,"
EISENHUETTENSTADT = f"{ITEM}Q2,Eisenhüttenstadt,12067120,"
WUPPERTAL = f"{ITEM}Q3,Wuppertal,05124000,"
SCHWERIN = f"{ITEM}Q4,Schwerin,13004000,"
NONE = ",,,"

TOWNS = [f"{place},{NONE},," for place in (SAARLOUIS, EISENHUETTENSTADT, WUPPERTAL, SCHWERIN)]


@pytest.fixture
def write(hand, gazetteer, tmp_path):
    """Commands for evidence, against lines of a list."""

    def run(evidence, *lines, minimum_belief=0.5):
        out = tmp_path / "out"
        publish(
            evidence=evidence,
            claims=(),
            out=out,
            gazetteer=gazetteer,
            reference_folder=hand.REFERENCE,
        )
        path = tmp_path / "wikidata.csv"
        path.write_text("\n".join([HEAD, *TOWNS, *lines]) + "\n", encoding="utf-8")
        gaps = find_gaps(out, path, gazetteer=gazetteer)
        return quick_statements(out, gaps, minimum_belief=minimum_belief)

    return run


@pytest.fixture
def signed(hand):
    document = hand.make_document(
        url="https://www.saarlouis.de/partner?id=1|2",
        title='Partner\tstädte | "Saarlouis" /* neu */',
        language="de",
        fetched_at="2026-11-01T10:00:00Z",
    )
    return hand.make_evidence(document=document, event="signing", date="1986-09-19", page=3)


def parse(line):
    """Read a command by the rules of QuickStatements' parser of version 1."""
    assert not re.search(r"/\*.*\*/ *$", line)
    item, prop, value, *rest = line.split("\t")
    assert len(rest) % 2 == 0
    pairs = list(zip(rest[::2], rest[1::2], strict=True))
    assert all(re.fullmatch(r"(S|P|!S)\d+", key) for key, _ in pairs)
    forms = r'Q\d+|".*"|[a-z_-]+:".*"|\+\d{4}-\d\d-\d\dT00:00:00Z/\d+'
    assert all(re.fullmatch(forms, cell) for _, cell in pairs)
    qualifiers = {key: cell for key, cell in pairs if key.startswith("P")}
    return (item, prop, value), qualifiers, [pair for pair in pairs if "S" in pair[0]]


def test_a_partnership_that_wikidata_lacks_goes_both_ways(write, signed):
    found = write([signed])
    there, back = (parse(line) for line in found.lines)
    assert (there[0], back[0]) == (("Q1", "P190", "Q2"), ("Q2", "P190", "Q1"))
    assert there[1] == back[1] == {"P580": "+1986-09-19T00:00:00Z/11"}
    assert there[2] == [
        ("S854", '"https://www.saarlouis.de/partner?id=1%7C2"'),
        ("S1476", 'de:"Partner städte – "Saarlouis" / * neu * /"'),
        ("S813", "+2026-11-01T00:00:00Z/11"),
        ("S304", '"3"'),
    ]
    assert (found.partnerships, found.left_out) == (1, {})


def test_only_what_is_lacking_is_written(write, signed):
    there = f"{SAARLOUIS},{EISENHUETTENSTADT},1986-09-19T00:00:00Z,11"
    back = f"{EISENHUETTENSTADT},{SAARLOUIS},1986-01-01T00:00:00Z,9"
    without_start = f"{EISENHUETTENSTADT},{SAARLOUIS},,"
    assert write([signed], there, back).lines == ()
    (line,) = write([signed], there).lines
    assert parse(line)[0] == ("Q2", "P190", "Q1")
    (line,) = write([signed], there, without_start).lines
    assert parse(line)[:2] == (("Q2", "P190", "Q1"), {"P580": "+1986-09-19T00:00:00Z/11"})


def test_a_start_that_contradicts_the_list_is_not_written(write, signed):
    (line,) = write([signed], f"{SAARLOUIS},{EISENHUETTENSTADT},1990-01-01T00:00:00Z,9").lines
    assert parse(line)[:2] == (("Q2", "P190", "Q1"), {})


def test_a_second_source_is_a_second_reference(write, signed, hand):
    press = hand.make_document(url="https://zeitung.de/1", kind="press")
    more = hand.make_evidence(document=press, quotation="Seit langem Partner.", start=9)
    line = write([signed, more]).lines[0]
    sources = [key for key, _ in parse(line)[2]]
    assert sources == ["S854", "S1476", "S813", "S304", "!S854"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "friendship"}, "no partnership but another kind of tie"),
        ({"event": "end", "status": "ended"}, "ended without a date"),
        ({"score": 0.3}, "less belief"),
        ({"url": "http://127.0.0.1:8000/x"}, "no reference with a public address"),
        ({"url": "https://intern.example/x"}, "no reference with a public address"),
        (
            {"b": PlaceReference(id=None, name="Nirgendheim", country="FR")},
            "a place that the gazetteer lacks",
        ),
        (
            {"b": PlaceReference(id="ags:07315000", name="Mainz", country="DE")},
            "no item known for a place",
        ),
    ],
)
def test_what_is_not_sure_is_left_out_with_the_reason(write, hand, changes, reason):
    changes = {"url": "https://www.saarlouis.de/", **changes}
    document = hand.make_document(url=changes.pop("url"))
    found = write([hand.make_evidence(document=document, **changes)])
    assert (found.lines, found.left_out) == ((), {reason: 1})


@pytest.mark.parametrize("date", ["1990/1991", "1988~", "1988-23", "198X"])
def test_a_vague_start_is_left_out(write, hand, date):
    evidence = hand.make_evidence(event="signing", date=date)
    assert [parse(line)[1] for line in write([evidence]).lines] == [{}, {}]


def test_a_mere_decision_is_no_start(write, hand):
    line = write([hand.make_evidence(event="decision", date="1986-04")]).lines[0]
    assert parse(line)[1] == {}


def test_two_items_of_one_key_are_none(release, gazetteer, tmp_path):
    path = tmp_path / "wikidata.csv"
    double = f"{ITEM}Q9,Saarlouis,10044115,,{NONE},,"
    path.write_text("\n".join([HEAD, *TOWNS, double]), encoding="utf-8")
    items = items_of(find_gaps(release, path, gazetteer=gazetteer))
    assert items["ags:12067120"] == "Q2" and "ags:10044115" not in items


@given(st.text())
def test_no_text_of_a_page_divides_commands(text):
    for cell in (text_cell(text), address(f"https://a.de/{text}")):
        assert not set("\t\n\r|") & set(cell) and len(cell.splitlines()) <= 1
        assert "/*" not in cell and "*/" not in cell
    assert not set('"\x00') & set(address(text))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Saarlouis.de:443/x", "saarlouis.de"),
        ("http://[::1]/", None),
        ("http://10.0.0.1/", None),
        ("http://localhost/", None),
        ("http://rathaus.local/", None),
        ("https://user:pass@a.de/", None),
        ("ftp://a.de/", None),
        ("http://[broken/", None),
        (None, None),
    ],
)
def test_addresses_that_others_can_look_up(url, host):
    assert public_host(url) == host
