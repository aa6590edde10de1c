"""What the documentation promises exists: files, commands, options, make targets, figures."""

from __future__ import annotations

import csv
import doctest
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click import Command
from typer.main import get_command

from flows.belief_training import calibration_of, read_held_out
from flows.cli import app
from network.belief import default_errors
from network.belief_fitting import fit
from partnernetz import __version__

ROOT = Path(__file__).parents[2]
#: Folders that hold what others wrote, or what was made.
_NOT_OURS = frozenset(["node_modules", "dist", "build", "raw", "interim", "releases"])
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(
        part.startswith((".", "partnernetz-")) or part in _NOT_OURS
        for part in page.relative_to(ROOT).parts
    )
)
COMMANDS: dict[str, Command] = getattr(get_command(app), "commands")  # noqa: B009

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?<![\w/.-])partnernetz[ ]+([a-z]+)\b([^#|]*)")
_OPTION = re.compile(r"(?<!\S)(--?[a-z][a-z-]*)")
_TARGET = re.compile(r"(?<![\w/.-])make ([a-z]+)\b")
_PATH = re.compile(r"`((?:partnernetz|scrapers|nlp|network|flows|data|docs|tests)/[\w./-]*)`")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))


def code_of(page: Path) -> Iterator[str]:
    """Yield the lines of code blocks, then the spans of code in running text."""
    prose = []
    is_block = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            is_block = not is_block
        elif is_block or line.startswith("    "):
            yield line
        else:
            prose.append(line)
    for span in re.findall(r"`([^`]+)`", "\n".join(prose)):
        yield " ".join(span.split())


def test_all_pages_are_looked_at() -> None:
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert {"README.md", "CONTRIBUTING.md", "docs/belief.md", "data/samples/README.md"} <= names


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    targets = _LINK.findall(page.read_text(encoding="utf-8"))
    local = [target.split("#")[0] for target in targets if "://" not in target]
    missing = [t for t in local if t and not (page.parent / t).resolve().exists()]
    outside = [t for t in local if not (page.parent / t).resolve().is_relative_to(ROOT)]
    assert not missing
    assert not outside


@every_page
def test_commands_and_options_exist(page: Path) -> None:
    for code in code_of(page):
        for name, rest in _COMMAND.findall(code):
            assert name in COMMANDS, code
            command = COMMANDS[name]
            group: dict[str, Command] = getattr(command, "commands", {})
            if group:  # `partnernetz sources check ...`
                word = (rest.split() or [""])[0]
                assert word in group, code
                command = group[word]
            known = {option for parameter in command.params for option in parameter.opts}
            options = set(_OPTION.findall(rest)) - {"--help", "-h", "--debug"}
            assert options <= known, code


@every_page
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {target for code in code_of(page) for target in _TARGET.findall(code)}
    assert named <= known


@every_page
def test_named_files_of_the_project_exist(page: Path) -> None:
    named = _PATH.findall(page.read_text(encoding="utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_command_is_described_in_the_readme() -> None:
    named = {name for code in code_of(ROOT / "README.md") for name, _ in _COMMAND.findall(code)}
    named |= set(re.findall(r"\bmake (demo)\b", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named >= set(COMMANDS)


def test_the_worked_example_of_belief_is_right() -> None:
    results = doctest.testfile(str(ROOT / "docs" / "belief.md"), module_relative=False)
    assert results.attempted >= 6
    assert results.failed == 0


def test_the_page_on_belief_has_the_figures_of_the_code() -> None:
    text = (ROOT / "docs" / "belief.md").read_text(encoding="utf-8")
    errors, fitted = default_errors(), fit(read_held_out())
    found = calibration_of(fitted.believed)
    assert f"at least {errors.least:.2f} and at most {errors.most:.2f}" in text
    assert f"systematic  = {errors.repeated} · e₁" in text
    assert f"at {fitted.rule_strength:g} for rules, and at {fitted.kind_strength:g}" in text
    assert (
        f"| {found.pairs} | {found.right} | {found.mean_belief:.3f} | {found.error:.3f} "
        f"| {found.low:.3f} to {found.high:.3f} | {found.by_chance:.3f} |"
    ) in text


def test_the_architecture_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(_PATH.findall(text))
    modules = {
        str(path.relative_to(ROOT))
        for room in ("partnernetz", "scrapers", "nlp", "network", "flows")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "__init__.py"
    }
    folders = tuple(name for name in named if name.endswith("/"))
    assert not [m for m in sorted(modules) if m not in named and not m.startswith(folders)]


def test_the_sizes_of_the_reference_tables_are_right() -> None:
    folder = ROOT / "data" / "reference"
    text = (folder / "README.md").read_text(encoding="utf-8")
    stated = {
        name: int(size.replace(",", ""))
        for name, size in re.findall(r"^\| `([\w.]+)` \| ([\d,]+) \|", text, re.MULTILINE)
    }
    for name, size in stated.items():
        if name.endswith(".parquet"):
            assert pq.ParquetFile(folder / name).metadata.num_rows == size, name
        elif name.endswith(".csv"):
            with (folder / "sources" / name).open(encoding="utf-8", newline="") as file:
                assert sum(1 for _ in csv.DictReader(file)) == size, name
    tables = {path.name for path in (folder / "sources").iterdir()}
    assert stated.keys() >= tables, "tables of data/reference/sources that the page does not name"


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] == __version__
    assert re.findall(r"^version: (.+)$", citation, re.MULTILINE) == [__version__]
    assert f"## [{__version__}]" in changes
