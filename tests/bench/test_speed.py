"""Speed as ratios against a reference measured in the same run: `make bench`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import spacy

from nlp.extract import Extractor
from partnernetz.records import Block, Document, DocumentReference

CORPUS = Path(__file__).parents[2] / "data" / "annotated" / "dev.jsonl"
ROUNDS = 3


def documents(*, with_ties: bool) -> list[Document]:
    """Return the corpus' documents, or the same with their words for ties taken out."""
    found = []
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["text"] if with_ties else "Am Wasser liegt ein Ort mit Kirche. " * 60
        blocks = (Block(kind="paragraph", start=0, end=len(text)),)
        reference = DocumentReference(id=row["id"], url=row["url"])
        found.append(Document(reference=reference, text=text, blocks=blocks))
    return found


def words_per_second(texts: list[Document], work: Callable[[Document], object]) -> float:
    """Return the best of several rounds, after one that is not counted."""
    words = sum(len(document.text.split()) for document in texts)
    best = float("inf")
    for number in range(ROUNDS + 1):
        start = time.perf_counter()
        for document in texts:
            work(document)
        if number:
            best = min(best, time.perf_counter() - start)
    return words / best


@pytest.mark.bench
def test_extraction_against_the_bare_tokenizer() -> None:
    nlp, extractor = spacy.blank("de"), Extractor()
    told, silent = documents(with_ties=True), documents(with_ties=False)
    tokenizer = words_per_second(told, lambda document: nlp.make_doc(document.text))
    extraction = words_per_second(told, extractor.extract)
    dismissal = words_per_second(silent, extractor.extract)
    print(f"\nbare tokenizer            {tokenizer:12,.0f} words/s")
    print(
        f"extraction                {extraction:12,.0f} words/s, {extraction / tokenizer:.3f} of it"
    )
    print(
        f"dismissal without a word  {dismissal:12,.0f} words/s, {dismissal / extraction:.0f} times"
    )
    assert dismissal > 50 * extraction
