"""Evidence made by hand, for tests of what comes after extraction."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import pytest

from network.release import publish
from partnernetz.paths import default_data_folder
from partnernetz.places import Gazetteer
from partnernetz.records import (
    Claim,
    DocumentReference,
    Evidence,
    PlaceReference,
    SourceKind,
    evidence_id,
)

REFERENCE = default_data_folder() / "reference"

SAARLOUIS = PlaceReference(id="ags:10044115", name="Saarlouis", country="DE")
EISENHUETTENSTADT = PlaceReference(id="ags:12067120", name="Eisenhüttenstadt", country="DE")
WUPPERTAL = PlaceReference(id="ags:05124000", name="Wuppertal", country="DE")
SCHWERIN = PlaceReference(id="ags:13004000", name="Schwerin", country="DE")
SAINT_NAZAIRE = PlaceReference(id=None, name="Saint-Nazaire", country="FR")


def make_document(
    *, url: str = "https://www.saarlouis.de/partner", kind: SourceKind = "municipality", **more: Any
) -> DocumentReference:
    return DocumentReference(id=f"document-{url}", url=url, source_kind=kind, **more)


def make_evidence(
    a: PlaceReference = SAARLOUIS,
    b: PlaceReference = EISENHUETTENSTADT,
    *,
    quotation: str = "Die Partnerschaft besteht.",
    document: DocumentReference | None = None,
    start: int = 0,
    score: float = 0.9,
    event: Any = "existence",
    kind: Any = "partnership",
    **more: Any,
) -> Evidence:
    document = document or make_document()
    pair = tuple(sorted((a.key, b.key)))
    end = start + len(quotation)
    return Evidence(
        id=evidence_id(
            document_id=document.id,
            pair=(pair[0], pair[1]),
            event=event,
            start=start,
            end=end,
            rule="test",
        ),
        document=document,
        a=a,
        b=b,
        kind=kind,
        event=event,
        quotation=quotation,
        start=start,
        end=end,
        rule="test",
        score=score,
        **more,
    )


def sample_evidence() -> list[Evidence]:
    """Two true East-West pairs, one abroad, one wish; several sources."""
    own = make_document(fetched_at="2026-11-01T10:00:00Z")
    press = make_document(url="https://zeitung.example/1", kind="press", published="1996-09-20")
    copy = make_document(url="https://anzeiger.example/9", kind="press", published="1996-09-21")
    lexicon = make_document(url="https://lexikon.example/Schwerin", kind="encyclopedia")
    return [
        make_evidence(
            document=own,
            event="signing",
            date="1986-09-19",
            quotation="Am 19. September 1986 wurde in Saarlouis unterzeichnet.",
            topics=("administration", "culture"),
        ),
        make_evidence(
            document=own,
            start=100,
            event="decision",
            date="1986-04",
            quotation="Im April 1986 beschloss der Rat die Partnerschaft.",
        ),
        make_evidence(
            document=press,
            event="signing",
            date="1986",
            quotation="Seit 1986 sind Saarlouis und Eisenhüttenstadt verbunden.",
            topics=("culture", "sport"),
            status="active",
        ),
        make_evidence(
            document=copy,
            event="signing",
            date="1986",
            quotation="Seit 1986 sind Saarlouis und  Eisenhüttenstadt verbunden.",
            topics=("culture",),
            status="active",
        ),
        make_evidence(
            SCHWERIN,
            WUPPERTAL,
            document=lexicon,
            event="founding",
            date="1987",
            quotation="Schwerin – Wuppertal, 1987",
        ),
        make_evidence(
            SAARLOUIS,
            SAINT_NAZAIRE,
            document=own,
            start=300,
            date="1969",
            quotation="Saint-Nazaire (Frankreich), seit 1969",
        ),
        make_evidence(
            SAARLOUIS,
            SCHWERIN,
            document=press,
            start=500,
            modality="planned",
            quotation="Mit Schwerin ist eine Partnerschaft angestrebt.",
        ),
    ]


def sample_claims() -> list[Claim]:
    return [
        Claim(
            id="claim-1",
            document=make_document(
                url="https://zeitung.example/1", kind="press", published="1996-09-20"
            ),
            quantity=850,
            bound="more_than",
            scope="east_west",
            quotation="mehr als 850 Partnerschaften",
            start=700,
            end=728,
            rule="test",
            period="1990/1991",
        )
    ]


def read_gexf(path: Path) -> nx.Graph:
    """Read GEXF 1.3 with NetworkX, which knows the elements but only older namespaces."""
    text = path.read_text(encoding="utf-8").replace("http://gexf.net/1.3", _NAMESPACE)
    return nx.read_gexf(io.BytesIO(text.encode("utf-8")))


_NAMESPACE = "http://www.gexf.net/1.2draft"


@pytest.fixture(scope="session")
def hand() -> ModuleType:
    """The builders and places of this file; test files cannot import it."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(REFERENCE)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, gazetteer: Gazetteer) -> Path:
    """A release of the sample evidence; tests do not change it."""
    out = tmp_path_factory.mktemp("release") / "sample"
    publish(
        evidence=sample_evidence(),
        claims=sample_claims(),
        out=out,
        gazetteer=gazetteer,
        reference_folder=REFERENCE,
    )
    return out
