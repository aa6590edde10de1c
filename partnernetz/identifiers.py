"""Stable ids: the same thing has the same id in every run and on every machine."""

from __future__ import annotations

import hashlib


def stable_id(prefix: str, *parts: object) -> str:
    """Return ``prefix-`` and 16 hexadecimal digits of the SHA-256 of the parts.

    Parts are joined with the unit separator (U+001F), which no page text contains after reading,
    so that ``("a", "bc")`` and ``("ab", "c")`` differ. None counts as the empty string, and half
    of a surrogate pair, which JSON can hold, as itself.
    """
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return f"{prefix}-{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
