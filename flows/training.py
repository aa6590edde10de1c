"""Learn the ranker's weights: ``python -m flows.training CORPUS...`` (``make train``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from partnernetz.errors import InputError, PartnernetzError
from partnernetz.paths import default_data_folder
from partnernetz.records import Document


def train_on(corpora: Sequence[Path]) -> list[str]:
    """Write the weights learned from annotated corpora; return lines that tell how good they are.

    Raises InputError where a corpus cannot be read.
    """
    from nlp.ranker import WEIGHTS_FILE
    from nlp.training import train, write_weights

    documents: list[Document] = []
    gold: list[dict[str, Any]] = []
    for corpus in corpora:
        read, annotated = read_corpus(corpus)
        documents += read
        gold += annotated
    training = train(documents, gold)
    write_weights(training, WEIGHTS_FILE)
    lines = [f"{len(training.weights)} weights from {training.candidates} candidate pairs."]
    lines += [
        f"{name:7} with whole sites left out: precision {score.precision:.3f}, "
        f"recall {score.recall:.3f}, F1 {score.f1:.3f}"
        for name, score in training.scores.items()
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
