"""What changed between two releases, drawn for a reader: `partnernetz compare`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.console import count, make_table, printable, show, show_rendered, styled
from network.comparison import (
    Comparison,
    PartnershipChange,
    ReleaseMark,
    ValueChange,
    describe_rejudged,
)
from network.evidence_changes import RestatedEvidence, StatedEvidence, ValueBeforeAfter

_STYLES = {"added": "green", "withdrawn": "red", "renamed": "cyan", "changed": "yellow"}
_MOST_EVIDENCE = 4  # of a change; --json and CHANGES.md have more
_LONGEST_QUOTATION = 160


def show_comparison(found: Comparison) -> None:
    """Write what changed between two releases, and the evidence that did it."""
    if found.is_empty:
        show("The partnerships of both releases are the same.")
        return
    lists = {
        "added": found.added,
        "withdrawn": found.withdrawn,
        "renamed": found.renamed,
        "changed": found.altered,
    }
    _show_sums(found, lists)
    if found.parameters:
        _show_values("figures of belief", found.parameters)
    if found.places:
        _show_places(found)
    for title, changes in lists.items():
        _show_changes(title, changes)
    if found.rejudged:
        show_rendered(styled("\njudged otherwise", "bold"))
        show(describe_rejudged(found.rejudged))


def _show_sums(found: Comparison, lists: dict[str, tuple[PartnershipChange, ...]]) -> None:
    show_rendered(styled("old  ", "dim").append(_mark(found.old)))
    show_rendered(styled("new  ", "dim").append(_mark(found.new)))
    line = styled("")
    for title, changes in lists.items():
        line.append(f"{len(changes):,} {title}", _STYLES[title] if changes else "dim").append("  ")
    line.append(f"{len(found.rejudged):,} judged otherwise", "dim")
    show_rendered(line)
    if found.parameters is None:
        show("One of the releases does not tell by which figures belief was worked out.")


def _mark(mark: ReleaseMark) -> str:
    name = printable(mark.version or mark.created or "without a date")
    return f"{name}: {count(mark.partnerships, 'partnership')} from {mark.evidence:,} evidence"


def _show_values(title: str, changes: Iterable[ValueBeforeAfter]) -> None:
    show_rendered(styled(f"\n{title}", "bold"))
    table = make_table()
    for name in ("figure", "old", "new"):
        table.add_column(name)
    for item in changes:
        table.add_row(styled(item.column), _known(item.old), _known(item.new))
    show_rendered(table)


def _show_places(found: Comparison) -> None:
    show_rendered(styled("\nplaces", "bold"))
    table = make_table()
    for name in ("old", "id", "new", "id"):
        table.add_column(name, overflow="fold")
    for item in found.places:
        table.add_row(*map(styled, (item.old_name, item.old_id, item.new_name, item.new_id)))
    show_rendered(table)


def _show_changes(title: str, changes: Sequence[PartnershipChange]) -> None:
    if not changes:
        return
    head = styled(f"\n{title}", f"bold {_STYLES[title]}")
    show_rendered(head.append(f": {count(len(changes), 'partnership')}"))
    table = make_table()
    table.add_column("partnership", overflow="fold", ratio=2)
    table.add_column("what", overflow="fold", ratio=3)
    table.add_column("evidence", overflow="fold", ratio=4)
    for change in changes:
        table.add_row(
            styled(f"{change.a_name} – {change.b_name}", "bold"),
            styled("\n".join(_what(title, change))),
            styled("\n".join(_evidence(change))),
        )
    show_rendered(table)


def _what(title: str, change: PartnershipChange) -> Iterable[str]:
    if change.old_id:
        yield f"{change.old_id} → {change.partnership_id}"
    if change.went_to:
        yield f"its evidence is of {', '.join(change.went_to)} now"
    for value in change.values:
        if value.column == "topics" and title in ("changed", "renamed"):
            yield f"topics: {_set_change(value)} {_cause(value)}"
        elif title in ("changed", "renamed"):
            yield f"{value.column}: {_known(value.old)} → {_known(value.new)} {_cause(value)}"
        elif value.column in ("kind", "start_date", "belief"):
            yield f"{value.column}: {_known(value.new if title == 'added' else value.old)}"


def _set_change(value: ValueChange) -> str:
    """Return what came to a cell of several values and what left it."""
    old, new = (set(filter(None, str(cell or "").split(";"))) for cell in (value.old, value.new))
    return " ".join(
        [*(f"+{item}" for item in sorted(new - old)), *(f"−{item}" for item in sorted(old - new))]
    )


def _cause(value: ValueChange) -> str:
    if value.by_parameters is not None:
        return f"(evidence; by the figures alone {value.by_parameters:.6g})"
    return f"({value.cause})"


def _evidence(change: PartnershipChange) -> Iterable[str]:
    lines = [
        *(f"+ {_quoted(item)}" for item in change.evidence_added),
        *(f"− {_quoted(item)}" for item in change.evidence_withdrawn),
        *(f"~ {_restated(item)}" for item in change.evidence_restated),
    ]
    yield from lines[:_MOST_EVIDENCE]
    if len(lines) > _MOST_EVIDENCE:
        yield f"and {len(lines) - _MOST_EVIDENCE:,} more"


def _quoted(item: StatedEvidence) -> str:
    words = " ".join(item.quotation.split())
    if len(words) > _LONGEST_QUOTATION:
        words = f"{words[: _LONGEST_QUOTATION - 1].rstrip()}…"
    return f"„{words}“ ({item.url or 'no address'})"


def _restated(item: RestatedEvidence) -> str:
    changes = ", ".join(f"{c.column} {_known(c.old)} → {_known(c.new)}" for c in item.changes)
    return f"{changes}: {_quoted(item.evidence)}"


def _known(value: object) -> str:
    return "none" if value is None else printable(str(value))
