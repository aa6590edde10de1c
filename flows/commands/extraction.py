"""The commands extract, evaluate and place."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class RunnerName(StrEnum):
    """Where extraction runs."""

    LOCAL = "local"
    DASK = "dask"


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command()(extract)
    app.command()(evaluate)
    app.command()(place)


def extract(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help=".warc .warc.gz .wacz .jsonl .html .txt .pdf or a folder of them",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File for the lines (.jsonl or .parquet)."),
    ] = None,
    by_document: Annotated[
        bool, typer.Option("--by-document", help="A line per document, also for empty ones.")
    ] = False,
    runner: Annotated[
        RunnerName, typer.Option(help="Processes of this machine, or a Dask cluster.")
    ] = RunnerName.LOCAL,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that extract.")
    ] = None,
    minimum_score: Annotated[
        float, typer.Option("--min-score", min=0, max=1, help="Leave out what scores less.")
    ] = 0.0,
    sources: Annotated[
        Path | None, typer.Option(help="Source list, which tells who owns a site.")
    ] = None,
    spacy_model: Annotated[
        str | None,
        typer.Option("--spacy-model", help="Your own spaCy pipeline, whose entities help."),
    ] = None,
) -> None:
    """Read documents and write what they state: a line per Evidence, claims beside it."""
    from flows.extraction import ExtractOrder, run_extract
    from flows.options import load_settings

    settings = load_settings()
    order = ExtractOrder(
        inputs=tuple(inputs),
        output=output,
        by_document=by_document,
        sources=sources,
        runner=runner.value,
        workers=workers or settings.workers,
        minimum_score=minimum_score or settings.minimum_score,
        spacy_model=spacy_model,
    )
    raise typer.Exit(run_extract(order))


def evaluate(
    corpus: Annotated[Path, typer.Argument(help="Annotated documents (.jsonl).")],
    floors: Annotated[
        Path | None, typer.Option(help="JSON: figure -> minimum; below it the command fails.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List each wrong or missed.")] = False,
    with_intervals: Annotated[
        bool, typer.Option("--intervals", help="Bootstrap intervals of the main figures.")
    ] = False,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Reliability of scores, effect of --min-score.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False,
) -> None:
    """Score what is extracted against an annotated corpus."""
    from flows.console import say, show, show_json
    from flows.scoring import (
        read_floors,
        score_corpus,
        shortfalls,
        show_calibration,
        show_intervals,
        show_scores,
    )

    minima = read_floors(floors, corpus=corpus) if floors else {}
    found = score_corpus(corpus)
    figures = found.scores.as_dict()
    if as_json:
        show_json({**figures, "errors": list(found.scores.errors)} if errors else figures)
    else:
        show_scores(figures)
        if with_intervals:
            show_intervals(figures, found)
        if calibration:
            show_calibration(figures, found)
        for error in found.scores.errors if errors else ():
            show(error)
    missed = shortfalls(figures, minima)
    for sentence in missed:
        say(sentence)
    raise typer.Exit(1 if missed else 0)


def place(
    name: Annotated[str, typer.Argument(help="Name as it stands in a text.")],
    near: Annotated[
        str | None, typer.Option(help="A place or region that is named beside it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Candidates as JSON.")] = False,
) -> None:
    """Show what the gazetteer makes of a name: the candidates, the choice first, and why."""
    from flows.options import load_gazetteer
    from flows.places import show_candidates

    show_candidates(name, near=near, gazetteer=load_gazetteer(), as_json=as_json)
