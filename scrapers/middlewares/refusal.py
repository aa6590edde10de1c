"""Why a request is not sent."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from partnernetz.errors import FailureSlug


class RefusedError(IgnoreRequest):
    """A request that must not be sent; ``is_final`` where the whole host is meant."""

    def __init__(self, message: str, *, slug: FailureSlug, is_final: bool = False) -> None:
        super().__init__(message)
        self.slug: FailureSlug = slug
        self.is_final = is_final
