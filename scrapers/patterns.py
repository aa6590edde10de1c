"""Many patterns looked for at once.

RE2 runs all patterns of a set side by side, in time that grows with the text alone and not with
what stands in it (R. Cox, "Regular expression matching in the wild", 2010,
https://swtch.com/~rsc/regexp/regexp3.html): pages are hostile, and links are many.
"""

from __future__ import annotations

from collections.abc import Iterable


class PatternSet:
    """A set of regular expressions in RE2's syntax, which has no look-around.

    Letters beyond ASCII are no part of a word for it (``\\b``, ``\\w``).
    """

    def __init__(self, patterns: Iterable[str], *, ignores_case: bool = False) -> None:
        """Raise ValueError for what is no pattern of RE2."""
        import re2

        options = re2.Options()
        options.case_sensitive = not ignores_case
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            try:
                self._set.Add(pattern)
            except re2.error as error:
                raise ValueError(f"'{pattern}' is no pattern of RE2: {error}") from error
        self._set.Compile()

    def matching(self, text: str) -> list[int]:
        """Return the numbers, in order, of the patterns that match somewhere in a text.

        >>> PatternSet(["partner", "^stadt", "st(?:ae)?dt"]).matching("partnerstadt")
        [0, 2]
        """
        try:
            found = self._set.Match(text)
        except UnicodeEncodeError:  # lone surrogates
            found = self._set.Match(text.encode("utf-8", "replace").decode())
        return sorted(found or ())
