import csv
from pathlib import Path

import pytest

from network.coverage import wilson_interval
from network.gaps import find_gaps
from network.release import publish

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "partnerships_1986_1989.tsv"
LIST = """a,b,since
Eisenhüttenstadt,Saarlouis,1986
SCHWERIN,Wuppertal,1988
Erfurt,Mainz,1988
"""


@pytest.fixture
def gaps(release, gazetteer, tmp_path):
    def run(text, **options):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return find_gaps(release, path, **{"gazetteer": gazetteer, **options})

    return run


def names(pairs):
    return [(item.reference.a.name, item.reference.b.name) for item in pairs]


def test_found_missing_new_and_conflicting(gaps):
    found = gaps(LIST)
    assert names(found.found) == [("Eisenhüttenstadt", "Saarlouis"), ("SCHWERIN", "Wuppertal")]
    (missing,) = found.missing
    assert (missing.a_id, missing.b_id) == ("ags:16051000", "ags:07315000")
    assert (missing.reason, missing.sites_read) == ("not stated", 0)
    assert [item.b_name for item in found.new] == ["Saint-Nazaire"]
    (conflict,) = found.conflicting
    assert (conflict.known.start_date, conflict.reference.since) == ("1987", ("1988",))


@pytest.mark.parametrize(
    ("date", "agreement"),
    [
        ("1986", "agrees"),
        ("1986-09", "agrees"),
        ("1985/1987", "agrees"),
        ("19.09.1986", "agrees"),
        ("1986-09-20", "conflicts"),  # that a newspaper says 1986 does not help
        ("1986-04", "otherwise stated"),  # the decision
        ("1988", "conflicts"),
        ("", "undated"),
    ],
)
def test_dates_agree_if_they_can_mean_the_same_day(gaps, date, agreement):
    (found,) = gaps(f"a,b,since\nSaarlouis,Eisenhüttenstadt,{date}\n").found
    assert found.start == agreement
    assert bool(found.stated) == (agreement == "otherwise stated")


def test_another_event_of_that_date_is_named(gaps):
    (found,) = gaps("a,b,since\nSaarlouis,Eisenhüttenstadt,1986-04-15\n").found
    assert [(item.event, item.date) for item in found.stated] == [("decision", "1986-04")]


def test_a_line_that_agrees_outweighs_one_that_does_not(gaps):
    assert gaps("a,b,year\nSchwerin,Wuppertal,1990\nWuppertal,Schwerin,1987\n").conflicting == ()


def test_keys_settle_what_names_do_not(gaps):
    text = "a,b,a_ags,b_ags\nIrgendwas,Sonstwie,10044115,12067120\n"
    assert len(gaps(text).found) == 1


def test_a_key_that_is_no_longer_valid_falls_back_to_the_name(gaps):
    assert len(gaps("a,b,a_ags\nSaarlouis,Eisenhüttenstadt,99999999\n").found) == 1


def test_former_names_meet_with_a_gazetteer(gaps):
    text = "a;b\nStalinstadt;Saarlouis\n"
    assert len(gaps(text, gazetteer=None).unknown) == 1
    assert len(gaps(text).found) == 1


def test_names_that_many_places_bear_are_listed_as_such(gaps):
    found = gaps("a,b\nNeustadt,Saarlouis\nXyzzyhausen,Saarlouis\n")
    (ambiguous,), (unknown,) = found.ambiguous, found.unknown
    assert len(ambiguous.a) > 5 and ambiguous.b == ("ags:10044115",)
    assert (unknown.a, unknown.b) == ((), ("ags:10044115",))
    assert found.missing == ()


def test_the_state_tells_places_of_one_name_apart(gaps):
    text = "Gemeinde;Bundesland;Partnergemeinde;Land\nHof;Bayern;Joensuu;Finnland\n"
    (missing,) = gaps(text).missing
    assert missing.a_id == "ags:09464000"


def test_the_far_larger_place_is_meant(gaps):
    (missing,) = gaps("a,b\nMünchen,Verona\n").missing
    assert missing.a_id == "ags:09162000"


def test_a_mere_plan_is_no_find(gaps):
    (missing,) = gaps("a,b\nSaarlouis,Schwerin\n").missing
    assert missing.reason == "only planned"


def test_less_belief_counts_as_missing(gaps):
    found = gaps("a,b\nSchwerin,Wuppertal\n", minimum_belief=0.99999)
    assert [item.reason for item in found.missing] == ["below the belief"]
    assert found.found == () and found.new == ()


def test_coverage_counts_a_pair_on_each_side_and_in_each_state(gaps):
    found = gaps(LIST)
    states = {item.area: (item.listed, item.found, item.new) for item in found.states}
    assert states["BB"] == (1, 1, 0) and states["SL"] == (1, 1, 1)
    assert states["TH"] == (1, 0, 0) and states["all"] == (3, 2, 1)
    sides = {item.area: (item.listed, item.found, item.share) for item in found.sides}
    assert sides["east"] == sides["west"] == (3, 2, 0.6667)


def test_sites_that_were_read_are_counted(hand, gazetteer, tmp_path):
    own = hand.make_document(url="https://erfurt.example/", host_place_id="ags:16051000")
    erfurt = gazetteer.place("ags:16051000").reference()
    out = tmp_path / "out"
    publish(
        evidence=[hand.make_evidence(erfurt, hand.SCHWERIN, document=own)],
        claims=(),
        out=out,
        gazetteer=gazetteer,
        reference_folder=hand.REFERENCE,
    )
    path = tmp_path / "list.csv"
    path.write_text("a,b\nErfurt,Mainz\n", encoding="utf-8")
    (missing,) = find_gaps(out, path, gazetteer=gazetteer).missing
    assert missing.sites_read == 1


def test_a_real_list_of_pairs_is_read(release, gazetteer):
    if not SHARED.is_file():
        pytest.skip(f"{SHARED} is not there")
    found = find_gaps(release, SHARED, gazetteer=gazetteer)
    with SHARED.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    assert found.form == "east-west"
    listed = [*found.found, *found.missing, *found.ambiguous, *found.unknown]
    assert len(listed) == len(lines)
    assert {(item.known.a_name, item.known.b_name) for item in found.found} == {
        ("Saarlouis", "Eisenhüttenstadt"),
        ("Wuppertal", "Schwerin"),
    }
    assert len(found.ambiguous) + len(found.unknown) <= 2


def test_intervals_hold_the_share():
    assert wilson_interval(0, 0) == (None, None)
    for trials in (1, 10, 200):
        for successes in range(trials + 1):
            low, high = wilson_interval(successes, trials)
            assert 0 <= low <= successes / trials <= high <= 1
