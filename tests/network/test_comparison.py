import json
import sys
from dataclasses import replace

import pytest

from network.belief import ErrorTable, default_errors
from network.comparison import COMPARED, compare_releases, describe_rejudged
from network.release import publish
from partnernetz.errors import InputError
from partnernetz.records import PlaceReference, partnership_id
from partnernetz.storage import to_dict


@pytest.fixture
def build(hand, gazetteer, tmp_path):
    def run(name, evidence):
        publish(
            evidence=evidence,
            claims=(),
            out=tmp_path / name,
            gazetteer=gazetteer,
            reference_folder=hand.REFERENCE,
        )
        return tmp_path / name

    return run


@pytest.fixture
def judge_otherwise(monkeypatch):
    """Build with other figures of belief from now on."""

    def change(**values):
        table = ErrorTable(**{**to_dict(default_errors()), **values})
        for module in ("network.assembly", "network.release.publish"):
            monkeypatch.setattr(sys.modules[module], "default_errors", lambda: table)

    return change


def values_of(change):
    return {item.column: (item.old, item.new) for item in change.values}


def test_nothing_changed(release):
    comparison = compare_releases(release, release)
    assert comparison.is_empty and comparison.parameters == ()
    assert comparison.old == comparison.new


def test_a_partnership_comes_and_goes_with_its_evidence(hand, build):
    evidence = hand.sample_evidence()
    without = [item for item in evidence if "Wuppertal" not in item.quotation]
    new, old = build("new", evidence), build("old", without)
    (added,) = compare_releases(old, new).added
    assert (added.a_name, added.b_name) == ("Wuppertal", "Schwerin")
    assert [item.quotation for item in added.evidence_added] == ["Schwerin – Wuppertal, 1987"]
    assert added.evidence_withdrawn == ()
    assert values_of(added)["start_date"] == (None, "1987")
    (withdrawn,) = compare_releases(new, old).withdrawn
    assert [item.url for item in withdrawn.evidence_withdrawn] == [
        "https://lexikon.example/Schwerin"
    ]


def test_a_change_is_told_with_the_evidence_that_did_it(hand, build):
    evidence = [hand.make_evidence(event="signing", date="1987")]
    document = hand.make_document(url="https://b.example/")
    more = [
        hand.make_evidence(
            event="signing", date="1987-03-01", quotation="Am 1. März 1987.", document=document
        ),
        hand.make_evidence(
            quotation="Ein Chor kam.", topics=("culture",), document=document, start=50
        ),
    ]
    (changed,) = compare_releases(build("old", evidence), build("new", [*evidence, *more])).changed
    values = {item.column: item for item in changed.values}
    assert (values["start_date"].old, values["start_date"].new) == ("1987", "1987-03-01")
    assert values["start_date"].evidence_ids == (more[0].id,)
    assert values["topics"].evidence_ids == (more[1].id,)
    assert set(values["belief"].evidence_ids) == {item.id for item in more}
    assert {item.cause for item in changed.values} == {"evidence"}
    assert {item.evidence_id for item in changed.evidence_added} == {item.id for item in more}


def test_what_is_only_rescored_is_told_as_that(hand, build):
    before = hand.make_evidence(score=0.9)
    after = replace(before, score=0.6, date="1990", event=before.event)
    (changed,) = compare_releases(build("old", [before]), build("new", [after])).changed
    assert (changed.evidence_added, changed.evidence_withdrawn) == ((), ())
    (restated,) = changed.evidence_restated
    assert {(c.column, c.old, c.new) for c in restated.changes} == {
        ("score", 0.9, 0.6),
        ("event_date", None, "1990"),
    }


def test_a_page_fetched_again_with_the_same_words_is_no_change(hand, build):
    old = hand.make_evidence(document=hand.make_document(digest="sha256:1"))
    document = replace(old.document, id="document-of-another-day", digest="sha256:2")
    new = replace(old, id="evidence-of-another-day", document=document, start=20, end=46)
    assert compare_releases(build("old", [old]), build("new", [new])).is_empty


def test_a_source_of_another_kind_is_told(hand, build):
    old = hand.make_evidence()
    new = replace(old, document=replace(old.document, source_kind="press"))
    (changed,) = compare_releases(build("old", [old]), build("new", [new])).changed
    (restated,) = changed.evidence_restated
    assert [(c.column, c.old, c.new) for c in restated.changes] == [
        ("source_kind", "municipality", "press")
    ]


def test_other_figures_are_told_apart_from_other_evidence(hand, build, judge_otherwise):
    evidence = [
        hand.make_evidence(score=0.7),
        hand.make_evidence(hand.SCHWERIN, hand.WUPPERTAL, start=90),
    ]
    more = hand.make_evidence(
        document=hand.make_document(url="https://b.example/"), quotation="Auch dort."
    )
    old = build("old", evidence)
    judge_otherwise(least=0.1, kind={"municipality": 1.5})
    comparison = compare_releases(old, build("new", [*evidence, more]))
    assert {(c.column, c.old, c.new) for c in comparison.parameters} >= {("least", 0.02, 0.1)}
    changes = {item.b_name: item for item in comparison.changed}
    (alone,) = changes["Schwerin"].values
    assert (alone.column, alone.cause) == ("belief", "parameters")
    assert comparison.rejudged == (changes["Schwerin"],)
    assert comparison.altered == (changes["Eisenhüttenstadt"],)
    said = describe_rejudged(comparison.rejudged)
    assert (
        "belief of 1 " in said
        and "(parameters)" in said
        and f"{alone.new - alone.old:+.4f}" in said
    )
    (both,) = changes["Eisenhüttenstadt"].values
    assert both.cause == "evidence and parameters"
    # the figures alone would have lowered the belief, the new evidence raises it
    assert both.by_parameters < both.old < both.new


def test_the_same_evidence_judged_otherwise_is_the_method(hand, build, monkeypatch):
    evidence = [hand.make_evidence(event="decision", date="1987")]
    old = build("old", evidence)
    monkeypatch.setattr("network.starts.START_LADDER", ("signing",))
    (changed,) = compare_releases(old, build("new", evidence)).changed
    (value,) = changed.values
    assert (value.column, value.cause, value.evidence_ids) == ("start_date", "method", ())


def test_a_place_that_was_identified_keeps_its_partnership(hand, build):
    unknown = PlaceReference(id=None, name="Wupperthal", country="DE")
    old = [hand.make_evidence(hand.SCHWERIN, unknown), hand.make_evidence(start=90)]
    new = [hand.make_evidence(hand.SCHWERIN, hand.WUPPERTAL), hand.make_evidence(start=90)]
    comparison = compare_releases(build("old", old), build("new", new))
    assert (comparison.added, comparison.withdrawn, comparison.changed) == ((), (), ())
    (renamed,) = comparison.renamed
    assert renamed.old_id and renamed.old_id != renamed.partnership_id
    (place,) = comparison.places
    assert (place.old_id, place.new_id) == ("name:DE:wupperthal", "ags:05124000")


def test_where_the_evidence_of_a_withdrawn_one_went_is_told(hand, build):
    unknown = PlaceReference(id=None, name="Wupperthal", country="DE")
    both = hand.make_evidence(
        hand.SCHWERIN, hand.WUPPERTAL, start=90, quotation="Schwerin und Wuppertal."
    )
    old = [hand.make_evidence(hand.SCHWERIN, unknown), both]
    new = [hand.make_evidence(hand.SCHWERIN, hand.WUPPERTAL), both]
    (withdrawn,) = compare_releases(build("old", old), build("new", new)).withdrawn
    assert withdrawn.went_to == (partnership_id(pair=both.pair),)


def test_a_sentence_read_anew_replaces_no_place(hand, build):
    there = hand.make_evidence(start=90)
    moved = hand.make_evidence(hand.SCHWERIN, hand.WUPPERTAL, quotation="Partner seit 1987.")
    anew = hand.make_evidence(
        hand.EISENHUETTENSTADT, hand.WUPPERTAL, quotation="Partner seit 1987."
    )
    stays = hand.make_evidence(hand.SCHWERIN, hand.SAINT_NAZAIRE, start=200)
    comparison = compare_releases(
        build("old", [there, moved, stays]), build("new", [there, anew, stays])
    )
    assert comparison.places == ()


def test_a_renamed_place_is_told(hand, build):
    def place(name):
        return PlaceReference(id="geonames:0", name=name, country="FR")

    old = [hand.make_evidence(b=place("Villeneuve"))]
    new = [hand.make_evidence(b=place("Villevieille"))]
    comparison = compare_releases(build("old", old), build("new", new))
    (change,) = comparison.places
    assert (change.old_name, change.new_name) == ("Villeneuve", "Villevieille")
    assert (comparison.added, comparison.withdrawn) == ((), ())


def test_a_release_of_an_older_version_can_be_compared(release, build, hand, tmp_path):
    old = build("old", hand.sample_evidence())
    summary = json.loads((old / "summary.json").read_text(encoding="utf-8"))
    del summary["belief"]
    (old / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    comparison = compare_releases(old, release)
    assert comparison.parameters is None and comparison.is_empty


def test_every_compared_column_is_in_the_release(release):
    from network.release.reading import read_table

    assert set(COMPARED) <= set(read_table(release, "partnerships").column_names)


def test_what_is_no_release_is_told(release, tmp_path):
    with pytest.raises(InputError, match="no release"):
        compare_releases(release, tmp_path)
