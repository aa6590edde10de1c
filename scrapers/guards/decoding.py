"""Content encodings undone piece by piece, so that no bomb is ever unpacked whole."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

#: What is asked for, which is just what can be bounded.
ACCEPT_ENCODING = "gzip, deflate, br, zstd"
#: Words that servers write into Content-Encoding though nothing is encoded.
_PLAIN = frozenset(["", "identity", "none", "binary", "utf-8", "utf8", "iso-8859-1"])
_PIECE = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
#: RFC 9659: what a server may ask a reader of zstd to hold in memory, 8 MiB.
_ZSTD_WINDOW_LOG = 23


class EncodingError(ValueError):
    """A body that is not what its Content-Encoding says; the message ends a sentence."""


class Decoder(Protocol):
    """Undoes one encoding."""

    @property
    def is_complete(self) -> bool:
        """Return whether the end of what was encoded has come."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what comes of some more bytes, in pieces of some 64 KiB."""


def decoder_of(name: str) -> Decoder | None:
    """Return a decoder for an encoding by its name (RFC 9110, 8.4.1), None for unknown ones."""
    decoder = _DECODERS.get(name)
    return decoder() if decoder is not None else None


def decoders_of(content_encoding: str, *, most: int) -> list[Decoder]:
    """Return the decoders for a Content-Encoding header, in the order they are to be applied.

    Raises EncodingError for encodings that were not asked for, and for more than ``most``.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in _PLAIN]
    if len(names) > most:
        raise EncodingError(f"is compressed {len(names)} times over")
    for name in names:
        if name not in _DECODERS:
            raise EncodingError(f"is encoded as '{name[:40]}', which was not asked for")
    return [_DECODERS[name]() for name in reversed(names)]


def decoded(decoders: list[Decoder], data: bytes) -> Iterator[bytes]:
    """Yield what comes of some more bytes of a body; raises EncodingError."""
    if not decoders:
        yield data
        return
    try:
        for piece in decoders[0].feed(data):
            yield from decoded(decoders[1:], piece)
    except EncodingError:
        raise
    except Exception as error:  # each library has errors of its own
        raise EncodingError("is not what its Content-Encoding says") from error


class _Gzip:
    """gzip (RFC 1952), whose members may follow one after the other."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)
        self._rest = b""  # what came after the end of a member and may begin the next
        self.is_complete = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self.is_complete:
                data = self._rest + data
                if not data.startswith(_GZIP_MAGIC):
                    self._rest = data[:1]  # half a beginning, or padding
                    return
                self._stream, self._rest = zlib.decompressobj(wbits=31), b""
            piece = self._stream.decompress(data, _PIECE)
            if piece:
                yield piece
            self.is_complete = self._stream.eof
            data = self._stream.unused_data if self.is_complete else self._stream.unconsumed_tail


class _Deflate:
    """zlib (RFC 1950) or, from some servers, bare deflate: browsers bear both."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._head = b""

    @property
    def is_complete(self) -> bool:
        return self._stream is not None and bool(self._stream.eof)

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            data = self._head + data
            if len(data) < 2:
                self._head = data
                return
            has_header = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(wbits=15 if has_header else -15)
        while data and not self._stream.eof:
            piece = self._stream.decompress(data, _PIECE)
            if piece:
                yield piece
            data = self._stream.unconsumed_tail


class _Brotli:
    def __init__(self) -> None:
        import brotli

        self._stream = brotli.Decompressor()

    @property
    def is_complete(self) -> bool:
        return bool(self._stream.is_finished())

    def feed(self, data: bytes) -> Iterator[bytes]:
        # whatever it holds back for want of room must be taken before more is given
        while not self.is_complete:
            piece = self._stream.process(data, output_buffer_limit=_PIECE)
            data = b""
            if not piece:
                return
            yield piece


class _Zstandard:
    def __init__(self) -> None:
        self._stream = self._new()

    @staticmethod
    def _new() -> Any:
        import sys

        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        options = {int(zstd.DecompressionParameter.window_log_max): _ZSTD_WINDOW_LOG}
        return zstd.ZstdDecompressor(options=options)

    @property
    def is_complete(self) -> bool:
        return bool(self._stream.eof)

    def feed(self, data: bytes) -> Iterator[bytes]:
        is_full = False
        while data or is_full:
            if self._stream.eof:  # frames may follow one after the other
                self._stream = self._new()
            piece = self._stream.decompress(data, _PIECE)
            if piece:
                yield piece
            data = self._stream.unused_data if self._stream.eof else b""
            is_full = not self._stream.eof and not self._stream.needs_input


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstandard,
}
