"""The language a text is written in."""

from __future__ import annotations

#: Fewer letters than this say too little.
_SHORTEST = 40
#: The identifier gains nothing from more than the beginning.
_LONGEST = 1000


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, None where the text is too short to tell."""
    import py3langid

    sample = text[:_LONGEST]
    if sum(character.isalpha() for character in sample) < _SHORTEST:
        return None
    return str(py3langid.classify(sample)[0])
