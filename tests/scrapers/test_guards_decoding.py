from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from scrapers.guards.decoding import EncodingError, decoded, decoders_of


def _bare_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


_ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:]),
    "Deflate": zlib.compress,
    "deflate": _bare_deflate,
    "br": brotli.compress,
    "zstd": lambda data: zstd.compress(data[:5]) + zstd.compress(data[5:]),
    "gzip, br": lambda data: bytes(brotli.compress(gzip.compress(data))),
    "identity": bytes,
    "UTF-8": bytes,
}


def _unpacked(encoding: str, body: bytes, *, step: int) -> tuple[bytes, bool]:
    decoders = decoders_of(encoding, most=2)
    found = b"".join(
        piece
        for start in range(0, len(body), step)
        for piece in decoded(decoders, body[start : start + step])
    )
    return found, all(decoder.is_complete for decoder in decoders)


@pytest.mark.parametrize("encoding", _ENCODINGS)
@given(data=st.binary(max_size=300), step=st.integers(1, 400))
def test_what_was_packed_comes_out(encoding: str, data: bytes, step: int) -> None:
    assert _unpacked(encoding, _ENCODINGS[encoding](data), step=step) == (data, True)


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize("step", [1000, 10**7])
def test_long_bodies_come_out_in_pieces(encoding: str, step: int) -> None:
    data = random.Random(1).randbytes(200_000) + bytes(400_000)
    assert _unpacked(encoding, _ENCODINGS[encoding](data), step=step) == (data, True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_unpacked_piece_by_piece(encoding: str) -> None:
    body = _ENCODINGS[encoding](bytes(5_000_000))
    pieces = decoded(decoders_of(encoding, most=1), body)
    assert all(len(piece) <= 200_000 for piece in pieces)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_the_end_is_missed(encoding: str) -> None:
    body = _ENCODINGS[encoding](b"Hof und Plauen sind Partner.")
    assert _unpacked(encoding, body[:-3], step=9)[1] is False


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_lies_are_told(encoding: str) -> None:
    with pytest.raises(EncodingError, match="is not what its Content-Encoding says"):
        _unpacked(encoding, b"<p>Hof und Plauen</p>" * 9, step=50)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [("gzip, gzip, gzip", "3 times"), ("lzma", "'lzma'"), ("br, compress", "'compress'")],
)
def test_what_was_not_asked_for_is_told(encoding: str, message: str) -> None:
    with pytest.raises(EncodingError, match=message):
        decoders_of(encoding, most=2)


def test_padding_after_the_end_does_not_count() -> None:
    assert _unpacked("gzip", gzip.compress(b"Hof") + bytes(99), step=7) == (b"Hof", True)


def test_a_window_of_zstd_beyond_the_standard_is_not_held() -> None:
    options = {
        int(zstd.CompressionParameter.window_log): 27,
        int(zstd.CompressionParameter.enable_long_distance_matching): 1,
    }
    packer = zstd.ZstdCompressor(options=options)
    body = packer.compress(random.Random(1).randbytes(20_000_000)) + packer.flush()
    with pytest.raises(EncodingError):
        _unpacked("zstd", body, step=10**6)
