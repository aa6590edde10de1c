"""What cannot be read."""

from __future__ import annotations

from partnernetz.errors import FailureSlug, InputError


class UnreadableError(InputError):
    """A page or file that cannot become a Document; ``slug`` says why in one word."""

    def __init__(self, message: str, *, slug: FailureSlug = "document_unreadable") -> None:
        super().__init__(message)
        self.slug: FailureSlug = slug
