"""Whether a fetched page may be kept, and how long: the owner's signs and the law. Pure.

The legal bases are those of the German Copyright Act (UrhG): § 44b for anybody, where a
machine-readable reservation is binding and copies are deleted when no longer needed, § 60d for
research organisations, against which nothing can be reserved. See ``docs/crawling.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from partnernetz.errors import FailureSlug
from partnernetz.settings import LegalBasis
from scrapers.reading.charset import decode
from scrapers.reading.dispatch import format_of
from scrapers.reservations import (
    Reservation,
    TdmRule,
    TdmSign,
    last_word,
    reservation_of_fields,
    reservation_of_file,
    reservation_of_pdf,
)
from scrapers.robot_directives import directives_of_headers, directives_of_meta, meta_fields

#: The sign that the links of a page are not followed.
NOFOLLOW = "nofollow"
Rule = TdmSign | Literal["noai_header", "noai_meta", "noindex_header", "noindex_meta"]

_SENTENCES: dict[str, str] = {
    "tdm_file": "its host reserves text and data mining of it (tdmrep.json)",
    "tdm_header": "it reserves text and data mining (HTTP header tdm-reservation)",
    "tdm_meta": "it reserves text and data mining (meta element tdm-reservation)",
    "tdm_pdf": "it reserves text and data mining (XMP metadata tdm:reservation)",
    "noai_header": "it is not for machine learning (X-Robots-Tag: noai)",
    "noai_meta": "it is not for machine learning (meta element robots: noai)",
    "noindex_header": "robots are asked not to keep it (X-Robots-Tag: noindex)",
    "noindex_meta": "robots are asked not to keep it (meta element robots: noindex)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What may be done with a page: keep it, follow its links.

    ``rule`` is the sign that decided, or that is noted although the page is kept (§ 60d); empty
    where nothing speaks against it. ``policy`` is the address of the owner's terms.
    """

    is_kept: bool = True
    follows_links: bool = True
    rule: Rule | Literal[""] = ""
    policy: str = ""

    @property
    def signs(self) -> str:
        """Return what is to be noted: the rule, and whether links are not to be followed."""
        return " ".join(
            sign for sign in (self.rule, "" if self.follows_links else NOFOLLOW) if sign
        )

    @property
    def reason(self) -> str:
        """Return why, as the end of a sentence on the page."""
        return _SENTENCES[self.rule] + (f", terms: {self.policy}" if self.policy else "")

    @property
    def slug(self) -> FailureSlug:
        """Return the slug of the failure that a page not kept becomes."""
        return "robots_disallowed" if self.rule.startswith("noindex") else "use_reserved"


def permission_of(
    *,
    address: str,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    legal_basis: LegalBasis,
    host_rules: Sequence[TdmRule] = (),
) -> Permission:
    """Return what the signs of a page allow: its host's file, its headers, what it says itself."""
    media_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    kind = format_of(body, media_type=media_type)
    metas = meta_fields(decode(body, media_type=media_type)) if kind == "html" else ()
    told = directives_of_headers(value for name, value in headers if name.lower() == _ROBOTS_TAG)
    written = directives_of_meta(metas)
    reservation = last_word(
        reservation_of_file(host_rules, address),
        reservation_of_fields(headers, sign="tdm_header"),
        reservation_of_fields(metas, sign="tdm_meta"),
        reservation_of_pdf(body) if kind == "pdf" else None,
    )
    return _weighed(reservation, told=told, written=written, legal_basis=legal_basis)


_ROBOTS_TAG = "x-robots-tag"


def _weighed(
    reservation: Reservation | None,
    *,
    told: frozenset[str],
    written: frozenset[str],
    legal_basis: LegalBasis,
) -> Permission:
    rules: list[Rule] = []
    if reservation is not None and reservation.is_reserved:
        rules.append(reservation.sign)
    rules += ["noai_header"] if "noai" in told else ["noai_meta"] if "noai" in written else []
    reserved = bool(rules)
    # a wish of manners, no reservation of the law: it holds for researchers as well
    asks: list[Rule] = ["noindex_header"] if "noindex" in told else []
    asks += ["noindex_meta"] if "noindex" in written and not asks else []
    binding = [*rules, *asks] if legal_basis == "44b" else asks
    noted = [*binding, *rules]
    return Permission(
        is_kept=not binding,
        follows_links=NOFOLLOW not in told | written,
        rule=noted[0] if noted else "",
        policy=reservation.policy if reservation is not None and reserved else "",
    )


def basis_name(basis: LegalBasis) -> str:
    """Return a legal basis as ledgers name it.

    >>> basis_name("44b")
    '§ 44b UrhG'
    """
    return f"§ {basis} UrhG"


def retention_date(*, fetched_at: str, days: int) -> str:
    """Return the day (ISO 8601) after which a page fetched then is no longer kept.

    >>> retention_date(fetched_at="2026-11-26T10:00:00Z", days=365)
    '2027-11-26'
    """
    begin = datetime.fromisoformat(fetched_at.replace("Z", "+00:00"))
    return (begin + timedelta(days=days)).date().isoformat()
