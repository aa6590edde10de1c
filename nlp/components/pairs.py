"""Pairs: which of the places that a text names are partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from nlp.pairing import CandidatePair, candidate_pairs
from nlp.ranker import Ranking, rankings, stated_from
from nlp.reading_view import ReadingView, view_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPair:
    """A candidate pair with the probability that the text states a partnership of it.

    ``rule`` is the rule that says the same, or ``ranker`` where only the ranker does.
    """

    candidate: CandidatePair
    probability: float
    rule: str
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
        view = doc._.view = view_of(doc, host=doc._.host, path_places=doc._.path_places)
        doc._.pairs = rank(candidate_pairs(view))
        return doc


def rank(candidates: Sequence[CandidatePair]) -> tuple[RankedPair, ...]:
    """Return the candidates of one Document with their probabilities, in their order."""
    return tuple(
        ranked_pair(candidate, ranking, threshold=stated_from())
        for candidate, ranking in zip(candidates, rankings(candidates), strict=True)
    )


def ranked_pair(candidate: CandidatePair, ranking: Ranking, *, threshold: float) -> RankedPair:
    """Return a candidate with its ranking; it is stated from ``threshold`` on."""
    rule = ranking.rule
    is_stated = ranking.probability >= threshold
    agrees = rule is not None and (rule.effect == "states") == is_stated
    return RankedPair(
        candidate=candidate,
        probability=round(ranking.probability, 4),
        rule=rule.id if rule is not None and agrees else "ranker",
        is_stated=is_stated,
    )


def ranked_pairs(doc: Doc) -> tuple[RankedPair, ...]:
    """Return the ranked pairs of a Doc that has been through the pipeline."""
    pairs: tuple[RankedPair, ...] = doc._.pairs
    return pairs


def seen(doc: Doc) -> ReadingView:
    """Return the view of a Doc that has been through the pipeline."""
    found: ReadingView = doc._.view
    return found
