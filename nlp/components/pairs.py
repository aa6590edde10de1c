"""Pairs: which of the places that a text names are partners."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from nlp.pairing import CandidatePair, candidate_pairs
from nlp.ranker import default_weights
from nlp.reading_view import ReadingView, view_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPair:
    """A candidate pair with the probability that the text states a partnership of it."""

    candidate: CandidatePair
    probability: float
    is_stated: bool


@Language.factory("partnernetz_pairs", requires=["doc.spans"], assigns=["doc._.pairs"])
def make_pairs(nlp: Language, name: str) -> Pairs:
    """Return the component that fills ``doc._.view`` and ``doc._.pairs``."""
    return Pairs()


class Pairs:
    """Fill ``doc._.view`` (what was seen) and ``doc._.pairs`` (ranked pairs)."""

    def __init__(self) -> None:
        for name in ("view", "pairs"):
            if not Doc.has_extension(name):
                Doc.set_extension(name, default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its view and its pairs."""
        weights = default_weights()
        view = doc._.view = view_of(doc, host=doc._.host)
        ranked = []
        for candidate in candidate_pairs(view) if view.has_tie else ():
            probability = weights.probability(candidate.features)
            ranked.append(
                RankedPair(
                    candidate=candidate,
                    probability=probability,
                    is_stated=probability >= weights.threshold,
                )
            )
        doc._.pairs = tuple(ranked)
        return doc


def ranked_pairs(doc: Doc) -> tuple[RankedPair, ...]:
    """Return the ranked pairs of a Doc that has been through the pipeline."""
    pairs: tuple[RankedPair, ...] = doc._.pairs
    return pairs


def seen(doc: Doc) -> ReadingView:
    """Return the view of a Doc that has been through the pipeline."""
    found: ReadingView = doc._.view
    return found

