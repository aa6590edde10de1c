from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from partnernetz.errors import StageError
from scrapers.visits import OUTCOMES, VISITS_FILE, Visit, Visits

_PROJECT = Path(__file__).resolve().parents[2]
_CRAWL = "2026-11-26T10:00:00Z"


def _visit(number: int = 1, **values: Any) -> Visit:
    default: dict[str, Any] = {
        "source_id": "hof",
        "url": f"http://hof.example/{number}",
        "final_url": f"http://hof.example/{number}",
        "at": f"2026-11-26T10:00:{number:02d}Z",
        "crawl": _CRAWL,
        "outcome": "stored",
        "status": 200,
        "digest": f"sha256:{number}",
        "archive_file": "a.warc.gz",
        "archive_offset": number,
    }
    return Visit(**{**default, **values})


def test_visits_come_back_as_they_were_added(tmp_path: Path) -> None:
    full = _visit(
        3, slug="robots_disallowed", rule="robots", message="m", status=200, media_type="text/html",
        etag='"1"', last_modified="x", archive_record="<r>", archive_length=7,
        legal_basis="§ 44b UrhG", retain_until="2027-01-01", fingerprint="ff",
    )  # fmt: skip
    visits = [_visit(1), _visit(2), full]
    with Visits(tmp_path) as first:
        for visit in visits:
            first.add(visit)
    with Visits(tmp_path) as second:
        assert list(second) == visits and len(second) == 3


def test_a_record_is_added_once(tmp_path: Path) -> None:
    with Visits(tmp_path) as visits:
        visits.add(_visit(1))
        visits.add(_visit(1, at="later"))
        for _ in range(2):  # failures have no record and are all kept
            visits.add(_visit(2, outcome="failed", archive_file=None, archive_offset=None))
        assert len(visits) == 3


def test_unknown_outcomes_are_refused(tmp_path: Path) -> None:
    with Visits(tmp_path) as visits:
        for number, outcome in enumerate(OUTCOMES):
            visits.add(_visit(number, outcome=outcome))
        assert len(visits) == len(OUTCOMES)
        with pytest.raises(sqlite3.IntegrityError):
            visits.add(_visit(99, outcome="lost"))


def test_what_a_crawl_decided_and_met(tmp_path: Path) -> None:
    with Visits(tmp_path) as visits:
        visits.add(_visit(1, url="http://hof.example/old"))
        visits.add(_visit(2, outcome="failed", final_url="http://hof.example/error"))
        found = [
            visits.decided(
                url=f"http://hof.example/{path}", **{"crawl": _CRAWL, "source_id": "hof", **other}
            )
            for path, other in [
                ("old", {}), ("2", {}), ("1", {}), ("old", {"crawl": "x"}),
                ("old", {"source_id": "gera"}),
            ]
        ]  # fmt: skip
        assert [visit and visit.outcome for visit in found] == [
            "stored",
            "failed",
            None,
            None,
            None,
        ]
        where = {"crawl": _CRAWL, "source_id": "hof"}
        assert visits.has_met(final_url="http://hof.example/1", **where)
        assert not visits.has_met(final_url="http://hof.example/error", **where)
        assert not visits.has_met(final_url="http://hof.example/1", crawl="x", source_id="hof")


def test_bodies_are_found_while_their_file_is_there(tmp_path: Path) -> None:
    with Visits(tmp_path) as visits:
        visits.add(_visit(1))
        visits.add(_visit(2, url=_visit(1).url, outcome="unchanged", digest="sha256:1"))
        visits.add(_visit(3, outcome="failed", digest=None))
        wanted = {"source_id": "hof", "final_url": "", "digest": "sha256:1"}
        found = visits.body(**wanted)
        assert found == _visit(1)
        assert [one.outcome for one in visits.history(source_id="hof", url=_visit(1).url)] == [
            "stored",
            "unchanged",
        ]
        visits.cover("a.warc.gz", to=9)
        assert visits.covered() == {"a.warc.gz": 9}
        visits.forget_file("a.warc.gz")
        assert visits.body(**wanted) is None
        assert len(visits) == 3 and visits.covered() == {}


def test_links_are_kept_for_a_while(tmp_path: Path) -> None:
    where = {"crawl": "1", "source_id": "hof", "url": "u"}
    with Visits(tmp_path) as visits:
        assert visits.kept_links(**where) == []
        visits.keep_links(**where, links=[{"address": "ä"}])
        assert visits.kept_links(**where) == [{"address": "ä"}]
        visits.drop_links()
        assert visits.kept_links(**where) == []


def test_together_is_all_or_nothing(tmp_path: Path) -> None:
    with Visits(tmp_path) as visits:
        with pytest.raises(ZeroDivisionError), visits.together():
            visits.add(_visit(1))
            _ = 1 / 0
        assert len(visits) == 0


def test_what_is_no_database_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / VISITS_FILE).write_bytes(b"no database at all, whatever it is called" * 9)
    with Visits(tmp_path) as visits:
        visits.add(_visit(1))
    assert (tmp_path / f"{VISITS_FILE}.broken").is_file()


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / VISITS_FILE).mkdir()
    with pytest.raises(StageError, match=r"crawl\.sqlite"):
        Visits(tmp_path)


_WRITER = """
import sys
from pathlib import Path
from scrapers.visits import Visit, Visits
visits = Visits(Path(sys.argv[1]))
for number in range(10**6):
    url = str(number)
    visits.add(Visit(source_id="a", url=url, final_url=url, at="", crawl="", outcome="failed"))
    print(number, flush=True)
"""


def test_what_was_added_survives_a_kill(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=_PROJECT,
        env={**os.environ, "PYTHONPATH": str(_PROJECT)},
    )
    assert process.stdout is not None
    for _ in range(50):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    said = 50 + len(process.stdout.read().splitlines())
    process.wait()
    process.stdout.close()
    with Visits(tmp_path) as visits:
        assert len(visits) >= said
    database = sqlite3.connect(tmp_path / VISITS_FILE)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
