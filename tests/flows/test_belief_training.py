import json
from collections import defaultdict
from pathlib import Path

import pytest

from flows.belief_training import (
    calibration_of,
    held_out_file,
    read_held_out,
    source_kind,
    write_held_out,
)
from network.belief import BELIEF_FILE, default_errors
from network.belief_fitting import Believed, Fitted, as_toml, fit
from nlp.training import HeldOutPair
from partnernetz.errors import InputError

ANNOTATED = held_out_file().parent
LEARNT = ("dev", "tuning", "training", "ordinary", "topics-dev", "topics-tuning")
CHECKING = ("checking", "topics-checking")


def ids_of(corpora):
    return {
        str(json.loads(line)["id"])
        for corpus in corpora
        for line in (ANNOTATED / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
    }


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(read_held_out())


def test_the_table_is_what_the_held_out_pairs_teach(fitted):
    assert BELIEF_FILE.read_text(encoding="utf-8") == as_toml(fitted)
    assert default_errors() == fitted.errors


def test_nothing_is_learned_from_the_checking_half():
    documents = {item.document for item in read_held_out()}
    assert documents <= ids_of(LEARNT)
    assert not documents & ids_of(CHECKING)


def test_belief_means_what_it_says_on_sites_left_out(fitted):
    found = calibration_of(fitted.believed)
    assert found.pairs > 700
    assert found.error <= 0.05
    assert found.low <= found.error <= found.high


def test_belief_tells_right_from_wrong(fitted):
    by_truth = defaultdict(list)
    for item in fitted.believed:
        by_truth[item.is_right].append(item.belief)
    mean = {truth: sum(values) / len(values) for truth, values in by_truth.items()}
    assert mean[True] > mean[False] + 0.1


def test_calibration_of_beliefs_that_are_wrong_is_bad():
    sure = [Believed(belief=0.95, is_right=n % 2 == 0, site=f"s{n}") for n in range(200)]
    found = calibration_of(sure)
    assert (found.error, found.right) == (pytest.approx(0.45), 100)
    assert found.by_chance < 0.05 < found.low


def test_what_was_written_is_read_again(tmp_path: Path):
    pairs = [
        HeldOutPair(
            document="d",
            site="s",
            genre="press",
            a="b",
            b="a",
            rule="ranker",
            score=0.5,
            is_stated=is_stated,
            is_right=True,
        )
        for is_stated in (True, False)
    ]
    write_held_out(pairs, [{"id": "d", "genre": "press"}], path=tmp_path / "h.csv")
    (item,) = read_held_out(tmp_path / "h.csv")
    assert (item.pair, item.kind, item.score, item.is_right) == (("a", "b"), "press", 0.5, True)


def test_a_missing_or_torn_file_is_told(tmp_path: Path):
    torn = tmp_path / "h.csv"
    torn.write_text("document,site\nd,s\n", encoding="utf-8")
    for path in (torn, tmp_path / "none.csv"):
        with pytest.raises(InputError, match="make train"):
            read_held_out(path)


def test_kinds_of_annotated_documents():
    assert source_kind({"genre": "municipal"}) == "municipality"
    assert source_kind({"genre": "negative", "host": "Gera"}) == "municipality"
    assert source_kind({"genre": "negative", "host": None}) == "unknown"
    assert source_kind({"genre": "blog"}) == "unknown"
