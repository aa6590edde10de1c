"""The process that reads for others: ``python -m scrapers.reading.isolated``."""

from __future__ import annotations

from typing import Any

from partnernetz.records import DocumentReference
from partnernetz.storage import from_dict, to_dict
from scrapers.links import page_links
from scrapers.reading.dispatch import document_here
from scrapers.reading.errors import UnreadableError
from scrapers.reading.isolation import (
    limit_memory,
    limit_time,
    receive,
    reply,
    rows_of_page,
)


def main() -> None:
    """Read what comes in, one body after the other, until standard input closes."""
    limit_memory()
    reply({})  # ready
    while (request := receive()) is not None:
        options, body = request
        limit_time(options["seconds"])
        try:
            reply({"result": _read(options, body)})
        except UnreadableError as error:
            reply({"error": str(error), "slug": error.slug})
        except Exception as error:
            reply({"error": f"Reading fails ({type(error).__name__}).", "slug": _UNREADABLE})


_UNREADABLE = "document_unreadable"


def _read(options: dict[str, Any], body: bytes) -> Any:
    if options["task"] == "links":
        return rows_of_page(page_links(body.decode(), base=options["base"]))
    reference = from_dict(DocumentReference, options["reference"])
    return to_dict(document_here(body, media_type=options["media_type"], reference=reference))


if __name__ == "__main__":
    main()
