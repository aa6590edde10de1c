"""TDMRep: every technique of the protocol, its examples, and what is broken."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.reservations import (
    Reservation,
    TdmRule,
    last_word,
    read_tdm_file,
    reservation_of_fields,
    reservation_of_file,
    reservation_of_pdf,
    reserves_whole_host,
)

_HOST = "https://www.jena.example"


def _said(location: str, path: str) -> bool:
    rule = TdmRule(location=location, is_reserved=True)
    return reservation_of_file([rule], f"{_HOST}{path}") is not None


@pytest.mark.parametrize(
    ("location", "path", "is_met"),
    [
        ("/", "/", True),
        ("/", "/a/b?c=1", True),
        ("/", "", True),
        ("*", "/a", True),
        ("/directory-a/", "/directory-a/x.pdf", True),
        ("/directory-a/", "/directory-a", False),
        ("/directory-a/", "/directory-b/x", False),
        ("directory-a/", "/directory-a/x", True),
        ("/images/*.jpg", "/images/a/b.jpg", True),
        ("/images/*.jpg", "/images/a.jpg?size=2", True),
        ("/images/*.jpg$", "/images/a.jpg?size=2", False),
        ("/images/*.jpg$", "/images/a.jpg", True),
        ("/images/*.jpg", "/images/a.png", False),
        ("/this/path/exactly$", "/this/path/exactly", True),
        ("/this/path/exactly$", "/this/path/exactly/not", False),
        ("/this/*/then", "/this/and/that/then/x", True),
        ("/this/*/then", "/this/then", False),
        ("/a*a$", "/a", False),
        ("/a*a$", "/aa", True),
        ("/*/*/c$", "/a/b/c", True),
        ("/*", "/a", True),
        ("/Presse", "/presse", False),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/path/foo-%2A", "/path/foo-*x", True),
        ("/st%c3%a4dte", "/st%C3%A4dte/1", True),
        ("/städte", "/st%C3%A4dte/1", True),
        ("/%7Ehof/", "/~hof/x", True),
        ("/a%2Fb", "/a/b", False),
        ("https://www.jena.example/presse/", "/presse/1", True),
    ],
)
def test_patterns_meet_paths(location: str, path: str, is_met: bool) -> None:
    assert _said(location, path) is is_met


def test_the_first_rule_that_matches_decides() -> None:
    rules = read_tdm_file(
        json.dumps(
            [
                {"location": "/a/free/", "tdm-reservation": 0},
                {"location": "/a/", "tdm-reservation": 1, "tdm-policy": "https://p.example/1"},
            ]
        ).encode()
    )
    free = reservation_of_file(rules, f"{_HOST}/a/free/1")
    reserved = reservation_of_file(rules, f"{_HOST}/a/1")
    assert free == Reservation(is_reserved=False, sign="tdm_file")
    assert reserved == Reservation(is_reserved=True, sign="tdm_file", policy="https://p.example/1")
    assert reservation_of_file(rules, f"{_HOST}/b") is None


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"", 0),
        (b"<html>not found</html>", 0),
        (b"\xff\xfe[]", 0),
        (b"[" * 100_000, 0),
        (b'"text"', 0),
        (b"[1, null, [], {}]", 0),
        (b'[{"location": "/", "tdm-reservation": 2}]', 0),
        (b'[{"location": "/"}]', 0),
        (b'[{"location": "", "tdm-reservation": 1}]', 0),
        (b'[{"location": 7, "tdm-reservation": 1}]', 0),
        (b'[{"tdm-reservation": 1}]', 0),
        (b'[{"location": "/", "tdm-reservation": null}]', 0),
        (b'[{"location": "/", "tdm-reservation": 1}]', 1),
        (b'\xef\xbb\xbf[{"location": "/", "tdm-reservation": "1"}]', 1),
        (b'{"location": "/", "tdm-reservation": true}', 1),
        (b'[{"location": "/", "tdm-reservation": 1, "tdm-policy": 3}]', 1),
        (json.dumps([{"location": "/", "tdm-reservation": 1}] * 5000).encode(), 1000),
    ],
)
def test_files_are_read_or_are_none(content: bytes, count: int) -> None:
    assert len(read_tdm_file(content)) == count


@pytest.mark.parametrize(
    ("rules", "is_whole"),
    [
        ([("/", True)], True),
        ([("*", True)], True),
        ([("/a", True), ("/", True)], True),
        ([("/a", False), ("/", True)], False),
        ([("/a", True)], False),
        ([("/", False)], False),
        ([], False),
    ],
)
def test_whole_hosts(rules: list[tuple[str, bool]], is_whole: bool) -> None:
    found = reserves_whole_host([TdmRule(location=a, is_reserved=b) for a, b in rules])
    assert (found is not None) is is_whole


@pytest.mark.parametrize(
    ("fields", "is_reserved"),
    [
        ([("tdm-reservation", "1")], True),
        ([("TDM-Reservation", " 1 ")], True),
        ([("tdm-reservation", "0")], False),
        ([("tdm-reservation", "2")], None),
        ([("tdm-reservation", "yes")], None),
        ([("tdm-reservation", "")], None),
        ([("tdm-reservation", "0, 1")], True),
        ([("tdm-reservation", "0"), ("tdm-reservation", "1")], True),
        ([("tdm-policy", "https://p.example/")], None),
        ([("x-tdm-reservation", "1")], None),
        ([], None),
    ],
)
def test_fields(fields: list[tuple[str, str]], is_reserved: bool | None) -> None:
    found = reservation_of_fields(fields, sign="tdm_header")
    assert (found.is_reserved if found else None) is is_reserved


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("https://p.example/terms.json", "https://p.example/terms.json"),
        ("javascript:alert(1)", ""),
        ("/terms", ""),
        ("https://p.example/" + "x" * 600, ""),
    ],
)
def test_policies_are_web_addresses(policy: str, kept: str) -> None:
    fields = [("tdm-reservation", "1"), ("tdm-policy", policy)]
    found = reservation_of_fields(fields, sign="tdm_meta")
    assert found is not None and found.policy == kept


@pytest.mark.parametrize(
    ("xmp", "is_reserved"),
    [
        (b"<tdm:reservation>1</tdm:reservation>", True),
        (b'<rdf:Description tdm:reservation="1" x="y"/>', True),
        (b"<tdm:reservation>0</tdm:reservation>", False),
        (b"<tdm:reservation>maybe</tdm:reservation>", None),
        (b"<xtdm:reservation>1</xtdm:reservation>", None),
        (b"", None),
    ],
)
def test_pdf_metadata(xmp: bytes, is_reserved: bool | None) -> None:
    found = reservation_of_pdf(b"%PDF-1.7 ... <x:xmpmeta>" + xmp + b"</x:xmpmeta>")
    assert (found.is_reserved if found else None) is is_reserved


def test_the_last_sign_wins_and_missing_ones_change_nothing() -> None:
    reserved = Reservation(is_reserved=True, sign="tdm_file")
    free = Reservation(is_reserved=False, sign="tdm_header")
    assert last_word(reserved, free, None) == free
    assert last_word(free, reserved) == reserved
    assert last_word(reserved, None, None) == reserved
    assert last_word(None) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=16), inner),
    )
)
def test_no_file_raises(content: Any) -> None:
    rules = read_tdm_file(json.dumps(content).encode())
    reservation_of_file(rules, _HOST)


@given(st.text(alphabet="/*$%2ab", max_size=12), st.text(alphabet="/*$%2ab", max_size=12))
def test_a_pattern_without_signs_is_a_beginning(pattern: str, rest: str) -> None:
    plain = pattern.replace("*", "").replace("$", "").replace("%", "")
    path = f"/{plain}{rest}"
    assert _said(f"/{plain}", path)
    _said(pattern or "/", path)  # nothing raises


def test_no_pattern_stalls() -> None:
    start = time.perf_counter()
    assert not _said("/" + "a*" * 5000 + "b$", "/" + "a" * 20_000)
    assert time.perf_counter() - start < 1
