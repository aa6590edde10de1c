"""Bodies as archives keep them: transfer and content encodings undone, whatever a label says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.guards.decoding import Decoder, decoder_of

#: Bytes of a page that are read; more is no page for readers.
LARGEST_BODY = 50_000_000
_CHUNK = 65_536
#: A body may be encoded several times; more than this is an attack.
_MOST_ENCODINGS = 3


def body_of_record(record: Any) -> bytes:
    """Return a warcio record's body without transfer and content encoding (RFC 9110, 8.4).

    Gzip, deflate, brotli and zstd are undone; a body that is not encoded as its header says, as
    tools write that store what a browser made of it, is taken as it is, one that breaks off up to
    there. It is cut at LARGEST_BODY. Raises EOFError where the file ends within the record.
    """
    decoders: list[Decoder] = []
    stream = record.raw_stream
    if record.http_headers is not None:
        decoders = _decoders(record.http_headers.get_header("Content-Encoding") or "")
        if (record.http_headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
            from warcio.bufferedreaders import ChunkedDataReader

            stream = ChunkedDataReader(stream)
    chunks: Iterator[bytes] = iter(lambda: stream.read(_CHUNK), b"")
    for decoder in decoders:
        chunks = _tolerant(decoder, chunks)
    body = _joined(chunks)
    if len(body) < LARGEST_BODY:
        record.raw_stream.read()  # bytes after the end of a compressed body
        if record.raw_stream.limit > 0:
            raise EOFError("a record is cut off")
    return body


def _decoders(header: str) -> list[Decoder]:
    """Return decoders for the encodings that can be undone, the one applied last first."""
    found = (decoder_of(name.strip().lower()) for name in header.split(","))
    known = [decoder for decoder in found if decoder is not None]
    return known[:_MOST_ENCODINGS][::-1]


def _tolerant(decoder: Decoder, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what a decoder makes of chunks, and as it is what turns out not to be encoded."""
    has_decoded = False
    for chunk in chunks:
        try:
            for piece in decoder.feed(chunk):
                has_decoded = True
                yield piece
            has_decoded = True
        except Exception:  # each library has errors of its own
            if not has_decoded:
                yield chunk
                yield from chunks
            return


def _joined(chunks: Iterator[bytes]) -> bytes:
    parts: list[bytes] = []
    length = 0
    for chunk in chunks:
        parts.append(chunk[: LARGEST_BODY - length])
        length += len(parts[-1])
        if length >= LARGEST_BODY:
            break
    return b"".join(parts)
