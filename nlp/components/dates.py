"""Date expressions as spans: ``doc.spans["dates"]``, labelled date, age or relative."""

from __future__ import annotations

from dataclasses import fields

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp.dates import FoundDate, find_dates

#: The key of the span group, and of the expressions in ``doc.user_data``.
KEY = "dates"

_FIELDS = tuple(field.name for field in fields(FoundDate))


def found_date(span: Span) -> FoundDate | None:
    """Return the expression that a span of ``doc.spans["dates"]`` covers, None for other spans."""
    rows = span.doc.user_data.get(KEY)
    if rows is None or not span.id_.startswith(f"{KEY}-"):
        return None
    return FoundDate(**rows[int(span.id_.removeprefix(f"{KEY}-"))])


class DateFinder:
    """Fills ``doc.spans["dates"]`` in the order of the text.

    A span covers whole tokens, so that two dates of one token ("21.03./18.04.1990") may share
    it; ``span._.found_date`` is the ``FoundDate`` with its exact offsets. It is kept as plain
    values in ``doc.user_data``, which survive ``nlp.pipe`` in several processes.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its dates."""
        expressions = find_dates(doc.text)
        doc.user_data[KEY] = [
            {name: getattr(found, name) for name in _FIELDS} for found in expressions
        ]
        spans = [
            doc.char_span(
                found.start,
                found.end,
                label=found.kind,
                span_id=f"{KEY}-{index}",
                alignment_mode="expand",
            )
            for index, found in enumerate(expressions)
        ]
        doc.spans[KEY] = [span for span in spans if span is not None]
        return doc


@Language.factory("partnernetz_dates", assigns=["doc.spans"])
def make_dates(nlp: Language, name: str) -> DateFinder:
    """Return the component that finds date expressions."""
    if not Span.has_extension("found_date"):
        Span.set_extension("found_date", getter=found_date)
    return DateFinder()
