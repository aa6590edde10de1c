"""From the bytes of a page to a Document."""

from scrapers.reading.dispatch import document_of_html, document_of_text, read_document
from scrapers.reading.errors import UnreadableError

__all__ = ["UnreadableError", "document_of_html", "document_of_text", "read_document"]
