"""Deleting pages from real archive files, killed in between, torn, foreign."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from partnernetz.errors import UsageError
from scrapers import purging
from scrapers.archive import read_pages
from scrapers.archive_index import cover_files, read_body
from scrapers.archive_writing import ArchiveWriter, Exchange, Original
from scrapers.cdxj import CDXJ_FILE
from scrapers.locking import locked
from scrapers.purging import PurgeReport, purge
from scrapers.visits import Visit, Visits

_TODAY = "2026-11-26"


def _exchange(number: int, day: str, **values: Any) -> Exchange:
    default: dict[str, Any] = {
        "url": f"http://hof.example/{number}",
        "final_url": f"http://hof.example/{number}",
        "source_id": "hof",
        "depth": 1,
        "via": "",
        "fetched_at": f"{day}T10:00:{number % 60:02d}Z",
        "status": 200,
        "request_headers": (),
        "response_headers": (("Content-Type", "text/html"),),
        "body": f"<p>Seite {number} vom {day}</p>".encode() * 20,
        "crawl": f"{day}T09:00:00Z",
        "legal_basis": "§ 44b UrhG",
        "retain_until": str(int(day[:4]) + 1) + day[4:],
    }
    return Exchange(**{**default, **values})


def _write(folder: Path, days: list[str], *, stem: str = "hof") -> list[Exchange]:
    writer = ArchiveWriter(folder, stem=stem)
    exchanges = [_exchange(number, day) for number, day in enumerate(days)]
    for exchange in exchanges:
        writer.add(exchange)
    writer.close()
    return exchanges


def _revisit(folder: Path, original: Exchange, day: str) -> None:
    writer = ArchiveWriter(folder, stem=f"without-text-{day}")
    with Visits(folder) as visits:
        cover_files(folder, visits)
        (holder,) = [one for one in visits if one.digest == original.digest]
    writer.add(
        _exchange(0, day, url=original.url, final_url=original.final_url, body=original.body),
        original=Original(
            record=holder.archive_record or "",
            url=holder.final_url,
            fetched_at=holder.at,
            digest=original.digest,
        ),
    )
    writer.close()


def _bodies(folder: Path) -> list[bytes]:
    return [body for path in sorted(folder.glob("[!.]*.warc*")) for _, body in read_pages(path)]


def _visits(folder: Path) -> list[Visit]:
    with Visits(folder) as visits:
        return list(visits)


def _assert_whole(folder: Path) -> None:
    """Every visit that has a place has its record there, and the files hold nothing else."""
    placed = [one for one in _visits(folder) if one.archive_file]
    for visit in placed:
        if visit.outcome == "stored":
            body = read_body(folder, visit)
            assert body is not None
    with Visits(folder) as visits:
        before = len(visits)
        cover_files(folder, visits)
        assert len(visits) == before
    stored = [one for one in placed if one.outcome == "stored"]
    assert len(stored) == len(_bodies(folder))
    lines = (folder / CDXJ_FILE).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(placed)


def test_old_pages_go_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    exchanges = _write(tmp_path, ["2025-01-01", "2026-01-01", "2025-06-01", "2026-06-01"])
    before = gzip.decompress((tmp_path / "hof-001.warc.gz").read_bytes())
    report = purge(tmp_path, today=_TODAY, before="2026-01-01")
    assert (report.pages, report.revisits, report.dereferenced) == (2, 0, 0)
    assert report.rewritten == ("hof-001.warc.gz",) and not report.removed and not report.left
    assert report.freed > 0
    assert _bodies(tmp_path) == [exchanges[1].body, exchanges[3].body]
    content = gzip.decompress((tmp_path / "hof-001.warc.gz").read_bytes())
    assert b"vom 2025" not in content
    for record in content.split(b"WARC/1.1\r\n")[1:]:
        assert record in before  # to the byte
    assert content.count(b"WARC/1.1") == 1 + 2 * 3
    visits = _visits(tmp_path)
    assert [bool(one.purged_on) for one in visits] == [True, False, True, False]
    assert visits[0].purged_on == _TODAY and visits[0].outcome == "stored"
    assert visits[0].archive_record and visits[0].archive_file is None
    _assert_whole(tmp_path)
    assert purge(tmp_path, today="2027-01-01", before="2026-01-01") == PurgeReport()
    assert _visits(tmp_path) == visits


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    _write(tmp_path, ["2025-01-01", "2026-01-01"])
    content = (tmp_path / "hof-001.warc.gz").read_bytes()
    report = purge(tmp_path, today=_TODAY, before="2026-01-01", is_dry_run=True)
    assert (report.pages, report.rewritten) == (1, ("hof-001.warc.gz",))
    assert (tmp_path / "hof-001.warc.gz").read_bytes() == content
    assert all(one.purged_on is None for one in _visits(tmp_path))


def test_a_file_of_which_nothing_stays_is_removed(tmp_path: Path) -> None:
    _write(tmp_path, ["2025-01-01", "2025-02-01"])
    report = purge(tmp_path, today=_TODAY, before="2026-01-01")
    assert report.removed == ("hof-001.warc.gz",) and not report.rewritten
    assert not list(tmp_path.glob("*.warc*"))
    assert [one.purged_on for one in _visits(tmp_path)] == [_TODAY] * 2
    _assert_whole(tmp_path)


def test_what_is_past_its_retention_date_goes(tmp_path: Path) -> None:
    exchanges = _write(tmp_path, ["2025-11-25", "2025-11-26", "2026-01-01"])
    report = purge(tmp_path, today=_TODAY, expired=True)
    assert report.pages == 1
    assert _bodies(tmp_path) == [exchanges[1].body, exchanges[2].body]
    _assert_whole(tmp_path)


def test_a_revisit_loses_its_reference_with_its_page(tmp_path: Path) -> None:
    (old, _) = _write(tmp_path, ["2025-01-01", "2026-01-01"])
    _revisit(tmp_path, old, "2026-02-01")
    report = purge(tmp_path, today=_TODAY, before="2026-01-01")
    assert (report.pages, report.revisits, report.dereferenced) == (1, 0, 1)
    path = next(tmp_path.glob("without-text-*.warc.gz"))
    with path.open("rb") as file:
        records = list(ArchiveIterator(file))
        (revisit,) = [record for record in records if record.rec_type == "revisit"]
    headers = revisit.rec_headers
    assert headers.get_header("WARC-Refers-To") is None
    assert headers.get_header("WARC-Refers-To-Date") is None
    assert headers.get_header("WARC-Payload-Digest") == old.digest
    assert headers.get_header("WARC-Profile")
    _assert_whole(tmp_path)
    assert purge(tmp_path, today=_TODAY, before="2026-01-01") == PurgeReport()
    again = purge(tmp_path, today=_TODAY, before="2026-03-01")
    assert (again.pages, again.revisits) == (1, 1)
    assert not list(tmp_path.glob("*.warc.gz"))


def _foreign(path: Path) -> None:
    """Write an archive as other tools do: the request after the response, no record of ours."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record("x", {"software": "other"}))
        for number, day in enumerate(["2025-01-01", "2026-01-01"]):
            response = writer.create_warc_record(
                f"http://a.example/{number}",
                "response",
                payload=io.BytesIO(f"<p>{day}</p>".encode()),
                http_headers=StatusAndHeaders(
                    "200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"
                ),
                warc_headers_dict={"WARC-Date": f"{day}T00:00:00Z"},
            )
            request = writer.create_warc_record(
                f"http://a.example/{number}",
                "request",
                http_headers=StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True),
                warc_headers_dict={"WARC-Date": f"{day}T00:00:01Z"},
            )
            writer.write_request_response_pair(request, response)


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_foreign_archives_are_purged(tmp_path: Path, name: str) -> None:
    _foreign(tmp_path / name)
    report = purge(tmp_path, today=_TODAY, before="2025-06-01")
    assert (report.pages, report.rewritten) == (1, (name,))
    assert _bodies(tmp_path) == [b"<p>2026-01-01</p>"]
    with (tmp_path / name).open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert sorted(kinds) == ["request", "response", "warcinfo"]
    _assert_whole(tmp_path)


def test_what_cannot_be_purged_is_left_and_told(tmp_path: Path) -> None:
    _write(tmp_path, ["2025-01-01", "2025-01-02"])
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes((tmp_path / "hof-001.warc.gz").read_bytes()[:-30])
    content = torn.read_bytes()
    (tmp_path / "x.wacz").write_bytes(b"PK")
    report = purge(tmp_path, today=_TODAY, before="2026-01-01")
    assert report.removed == ("hof-001.warc.gz",)
    assert [sentence.split()[0] for sentence in report.left] == ["x.wacz", "torn.warc.gz"]
    assert torn.read_bytes() == content


def test_wrong_folders_and_running_crawls_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no archive"):
        purge(tmp_path, today=_TODAY, before="2026-01-01")
    with pytest.raises(UsageError, match="no archive"):
        purge(tmp_path / "x", today=_TODAY, before="2026-01-01")
    assert list(tmp_path.iterdir()) == []
    _write(tmp_path, ["2025-01-01"])
    with locked(tmp_path), pytest.raises(UsageError, match="Another crawl"):
        purge(tmp_path, today=_TODAY, before="2026-01-01")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(["2025-01-01", "2025-12-31", "2026-01-01", "2026-02-02"]), min_size=1)
)
def test_just_what_is_old_goes(tmp_path_factory: pytest.TempPathFactory, days: list[str]) -> None:
    folder = tmp_path_factory.mktemp("purge")
    exchanges = _write(folder, days)
    purge(folder, today=_TODAY, before="2026-01-01")
    kept = [one for one in exchanges if one.fetched_at >= "2026-01-01"]
    assert _bodies(folder) == [one.body for one in kept]
    _assert_whole(folder)
    shutil.rmtree(folder)


def _purge_and_die(folder: Path, step: int) -> bool:
    """Purge in a process that kills itself at a step that changes a file or the table.

    Return whether it was killed.
    """
    child = os.fork()
    if child == 0:
        left = step

        def counted(function: Any) -> Any:
            def wrapper(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return wrapper

        for owner, names in (
            (Visits, ("cover", "place_records", "note_purged", "add")),
            (Path, ("replace", "unlink")),
            (purging, ("_copy", "_write_without_reference", "write_cdxj")),
        ):
            for name in names:
                setattr(owner, name, counted(getattr(owner, name)))
        purging.purge(folder, today="2026-11-25", before="2026-01-01")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_kill_at_any_step_loses_nothing(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    (old, *_) = _write(origin, ["2025-01-01", "2026-01-01", "2025-02-01"])
    _write(origin, ["2025-01-05"], stem="gone")
    _revisit(origin, old, "2026-02-01")
    kills = 0
    for step in range(60):
        folder = tmp_path / str(step)
        shutil.copytree(origin, folder)
        was_killed = _purge_and_die(folder, step)
        kills += was_killed
        purge(folder, today=_TODAY, before="2026-01-01")
        _assert_whole(folder)
        assert len(_bodies(folder)) == 1
        visits = _visits(folder)
        assert len(visits) == 5
        assert sum(one.purged_on is not None for one in visits) == 3
        assert not list(folder.glob(".*.warc.gz.*"))
        if not was_killed:
            break
    assert kills >= 10
