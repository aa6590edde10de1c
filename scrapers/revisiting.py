"""When a page is to be fetched again, by how often it was seen to change. No input or output.

Changes are taken for a Poisson process whose rate is estimated from incomplete observation: a page
that is looked at now and then shows at most one change between two looks (J. Cho and H.
Garcia-Molina, "Estimating frequency of change", ACM Transactions on Internet Technology 3(3), 2003,
pages 256-290, https://doi.org/10.1145/857166.857170).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

#: However still a page has been, it is looked at this often: four times a year.
LONGEST_INTERVAL = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a page: when, and the digest of what was found."""

    at: datetime
    digest: str


def changes_per_second(looks: Sequence[Look]) -> float | None:
    """Return the estimated rate at which a page changes; None with fewer than two looks.

    For n intervals between looks over T seconds, X of them with a change, it is
    ``-ln((n - X + 0.5) / (n + 0.5)) / (T / n)``: the estimator of Cho and Garcia-Molina (section
    4.2), which stays finite where every look found a change and is 0 where none did. ``looks`` are
    in order of time.
    """
    intervals = len(looks) - 1
    if intervals < 1:
        return None
    seconds = (looks[-1].at - looks[0].at).total_seconds()
    if seconds <= 0:
        return None
    changed = sum(before.digest != after.digest for before, after in pairwise(looks))
    return -math.log((intervals - changed + 0.5) / (intervals + 0.5)) * intervals / seconds


def interval(looks: Sequence[Look]) -> timedelta:
    """Return how long after the latest look a page is due again.

    That is when it is as likely as not to have changed (ln 2 over its rate), but never longer than
    it is known to have stood as it is now, nor than LONGEST_INTERVAL. So a page that was seen once,
    or has just changed, is due at once; one that stays the same is looked at half as often with
    each look.
    """
    if not looks:
        return timedelta(0)
    still_since = looks[-1].at
    for look in reversed(looks):
        if look.digest != looks[-1].digest:
            break
        still_since = look.at
    longest = min(looks[-1].at - still_since, LONGEST_INTERVAL)
    rate = changes_per_second(looks)
    if not rate:
        return longest
    # compared in seconds: a rate close to 0 would overflow a timedelta
    return timedelta(seconds=min(math.log(2) / rate, longest.total_seconds()))


def is_due(looks: Sequence[Look], *, now: datetime) -> bool:
    """Return whether a page is to be fetched again; one that was never seen always is."""
    return not looks or now >= looks[-1].at + interval(looks)
