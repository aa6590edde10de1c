from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.link_rules import (
    count_partner_words,
    fold,
    load_link_rules,
    plain_words,
    skip_reason,
)
from scrapers.links import (
    Link,
    _canonical_address,
    canonical_address,
    is_in_scope,
    is_next_page,
    links_of_html,
    page_links,
    priority,
    priority_class,
)
from scrapers.patterns import PatternSet
from scrapers.traps import trap_reason

_HERE = Path(__file__).resolve().parent
_TABLES = tomllib.loads((_HERE.parents[1] / "scrapers" / "links.toml").read_text(encoding="utf-8"))


def _ids(rule: dict[str, Any]) -> str:
    return str(rule["id"])


@pytest.mark.parametrize("rule", _TABLES["follow"], ids=_ids)
def test_every_follow_rule_has_a_working_example(rule: dict[str, Any]) -> None:
    assert rule["note"] and rule["weight"] != 0
    assert set(rule["where"]) <= {"text", "address", "leaf", "heading", "summary"}
    example = rule["example"].removeprefix("https://a.example")
    assert re.search(rule["pattern"], fold(example))
    assert not re.search(rule["pattern"], fold("/wetter Wetter"))


@pytest.mark.parametrize("rule", _TABLES["misleading"], ids=_ids)
def test_every_misleading_word_is_taken_out(rule: dict[str, Any]) -> None:
    def worth(text: str) -> int:
        return priority(Link(address="http://a.example/1", text=text))

    assert rule["note"]
    assert worth(rule["example"]) == 0 < worth(rule["counterexample"])


@pytest.mark.parametrize("rule", _TABLES["next_page"], ids=_ids)
def test_every_rule_for_next_pages_has_working_examples(rule: dict[str, Any]) -> None:
    def is_next(example: str) -> bool:
        is_address = rule["where"] == "address"
        address = example if is_address else "http://a.example/x"
        return is_next_page(Link(address=address, text="" if is_address else example))

    assert rule["note"]
    assert is_next(rule["example"]) and not is_next(rule["counterexample"])


@pytest.mark.parametrize("name", ["menu", "page_parameter"])
def test_names_of_menus_and_parameters_have_working_examples(name: str) -> None:
    pattern = getattr(load_link_rules(), name)
    for rule in _TABLES[name]:
        assert rule["note"]
        assert pattern.fullmatch(rule["example"])
        assert not pattern.fullmatch(rule["counterexample"])


_ROWS = list(csv.DictReader((_HERE / "links.csv").read_text(encoding="utf-8").splitlines()))


def _outcome(address: str | None, row: dict[str, str]) -> str:
    if address is None:
        return "none"
    if (skipped := skip_reason(address)) is not None:
        return f"skip:{skipped}"
    if (trap := trap_reason(address)) is not None:
        return f"trap:{trap}"
    return priority_class(priority(Link(address=address, text=row["text"], heading=row["heading"])))


def test_the_table_of_addresses_is_large_enough() -> None:
    assert len(_ROWS) >= 150
    assert len({row["reference"] for row in _ROWS}) == len(_ROWS)


@pytest.mark.parametrize("row", _ROWS, ids=[row["reference"] for row in _ROWS])
def test_addresses_as_real_systems_have_them(row: dict[str, str]) -> None:
    """Canonical address and outcome of a link: by which rule it is skipped, else its class."""
    site = "https://www.a.example"
    address = canonical_address(row["reference"], base=f"{site}/")
    expected = {"=": row["reference"], "-": None}.get(row["address"], row["address"])
    if expected is not None and expected.startswith("/"):
        expected = site + expected
    assert address == expected
    assert _outcome(address, row) == row["outcome"]


@pytest.mark.parametrize("rule", _TABLES["skip"], ids=_ids)
def test_every_skip_rule_has_working_examples(rule: dict[str, Any]) -> None:
    assert rule["note"]
    assert skip_reason(rule["example"]) == rule["id"]
    assert skip_reason(rule["counterexample"]) is None


@pytest.mark.parametrize("rule", _TABLES["parameter"], ids=_ids)
def test_every_parameter_rule_has_working_examples(rule: dict[str, Any]) -> None:
    assert rule["note"]
    address = f"http://a.example/?{rule['counterexample']}=1"
    assert canonical_address(f"{address}&{rule['example']}=2") == address


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("b.html#x", "http://a.example/d/b.html"),
        ("HTTP://B.Example:80/ä", "http://b.example/%C3%A4"),
        ("//b.example", "http://b.example/"),
        ("?b=2&a=1", "http://a.example/d/?a=1&b=2"),
        ("x;jsessionid=1A?y=1", "http://a.example/d/x?y=1"),
        (" /leer zeichen ", "http://a.example/leer%20zeichen"),
        ("mailto:a@b.example", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.example/", None),
        ("http://[::1", None),
        ("http://a.example:99999999/", None),
        ("/" + "x" * 3000, None),
    ],
)
def test_canonical_addresses(reference: str, address: str | None) -> None:
    assert canonical_address(reference, base="http://a.example/d/") == address


@settings(deadline=None)
@given(st.text(max_size=60))
def test_canonical_addresses_are_their_own_canonical_form(reference: str) -> None:
    address = canonical_address(reference, base="http://a.example/d/")
    if address is not None:
        assert canonical_address(address) == address
        assert address.isascii() and address.startswith(("http://", "https://"))


_PIECES = ["/", "//", ".", "..", "a", "B-c", "x.html", "?", "b=2", "&", "a=1", "#", "%C3", " ", ";"]
_PIECES += ["ä", "(S(1))", "http://a.example", "https://a.example", "http://b.example:80", "~"]


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.sampled_from(_PIECES), max_size=8).map("".join),
    st.sampled_from(["", "http://a.example/d/", "http://a.example:80/", "https://a.example/x?y"]),
)
def test_the_short_way_to_canonical_addresses_leads_to_the_same(reference: str, base: str) -> None:
    expected = _canonical_address(reference.strip(), base)
    assert canonical_address(reference, base=base) == expected


_WORDS = (
    "Partner partner Stadt städt Städte sta\u0308dte STÄDTE stadte gemeinde - _ . + \u00a0 freund"
)
_WORDS += " verbrüderung verbru\u0308derung orte Ort ansprech schwester Dorf dörfer dörfer pate en"


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*_WORDS.split(" "), " "]), max_size=8).map("".join))
def test_words_on_partner_towns_are_counted_as_in_folded_text(text: str) -> None:
    pattern = load_link_rules().follow[0].pattern
    assert count_partner_words(text) == len(pattern.findall(plain_words(text)))


@settings(deadline=None)
@given(st.lists(st.sampled_from("partner stadt staedte gemeinde - freund / 1 . x".split())))
def test_sets_of_patterns_match_like_each_pattern(words: list[str]) -> None:
    text = fold(" ".join(words))
    patterns = [rule.pattern for rule in load_link_rules().follow]
    expected = [n for n, pattern in enumerate(patterns) if pattern.search(text)]
    assert PatternSet(pattern.pattern for pattern in patterns).matching(text) == expected


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("http://a.example/x", True),
        ("https://www.a.example/", True),
        ("http://a.example:8080/", False),
        ("http://b.a.example/", False),
        ("http://a.example.evil.example/", False),
        ("http://a.example@evil.example/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_scope(address: str, is_inside: bool) -> None:
    assert is_in_scope(address, hosts=("a.example",)) is is_inside


def test_links_know_text_and_heading() -> None:
    markup = (
        "<base href='/d/'><h2>Freunde</h2><a href='p.html'><b>Unsere</b> Partner</a>"
        "<a href='p.html#2'>noch einmal</a><a href='bild.jpg'>Bild</a><a href='mailto:x@y'>M</a>"
    )
    assert list(links_of_html(markup, base="http://a.example/")) == [
        Link(address="http://a.example/d/p.html", text="Unsere Partner", heading="Freunde")
    ]


def test_links_in_menus_have_no_heading() -> None:
    markup = (
        "<h2>Partner</h2><nav><a href='/1'>Eins</a><a href='/2'>Zwei</a></nav>"
        "<div class='main-menu x'><ul><li><a href='/3'>Drei</a></ul></div><p><a href='/2'>Zwei</a>"
    )
    links = page_links(markup, base="http://a.example/").links
    assert [(link.address[-1], link.is_menu, link.heading) for link in links] == [
        ("1", True, ""),
        ("2", False, "Partner"),
        ("3", True, ""),
    ]


def test_a_page_tells_its_title_and_how_often_it_speaks_of_partners() -> None:
    markup = (
        "<title>Gera</title><h1>Unsere Freunde</h1><p>Die Partnerstadt. Ansprechpartner: Amt.</p>"
        "<table><td>Städtepartnerschaft</table><footer><p>Partnerstädte</p></footer>"
    )
    page = page_links(markup, base="http://a.example/")
    assert (page.title, page.mentions) == ("Gera Unsere Freunde", 2)


@pytest.mark.parametrize("markup", ["<base href='http://[::1'><a href='x'>x</a>", "<a href>x</a>"])
def test_broken_bases_and_links_are_survived(markup: str) -> None:
    assert len(page_links(markup, base="http://a.example/").links) <= 1


def test_links_ten_thousand_levels_deep_are_found_quickly() -> None:
    markup = "<div class='x'>" * 10_000 + "<a href='/tief'>tief</a>" * 50
    assert len(page_links(markup, base="http://a.example/").links) == 1


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_every_link_has_a_priority_class(text: str, heading: str) -> None:
    value = priority(Link(address="http://a.example/x", text=text, heading=heading))
    assert priority_class(value) in ("partner", "hint", "usual", "last")


def test_partner_pages_come_before_imprints() -> None:
    partners = Link(address="http://a.example/1", text="Unsere Partnerstädte")
    news = Link(address="http://a.example/2", text="Wetter")
    imprint = Link(address="http://a.example/3", text="Impressum")
    assert priority(partners) > priority(news) > priority(imprint)
