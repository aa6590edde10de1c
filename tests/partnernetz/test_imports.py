"""Imports: the shared vocabulary stays light, and no module does anything when it is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import partnernetz

PACKAGE = Path(partnernetz.__file__).parent
MODULES = sorted(f"partnernetz.{path.stem}" for path in PACKAGE.glob("[a-z]*.py"))
HEAVY = ["spacy", "scrapy", "twisted", "prefect", "dask", "networkx", "pandas"]
#: Writes to these streams or files, opened sockets, started processes and threads are effects.
WATCH = """
import json, os, sys, threading
effects = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.mkdir",
                 "os.remove", "os.rename", "os.putenv"):
        effects.append(event)
    elif event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        effects.append(f"open {arguments[0]}")
before, folder, environment = set(sys.modules), os.getcwd(), dict(os.environ)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in sys.argv[1:]:
    __import__(name)
if threading.active_count() > 1:
    effects.append("thread")
if os.getcwd() != folder or dict(os.environ) != environment:
    effects.append("surroundings")
modules = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"effects": effects, "modules": modules}))
"""


def imported(*names: str) -> tuple[list[str], set[str]]:
    """Return the effects of importing modules in a process of their own, and what came along."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *names], capture_output=True, check=True, text=True
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == 1, "importing prints something"
    told = json.loads(lines[0])
    return told["effects"], set(told["modules"])


def test_the_watch_sees_effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "noisy.py").write_text("open('trace.txt', 'w').close()\nimport spacy\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    effects, modules = imported("noisy")
    assert "open trace.txt" in effects
    assert "spacy" in modules


def test_there_are_modules_to_import() -> None:
    assert {"partnernetz.records", "partnernetz.places", "partnernetz.storage"} <= set(MODULES)


@pytest.mark.parametrize("module", ["partnernetz", *MODULES])
def test_importing_a_module_does_nothing_and_stays_light(module: str) -> None:
    effects, modules = imported(module)
    assert effects == []
    assert not modules & set(HEAVY)
    assert not modules & {"nlp", "scrapers", "network", "flows"}


def test_importing_all_modules_at_once_stays_light() -> None:
    effects, modules = imported(*MODULES)
    assert effects == []
    assert not modules & set(HEAVY)
