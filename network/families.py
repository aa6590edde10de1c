"""Which kinds of tie are one partnership, and which are two between the same places.

A release has one Partnership for each pair and family of kinds:

- ``twinning``: partnership and friendship. Texts use both words for one agreement, and one often
  grew out of the other.
- ``patronage``: sponsorship (Patenschaft). One side gives, the other receives; towns had them with
  the displaced, with ships and in 1990 for building up administrations, often beside a partnership.
- ``cooperation``: project and contact: a climate partnership, a network, a first delegation.

A contact says that there is a tie and not which one, so it joins the closest family that is known
of the pair; it makes a tie of its own where none is.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Literal

from partnernetz.records import PartnershipKind, partnership_id

Family = Literal["twinning", "patronage", "cooperation"]

#: The families, the closest tie first.
FAMILIES: tuple[Family, ...] = ("twinning", "patronage", "cooperation")
FAMILY_OF_KIND: dict[PartnershipKind, Family] = {
    "partnership": "twinning",
    "friendship": "twinning",
    "sponsorship": "patronage",
    "project": "cooperation",
    "contact": "cooperation",
}
#: Which kind a tie is when as many texts say one as the other: the closer one.
KINDS_BY_CLOSENESS: tuple[PartnershipKind, ...] = (
    "partnership",
    "friendship",
    "project",
    "sponsorship",
    "contact",
)


def closest(families: Collection[Family]) -> Family:
    """Return the closest of some families."""
    return min(families, key=FAMILIES.index)


@lru_cache(maxsize=256)
def families_of(kinds: frozenset[PartnershipKind]) -> dict[PartnershipKind, Family]:
    """Return the family that evidence of each kind belongs to, given all kinds stated of a pair."""
    stated = {FAMILY_OF_KIND[kind] for kind in kinds if kind != "contact"}
    found = {kind: FAMILY_OF_KIND[kind] for kind in kinds}
    if "contact" in found and stated:
        found["contact"] = closest(stated)
    return found


def tie_id(pair: tuple[str, str], family: Family, *, families: Collection[Family]) -> str:
    """Return the id of the Partnership of a pair and family.

    The closest family bears the id of the pair, which is so the same whether or not other families
    are known; each other one has an id of its own.
    """
    if family == closest(families):
        return partnership_id(pair=pair)
    return partnership_id(pair=pair, family=family)
