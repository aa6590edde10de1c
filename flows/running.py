"""The commands that run the flow: run, demo, crawl and serve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows import stages
from flows.console import count, say, show, show_json, tell_failures
from flows.ledgers import archive_folder, show_findings
from flows.options import load_settings, sources_path
from flows.quiet import make_prefect_quiet
from flows.server import prefect_server
from flows.stages import Layout, RunReport
from partnernetz.errors import Failure, InputError, StageError, UsageError
from partnernetz.storage import to_dict, write_text
from scrapers.crawl_report import CrawlReport, read_report
from scrapers.date_range import parse_range
from scrapers.duplicates import DUPLICATES_FILE, find_duplicates
from scrapers.samples import serve_samples
from scrapers.sources import sources_toml

TIME_ZONE = "Europe/Berlin"
_SOURCES_COPY = "sources.toml"
_SAMPLES_NOTE = "Written by `partnernetz demo`: the sample sites on the ports they were served on."


def run_once(
    sources_file: Path,
    out: Path,
    *,
    debug: bool,
    since: str | None = None,
    until: str | None = None,
) -> RunReport:
    """Run the flow on a source list; raises InputError before anything starts if it is faulty.

    Raises UsageError where ``since`` or ``until`` is no date.
    """
    parse_range(since, until, today=datetime.now(UTC).date())
    stages.load_run_sources(sources_file)
    check_out(out)
    make_prefect_quiet(debug=debug)
    layout = Layout(folder=out)
    with prefect_server(with_scheduler=False):
        from flows.pipeline import run_flow

        try:
            return run_flow(str(sources_file), str(out), since, until)
        except StageError:
            tell_failures([failure.message for failure in crawl_failures(layout.archive)])
            raise


def check_out(out: Path) -> None:
    """Raise UsageError unless a run may write to the folder: it is new, empty, or of a run."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is no folder: name a new one.")
    if out.is_dir() and any(out.iterdir()) and not (out / "archive").is_dir():
        raise UsageError(f"{out} holds other things than a run and is left alone: name a new one.")


def crawl_failures(archive: Path) -> tuple[Failure, ...]:
    """Return what the latest crawl of an archive folder could not have."""
    try:
        return read_report(archive).failures
    except InputError:
        return ()


def run_demo(out: Path, *, debug: bool) -> RunReport:
    """Serve the sample sites on loopback and run the flow on them."""
    samples = load_settings().data_folder / "samples"
    check_out(out)
    with serve_samples(
        samples / "sites", sources=stages.load_run_sources(samples / "sources.toml")
    ) as sources:
        copy = out / _SOURCES_COPY
        (out / "archive").mkdir(parents=True, exist_ok=True)
        write_text(copy, sources_toml(sources, note=_SAMPLES_NOTE))
        return run_once(copy, out, debug=debug)


def show_run(report: RunReport, out: Path, *, as_json: bool) -> None:
    """Write what a run brought, and where it lies."""
    layout = Layout(folder=out)
    tell_failures([failure.message for failure in report.failures])
    if as_json:
        show_json({**to_dict(report), "folder": str(out), "release": str(layout.release)})
        return
    if not report.is_new:
        show(
            f"Nothing new: {count(report.pages, 'page')} looked at, all known; the release in "
            f"{layout.release} is current."
        )
        return
    rows = (
        ("pages", f"{report.pages:,} ({report.new_pages:,} new)"),
        ("documents", f"{report.documents:,}"),
        ("evidence", f"{report.evidence:,} and {count(report.claims, 'claim')}"),
        ("partnerships", f"{report.partnerships:,} of {count(report.places, 'place')}"),
        ("files written", f"{report.files:,} in {layout.release}"),
        ("failures", failures_line(report.failures, layout.failures)),
    )
    for name, value in rows:
        show(f"{name + ':':<15}{value}")


def failures_line(failures: Sequence[Failure], path: Path) -> str:
    """Return how many failures there were and where they are listed."""
    return f"{len(failures):,} in {path}" if failures else "none"


def show_next_steps(out: Path) -> None:
    """Write what to look at first."""
    release = Layout(folder=out).release
    show("")
    show("Look at it:")
    show(f"  partnernetz inspect {release} Saarlouis")
    show(f"  partnernetz inspect {release} Saarlouis Eisenhüttenstadt")
    show(f"  partnernetz explore {release}")
    show(f"  partnernetz verify {release} --archive {Layout(folder=out).archive}")


def crawl_only(
    sources_file: Path,
    archive: Path,
    *,
    only: Sequence[str] | None,
    resume: bool,
    refetch: bool = False,
    since: str | None = None,
    until: str | None = None,
) -> CrawlReport:
    """Crawl the sites of a source list into an archive folder."""
    parse_range(since, until, today=datetime.now(UTC).date())
    sources = stages.load_run_sources(sources_file)
    return stages.crawl_sources(
        sources,
        archive=archive,
        only=only,
        resume=resume,
        refetch=refetch,
        since=since,
        until=until,
    )


def show_crawl(report: CrawlReport, archive: Path) -> int:
    """Write what a crawl brought; return the exit code, 1 where no page could be had."""
    tell_failures([failure.message for failure in report.failures])
    pages = sum(source.pages for source in report.sources)
    stored = sum(source.stored for source in report.sources)
    show(
        f"{count(pages, 'page')} of {count(len(report.sources), 'source')}, {stored:,} new, "
        f"{count(len(report.failures), 'failure')}, archive in {archive}."
    )
    show_findings(report)
    return 0 if pages else 1


def show_duplicates(folder: Path, *, as_json: bool) -> None:
    """Find the groups of copies in an archive folder, or that of a run, and write them."""
    archive = archive_folder(folder)
    groups = find_duplicates(archive)
    if as_json:
        show_json([to_dict(group) for group in groups])
        return
    for group in groups:
        show(group.id)
        for copy in group.copies:
            show(f"  {copy.fetched_at[:10]}  {copy.url}")
    copies = sum(len(group.copies) for group in groups)
    say(
        f"{count(copies, 'page')} in {count(len(groups), 'group')}, "
        f"listed in {archive / DUPLICATES_FILE}."
    )


def serve_flow(cron: str, sources_file: Path, out: Path, *, debug: bool) -> None:
    """Run the flow on a schedule until the process is stopped.

    Raises UsageError for a schedule that is none, InputError for a faulty source list.
    """
    stages.load_run_sources(sources_file)
    check_out(out)
    make_prefect_quiet(debug=debug)
    with prefect_server(with_scheduler=True):
        from prefect.schedules import Cron

        from flows.pipeline import run_flow

        try:
            schedule = Cron(cron, timezone=TIME_ZONE)
        except ValueError as error:
            raise UsageError(
                f"'{cron}' is no schedule: write five fields like \"0 3 * * 1\" (Mondays at 3)."
            ) from error
        say(f"Serving: the flow runs at '{cron}' ({TIME_ZONE}); stop with Ctrl-C.")
        run_flow.serve(
            name="scheduled",
            schedules=[schedule],
            parameters={
                "sources_file": str(sources_path(sources_file).resolve()),
                "out": str(out.resolve()),
            },
            print_starting_message=False,
            limit=1,
        )
    say("Stopped serving.")
