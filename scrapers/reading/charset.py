"""From bytes to text, whatever the label says."""

from __future__ import annotations

import codecs
from functools import lru_cache

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

#: What browsers take for unlabelled western pages (WHATWG Encoding Standard).
_FALLBACK = "cp1252"


@lru_cache(maxsize=2)  # a page is looked at several times, for its owner's signs, stubs and links
def decode(body: bytes, *, media_type: str = "") -> str:
    """Return the text of a page's or file's bytes.

    A byte order mark wins; then bytes that are valid UTF-8 beyond ASCII, since no other charset
    looks like that by chance; then the charset of the media type, then the one the page itself
    declares. Unreadable bytes become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding is not None:
        return body[len(mark or b"") :].decode(encoding, errors="replace")
    if not body.isascii():
        try:
            # not final: a page cut off within a character is still UTF-8
            return codecs.getincrementaldecoder("utf-8")().decode(body)
        except UnicodeDecodeError:
            pass
    declared = http_content_type_encoding(media_type)
    for name in (declared, html_body_declared_encoding(body)):
        encoding = resolve_encoding(name) if name else None
        if encoding is None or encoding == "utf-8":
            continue
        return body.decode(encoding, errors="replace")
    return _mostly_utf8(body) or body.decode(_FALLBACK, errors="replace")


def _mostly_utf8(body: bytes) -> str | None:
    """Return the text if the body is UTF-8 with a few broken characters, else None."""
    text = body.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if body.isascii() or good > 4 * broken else None
