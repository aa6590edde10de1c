"""A user's own spaCy pipeline helps to tell places, and is never required."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy

from nlp.components.entities import load_users_pipeline
from nlp.extract import Extractor
from nlp.pipeline import build_pipeline, make_doc
from partnernetz.errors import InputError
from partnernetz.records import Block, Document, DocumentReference

TEXT = "Die Städtepartnerschaft zwischen Aachen und Naumburg besteht seit 1988."


def document(text: str) -> Document:
    reference = DocumentReference(id="d", url="https://www.example.org/seite")
    return Document(
        reference=reference, text=text, blocks=(Block(kind="paragraph", start=0, end=len(text)),)
    )


def pipeline_that_takes(names: dict[str, str], folder: Path) -> str:
    nlp = spacy.blank("de")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in names.items()])  # type: ignore[attr-defined]
    nlp.to_disk(folder)
    return str(folder)


def partners(model: str | None) -> set[frozenset[str]]:
    extraction = Extractor(spacy_model=model).extract(document(TEXT))
    return {frozenset((e.a.name, e.b.name)) for e in extraction.evidence}


def test_places_that_it_confirms_stay(tmp_path: Path) -> None:
    model = pipeline_that_takes({"Aachen": "LOC", "Naumburg": "GPE"}, tmp_path / "model")
    assert partners(model) == partners(None) == {frozenset(("Aachen", "Naumburg (Saale)"))}


def test_a_name_that_it_takes_for_a_person_counts_less(tmp_path: Path) -> None:
    model = pipeline_that_takes({"Naumburg": "PER"}, tmp_path / "model")
    points = []
    for chosen in (model, None):
        nlp = build_pipeline(spacy_model=chosen)
        doc = nlp(make_doc(nlp, document(TEXT)))
        found = {s._.place_mention.surface: s._.place_mention.points for s in doc.spans["places"]}
        points.append(found.get("Naumburg", 0.0))
    assert points[0] < points[1]


@pytest.mark.parametrize("name", ["no_such_pipeline", "/nowhere/at/all"])
def test_a_missing_pipeline_is_told_in_a_sentence(name: str) -> None:
    with pytest.raises(InputError, match="cannot be loaded"):
        load_users_pipeline(name)


def test_a_pipeline_without_entities_is_told_in_a_sentence(tmp_path: Path) -> None:
    spacy.blank("de").to_disk(tmp_path / "blank")
    with pytest.raises(InputError, match="recognises no entities"):
        load_users_pipeline(str(tmp_path / "blank"))
