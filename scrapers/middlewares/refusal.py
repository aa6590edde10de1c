"""Why a request is not sent, or its answer not kept."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from partnernetz.errors import FailureSlug


class RefusedError(IgnoreRequest):
    """A request that must not be sent, or an answer that must not be kept.

    ``rule`` names what decided; ``is_final`` where the whole host is meant.
    """

    def __init__(
        self, message: str, *, slug: FailureSlug, rule: str = "", is_final: bool = False
    ) -> None:
        super().__init__(message)
        self.slug: FailureSlug = slug
        self.rule = rule
        self.is_final = is_final
