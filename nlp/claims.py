"""Claims: statements on partnerships as a whole ("over 850 in 1990/91", "some rest")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from nlp.reading_view import ReadingView, Sentence
from nlp.regions import speaks_of_division
from nlp.rulebook import read_rows
from partnernetz.identifiers import stable_id
from partnernetz.records import Bound, Claim, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClaimRule:
    id: str
    effect: str
    pattern: re.Pattern[str]
    status: Status | None


@cache
def _rules() -> tuple[_ClaimRule, ...]:
    return tuple(
        _ClaimRule(
            id=row["id"],
            effect=row["effect"],
            pattern=re.compile(rf"(?<!\w){row['pattern']}", re.IGNORECASE),
            status=row.get("status"),
        )
        for row in read_rows("claims.toml", "claim")
    )


@cache
def _bounds() -> dict[str, Bound]:
    return {word: row["id"] for row in read_rows("claims.toml", "bounds") for word in row["words"]}


def claims_of(view: ReadingView) -> tuple[Claim, ...]:
    """Return the claims of a Document in the order of its text."""
    scope = _scope(view)
    found = [
        _claim(view, sentence, rule, match, scope=scope)
        for sentence in view.sentences
        for rule, match in _matches(view.sentences, sentence)
    ]
    return tuple({claim.id: claim for claim in found}.values())


def _matches(
    sentences: Sequence[Sentence], sentence: Sentence
) -> Iterator[tuple[_ClaimRule, re.Match[str]]]:
    near = sentences[max(0, sentence.index - 2) : sentence.index + 1]
    if not any(other.has("tie") for other in near):
        return
    for rule in _rules():
        for match in rule.pattern.finditer(sentence.text):
            start = sentence.start + match.start("number") if rule.effect == "count" else -1
            if any(d.start <= start < d.end and d.kind == "date" for d in sentence.dates):
                continue  # "1990 Partnerschaften" is a year
            yield rule, match


def _claim(
    view: ReadingView, sentence: Sentence, rule: _ClaimRule, match: re.Match[str], *, scope: str
) -> Claim:
    groups = match.groupdict()
    number = groups.get("number")
    bound = " ".join((groups.get("bound") or "").casefold().split())
    reference = view.document.reference
    return Claim(
        id=stable_id("claim", reference.id, rule.id, sentence.start + match.start()),
        document=reference,
        quantity=int(number.replace(".", "")) if number else None,
        bound=_bounds().get(bound, "exact"),
        scope=scope,
        quotation=sentence.text,
        start=sentence.start,
        end=sentence.end,
        rule=rule.id,
        period=_period(sentence, match),
        status=rule.status,
        is_additional=bool(groups.get("more")),
    )


def _period(sentence: Sentence, match: re.Match[str]) -> str | None:
    """Return the date nearest to the count in its sentence."""
    place = sentence.start + match.start()
    dated = [date for date in sentence.dates if date.kind == "date" and date.edtf]
    nearest = min(dated, key=lambda date: abs(date.start - place), default=None)
    return nearest.edtf if nearest else None


def _scope(view: ReadingView) -> str:
    """Return whose partnerships are counted: the page owner's, East-West ones, or all."""
    if view.host is not None:
        return view.host.id
    return "east_west" if speaks_of_division(view.document.text) else "all"
