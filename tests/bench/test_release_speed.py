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
from partnernetz.records import DocumentReference, Evidence
from partnernetz.storage import arrow_schema

SIZES = (10_000, 100_000, 1_000_000)
MOST_EXPONENT, MOST_MEGABYTES = 1.1, 3_000
#: The target for the time of a release over that of pandas reading and grouping the same file, and
#: what is reached, with a margin. Pandas as it comes makes dictionaries of the places, with Arrow's
#: types it does not. The network is what files add up to in memory, before tables and files.
TARGET_TIMES = 6.0
MOST_TIMES = {"network": TARGET_TIMES, "release": 10.0}
MOST_TIMES_ARROW = {"network": 10.0, "release": 26.0}

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

    Every tenth quotation on a pair repeats another one on it, half of them with the name of an
    agency before it.
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
            "quotation": _quotations(chance, pair),
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
        "modified": [None] * many,
        "agency": ["dpa" if n % 40 == 0 else None for n in range(many)],
        "is_stub": [False] * many,
    }
    documents = pa.table(columns).cast(arrow_schema(DocumentReference))
    return _struct(documents.take(pa.array(number)))


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


def _quotations(chance: np.random.Generator, pair: np.ndarray) -> pa.Array:
    """Return sentences whose words are as unevenly frequent as those of a language (Zipf)."""
    shares = 1 / np.arange(1, WORDS + 1)
    words = np.array([f"wort{number:x}" for number in range(WORDS)])
    drawn = chance.choice(words, (len(pair), WORDS_A_QUOTATION), p=shares / shares.sum()).tolist()
    texts = [f"{' '.join(row)}." for row in drawn]
    order = np.argsort(pair, kind="stable").tolist()
    for number, (row, copy) in enumerate(zip(order[8::10], order[9::10], strict=True)):
        if pair[row] == pair[copy]:
            texts[copy] = f"Berlin (dpa): {texts[row]}" if number % 2 else texts[row]
    return pa.array(texts)


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
import json, pathlib, sys, time
path = pathlib.Path(sys.argv[1])
stages = {}
def done(begun):
    # of this program alone: what getrusage tells begins with the memory of its parent
    status = pathlib.Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    wall = time.perf_counter() - begun[1]
    seconds = time.process_time() - begun[0]
    print(json.dumps({"seconds": seconds, "wall": wall, "megabytes": peak, "stages": stages}))
"""
RELEASE = """
import importlib
from flows import building
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
publishing = importlib.import_module("network.release.publish")
def timed(module, name):
    function = getattr(module, name)
    def run(*arguments, **options):
        start = time.process_time()
        result = function(*arguments, **options)
        stages[name] = time.process_time() - start
        return result
    setattr(module, name, run)
timed(building, "read_statements")
for name in ("make_network", "make_tables", "network_measures", "write_release"):
    timed(publishing, name)
begun = time.process_time(), time.perf_counter()
folder = default_data_folder() / "reference"
building.build_release(
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
begun = time.process_time(), time.perf_counter()
frame = pandas.read_parquet(path)
a, b, document = (frame[name].map(lambda value: value["id"]) for name in ("a", "b", "document"))
{_GROUPING}"""
PANDAS_ARROW = f"""
import pandas
begun = time.process_time(), time.perf_counter()
frame = pandas.read_parquet(path, dtype_backend="pyarrow")
a, b, document = (frame[name].struct.field("id") for name in ("a", "b", "document"))
{_GROUPING}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took: seconds of the processor, which other processes disturb less, and of the
    clock, the peak of memory, and the processor's seconds by stage."""

    seconds: float
    wall: float
    megabytes: float
    stages: dict[str, float]

    @property
    def network(self) -> float:
        """Seconds from the file to the network in memory."""
        return self.stages["read_statements"] + self.stages["make_network"]


def cost_of(code: str, path: Path) -> Cost:
    """Return what a process of its own costs that runs the code on a file."""
    command = [sys.executable, "-c", _COMMON + code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def exponent(seconds: dict[int, float]) -> float:
    """Return the slope of seconds over rows, both as logarithms, by least squares."""
    rows = [math.log(size) for size in seconds]
    return float(np.polyfit(rows, [math.log(value) for value in seconds.values()], 1)[0])


def show(costs: dict[int, Cost]) -> None:
    for size, cost in costs.items():
        stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in cost.stages.items())
        print(
            f"{size:10,} rows {cost.seconds:7.1f} s of the processor, {cost.wall:7.1f} s in all, "
            f"{cost.megabytes:6,.0f} MB\n{'':16}{stages}",
            flush=True,
        )


@pytest.mark.bench
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_release_costs_some_times_what_pandas_takes_to_read_and_group(tmp_path: Path) -> None:
    files = {size: tmp_path / f"evidence-{size}.parquet" for size in SIZES}
    for size, path in files.items():
        write_evidence(path, size)
    largest = files[SIZES[-1]]
    # before and after: a loaded machine does not run at one speed
    before = cost_of(PANDAS, largest), cost_of(PANDAS_ARROW, largest)
    print()
    costs = {size: cost_of(RELEASE, path) for size, path in files.items()}
    after = cost_of(PANDAS, largest), cost_of(PANDAS_ARROW, largest)
    plain, arrow = (
        (one.seconds + other.seconds) / 2 for one, other in zip(before, after, strict=True)
    )
    show(costs)
    taken = {"network": costs[SIZES[-1]].network, "release": costs[SIZES[-1]].seconds}
    for name, seconds in {"pandas": plain, "pandas, Arrow's types": arrow}.items():
        times = ", ".join(f"{part} {value / seconds:.1f}" for part, value in taken.items())
        print(f"{name:22} {seconds:6.1f} s; times as long: {times} (target {TARGET_TIMES:g})")
    slopes = {
        "network": exponent({size: cost.network for size, cost in costs.items()}),
        "release": exponent({size: cost.seconds for size, cost in costs.items()}),
    }
    for name, slope in slopes.items():
        print(f"the {name} grows with the exponent {slope:.2f} (target {MOST_EXPONENT:g})")
    assert costs[SIZES[-1]].megabytes < MOST_MEGABYTES
    assert max(slopes.values()) <= MOST_EXPONENT
    for part, seconds in taken.items():
        assert seconds / plain < MOST_TIMES[part]
        assert seconds / arrow < MOST_TIMES_ARROW[part]
