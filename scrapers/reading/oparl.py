"""JSON of council systems that speak OParl: papers, meetings, agenda items and files as text.

OParl 1.0 and 1.1 (https://oparl.org/spezifikation). Persons are left out: the objects name them by
address only, and those addresses are not followed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from partnernetz import edtf
from scrapers.reading.drafts import Draft, clean
from scrapers.reading.errors import UnreadableError
from scrapers.reading.html import read_html
from scrapers.reading.text import text_blocks

_TYPE = re.compile(r"https?://schema\.oparl\.org/1\.\d+/([A-Za-z]+)", re.ASCII)
_LOOKS_MARKED_UP = re.compile(r"<(?:p|br|div|b|strong|ul|table|span)\b[^>]*>", re.IGNORECASE)
#: Pages of lists have 100 objects as a rule; more than these are not looked at.
_MOST_OBJECTS = 500
_LONGEST_NAME = 500

#: An object of an answer, its values not yet checked.
OparlObject = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OparlContent:
    """What an answer says: its title (may be empty), blocks, and when it was published (EDTF)."""

    title: str
    drafts: tuple[Draft, ...]
    published: str | None


def load_objects(body: bytes) -> tuple[OparlObject, list[OparlObject]]:
    """Return an answer and the objects in it: those of a list, else the answer itself.

    Raises ValueError where the body is torn, nested too deeply, or no OParl.
    """
    try:
        answer = json.loads(body.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    except ValueError as error:  # also what is no UTF-8
        raise ValueError("the JSON is torn or broken") from error
    if not isinstance(answer, dict):
        raise ValueError("the JSON is no object")
    objects = objects_of(answer, "data") if isinstance(answer.get("data"), list) else [answer]
    known = [item for item in objects if type_of(item)]
    if not known and not (objects == [] and isinstance(answer.get("links"), dict)):
        raise ValueError("the JSON holds no object of OParl")
    return answer, known


def type_of(item: OparlObject) -> str:
    """Return the name of an object's type ("Paper"), empty where it has none of OParl's."""
    match = _TYPE.fullmatch(text_of(item, "type"))
    return match.group(1) if match else ""


def text_of(item: OparlObject, name: str) -> str:
    """Return a text value, white space folded, empty where there is none."""
    value = item.get(name)
    return clean(value) if isinstance(value, str) else ""


def objects_of(item: OparlObject, name: str) -> list[OparlObject]:
    """Return the objects that a value holds, one or a list of them."""
    value = item.get(name)
    values = value[:_MOST_OBJECTS] if isinstance(value, list) else [value]
    return [entry for entry in values if isinstance(entry, dict)]


def read_oparl(body: bytes, *, name: str) -> OparlContent:
    """Return what an answer says: of a single object, or of each object of a list.

    Raises UnreadableError where it is no OParl, or only tells that the object was deleted.
    """
    try:
        _, objects = load_objects(body)
    except ValueError as error:
        raise UnreadableError(f"{name} cannot be read: {error}.") from error
    kept = [item for item in objects if item.get("deleted") is not True]
    if objects and not kept:
        raise UnreadableError(f"{name} was deleted by its council system.")
    drafts = tuple(draft for item in kept for draft in _drafts(item))
    if len(objects) != 1:
        return OparlContent(title="", drafts=drafts, published=None)
    return OparlContent(title=_name(kept[0]), drafts=drafts, published=_published(kept[0]))


def _name(item: OparlObject) -> str:
    return text_of(item, "name")[:_LONGEST_NAME]


def _published(item: OparlObject) -> str | None:
    """Return the day of a paper, or of the meeting."""
    for field in ("date", "start"):
        day = text_of(item, field)[:10]
        if len(day) == 10 and edtf.is_valid(day):
            return day
    return None


def _drafts(item: OparlObject) -> Iterator[Draft]:
    kind = type_of(item)
    if kind == "AgendaItem":
        yield from _agenda_item(item, above=())
        return
    if kind not in ("Paper", "Meeting", "File"):
        return
    title = _name(item)
    above = (title,) if title else ()
    yield Draft(kind="heading", text=title)
    number = " ".join(filter(None, (text_of(item, "paperType"), text_of(item, "reference"))))
    yield Draft(kind="paragraph", text=number, headings=above)
    yield from _text(item.get("text"), above=above)
    for agenda_item in objects_of(item, "agendaItem"):
        yield from _agenda_item(agenda_item, above=above)
    for field in ("mainFile", "auxiliaryFile"):
        for file in objects_of(item, field):
            yield from _text(file.get("text"), above=above)


def _agenda_item(item: OparlObject, *, above: tuple[str, ...]) -> Iterator[Draft]:
    name = _name(item)
    if item.get("deleted") is True or not name:
        return
    yield Draft(kind="heading", text=name, headings=above)
    inside = (*above, name)
    yield from _text(item.get("resolutionText"), above=inside)
    yield Draft(kind="paragraph", text=text_of(item, "result"), headings=inside)


def _text(value: Any, *, above: tuple[str, ...]) -> Iterator[Draft]:
    """Yield the blocks of a longer text, which some systems send with marks of HTML."""
    if not isinstance(value, str) or not value.strip():
        return
    if _LOOKS_MARKED_UP.search(value):
        for draft in read_html(value).drafts:
            yield Draft(kind=draft.kind, text=draft.text, headings=(*above, *draft.headings))
        return
    for block in text_blocks(value):
        text = clean(value[block.start : block.end])
        yield Draft(kind=block.kind, text=text, headings=(*above, *block.headings))
