"""Links: their canonical address, which to follow first, which not at all. No input or output.

The words and patterns are in ``links.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from scrapers.reading.drafts import clean
from scrapers.reading.markup import parse_html
from scrapers.sources import host_of, without_www

_RULES_FILE = Path(__file__).with_name("links.toml")
_LONGEST_ADDRESS = 2000
_MOST_LINKS = 2000
_LONGEST_TEXT = 300
_PATH_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a page: canonical address, its text, the heading above it."""

    address: str
    text: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRule:
    """Words that make a link more (or less) worth following."""

    id: str
    where: tuple[Literal["text", "address", "heading"], ...]
    pattern: re.Pattern[str]
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """The compiled rules: follow first, skip by id, meaningless parameters."""

    follow: tuple[FollowRule, ...]
    skip: tuple[tuple[str, re.Pattern[str]], ...]
    parameter: re.Pattern[str]


@lru_cache(maxsize=1)
def load_link_rules() -> LinkRules:
    """Return the project's rules."""
    tables = tomllib.loads(_RULES_FILE.read_text(encoding="utf-8"))
    follow = tuple(
        FollowRule(
            id=rule["id"],
            where=tuple(rule["where"]),
            pattern=re.compile(rule["pattern"], re.IGNORECASE),
            weight=rule["weight"],
        )
        for rule in tables["follow"]
    )
    skip = tuple((rule["id"], re.compile(rule["pattern"], re.I)) for rule in tables["skip"])
    parameter = "|".join(f"(?:{rule['pattern']})" for rule in tables["parameter"])
    return LinkRules(follow=follow, skip=skip, parameter=re.compile(parameter, re.IGNORECASE))


def canonical_address(reference: str, *, base: str = "") -> str | None:
    """Return the one form of an address, None where it is no http or https address.

    Relative addresses are resolved against ``base``; fragments, session ids and tracking
    parameters are dropped, the rest of the query sorted.

    >>> canonical_address("../b?z=1&a=2&PHPSESSID=9#top", base="http://A.example/x/y/")
    'http://a.example/x/b?a=2&z=1'
    """
    try:
        joined = urljoin(base, reference.strip())
        host = host_of(joined)
        parts = urlsplit(_PATH_SESSION.sub("", joined))
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        dropped = load_link_rules().parameter
        if any(dropped.fullmatch(name) for name, _ in pairs):
            kept = [(name, value) for name, value in pairs if not dropped.fullmatch(name)]
            parts = parts._replace(query=urlencode(kept))
        address = canonicalize_url(urlunsplit(parts._replace(netloc=host, fragment="")))
    except (ValueError, UnicodeError):
        return None
    return address if len(address) <= _LONGEST_ADDRESS else None


def is_in_scope(address: str, *, hosts: Collection[str]) -> bool:
    """Return whether a host may be entered; with and without ``www.`` it is the same."""
    try:
        host = without_www(host_of(address))
    except ValueError:
        return False
    return any(host == without_www(allowed) for allowed in hosts)


def skip_reason(address: str) -> str | None:
    """Return the id of the rule by which a link is not followed, None for those that are."""
    for rule_id, pattern in load_link_rules().skip:
        if pattern.search(address):
            return rule_id
    return None


def priority(link: Link) -> int:
    """Return how much a link is worth following; higher comes first, 0 is usual."""
    fields = {"text": link.text, "address": link.address, "heading": link.heading}
    return sum(
        rule.weight
        for rule in load_link_rules().follow
        if any(rule.pattern.search(fields[name]) for name in rule.where)
    )


def links_of_html(markup: str, *, base: str) -> Iterator[Link]:
    """Yield the links of a page once each, in their order, without those to be skipped."""
    tree = parse_html(markup)
    declared = tree.css_first("base[href]")
    if declared is not None:
        base = urljoin(base, declared.attributes.get("href") or "")
    heading = ""
    seen: set[str] = set()
    for node in tree.css("h1, h2, h3, h4, a[href], area[href], frame[src], iframe[src]"):
        if (node.tag or "").startswith("h"):
            heading = clean(node.text())[:_LONGEST_TEXT]
            continue
        reference = node.attributes.get("href") or node.attributes.get("src") or ""
        address = canonical_address(reference, base=base)
        if address is None or address in seen or skip_reason(address) is not None:
            continue
        seen.add(address)
        text = node.text().strip() or node.attributes.get("title") or ""
        yield Link(address=address, text=clean(text)[:_LONGEST_TEXT], heading=heading)
        if len(seen) >= _MOST_LINKS:
            return
