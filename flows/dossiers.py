"""Towns and pairs of a release, drawn for a reader: `partnernetz inspect`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flows.console import (
    count,
    make_table,
    printable,
    show,
    show_rendered,
    styled,
    terminal_width,
)
from flows.drawing import Axis, axis_of, bar, lifeline, sparkline
from network.belief_steps import BeliefAccount, SourceStep
from network.dossier_records import Dossier, PlaceView, Quotation, Statement, Tie
from network.inspection import Partner, TownReport
from network.spells import read_spells

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

#: From this width on a terminal shows kinds and topics beside the partners.
_WIDE = 110
_LEGEND = "● start  ━ active  ○ dormant  ◆ revived  × end  • other event"
_STATUS_STYLES = {"active": "green", "dormant": "yellow", "ended": "red"}
_MOST_NUMBERS = 6
_MOST_FACTORS = 6
_MOST_QUOTED = 90  # characters of a quotation that is repeated beside a topic


def show_town(report: TownReport) -> None:
    """Write a town, when its partnerships began, and its partners."""
    where = report.state or report.country or "unknown"
    head = styled(report.name, "bold")
    head.append(printable(f" ({where}, {report.place_id}): "), "dim")
    head.append(count(len(report.partners), "partner"))
    if report.left_out:
        head.append(f", {report.left_out:,} of less belief left out", "dim")
    show_rendered(head)
    if not report.partners:
        return
    width = terminal_width()
    _show_foundings(report, width)
    axis = _axis_of_partners(report.partners, width)
    show_rendered(_partners_table(report.partners, axis, width))
    if axis is not None:
        show_rendered(styled(_LEGEND, "dim"))


def _show_foundings(report: TownReport, width: int | None) -> None:
    begun = {item.year: item.partnerships for item in report.foundings}
    axis = axis_of(begun, width=max(10, (width or 140) - 60))
    if axis is None:
        return
    undated = len(report.partners) - sum(begun.values())
    line = styled("began  ", "dim")
    line.append(f"{axis.first} ").append(sparkline(begun, axis), "cyan").append(f" {axis.last}")
    notes = [f"most in a year: {max(begun.values())}"]
    notes += [f"a character is {axis.step} years"] if axis.step > 1 else []
    notes += [f"{undated} undated"] if undated else []
    line.append(f"  ({', '.join(notes)})", "dim")
    show_rendered(line)


def _axis_of_partners(partners: Iterable[Partner], width: int | None) -> Axis | None:
    years = [event.year for item in partners for event in item.events]
    years += [y for item in partners for y in (item.start_year, item.end_year) if y is not None]
    return axis_of(years, width=12 if width and width < _WIDE else 32)


def _partners_table(partners: Sequence[Partner], axis: Axis | None, width: int | None) -> Table:
    is_wide = width is None or width >= _WIDE
    table = make_table()
    table.add_column("since", no_wrap=True)
    table.add_column("partner", overflow="fold", min_width=16)
    table.add_column("where", no_wrap=True)
    if axis is not None:
        years = f"{axis.first}–{axis.last}"
        table.add_column(years, style="cyan", no_wrap=True, min_width=len(years))
    if is_wide:
        table.add_column("kind")
    table.add_column("status", overflow="fold")
    table.add_column("belief", no_wrap=True)
    table.add_column("evidence" if is_wide else "ev.", justify="right", no_wrap=True)
    if is_wide:
        table.add_column("topics", overflow="fold")
    for item in partners:
        table.add_row(*_partner_cells(item, axis, is_wide=is_wide))
    return table


def _partner_cells(item: Partner, axis: Axis | None, *, is_wide: bool) -> Iterable[Text]:
    yield styled(item.start_date or "")
    is_plain = is_wide or item.kind == "partnership"
    yield styled(item.name if is_plain else f"{item.name} ({item.kind})", "bold")
    yield styled(item.state or item.country or "")
    if axis is not None:
        yield styled(_life_of(item, axis))
    if is_wide:
        yield styled(item.kind)
    ended = f" {item.end_date}" if item.end_date else ""
    yield styled(f"{item.status}{ended}", _STATUS_STYLES.get(item.status, ""))
    yield _belief(item.belief, width=8 if is_wide else 5)
    yield styled(f"{item.evidence_count:,}")
    if is_wide:
        yield styled(", ".join(item.topics), "dim")


def _life_of(item: Partner, axis: Axis) -> str:
    events = [(event.year, event.event) for event in item.events]
    events += [(item.start_year, "start")] if item.start_year is not None else []
    events += [(item.end_year, "end")] if item.end_year is not None else []
    return lifeline(read_spells(item.spells or ""), events, axis)


def _belief(belief: float, *, width: int) -> Text:
    style = "green" if belief >= 0.9 else "yellow" if belief >= 0.5 else "red"
    return styled(bar(belief, width=width), style).append(f" {_rounded(belief)}")


def _rounded(belief: float) -> str:
    """Return a belief with two digits; only what is certain is 1.00.

    >>> _rounded(0.99999), _rounded(0.847)
    ('>.99', '0.85')
    """
    return ">.99" if 0.995 <= belief < 1 else f"{belief:.2f}"


def show_dossier(found: Dossier) -> None:
    """Write all that a release says of a pair, the quotations with their addresses at the end."""
    head = _place(found.a).append(" – ").append_text(_place(found.b))
    if found.distance_km is not None:
        head.append(f"  {found.distance_km:,.0f} km", "dim")
    show_rendered(head)
    if not found.ties:
        show("No source states that there is or was a partnership.")
    for tie in found.ties:
        _show_tie(tie, found.quotations)
    _heading("Quotations")
    for quotation in found.quotations:
        _show_quotation(quotation)


def _place(place: PlaceView) -> Text:
    where = f" ({place.state or place.country or 'unknown'}, {place.id})"
    return styled(place.name, "bold").append(printable(where), "dim")


def _heading(title: str) -> None:
    show_rendered(styled(f"\n{title}", "bold underline" if terminal_width() else ""))


def _show_tie(tie: Tie, quotations: Sequence[Quotation]) -> None:
    line = styled(tie.kind, "bold").append(", ")
    line.append(tie.status, _STATUS_STYLES.get(tie.status, ""))
    line.append(f" (stated {tie.status_date})" if tie.status_date else "")
    line.append(f", since {tie.start_date}" if tie.start_date else ", start unknown")
    line.append(f", ended {tie.end_date}" if tie.end_date else "")
    show_rendered(line)
    sources = count(tie.source_count, "independent source")
    show_rendered(
        styled("belief ", "dim")
        .append_text(_belief(tie.belief, width=20))
        .append(f" from {sources}")
    )
    if tie.history:
        show_rendered(styled(f"earlier names: {tie.history}"))
    if tie.dates:
        _heading("Dates")
        show_rendered(_dates_table(tie))
    _show_statuses(tie)
    _show_topics(tie, quotations)
    _show_contradictions(tie)
    _show_account(tie, {s.evidence_id: q.number for q in quotations for s in q.statements})


def _dates_table(tie: Tie) -> Table:
    width = terminal_width()
    is_wide = width is None or width >= _WIDE
    table = make_table()
    for name in ("", "date", "event"):
        table.add_column(name, no_wrap=True)
    table.add_column("texts", justify="right")
    for name in ("in", "why", "quoted") if is_wide else ("why", "quoted"):
        table.add_column(name, overflow="fold")
    for item in tie.dates:
        why = f"the start: {item.start_reason}" if item.is_start else item.start_reason
        table.add_row(
            styled("●" if item.is_start else "", "cyan"),
            styled(item.date, "bold" if item.is_start else ""),
            styled(item.event),
            str(item.text_count),
            *([styled(", ".join(item.source_kinds), "dim")] if is_wide else []),
            styled(why),
            _numbers(item.quotations),
        )
    return table


def _show_statuses(tie: Tie) -> None:
    if not tie.statuses:
        return
    _heading("Status history")
    table = make_table()
    for name in ("when", "said to be", "quoted"):
        table.add_column(name, overflow="fold")
    for item in tie.statuses:
        status = styled(item.status, _STATUS_STYLES.get(item.status, ""))
        table.add_row(styled(item.date or "undated"), status, _numbers(item.quotations))
    show_rendered(table)


def _show_topics(tie: Tie, quotations: Sequence[Quotation]) -> None:
    if not tie.topics:
        return
    _heading("Topics")
    by_number = {item.number: item for item in quotations}
    table = make_table()
    table.add_column("topic", no_wrap=True)
    table.add_column("for example", overflow="fold")
    table.add_column("quoted", overflow="fold")
    for item in tie.topics:
        words = min((by_number[number].quotation for number in item.quotations), key=len)
        quoted = styled(f"„{_clipped(words)}“", "italic")
        table.add_row(styled(item.topic), quoted, _numbers(item.quotations))
    show_rendered(table)


def _show_contradictions(tie: Tie) -> None:
    if not tie.contradictions:
        return
    _heading("Contradictions")
    table = make_table()
    for name in ("about", "what differs", "quoted"):
        table.add_column(name, overflow="fold")
    for item in tie.contradictions:
        table.add_row(styled(item.about), styled(item.text), _numbers(item.quotations))
    show_rendered(table)


def _show_account(tie: Tie, numbers: dict[str, int]) -> None:
    _heading("Belief, step by step")
    table = make_table()
    table.add_column("source", overflow="fold")
    table.add_column("kind", no_wrap=True)
    table.add_column("text", no_wrap=True)
    table.add_column("(1 − score) × rule × kind", overflow="fold")
    for name in ("text wrong", "source wrong", "without it"):
        table.add_column(name, justify="right")
    for source in tie.account.sources:
        _add_source(table, source, numbers)
    show_rendered(table)
    show_rendered(styled(_product(tie.account)))
    if not tie.is_reproduced:
        show_rendered(
            styled(
                f"The release has {tie.belief:.6f}: it was judged with other figures, or by "
                "another version of the code.",
                "yellow",
            )
        )


def _add_source(table: Table, source: SourceStep, numbers: dict[str, int]) -> None:
    for place, text in enumerate(source.texts):
        is_first = place == 0
        copied = f" ×{text.documents}" if text.documents > 1 else ""
        factors = (
            f"{1 - text.score:.4f} × {text.rule_factor:.3f} ({text.rule}) × {text.kind_factor:.3f}"
        )
        table.add_row(
            styled(source.source if is_first else "", "bold"),
            styled(source.source_kind if is_first else ""),
            f"[{numbers[text.evidence_id]}]{copied}",
            styled(factors, "dim"),
            f"{text.error:.4f}",
            f"{source.error:.4f}" if is_first else "",
            f"{source.belief_without:.4f}" if is_first else "",
        )


def _product(account: BeliefAccount) -> str:
    shown = [f"{item.error:.4f}" for item in account.sources[:_MOST_FACTORS]]
    more = len(account.sources) - len(shown)
    factors = " × ".join([*shown, *([f"… ({more} more)"] if more else [])])
    return f"belief = 1 − {factors} = {account.belief:.6f}"


def _numbers(numbers: Sequence[int]) -> Text:
    shown = " ".join(f"[{number}]" for number in numbers[:_MOST_NUMBERS])
    more = len(numbers) - _MOST_NUMBERS
    return styled(f"{shown} +{more}" if more > 0 else shown, "dim")


def _clipped(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _MOST_QUOTED else f"{words[: _MOST_QUOTED - 1].rstrip()}…"


def _show_quotation(item: Quotation) -> None:
    page = f", page {item.page}" if item.page else ""
    published = f", published {item.published}" if item.published else ""
    show_rendered(
        styled(f"[{item.number}] ", "bold").append(
            printable(f"„{' '.join(item.quotation.split())}“")
        )
    )
    said = dict.fromkeys(_said(statement) for statement in item.statements)
    for sentence in said:
        show_rendered(styled(f"    {sentence}", "cyan"))
    title = f"    {item.title or 'untitled'}{page}{published} ({item.source_kind})"
    show_rendered(styled(title, "dim"), styled(f"    {item.url or 'no address'}", "dim"), "")


def _said(item: Statement) -> str:
    modality = [] if item.modality == "asserted" else [item.modality]
    said = [*modality, item.event, *([item.date] if item.date else [])]
    said += [item.status] if item.status else []
    return f"{', '.join([*said, *item.topics])}; score {item.score:.2f}"
