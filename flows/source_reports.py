"""What `partnernetz sources check` says."""

from __future__ import annotations

from flows.console import count, show, show_json, show_table
from partnernetz.places import GERMAN_STATES
from partnernetz.storage import to_dict
from scrapers.source_checks import Finding, SourcesCheck

#: Of the notes so many are shown, the rest is counted; faults are all shown.
_MOST_NOTES = 20


def show_check(report: SourcesCheck, *, as_json: bool) -> None:
    """Write the counts by kind and state, then the faults and notes, one sentence a line."""
    if as_json:
        show_json(_plain(report))
        return
    kinds = report.kinds()
    rows = [
        (GERMAN_STATES.get(state, "(no place)"), [counts.get(kind, 0) for kind in kinds])
        for state, counts in report.kinds_by_state().items()
    ]
    rows.append(("all", list(kinds.values())))
    show_table(("state", *kinds, "all"), [(name, *numbers, sum(numbers)) for name, numbers in rows])
    for heading, findings, most in (
        ("fault", report.faults, len(report.faults)),
        ("note", report.notes, _MOST_NOTES),
    ):
        _show_findings(heading, findings, most=most)
    show(
        f"{report.file}: {count(len(report.sources), 'source')}, "
        f"{count(len(report.faults), 'fault')}, {count(len(report.notes), 'note')}."
    )


def _show_findings(heading: str, findings: tuple[Finding, ...], *, most: int) -> None:
    for finding in findings[:most]:
        show(f"{heading}: {finding.message}")
    if len(findings) > most:
        show(f"... and {count(len(findings) - most, f'more {heading}')}: see --json.")


def _plain(report: SourcesCheck) -> dict[str, object]:
    return {
        "file": report.file,
        "sources": len(report.sources),
        "kinds": report.kinds(),
        "states": {state or "none": kinds for state, kinds in report.kinds_by_state().items()},
        "faults": [to_dict(finding) for finding in report.faults],
        "notes": [to_dict(finding) for finding in report.notes],
    }
