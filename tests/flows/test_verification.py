"""Quotations looked up in a real archive that has been left whole, moved, changed and purged."""

import json
from collections import Counter
from dataclasses import replace

import pytest

import flows.verification
from flows.cli import run
from flows.verification import LOSSES, load_quotations, verify
from network.release import publish
from partnernetz.errors import InputError
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
from partnernetz.records import Claim, Document, Evidence, PlaceReference
from scrapers.archive_writing import ArchiveWriter, Exchange
from scrapers.inputs import read_inputs
from scrapers.purging import purge

REFERENCE = default_data_folder() / "reference"
A = PlaceReference(id="ags:10044115", name="Saarlouis", country="DE")
B = PlaceReference(id="ags:12067120", name="Eisenhüttenstadt", country="DE")
SENTENCES = ["Saarlouis und Eisenhüttenstadt sind Partner.", "Mehr als 850 gibt es.", "Ende."]


def write_archive(folder, *bodies, stem="2026-11-23-saarlouis", day="2026-11-23"):
    writer = ArchiveWriter(folder, stem=stem)
    for number, body in enumerate(bodies):
        writer.add(
            Exchange(
                url=f"http://saarlouis.example/{stem}/{number}",
                final_url=f"http://saarlouis.example/{stem}/{number}",
                source_id="saarlouis",
                depth=0,
                via="",
                fetched_at=f"{day}T10:00:00Z",
                status=200,
                request_headers=(),
                response_headers=(("Content-Type", "text/html; charset=UTF-8"),),
                body=body.encode(),
            )
        )
    writer.close()


def evidence_in(document, quotation, *, start=None, number=0):
    begin = document.text.index(quotation) if start is None else start
    return Evidence(
        id=f"evidence-{document.reference.id}-{number}",
        document=document.reference,
        a=A,
        b=B,
        kind="partnership",
        event="existence",
        quotation=quotation,
        start=begin,
        end=begin + len(quotation),
        rule="test",
        score=0.9,
    )


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    write_archive(folder, *(f"<p>{' '.join(SENTENCES)}</p><p>Seite {n}</p>" for n in range(3)))
    return folder


@pytest.fixture
def documents(archive):
    return [item for item in read_inputs([archive]) if isinstance(item, Document)]


@pytest.fixture
def release(tmp_path):
    def build(evidence, claims=()):
        publish(
            evidence=evidence,
            claims=claims,
            out=tmp_path / "release",
            gazetteer=Gazetteer.load(REFERENCE),
            reference_folder=REFERENCE,
        )
        return tmp_path / "release"

    return build


def look_up(release, archive):
    return verify(load_quotations(release), archive=archive, advance=lambda steps: None)


def claim_in(document):
    begin = document.text.index(SENTENCES[1])
    return Claim(
        id="claim-1",
        document=document.reference,
        quantity=850,
        bound="more_than",
        scope="all",
        quotation=SENTENCES[1],
        start=begin,
        end=begin + len(SENTENCES[1]),
        rule="test",
    )


def test_all_are_found_again_claims_too(release, archive, documents):
    evidence = [evidence_in(document, SENTENCES[0]) for document in documents]
    found = look_up(release(evidence, [claim_in(documents[0])]), archive)
    assert (found.quotations, found.documents, found.lost) == (4, 3, ())


def test_a_lost_claim_is_listed_as_that(release, archive, documents):
    wrong = replace(claim_in(documents[0]), quotation="Mehr als 900 gibt es.")
    found = look_up(release([evidence_in(documents[1], SENTENCES[0])], [wrong]), archive)
    assert [(lost.table, lost.id, lost.reason) for lost in found.lost] == [
        ("claims", "claim-1", "not_found")
    ]


@pytest.mark.parametrize(
    ("quotation", "start", "reason"),
    [
        (SENTENCES[0], 3, "moved"),
        (SENTENCES[0].replace(" ", "  "), 0, "respaced"),
        ("Das steht dort nicht.", 0, "not_found"),
        (SENTENCES[0], 10**9, "moved"),
    ],
)
def test_words_that_are_elsewhere_or_nowhere(release, archive, documents, quotation, start, reason):
    (lost,) = look_up(release([evidence_in(documents[0], quotation, start=start)]), archive).lost
    assert lost.reason == reason
    place = documents[0].text.index(SENTENCES[0])
    assert lost.found_at == (None if reason == "not_found" else place)


def test_the_nearest_of_several_places_is_told(release, archive, documents):
    text = documents[0].text
    (lost,) = look_up(release([evidence_in(documents[0], "e", start=1)]), archive).lost
    assert lost.found_at == min(
        (place for place, letter in enumerate(text) if letter == "e"), key=lambda p: abs(p - 1)
    )


def test_records_that_are_gone_or_other(release, archive, documents):
    changes = [
        {"archive_record": "<urn:uuid:none>"},
        {"digest": "sha256:other"},
        {"archive_file": "other.warc.gz"},
        {"archive_file": None, "archive_record": None},
    ]
    evidence = []
    for number, change in enumerate(changes):
        reference = replace(documents[0].reference, id=f"document-{number}", **change)
        document = replace(documents[0], reference=reference)
        evidence.append(evidence_in(document, SENTENCES[0]))
    reasons = Counter(lost.reason for lost in look_up(release(evidence), archive).lost)
    assert reasons == Counter(["record_missing", "body_changed", "file_missing", "not_archived"])


def test_a_torn_file_loses_what_stands_behind_the_tear(release, archive, documents):
    out = release([evidence_in(document, SENTENCES[0]) for document in documents])
    (path,) = archive.glob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-40])
    found = look_up(out, archive)
    assert [lost.reason for lost in found.lost] == ["record_missing"]


def test_a_purged_record_is_told_as_that(release, archive, documents):
    write_archive(archive, "<p>Ein neuer Text.</p>", stem="new", day="2026-11-25")
    everything = [item for item in read_inputs([archive]) if isinstance(item, Document)]
    (new,) = [item for item in everything if "neuer" in item.text]
    evidence = [evidence_in(document, SENTENCES[0]) for document in documents]
    out = release([*evidence, evidence_in(new, "Ein neuer Text.")])
    assert look_up(out, archive).lost == ()
    assert purge(archive, today="2026-11-26", before="2026-11-24").pages == 3
    found = look_up(out, archive)
    assert Counter(lost.reason for lost in found.lost) == {"purged": 3}
    assert found.quotations == 4


def test_a_file_that_is_no_database_hides_nothing(release, archive, documents):
    (archive / "crawl.sqlite").write_bytes(b"no database at all")
    assert look_up(release([evidence_in(documents[0], SENTENCES[0])]), archive).lost == ()


def test_each_record_is_read_once(release, archive, documents, monkeypatch):
    read = Counter()
    real = flows.verification.document_of_record

    def counting(folder, reference):
        read[reference.archive_record] += 1
        return real(folder, reference)

    monkeypatch.setattr(flows.verification, "document_of_record", counting)
    evidence = [
        evidence_in(document, sentence, number=number)
        for number, sentence in enumerate(SENTENCES)
        for document in documents
    ]
    steps = []
    spans = load_quotations(release(evidence))
    assert verify(spans, archive=archive, advance=steps.append).lost == ()
    assert set(read.values()) == {1} and len(read) == 3
    assert steps == [3, 3, 3]


def test_the_command_tells_and_fails(release, archive, documents, capsys):
    good, bad = (
        evidence_in(documents[0], SENTENCES[0]),
        evidence_in(documents[1], "x\x1b[2J", start=0),
    )
    out = release([good, bad])
    assert run(["verify", str(out), "--archive", str(archive)]) == 1
    shown = capsys.readouterr().out
    assert "1 of 2 quotations found again in 2 documents, 1 lost." in shown
    assert "not_found" in shown and "\x1b" not in shown
    assert run(["verify", str(out), "--archive", str(archive), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["lost"][0]["reason"] == "not_found"
    assert run(["verify", str(release([good])), "--archive", str(archive)]) == 0


def test_every_reason_has_a_meaning():
    from typing import get_args

    from flows.verification import Loss

    reasons = {word for part in get_args(Loss) for word in (get_args(part) or (part,))}
    assert reasons == set(LOSSES)


def test_a_missing_archive_is_told(tmp_path):
    with pytest.raises(InputError, match="no archive folder"):
        verify([], archive=tmp_path / "none", advance=lambda steps: None)
