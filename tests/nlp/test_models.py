"""Models as files: trees and linear weights are read, evaluated, learned and written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.boosting import Shape, calibrate, calibrated, learn, learn_linear, write_model
from nlp.calibration import calibration_error
from nlp.linear import load_linear, read_linear
from nlp.ranker import GROUP_MODEL, PAIR_MODEL, WORD_MODEL
from nlp.start_ranker import START_MODEL
from nlp.trees import BoostedTrees, load_model, read_model
from partnernetz.errors import InputError

#: One tree of depth 2: "both" above 0.5? Then by "dated", else by "planned".
TREE = {
    "names": ["both", "dated", "planned"],
    "intercept": -1.0,
    "feature": [[0, 2, 1, 0, 0, 0, 0]],
    "threshold": [[0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0]],
    "value": [[0.0, 0.0, 0.0, 0.25, -3.0, 1.5, 2.5]],
    "scale": 2.0,
    "shift": 0.5,
    "threshold_stated": 0.3,
}
LINE = {"intercept": -0.5, "weights": {"both": 1.5, "w:partner": 0.75, "planned": -2.0}}
UNREADABLE = [None, "", "[]", "{}", '{"intercept": "x"}', "\x00", "null", '{"names": []}']


def logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def written(folder: Path, content: Any) -> Path:
    path = folder / "model.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> BoostedTrees:
    return read_model(written(tmp_path, TREE))


# --- trees ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "leaf"),
    [
        ({}, 0.25),
        ({"planned": 1.0}, -3.0),
        ({"both": 1.0}, 1.5),
        ({"both": 1.0, "dated": 1.0}, 2.5),
        ({"both": 0.5}, 0.25),  # larger goes right, equal does not
        ({"both": 1.0, "dated": 1.0, "planned": 1.0}, 2.5),
    ],
)
def test_a_row_reaches_its_leaf(row: dict[str, float], leaf: float, tree: BoostedTrees) -> None:
    assert tree.probabilities([row]) == [pytest.approx(logistic(2.0 * (-1.0 + leaf) + 0.5))]


def test_trees_add_up(tmp_path: Path) -> None:
    content = {**TREE, **{key: TREE[key] * 3 for key in ("feature", "threshold", "value")}}  # type: ignore[operator]
    model = read_model(written(tmp_path, content))
    assert model.probabilities([{"both": 1.0}]) == [pytest.approx(logistic(2.0 * (-1 + 4.5) + 0.5))]


def test_an_unknown_feature_counts_nothing_in_trees(tree: BoostedTrees) -> None:
    assert tree.probabilities([{"never-heard-of": 9.0}]) == tree.probabilities([{}])


def test_rows_do_not_touch_each_other(tree: BoostedTrees) -> None:
    rows = [{"both": 1.0}, {}, {"planned": 1.0}]
    assert tree.probabilities(rows) == [tree.probabilities([row])[0] for row in rows]
    assert tree.probabilities([]) == []


def test_odds_beyond_all_bounds_stay_probabilities(tmp_path: Path) -> None:
    model = read_model(written(tmp_path, {**TREE, "scale": 1e9}))
    low, high = model.probabilities([{"planned": 1.0}, {"both": 1.0, "dated": 1.0}])
    assert 0 <= low < 1e-9
    assert 1 - 1e-9 < high <= 1


@pytest.mark.parametrize("content", UNREADABLE)
@pytest.mark.parametrize("read", [read_model, read_linear])
def test_an_unreadable_model_is_named(
    content: str | None, read: Callable[[Path], Any], tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"model\.json cannot be read: run `make train`"):
        read(path)


@pytest.mark.parametrize(
    "change", [{"feature": [[0, 2, 1]]}, {"feature": [[0, 3, 1, 0, 0, 0, 0]]}, {"value": []}]
)
def test_arrays_that_do_not_fit_are_no_model(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_model(written(tmp_path, {**TREE, **change}))


# --- linear -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("features", "words", "log_odds"),
    [
        ({}, set(), -0.5),
        ({"both": 2.0}, set(), 2.5),
        ({"both": 1.0, "planned": 1.0}, {"w:partner"}, -0.25),
        ({"never-heard-of": 9.0}, {"w:nie"}, -0.5),
    ],
)
def test_weights_add_up(
    features: dict[str, float], words: set[str], log_odds: float, tmp_path: Path
) -> None:
    model = read_linear(written(tmp_path, LINE))
    assert model.log_odds(features, words) == pytest.approx(log_odds)


# --- the project's own ------------------------------------------------------------------------


@pytest.mark.parametrize("name", [PAIR_MODEL, GROUP_MODEL, START_MODEL])
def test_the_own_models_give_probabilities(name: str) -> None:
    model = load_model(name)
    (nothing,) = model.probabilities([{}])
    assert model.probabilities([{"never-heard-of": 9.0}]) == [nothing]
    assert 0 < nothing < 1
    assert 0 < model.threshold_stated < 1
    assert model.names == tuple(sorted(set(model.names)))


def test_the_last_model_follows_the_first() -> None:
    model = load_model(GROUP_MODEL)
    low, high = model.probabilities([{"own": -6.0, "best": -6.0}, {"own": 6.0, "best": 6.0}])
    assert low < model.threshold_stated < high


def test_the_own_words_weigh_something() -> None:
    model = load_linear(WORD_MODEL)
    assert model.log_odds({}, ()) == model.intercept < 0
    assert all(weight for weight in model.weights.values())


# --- learning ---------------------------------------------------------------------------------

SHAPE = Shape(trees=20, depth=3, rate=0.1, features=0.5, smallest_leaf=2, fewest_sightings=2)


@pytest.fixture(scope="module")
def examples() -> tuple[list[dict[str, float]], list[bool], list[str]]:
    """Rows whose label hangs on two features, with some noise, of twelve sites."""
    numbers = np.random.default_rng(1)
    rows: list[dict[str, float]] = []
    labels = []
    for _ in range(240):
        row = {name: float(numbers.integers(0, 2)) for name in ("both", "planned", "noise")}
        row["distance"] = float(round(numbers.normal(), 3))
        labels.append(bool(row["both"] > row["planned"]) != bool(numbers.random() < 0.05))
        rows.append(row)
    rows[0]["seen-once"] = 1.0
    return rows, labels, [f"site-{number % 12}" for number in range(len(rows))]


def test_learning_twice_writes_the_same_bytes(tmp_path: Path, examples: Any) -> None:
    contents = []
    for name in ("one.json", "two.json"):
        learned = learn(*examples, shape=SHAPE)
        scale, shift = calibrate(learned.held_out, examples[1])
        path = tmp_path / name
        write_model(learned, path, scale=scale, shift=shift, threshold_stated=0.4)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_a_model_that_was_written_says_what_scikit_learn_says(
    tmp_path: Path, examples: Any
) -> None:
    rows = examples[0]
    learned = learn(*examples, shape=SHAPE)
    write_model(learned, tmp_path / "m.json", scale=1.0, shift=0.0, threshold_stated=0.4)
    model = read_model(tmp_path / "m.json")
    matrix = np.array([[row.get(name, 0.0) for name in learned.names] for row in rows])
    wanted = 1 / (1 + np.exp(-learned.model.decision_function(matrix)))
    assert model.probabilities(rows) == pytest.approx(list(wanted), abs=1e-3)
    assert model.threshold_stated == 0.4


def test_what_is_hardly_ever_seen_is_not_learned(examples: Any) -> None:
    names = learn(*examples, shape=SHAPE).names
    assert names == ("both", "distance", "noise", "planned")


def test_held_out_odds_tell_right_from_wrong(examples: Any) -> None:
    labels = np.array(examples[1])
    held_out = learn(*examples, shape=SHAPE).held_out
    probabilities = calibrated(held_out, *calibrate(held_out, examples[1]))
    assert ((probabilities > 0.5) == labels).mean() > 0.85
    assert calibration_error(zip(probabilities, examples[1], strict=True)) < 0.15


@pytest.mark.parametrize("sites", [["one.de"] * 240, [f"site-{n % 9}" for n in range(240)]])
def test_too_few_sites_teach_nothing(sites: list[str], examples: Any) -> None:
    with pytest.raises(InputError, match="at least 10 sites"):
        learn(examples[0], examples[1], sites, shape=SHAPE)


def test_labels_that_are_all_alike_teach_nothing(examples: Any) -> None:
    with pytest.raises(InputError):
        learn(examples[0], [True] * 240, examples[2], shape=SHAPE)


def test_linear_weights_are_learned_and_written_alike(tmp_path: Path, examples: Any) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    held_out = [learn_linear(*examples, path=path) for path in paths]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert (held_out[0] == held_out[1]).all()
    model = read_linear(paths[0])
    assert model.weights["both"] > 0 > model.weights["planned"]
    assert "seen-once" not in model.weights


# --- calibration ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "truth", "error"),
    [
        ([], [], 0.0),
        ([1.0, 0.0], [True, False], 0.0),
        ([0.75, 0.75, 0.75, 0.75], [True, True, True, False], 0.0),
        ([0.9, 0.9], [True, False], 0.4),
        ([0.05, 0.95, 0.95, 0.95], [True, True, True, False], (0.95 + 3 * (0.95 - 2 / 3)) / 4),
    ],
)
def test_the_calibration_error_is_the_mean_gap(
    scores: list[float], truth: list[bool], error: float
) -> None:
    assert calibration_error(zip(scores, truth, strict=True)) == pytest.approx(error, abs=1e-3)
