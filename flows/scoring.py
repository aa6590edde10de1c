"""An annotated corpus read, extracted and scored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.console import progress, say, show_table
from flows.options import load_gazetteer, load_settings, reference_folder
from flows.workers import Work, extract_all
from nlp.evaluate import Scores, evaluate
from nlp.extract import by_document
from partnernetz.errors import Failure, InputError
from partnernetz.storage import read_json_lines
from scrapers.inputs import read_inputs


def score_corpus(corpus: Path) -> Scores:
    """Return the scores of what is extracted from the documents of a corpus.

    Raises InputError where the file is missing, unreadable, or has no annotation.
    """
    gold = [_with_gold(values, corpus, number) for number, values in read_json_lines(corpus)]
    if not gold:
        raise InputError(f"{corpus} holds no document.")
    work = Work(reference_folder=reference_folder(), workers=load_settings().workers)
    documents = read_inputs([corpus], gazetteer=load_gazetteer())
    predicted = {}
    with progress("evaluate", total=len(gold)) as advance:
        for result in extract_all(documents, work):
            failure = result if isinstance(result, Failure) else result[1]
            if failure:
                say(failure.message)
            if not isinstance(result, Failure):
                line = by_document(result[0])
                predicted[line["id"]] = line["partnerships"]
                advance(1)
    return evaluate(gold, predicted)


def _with_gold(values: dict[str, Any], corpus: Path, number: int) -> dict[str, Any]:
    gold = values.get("gold")
    if "id" not in values or not isinstance(gold, dict) or "partnerships" not in gold:
        raise InputError(f"{corpus}, line {number} has no 'id' or no 'gold.partnerships'.")
    return {**values, "id": str(values["id"])}


def read_floors(path: Path) -> dict[str, float]:
    """Return the minimum of each figure, such as ``pairs.all.f1``, from a JSON file.

    Raises InputError where it is missing or no object of numbers.
    """
    try:
        floors = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}: check the path.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no JSON file: {error}.") from error
    if not isinstance(floors, dict) or not all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in floors.values()
    ):
        raise InputError(f'{path} must be one JSON object like {{"pairs.all.f1": 0.9}}.')
    return floors


def shortfalls(figures: Mapping[str, Any], floors: Mapping[str, float]) -> list[str]:
    """Return a sentence for each figure below its minimum.

    Raises InputError for a figure that does not exist.
    """
    sentences = []
    for path, minimum in floors.items():
        value = _figure(figures, path)
        if value < minimum:
            sentences.append(f"{path} is {value}, it must be at least {minimum}.")
    return sentences


def _figure(figures: Mapping[str, Any], path: str) -> float:
    value: Any = figures
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if not isinstance(value, int | float):
        raise InputError(f"There is no figure '{path}': `evaluate --json` lists them all.")
    return value


def show_scores(figures: Mapping[str, Any]) -> None:
    """Write the figures as two tables."""
    groups = {f"pairs, {name}": ratio for name, ratio in figures["pairs"].items()}
    groups["topics"] = figures["topics"]
    columns = ("group", "precision", "recall", "f1", "hit", "missed", "wrong")
    rows = [(name, *(ratio[key] for key in columns[1:])) for name, ratio in groups.items()]
    show_table(columns, rows)
    negatives = figures["negatives"]
    values = {
        "documents": figures["documents"],
        "mean F1 per document": figures["document_f1"],
        "documents without any": negatives["documents"],
        "false pairs on these": negatives["false_pairs"],
        "exact start dates": figures["since"]["exact"],
        "right kind": figures["kind"]["accuracy"],
        "right status": figures["status"]["accuracy"],
    }
    show_table(("figure", "value"), list(values.items()))
