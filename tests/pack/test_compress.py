import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import ConfigError
from wheelmatrix.pack.compress import Compressor, compress, compressor, pieces

_LARGE = b"".join(b"line %d of a large member\n" % number for number in range(400_000))
_COMPRESSORS = [Compressor(name="zlib", level=level) for level in (1, 6, 9)]
if compressor().name == "libdeflate":
    _COMPRESSORS += [Compressor(name="libdeflate", level=level) for level in (1, 6, 9)]


def _packed(content: bytes, by: Compressor) -> bytes:
    return b"".join(compress(piece, by) for piece in pieces(content, by))


@given(content=st.binary(min_size=1), by=st.sampled_from(_COMPRESSORS))
def test_the_stream_is_raw_deflate_of_the_content(content: bytes, by: Compressor) -> None:
    assert zlib.decompress(_packed(content, by), -15) == content


def test_zlib_splits_a_large_member_into_blocks_that_join_to_one_stream() -> None:
    by = Compressor(name="zlib")
    parts = pieces(_LARGE, by)

    assert len(_LARGE) > 8 << 20
    assert [len(part.content) for part in parts[:-1]] == [1 << 20] * (len(parts) - 1)
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(bytes(after.dictionary) == bytes(before.content)[-32768:] for before, after in pairwise(parts))
    assert zlib.decompress(b"".join(compress(part, by) for part in parts), -15) == _LARGE


def test_a_dictionary_keeps_blocks_nearly_as_small_as_the_whole() -> None:
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    whole = stream.compress(_LARGE) + stream.flush()

    assert len(_packed(_LARGE, Compressor(name="zlib"))) < 1.02 * len(whole)


def test_a_member_of_a_whole_number_of_blocks_ends_with_its_last_block() -> None:
    content = bytes(9 << 20)
    by = Compressor(name="zlib")

    assert len(pieces(content, by)) == 9
    assert zlib.decompress(_packed(content, by), -15) == content


def test_libdeflate_and_small_members_stay_whole() -> None:
    assert len(pieces(_LARGE, Compressor(name="libdeflate"))) == 1
    assert len(pieces(bytes(8 << 20), Compressor(name="zlib"))) == 1


def test_nothing_is_compressed_where_nothing_is_to_be() -> None:
    assert pieces(b"", Compressor(name="zlib")) == ()
    assert pieces(b"content", Compressor(name="stored")) == ()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"method": "stored"}, Compressor(name="stored", level=0)),
        ({"level": 0}, Compressor(name="stored", level=0)),
        ({"level": 9, "library": "zlib"}, Compressor(name="zlib", level=9)),
    ],
)
def test_the_options_name_the_compressor(arguments: dict[str, Any], expected: Compressor) -> None:
    assert compressor(**arguments) == expected


@pytest.mark.parametrize("level", [-1, 10])
def test_a_level_out_of_range_is_a_usage_error(level: int) -> None:
    with pytest.raises(ConfigError, match="expected 0 to 9"):
        compressor(level=level)


def test_the_journal_can_say_which_library_it_was() -> None:
    assert str(Compressor(name="zlib", level=6)) == f"zlib {zlib.ZLIB_RUNTIME_VERSION}, level 6"
    assert str(Compressor(name="stored")) == "stored"
