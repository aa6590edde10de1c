from __future__ import annotations

import pytest

from partnernetz.settings import LegalBasis
from scrapers.permission import Permission, permission_of, retention_date
from scrapers.reservations import TdmRule

_HTML = ("Content-Type", "text/html; charset=utf-8")
_PDF = ("Content-Type", "application/pdf")


def _permission(
    basis: LegalBasis,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    head: str = "",
    file: bool | None = None,
) -> Permission:
    rules = () if file is None else (TdmRule(location="/", is_reserved=file),)
    body = f"<!doctype html><html><head>{head}</head><body><p>Hof und Plauen</p></body>".encode()
    return permission_of(
        address="https://hof.example/a",
        headers=(_HTML, *headers),
        body=body,
        legal_basis=basis,
        host_rules=rules,
    )


_RESERVED = ("tdm-reservation", "1")
_FREE = ("tdm-reservation", "0")
_TDM = '<meta name="tdm-reservation" content="1">'


@pytest.mark.parametrize(
    ("signs", "rule", "kept_44b", "kept_60d", "follows"),
    [
        ({}, "", True, True, True),
        ({"file": True}, "tdm_file", False, True, True),
        ({"file": False}, "", True, True, True),
        ({"headers": (_RESERVED,)}, "tdm_header", False, True, True),
        ({"head": _TDM}, "tdm_meta", False, True, True),
        ({"file": True, "headers": (_FREE,)}, "", True, True, True),
        ({"file": False, "head": _TDM}, "tdm_meta", False, True, True),
        ({"headers": (_FREE,), "head": _TDM}, "tdm_meta", False, True, True),
        ({"headers": (("X-Robots-Tag", "noai"),)}, "noai_header", False, True, True),
        ({"head": "<meta name=robots content=noai>"}, "noai_meta", False, True, True),
        ({"headers": (("X-Robots-Tag", "noimageai"),)}, "", True, True, True),
        ({"headers": (("X-Robots-Tag", "noindex"),)}, "noindex_header", False, False, True),
        ({"head": "<meta name=robots content=noindex>"}, "noindex_meta", False, False, True),
        ({"head": "<meta name=robots content=none>"}, "noindex_meta", False, False, False),
        ({"head": "<meta name=robots content=nofollow>"}, "", True, True, False),
        ({"headers": (("X-Robots-Tag", "googlebot: noindex"),)}, "", True, True, True),
        ({"headers": (_RESERVED, ("X-Robots-Tag", "none"))}, None, False, False, False),
    ],
)
def test_what_may_be_done_with_a_page(
    signs: dict[str, object], rule: str | None, kept_44b: bool, kept_60d: bool, follows: bool
) -> None:
    anybody = _permission("44b", **signs)  # type: ignore[arg-type]
    researcher = _permission("60d", **signs)  # type: ignore[arg-type]
    assert (anybody.is_kept, researcher.is_kept) == (kept_44b, kept_60d)
    assert anybody.follows_links is researcher.follows_links is follows
    if rule is None:  # each law names the rule that binds there
        assert (anybody.rule, researcher.rule) == ("tdm_header", "noindex_header")
    else:
        assert anybody.rule == researcher.rule == rule
    if anybody.rule:
        assert anybody.reason
        assert anybody.slug == (
            "robots_disallowed" if anybody.rule.startswith("noindex") else "use_reserved"
        )


def test_terms_are_told() -> None:
    headers = (_RESERVED, ("tdm-policy", "https://hof.example/terms"))
    found = _permission("44b", headers=headers)
    assert found.reason.endswith("terms: https://hof.example/terms")


def test_pdf_files_are_judged_by_headers_and_metadata() -> None:
    def kept(body: bytes, *headers: tuple[str, str]) -> bool:
        return permission_of(
            address="https://hof.example/a.pdf",
            headers=(_PDF, *headers),
            body=body,
            legal_basis="44b",
        ).is_kept

    assert kept(b"%PDF-1.7")
    assert not kept(b"%PDF-1.7 <tdm:reservation>1</tdm:reservation>")
    assert not kept(b"%PDF-1.7", ("X-Robots-Tag", "noindex"))
    assert kept(b"%PDF-1.7 <tdm:reservation>0</tdm:reservation>", _RESERVED)


def test_retention_dates() -> None:
    assert retention_date(fetched_at="2024-02-28T23:59:59Z", days=2) == "2024-03-01"
