import pytest

from network.comparison import ValueChange, compare_releases
from network.release import publish
from partnernetz.errors import InputError


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


def test_nothing_changed(release):
    comparison = compare_releases(release, release)
    assert (comparison.added, comparison.withdrawn, comparison.changed) == ((), (), ())


def test_a_partnership_comes_and_goes_with_its_evidence(hand, build):
    evidence = hand.sample_evidence()
    without = [item for item in evidence if "Wuppertal" not in item.quotation]
    new, old = build("new", evidence), build("old", without)
    (added,) = compare_releases(old, new).added
    assert (added.a_name, added.b_name) == ("Wuppertal", "Schwerin")
    assert [item.quotation for item in added.evidence_added] == ["Schwerin – Wuppertal, 1987"]
    assert added.evidence_withdrawn == ()
    assert ValueChange(column="start_date", old=None, new="1987") in added.values
    (withdrawn,) = compare_releases(new, old).withdrawn
    assert [item.url for item in withdrawn.evidence_withdrawn] == [
        "https://lexikon.example/Schwerin"
    ]


def test_a_change_is_told_with_the_evidence_that_did_it(hand, build):
    evidence = [hand.make_evidence(event="signing", date="1987")]
    document = hand.make_document(url="https://b.example/")
    more = hand.make_evidence(
        event="signing", date="1987-03-01", quotation="Am 1. März 1987.", document=document
    )
    (changed,) = compare_releases(build("old", evidence), build("new", [*evidence, more])).changed
    values = {change.column: (change.old, change.new) for change in changed.values}
    assert values["start_date"] == ("1987", "1987-03-01")
    assert set(values) == {"start_date", "belief"}
    assert [item.evidence_id for item in changed.evidence_added] == [more.id]


def test_what_is_no_release_is_told(release, tmp_path):
    with pytest.raises(InputError, match="no release"):
        compare_releases(release, tmp_path)
