"""Why a request is not sent, or its answer not kept."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from partnernetz.errors import FailureSlug


class RefusedError(IgnoreRequest):
    """A request that must not be sent, or an answer that must not be kept.

    ``rule`` names what decided; ``closed_host`` is the host that the crawl is to leave alone,
    where more than the one address is meant.
    """

    def __init__(
        self, message: str, *, slug: FailureSlug, rule: str = "", closed_host: str | None = None
    ) -> None:
        super().__init__(message)
        self.slug: FailureSlug = slug
        self.rule = rule
        self.closed_host = closed_host
