"""Date expressions: every rule's example, every style of writing a day, and hostile text."""

from __future__ import annotations

import json
import time
import tomllib
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from nlp.dates import FoundDate, find_dates
from nlp.resolving import resolve_age, resolve_relative
from nlp.rulebook import RULES_FOLDER
from partnernetz import edtf
from partnernetz.errors import InputError

RULES: list[dict[str, Any]] = tomllib.loads(
    (RULES_FOLDER / "dates.toml").read_text(encoding="utf-8")
)["rules"]
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "dev.jsonl"

MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
)
SHORT = "Jan. Febr. Mrz. Apr. Mai Jun. Jul. Aug. Sept. Okt. Nov. Dez.".split()
ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()


def told(found: FoundDate) -> str:
    """Return a found date as the examples of the rules put it."""
    about = "about " if found.is_approximate else ""
    if found.kind == "age":
        return f"{about}{found.years} years"
    if found.kind == "date" or found.years is None:
        return found.edtf or "?"
    if found.month_day:
        return (
            f"{found.years:+d} years --{found.month_day}" if found.years else f"--{found.month_day}"
        )
    return f"{about}{found.years:+d} years{' of the page' if found.is_page_relative else ''}"


def all_told(text: str) -> list[str]:
    return [told(found) for found in find_dates(text)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["id"])
def test_rule_reads_its_example(rule: dict[str, Any]) -> None:
    assert all_told(rule["example"]) == rule["expected"]


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule["reads"] != "nothing"], ids=lambda rule: rule["id"]
)
def test_rule_is_the_one_that_finds_its_example(rule: dict[str, Any]) -> None:
    assert rule["id"] in {found.rule for found in find_dates(rule["example"])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saarlouis (1986), [1987] und 1988.", ["1986", "1987", "1988"]),
        ("im Oktober\n1990", ["1990-10"]),
        ("am Tag der Einheit, dem3. Oktober 1990", ["--10-03", "1990-10-03"]),
        ("Städtepartnerschaft seit1990", ["1990"]),
        ("BaienfurtZwei Jahrzehnte lang", ["about 20 years"]),
        ("19.9.1986/3.10.1986", ["1986-09-19", "1986-10-03"]),
        ("Juli 2018Juni 2019", ["2018-07", "2019-06"]),
        ("MÄRZ 1990, 25 JAHRE STÄDTEPARTNERSCHAFT", ["1990-03", "25 years"]),
        ("dreissig Jahre, fuenf Jahre, Maerz 1991", ["30 years", "5 years", "1991-03"]),
        ("im Wendejahr 1989, Ende 1989/Anfang 1990", ["1989", "1989~", "1990~"]),
        ("- 1986\n- 1987\n- 1988", ["1986", "1987", "1988"]),
        ("am 28. Dezember 1989 und am 5. Januar", ["1989-12-28", "1990-01-05"]),
        ("am 28. Dezember und am 5. Januar 1990", ["1989-12-28", "1990-01-05"]),
        ("1999/00, 2018/19", ["1999/2000", "2018/2019"]),
        ("vor mehr als einem Vierteljahrhundert", ["about 25 years"]),
        ("2012 waren es 25 Jahre mit Halle und je 20 Jahre", ["2012", "25 years", "20 years"]),
        ("am 31.2.1990 und am 30. Februar 1991", ["1991-02"]),
        ("fünfunddreißig Jahre, hundertjähriges", ["35 years", "100 years"]),
    ],
)
def test_reads(text: str, expected: list[str]) -> None:
    assert all_told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "rund 28.000 Einwohner und 1990 Einwohner",
        "15230 Frankfurt (Oder), A-1010 Wien",
        "Telefon: 038203 915-0, Tel: (0391) 567-1990",
        "1.990 und 1990,50 und 19.90",
        "1.500 km², 1765 Kilometer, 2000 ha",
        "um 19.30 Uhr, von 10.00 bis 17.00 Uhr",
        "Raum 215, Platz 1, B 30, A 1990, Nr. 1988, § 1990",
        "im 12. Jahrhundert, um 780, im Jahr 2233, 3500",
        "zum 30. Mal, das 43. Treffen, sein 91. Geburtstag",
        "96,27 Prozent, 45 000 Kunden, 0:2, 2:40:52",
        "https://www.example.org/1990/05/12.html",
        "Bild-00011286, SARS-CoV-1990, 192.168.19.90",
        "Energiewende vor 14 Tagen, Einheitsgemeinde",
        "2,5 Jahre, 1200-jährig",
    ],
)
def test_is_no_date(text: str) -> None:
    assert all_told(text) == []


def test_offsets_cover_the_expression_alone() -> None:
    text = "beschlossen am 14. und 21. Dezember 1989 in Bad Schwartau"
    assert [text[f.start : f.end] for f in find_dates(text)] == ["14.", "21. Dezember 1989"]


def test_decomposed_umlauts_are_read() -> None:
    text = unicodedata.normalize("NFD", "im März 1990, vor fünf Jahren, im Frühjahr 1991")
    assert all_told(text) == ["1990-03", "5 years", "1991-21"]


def test_after_the_turn_is_relative_and_shortly_after_it_a_date() -> None:
    late, soon = find_dates("Nach der Wende. Kurz nach der Wende.")
    assert (late.kind, late.edtf) == ("relative", "1990~")
    assert (soon.kind, soon.edtf) == ("date", "1990~")


def test_decades_are_marked() -> None:
    assert [f.is_decade for f in find_dates("in den 1960er Jahren, 1961")] == [True, False]


# --- resolving ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("vor 25 Jahren", "2015-06-20", "1990"),
        ("seit über 40 Jahren", "2012", "1972~"),
        ("seit drei Jahrzehnten", "2017-12", "1987~"),
        ("das Zwanzigjährige", "2007", "1987"),
        ("150 Jahre", "0100", None),
        ("1990", "2015", None),
    ],
)
def test_resolve_age(text: str, reference: str, expected: str | None) -> None:
    assert resolve_age(find_dates(text)[0], reference) == expected


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        ("ein Jahr später", "1986-09-19", "1987"),
        ("knapp zwei Jahre zuvor", "1990", "1988~"),
        ("im selben Jahr", "1987-10", "1987"),
        ("im vergangenen Jahr", "2016", "2015"),
        ("am 12. Mai", "1987", "1987-05-12"),
        ("am 29. Februar", "1987", None),
        ("im Dezember", "1988", "1988-12"),
        ("im Herbst des folgenden Jahres", "1986", "1987-23"),
        ("nach der Wende", "2001", "1990~"),
        ("seit 30 Jahren", "2001", None),
    ],
)
def test_resolve_relative(text: str, anchor: str, expected: str | None) -> None:
    assert resolve_relative(find_dates(text)[0], anchor) == expected


def test_resolving_needs_a_date() -> None:
    with pytest.raises(InputError):
        resolve_age(find_dates("vor 25 Jahren")[0], "neulich")
    with pytest.raises(InputError):
        resolve_relative(find_dates("ein Jahr später")[0], "neulich")


# --- any day, any text ----------------------------------------------------------------------------

DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(2100, 12, 31))
RECENT_DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2029, 12, 31))


def styles(day: date) -> list[str]:
    """Return a day in each German style with a full year."""
    d, m, y = day.day, day.month, f"{day.year:04d}"
    name, short, roman = MONTHS[m - 1], SHORT[m - 1], ROMAN[m - 1]
    return [
        f"{d}. {name} {y}", f"{d:02d}. {name} {y}", f"{d}.{name} {y}", f"{d}. {name.upper()} {y}",
        f"{d}. {name} des Jahres {y}", f"{d}. {short} {y}", f"{d}.{short}{y}", f"{d}.{m}.{y}",
        f"{d:02d}.{m:02d}.{y}", f"{d}. {m}. {y}", f"{d}.{roman}.{y}", f"{y}, den {d}. {name}",
        f"{y}-{m:02d}-{d:02d}", f"{d:02d}/{m:02d}/{y}", f"{d} {name} {y}",
    ]  # fmt: skip


@given(
    day=DAYS,
    before=st.sampled_from(["", "am ", "(", "Halle, den "]),
    after=st.sampled_from(["", ".", " in Halle", ")"]),
)
def test_a_day_is_found_in_every_style(day: date, before: str, after: str) -> None:
    for style in styles(day):
        assert all_told(before + style + after) == [day.isoformat()], style


@given(day=RECENT_DAYS)
def test_a_day_with_a_short_year_is_found(day: date) -> None:
    for style in (f"{day.day}.{day.month}.{day:%y}", f"{day:%d.%m.%y}"):
        assert all_told(f"am {style} in Halle") == [day.isoformat()]


@given(first=DAYS, second=DAYS)
def test_an_interval_is_found_or_is_two_days(first: date, second: date) -> None:
    text = (
        f"vom {first.day}.{first.month}.{first.year} bis {second.day}.{second.month}.{second.year}"
    )
    if first <= second:
        assert all_told(text) == [f"{first.isoformat()}/{second.isoformat()}"]
    else:
        assert all_told(text) == [first.isoformat(), second.isoformat()]


PIECES = st.sampled_from(
    "19. 9. 1986 86 vor nach seit der Wende Mauerfall Jahr Jahre Jahren jährig und bis / - – . , "
    "Mai März Herbst ein fünf zwanzig 25 am im ( ) † * selben später Ende um ca. Uhr ı ſ İ ² "
    "\n \u00a0 \u00ad 0391 er Einwohner 31.2. 1990/91 000 ' 00".split(" ")
)


@given(
    text=st.one_of(
        st.text(),
        st.lists(PIECES, max_size=25).map(" ".join),
        st.lists(PIECES, max_size=25).map("".join),
    )
)
def test_any_text_gives_sorted_dates_that_do_not_overlap(text: str) -> None:
    end = 0
    for found in find_dates(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        if found.kind == "date":
            assert found.edtf is not None
            assert edtf.is_valid(found.edtf)
        elif found.kind == "age":
            assert found.years is not None
            assert found.years > 0


@given(text=st.lists(PIECES, max_size=12).map(" ".join), number=st.integers(1000, 2100))
def test_a_year_on_a_line_of_its_own_is_found_whatever_stands_around(
    text: str, number: int
) -> None:
    lines = f"{text}\n\nSeit {number}.\n\n{text}"
    start = lines.index(f"Seit {number}.\n") + len("Seit ")
    assert any(f.edtf == str(number) and f.start == start for f in find_dates(lines))


@pytest.mark.parametrize("unit", ["0391 ", "1990kilo", "1990-", "ein ", "19.9.", "1. und "])
def test_a_hostile_page_cannot_stall_the_search(unit: str) -> None:
    text = (unit * 100_000)[:100_000]  # half a second; minutes, were a pattern's work quadratic
    started = time.perf_counter()
    find_dates(text)
    assert time.perf_counter() - started < 10


# --- the component --------------------------------------------------------------------------------


def test_the_component_marks_spans() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("partnernetz_dates")
    doc = nlp("Am 21.03./18.04.1990 unterschrieben, seit 30 Jahren, nach der Wende.")
    spans = list(doc.spans["dates"])
    assert [span.label_ for span in spans] == ["date", "date", "age", "relative"]
    assert [span._.found_date.edtf for span in spans][:2] == ["1990-03-21", "1990-04-18"]
    assert spans[2].text == "seit 30 Jahren"
    assert doc[0:2]._.found_date is None


def test_the_component_survives_serialisation() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("partnernetz_dates")
    doc = nlp("Am 19. September 1986.")
    again = spacy.tokens.Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert [span._.found_date.edtf for span in again.spans["dates"]] == ["1986-09-19"]


# --- the corpus -----------------------------------------------------------------------------------


def test_dates_of_the_annotated_documents_are_found() -> None:
    if not CORPUS.exists():
        pytest.skip(f"the annotated documents are not there: {CORPUS}")
    given_count = found_count = 0
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        found = find_dates(document["text"])
        for pair in document["gold"]["partnerships"]:
            wording = pair.get("since_raw")
            if not wording or wording not in document["text"]:
                continue
            given_count += 1
            right = {pair["since"], *(pair.get("since_accept") or [])}
            found_count += any(
                wording in document["text"][max(0, f.start - 12) : f.end + 12]
                or document["text"][f.start : f.end] in wording
                for f in found
                if f.kind == "age" or f.edtf in right
            )
    assert found_count >= 0.93 * given_count


@pytest.mark.bench
def test_speed_of_finding() -> None:
    if not CORPUS.exists():
        pytest.skip(f"the annotated documents are not there: {CORPUS}")
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    text = "\n\n".join(json.loads(line)["text"] for line in lines) * 5
    started = time.perf_counter()
    find_dates(text)
    assert len(text.split()) / (time.perf_counter() - started) > 100_000  # quiet: 360,000
