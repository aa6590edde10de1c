"""Context: sentences that only plan a tie or deny it."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span


@Language.factory("partnernetz_context", requires=["doc.spans"], assigns=["doc.spans"])
def make_context(nlp: Language, name: str) -> Context:
    """Return the component that fills ``doc.spans["context"]``."""
    return Context()


class Context:
    """Fill ``doc.spans["context"]`` with the sentences that are not asserted.

    The label is the modality. After ConText (Harkema et al. 2009), a trigger of modality reaches to
    the borders of its sentence; a signing that is told in the past tense in the same sentence
    breaks a plan ("wollte eigentlich ..., unterzeichnete dann").
    """

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its contexts."""
        modalities = [t for t in doc._.triggers if t.rule.category == "modality"]
        contexts = []
        for sentence in doc.sents if modalities else ():
            values = {
                trigger.rule.value
                for trigger in modalities
                if sentence.start_char <= trigger.start < sentence.end_char
            }
            if values:
                label = "denied" if "denied" in values else "planned"
                contexts.append(Span(doc, sentence.start, sentence.end, label=label))
        doc.spans["context"] = contexts
        return doc
