"""Speed and memory of a release against pandas reading and grouping the same evidence."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from partnernetz.paths import default_data_folder
from partnernetz.records import Evidence
from partnernetz.storage import arrow_schema

SIZES = (10_000, 100_000, 1_000_000)
#: What holds of assembly, from files to partnerships: against pandas as it comes, which makes
#: dictionaries of the places, and against pandas with Arrow's types, which does not.
MOST_TIMES, MOST_TIMES_ARROW, MOST_EXPONENT, MOST_MEGABYTES = 6.0, 15.0, 1.1, 3_000

ROWS_A_PAIR, ROWS_A_DOCUMENT, PUBLISHERS = 10, 5, 4_000
EVENT_SHARES = {
    "existence": 0.45,
    "founding": 0.15,
    "signing": 0.12,
    "cooperation": 0.14,
    "decision": 0.04,
    "contact": 0.04,
    "renewal": 0.03,
    "dormancy": 0.01,
    "revival": 0.01,
    "end": 0.01,
}
KIND_SHARES = {"partnership": 0.92, "friendship": 0.05, "sponsorship": 0.03}
SOURCE_SHARES = {"municipality": 0.6, "press": 0.25, "encyclopedia": 0.05, "unknown": 0.1}
TOPICS = ("administration", "culture", "sport", "education", "health", "heritage")
WORDS, WORDS_A_QUOTATION = 5_000, 14


def write_evidence(path: Path, rows: int) -> None:
    """Write made-up evidence between real places: ten rows a pair, five a document.

    Every tenth quotation repeats another one, as copies of agency texts do.
    """
    chance = np.random.default_rng(1986)
    places = pq.read_table(
        default_data_folder() / "reference" / "places.parquet", columns=["id", "name", "country"]
    )
    pairs = rows // ROWS_A_PAIR
    first, second = (chance.integers(0, 20_000, pairs) for _ in range(2))
    second = np.where(first == second, second + 1, second)
    pair = chance.integers(0, pairs, rows)
    table = pa.table(
        {
            "id": pa.array([f"evidence:{number:016x}" for number in range(rows)]),
            "document": _documents(chance.integers(0, rows // ROWS_A_DOCUMENT, rows), chance),
            "a": _places(places.take(pa.array(first[pair]))),
            "b": _places(places.take(pa.array(second[pair]))),
            "kind": _drawn(chance, KIND_SHARES, rows),
            "event": _drawn(chance, EVENT_SHARES, rows),
            "quotation": _quotations(chance, rows),
            "start": pa.array(chance.integers(0, 5_000, rows)),
            "end": pa.array(chance.integers(5_000, 6_000, rows)),
            "rule": pa.array(np.where(chance.random(rows) < 0.5, "ranker/existence", "list/sign")),
            "score": pa.array(np.round(chance.uniform(0.35, 1, rows), 4)),
            "date": _dates(chance, pair),
            "status": pa.array(["active"] * rows, mask=chance.random(rows) < 0.5),
            "topics": _topics(chance, rows),
            "modality": _drawn(chance, {"asserted": 0.97, "planned": 0.02, "denied": 0.01}, rows),
            "page": pa.nulls(rows, pa.int64()),
        }
    )
    pq.write_table(table.cast(arrow_schema(Evidence)), path, compression="zstd")


def _documents(number: np.ndarray, chance: np.random.Generator) -> pa.StructArray:
    many = int(number.max()) + 1
    publisher = chance.integers(0, PUBLISHERS, many)
    names = list(SOURCE_SHARES)
    kind_of = chance.choice(len(names), PUBLISHERS, p=list(SOURCE_SHARES.values()))
    published = [f"{y}-{m:02d}-11" for y, m in zip(*_years_months(chance, many), strict=True)]
    columns = {
        "id": [f"document:{n:016x}" for n in range(many)],
        "url": [f"https://www.seite{p}.example/artikel/{n}" for n, p in enumerate(publisher)],
        "title": [f"Partnerstädte, Seite {n % 500}" for n in range(many)],
        "language": ["de"] * many,
        "published": [date if n % 3 == 0 else None for n, date in enumerate(published)],
        "host_place_id": [None] * many,
        "source_id": [f"seite{p}" for p in publisher],
        "source_kind": [names[kind_of[p]] for p in publisher],
        "fetched_at": ["2026-11-01T10:00:00Z"] * many,
        "digest": [f"sha256:{n:064x}" for n in range(many)],
        "archive_file": [f"crawl-{p % 40:05d}.warc.gz" for p in publisher],
        "archive_record": [f"<urn:uuid:{n:032x}>" for n in range(many)],
    }
    taken = pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()}).take(
        pa.array(number)
    )
    return _struct(taken)


def _years_months(chance: np.random.Generator, rows: int) -> tuple[list[int], list[int]]:
    return chance.integers(1996, 2026, rows).tolist(), chance.integers(1, 13, rows).tolist()


def _places(rows: pa.Table) -> pa.StructArray:
    count = rows.num_rows
    return _struct(
        rows.append_column("surface", rows["name"]).append_column(
            "reason", pa.array(["largest of the name"] * count)
        )
    )


def _struct(table: pa.Table) -> pa.StructArray:
    return pa.StructArray.from_arrays(
        [column.combine_chunks() for column in table.columns], names=table.column_names
    )


def _drawn(chance: np.random.Generator, shares: dict[str, float], rows: int) -> pa.Array:
    return pa.array(chance.choice(list(shares), rows, p=list(shares.values())))


def _quotations(chance: np.random.Generator, rows: int) -> pa.Array:
    """Return sentences whose words are as unevenly frequent as those of a language (Zipf)."""
    shares = 1 / np.arange(1, WORDS + 1)
    words = np.array([f"wort{number:x}" for number in range(WORDS)])
    drawn = chance.choice(words, (rows, WORDS_A_QUOTATION), p=shares / shares.sum()).tolist()
    texts = [f"{' '.join(row)}." for row in drawn]
    return pa.array([texts[n - n % 10] if n % 10 == 9 else texts[n] for n in range(rows)])


def _dates(chance: np.random.Generator, pair: np.ndarray) -> pa.Array:
    """Return dates around a year of each pair's own; half of the rows have none."""
    rows = len(pair)
    years = 1955 + pair % 65 + chance.choice([0, 0, 0, 0, 1, 5], rows)
    exact = chance.random(rows) < 0.4
    months, days = chance.integers(1, 13, rows), chance.integers(1, 29, rows)
    texts = [
        f"{y}-{m:02d}-{d:02d}" if is_exact else f"{y}"
        for y, m, d, is_exact in zip(years, months, days, exact, strict=True)
    ]
    return pa.array(texts, mask=chance.random(rows) < 0.5)


def _topics(chance: np.random.Generator, rows: int) -> pa.ListArray:
    has = chance.random(rows) < 0.14
    offsets = np.concatenate([[0], np.cumsum(has)])
    values = chance.choice(TOPICS, int(has.sum()))
    item = pa.field("item", pa.string(), nullable=False)
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.array(values), type=pa.list_(item)
    )


_COMMON = """
import json, pathlib, resource, sys, time
path = pathlib.Path(sys.argv[1])
def done(begun):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.process_time() - begun, "megabytes": peak}))
"""
ASSEMBLY = """
from flows.building import read_statements
from network.assembly import assemble_table
from network.checking import check_table
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
begun = time.process_time()
gazetteer = Gazetteer.load(default_data_folder() / "reference")
table, _ = check_table(read_statements([path]).evidence)
assemble_table(table, gazetteer=gazetteer)
done(begun)
"""
RELEASE = """
from flows.building import build_release
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
begun = time.process_time()
folder = default_data_folder() / "reference"
build_release(
    [path], out=path.with_suffix(""), gazetteer=Gazetteer.load(folder), reference_folder=folder
)
done(begun)
"""
_GROUPING = """
swapped = a > b
frame = frame.assign(low=a.where(~swapped, b), high=b.where(~swapped, a), source=document)
frame.groupby(["low", "high"]).agg(
    evidence=("id", list), documents=("source", "nunique"), score=("score", "max"),
    first=("date", "min"), kind=("kind", "first"),
)
done(begun)
"""
PANDAS = f"""
import pandas
begun = time.process_time()
frame = pandas.read_parquet(path)
a, b, document = (frame[name].map(lambda value: value["id"]) for name in ("a", "b", "document"))
{_GROUPING}"""
PANDAS_ARROW = f"""
import pandas
begun = time.process_time()
frame = pandas.read_parquet(path, dtype_backend="pyarrow")
a, b, document = (frame[name].struct.field("id") for name in ("a", "b", "document"))
{_GROUPING}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of the processor, which other processes do not disturb, and the peak of memory."""

    seconds: float
    megabytes: float


def cost_of(code: str, path: Path) -> Cost:
    """Return what a process of its own costs that runs the code on a file."""
    command = [sys.executable, "-c", _COMMON + code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def exponent(costs: dict[int, Cost]) -> float:
    """Return the slope of seconds over rows, both as logarithms, by least squares."""
    rows = [math.log(size) for size in costs]
    return float(np.polyfit(rows, [math.log(cost.seconds) for cost in costs.values()], 1)[0])


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("evidence")
    files = {size: folder / f"evidence-{size}.parquet" for size in SIZES}
    for size, path in files.items():
        write_evidence(path, size)
    return files


def show(name: str, costs: dict[int, Cost]) -> None:
    print(f"\n{name}")
    for size, cost in costs.items():
        print(f"{size:10,} rows {cost.seconds:9.1f} s {cost.megabytes:8.0f} MB")
    print(f"grows with the exponent {exponent(costs):.2f}")


@pytest.mark.bench
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in kilobytes there")
@pytest.mark.parametrize(("name", "code"), [("assembly", ASSEMBLY), ("release", RELEASE)])
def test_cost_against_pandas_reading_and_grouping(
    evidence: dict[int, Path], name: str, code: str
) -> None:
    costs = {size: cost_of(code, path) for size, path in evidence.items()}
    largest = evidence[SIZES[-1]]
    plain, arrow = (cost_of(code, largest).seconds for code in (PANDAS, PANDAS_ARROW))
    times, times_arrow = (costs[SIZES[-1]].seconds / seconds for seconds in (plain, arrow))
    show(name, costs)
    print(f"pandas                 {plain:8.1f} s: {times:.1f} times as long")
    print(f"pandas, Arrow's types  {arrow:8.1f} s: {times_arrow:.1f} times as long")
    assert costs[SIZES[-1]].megabytes < MOST_MEGABYTES
    assert exponent(costs) <= MOST_EXPONENT
    if name == "assembly":
        assert times < MOST_TIMES
        assert times_arrow < MOST_TIMES_ARROW
