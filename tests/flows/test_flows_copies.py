"""An agency text that two papers print counts as one text, in a run and in a build."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows import stages
from flows.cli import run
from flows.stages import Layout
from partnernetz.records import Source
from scrapers.samples import serve_samples

_ARTICLE = """<!DOCTYPE html><html lang="de"><head><title>{title}</title></head><body><main>
<h1>{title}</h1><p>Saarlouis (dpa/lrs) - {lead}</p>
<p>Der Wochenmarkt beginnt im Winter erst um acht Uhr, teilte die Verwaltung mit. Wegen Arbeiten
an der Kanalisation bleibt die Hauptstraße bis zum Monatsende gesperrt, Autos werden über den
Bahnhof umgeleitet. Das Hallenbad öffnet nach der Reparatur der Heizung wieder am Dienstag, die
Eintrittspreise steigen um fünfzig Cent. Die Abfuhr der gelben Tonnen verschiebt sich wegen des
Feiertags um einen Tag. Wer seinen Hund noch nicht angemeldet hat, kann das bis Ende des Jahres
im Rathaus ohne Gebühr nachholen.</p></main></body></html>"""
#: Each desk wrote a lead of its own, and the rest is the agency's.
_LEADS = {
    "anzeiger": "Die Städte Saarlouis und Eisenhüttenstadt sind seit 1986 Partnerstädte.",
    "bote": "Zwischen Eisenhüttenstadt und Saarlouis besteht seit 1986 eine Städtepartnerschaft, "
    "die erste zwischen Ost und West.",
}


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """Return the folder of a run that has crawled and extracted both papers."""
    sites, papers = tmp_path / "sites", []
    for number, (name, lead) in enumerate(_LEADS.items()):
        (sites / name).mkdir(parents=True)
        page = _ARTICLE.format(title=f"Meldungen im {name.title()}", lead=lead)
        (sites / name / "index.html").write_text(page, encoding="utf-8")
        host = f"127.0.0.1:{48950 + number}"
        papers.append(
            Source(id=name, name=name, kind="press", start=(f"http://{host}/",), hosts=(host,))
        )
    layout = Layout(folder=tmp_path / "run")
    with ExitStack() as stack:
        served = stack.enter_context(serve_samples(sites, sources=papers))
        crawled = stages.crawl_sources(served, archive=layout.archive, only=None, resume=False)
    _, orders = stages.plan_parts(layout, crawled=crawled)
    parts = [stages.carry_out(order) for order in orders]
    stages.publish_parts(layout, parts, crawled=crawled, lost=())
    yield layout


def counts(release: Path) -> tuple[int, int, float]:
    """Return the documents of the only partnership, the texts of its founding, its belief."""
    (pair,) = pq.read_table(release / "partnerships.parquet").to_pylist()
    events = pq.read_table(release / "events.parquet").to_pylist()
    return pair["document_count"], max(row["text_count"] for row in events), pair["belief"]


def test_copies_count_once(layout: Layout, tmp_path: Path) -> None:
    in_run = counts(layout.release)
    assert in_run[:2] == (2, 1)

    evidence = str(layout.evidence)
    listed = str(layout.archive / "duplicates.jsonl")
    assert run(["build", evidence, "--out", str(tmp_path / "plain")]) == 0
    documents, texts, belief = counts(tmp_path / "plain")
    assert (documents, texts) == (2, 2) and belief > in_run[2]

    assert run(["build", evidence, "--out", str(tmp_path / "told"), "--duplicates", listed]) == 0
    assert counts(tmp_path / "told") == in_run


def test_a_list_of_copies_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "e.jsonl").write_text("")
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"id": 3}\n', encoding="utf-8")
    orders = ["build", str(tmp_path / "e.jsonl"), "--out", str(tmp_path / "out")]
    assert run([*orders, "--duplicates", str(wrong)]) == 1
    assert "wrong.jsonl, line 1" in capsys.readouterr().err
    assert run([*orders, "--duplicates", str(tmp_path / "gone.jsonl")]) == 1
    assert "gone.jsonl: check the path" in capsys.readouterr().err
