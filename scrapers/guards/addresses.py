"""Which network addresses may be connected to. No input or output."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address

#: Prefixes that carry an IPv4 address in their low or middle bits: RFC 6052 and 8215 (NAT64),
#: RFC 3056 (6to4), RFC 4380 (Teredo), RFC 4291 (IPv4-compatible). A gateway on the way would
#: reach that address, so none of them is a public one.
_WRAPPING = tuple(
    ipaddress.IPv6Network(prefix)
    for prefix in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
#: Relays of 6to4 (RFC 7526) and the deprecated site-local addresses (RFC 3879).
_RETIRED = (ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("fec0::/10"))


def is_loopback_address(address: str) -> bool:
    """Return whether an address in its usual notation is this machine's own.

    >>> is_loopback_address("127.8.0.1"), is_loopback_address("::1")
    (True, True)
    >>> is_loopback_address("::ffff:127.0.0.1"), is_loopback_address("2130706433")
    (False, False)
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    # newer Pythons take a mapped address for a loopback one as well
    return parsed.is_loopback and getattr(parsed, "ipv4_mapped", None) is None


def is_loopback_host(host: str) -> bool:
    """Return whether a host, with or without a port, is this machine by its very name.

    What a name server says does not count, nor do unusual notations of an address.

    >>> is_loopback_host("127.0.0.1:48601"), is_loopback_host("[::1]"), is_loopback_host("jena.de")
    (True, True, False)
    """
    name = host[1:].split("]")[0] if host.startswith("[") else host.split(":")[0]
    return name == "localhost" or name.endswith(".localhost") or is_loopback_address(name)


def is_public_address(address: str) -> bool:
    """Return whether an address is one that anybody on the internet can reach.

    Private, loopback, link-local, multicast, reserved and unspecified addresses (the registries
    of RFC 6890) are not, nor are those that wrap an IPv4 address.

    >>> is_public_address("141.30.1.1"), is_public_address("2a00:1450:4001::5")
    (True, True)
    >>> is_public_address("169.254.169.254"), is_public_address("64:ff9b::7f00:1")
    (False, False)
    """
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    return not _is_wrapped(parsed)


def _is_wrapped(address: IPv4Address | IPv6Address) -> bool:
    if any(address in network for network in _RETIRED if network.version == address.version):
        return True
    if isinstance(address, IPv4Address):
        return False
    return address.ipv4_mapped is not None or any(address in network for network in _WRAPPING)
