"""Deflate by the fastest library at hand; which one it was is a value, because the bytes depend on it."""

import zlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from wheelmatrix.errors import ConfigError
from wheelmatrix.values import dataclass

Content = bytes | bytearray | memoryview

_SPLIT_ABOVE_BYTES = 8 << 20
_BLOCK_BYTES = 1 << 20
_WINDOW_BYTES = 32 << 10
"""How far deflate looks back (RFC 1951): the end of the block before serves the next as dictionary."""
_RAW = -zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressor:
    """Who deflates; the same value and the same library version give the same bytes, on any number of threads."""

    name: Literal["libdeflate", "zlib", "stored"]
    level: int = 6
    """1 (quick) to 9 (small); of no meaning where `name` is `stored`."""

    def __str__(self) -> str:
        library = {"libdeflate": _libdeflate_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION, "stored": ""}[self.name]
        return f"{self.name} {library}, level {self.level}" if library else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a member that can be compressed while others are; the results, joined in order, are one stream."""

    content: Content
    dictionary: Content
    """What stands before it in the member, at most 32 KiB; empty at the member's start."""
    is_last: bool


def compressor(
    method: Literal["deflated", "stored"] = "deflated",
    level: int = 6,
    library: Literal["auto", "libdeflate", "zlib"] = "auto",
) -> Compressor:
    """Return the compressor of an option's `method` and `level` (0 to 9; 0 stores); `auto`: libdeflate where it is.

    Raises ConfigError if the level is out of range, or libdeflate is asked for and not installed.
    """
    if not 0 <= level <= 9:
        raise ConfigError.of(f"compression level {level}, expected 0 to 9", where="--compression-level")
    if method == "stored" or level == 0:
        return Compressor(name="stored", level=0)
    has_libdeflate = _libdeflate() is not None
    if library == "libdeflate" and not has_libdeflate:
        raise ConfigError.of("libdeflate is not installed", hint="pip install deflate, or take zlib")
    return Compressor(name="libdeflate" if has_libdeflate and library != "zlib" else "zlib", level=level)


def pieces(content: Content, by: Compressor) -> tuple[Piece, ...]:
    """Return the parts of `content` to be compressed apart; empty where nothing is to be compressed.

    libdeflate takes a member whole: it is three times as quick, and knows no dictionary. zlib gets blocks of 1 MiB
    of any member above 8 MiB. The split depends on the size alone, never on the number of threads.
    """
    if by.name == "stored" or not len(content):
        return ()
    if by.name == "libdeflate" or len(content) <= _SPLIT_ABOVE_BYTES:
        return (Piece(content=content, dictionary=b"", is_last=True),)
    view = memoryview(content)
    return tuple(
        Piece(
            content=view[start : start + _BLOCK_BYTES],
            dictionary=view[max(0, start - _WINDOW_BYTES) : start],
            is_last=start + _BLOCK_BYTES >= len(view),
        )
        for start in range(0, len(view), _BLOCK_BYTES)
    )


def compress(piece: Piece, by: Compressor) -> Content:
    """Return the raw deflate stream (RFC 1951) of a piece; busy with the GIL released, so made for a thread."""
    if by.name == "libdeflate":
        deflate = _libdeflate()
        if deflate is None:
            raise AssertionError("compressor() gives libdeflate only where it is installed")
        return deflate(piece.content, by.level)
    if piece.dictionary:
        stream = zlib.compressobj(by.level, zlib.DEFLATED, _RAW, zdict=bytes(piece.dictionary))
    else:
        stream = zlib.compressobj(by.level, zlib.DEFLATED, _RAW)
    # A sync flush ends on a byte and leaves the stream open, so that the next piece can follow: pigz's way.
    return stream.compress(piece.content) + stream.flush(zlib.Z_FINISH if piece.is_last else zlib.Z_SYNC_FLUSH)


def _libdeflate() -> Callable[[Content, int], bytearray] | None:
    try:
        from deflate import deflate_compress
    except ImportError:
        return None
    found: Callable[[Content, int], bytearray] = deflate_compress
    return found


def _libdeflate_version() -> str:
    try:
        return f"(deflate {version('deflate')})"
    except PackageNotFoundError:
        return "(not installed)"
