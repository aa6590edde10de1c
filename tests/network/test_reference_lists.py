import csv
import io
import json

import pytest

from network.reference_lists import country_code, forms, read_date, read_reference
from partnernetz import edtf
from partnernetz.errors import InputError

ITEM = "http://www.wikidata.org/entity/"
HEAD = "item itemLabel itemAgs partner partnerLabel partnerAgs start startPrecision".split()
LINES = [
    [f"{ITEM}Q1", "Saarlouis", "10044115", f"{ITEM}Q2", "Eisenhüttenstadt", "12067120"],
    [f"{ITEM}Q2", "Eisenhüttenstadt", "12067120", f"{ITEM}Q1", "Saarlouis", "10044115"],
    [f"{ITEM}Q3", "Mainz", "07315000", "", "", ""],
]
DATES = [["1986-09-19T00:00:00Z", "11"], ["1986-01-01T00:00:00Z", "9"], ["", ""]]
ROWS = [line + dates for line, dates in zip(LINES, DATES, strict=True)]


@pytest.fixture
def write(tmp_path):
    def run(text, name="list.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return run


def table(rows, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def rdf_term(name, value):
    if not value:
        return ""
    if value.startswith("http"):
        return f"<{value}>"
    if name.endswith("Label"):
        return f'"{value}"@de'
    if name == "start":
        return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    return value if name.endswith("Precision") else f'"{value}"'


FORMS_OF_QUERY_SERVICE = {
    "CSV file": lambda: table([HEAD, *ROWS], ","),
    "TSV file": lambda: table([HEAD, *ROWS], "\t"),
    "TSV file (verbose)": lambda: "\n".join(
        [
            "\t".join(f"?{name}" for name in HEAD),
            *("\t".join(rdf_term(*cell) for cell in zip(HEAD, row, strict=True)) for row in ROWS),
        ]
    ),
    "JSON file": lambda: json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS]),
    "JSON file (verbose)": lambda: json.dumps(
        {
            "head": {"vars": HEAD},
            "results": {
                "bindings": [
                    {
                        name: {"type": "literal", "value": value}
                        for name, value in zip(HEAD, row, strict=True)
                        if value
                    }
                    for row in ROWS
                ]
            },
        }
    ),
}


@pytest.mark.parametrize("form", FORMS_OF_QUERY_SERVICE)
def test_every_form_of_the_query_service_is_read_alike(write, form):
    found = read_reference(write(FORMS_OF_QUERY_SERVICE[form]()))
    assert found.form == "wikidata" and found.problems == ()
    (pair,) = found.pairs
    assert (pair.a.name, pair.a.item, pair.a.place_id) == ("Saarlouis", "Q1", "ags:10044115")
    assert (pair.b.name, pair.b.item, pair.b.place_id) == (
        "Eisenhüttenstadt",
        "Q2",
        "ags:12067120",
    )
    assert [(entry.is_back, entry.since) for entry in pair.entries] == [
        (False, "1986-09-19"),
        (True, "1986"),
    ]
    assert [place.item for place in found.places] == ["Q1", "Q2", "Q3"]


def test_lines_that_differ_in_a_reference_only_are_one(write):
    text = table([[*HEAD, "reference"], [*ROWS[0], "http://a"], [*ROWS[0], "http://b"]], ",")
    (pair,) = read_reference(write(text)).pairs
    assert len(pair.entries) == 1


def test_a_register(write):
    text = (
        "Deutsche Kommune;Bundesland;Ausländische Kommune;Land;Form;seit\n"
        "Saarlouis;Saarland;Saint-Nazaire;Frankreich;P;12.4.1969\n"
        "Bonn;NW;Potsdam;Deutschland;Freundschaft;1988\n"
        "Essen;Nordrhein-Westfalen;Sunderland;Großbritannien;K;unbekannt\n"
    )
    found = read_reference(write(text))
    assert found.form == "register"
    first, second, third = found.pairs
    assert (first.a.state, first.a.country, first.b.country) == ("SL", "DE", "FR")
    assert (first.kind, first.since) == ("partnership", ("1969-04-12",))
    assert (second.a.state, second.kind) == ("NW", "friendship")
    assert (third.b.country, third.kind, third.since) == ("GB", "contact", ())
    (problem,) = found.problems
    assert "line 4" in problem and "'unbekannt'" in problem


def test_municipality_keys_without_their_zero(write):
    (pair,) = read_reference(write("a,b,a_ags\nBonn,Potsdam,5314000\n")).pairs
    assert pair.a.place_id == "ags:05314000"


def test_a_cell_over_two_lines_is_one_cell(write):
    (pair,) = read_reference(write('a,b,year\n"Hof\n(Saale)",Plauen,1987\n')).pairs
    assert pair.since == ("1987",)


def test_a_byte_order_mark_is_no_name(write):
    (pair,) = read_reference(write("a,b\nX,Y\n", encoding="utf-8-sig")).pairs
    assert (pair.a.name, pair.b.name) == ("X", "Y")


def test_lines_without_a_pair_are_passed_over(write):
    pairs = read_reference(write("a,b,year\nX,,1988\n\nX\nX,Y,1988-09-19\n")).pairs
    assert [(pair.a.name, pair.since) for pair in pairs] == [("X", ("1988-09-19",))]


@pytest.mark.parametrize("text", ["", "town,partner\nX,Y\n", "[]", "[1]", '{"results": 1}', "{"])
def test_other_lists_are_told(write, text):
    with pytest.raises(InputError, match=r"no columns a and b|no JSON of the Wikidata"):
        read_reference(write(text))


def test_a_missing_or_garbled_list_is_told(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_reference(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("a,b\nKöln,Bonn\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_reference(tmp_path / "latin.csv")


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.id)
def test_the_example_of_every_form_is_read_as_that(write, form):
    found = read_reference(write(form.example))
    assert found.form == form.id and found.problems == ()
    (pair,) = found.pairs
    assert pair.a.name in ("Saarlouis", "Eisenhüttenstadt") and pair.since


@pytest.mark.parametrize(
    ("cell", "precision", "date"),
    [
        ("1988", None, "1988"),
        ("1988-05", None, "1988-05"),
        ("1990/1991", None, "1990/1991"),
        ("1988~", None, "1988~"),
        ("03.05.1988", None, "1988-05-03"),
        ("5/1988", None, "1988-05"),
        ("ab 1988", None, "1988"),
        ("1988-05-03T00:00:00Z", None, "1988-05-03"),
        ("1988-01-01T00:00:00Z", None, "1988"),
        ("1988-01-01T00:00:00Z", "11", "1988-01-01"),
        ("1988-05-01T00:00:00Z", "10", "1988-05"),
        ("+1988-05-03T00:00:00Z", "9", "1988"),
        ("1980-01-01T00:00:00Z", "8", "198X"),
        ("1900-01-01T00:00:00Z", "7", None),
        ("31.2.1988", None, None),
        ("1988-02-31T00:00:00Z", "11", None),
        ("1987 oder 1988", None, None),
        ("t1234", None, "1234"),
        ("", None, None),
    ],
)
def test_dates_of_lists(cell, precision, date):
    found = read_date(cell, precision=precision)
    assert found == date
    assert found is None or edtf.is_valid(found)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Frankreich", "FR"),
        ("Tschechische Republik", "CZ"),
        ("Tschechien", "CZ"),
        ("USA", "US"),
        ("Türkei", "TR"),
        ("Vereinigtes Königreich", "GB"),
        ("Poland", "PL"),
        ("nl", "NL"),
        ("", None),
        ("Ländle", None),
    ],
)
def test_names_of_countries(name, code):
    assert country_code(name) == code
