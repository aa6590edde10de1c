"""Council systems that speak OParl: which lists, papers and files to fetch. No input or output.

A system's answer leads to its bodies, a body's to its lists of papers and meetings, and each page
of a list to the next one (OParl 1.1, https://oparl.org/spezifikation). Of the papers and meetings
those are followed whose name or agenda hints at partnerships, by the words of ``links.toml``:
a name in such a list says what the paper is on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapers.feeds import Listing, read_listing
from scrapers.links import Link, canonical_address, priority
from scrapers.reading.oparl import OparlObject, load_objects, objects_of, text_of, type_of

#: The lists of a body that are read.
_LISTS = ("paper", "meeting")
_FILES = ("mainFile", "auxiliaryFile", "resolutionFile", "resultsProtocol", "verbatimProtocol")
_FILE_TYPES = ("application/pdf", "text/html", "text/plain")
#: Names with a lower priority hint at nothing.
_LEAST_PRIORITY = 25
_MOST_LINKS = 2000
_MOST_NAMES = 100
_LONGEST_TEXT = 300


def read_any_listing(body: bytes, *, base: str, since: date | None = None) -> Listing:
    """Return what a feed, a sitemap or an answer of a council system lists.

    Raises ValueError where the body is none of these.
    """
    if body[:64].lstrip(b"\xef\xbb\xbf\t\r\n ").startswith(b"{"):
        return read_council_listing(body, base=base, since=since)
    return read_listing(body, base=base)


def read_council_listing(body: bytes, *, base: str, since: date | None = None) -> Listing:
    """Return where the answer of a system, a body or a list leads: links, and further lists.

    With ``since``, lists are asked for what was changed on that day or later. Raises ValueError
    where the body is no OParl.
    """
    answer, objects = load_objects(body)
    lists: dict[str, None] = {}
    links: dict[str, Link] = {}
    for item in objects:
        kind = type_of(item)
        if item.get("deleted") is True:
            continue
        if kind == "System":
            lists.update(_addresses(item, "body", base=base, since=None))
        elif kind == "Body":
            for name in _LISTS:
                lists.update(_addresses(item, name, base=base, since=since))
        else:
            for link in _links(item, base=base):
                links.setdefault(link.address, link)
    for page in objects_of(answer, "links"):
        lists.update(_addresses(page, "next", base=base, since=None))  # keeps the filter itself
    return Listing(links=tuple(links.values())[:_MOST_LINKS], sitemaps=tuple(lists))


def links_of_council_paper(body: bytes, *, base: str) -> Iterator[Link]:
    """Yield the files of a paper or meeting and the meetings that a paper was dealt with in.

    Raises ValueError where the body is no OParl.
    """
    _, objects = load_objects(body)
    for item in objects:
        name = text_of(item, "name")
        yield from _files(item, name=name, base=base)
        for agenda_item in objects_of(item, "agendaItem"):
            topic = text_of(agenda_item, "name")
            if _is_wanted(topic):
                yield from _files(agenda_item, name=topic, base=base)
        for consultation in objects_of(item, "consultation"):
            meeting = canonical_address(text_of(consultation, "meeting"), base=base)
            if meeting is not None:
                yield Link(address=meeting, text=name[:_LONGEST_TEXT])


def _links(item: OparlObject, *, base: str) -> Iterator[Link]:
    """Yield the link of a paper, meeting or file of a list whose name is of interest."""
    names = [text_of(item, "name")]
    names += [text_of(agenda_item, "name") for agenda_item in objects_of(item, "agendaItem")]
    names = names[:_MOST_NAMES]
    wanted = [name for name in names if _is_wanted(name)]
    if not wanted:
        return
    kind = type_of(item)
    if kind == "File":
        yield from _file_link(item, name=wanted[0], base=base)
        return
    reference = text_of(item, "meeting" if kind == "AgendaItem" else "id")
    address = canonical_address(reference, base=base)
    if address is not None and kind in ("Paper", "Meeting", "AgendaItem"):
        yield Link(address=address, text="; ".join(wanted)[:_LONGEST_TEXT])


def _is_wanted(name: str) -> bool:
    return priority(Link(address="", text=name[:_LONGEST_TEXT])) >= _LEAST_PRIORITY


def _files(item: OparlObject, *, name: str, base: str) -> Iterator[Link]:
    for field in _FILES:
        for file in objects_of(item, field):
            yield from _file_link(file, name=name, base=base)


def _file_link(file: OparlObject, *, name: str, base: str) -> Iterator[Link]:
    media_type = text_of(file, "mimeType").lower()
    if file.get("deleted") is True or (media_type and not media_type.startswith(_FILE_TYPES)):
        return
    reference = text_of(file, "accessUrl") or text_of(file, "downloadUrl")
    address = canonical_address(reference, base=base) if reference else None
    if address is not None:
        own = text_of(file, "name")
        text = name if own in name else f"{name}: {own}"
        yield Link(address=address, text=text[:_LONGEST_TEXT])


def _addresses(item: OparlObject, name: str, *, base: str, since: date | None) -> dict[str, None]:
    reference = text_of(item, name)
    address = canonical_address(reference, base=base) if reference else None
    return {} if address is None else {changed_since(address, since): None}


def changed_since(address: str, day: date | None) -> str:
    """Return the address of a list narrowed to what was changed on a day or later.

    >>> changed_since("https://a.example/paper", date(2026, 3, 1))
    'https://a.example/paper?modified_since=2026-03-01T00%3A00%3A00%2B00%3A00'
    """
    if day is None:
        return address
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != "modified_since"]
    query.append(("modified_since", f"{day.isoformat()}T00:00:00+00:00"))
    return urlunsplit(parts._replace(query=urlencode(query)))
