"""The commands build, inspect, explore, figures, verify, compare and gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Release = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a release.")]
MinimumBelief = Annotated[
    float,
    typer.Option("--min-belief", min=0, max=1, help="Leave out partnerships of less belief."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    for command in (build, inspect, explore, figures, verify, compare, gaps):
        app.command()(command)


def build(
    evidence: Annotated[
        list[Path],
        typer.Argument(metavar="EVIDENCE...", help="Evidence files (.parquet .jsonl) or folders."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the release.")],
    min_belief: MinimumBelief = 0.0,
    duplicates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Copies that count once: what `partnernetz duplicates` wrote."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Assemble partnerships, build the network, write the release."""
    from flows.building import build_release, evidence_files
    from flows.console import count, say, show_json, tell_failures
    from flows.options import load_gazetteer, reference_folder
    from scrapers.duplicates import groups_by_document, read_groups

    files = evidence_files(evidence)
    summary, failures = build_release(
        files,
        out=out,
        gazetteer=load_gazetteer(),
        reference_folder=reference_folder(),
        minimum_belief=min_belief,
        copies=groups_by_document(read_groups(duplicates) if duplicates else ()),
    )
    tell_failures([failure.message for failure in failures])
    if as_json:
        show_json(summary)
    say(
        f"{count(summary.partnerships, 'partnership')} of {count(summary.places, 'place')} from "
        f"{summary.evidence:,} evidence and {count(summary.claims, 'claim')}, written to {out}."
    )


def inspect(
    release: Release,
    town: Annotated[str, typer.Argument(help="Name or id of a town.")],
    other: Annotated[str | None, typer.Argument(help="A second one: the dossier of both.")] = None,
    min_belief: MinimumBelief = 0.0,
    as_json: AsJson = False,
) -> None:
    """Show the partners of a town, or the dossier of a pair with its quotations."""
    from flows.console import show_json
    from flows.reports import show_dossier, show_town
    from network.inspection import dossier, partners_of

    if other is None:
        report = partners_of(_release(release), town, minimum_belief=min_belief)
        show_json(report) if as_json else show_town(report)
        return
    found = dossier(_release(release), town, other)
    show_json(found) if as_json else show_dossier(found)


def explore(
    release: Release,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only tell where the page lies.")
    ] = False,
) -> None:
    """Open the explorer page of a release."""
    from flows.console import say, show
    from partnernetz.errors import InputError

    page = _release(release) / "explorer.html"
    if not page.is_file():
        raise InputError(f"{release} has no explorer.html: make one with `partnernetz build`.")
    show(str(page))
    if not no_browser:
        import webbrowser

        if not webbrowser.open(page.resolve().as_uri()):
            say("No browser could be opened: open the page by hand.")


def figures(
    release: Release,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to; by default `figures` beside the release."),
    ] = None,
) -> None:
    """Draw a release for print: foundings, map, topics, states, degrees, chance; SVG and PNG."""
    from flows.console import count, say, show
    from flows.options import reference_folder
    from network.figures import draw_figures

    found = _release(release)
    folder = out or found.absolute().parent / "figures"
    files = draw_figures(found, folder, reference_folder=reference_folder())
    for path in files:
        show(str(path))
    say(f"{count(len(files), 'file')} written to {folder}.")


def verify(
    release: Release,
    archive: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the archive files."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find every quotation of a release again in the archive."""
    from flows import verification
    from flows.console import count, progress, show, show_json

    found_release = _release(release)
    spans = verification.load_quotations(found_release)
    with progress("verify", total=len(spans)) as advance:
        found = verification.verify(
            spans, archive=archive or found_release.parent / "archive", advance=advance
        )
    if as_json:
        show_json(found)
    else:
        for lost in found.lost:
            show(f"{lost.id}: {lost.reason}\n    „{' '.join(lost.quotation.split())}“")
        kept = found.quotations - len(found.lost)
        show(
            f"{kept:,} of {count(found.quotations, 'quotation')} found again in "
            f"{count(found.documents, 'document')}, {len(found.lost):,} lost."
        )
    raise typer.Exit(1 if found.lost else 0)


def compare(
    old: Annotated[Path, typer.Argument(help="Folder of the older release.")],
    new: Annotated[Path, typer.Argument(help="Folder of the newer release.")],
    as_json: AsJson = False,
) -> None:
    """Show what changed between two releases, and why."""
    from flows.console import show_json
    from flows.reports import show_comparison
    from network.comparison import compare_releases

    found = compare_releases(_release(old), _release(new))
    show_json(found) if as_json else show_comparison(found)


def gaps(
    release: Release,
    reference: Annotated[
        Path, typer.Option(metavar="FILE", help="CSV or TSV with a, b, year (or Wikidata P190).")
    ],
    as_json: AsJson = False,
) -> None:
    """Compare a release with a reference list: found, missing, new, other years."""
    from flows.console import show_json
    from flows.options import load_gazetteer
    from flows.reports import show_gaps
    from network.gaps import find_gaps

    found = find_gaps(_release(release), reference, gazetteer=load_gazetteer())
    show_json(found) if as_json else show_gaps(found)


def _release(folder: Path) -> Path:
    """Return the release of a folder, which may be the one that `run` or `demo` wrote it to."""
    inner = folder / "release"
    return inner if (inner / "datapackage.json").is_file() else folder
