"""No figure falls below its floor in data/annotated/floors.json; floors may only rise."""

from __future__ import annotations

import json

import pytest

from flows.scoring import read_floors, score_corpus, shortfalls
from partnernetz.paths import default_data_folder

FOLDER = default_data_folder() / "annotated"
FLOORS = FOLDER / "floors.json"


@pytest.mark.parametrize("name", json.loads(FLOORS.read_text(encoding="utf-8")))
def test_no_figure_falls_below_its_floor(name: str) -> None:
    corpus = FOLDER / f"{name}.jsonl"
    floors = read_floors(FLOORS, corpus=corpus)
    assert len(floors) >= 7
    assert shortfalls(score_corpus(corpus).scores.as_dict(), floors) == []
