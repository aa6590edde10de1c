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
    previous: Annotated[
        Path | None,
        typer.Option(metavar="OLD", help="An older release: CHANGES.md tells what changed."),
    ] = None,
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
    from network.release.reading import read_summary
    from scrapers.duplicates import groups_by_document, read_groups

    files = evidence_files(evidence)
    before = _release(previous) if previous else None
    if before is not None:
        read_summary(before)  # tells at once where it is no release
    summary, failures = build_release(
        files,
        out=out,
        gazetteer=load_gazetteer(),
        reference_folder=reference_folder(),
        minimum_belief=min_belief,
        previous=before,
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
    from flows.dossiers import show_dossier, show_town
    from flows.options import load_gazetteer
    from network.dossier import dossier
    from network.inspection import partners_of

    folder = _release(release)
    if other is None:
        report = partners_of(folder, town, minimum_belief=min_belief, gazetteer=load_gazetteer)
        show_json(report) if as_json else show_town(report)
        return
    found = dossier(folder, town, other, minimum_belief=min_belief, gazetteer=load_gazetteer)
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
    from flows.console import progress, show_json

    found_release = _release(release)
    spans = verification.load_quotations(found_release)
    with progress("verify", total=len(spans)) as advance:
        found = verification.verify(
            spans, archive=archive or found_release.parent / "archive", advance=advance
        )
    show_json(found) if as_json else verification.show_verification(found)
    raise typer.Exit(1 if found.lost else 0)


def compare(
    old: Annotated[Path, typer.Argument(help="Folder of the older release.")],
    new: Annotated[Path, typer.Argument(help="Folder of the newer release.")],
    as_json: AsJson = False,
) -> None:
    """Show what changed between two releases, and why."""
    from flows.comparisons import show_comparison
    from flows.console import show_json
    from network.comparison import compare_releases

    found = compare_releases(_release(old), _release(new))
    show_json(found) if as_json else show_comparison(found)


def gaps(
    release: Release,
    reference: Annotated[
        Path,
        typer.Option(metavar="FILE", help="A list: Wikidata (CSV TSV JSON), a register, pairs."),
    ],
    min_belief: Annotated[
        float, typer.Option(min=0, max=1, help="Count partnerships of less belief as missing.")
    ] = 0.0,
    quickstatements: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what Wikidata lacks as QuickStatements."),
    ] = None,
    statement_belief: Annotated[
        float, typer.Option(min=0, max=1, help="Only with this belief or more.")
    ] = 0.95,
    limit: Annotated[int, typer.Option(min=0, help="Show so many pairs of each kind.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Compare a release with a reference list: found, missing, new, other dates, coverage."""
    from flows.console import show_json
    from flows.gap_reports import plain_gaps, show_gaps, tell_statements
    from flows.options import load_gazetteer
    from network.gaps import find_gaps
    from network.quickstatements import quick_statements
    from partnernetz.errors import UsageError
    from partnernetz.storage import write_text

    folder = _release(release)
    found = find_gaps(folder, reference, gazetteer=load_gazetteer(), minimum_belief=min_belief)
    if quickstatements is not None and found.form != "wikidata":
        raise UsageError(
            f"{reference} is no list of Wikidata, so it cannot tell what is lacking there: see "
            "docs/reference_lists.md for one."
        )
    show_json(plain_gaps(found)) if as_json else show_gaps(found, limit=limit)
    if quickstatements is not None:
        written = quick_statements(folder, found, minimum_belief=statement_belief)
        write_text(quickstatements, "".join(f"{line}\n" for line in written.lines))
        tell_statements(written, quickstatements)


def _release(folder: Path) -> Path:
    """Return the release of a folder, which may be the one that `run` or `demo` wrote it to."""
    inner = folder / "release"
    return inner if (inner / "datapackage.json").is_file() else folder
