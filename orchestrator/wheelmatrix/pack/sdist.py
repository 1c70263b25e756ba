"""The sdist writer: members in, the file's bytes out; the same members give the same bytes, whoever packs them.

    gzip( [pax header, if ustar cannot say it]  header  content padded to 512  …  two empty blocks )

No owner, no group, two modes, one time, and a gzip header without time and name. Sources: POSIX pax, "ustar
Interchange Format" and "pax Header Block"; RFC 1952.
"""

import zlib
from typing import Final

from wheelmatrix.errors import PackError
from wheelmatrix.pack.epoch import epoch_of
from wheelmatrix.pack.names import name_fault

DEFAULT_EPOCH_S: Final = 1_153_704_088
"""2006-07-24 01:21:28 UTC, as cargo and maturin have it: times near 1970 upset tools."""
SUFFIX: Final = ".tar.gz"

_BLOCK_BYTES = 512
_NAME_BYTES, _PREFIX_BYTES = 100, 155
_MOST_OCTAL = 8**11 - 1
"""Largest number that eleven octal digits hold: a size of 8 GiB, a time in the year 2242."""
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Deflate, no flags, no time, neither fastest nor smallest, system unknown."""


def sdist_epoch(text: str | None) -> int:
    """Return the time of every member, in seconds since 1970: SOURCE_DATE_EPOCH's `text`, or that of 2006.

    Raises ConfigError if the text is no whole number.
    """
    return epoch_of(text, usual_s=DEFAULT_EPOCH_S, earliest_s=0, latest_s=_MOST_OCTAL)


class Sdist:
    """An archive in the making: `add` each member, write what it returns, then `finish`, and write that."""

    __slots__ = ("_checksum", "_deflate", "_epoch_s", "_names", "_size_bytes")

    def __init__(self, *, epoch_s: int = DEFAULT_EPOCH_S, level: int = 6) -> None:
        self._epoch_s = epoch_s
        self._names: set[str] = set()
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._checksum = 0
        self._size_bytes = 0

    def add(self, name: str, content: bytes, *, executable: bool = False) -> bytes:
        """Return the bytes that a file adds to the archive; may be empty.

        Raises PackError if its name is forbidden or was added before.
        """
        fault = name_fault(name) or ("is there twice" if name in self._names else "")
        if fault:
            raise PackError.of(f"the name {name!r} {fault}")
        self._names.add(name)
        mode = 0o755 if executable else 0o644
        padding = bytes(-len(content) % _BLOCK_BYTES)
        return self._packed(b"".join((*self._headers(name, len(content), mode), content, padding)))

    def finish(self) -> bytes:
        """Return the end of the archive."""
        last = self._packed(bytes(2 * _BLOCK_BYTES)) + self._deflate.flush()
        size = self._size_bytes & 0xFFFFFFFF
        return last + self._checksum.to_bytes(4, "little") + size.to_bytes(4, "little")

    def _packed(self, content: bytes) -> bytes:
        start = b"" if self._size_bytes else _GZIP_HEADER
        self._checksum = zlib.crc32(content, self._checksum)
        self._size_bytes += len(content)
        return start + self._deflate.compress(content)

    def _headers(self, name: str, size_bytes: int, mode: int) -> tuple[bytes, ...]:
        raw = name.encode()
        fitting = _split(raw) if raw.isascii() else None
        records = {} if fitting else {"path": name}
        if size_bytes > _MOST_OCTAL:
            records["size"] = str(size_bytes)
        prefix, short = fitting or (b"", raw[:_NAME_BYTES])
        own = _header(prefix, short, min(size_bytes, _MOST_OCTAL), mode, self._epoch_s, b"0")
        if not records:
            return (own,)
        said = b"".join(_record(key, value) for key, value in records.items())
        described = _header(b"", b"././@PaxHeader", len(said), 0o644, self._epoch_s, b"x")
        return (described, said, bytes(-len(said) % _BLOCK_BYTES), own)


def _split(name: bytes) -> tuple[bytes, bytes] | None:
    """Return prefix and name, to be joined by a slash, as ustar takes them; None: it takes no name that long."""
    if len(name) <= _NAME_BYTES:
        return b"", name
    at = name.rfind(b"/", 0, _PREFIX_BYTES + 1)
    if at <= 0 or not 0 < len(name) - at - 1 <= _NAME_BYTES:
        return None
    return name[:at], name[at + 1 :]


def _header(prefix: bytes, name: bytes, size_bytes: int, mode: int, epoch_s: int, kind: bytes) -> bytes:
    front = b"".join(
        (
            name.ljust(_NAME_BYTES, b"\0"),
            b"%07o\0" % mode,
            b"%07o\0" % 0,  # user
            b"%07o\0" % 0,  # group
            b"%011o\0" % size_bytes,
            b"%011o\0" % epoch_s,
        )
    )
    # link name, magic, version, names of user and group, device numbers
    back = kind + bytes(100) + b"ustar\x0000" + bytes(64) + b"%07o\0" % 0 * 2 + prefix.ljust(_PREFIX_BYTES, b"\0")
    header = front + b" " * 8 + back
    return (front + b"%06o\0 " % sum(header) + back).ljust(_BLOCK_BYTES, b"\0")


def _record(key: str, value: str) -> bytes:
    """Return `LENGTH key=value\\n`; the length counts its own digits."""
    rest = f" {key}={value}\n".encode()
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest
