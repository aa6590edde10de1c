"""The commands report, ledger and purge: what crawls decided, and deleting what they kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Archive = Annotated[
    Path, typer.Argument(metavar="DIR", help="Archive folder of a crawl, or folder of a run.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    for command in (report, ledger, purge):
        app.command()(command)


def report(
    folder: Archive,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Show the report of the latest crawl again: its sources, and what is odd."""
    from flows.ledgers import show_report

    show_report(folder, as_json=as_json)


def ledger(
    folder: Archive,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Only this source.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="CSV file for all decisions.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="All decisions as JSON, a line each.")
    ] = False,
) -> None:
    """Show what was decided on every address, by which rule, on which legal basis."""
    from flows.ledgers import show_ledger

    show_ledger(folder, source=source, output=output, as_json=as_json)


def purge(
    folder: Archive,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="DATE", help="Delete what was fetched before this day."),
    ] = None,
    expired: Annotated[
        bool, typer.Option("--expired", help="Delete what is past its retention date.")
    ] = False,
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be deleted.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="What was deleted, as JSON.")] = False,
) -> None:
    """Delete pages from the archive files; the ledger still tells that they were had."""
    from flows.ledgers import purge_pages

    code = purge_pages(
        folder, before=before, expired=expired, is_dry_run=is_dry_run, as_json=as_json
    )
    raise typer.Exit(code)
