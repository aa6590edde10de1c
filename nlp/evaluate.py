"""Score extracted partnerships against an annotated corpus.

The figures are those of the project's scoring rules: precision, recall and F1 of pairs (all,
German-German, by genre), the mean F1 per document (a document without partnerships counts 1 if
nothing was found), false pairs on documents without any, and over the matched pairs exact start
dates, kind, status and topics (micro F1).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nlp.calibration import calibration_error, reliability

Pair = Mapping[str, Any]

_TITLES = re.compile(r"^(hansestadt|lutherstadt|stadt|gemeinde|landkreis|kreis|bezirk)\s+")
_TRAILING_TITLES = re.compile(r",\s*(stadt|hansestadt|lutherstadt|landeshauptstadt|gkst|gks).*$")
_BRACKET = re.compile(r"^(.*?)\s*\((.*?)\)?$")
_PREPOSITION = re.compile(r"^(.*?)\s+(?:am|an der|a\.|a\. ?d\.|ob der|bei|im|in)\s+(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Counts of hits, misses and wrong finds with what follows from them (each 0 to 1)."""

    hit: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        """Return hits among the finds."""
        return _ratio(self.hit, self.hit + self.wrong)

    @property
    def recall(self) -> float:
        """Return hits among what is to be found."""
        return _ratio(self.hit, self.hit + self.missed)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return _ratio(2 * self.precision * self.recall, self.precision + self.recall)

    def as_dict(self) -> dict[str, float | int]:
        """Return all figures, rounded to four digits."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "hit": self.hit,
            "missed": self.missed,
            "wrong": self.wrong,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All figures of one evaluation; the shares lie between 0 and 1.

    ``judged`` holds the score of each predicted pair that has one, and whether it is right.
    """

    documents: int
    document_f1: float
    pairs: Mapping[str, Ratio]
    negative_documents: int
    false_pairs_on_negatives: int
    since: Mapping[str, int]
    kind: Mapping[str, int]
    status: Mapping[str, int]
    topics: Ratio
    topic: Mapping[str, Ratio]
    judged: tuple[tuple[float, bool], ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def since_exact(self) -> float:
        """Return the share of dated pairs whose start is exactly right."""
        dated = sum(self.since.get(key, 0) for key in ("right", "wrong", "none"))
        return _ratio(self.since.get("right", 0), dated)

    @property
    def kind_accuracy(self) -> float:
        """Return the share of matched pairs whose kind is right."""
        return _ratio(self.kind.get("right", 0), sum(self.kind.values()))

    @property
    def status_accuracy(self) -> float:
        """Return the share of matched pairs of known status whose status is right."""
        return _ratio(self.status.get("right", 0), sum(self.status.values()))

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, rounded to four digits."""
        return {
            "documents": self.documents,
            "document_f1": round(self.document_f1, 4),
            "pairs": {group: ratio.as_dict() for group, ratio in sorted(self.pairs.items())},
            "negatives": {
                "documents": self.negative_documents,
                "false_pairs": self.false_pairs_on_negatives,
            },
            "since": {"exact": round(self.since_exact, 4), **self.since},
            "kind": {"accuracy": round(self.kind_accuracy, 4)},
            "status": {"accuracy": round(self.status_accuracy, 4), **self.status},
            "topics": self.topics.as_dict(),
            "topic": {topic: ratio.as_dict() for topic, ratio in sorted(self.topic.items())},
            "calibration": {
                "error": round(calibration_error(self.judged), 4),
                "curve": [asdict(point) for point in reliability(self.judged)],
            },
        }


@dataclass(slots=True)
class _Counts:
    pairs: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    since: Counter[str] = field(default_factory=Counter)
    kind: Counter[str] = field(default_factory=Counter)
    status: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    topic: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    document_f1: list[float] = field(default_factory=list)
    negative_documents: int = 0
    false_pairs: int = 0
    judged: list[tuple[float, bool]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def evaluate(
    gold_documents: Sequence[Mapping[str, Any]], predicted: Mapping[str, Sequence[Pair]]
) -> Scores:
    """Return the scores of predictions, a list of partnerships for each document id.

    Gold documents have ``id``, ``genre`` and ``gold.partnerships`` as the corpus format has them.
    A document without prediction counts as one in which nothing was found.
    """
    counts = _Counts()
    for document in gold_documents:
        _count_document(counts, document, list(predicted.get(document["id"], ())))
    return Scores(
        documents=len(gold_documents),
        document_f1=_ratio(sum(counts.document_f1), len(counts.document_f1)),
        pairs={group: Ratio(**found) for group, found in sorted(counts.pairs.items())},
        negative_documents=counts.negative_documents,
        false_pairs_on_negatives=counts.false_pairs,
        since=dict(counts.since),
        kind=dict(counts.kind),
        status=dict(counts.status),
        topics=Ratio(**counts.topics),
        topic={topic: Ratio(**found) for topic, found in sorted(counts.topic.items())},
        judged=tuple(counts.judged),
        errors=tuple(counts.errors),
    )


def site_of(document: Mapping[str, Any]) -> str:
    """Return the site of an annotated document: the last two labels of its host's name.

    Documents of one site resemble each other, so they are drawn and left out together. Invented
    notes, and documents without an address, are each a site of their own.
    """
    host = urlsplit(str(document.get("url", ""))).hostname or ""
    if not host or host.endswith("example.org"):
        return str(document["id"])
    return ".".join(host.split(".")[-2:])


def total(parts: Sequence[Scores]) -> Scores:
    """Return the scores of several evaluations taken together."""

    def summed(name: str) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(getattr(part, name))
        return dict(counts)

    def ratios(name: str) -> dict[str, Ratio]:
        groups: dict[str, list[Ratio]] = defaultdict(list)
        for part in parts:
            for group, ratio in getattr(part, name).items():
                groups[group].append(ratio)
        return {group: _sum(found) for group, found in sorted(groups.items())}

    documents = sum(part.documents for part in parts)
    return Scores(
        documents=documents,
        document_f1=_ratio(sum(p.document_f1 * p.documents for p in parts), documents),
        pairs=ratios("pairs"),
        negative_documents=sum(part.negative_documents for part in parts),
        false_pairs_on_negatives=sum(part.false_pairs_on_negatives for part in parts),
        since=summed("since"),
        kind=summed("kind"),
        status=summed("status"),
        topics=_sum([part.topics for part in parts]),
        topic=ratios("topic"),
        judged=tuple(pair for part in parts for pair in part.judged),
        errors=tuple(error for part in parts for error in part.errors),
    )


def _sum(ratios: Sequence[Ratio]) -> Ratio:
    return Ratio(
        hit=sum(ratio.hit for ratio in ratios),
        missed=sum(ratio.missed for ratio in ratios),
        wrong=sum(ratio.wrong for ratio in ratios),
    )


def _count_document(counts: _Counts, document: Mapping[str, Any], left: list[Pair]) -> None:
    gold = document["gold"]["partnerships"]
    optional = [pair for pair in gold if pair.get("optional")]
    wanted = [pair for pair in gold if not pair.get("optional")]
    genre = f"genre:{document.get('genre', '?')}"
    hits = 0
    for pair in wanted:
        match = next((found for found in left if same_pair(pair, found)), None)
        for group in _groups(pair, genre):
            counts.pairs[group]["missed" if match is None else "hit"] += 1
        if match is None:
            counts.errors.append(f"{document['id']} missed {pair['a']} - {pair['b']}")
            continue
        hits += 1
        left.remove(match)
        if "score" in match:
            counts.judged.append((float(match["score"]), True))
        _count_attributes(counts, document["id"], pair, match)
    left = [found for found in left if not any(same_pair(pair, found) for pair in optional)]
    if not wanted:
        counts.negative_documents += 1
        counts.false_pairs += len(left)
    here = Ratio(hit=hits, missed=len(wanted) - hits, wrong=len(left))
    counts.document_f1.append(here.f1 if wanted else float(not left))
    counts.judged += [(float(found["score"]), False) for found in left if "score" in found]
    for found in left:
        for group in _groups(found, genre):
            counts.pairs[group]["wrong"] += 1
        counts.errors.append(f"{document['id']} wrong {found['a']} - {found['b']}")


def _groups(pair: Pair, genre: str) -> list[str]:
    german = pair.get("a_country") == "DE" and pair.get("b_country") == "DE"
    return ["all", genre, *(["german"] if german else [])]


def _count_attributes(counts: _Counts, document_id: str, gold: Pair, found: Pair) -> None:
    since = found.get("since")
    where = f"{document_id} since {gold['a']} - {gold['b']}"
    if gold.get("since") and (since or not gold.get("since_null_ok")):
        right = since in _accepted(gold, "since")
        counts.since["right" if right else "wrong" if since else "none"] += 1
        if not right:
            counts.errors.append(f"{where}: {since} for {gold['since']}")
    elif not gold.get("since") and since and since not in _accepted(gold, "since"):
        counts.since["invented"] += 1
        counts.errors.append(f"{where}: {since} invented")
    kind_right = found.get("kind") in _accepted(gold, "kind")
    counts.kind["right" if kind_right else "wrong"] += 1
    if gold.get("status") not in (None, "unknown"):
        right = found.get("status") in _accepted(gold, "status")
        counts.status["right" if right else "wrong"] += 1
    want = set(gold.get("topics") or ())
    have = set(found.get("topics") or ()) - set(gold.get("topics_optional") or ())
    for topic in want | have:
        outcome = "hit" if topic in want & have else "missed" if topic in want else "wrong"
        counts.topics[outcome] += 1
        counts.topic[topic][outcome] += 1


def same_pair(gold: Pair, found: Pair) -> bool:
    """Return whether both pairs are of the same towns, in either order."""
    return (_same_place(gold, "a", found, "a") and _same_place(gold, "b", found, "b")) or (
        _same_place(gold, "a", found, "b") and _same_place(gold, "b", found, "a")
    )


def _same_place(gold: Pair, side: str, found: Pair, other: str) -> bool:
    gold_id, found_id = gold.get(f"{side}_id"), found.get(f"{other}_id")
    if gold_id and found_id:
        if gold_id == found_id:
            return True
        if gold_id.startswith("ags:") and found_id.startswith("ags:"):
            return False
    countries = gold.get(f"{side}_country"), found.get(f"{other}_country")
    if all(countries) and countries[0] != countries[1]:
        return False
    names = [gold[side], *(gold.get(f"{side}_accept") or ())]
    return any(_same_name(name, found[other]) for name in names)


def _same_name(gold: str, found: str) -> bool:
    """A gold name without disambiguator matches one that has one, never the other way round."""
    (gold_base, gold_extra), (base, extra) = _name_key(gold), _name_key(found)
    if gold_base != base:
        return gold_base + gold_extra == base + extra
    return not gold_extra or gold_extra.startswith(extra[:4] or "-") or gold_extra == extra


def _name_key(name: str) -> tuple[str, str]:
    """Return base and disambiguator of a town's name, folded for comparison."""
    text = unicodedata.normalize("NFC", name).casefold().replace("ß", "ss").strip()
    text = _TRAILING_TITLES.sub("", _TITLES.sub("", text))
    text = re.sub(r"\s*/\s*", " (", text) + (")" if "/" in text else "")
    found = _BRACKET.match(text)
    base, extra = (found.group(1), found.group(2)) if found else (text, "")
    if not extra:
        found = _PREPOSITION.match(base)
        if found:
            base, extra = found.group(1), found.group(2)
    return _letters(base), _letters(extra)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9äöü]+", "", text)


def _accepted(pair: Pair, name: str) -> set[Any]:
    return {pair.get(name), *(pair.get(f"{name}_accept") or ())}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
