"""The extract command: inputs read, extracted, and written where they are wanted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from flows.building import claims_file, failures_file
from flows.console import count, progress, say, tell_failures
from flows.options import load_gazetteer, load_sources, reference_folder
from flows.workers import Runner, Work, extract_all
from nlp.extract import Extraction, by_document
from partnernetz.errors import Failure, UsageError
from partnernetz.records import Claim, Evidence
from partnernetz.storage import atomic_path, to_dict, write_jsonl, write_parquet
from scrapers.inputs import input_files, is_archive, read_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractOrder:
    """What is to be extracted, how, and where it is to go (stdout without ``output``)."""

    inputs: tuple[Path, ...]
    output: Path | None
    by_document: bool
    sources: Path | None
    runner: Runner
    workers: int
    minimum_score: float
    spacy_model: str | None = None


@dataclass(slots=True)
class _Tally:
    documents: int = 0
    evidence: int = 0
    claims: int = 0


def run_extract(order: ExtractOrder) -> int:
    """Carry out the order; return the exit code, 1 where nothing could be read.

    Raises InputError where the user's own spaCy pipeline cannot be loaded.
    """
    _check_output(order)
    if order.spacy_model:
        from nlp.components.entities import load_users_pipeline

        load_users_pipeline(order.spacy_model)  # a wrong name ends the run before the first page
    failures: list[Failure] = []
    tally = _Tally()
    results = _extractions(order, failures, tally)
    if order.by_document:
        with _lines(order.output) as file:
            for extraction in results:
                _write_line(file, by_document(extraction))
    elif order.output is None:
        for extraction in results:
            for evidence in extraction.evidence:
                _write_line(sys.stdout, to_dict(evidence))
    else:
        _write_files(order.output, list(results))
    _report(order, failures, tally)
    return 0 if tally.documents else 1


def _check_output(order: ExtractOrder) -> None:
    if order.output is None:
        return
    suffixes = (".jsonl",) if order.by_document else (".jsonl", ".parquet")
    if order.output.suffix not in suffixes:
        wanted = " or ".join(suffixes)
        raise UsageError(f"{order.output} cannot be written: its name must end in {wanted}.")
    if order.output.is_dir():
        raise UsageError(f"{order.output} is a folder: name a file.")


def _extractions(
    order: ExtractOrder, failures: list[Failure], tally: _Tally
) -> Iterator[Extraction]:
    """Yield each Extraction; note failures and counts on the way."""
    gazetteer = load_gazetteer()
    sources = load_sources(order.sources, gazetteer=gazetteer)
    documents = read_inputs(order.inputs, sources=sources, gazetteer=gazetteer)
    work = Work(
        reference_folder=reference_folder(),
        minimum_score=order.minimum_score,
        workers=order.workers,
        runner=order.runner,
        spacy_model=order.spacy_model,
    )
    with progress("extract", total=count_documents(order.inputs)) as advance:
        for result in extract_all(documents, work):
            if isinstance(result, Failure):
                failures.append(result)
                continue
            extraction, failure = result
            if failure:
                failures.append(failure)
            tally.documents += 1
            tally.evidence += len(extraction.evidence)
            tally.claims += len(extraction.claims)
            advance(1)
            yield extraction


def count_documents(inputs: tuple[Path, ...]) -> int | None:
    """Return how many documents the inputs hold, None where only reading them all would tell."""
    files = input_files(inputs)
    if any(is_archive(path) for path in files):
        return None
    return sum(_lines_of(path) if path.suffix.lower() == ".jsonl" else 1 for path in files)


def _lines_of(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())


@contextmanager
def _lines(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    with (
        atomic_path(output) as beside,
        beside.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        yield file


def _write_line(file: TextIO, values: dict[str, Any]) -> None:
    file.write(json.dumps(values, ensure_ascii=False) + "\n")


def _write_files(output: Path, extractions: list[Extraction]) -> None:
    evidence = [item for extraction in extractions for item in extraction.evidence]
    claims = [item for extraction in extractions for item in extraction.claims]
    beside = claims_file(output)
    if output.suffix == ".parquet":
        write_parquet(output, evidence, Evidence)
        write_parquet(beside, claims, Claim)
    else:
        write_jsonl(output, evidence)
        write_jsonl(beside, claims)


def _report(order: ExtractOrder, failures: list[Failure], tally: _Tally) -> None:
    tell_failures([failure.message for failure in failures])
    if order.output is not None:
        beside = failures_file(order.output)
        if failures:
            write_jsonl(beside, failures)
        else:
            beside.unlink(missing_ok=True)  # what an earlier run left would mislead
    if not tally.documents:
        say("No document could be read: check the input.")
        return
    where = f", written to {order.output}" if order.output else ""
    say(
        f"{count(tally.documents, 'document')}, {tally.evidence:,} evidence, "
        f"{count(tally.claims, 'claim')}, {count(len(failures), 'failure')}{where}."
    )
