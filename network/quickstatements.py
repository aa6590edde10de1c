"""What Wikidata lacks, as commands for QuickStatements (version 1), with references.

The syntax is that of https://www.wikidata.org/wiki/Help:QuickStatements: item, property and value,
then qualifiers, then sources (``S`` for ``P``; ``!S`` begins another reference), divided by tabs. A
statement that is there already gets what it lacks.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from network.gaps import Gaps, Known
from network.reference_lists import ReferencePlace
from network.release.reading import read_by_id, read_rows
from partnernetz import edtf

Row = Mapping[str, Any]

# Properties of Wikidata: https://www.wikidata.org/wiki/Property:P190 and so on.
TWINNED, START, END = "P190", "P580", "P582"
REFERENCE_URL, RETRIEVED, TITLE, PAGES = "S854", "S813", "S1476", "S304"

#: Events with which a partnership itself begins; a decision or a contact only leads there.
_BEGINNINGS = ("signing", "founding", "existence")
_MOST_REFERENCES = 2
_LONGEST_TITLE = 250
_PRECISIONS = {"day": 11, "month": 10, "year": 9}
#: Names that are never public: RFC 2606, RFC 6761, RFC 6762.
_RESERVED = ("localhost", "local", "test", "example", "invalid", "internal")
_LANGUAGE = re.compile(r"[a-z]{2,3}$")
_OWN_KINDS = ("municipality", "district")
_SAFE_IN_ADDRESS = "/:?=&%@!$*+,;.~#-_()"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickStatements:
    """Commands, a line each, and how many partnerships were left out, by reason."""

    lines: tuple[str, ...]
    partnerships: int
    left_out: Mapping[str, int]


def quick_statements(release: Path, gaps: Gaps, *, minimum_belief: float) -> QuickStatements:
    """Return commands for what a Wikidata list lacks of a release, in both directions.

    That is partnerships that it does not have, directions that it does not have, and starts where
    it has none. Left out are ties that are no partnerships, are believed less, have ended without a
    date, or have no reference with a public address; and places that the gazetteer lacks or of
    which the list does not tell one item. Raises InputError for what is no release.
    """
    return _Writer(release, gaps, minimum_belief).write()


class _Writer:
    def __init__(self, release: Path, gaps: Gaps, minimum_belief: float) -> None:
        self._gaps, self._minimum = gaps, minimum_belief
        self._items = items_of(gaps)
        self._documents = read_by_id(release, "documents", "document_id")
        self._evidence: dict[str, list[Row]] = defaultdict(list)
        for row in read_rows(release, "evidence"):
            if row["modality"] == "asserted" and row["partnership_id"]:
                self._evidence[row["partnership_id"]].append(row)

    def write(self) -> QuickStatements:
        lines: list[str] = []
        left_out: Counter[str] = Counter()
        partnerships = 0
        for known, lacking in self._lacking():
            reason = self._obstacle(known)
            references = [] if reason else list(self._references(known))
            if not reason and not references:
                reason = "no reference with a public address"
            if reason:
                left_out[reason] += 1
                continue
            partnerships += 1
            for a, b, with_start in lacking:
                lines.append(self._line(known, a, b, references, with_start=with_start))
        return QuickStatements(
            lines=tuple(lines),
            partnerships=partnerships,
            left_out=dict(sorted(left_out.items())),
        )

    def _lacking(self) -> Iterator[tuple[Known, list[tuple[str, str, bool]]]]:
        """Yield partnerships with the directions to write, and whether with the start."""
        for known in self._gaps.new:
            a, b = known.a_id, known.b_id
            yield known, [(a, b, True), (b, a, True)]
        for item in self._gaps.found:
            known, reference = item.known, item.reference
            first = self._first_id(known, reference.a)
            if first is None:
                continue
            second = known.b_id if first == known.a_id else known.a_id
            lacking = []
            for is_back, ends in ((False, (first, second)), (True, (second, first))):
                entries = [entry for entry in reference.entries if entry.is_back == is_back]
                # a start that contradicts the list is for people to settle
                with_start = item.start not in ("conflicts", "otherwise stated")
                has_start = any(entry.since for entry in entries)
                lacks_start = with_start and not has_start and self._start(known) is not None
                if not entries or lacks_start:
                    lacking.append((*ends, with_start))
            if lacking:
                yield known, lacking

    def _first_id(self, known: Known, place: ReferencePlace) -> str | None:
        """Return the id of the partner that a place of the list is, None where it is not sure."""
        found = [key for key in (known.a_id, known.b_id) if self._items.get(key) == place.item]
        return found[0] if len(found) == 1 and place.item else None

    def _obstacle(self, known: Known) -> str | None:
        if any(key.startswith("name:") for key in (known.a_id, known.b_id)):
            return "a place that the gazetteer lacks"
        if known.kind != "partnership":
            return "no partnership but another kind of tie"
        if known.belief < self._minimum:
            return "less belief"
        if known.status == "ended" and not _time(known.end_date):
            return "ended without a date"
        if any(key not in self._items for key in (known.a_id, known.b_id)):
            return "no item known for a place"
        return None

    def _line(
        self, known: Known, a: str, b: str, references: Sequence[list[str]], *, with_start: bool
    ) -> str:
        cells = [self._items[a], TWINNED, self._items[b]]
        start, end = self._start(known), _time(known.end_date)
        cells += [START, start] if with_start and start else []
        cells += [END, end] if end else []
        for number, reference in enumerate(references):
            first, *others = reference
            cells += [first if number == 0 else f"!{first}", *others]
        return "\t".join(cells)

    def _start(self, known: Known) -> str | None:
        """Return the start as a time, only where the tie itself began and not a mere decision."""
        began = any(
            row["event"] in _BEGINNINGS and row["event_date"] == known.start_date
            for row in self._evidence[known.partnership_id]
        )
        return _time(known.start_date) if began else None

    def _references(self, known: Known) -> Iterator[list[str]]:
        """Yield references of different sites: first those that date the start, then own sites."""
        seen: set[str] = set()
        rows = self._evidence[known.partnership_id]
        for row in sorted(rows, key=lambda row: self._rank(row, known)):
            document = self._documents[row["document_id"]]
            host = public_host(document["url"])
            if host and host not in seen and len(seen) < _MOST_REFERENCES:
                seen.add(host)
                yield _reference(row, document)

    def _rank(self, row: Row, known: Known) -> tuple[bool, bool, float, str]:
        kind = self._documents[row["document_id"]]["source_kind"]
        dates_it = row["event_date"] is not None and row["event_date"] == known.start_date
        return not dates_it, kind not in _OWN_KINDS, -row["score"], row["evidence_id"]


def items_of(gaps: Gaps) -> dict[str, str]:
    """Return the Wikidata item of each place whose key the list gives, none that are not sure."""
    found: dict[str, set[str]] = defaultdict(set)
    for place in gaps.places:
        if place.item and place.place_id:
            found[place.place_id].add(place.item)
    owners = Counter(item for items in found.values() for item in items)
    return {
        key: item
        for key, (item, *others) in ((key, sorted(items)) for key, items in found.items())
        if not others and owners[item] == 1
    }


def _time(date: str | None) -> str | None:
    """Return a time of Wikibase, None for a date that is no plain day, month or year.

    >>> _time("1986-09-19"), _time("1988"), _time("1990/1991")
    ('+1986-09-19T00:00:00Z/11', '+1988-00-00T00:00:00Z/9', None)
    """
    if date is None or not re.fullmatch(r"[\d-]+", date):
        return None
    level = _PRECISIONS.get(edtf.precision(date))
    if level is None:
        return None
    year, month, day = f"{date}-00-00".split("-")[:3]
    return f"+{year}-{month}-{day}T00:00:00Z/{level}"


def _reference(row: Row, document: Row) -> list[str]:
    cells = [REFERENCE_URL, f'"{_address(document["url"])}"']
    title, language = _text(document["title"] or ""), document["language"] or ""
    if title and _LANGUAGE.match(language):
        cells += [TITLE, f'{language}:"{title[:_LONGEST_TITLE]}"']
    if retrieved := _time((document["fetched_at"] or "")[:10] or None):
        cells += [RETRIEVED, retrieved]
    if row["page_number"]:
        cells += [PAGES, f'"{row["page_number"]}"']
    return cells


def _text(text: str) -> str:
    """Return a text without what divides commands: tabs, line ends, bars, comments."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.replace("|", "–").replace("/*", "/ *").replace("*/", "* /").split())


def _address(url: str) -> str:
    """Return an address in which nothing can end the string or divide commands."""
    return quote(url, safe=_SAFE_IN_ADDRESS).replace("/*", "/%2A").replace("*/", "%2A/")


def public_host(url: str | None) -> str | None:
    """Return the host of an address that others can look up, None for any other.

    >>> public_host("https://www.saarlouis.de/x"), public_host("http://127.0.0.1:8000/")
    ('saarlouis.de', None)
    """
    try:
        split = urlsplit(url or "")
        host = (split.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return None
    if split.scheme not in ("http", "https") or "." not in host or split.username is not None:
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host if host.rpartition(".")[2] not in _RESERVED else None
    return None
