import pytest

from network.gaps import ReferencePair, find_gaps, read_reference
from partnernetz.errors import InputError

LIST = """a,b,year
Eisenhüttenstadt,Saarlouis,1986
SCHWERIN,Wuppertal,1988
Saarlouis,Saint-Nazaire,
Erfurt,Mainz,1988
"""


@pytest.fixture
def reference(tmp_path):
    def write(text, name="list.csv", **options):
        path = tmp_path / name
        path.write_text(text, encoding=options.pop("encoding", "utf-8"))
        return path

    return write


def test_found_missing_new_and_conflicting(release, reference):
    gaps = find_gaps(release, reference("\n".join(LIST.splitlines()[:3] + LIST.splitlines()[4:])))
    assert [match.reference.a for match in gaps.found] == ["Eisenhüttenstadt", "SCHWERIN"]
    assert gaps.missing == (ReferencePair(a="Erfurt", b="Mainz", year=1988),)
    assert [match.b_name for match in gaps.new] == ["Saint-Nazaire"]
    ((conflict,), stated) = gaps.conflicting, 1988
    assert (conflict.start_year, conflict.reference.year) == (1987, stated)


def test_a_list_without_a_year_conflicts_with_nothing(release, reference):
    gaps = find_gaps(release, reference("a\tb\nSchwerin\tWuppertal\n"))
    assert (len(gaps.found), gaps.conflicting) == (1, ())


def test_a_line_that_agrees_outweighs_one_that_does_not(release, reference):
    lines = "a,b,year\nSchwerin,Wuppertal,1990\nWuppertal,Schwerin,1987\n"
    assert find_gaps(release, reference(lines)).conflicting == ()


def test_a_wikidata_table(release, reference):
    table = (
        "item,itemLabel,partner,partnerLabel\n"
        "http://www.wikidata.org/entity/Q1,Saarlouis,http://www.wikidata.org/entity/Q2,Eisenhüttenstadt\n"
        "http://www.wikidata.org/entity/Q2,Eisenhüttenstadt,http://www.wikidata.org/entity/Q1,Saarlouis\n"
    )
    gaps = find_gaps(release, reference(table))
    assert (len(gaps.found), len(gaps.missing), len(gaps.new)) == (1, 0, 2)


def test_former_names_meet_with_a_gazetteer(release, reference, gazetteer):
    path = reference("a;b\nStalinstadt;Saarlouis\n")
    assert len(find_gaps(release, path).missing) == 1
    assert len(find_gaps(release, path, gazetteer=gazetteer).found) == 1


def test_a_byte_order_mark_is_no_name(reference):
    pairs = read_reference(reference("a,b\nX,Y\n", encoding="utf-8-sig"))
    assert pairs == (ReferencePair(a="X", b="Y"),)


def test_lines_without_a_pair_are_passed_over(reference):
    assert read_reference(reference("a,b,year\nX,,1988\n\nX\nX,Y,1988-09-19\n")) == (
        ReferencePair(a="X", b="Y", year=1988),
    )


@pytest.mark.parametrize("text", ["", "town,partner\nX,Y\n"])
def test_other_columns_are_told(reference, text):
    with pytest.raises(InputError, match="no columns a and b"):
        read_reference(reference(text))


def test_a_missing_or_garbled_list_is_told(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_reference(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("a,b\nKöln,Bonn\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_reference(tmp_path / "latin.csv")
