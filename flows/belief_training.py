"""Learn how often texts err, and see how far belief can be believed (``make train-belief``).

``make train`` writes what models said of pairs of sites that they had not seen; from that file the
table of ``network/belief.toml`` is learned in seconds.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from network.belief_fitting import Believed, Fitted, JudgedStatement
from partnernetz.errors import InputError, PartnernetzError
from partnernetz.paths import default_data_folder
from partnernetz.records import Evidence, SourceKind

if TYPE_CHECKING:
    from nlp.training import HeldOutPair

#: Which kind of source a genre of the annotated documents is; all else is unknown.
KIND_OF_GENRE: Mapping[str, SourceKind] = {
    "municipal": "municipality",
    "district": "district",
    "association": "association",
    "press": "press",
    "encyclopedia": "encyclopedia",
    "government": "government",
}
_COLUMNS = ("document", "site", "kind", "a", "b", "rule", "score", "is_right")
_ROUNDS, _SEED = 1_000, 2026


def held_out_file() -> Path:
    """Return where lies what models said of pairs of sites that they had not seen."""
    return default_data_folder() / "annotated" / "held_out.csv"


def source_kind(annotated: Mapping[str, Any]) -> SourceKind:
    """Return the kind of source of an annotated document; pages without any pair have an owner."""
    genre = annotated.get("genre", "")
    if genre == "negative" and annotated.get("host"):
        return "municipality"
    return KIND_OF_GENRE.get(genre, "unknown")


def write_held_out(
    pairs: Iterable[HeldOutPair], gold: Iterable[Mapping[str, Any]], *, path: Path | None = None
) -> None:
    """Write the pairs that models state of sites that they had not seen, as CSV."""
    from partnernetz.storage import write_text

    kinds = {str(document["id"]): source_kind(document) for document in gold}
    rows = [
        (
            pair.document,
            pair.site,
            kinds[pair.document],
            *sorted((pair.a, pair.b)),
            pair.rule,
            pair.score,
            str(pair.is_right).lower(),
        )
        for pair in pairs
        if pair.is_stated
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_COLUMNS, *sorted(rows)])
    write_text(path or held_out_file(), text.getvalue())


def read_held_out(path: Path | None = None) -> tuple[JudgedStatement, ...]:
    """Return what ``write_held_out`` wrote; raises InputError where it is missing or torn."""
    source = path or held_out_file()
    try:
        with source.open(encoding="utf-8", newline="") as file:
            return tuple(_judged(row) for row in csv.DictReader(file))
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{source} is missing or torn: run `make train`.") from error


def _judged(row: Mapping[str, str]) -> JudgedStatement:
    return JudgedStatement(
        document=row["document"],
        site=row["site"],
        pair=(row["a"], row["b"]),
        rule=row["rule"],
        kind=row["kind"],
        score=float(row["score"]),
        is_right=row["is_right"] == "true",
    )


def learn() -> Fitted:
    """Write ``network/belief.toml``, the same bytes each time, and return what was learned."""
    from network.belief import BELIEF_FILE
    from network.belief_fitting import as_toml, fit
    from partnernetz.storage import write_text

    fitted = fit(read_held_out())
    write_text(BELIEF_FILE, as_toml(fitted))
    return fitted


def believe_corpus(corpus: Path) -> tuple[Believed, ...]:
    """Return the beliefs in all pairs that are read from an annotated corpus, as in a release.

    A pair is right if any document that it was read from has it; pairs that annotation neither
    demands nor forbids are left out. Raises InputError where the corpus cannot be read.
    """
    from flows.options import load_gazetteer
    from network.assembly import assemble

    lines, evidence = _extracted(corpus)
    documents = {item.id: item.document.id for item in evidence}
    pairs = {item.id: item for item in evidence}
    found = []
    for partnership in assemble(evidence, gazetteer=load_gazetteer()):
        sources = {documents[key]: pairs[key] for key in partnership.evidence_ids}
        verdicts = [_verdict(item, lines[document]) for document, item in sources.items()]
        if any(verdict is not None for verdict in verdicts):
            found.append(
                Believed(
                    belief=partnership.belief,
                    is_right=any(verdicts),
                    site=_site(lines[min(sources)]),
                )
            )
    return tuple(found)


def _extracted(corpus: Path) -> tuple[dict[str, Mapping[str, Any]], list[Evidence]]:
    from flows.training import read_corpus
    from nlp.extract import Extractor

    documents, gold = read_corpus(corpus)
    extractor = Extractor()
    lines: dict[str, Mapping[str, Any]] = {}
    evidence: list[Evidence] = []
    for document, annotated in zip(documents, gold, strict=True):
        extraction = extractor.extract(document)
        reference = replace(document.reference, source_kind=source_kind(annotated))
        lines[reference.id] = annotated
        evidence += [replace(item, document=reference) for item in extraction.evidence]
    return lines, evidence


def _verdict(item: Evidence, annotated: Mapping[str, Any]) -> bool | None:
    """Return whether the annotation has the pair, None where it leaves it open."""
    from nlp.evaluate import same_pair

    names = {
        f"{end}{suffix}": value
        for end, place in (("a", item.a), ("b", item.b))
        for suffix, value in (("", place.name), ("_id", place.id), ("_country", place.country))
    }
    matching = [pair for pair in annotated["gold"]["partnerships"] if same_pair(pair, names)]
    if matching and matching[0].get("optional"):
        return None
    return bool(matching)


def _site(annotated: Mapping[str, Any]) -> str:
    from nlp.evaluate import site_of

    return site_of(annotated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The expected calibration error of beliefs (0 to 1) in a number of pairs.

    ``low`` and ``high`` are its 95 % interval by a bootstrap over sites; ``by_chance`` is what
    beliefs that mean exactly what they say would get on as many pairs.
    """

    pairs: int
    right: int
    mean_belief: float
    error: float
    low: float
    high: float
    by_chance: float


def calibration_of(believed: Sequence[Believed]) -> Calibration:
    """Return how far beliefs mean what they say; the same ones give the same figures."""
    from nlp.calibration import calibration_error

    chance = random.Random(_SEED)
    by_site: dict[str, list[Believed]] = defaultdict(list)
    for item in believed:
        by_site[item.site].append(item)
    sites = [by_site[site] for site in sorted(by_site)]
    drawn, simulated = [], []
    for _ in range(_ROUNDS):
        sample = [item for site in chance.choices(sites, k=len(sites)) for item in site]
        drawn.append(calibration_error((item.belief, item.is_right) for item in sample))
        simulated.append(
            calibration_error((item.belief, chance.random() < item.belief) for item in believed)
        )
    drawn.sort()
    edge = int(0.025 * _ROUNDS)
    return Calibration(
        pairs=len(believed),
        right=sum(item.is_right for item in believed),
        mean_belief=sum(item.belief for item in believed) / max(1, len(believed)),
        error=calibration_error((item.belief, item.is_right) for item in believed),
        low=drawn[edge],
        high=drawn[-1 - edge],
        by_chance=sum(simulated) / _ROUNDS,
    )


def describe(name: str, believed: Sequence[Believed]) -> str:
    """Return a line with the calibration of beliefs, sums only."""
    found = calibration_of(believed)
    return (
        f"{name}: {found.pairs} pairs, {found.right} right, mean belief {found.mean_belief:.3f}, "
        f"expected calibration error {found.error:.3f} (95 % {found.low:.3f} to {found.high:.3f}; "
        f"{found.by_chance:.3f} by chance alone)"
    )


def main() -> int:
    """Learn the table, or with ``--check`` only tell how the present one does on a corpus."""
    parser = argparse.ArgumentParser(prog="python -m flows.belief_training")
    parser.add_argument("--check", nargs="+", type=Path, default=[], metavar="CORPUS")
    arguments = parser.parse_args()
    try:
        if not arguments.check:
            print(describe("sites left out", learn().believed))
        for corpus in arguments.check:
            print(describe(corpus.stem, believe_corpus(corpus)))
    except PartnernetzError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
