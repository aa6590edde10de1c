"""The spaCy pipeline: a blank German tokenizer and the project's own components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex

from nlp.components import entities as _entities  # noqa: F401 - registers the component
from nlp.components import sentences as _sentences  # noqa: F401 - registers the component
from partnernetz.paths import default_data_folder
from partnernetz.records import Document

COMPONENTS = ("places", "dates", "triggers", "topics", "context", "pairs")

#: Captions are glued to texts and columns to each other: "AnröchteWünschelburg".
_GLUED_WORDS = r"(?<=[a-zäöüßà-ÿ]{2})(?=[A-ZÄÖÜ][a-zäöüß])"
#: "A-B" is a pair in a partnership text and "Neu-Ulm" a name: hyphens between letters are cut.
_HYPHEN_BETWEEN_LETTERS = r"(?<=[A-Za-zÀ-ɏ.)])[-–—](?=[A-Za-zÀ-ɏ])"


def build_pipeline(
    *, reference_folder: Path | None = None, spacy_model: str | None = None
) -> Language:
    """Return the pipeline that reads Documents.

    ``reference_folder`` holds the gazetteer; the project's own is the default. ``spacy_model`` is a
    user's own pipeline whose entities help to tell places; raises InputError where it is none.
    """
    nlp = spacy.blank("de")
    infixes = [*(nlp.Defaults.infixes or ()), _HYPHEN_BETWEEN_LETTERS, _GLUED_WORDS]
    tokenizer: Any = nlp.tokenizer  # a compiled class without types
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    folder = reference_folder or default_data_folder() / "reference"
    if not Doc.has_extension("document"):
        Doc.set_extension("document", default=None)
    nlp.add_pipe("partnernetz_sentences")
    if spacy_model:
        nlp.add_pipe("partnernetz_entities", config={"pipeline": spacy_model})
    for name in COMPONENTS:
        config = {"reference_folder": str(folder)} if name == "places" else {}
        nlp.add_pipe(f"partnernetz_{name}", config=config)
    return nlp


def make_doc(nlp: Language, document: Document) -> Doc:
    """Return the tokenised Doc of a Document, which it carries along as ``doc._.document``."""
    doc = nlp.make_doc(document.text)
    doc._.document = document
    return doc
