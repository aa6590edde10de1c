from __future__ import annotations

import doctest
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.guards import addresses
from scrapers.guards.addresses import is_loopback_address, is_loopback_host, is_public_address

_NOT_PUBLIC = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 192.0.0.1
192.0.2.1 192.88.99.1 192.168.178.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 fc00::1 fd12::1 fe80::1
fe80::1%eth0 fec0::1 ff02::1
2130706433 0x7f.1 0177.0.0.1 127.1 1.2.3 jena.de localhost
""".split()


@pytest.mark.parametrize("address", _NOT_PUBLIC)
def test_what_is_not_on_the_public_internet(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "141.30.1.1", "2a00:1450:4001::5", "2003::1"])
def test_what_is(address: str) -> None:
    assert is_public_address(address)
    assert not is_loopback_address(address)


@given(st.integers(0, 2**32 - 1))
def test_no_wrapping_makes_an_address_public(number: int) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
        wrapped = int(ipaddress.IPv6Address(prefix)) + number
        assert not is_public_address(str(ipaddress.IPv6Address(wrapped)))
    assert not is_public_address(str(ipaddress.IPv6Address((0x2002 << 112) + (number << 80))))


@given(st.ip_addresses())
def test_an_address_is_never_both(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not (is_public_address(str(address)) and is_loopback_address(str(address)))


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1:48601", True),
        ("127.3.2.1", True),
        ("[::1]:8", True),
        ("localhost:80", True),
        ("a.localhost", True),
        ("10.0.0.1", False),
        ("[::ffff:7f00:1]", False),
        ("2130706433", False),
        ("0x7f.1:80", False),
        ("localhost.jena.de", False),
        ("0.0.0.0", False),
    ],
)
def test_hosts_on_this_machine_by_their_name(host: str, is_here: bool) -> None:
    assert is_loopback_host(host) is is_here


def test_the_examples_hold() -> None:
    assert doctest.testmod(addresses).failed == 0
