"""Evidence to a release folder, written beside its place and then renamed."""

from __future__ import annotations

import gc
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from network.belief import default_errors
from network.evidence_table import EvidenceTable
from network.explorer import render
from network.measures import network_measures
from network.release import graphs
from network.release.cells import clean
from network.release.checks import check_tables
from network.release.citation import datasette_metadata, release_version, write_citation
from network.release.columns import Network, Tables, make_network, make_tables
from network.release.database import write_database
from network.release.graph_xml import write_gexf, write_graphml
from network.release.package import DESCRIPTOR, PACKAGE_NAME, describe_package, latest_moment
from network.release.schema import TABLES
from network.release.tables import write_csv, write_parquet
from partnernetz.errors import Failure, StageError, UsageError
from partnernetz.places import Gazetteer
from partnernetz.records import Claim, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSummary:
    """What a release holds, in numbers."""

    folder: Path
    places: int
    partnerships: int
    east_west_partnerships: int
    evidence: int
    claims: int
    documents: int
    components: int
    failures: int


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from searching cycles: there are none in millions of records, all in use."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_collector_paused()
def publish(
    *,
    evidence: Iterable[Evidence] | EvidenceTable,
    claims: Iterable[Claim],
    out: Path,
    gazetteer: Gazetteer,
    reference_folder: Path,
    failures: Iterable[Failure] = (),
    minimum_belief: float = 0.0,
    copies: Mapping[str, str] | None = None,
    finish: Callable[[Path], None] | None = None,
) -> ReleaseSummary:
    """Write the release of the Evidence to ``out`` and return what it holds.

    The folder appears when it is whole; a release that was there is replaced. Raises UsageError
    where ``out`` is something else than a release or an empty folder, StageError where it cannot
    be written. Wrong dates and scores in the records are mended and counted among the failures.
    Partnerships of less belief than ``minimum_belief`` (0 to 1) are left out, not their Evidence;
    ``copies`` has the group of each document that is known to be a copy, by its id. ``finish`` is
    given the whole folder before it appears and may add files to it.
    """
    check_target(out)
    network = make_network(
        evidence=evidence,
        claims=claims,
        gazetteer=gazetteer,
        minimum_belief=minimum_belief,
        copies=copies,
    )
    tables = make_tables(network, gazetteer)
    summary = _summary(network, tables, (*failures, *network.failures))
    with _replaced_folder(out) as folder:
        write_release(
            folder,
            network=network,
            tables=tables,
            summary=summary,
            reference_folder=reference_folder,
        )
        if finish is not None:
            finish(folder)
    return ReleaseSummary(
        folder=out,
        places=summary["nodes"],
        partnerships=summary["edges"],
        east_west_partnerships=summary["east_west_edges"],
        evidence=summary["evidence"],
        claims=summary["claims"],
        documents=summary["documents"],
        components=summary["components"],
        failures=summary["failures"],
    )


def write_release(
    folder: Path,
    *,
    network: Network,
    tables: Tables,
    summary: dict[str, Any],
    reference_folder: Path,
) -> None:
    """Write every file of a release into an existing folder."""
    check_tables(tables)
    with ThreadPoolExecutor(max_workers=1) as aside:
        # SQLite works in C: meanwhile the other files are written
        database = aside.submit(write_database, folder / "partnernetz.sqlite", tables)
        for table in TABLES:
            write_csv(folder / f"{table.name}.csv", tables[table.name])
            write_parquet(folder / f"{table.name}.parquet", tables[table.name])
        _write_graphs(folder, network)
        database.result()
    files = {table.name: folder / f"{table.name}.csv" for table in TABLES}
    version = release_version(files, created=summary["created"])
    graphs.write_json(folder / "datasette.json", datasette_metadata(version=version))
    write_citation(folder / "CITATION.cff", version=version, created=summary["created"])
    graphs.write_json(folder / "summary.json", {"version": version, **summary})
    page = render(tables=tables, summary=summary, reference_folder=reference_folder)
    (folder / "explorer.html").write_text(clean(page), encoding="utf-8", newline="\n")
    descriptor = describe_package(folder, version=version, created=summary["created"])
    graphs.write_json(folder / DESCRIPTOR, descriptor)


def _write_graphs(folder: Path, network: Network) -> None:
    graph = network.graph
    write_graphml(folder / "network.graphml", graph)
    write_gexf(folder / "network.gexf", graph)
    graphs.write_node_link(folder / "network.json", graph)
    graphs.write_graphology(folder / "network.graphology.json", graph)
    graphs.write_geojson(folder / "partnerships.geojson", graph)
    arcs = folder / "partnerships.great-circles.geojson"
    graphs.write_geojson(arcs, graph, is_great_circle=True)


def check_target(out: Path) -> None:
    """Raise UsageError unless ``out`` is free, an empty folder, or a release to replace."""
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise UsageError(f"{out} is no folder: name a new folder or an earlier release.")
    if any(out.iterdir()) and not is_release(out):
        raise UsageError(
            f"{out} holds other things than a release and is left as it is: name a new folder."
        )


def is_release(folder: Path) -> bool:
    """Return whether a folder holds a release of this project."""
    try:
        descriptor = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(descriptor, dict) and descriptor.get("name") == PACKAGE_NAME


def _summary(network: Network, tables: Tables, failures: tuple[Failure, ...]) -> dict[str, Any]:
    modalities = Counter(tables["evidence"]["modality"].to_pylist())
    ordered = sorted(failures, key=lambda item: (item.stage, item.slug, item.subject))
    return {
        "created": latest_moment(network.documents),
        **network_measures(network.graph, communities=_communities(network, tables)),
        **{name: tables[name].num_rows for name in ("evidence", "claims", "documents", "events")},
        "evidence_by_modality": dict(sorted(modalities.items())),
        "belief": asdict(default_errors()),
        "failures": len(failures),
        "failures_by_slug": dict(sorted(Counter(item.slug for item in failures).items())),
        "failed": [
            {"stage": item.stage, "slug": item.slug, "subject": _portable(item.subject)}
            for item in ordered
        ],
    }


def _communities(network: Network, tables: Tables) -> dict[str, int]:
    """Return the number of each node's community; the table is in the order of the keys."""
    numbers = tables["measures"]["community_id"].to_pylist()
    return dict(zip(sorted(network.graph), numbers, strict=True))


def _portable(subject: str) -> str:
    """Return an address as it is, of a local path the name only: the folder is not the reader's."""
    return Path(subject).name if subject.startswith("/") else subject


@contextmanager
def _replaced_folder(out: Path) -> Iterator[Path]:
    """Yield a folder beside ``out`` that takes its place if the block ends without an error.

    Both steps are renames: a reader sees the old release, for an instant none, then the new one.
    """
    target = out.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))
    except OSError as error:
        raise StageError(
            f"No release can be written to {out}: {error.strerror}; name another folder."
        ) from error
    try:
        new = beside / "release"
        new.mkdir()
        yield new
        _swap(new=new, target=target, aside=beside / "replaced")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _swap(*, new: Path, target: Path, aside: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    check_target(target)  # it may have changed while the release was written
    try:
        target.rename(aside)
        new.rename(target)
    except BaseException:
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
