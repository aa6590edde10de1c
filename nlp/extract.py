"""From Documents to Evidence and Claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language

from nlp.claims import claims_of
from nlp.components.pairs import ranked_pairs, seen
from nlp.components.triggers import may_state_ties
from nlp.pipeline import build_pipeline, make_doc
from nlp.statements import evidence_of
from nlp.topics_told import topics_of_text
from partnernetz.chronology import START_LADDER, choose_start, choose_status
from partnernetz.records import (
    Claim,
    Document,
    DocumentReference,
    Evidence,
    PlaceReference,
    Status,
)

#: spaCy keeps each word that it ever saw; so it is told to forget after so many new ones.
_MOST_NEW_WORDS = 20_000
#: Within one text a first contact is a start only where it was read as one.
_STATED_STARTS = tuple(event for event in START_LADDER if event != "contact")


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
    below ``minimum_score`` (0 to 1) is left out. ``spacy_model`` is a user's own pipeline whose
    entities help to tell places.
    """

    def __init__(
        self,
        *,
        reference_folder: Path | None = None,
        minimum_score: float = 0.0,
        spacy_model: str | None = None,
    ) -> None:
        self._reference_folder = reference_folder
        self._spacy_model = spacy_model
        self._minimum_score = minimum_score
        self._nlp: Language | None = None
        self._zone = ExitStack()
        self._first_words = 0

    def extract(self, document: Document) -> Extraction:
        """Return what a Document states; one without any word for a tie is not parsed at all."""
        if not may_state_ties(document.text):
            return Extraction(document=document.reference)
        nlp = self._pipeline()
        doc = nlp(make_doc(nlp, document))
        view = seen(doc)
        evidence = evidence_of(view, ranked_pairs(doc))
        topics = topics_of_text(view)
        return Extraction(
            document=document.reference,
            evidence=tuple(e for e in evidence if e.score >= self._minimum_score),
            claims=claims_of(view),
            topics=topics,
        )

    def _pipeline(self) -> Language:
        """Return the pipeline, in a memory zone of spaCy's that is left when it has grown."""
        if self._nlp is None:
            self._nlp = build_pipeline(
                reference_folder=self._reference_folder, spacy_model=self._spacy_model
            )
            self._first_words = len(self._nlp.vocab.strings)
            self._zone.enter_context(self._nlp.memory_zone())
        elif len(self._nlp.vocab.strings) > self._first_words + _MOST_NEW_WORDS:
            self._zone.close()
            self._zone.enter_context(self._nlp.memory_zone())
        return self._nlp


def by_document(extraction: Extraction) -> dict[str, Any]:
    """Return the line that ``partnernetz extract --by-document`` prints for a Document.

    Its keys are ``id``, ``partnerships`` (one for each pair), ``claims`` and ``topics`` (those of
    the whole text).
    """
    pairs: dict[tuple[str, str], list[Evidence]] = {}
    for evidence in extraction.evidence:
        if evidence.modality == "asserted":
            pairs.setdefault(evidence.pair, []).append(evidence)
    return {
        "id": extraction.document.id,
        "partnerships": [_partnership(found) for found in pairs.values()],
        "claims": [_claim(claim) for claim in extraction.claims],
        "topics": list(extraction.topics),
    }


def _partnership(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """Return what all Evidence of one Document on one pair adds up to."""
    shown = next((e for e in evidence if e.event == "existence"), evidence[0])
    start = choose_start(((e.event, e.date) for e in evidence if e.date), ladder=_STATED_STARTS)
    ends = sorted(e.date for e in evidence if e.event == "end" and e.date)
    statuses: list[tuple[Status, str | None]] = [(e.status, None) for e in evidence if e.status]
    if ends:
        statuses.append(("ended", None))
    return {
        "a": shown.a.name,
        "a_id": _public_id(shown.a),
        "a_country": shown.a.country,
        "b": shown.b.name,
        "b_id": _public_id(shown.b),
        "b_country": shown.b.country,
        "kind": Counter(e.kind for e in evidence).most_common(1)[0][0],
        "since": start.date,
        "ended": ends[0] if ends else None,
        "status": choose_status(statuses),
        "topics": sorted({topic for e in evidence for topic in e.topics}),
        "score": max(e.score for e in evidence),
        "quote": shown.quotation,
        "start": shown.start,
        "end": shown.end,
    }


def _public_id(place: PlaceReference) -> str | None:
    """Return the id of a place, None for one that the gazetteer lacks."""
    return None if place.id is None or place.id.startswith("name:") else place.id


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "quantity": claim.quantity,
        "bound": claim.bound,
        "period": claim.period,
        "scope": claim.scope,
        "status": claim.status,
        "is_additional": claim.is_additional,
        "quote": claim.quotation,
    }
