"""What the literature says of partnerships as a whole, beside what a release has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from partnernetz import edtf

Row = Mapping[str, Any]

_BOUNDS: Mapping[str, str] = {
    "exact": "",
    "about": "about ",
    "at_least": "at least ",
    "more_than": "more than ",
    "at_most": "at most ",
    "less_than": "less than ",
}
_SCOPES: Mapping[str, str] = {"east_west": "East–West partnerships", "all": "partnerships"}


def claim_in_words(claim: Row, place_names: Mapping[str, str]) -> str:
    """Return a claim as a phrase: "more than 850 East–West partnerships, 1990/1991".

    ``claim`` has the columns of the table ``claims``; ``place_names`` are by id.
    """
    scope = claim["scope"]
    what = _SCOPES.get(scope) or f"partnerships of {place_names.get(scope, scope)}"
    if claim["status"]:
        what = f"{claim['status']} {what}"
    more = " more" if claim["is_additional"] else ""
    number = "some" if claim["quantity"] is None else f"{claim['quantity']:,}"
    when = f", {claim['period_date']}" if claim["period_date"] else ""
    return f"{_BOUNDS[claim['bound']]}{number}{more} {what}{when}"


def known_here(claim: Row, years: Iterable[Row]) -> int | None:
    """Return how many partnerships a release has that had begun by the end of a claim's period.

    ``years`` are the rows of the table ``years``. None where the claim speaks of no period, of no
    number, of some place only, of how they fare, or of more than were named before.
    """
    column = {"east_west": "cumulative_east_west", "all": "cumulative"}.get(claim["scope"])
    if column is None or claim["period_date"] is None or claim["quantity"] is None:
        return None
    if claim["status"] or claim["is_additional"]:
        return None
    end = claim_year(claim)
    begun = [row[column] for row in years if row["year"] <= (end or 0)]
    return int(max(begun, default=0))


def claim_year(claim: Row) -> int | None:
    """Return the last year of a claim's period, None without one."""
    return edtf.bounds(claim["period_date"]).latest.year if claim["period_date"] else None
