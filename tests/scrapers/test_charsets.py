"""Bytes that say one charset and are in another."""

from __future__ import annotations

import pytest

from partnernetz.records import DocumentReference
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import document_of_bytes, format_of

_TEXT = "Städtepartnerschaft Saarlouis – Eisenhüttenstadt, „Grüße“ für 5 €"


@pytest.mark.parametrize(
    ("encoding", "media_type"),
    [
        ("utf-8", "text/plain"),
        ("utf-8", "text/plain; charset=iso-8859-1"),
        ("utf-8-sig", "text/plain; charset=windows-1252"),
        ("cp1252", "text/plain"),
        ("cp1252", "text/plain; charset=iso-8859-1"),
        ("cp1252", "text/plain; charset=utf-8"),
        ("cp1252", "text/plain; charset=erfunden"),
        ("utf-16", "text/plain"),
        ("utf-16", "text/plain; charset=utf-8"),
        ("cp1250", "text/plain; charset=windows-1250"),
        ("macroman", "text/plain; charset=macintosh"),
    ],
)
def test_a_plain_text_is_read_whatever_its_label(encoding: str, media_type: str) -> None:
    body = _TEXT.encode(encoding)
    assert decode(body, media_type=media_type) == _TEXT
    assert format_of(body, media_type=media_type) == "text"
    document = document_of_bytes(
        body, media_type=media_type, reference=DocumentReference(id="x", url="")
    )
    assert document.text == _TEXT


def test_latin_9_of_old_pages_is_read() -> None:
    body = "Städte für 5 €".encode("iso-8859-15")
    assert decode(body, media_type="text/plain; charset=iso-8859-15") == "Städte für 5 €"


def test_a_text_cut_off_within_a_character_is_still_utf_8() -> None:
    assert decode("Grüße aus Thür".encode() + b"\xc3") == "Grüße aus Thür"
