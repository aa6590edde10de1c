"""The topic vocabulary: what partner towns do together, with links to EuroVoc and the GND."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from partnernetz.errors import InputError

_FILE = "topics.toml"
_LINK_STARTS = {"eurovoc": "http://eurovoc.europa.eu/", "gnd": "https://d-nb.info/gnd/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A field in which partner towns work together, in the sense of a SKOS concept.

    ``definition`` is one English sentence. ``eurovoc`` and ``gnd`` are full URIs of the nearest
    EuroVoc concept or domain and GND subject heading, None where no close one is known.
    """

    id: str
    label_de: str
    label_en: str
    definition: str
    eurovoc: str | None = None
    gnd: str | None = None


def load_topics(folder: Path) -> dict[str, Topic]:
    """Return the topics of a reference folder by id, in the file's order.

    Raises InputError where ``topics.toml`` is missing, torn, or has a faulty entry.
    """
    path = folder / _FILE
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"The topic vocabulary {path} cannot be read: {error.strerror}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The topic vocabulary {path} is not valid TOML: {error}.") from error
    return {topic_id: _topic(topic_id, entry, path) for topic_id, entry in entries.items()}


def _topic(topic_id: str, entry: object, path: Path) -> Topic:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise InputError(f"{path}: topic {topic_id!r} must be a table of strings.")
    known = {field.name for field in fields(Topic)} - {"id"}
    missing = {"label_de", "label_en", "definition"} - entry.keys()
    if missing or entry.keys() - known:
        names = ", ".join(sorted(missing or entry.keys() - known))
        raise InputError(
            f"{path}: topic {topic_id!r} {'lacks' if missing else 'has unknown keys'}: {names}."
        )
    for name, start in _LINK_STARTS.items():
        if name in entry and not entry[name].startswith(start):
            raise InputError(f"{path}: the {name} link of topic {topic_id!r} must begin {start}.")
    return Topic(id=topic_id, **entry)
