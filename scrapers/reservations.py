"""Whether the owner of a page reserved text and data mining: TDMRep.

After the TDM Reservation Protocol (report of a W3C Community Group,
https://w3c.github.io/tdm-reservation-protocol/spec/): a file of the host, then HTTP headers, then
what the page itself says; the later sign wins, a missing one changes nothing. No input or output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

#: Where the file of a host lies.
TDM_FILE = "/.well-known/tdmrep.json"
_MOST_RULES = 1000
_LONGEST_POLICY = 500
#: XMP lies uncompressed in nearly all PDF files, so that other programs can find it (ISO 16684-1).
_XMP = re.compile(rb"\btdm:(reservation|policy)(?:>|\s*=\s*[\"'])\s*([^<\"']{1,500}?)\s*[<\"']")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

TdmSign = Literal["tdm_file", "tdm_header", "tdm_meta", "tdm_pdf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What a sign says of mining: reserved or free; ``policy`` is the address of the terms."""

    is_reserved: bool
    sign: TdmSign
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TdmRule:
    """One rule of a host's file: a pattern of paths, and what holds for them."""

    location: str
    is_reserved: bool
    policy: str = ""


def read_tdm_file(body: bytes) -> tuple[TdmRule, ...]:
    """Return the rules of a ``tdmrep.json`` in their order.

    What is no such file has none, as the protocol says of hosts that do not implement it; rules
    without a location or with another value than 0 and 1 are left out.
    """
    try:
        content = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return ()
    rules = [content] if isinstance(content, dict) else content
    if not isinstance(rules, list):
        return ()
    return tuple(rule for values in rules[:_MOST_RULES] if (rule := _rule(values)) is not None)


def _rule(values: Any) -> TdmRule | None:
    if not isinstance(values, dict):
        return None
    location, value = values.get("location"), _value(values.get("tdm-reservation"))
    if not isinstance(location, str) or not location.strip() or value is None:
        return None
    return TdmRule(
        location=location.strip(), is_reserved=value, policy=_policy(values.get("tdm-policy"))
    )


def reservation_of_file(rules: Iterable[TdmRule], address: str) -> Reservation | None:
    """Return what a host's file says of an address, by the first rule that matches; else None."""
    for rule in rules:
        if _matches(rule.location, address):
            return Reservation(is_reserved=rule.is_reserved, sign="tdm_file", policy=rule.policy)
    return None


def reserves_whole_host(rules: Sequence[TdmRule]) -> TdmRule | None:
    """Return the rule that reserves every path of a host, None where one is left free."""
    if not rules or any(not rule.is_reserved for rule in rules):
        return None
    return next((rule for rule in rules if rule.location in ("/", "*", "/*")), None)


def reservation_of_fields(
    fields: Iterable[tuple[str, str]], *, sign: TdmSign
) -> Reservation | None:
    """Return what headers or meta elements say, None where they say nothing usable.

    ``fields`` are names and values. Where a field stands twice, a reservation wins.

    >>> reservation_of_fields([("TDM-Reservation", "1")], sign="tdm_header").is_reserved
    True
    """
    values: list[bool] = []
    policy = ""
    for name, text in fields:
        if name.lower() == "tdm-reservation":
            found = (_value(part) for part in text.split(","))
            values.extend(value for value in found if value is not None)
        elif name.lower() == "tdm-policy":
            policy = policy or _policy(text)
    if not values:
        return None
    return Reservation(is_reserved=any(values), sign=sign, policy=policy)


def reservation_of_pdf(body: bytes) -> Reservation | None:
    """Return what the XMP metadata of a PDF file say, None where they say nothing."""
    fields = [
        (f"tdm-{match[1].decode()}", match[2].decode("utf-8", "replace"))
        for match in _XMP.finditer(body)
    ]
    return reservation_of_fields(fields, sign="tdm_pdf")


def last_word(*signs: Reservation | None) -> Reservation | None:
    """Return the reservation that holds of signs in the protocol's order: the last there is."""
    return next((sign for sign in reversed(signs) if sign is not None), None)


def _value(value: object) -> bool | None:
    """Return what a value says; the protocol knows 0 and 1 alone, here as text or boolean too."""
    text = str(value).strip().lower()
    return {"1": True, "true": True, "0": False, "false": False}.get(text)


def _policy(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return text if text.startswith(("http://", "https://")) and len(text) <= _LONGEST_POLICY else ""


def _matches(location: str, address: str) -> bool:
    """Return whether a pattern meets the path of an address.

    As for robots.txt: the beginning counts, ``*`` is anything, a ``$`` at the end is the end
    (RFC 9309, 2.2.3). Without regular expressions, so that no pattern can stall.
    """
    parts = urlsplit(address)
    path = _plain(parts.path or "/", escaped="$*") + (f"?{parts.query}" if parts.query else "")
    if location.startswith(("http://", "https://")):
        location = urlsplit(location).path or "/"
    pattern = _plain(location if location.startswith(("/", "*")) else f"/{location}")
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not is_whole or path == first
    place = len(first)
    for piece in others[:-1]:
        place = path.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    last = others[-1]
    if is_whole:
        return path.endswith(last) and len(path) - len(last) >= place
    return path.find(last, place) >= 0


def _plain(path: str, *, escaped: str = "") -> str:
    """Return a path in which only what must be is percent-encoded, and ``escaped`` is as well."""
    for character in escaped:
        path = path.replace(character, f"%{ord(character):02X}")

    def character_of(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else f"%{match[1].upper()}"

    return quote(_PERCENT.sub(character_of, path), safe="/%$*?&=;:@!'()+,~.-_[]#")
