"""An annotated corpus read, extracted and scored."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.console import progress, say, show_table
from flows.options import load_gazetteer, load_settings, reference_folder
from flows.workers import Work, extract_all
from nlp.evaluate import Ratio, Scores, evaluate, site_of, total
from nlp.extract import by_document
from partnernetz.errors import Failure, InputError
from partnernetz.storage import read_json_lines
from scrapers.inputs import read_inputs

#: Rounds of the bootstrap, and its seed: the same corpus gives the same intervals.
_ROUNDS = 1_000
_SEED = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusScores:
    """The scores of a corpus, and those of each of its sites, from which intervals are drawn."""

    scores: Scores
    by_site: tuple[Scores, ...]


def score_corpus(corpus: Path) -> CorpusScores:
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
    by_site: dict[str, list[dict[str, Any]]] = {}
    for document in gold:
        by_site.setdefault(site_of(document), []).append(document)
    return CorpusScores(
        scores=evaluate(gold, predicted),
        by_site=tuple(evaluate(documents, predicted) for documents in by_site.values()),
    )


def intervals(found: CorpusScores, *, rounds: int = _ROUNDS) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the main figures by a bootstrap over sites (Efron 1979).

    Documents of one site resemble each other, so whole sites are drawn with replacement.
    """
    chance = random.Random(_SEED)
    drawn: dict[str, list[float]] = {name: [] for name in _MAIN_FIGURES}
    # calibration is none of these figures, and would be worked out in every round
    by_site = [replace(site, judged=()) for site in found.by_site]
    for _ in range(rounds):
        sites = chance.choices(by_site, k=len(by_site))
        figures = total(sites).as_dict()
        for name, path in _MAIN_FIGURES.items():
            drawn[name].append(_figure(figures, path) or 0.0)
    return {name: _middle(sorted(values)) for name, values in drawn.items()}


def _middle(ordered: Sequence[float]) -> tuple[float, float]:
    edge = int(0.025 * len(ordered))
    return round(ordered[edge], 3), round(ordered[-1 - edge], 3)


def curve(found: CorpusScores, *, steps: int = 8) -> list[tuple[float, float, float, int]]:
    """Return minimum score, precision, recall and number of pairs, for rising minimum scores."""
    ratio = found.scores.pairs.get("all", Ratio())
    wanted = ratio.hit + ratio.missed
    rows = []
    for step in range(steps + 1):
        minimum = round(0.2 + 0.1 * step, 2) if step < steps else 0.95
        kept = [is_right for score, is_right in found.scores.judged if score >= minimum]
        hits = sum(kept)
        precision = hits / len(kept) if kept else 0.0
        rows.append((minimum, round(precision, 3), round(hits / max(1, wanted), 3), len(kept)))
    return rows


def _with_gold(values: dict[str, Any], corpus: Path, number: int) -> dict[str, Any]:
    gold = values.get("gold")
    if "id" not in values or not isinstance(gold, dict) or "partnerships" not in gold:
        raise InputError(f"{corpus}, line {number} has no 'id' or no 'gold.partnerships'.")
    return {**values, "id": str(values["id"])}


def read_floors(path: Path, *, corpus: Path) -> dict[str, float]:
    """Return the minimum of each figure, such as ``pairs.all.f1``, from a JSON file.

    The file holds an object of minima for each corpus, by its name without ending, or one for any.
    Raises InputError where it is missing or no object of numbers.
    """
    try:
        floors = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}: check the path.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no JSON file: {error}.") from error
    if isinstance(floors, dict) and any(isinstance(value, dict) for value in floors.values()):
        floors = floors.get(corpus.stem, {})
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
        if value is None:
            raise InputError(f"There is no figure '{path}': `evaluate --json` lists them all.")
        if value < minimum:
            sentences.append(f"{path} is {value}, it must be at least {minimum}.")
    return sentences


def _figure(figures: Mapping[str, Any], path: str) -> float | None:
    """Return the figure of a path such as ``pairs.all.f1``, None where there is none."""
    value: Any = figures
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None


#: The figures that get an interval, by the name under which they are shown.
_MAIN_FIGURES = {
    "pairs, F1": "pairs.all.f1",
    "pairs, German-German, F1": "pairs.german.f1",
    "mean F1 per document": "document_f1",
    "exact start dates": "since.exact",
    "right kind": "kind.accuracy",
    "right status": "status.accuracy",
    "topics, micro F1": "topics.f1",
}


def show_intervals(figures: Mapping[str, Any], found: CorpusScores) -> None:
    """Write the main figures with their intervals as a table."""
    bounds = intervals(found)
    rows = [
        (name, _figure(figures, path) or 0.0, f"{bounds[name][0]} to {bounds[name][1]}")
        for name, path in _MAIN_FIGURES.items()
    ]
    show_table(("figure", "value", "95 % interval"), rows)


def show_calibration(figures: Mapping[str, Any], found: CorpusScores) -> None:
    """Write the reliability curve, and precision and recall by minimum score, as tables."""
    points = figures["calibration"]["curve"]
    rows = [(f"{p['low']} to {p['high']}", p["count"], p["score"], p["right"]) for p in points]
    show_table(("score", "pairs", "mean score", "share right"), rows)
    show_table(("--min-score", "precision", "recall", "pairs"), curve(found))


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
        "expected calibration error": figures["calibration"]["error"],
    }
    show_table(("figure", "value"), list(values.items()))
