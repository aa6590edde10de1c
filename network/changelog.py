"""The change log of a release: ``CHANGES.md``, a section for each release that it came after.

It depends on the release and its predecessor alone. Where nothing changed it is the predecessor's,
to the byte, so that a release which is built again after itself stays as it is. It is no resource
of the data package: all other files of a release depend on its evidence alone, whatever came
before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from network.comparison import (
    Comparison,
    PartnershipChange,
    ReleaseMark,
    ValueChange,
    compare_releases,
    describe_rejudged,
)
from network.evidence_changes import RestatedEvidence, StatedEvidence

CHANGES_FILE = "CHANGES.md"
_HEAD = """\
# Changes

Each section tells how a release differs from the one before it, with the evidence that did it.
`partnernetz compare OLD NEW` tells it of any two releases, with all evidence.
"""

_MOST_EVIDENCE = 6  # of a change; the rest is counted
_LONGEST_QUOTATION = 240
# What means something within a line of Markdown, and what does at the beginning of one.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&$]|^(?:[-+=]|\d+[.)])(?=\s|$)")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SAFE_IN_ADDRESS = "/:?=&%@!$'*+,;.~#-_"


def write_changes(release: Path, *, previous: Path) -> Comparison:
    """Write ``CHANGES.md`` into a release that comes after another; return how they differ.

    The sections of the other one are kept below. None is written where there is nothing to tell.
    Raises InputError for what is no release.
    """
    found = compare_releases(previous, release)
    before = previous / CHANGES_FILE
    known = before.read_text(encoding="utf-8") if before.is_file() else ""
    text = known if found.is_empty else render_changes(found, earlier=known)
    if text:
        (release / CHANGES_FILE).write_text(text, encoding="utf-8", newline="\n")
    return found


def render_changes(found: Comparison, *, earlier: str = "") -> str:
    """Return the change log as Markdown; ``earlier`` is the text of the release before."""
    section = "\n".join(_section(found))
    return f"{_HEAD}\n{section}{earlier.removeprefix(_HEAD)}"


def _section(found: Comparison) -> Iterator[str]:
    yield f"## {_name(found.new)}, after {_name(found.old)}"
    yield ""
    yield (
        f"{found.new.partnerships:,} partnerships from {found.new.evidence:,} evidence; before it "
        f"was {found.old.partnerships:,} from {found.old.evidence:,}."
    )
    yield ""
    if found.parameters:
        yield from _list(
            "Figures of belief that changed",
            (f"{escaped(c.column)}: {_cell(c.old)} → {_cell(c.new)}" for c in found.parameters),
        )
    yield from _list(
        "Places that changed",
        (
            f"{escaped(c.old_name)} (`{_code(c.old_id)}`) → {escaped(c.new_name)} "
            f"(`{_code(c.new_id)}`)"
            for c in found.places
        ),
    )
    for title, changes in (
        ("Added", found.added),
        ("Withdrawn", found.withdrawn),
        ("Under another id", found.renamed),
        ("Changed", found.altered),
    ):
        yield from _list(title, (line for change in changes for line in _change(change)))
    if found.rejudged:  # when figures change all beliefs do: told in one sentence
        yield from _list("Judged otherwise", [escaped(describe_rejudged(found.rejudged))])


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield f"### {title}"
        yield ""
        yield from (line if line.startswith("  ") else f"- {line}" for line in shown)
        yield ""


def _name(mark: ReleaseMark) -> str:
    return escaped(mark.version or mark.created or "a release without a date")


def _change(change: PartnershipChange) -> Iterator[str]:
    ids = f"{change.old_id}` → `{change.partnership_id}" if change.old_id else change.partnership_id
    yield f"{escaped(change.a_name)} – {escaped(change.b_name)} (`{ids}`)"
    if change.went_to:
        yield f"  - its evidence is now of {', '.join(f'`{key}`' for key in change.went_to)}"
    for value in change.values:
        if value.old is not None or value.new is not None:
            yield f"  - {_value(value)}"
    evidence = [
        *(f"added: {_evidence(item)}" for item in change.evidence_added),
        *(f"withdrawn: {_evidence(item)}" for item in change.evidence_withdrawn),
        *(f"restated: {_restated(item)}" for item in change.evidence_restated),
    ]
    yield from (f"  - {line}" for line in evidence[:_MOST_EVIDENCE])
    if len(evidence) > _MOST_EVIDENCE:
        yield f"  - and {len(evidence) - _MOST_EVIDENCE:,} more"


def _value(value: ValueChange) -> str:
    between = f"; by the figures alone {value.by_parameters}" if value.by_parameters else ""
    return (
        f"{escaped(value.column)}: {_cell(value.old)} → {_cell(value.new)} ({value.cause}{between})"
    )


def _evidence(item: StatedEvidence) -> str:
    words = " ".join(item.quotation.split())
    if len(words) > _LONGEST_QUOTATION:
        words = f"{words[: _LONGEST_QUOTATION - 1].rstrip()}…"
    what = ", ".join(part for part in (item.modality, item.event, item.date) if part)
    return f"„{escaped(words)}“ ({escaped(what)}) {_address(item.url)}"


def _restated(item: RestatedEvidence) -> str:
    changes = "; ".join(f"{c.column} {_cell(c.old)} → {_cell(c.new)}" for c in item.changes)
    return f"{_evidence(item.evidence)}: {changes}"


def _address(url: str | None) -> str:
    if not url:
        return "no address"
    if url.startswith(("http://", "https://")):
        return f"<{quote(url, safe=_SAFE_IN_ADDRESS)}>"
    return escaped(url)


def _cell(value: str | float | None) -> str:
    return "none" if value is None else escaped(str(value))


def _code(text: str) -> str:
    return _UNSEEN.sub("\ufffd", text).replace("`", "'")


def escaped(text: str) -> str:
    r"""Return a text as one line of Markdown that shows just that text.

    >>> print(escaped("<b>*Halle*</b>"))
    \<b\>\*Halle\*\</b\>
    """
    return _MARKDOWN.sub(_escaped_match, _UNSEEN.sub("\ufffd", " ".join(text.split())))


def _escaped_match(match: re.Match[str]) -> str:
    found = match.group()
    return f"{found[:-1]}\\{found[-1]}"
