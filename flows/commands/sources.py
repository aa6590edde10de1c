"""The commands `sources check` and `sources discover`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check a list of sources, or make one of a list of addresses.",
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.add_typer(group, name="sources")


@group.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Source list; default: the project's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a source list without a network: places, doubles, scopes, states."""
    from flows.options import load_gazetteer, reference_sources
    from flows.source_reports import show_check
    from scrapers.source_checks import check_sources

    report = check_sources(file or reference_sources(), gazetteer=load_gazetteer())
    show_check(report, as_json=as_json)
    raise typer.Exit(1 if report.faults else 0)


@group.command()
def discover(
    addresses: Annotated[
        Path, typer.Argument(metavar="ADDRESSES", help="List of addresses (CSV or TSV).")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="Write the sources to this file.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only municipality or district.")
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only this state; may be repeated.")
    ] = None,
    min_population: Annotated[int, typer.Option(help="Only from so many inhabitants.")] = 0,
    max_pages: Annotated[int, typer.Option(help="The most pages to fetch of a site.")] = 200,
    max_depth: Annotated[int, typer.Option(help="The most links from its start.")] = 3,
) -> None:
    """Make sources of a list of addresses, as a [[discover]] table does; write them as TOML."""
    from flows.console import count, say, tell_failures
    from flows.options import load_gazetteer
    from partnernetz.storage import write_text
    from scrapers.discovery import discover as found_in
    from scrapers.discovery import parse_discovery
    from scrapers.sources import sources_toml

    table = {
        "addresses": str(addresses),
        "kind": kind,
        "states": state or [],
        "min_population": min_population,
        "max_pages": max_pages,
        "max_depth": max_depth,
    }
    discovery = parse_discovery(table, label=str(addresses))
    found = found_in(discovery, folder=Path(), known=(), gazetteer=load_gazetteer())
    tell_failures(found.left_out)
    text = sources_toml(found.sources, note=f"Made of {addresses.name} by `partnernetz sources`.")
    if found.sources and out is not None:
        write_text(out, text)
    elif found.sources:
        print(text, end="")
    left_out = count(len(found.left_out), "row or site", "rows or sites")
    say(f"{count(len(found.sources), 'source')}, {left_out} left out.")
    raise typer.Exit(0 if found.sources else 1)
