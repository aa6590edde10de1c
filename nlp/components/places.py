"""Places: names in a text, told from other words and linked to the gazetteer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp.components.entities import register
from nlp.components.sentences import document_of
from nlp.hosts import host_from_address, places_in_path
from nlp.place_judging import PlaceJudge, PlaceMention
from nlp.regions import RegionView
from nlp.sightings import SightingFinder
from nlp.unlisted import unlisted_host, unlisted_places
from partnernetz.errors import PlaceUnknownError
from partnernetz.places import Gazetteer, Place


@cache
def shared_gazetteer(folder: str) -> Gazetteer:
    """Return the gazetteer of a folder, loaded once in a process."""
    return Gazetteer.load(Path(folder))


@Language.factory(
    "partnernetz_places", assigns=["doc.spans"], default_config={"reference_folder": ""}
)
def make_places(nlp: Language, name: str, reference_folder: str) -> Places:
    """Return the component that fills ``doc.spans["places"]``."""
    return Places(shared_gazetteer(reference_folder))


class Places:
    """Fill ``doc.spans["places"]``; ``span._.place_mention`` tells what each was linked to.

    ``doc._.host`` is the place that owns the page, ``doc._.path_places`` are the towns in the
    address of a page that no place owns. Names that the gazetteer lacks are mentions as
    well where the text presents them as partners.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._finder = SightingFinder(gazetteer)
        if not Span.has_extension("place_mention"):
            Span.set_extension("place_mention", default=None)
        register()
        if not Doc.has_extension("host"):
            Doc.set_extension("host", default=None)
            Doc.set_extension("path_places", default=())

    def __call__(self, doc: Doc) -> Doc:
        """Return the Doc with its places."""
        document = document_of(doc)
        host = doc._.host = self._host_of(doc)
        if host is None:
            doc._.path_places = places_in_path(document.reference.url, self._gazetteer)
        regions = RegionView(document.text)
        judge = PlaceJudge(
            doc=doc, text=document.text, host=host, regions=regions, entities=doc._.entities
        )
        listed = [m for _, m in judge.judge(list(self._finder.find(doc, document.text)))]
        mentions = unlisted_places(document, listed, regions=regions, gazetteer=self._gazetteer)
        doc.spans["places"] = list(_spans(doc, mentions))
        return doc

    def _host_of(self, doc: Doc) -> Place | None:
        """Return the place that owns the page: the one told, else the one in its address."""
        reference = document_of(doc).reference
        place_id = reference.host_place_id
        if place_id is None:
            return host_from_address(reference.url, self._gazetteer)
        if place_id.startswith("name:"):
            return unlisted_host(place_id)
        try:
            return self._gazetteer.place(place_id)
        except PlaceUnknownError:
            return None


def _spans(doc: Doc, mentions: Sequence[PlaceMention]) -> Iterator[Span]:
    for mention in mentions:
        span = doc.char_span(mention.start, mention.end, label="place", alignment_mode="expand")
        if span is not None:
            span._.place_mention = mention
            yield span
