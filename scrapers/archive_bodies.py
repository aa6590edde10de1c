"""Bodies as archives keep them: transfer and content encodings undone, whatever a label says."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

#: Bytes of a page that are read; more is no page for readers.
LARGEST_BODY = 50_000_000
_CHUNK = 65_536
#: A body may be encoded several times; more than this is an attack.
_MOST_ENCODINGS = 3


class _Decoder(Protocol):
    def __call__(self, chunks: Iterator[bytes]) -> Iterator[bytes]: ...


def body_of_record(record: Any) -> bytes:
    """Return a warcio record's body without transfer and content encoding (RFC 9110, 8.4).

    Gzip, deflate, brotli and zstd are undone; a body that is not encoded as its header says, as
    tools write that store what a browser made of it, is taken as it is, one that breaks off up to
    there. It is cut at LARGEST_BODY. Raises EOFError where the file ends within the record.
    """
    encodings: list[str] = []
    stream = record.raw_stream
    if record.http_headers is not None:
        encodings = _encodings(record.http_headers.get_header("Content-Encoding") or "")
        if (record.http_headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
            from warcio.bufferedreaders import ChunkedDataReader

            stream = ChunkedDataReader(stream)
    chunks: Iterator[bytes] = iter(lambda: stream.read(_CHUNK), b"")
    for encoding in reversed(encodings):
        chunks = _DECODERS[encoding](chunks)
    body = _joined(chunks)
    if len(body) < LARGEST_BODY:
        record.raw_stream.read()  # bytes after the end of a compressed body
        if record.raw_stream.limit > 0:
            raise EOFError("a record is cut off")
    return body


def _encodings(header: str) -> list[str]:
    """Return the encodings that can be undone, in the order in which they were applied."""
    names = (name.strip().lower().removeprefix("x-") for name in header.split(","))
    return [name for name in names if name in _DECODERS][:_MOST_ENCODINGS]


def _joined(chunks: Iterator[bytes]) -> bytes:
    parts: list[bytes] = []
    length = 0
    for chunk in chunks:
        parts.append(chunk[: LARGEST_BODY - length])
        length += len(parts[-1])
        if length >= LARGEST_BODY:
            break
    return b"".join(parts)


def _tolerant(
    begin: Callable[[], Any],
    *,
    step: Callable[[Any, bytes], bytes],
    has_more: Callable[[Any], bool],
    is_over: Callable[[Any], bool],
    errors: tuple[type[Exception], ...],
) -> _Decoder:
    """Return a decoder that hands on as it is what turns out not to be encoded at all."""

    def decode(chunks: Iterator[bytes]) -> Iterator[bytes]:
        decoder = begin()
        has_decoded = False
        for chunk in chunks:
            if is_over(decoder):
                return
            try:
                part = step(decoder, chunk)
                has_decoded = True
                yield part
                while has_more(decoder):
                    yield step(decoder, b"")
            except errors:
                if not has_decoded:
                    yield chunk
                    yield from chunks
                return

    return decode


def _zlib_step(decoder: Any, chunk: bytes) -> bytes:
    part: bytes = decoder.decompress(decoder.unconsumed_tail + chunk, _CHUNK)
    return part


def _zlib_decoder(window: int) -> _Decoder:
    return _tolerant(
        lambda: zlib.decompressobj(window),
        step=_zlib_step,
        has_more=lambda decoder: bool(decoder.unconsumed_tail) and not decoder.eof,
        is_over=lambda decoder: decoder.eof,
        errors=(zlib.error,),
    )


def _deflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo deflate, which servers send with and without its zlib head."""
    first = next(chunks, b"")
    has_head = len(first) > 1 and first[0] & 15 == 8 and int.from_bytes(first[:2], "big") % 31 == 0
    window = zlib.MAX_WBITS if has_head else -zlib.MAX_WBITS
    yield from _zlib_decoder(window)(_again(first, chunks))


def _again(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _brotli(chunks: Iterator[bytes]) -> Iterator[bytes]:
    import brotli

    yield from _tolerant(
        brotli.Decompressor,
        step=lambda decoder, chunk: decoder.process(chunk, output_buffer_limit=_CHUNK),
        has_more=lambda decoder: not decoder.can_accept_more_data(),
        is_over=lambda decoder: decoder.is_finished(),
        errors=(brotli.error,),
    )(chunks)


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    yield from _tolerant(
        zstd.ZstdDecompressor,
        step=lambda decoder, chunk: decoder.decompress(chunk, _CHUNK),
        has_more=lambda decoder: not decoder.needs_input and not decoder.eof,
        is_over=lambda decoder: decoder.eof,
        errors=(zstd.ZstdError, EOFError),
    )(chunks)


_DECODERS: dict[str, _Decoder] = {
    "gzip": _zlib_decoder(16 + zlib.MAX_WBITS),
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
