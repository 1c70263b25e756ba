"""A gzip file is unpacked piece by piece, and says so when it is damaged, too short, too long or a bomb."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.audit.gzip_reader import GzipReader

TEXT = bytes(range(256)) * 1000
PACKED = gzip.compress(TEXT, mtime=0)


def whole(reader: GzipReader, piece: int) -> bytes:
    pieces = []
    while part := reader.read(piece):
        pieces.append(part)
    return b"".join(pieces)


@pytest.mark.parametrize("piece", [1000, 4096, 1 << 20])
def test_what_was_packed_comes_out_in_pieces_as_large_as_asked_for(piece: int) -> None:
    reader = GzipReader(PACKED)

    assert len(reader.read(piece)) == min(piece, len(TEXT))
    assert whole(reader, piece) == TEXT[piece:]
    assert (reader.size_bytes, reader.behind_bytes) == (len(TEXT), 0)


def test_what_follows_the_member_is_counted_and_not_unpacked() -> None:
    reader = GzipReader(PACKED + PACKED)

    assert whole(reader, 1 << 20) == TEXT
    assert reader.behind_bytes == len(PACKED)


def test_much_that_follows_is_counted_too() -> None:
    reader = GzipReader(PACKED + bytes(200_000))

    whole(reader, 1 << 20)
    assert reader.behind_bytes == 200_000


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (b"", "cut off"),
        (PACKED[:-1], "cut off"),
        (PACKED[: len(PACKED) // 2], "cut off"),
        (b"no gzip file at all", "no gzip file"),
        (PACKED[:-8] + bytes(8), "no gzip file, or a damaged one"),
        (gzip.compress(bytes(65 << 20), 9), "a bomb"),
    ],
)
def test_what_cannot_be_unpacked_is_told(packed: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        whole(GzipReader(packed), 1 << 20)


@given(st.binary(max_size=200))
def test_any_bytes_are_unpacked_or_refused(packed: bytes) -> None:
    with suppress(ValueError):
        whole(GzipReader(packed), 1000)
