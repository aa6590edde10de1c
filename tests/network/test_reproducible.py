"""The same evidence gives the same bytes, in another process with other hash seeds."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from network.release.schema import TABLES
from partnernetz.storage import write_jsonl

BUILD = [sys.executable, "-m", "flows.cli", "build"]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory, hand):
    """A file of evidence with its claims, on a ring of towns beside the sample pairs."""
    folder = tmp_path_factory.mktemp("evidence")
    towns = (hand.SAARLOUIS, hand.EISENHUETTENSTADT, hand.WUPPERTAL, hand.SCHWERIN)
    ring = [
        hand.make_evidence(
            a, b, date=f"{1987 + i}", topics=("sport", "culture"), start=900 + 50 * i
        )
        for i, (a, b) in enumerate(zip(towns, (*towns[2:], *towns[:2]), strict=True))
    ]
    write_jsonl(folder / "a.jsonl", [*hand.sample_evidence(), *ring])
    write_jsonl(folder / "a.claims.jsonl", hand.sample_claims())
    return folder / "a.jsonl"


def digests(evidence, out, *, seed):
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(
        [*BUILD, str(evidence), "--out", str(out)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())
    }


def test_two_processes_write_the_same_bytes(evidence, tmp_path):
    first = digests(evidence, tmp_path / "first", seed=1)
    second = digests(evidence, tmp_path / "second", seed=2)
    assert first == second
    assert len(first) == 2 * len(TABLES) + 12
    descriptor = json.loads((tmp_path / "first" / "datapackage.json").read_text(encoding="utf-8"))
    listed = {
        item["path"]: item["hash"].removeprefix("sha256:") for item in descriptor["resources"]
    }
    assert listed == {name: first[name] for name in first if name != "datapackage.json"}
