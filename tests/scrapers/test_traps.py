from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.links import canonical_address
from scrapers.traps import TrapLedger, folder_of, pattern_of, trap_reason

_SITE = "http://a.example"


@pytest.mark.parametrize(
    ("address", "via", "reason"),
    [
        ("/a/a/a", "", "repeated-path"),
        ("/stadt/rat/stadt/rat/x", "", "repeated-path"),
        ("/stadt/rat/stadt/bau", "", None),
        ("/2019/07/07/07", "", None),
        ("/" + "/".join(f"s{n}" for n in range(15)), "", "deep-path"),
        ("/l?" + "&".join(f"p{chr(97 + n)}={n}" for n in range(13)), "", "long-query"),
        ("/l?f1=a&f2=b&f3=c", "", "repeated-parameter"),
        ("/l?f=a&f=b&f=c", "", "repeated-parameter"),
        ("/l?a=1&b=2&c=3&d=4", "/l?a=1&b=2&c=3", "growing-query"),
        ("/l?a=1&b=2&c=3&d=4", "/m?a=1&b=2&c=3", None),
        ("/l?a=1&b=2&c=3&d=4", "/l", None),
        (
            "/index.php?FID=2616.6530.1&La=1&ModID=7&NavID=2616.1095&kat=&kuo=2&object=tx&startkat=2&sub=0",
            "/index.php?La=1&NavID=2616.1",
            None,
        ),
    ],
)
def test_traps_by_their_shape(address: str, via: str, reason: str | None) -> None:
    assert trap_reason(_SITE + address, via=_SITE + via if via else "") == reason


@pytest.mark.parametrize(
    ("address", "pattern"),
    [
        ("/kalender/2031/07/", "/kalender/0/0/"),
        ("/kalender/juli-2031", "/kalender/0-0"),
        ("/x/29f70644-b3c8-6e31-ac03-00753d761716.htm", "/x/0.htm"),
        ("/fassade/cafe", "/fassade/cafe"),
        ("/index.php?id=17", "/index.php?id=17"),
        ("/index.phtml?La=1&mNavID=2268.4", "/index.phtml?La=0&mNavID=2268.4"),
        ("/liste?seite=3", "/liste?seite=0"),
    ],
)
def test_patterns_mask_numbers_but_not_what_names_a_page(address: str, pattern: str) -> None:
    assert pattern_of(_SITE + address) == pattern


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("/aktuelles/2019/das-neue-bad/", "/aktuelles/0"),
        ("/aktuelles/2020/ein-anderes.html", "/aktuelles/0"),
        ("/index.php?id=7&L=0", "?L&id"),
        ("/", ""),
    ],
)
def test_folders(address: str, folder: str) -> None:
    assert folder_of(_SITE + address) == folder


def test_a_ledger_admits_so_many_of_one_pattern() -> None:
    ledger = TrapLedger(budget=40)
    months = [f"{_SITE}/monat/{number}" for number in range(500)]
    assert sum(ledger.admits(month, worth="usual") for month in months) == 60
    assert all(ledger.admits(month, worth="partner") for month in months)
    ledger = TrapLedger(budget=40)
    assert sum(ledger.admits(month, worth="last") for month in months) == 20
    ledger = TrapLedger(budget=800)
    assert sum(ledger.admits(month, worth="usual") for month in months) == 200


def test_a_find_wakes_a_folder_up() -> None:
    ledger = TrapLedger(budget=40)
    for number in range(30):
        ledger.note(f"{_SITE}/n/{number}", via="v", has_found=False)
    assert ledger.tiredness(f"{_SITE}/n/99", via="w") == 20
    assert ledger.tiredness(f"{_SITE}/n/99", via="v") == 40
    assert ledger.tiredness(None, via="v") == 20
    ledger.note(f"{_SITE}/n/30", via="v", has_found=True)
    assert ledger.tiredness(f"{_SITE}/n/99", via="v") == 0


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_an_address_is_nothing_is_raised(text: str, via: str) -> None:
    address = canonical_address(text, base=f"{_SITE}/x/")
    if address is not None:
        trap_reason(address, via=canonical_address(via, base=_SITE) or "")
        assert pattern_of(pattern_of(address)) == pattern_of(address)
        assert folder_of(address) == folder_of(address)
