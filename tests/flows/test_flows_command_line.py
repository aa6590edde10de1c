"""The command line as its users meet it: help, exit codes, one sentence an error."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.cli import run

COMMANDS = (
    "demo run crawl extract build inspect explore verify compare gaps evaluate place serve "
    "sources".split()
)
SENTENCE = "Die Städte Saarlouis und Eisenhüttenstadt sind seit 1986 Partnerstädte."


@pytest.fixture
def partnernetz() -> list[str]:
    return [sys.executable, "-m", "flows.cli"]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    lines = [
        {"id": "one", "url": "https://example.org/1", "text": SENTENCE},
        {"id": "none", "url": "https://example.org/2", "text": "Das Rathaus ist geschlossen."},
        {"id": "half", "url": "https://example.org/3", "text": f"{SENTENCE} \ud800"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return path


def test_help_answers_in_under_half_a_second(partnernetz: list[str]) -> None:
    seconds = []
    for _ in range(3):
        before = os.times()
        subprocess.run([*partnernetz, "--help"], check=True, capture_output=True)
        after = os.times()  # processor time: the machine may be busy
        seconds.append(
            after.children_user
            - before.children_user
            + after.children_system
            - before.children_system
        )
    assert min(seconds) < 0.5


def test_starting_loads_nothing_heavy() -> None:
    heavy = "{'spacy', 'prefect', 'scrapy', 'networkx', 'pandas', 'pyarrow', 'pydantic', 'rich'}"
    code = f"import flows.cli, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert f"partnernetz {command}" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from partnernetz import __version__

    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"partnernetz {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "Missing command"),
        (["nothing"], 2, "No such command 'nothing'"),
        (["extract"], 2, "Missing argument 'INPUT...'"),
        (["extract", "x.jsonl", "--workers", "0"], 2, "--workers"),
        (["extract", "missing.jsonl"], 1, "missing.jsonl"),
        (["extract", "pyproject.toml"], 1, "pyproject.toml"),
        (["extract", "x.jsonl", "-o", "x.csv"], 2, "x.csv"),
        (["extract", "x.jsonl", "--by-document", "-o", "x.parquet"], 2, "x.parquet"),
        (["build", "missing.parquet", "--out", "x"], 1, "missing.parquet"),
        (["inspect", "missing", "Halle"], 1, "missing"),
        (["explore", "missing"], 1, "missing"),
        (["verify", "missing", "--archive", "x"], 1, "missing"),
        (["compare", "missing", "missing"], 1, "missing"),
        (["gaps", "missing", "--reference", "x"], 1, "missing"),
        (["evaluate", "missing.jsonl"], 1, "missing.jsonl"),
        (["place", "Nirgendwohausen"], 1, "Nirgendwohausen"),
        (["place", "Halle", "--near", "Nirgendwohausen"], 1, "Nirgendwohausen"),
        (["run", "--sources", "missing.toml"], 1, "missing.toml"),
        (["crawl", "--sources", "missing.toml"], 1, "missing.toml"),
        (["serve", "--cron", "0 3 * * 1", "--sources", "missing.toml"], 1, "missing.toml"),
    ],
)
def test_an_error_is_one_sentence(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1 and "Traceback" not in captured.err


def test_debug_shows_the_traceback(partnernetz: list[str]) -> None:
    command = [*partnernetz, "extract", "missing.jsonl", "--debug"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" in done.stderr and "missing.jsonl" in done.stderr


def test_a_faulty_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARTNERNETZ_WORKERS", "many")
    assert run(["place", "Halle"]) == 2
    assert "PARTNERNETZ_WORKERS" in capsys.readouterr().err


def test_a_line_for_each_document_in_order(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["extract", str(collection), "--by-document", "--workers", "1"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["one", "none", "half"]
    found = lines[0]["partnerships"]
    assert {found[0]["a_id"], found[0]["b_id"]} == {"ags:10044115", "ags:12067120"}
    assert lines[1]["partnerships"] == []


def test_evidence_files_become_a_release(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("evidence.parquet", "evidence.jsonl"):
        lines = collection.read_text(encoding="utf-8").splitlines()
        whole = tmp_path / "whole.jsonl"
        whole.write_text("\n".join(lines[:2]), encoding="utf-8")
        assert run(["extract", str(whole), "-o", str(tmp_path / name)]) == 0
        assert run(["build", str(tmp_path / name), "--out", str(tmp_path / f"of-{name}")]) == 0
    capsys.readouterr()
    assert (
        run(["compare", str(tmp_path / "of-evidence.parquet"), str(tmp_path / "of-evidence.jsonl")])
        == 0
    )
    assert "the same" in capsys.readouterr().out
    release = str(tmp_path / "of-evidence.parquet")
    assert run(["inspect", release, "Saarlouis", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["partners"][0]["name"] == "Eisenhüttenstadt"
    assert run(["inspect", release, "Saarlouis", "Eisenhüttenstadt"]) == 0
    assert SENTENCE in capsys.readouterr().out
    assert run(["explore", release, "--no-browser"]) == 0
    assert capsys.readouterr().out.strip().endswith("explorer.html")
    assert run(["verify", release, "--archive", str(tmp_path)]) == 1  # it was never in an archive


def test_unreadable_lines_are_told_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "torn.jsonl"
    good = json.dumps({"id": "good", "url": "", "text": SENTENCE})
    path.write_text(f"{good}\nno json\n", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert run(["extract", str(path), "-o", str(out)]) == 0
    assert "line 2" in capsys.readouterr().err
    failures = (tmp_path / "out.jsonl.failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["subject"] for line in failures] == ["torn.jsonl, line 2"]
    path.write_text("no json\n", encoding="utf-8")
    assert run(["extract", str(path)]) == 1


def test_a_name_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["place", "Halle", "--json"]) == 0
    candidates = json.loads(capsys.readouterr().out)
    assert candidates[0]["id"] == "ags:15002000"
    assert run(["place", "Halle", "--near", "Westfalen"]) == 0
    first = capsys.readouterr().out.splitlines()[1]
    assert first.startswith("Halle (Westf.)")


def test_a_site_that_is_down_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[[source]]\nid = "down"\nname = "Down"\nkind = "press"\nstart = ["http://127.0.0.1:9/"]\n',
        encoding="utf-8",
    )
    archive = tmp_path / "archive"
    assert run(["crawl", "--sources", str(sources), "--archive", str(archive)]) == 1
    captured = capsys.readouterr()
    assert "127.0.0.1:9" in captured.err and "1 failure" in captured.out


def test_a_folder_of_other_things_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert run(["demo", "--out", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("command", ["crawl", "run"])
def test_wrong_dates_are_wrong_usage(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[[source]]\nid = "a"\nname = "A"\nkind = "press"\nstart = ["http://127.0.0.1:9/"]\n'
    )
    folder = ["--archive" if command == "crawl" else "--out", str(tmp_path / "out")]
    dates = ["--since", "2020", "--until", "2019"]
    assert run([command, "--sources", str(sources), *folder, *dates]) == 2
    assert "--until 2019 is before --since 2020" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_reader_that_leaves_early_is_no_error(partnernetz: list[str], tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    line = json.dumps({"id": "x", "url": "", "text": "Nichts."})
    many.write_text(f"{line}\n" * 20_000, encoding="utf-8")
    command = [*partnernetz, "extract", str(many), "--by-document", "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read().decode()
    process.wait(30)
    process.stderr.close()
    assert "Traceback" not in said and "BrokenPipe" not in said


def test_an_interruption_leaves_nothing_torn(partnernetz: list[str], tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    line = json.dumps({"id": "x", "url": "", "text": SENTENCE})
    many.write_text(f"{line}\n" * 20_000, encoding="utf-8")
    out = tmp_path / "out" / "evidence.jsonl"
    command = [*partnernetz, "extract", str(many), "-o", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    begun = time.monotonic()
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not workers.read_text() and time.monotonic() - begun < 60:
        time.sleep(0.1)
    time.sleep(1)
    asked = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the workers as well
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and time.monotonic() - asked < 5
    assert said.decode().startswith("Stopped:") and "Traceback" not in said.decode()
    assert not out.parent.exists() or list(out.parent.iterdir()) == []
