"""The wheel writer: members in, the file's bytes out; the same members give the same bytes."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence

from wheelmatrix.errors import PackError
from wheelmatrix.pack.compress import Compressor, Content, compress, pieces
from wheelmatrix.pack.headers import (
    DEFLATED,
    EARLIEST_EPOCH_S,
    STORED,
    Facts,
    Method,
    central_header,
    end_of_archive,
    local_header,
)
from wheelmatrix.pack.names import name_fault
from wheelmatrix.pack.record import Row, sha256_digest
from wheelmatrix.values import dataclass

_BOMB_BYTES = 64 << 20
_BOMB_RATIO = 40
"""PyPI refuses more than 64 MiB unpacked at more than 50 times the packed size; 40 leaves room. Source: warehouse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of the archive, compressed, with all that its headers and RECORD say of it."""

    name: str
    payload: tuple[Content, ...]
    """Its bytes in the archive, in parts to be joined."""
    method: Method
    crc32: int
    size_bytes: int
    """Size of the file."""
    sha256: bytes
    """Of the file."""
    executable: bool

    @property
    def packed_bytes(self) -> int:
        """Size in the archive."""
        return sum(map(len, self.payload))

    @property
    def row(self) -> Row:
        """Its line in RECORD."""
        return Row(name=self.name, digest=sha256_digest(self.sha256), size_bytes=self.size_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What proves that a file came through whole."""

    crc32: int
    sha256: bytes


def member(name: str, content: Content, *, executable: bool = False, compressor: Compressor) -> Member:
    """Return a file as a member: compressed, or stored where that is not larger.

    All of the work of packing is here, mostly with the GIL released: call it in a thread.
    """
    parts = [compress(piece, compressor) for piece in pieces(content, compressor)]
    return sealed(name, content, parts, checks(content), executable=executable)


def checks(content: Content) -> Checks:
    """Return the checksums of a file; needs nothing of its compression, so both can be done at once."""
    return Checks(crc32=zlib.crc32(content), sha256=hashlib.sha256(content).digest())


def sealed(
    name: str, content: Content, compressed: Sequence[Content], checked: Checks, *, executable: bool = False
) -> Member:
    """Return the member of a file whose pieces were compressed elsewhere; no pieces: it is stored."""
    shrinks = bool(compressed) and sum(map(len, compressed)) < len(content)
    return Member(
        name=name,
        payload=tuple(compressed) if shrinks else (content,),
        method=DEFLATED if shrinks else STORED,
        crc32=checked.crc32,
        size_bytes=len(content),
        sha256=checked.sha256,
        executable=executable,
    )


class Archive:
    """An archive in the making: `add` each member, write what it returns, then `finish`, and write that."""

    __slots__ = ("_directory", "_epoch_s", "_names", "_offset", "_unpacked_bytes")

    def __init__(self, *, epoch_s: int = EARLIEST_EPOCH_S) -> None:
        self._epoch_s = epoch_s
        self._names: set[str] = set()
        self._directory: list[bytes] = []
        self._offset = 0
        self._unpacked_bytes = 0

    def add(self, member: Member) -> tuple[Content, ...]:
        """Return the bytes that the member adds to the file, in parts.

        Raises PackError if its name is forbidden or was added before.
        """
        fault = name_fault(member.name) or ("is there twice" if member.name in self._names else "")
        if fault:
            raise PackError.of(f"the name {member.name!r} {fault}")
        facts = Facts(
            name=member.name,
            method=member.method,
            crc32=member.crc32,
            packed_bytes=member.packed_bytes,
            size_bytes=member.size_bytes,
            executable=member.executable,
            epoch_s=self._epoch_s,
        )
        header = local_header(facts)
        self._names.add(member.name)
        self._directory.append(central_header(facts, self._offset))
        self._offset += len(header) + facts.packed_bytes
        self._unpacked_bytes += facts.size_bytes
        return (header, *member.payload)

    def finish(self) -> bytes:
        """Return the directory and the end of the file."""
        directory = b"".join(self._directory)
        return directory + end_of_archive(len(self._directory), len(directory), self._offset)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an index would hold against the members so far; normally empty."""
        if self._unpacked_bytes <= _BOMB_BYTES or self._unpacked_bytes <= _BOMB_RATIO * self._offset:
            return ()
        ratio = self._unpacked_bytes // self._offset
        return (f"the wheel unpacks to {ratio} times its size; PyPI refuses more than 50 times as an archive bomb",)


def archive(members: Iterable[Member], *, epoch_s: int = EARLIEST_EPOCH_S) -> Iterator[Content]:
    """Yield the bytes of an archive of `members` in their order, every member's time being `epoch_s` (since 1970)."""
    growing = Archive(epoch_s=epoch_s)
    for each in members:
        yield from growing.add(each)
    yield growing.finish()
