"""What holds for each extraction of the annotated corpora, and in every process alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nlp.extract import Extraction, by_document
from partnernetz import edtf
from partnernetz.records import PARTNERSHIP_KINDS, STATUSES, Claim, Document, Evidence
from partnernetz.storage import from_dict, to_dict

ANNOTATED = Path(__file__).parents[2] / "data" / "annotated"
HASH_SEEDS = ("1", "2")
#: Read in processes that order sets differently; 10 documents are enough to tell.
SEVERAL = 10

Pair = tuple[Document, Extraction]


def found_in(extraction: Extraction) -> list[Evidence | Claim]:
    return [*extraction.evidence, *extraction.claims]


@pytest.fixture(scope="module")
def extractions(reader: Any, make: Any) -> list[Pair]:
    documents = []
    for name in ("dev.jsonl", "topics-dev.jsonl"):
        for line in (ANNOTATED / name).read_text(encoding="utf-8").splitlines():
            values = json.loads(line)
            documents.append(make.document(values["text"], url=values["url"]))
    return [(document, reader.extractor.extract(document)) for document in documents]


def test_the_corpus_is_read(extractions: list[Pair]) -> None:
    assert len(extractions) > 100
    assert sum(len(extraction.evidence) for _, extraction in extractions) > 200


def test_each_quotation_stands_in_its_document(extractions: list[Pair]) -> None:
    for document, extraction in extractions:
        for found in found_in(extraction):
            assert document.text[found.start : found.end] == found.quotation
            assert found.quotation.strip()
            assert found.document == document.reference


def test_evidence_and_claims_are_in_text_order_without_repetition(extractions: list[Pair]) -> None:
    for _, extraction in extractions:
        starts = [found.start for found in extraction.evidence]
        assert starts == sorted(starts)
        ids = [found.id for found in found_in(extraction)]
        assert len(ids) == len(set(ids))


def test_evidence_keeps_to_its_vocabulary(extractions: list[Pair]) -> None:
    for _, extraction in extractions:
        for found in extraction.evidence:
            assert from_dict(Evidence, to_dict(found)) == found
            assert found.a.id != found.b.id
            assert 0 <= found.score <= 1
            assert found.date is None or edtf.is_valid(found.date)
        for claim in extraction.claims:
            assert from_dict(Claim, to_dict(claim)) == claim
            assert claim.period is None or edtf.is_valid(claim.period)


def test_a_surface_stands_in_the_quotation(extractions: list[Pair]) -> None:
    for _, extraction in extractions:
        for found in extraction.evidence:
            for place in (found.a, found.b):
                assert place.surface in found.quotation  # empty where the text is silent
                assert place.reason


def test_a_line_holds_each_pair_once_with_a_true_quotation(extractions: list[Pair]) -> None:
    for document, extraction in extractions:
        line = by_document(extraction)
        assert list(line) == ["id", "partnerships", "claims", "topics"]
        pairs = [frozenset((p["a_id"], p["b_id"])) for p in line["partnerships"]]
        assert len(pairs) == len(set(pairs))
        for pair in line["partnerships"]:
            assert document.text[pair["start"] : pair["end"]] == pair["quote"]
            assert pair["kind"] in PARTNERSHIP_KINDS and pair["status"] in STATUSES
            assert pair["topics"] == sorted(set(pair["topics"]))
            assert all(pair[key] is None or edtf.is_valid(pair[key]) for key in ("since", "ended"))


def test_the_same_document_gives_the_same_extraction(extractions: list[Pair], reader: Any) -> None:
    for document, extraction in extractions[:SEVERAL]:
        assert reader.extractor.extract(document) == extraction


def test_every_process_gives_the_same_bytes(extractions: list[Pair]) -> None:
    code = (
        "import json, sys\nfrom nlp.extract import Extractor\n"
        "from partnernetz.records import Document\n"
        "from partnernetz.storage import from_dict, to_dict\nextractor = Extractor()\n"
        "for line in sys.stdin:\n"
        "    extraction = extractor.extract(from_dict(Document, json.loads(line)))\n"
        "    print(json.dumps(to_dict(extraction)))\n"
    )
    documents = [document for document, _ in extractions[:SEVERAL]]
    given = "\n".join(json.dumps(to_dict(document)) for document in documents)
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            input=given,
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in HASH_SEEDS
    ]
    assert printed[0] == printed[1]
    assert [json.loads(line)["document"]["url"] for line in printed[0].splitlines()] == [
        document.reference.url for document in documents
    ]
