"""Entities of a user's own spaCy pipeline: a second opinion on what is a place.

The project needs no trained pipeline. Where a user has one (``de_core_news_lg``, a folder), its
entities tell places from persons and organisations of the same name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components.sentences import document_of
from partnernetz.errors import InputError

Reading = Literal["place", "other"]

#: Labels of German and multilingual pipelines (CoNLL-2003, OntoNotes) that mean places.
_PLACE_LABELS = frozenset({"LOC", "GPE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntity:
    """A stretch that the user's pipeline takes for a place or for something else by name."""

    start: int
    end: int
    reading: Reading


@cache
def load_users_pipeline(name: str) -> Language:
    """Return a spaCy pipeline by package name or folder, loaded once.

    Raises InputError where it is not installed or lacks a recogniser of entities.
    """
    import spacy

    try:
        nlp = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        raise InputError(
            f"The spaCy pipeline '{name}' cannot be loaded: install it, or give its folder."
        ) from error
    if not {"ner", "entity_ruler", "span_ruler"} & set(nlp.pipe_names):
        raise InputError(f"The spaCy pipeline '{name}' recognises no entities: choose another.")
    return nlp


@Language.factory(
    "partnernetz_entities", assigns=["doc._.entities"], default_config={"pipeline": ""}
)
def make_entities(nlp: Language, name: str, pipeline: str) -> Entities:
    """Return the component that fills ``doc._.entities``."""
    return Entities(load_users_pipeline(pipeline))


class Entities:
    """Fill ``doc._.entities`` with the entities that another pipeline sees in the same text."""

    def __init__(self, pipeline: Language) -> None:
        self._pipeline = pipeline
        register()

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its entities."""
        found = self._pipeline(document_of(doc).text).ents
        doc._.entities = tuple(
            FoundEntity(
                start=entity.start_char,
                end=entity.end_char,
                reading="place" if entity.label_ in _PLACE_LABELS else "other",
            )
            for entity in found
        )
        return doc


def register() -> None:
    """Make ``doc._.entities`` known; it is empty without a user's pipeline."""
    if not Doc.has_extension("entities"):
        Doc.set_extension("entities", default=())
