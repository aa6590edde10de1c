from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.building import claims_file, evidence_files, read_statements
from flows.console import count, printable
from flows.parts import Part, part_files, part_stamp, read_part
from flows.quiet import prefect_environment
from flows.running import check_out
from flows.scoring import read_floors, shortfalls
from flows.stages import Layout, allows_loopback, find_current, release_stamp
from partnernetz.errors import InputError, UsageError
from partnernetz.records import Claim, Evidence, Source
from partnernetz.storage import to_dict, write_jsonl, write_parquet, write_text
from scrapers.sources import read_sources, sources_toml

SOURCE = Source(
    id="a", name='Stadt "Ä"', kind="press", start=("http://127.0.0.1:1/",), hosts=("127.0.0.1:1",)
)


@given(st.text())
def test_nothing_can_steer_a_terminal(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert not any(c < " " and c != "\n" for c in shown) and "\x9b" not in shown


@pytest.mark.parametrize(("number", "said"), [(0, "0 pages"), (1, "1 page"), (1234, "1,234 pages")])
def test_numbers_have_their_noun(number: int, said: str) -> None:
    assert count(number, "page") == said


@pytest.mark.parametrize("name", ["x-001.warc.gz", "x-001.warc", "x-001.wacz"])
def test_a_part_is_named_after_its_archive_file(name: str) -> None:
    names = [path.name for path in part_files(Path("e"), name)]
    assert names == ["x-001.parquet", "x-001.claims.parquet", "x-001.part.json"]


def test_a_stamp_follows_bytes_rules_and_owners(tmp_path: Path) -> None:
    archive = tmp_path / "a.warc.gz"
    archive.write_bytes(b"one")

    def stamp(*, rules: str = "r", sources: tuple[Source, ...] = (), score: float = 0.0) -> str:
        return part_stamp(archive, rules=rules, sources=sources, minimum_score=score)

    first = stamp()
    others = {stamp(rules="s"), stamp(sources=(SOURCE,)), stamp(score=0.5)}
    assert first == stamp() and first not in others and len(others) == 3
    archive.write_bytes(b"two")
    assert stamp() != first


def test_a_part_without_its_last_file_is_none(tmp_path: Path) -> None:
    evidence, claims, description = part_files(tmp_path, "a.warc.gz")
    write_parquet(evidence, [], Evidence)
    write_parquet(claims, [], Claim)
    assert read_part(tmp_path, "a.warc.gz") is None
    write_text(description, "{torn")
    assert read_part(tmp_path, "a.warc.gz") is None


def test_a_release_is_current_for_its_own_parts_only(tmp_path: Path) -> None:
    part = Part(archive_file="a.warc.gz", stamp="1", documents=1, evidence=0, claims=0)
    other = Part(archive_file="a.warc.gz", stamp="2", documents=1, evidence=0, claims=0)
    assert release_stamp([part]) == release_stamp([part]) != release_stamp([other])
    assert find_current(Layout(folder=tmp_path), [part]) is None


def test_evidence_is_found_without_what_lies_beside(tmp_path: Path) -> None:
    for name in ("b.parquet", "a.jsonl", "a.claims.jsonl", "a.jsonl.failures.jsonl", "b.part.json"):
        (tmp_path / name).touch()
    assert [path.name for path in evidence_files([tmp_path])] == ["a.jsonl", "b.parquet"]
    assert claims_file(tmp_path / "a.jsonl").name == "a.claims.jsonl"


def test_a_torn_evidence_file_does_not_end_the_rest(tmp_path: Path) -> None:
    good, torn = tmp_path / "good.jsonl", tmp_path / "torn.parquet"
    write_jsonl(good, [])
    torn.write_bytes(b"PAR1")
    assert [failure.subject for failure in read_statements([good, torn]).failures] == [torn.name]
    with pytest.raises(InputError, match=r"torn\.parquet"):
        read_statements([torn])


def test_floors_name_what_falls_short(tmp_path: Path) -> None:
    figures = {"pairs": {"all": {"f1": 0.8}}, "documents": 3}
    assert shortfalls(figures, {"pairs.all.f1": 0.8, "documents": 3}) == []
    (sentence,) = shortfalls(figures, {"pairs.all.f1": 0.9})
    assert "pairs.all.f1" in sentence and "0.8" in sentence and "0.9" in sentence
    with pytest.raises(InputError, match=r"pairs\.al"):
        shortfalls(figures, {"pairs.al.f1": 0.9})
    for content in ("[]", '{"a": "b"}', "{"):
        path = tmp_path / "floors.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="floors"):
            read_floors(path, corpus=tmp_path / "dev.jsonl")


def test_each_corpus_may_have_floors_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    path.write_text('{"dev": {"documents": 3}, "topics-dev": {"topics.f1": 0.5}}', encoding="utf-8")
    assert read_floors(path, corpus=tmp_path / "dev.jsonl") == {"documents": 3}
    assert read_floors(path, corpus=tmp_path / "topics-dev.jsonl") == {"topics.f1": 0.5}
    assert read_floors(path, corpus=tmp_path / "other.jsonl") == {}
    path.write_text('{"documents": 3}', encoding="utf-8")
    assert read_floors(path, corpus=tmp_path / "other.jsonl") == {"documents": 3}


def test_prefect_keeps_to_itself(tmp_path: Path) -> None:
    environment = prefect_environment(home=tmp_path, debug=False)
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_LOGGING_LEVEL"] == "CRITICAL"


def test_a_run_writes_to_new_folders_and_its_own(tmp_path: Path) -> None:
    check_out(tmp_path)
    check_out(tmp_path / "new")
    (tmp_path / "other").touch()
    with pytest.raises(UsageError):
        check_out(tmp_path)
    (tmp_path / "archive").mkdir()
    check_out(tmp_path)


def test_sources_survive_their_copy(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(sources_toml([SOURCE], note="A copy."), encoding="utf-8")
    assert [to_dict(source) for source in read_sources(path)] == [to_dict(SOURCE)]


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("127.0.0.1:80", True), ("localhost:1", True), ("10.0.0.1", False), ("jena.de", False)],
)
def test_only_this_machine_is_allowed_of_private_hosts(host: str, allowed: bool) -> None:
    source = Source(id="a", name="a", kind="press", start=(f"http://{host}/",), hosts=(host,))
    assert allows_loopback([source]) is allowed
