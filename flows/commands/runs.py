"""The commands demo, run, crawl, duplicates and serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Sources = Annotated[
    Path,
    typer.Option(
        "--sources", metavar="FILE", help="Source list (TOML), or `reference`: the project's own."
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for all results.")]
AsJson = Annotated[bool, typer.Option("--json", help="The summary as JSON.")]

Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="DATE",
        help="Only what was published since (2019, 2019-05 or 2019-05-12), archive pages included.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only what was published until then, inclusive."),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    for command in (demo, run, crawl, duplicates, serve):
        app.command()(command)


def demo(
    context: typer.Context, out: Out = Path("partnernetz-demo"), as_json: AsJson = False
) -> None:
    """Serve the sample sites on this machine and run everything on them."""
    from flows.running import run_demo, show_next_steps, show_run

    report = run_demo(out, debug=bool(context.obj))
    show_run(report, out, as_json=as_json)
    if not as_json:
        show_next_steps(out)


def run(
    context: typer.Context,
    sources: Sources,
    out: Out = Path("partnernetz-run"),
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Crawl, extract, assemble and publish, once."""
    from flows.running import run_once, show_run

    report = run_once(sources, out, debug=bool(context.obj), since=since, until=until)
    show_run(report, out, as_json=as_json)


def crawl(
    sources: Sources,
    archive: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the archive files.")
    ] = Path("partnernetz-archive"),
    only: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this source; may be repeated.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take up a crawl that was interrupted.")
    ] = False,
    refetch: Annotated[
        bool, typer.Option("--refetch", help="Fetch all pages in full, also those not due.")
    ] = False,
    since: Since = None,
    until: Until = None,
) -> None:
    """Fetch the pages of the sources into a web archive."""
    from flows.running import crawl_only, show_crawl

    report = crawl_only(
        sources, archive, only=only, resume=resume, refetch=refetch, since=since, until=until
    )
    raise typer.Exit(show_crawl(report, archive))


def duplicates(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Archive folder of a crawl, or folder of a run.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The groups as JSON.")] = False,
) -> None:
    """Group the pages of a web archive that say nearly the same (copies, print views)."""
    from flows.running import show_duplicates

    show_duplicates(folder, as_json=as_json)


def serve(
    context: typer.Context,
    cron: Annotated[str, typer.Option(help="When to run: five cron fields, Europe/Berlin.")],
    sources: Sources = Path("sources.toml"),
    out: Out = Path("partnernetz-run"),
) -> None:
    """Run the flow on a schedule, on this machine, until stopped."""
    from flows.running import serve_flow

    serve_flow(cron, sources, out, debug=bool(context.obj))
