"""A release against a reference list, drawn for a reader: `partnernetz gaps`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flows.console import count, make_table, say, show_rendered, show_table, styled
from flows.drawing import bar
from network.coverage import Coverage
from network.gaps import Found, Gaps, Unclear
from network.quickstatements import QuickStatements
from network.reference_lists import ReferencePair, ReferencePlace

_MOST_CANDIDATES = 4


def show_gaps(found: Gaps, *, limit: int) -> None:
    """Write how a release and a list differ, at most ``limit`` pairs of each kind."""
    line = styled(f"{len(found.found):,} found", "green")
    line.append(f"  {len(found.missing):,} missing", "red")
    line.append(f"  {len(found.new):,} new", "cyan")
    line.append(f"  {len(found.conflicting):,} with conflicting dates", "yellow")
    line.append(f"  {len(found.ambiguous):,} ambiguous  {len(found.unknown):,} not known", "dim")
    line.append(f"  (read as {found.form})", "dim")
    show_rendered(line)
    _show_coverage(found)
    _show("conflicting dates", _CONFLICT_COLUMNS, _conflicts(found), limit)
    missing = [
        (*_names(item.reference), _dates(item.reference.since), item.reason, item.sites_read)
        for item in found.missing
    ]
    _show("missing", ("a", "b", "since", "why", "own sites read"), missing, limit)
    new = [
        (item.a_name, item.b_name, item.start_date, item.kind, f"{item.belief:.2f}")
        for item in sorted(found.new, key=lambda item: -item.belief)
    ]
    _show("new", ("a", "b", "since", "kind", "belief"), new, limit)
    _show("ambiguous", ("a", "b", "a can be", "b can be"), _unclear(found.ambiguous), limit)
    _show("not known", ("a", "b", "a can be", "b can be"), _unclear(found.unknown), limit)
    for problem in found.problems[:limit]:
        say(problem)


_CONFLICT_COLUMNS = ("a", "b", "what", "here", "list", "the list's date here")


def _conflicts(found: Gaps) -> list[tuple[str | None, ...]]:
    rows: list[tuple[str | None, ...]] = []
    for item in found.found:
        if item.start in ("conflicts", "otherwise stated"):
            rows.append((*_start_conflict(item),))
        if item.end in ("conflicts", "otherwise stated"):
            names = _names(item.reference)
            rows.append((*names, "end", item.known.end_date, _dates(item.reference.until), ""))
    return rows


def _start_conflict(item: Found) -> tuple[str | None, ...]:
    stated = ", ".join(f"{event.event} {event.date}" for event in item.stated)
    names = _names(item.reference)
    return (*names, "start", item.known.start_date, _dates(item.reference.since), stated)


def _show_coverage(found: Gaps) -> None:
    for title, areas in (("state", found.states), ("side", found.sides)):
        if len(areas) > 1:
            show_rendered(styled(f"\nshare of the list that is found, by {title}", "bold"))
            show_rendered(_coverage_table(title, areas))


def _coverage_table(title: str, areas: Sequence[Coverage]) -> Any:
    table = make_table()
    table.add_column(title)
    for name in ("listed", "found"):
        table.add_column(name, justify="right")
    table.add_column("share", no_wrap=True)
    table.add_column("95 %", no_wrap=True)
    table.add_column("new", justify="right")
    for item in areas:
        share = item.share
        drawn = "" if share is None else f"{bar(share, width=12)} {share:4.0%}"
        interval = "" if item.low is None else f"{item.low:.0%} to {item.high:.0%}"
        table.add_row(
            styled(item.area, "bold" if item.area == "all" else ""),
            f"{item.listed:,}",
            f"{item.found:,}",
            styled(drawn, "green"),
            styled(interval, "dim"),
            f"{item.new:,}",
        )
    return table


def _show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], limit: int) -> None:
    if not rows:
        return
    show_rendered(styled(f"\n{title}", "bold"))
    show_table(columns, rows[:limit])
    if len(rows) > limit:
        show_rendered(styled(f"and {len(rows) - limit:,} more: --limit or --json show them", "dim"))


def _names(pair: ReferencePair) -> tuple[str, str]:
    return _described(pair.a), _described(pair.b)


def _described(place: ReferencePlace) -> str:
    where = place.state or (place.country if place.country != "DE" else None)
    return f"{place.name} ({where})" if where else place.name


def _dates(dates: Sequence[str]) -> str:
    return " or ".join(dates)


def _unclear(items: Sequence[Unclear]) -> list[tuple[str, ...]]:
    return [(*_names(item.reference), _candidates(item.a), _candidates(item.b)) for item in items]


def _candidates(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _MOST_CANDIDATES} more" if len(ids) > _MOST_CANDIDATES else ""
    return (", ".join(ids[:_MOST_CANDIDATES]) or "nothing") + more


def plain_gaps(found: Gaps) -> dict[str, Any]:
    """Return the gaps for JSON: counts first, the places of the list left out."""
    values = asdict(found)
    del values["places"]
    counts = {
        name: len(values[name]) for name in ("found", "missing", "new", "ambiguous", "unknown")
    }
    starts = Counter(item.start for item in found.found)
    return {
        "counts": {**counts, "conflicting": len(found.conflicting), "starts": dict(starts)},
        **values,
    }


def tell_statements(written: QuickStatements, path: object) -> None:
    """Write to stderr how many commands were written and what was left out, and why."""
    say(
        f"{count(len(written.lines), 'command')} on {count(written.partnerships, 'partnership')} "
        f"written to {path}."
    )
    for reason, number in written.left_out.items():
        say(f"Left out: {count(number, 'partnership')} ({reason}).")
