"""Learn the models: ``python -m flows.training CORPUS...`` (``make train``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.belief_training import write_held_out
from partnernetz.errors import InputError, PartnernetzError
from partnernetz.paths import default_data_folder
from partnernetz.records import Document


def train_on(corpora: Sequence[Path]) -> list[str]:
    """Write the models learned from annotated corpora; return lines that tell how good they are.

    Raises InputError where a corpus cannot be read.
    """
    from nlp.training import train
    from nlp.trees import MODELS_FOLDER

    documents: list[Document] = []
    gold: list[dict[str, Any]] = []
    for corpus in corpora:
        read, annotated = read_corpus(corpus)
        documents += read
        gold += annotated
    training = train(documents, gold, folder=MODELS_FOLDER)
    write_held_out(training.held_out, gold)
    lines = [
        f"{training.candidates} candidate pairs and {training.dates} candidate dates of "
        f"{len(documents)} documents, judged by models that never saw their site:"
    ]
    lines += [
        f"{name:16} precision {score.precision:.3f}, recall {score.recall:.3f}, F1 {score.f1:.3f}"
        for name, score in training.scores.items()
    ]
    lines += [
        f"exact start dates of the right pairs: {training.starts:.3f}",
        f"expected calibration error of the scores: {training.calibration_error:.3f}",
    ]
    return lines


def read_corpus(path: Path) -> tuple[list[Document], list[dict[str, Any]]]:
    """Return the Documents of an annotated corpus and its lines, in the same order."""
    from partnernetz.places import Gazetteer
    from partnernetz.storage import read_json_lines
    from scrapers.inputs import read_inputs

    gazetteer = Gazetteer.load(default_data_folder() / "reference")
    documents = []
    for found in read_inputs([path], gazetteer=gazetteer):
        if not isinstance(found, Document):
            raise InputError(f"{found.subject}: {found.message}")
        documents.append(found)
    return documents, [line for _, line in read_json_lines(path)]


def main() -> int:
    """Train on the corpora named on the command line."""
    try:
        print("\n".join(train_on([Path(name) for name in sys.argv[1:]])))
    except PartnernetzError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
