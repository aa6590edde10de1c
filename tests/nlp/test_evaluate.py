"""The figures agree with the shared scoring script."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nlp.evaluate import evaluate, same_pair

SCRIPT = Path(__file__).parents[3] / "shared" / "scoring" / "score.py"
CORPUS = Path(__file__).parents[2] / "data" / "annotated" / "dev.jsonl"


def gold() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def perturbed(document: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    """Return the document's gold pairs with losses, swaps, wrong dates, kinds and topics."""
    found = []
    for pair in document["gold"]["partnerships"]:
        if chance.random() < 0.2:
            continue
        guess = dict(pair)
        if chance.random() < 0.5:
            for end in ("", "_id", "_country"):
                guess[f"a{end}"], guess[f"b{end}"] = pair[f"b{end}"], pair[f"a{end}"]
        if chance.random() < 0.3:
            guess["since"] = chance.choice([None, "1990", "1988-05"])
        if chance.random() < 0.2:
            guess["kind"], guess["status"] = "contact", "dormant"
        if chance.random() < 0.3:
            guess["topics"] = ["health", "sport"]
        found.append(guess)
    if chance.random() < 0.1:
        found.append({"a": "Aachen", "a_id": "ags:05334002", "a_country": "DE", "b": "Hof",
                      "b_id": "ags:09464000", "b_country": "DE", "kind": "partnership",
                      "since": None, "status": "active", "topics": []})  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_are_those_of_the_script(seed: int, tmp_path: Path) -> None:
    if not SCRIPT.is_file():
        pytest.skip("../shared/scoring/score.py is absent")
    chance = random.Random(seed)
    predicted = {d["id"]: perturbed(d, chance) for d in gold()}
    path = tmp_path / "predicted.jsonl"
    lines = [json.dumps({"id": key, "partnerships": value}) for key, value in predicted.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, str(SCRIPT), str(CORPUS), str(path), "--json"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    figures = evaluate(gold(), predicted).as_dict()
    figures.pop("calibration")  # the script knows no scores
    assert figures == json.loads(printed)


def test_a_perfect_prediction_scores_one() -> None:
    documents = gold()
    predicted = {d["id"]: d["gold"]["partnerships"] for d in documents}
    scores = evaluate(documents, predicted)
    assert scores.pairs["all"].f1 == scores.document_f1 == scores.kind_accuracy == 1.0
    assert scores.errors == ()


def test_a_disambiguator_may_be_missing_in_gold_only() -> None:
    bare = {"a": "Naumburg", "b": "Aachen"}
    full = {"a": "Naumburg (Saale)", "b": "Aachen"}
    assert same_pair(bare, full)
    assert not same_pair(full, bare)
