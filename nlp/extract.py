"""From Documents to Evidence and Claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.components.pairs import ranked_pairs, seen
from nlp.components.topics import find_topics
from nlp.components.triggers import find_triggers
from nlp.pipeline import build_pipeline, make_doc
from partnernetz.errors import Failure
from partnernetz.records import Claim, Document, DocumentReference, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All that one Document states; ``topics`` are the ids of what the whole text speaks of."""

    document: DocumentReference
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()
    topics: tuple[str, ...] = ()


class Extractor:
    """Reads Documents with one pipeline, which is built when it is first needed.

    ``reference_folder`` holds the gazetteer (the project's own by default). Evidence with a score
    below ``minimum_score`` (0 to 1) is left out.
    """

    def __init__(
        self, *, reference_folder: Path | None = None, minimum_score: float = 0.0
    ) -> None:
        self._reference_folder = reference_folder
        self._minimum_score = minimum_score
        self._nlp = None

    def extract(self, document: Document) -> Extraction:
        """Return what a Document states."""
        raise NotImplementedError


def by_document(extraction: Extraction) -> dict[str, Any]:
    """Return the line that ``partnernetz extract --by-document`` prints for a Document."""
    raise NotImplementedError
