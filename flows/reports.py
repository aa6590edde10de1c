"""Releases shown to a reader: partners, dossiers, changes, gaps."""

from __future__ import annotations

from collections.abc import Iterable

from flows.console import count, show, show_table
from network.comparison import Comparison, PartnershipChange
from network.gaps import Gaps
from network.inspection import Dossier, Quotation, TownReport


def show_town(report: TownReport) -> None:
    """Write a town and its partners."""
    where = report.state or report.country or "unknown"
    partners = report.partners
    show(f"{report.name} ({where}, {report.place_id}): {count(len(partners), 'partner')}")
    if not partners:
        return
    columns = ("since", "partner", "where", "kind", "status", "topics", "belief", "evidence")
    rows = [
        (
            item.start_date,
            item.name,
            item.state or item.country,
            item.kind,
            item.status if item.end_date is None else f"{item.status} {item.end_date}",
            ", ".join(item.topics),
            f"{item.belief:.2f}",
            item.evidence_count,
        )
        for item in partners
    ]
    show_table(columns, rows)


def show_dossier(found: Dossier) -> None:
    """Write all that a release says of a pair, the quotations with their addresses."""
    show(f"{found.a_name} ({found.a_id}) and {found.b_name} ({found.b_id})")
    if found.partnership_id is None:
        show("No source states that there is or was a partnership.")
    else:
        _show_facts(found)
    for number, quotation in enumerate(found.quotations, start=1):
        show("")
        _show_quotation(number, quotation)


def _show_facts(found: Dossier) -> None:
    sources = count(found.source_count or 0, "source")
    show(f"{found.kind}, {found.status}; belief {found.belief:.2f} from {sources}")
    if found.start_date:
        show(f"since {found.start_date}: {found.start_reason}")
    if found.start_alternatives:
        show(f"other sources give {', '.join(found.start_alternatives)}")
    if found.end_date:
        show(f"ended {found.end_date}")
    if found.topics:
        show(f"topics: {', '.join(found.topics)}")
    if found.distance_km is not None:
        show(f"distance: {found.distance_km:,.0f} km")
    for event in found.events:
        evidence = count(len(event.evidence_ids), "quotation")
        show(f"  {event.date}  {event.event} ({evidence})")


def _show_quotation(number: int, item: Quotation) -> None:
    said = [item.event, *([item.date] if item.date else []), *item.topics]
    if item.modality != "asserted":
        said.insert(0, item.modality)
    page = f", page {item.page}" if item.page else ""
    published = f", published {item.published}" if item.published else ""
    show(f"[{number}] „{' '.join(item.quotation.split())}“")
    show(f"    {', '.join(said)}; score {item.score:.2f}")
    show(f"    {item.title or 'untitled'}{page}{published} ({item.source_kind})")
    show(f"    {item.url or 'no address'}")


def show_comparison(found: Comparison) -> None:
    """Write what changed between two releases, and the evidence that did it."""
    if not (found.added or found.withdrawn or found.changed):
        show("The partnerships of both releases are the same.")
        return
    _show_changes("new", found.added)
    _show_changes("withdrawn", found.withdrawn)
    _show_changes("changed", found.changed)


def _show_changes(title: str, changes: tuple[PartnershipChange, ...]) -> None:
    if not changes:
        return
    show(f"{title}: {count(len(changes), 'partnership')}")
    for change in changes:
        show(f"  {change.a_name} – {change.b_name}")
        if title == "changed":
            for value in change.values:
                show(f"    {value.column}: {_known(value.old)} → {_known(value.new)}")
        for mark, evidence in (("+", change.evidence_added), ("-", change.evidence_withdrawn)):
            for item in evidence:
                words = " ".join(item.quotation.split())
                show(f"    {mark} „{words}“ ({item.url or 'no address'})")


def _known(value: object) -> str:
    return "unknown" if value is None else str(value)


def show_gaps(found: Gaps) -> None:
    """Write how a release and a reference list differ."""
    show(
        f"{len(found.found):,} found, {len(found.missing):,} missing, {len(found.new):,} new, "
        f"{len(found.conflicting):,} with another year"
    )
    _show_pairs("missing", [(pair.a, pair.b, pair.year) for pair in found.missing])
    _show_pairs("new", [(m.a_name, m.b_name, m.start_year) for m in found.new])
    rows = [
        (m.a_name, m.b_name, _year(m.start_year), _year(m.reference.year if m.reference else None))
        for m in found.conflicting
    ]
    if rows:
        show("\nwith another year:")
        show_table(("a", "b", "here", "reference"), rows)


def _show_pairs(title: str, pairs: Iterable[tuple[str, str, int | None]]) -> None:
    rows = [(a, b, _year(year)) for a, b, year in pairs]
    if rows:
        show(f"\n{title}:")
        show_table(("a", "b", "year"), rows)


def _year(year: int | None) -> str:
    return str(year) if year is not None else ""
