"""A zip archive read the strict way: every byte has to belong to a member, the directory or the end record.

    [local header, data] × n   [central header] × n   (zip64 end, zip64 locator)   end record
     └ tiles without a gap ┘    └ names each local header once, with the same facts ┘

The standard library's reader accepts what installers disagree on (duplicates, gaps, two names for one member), and an
index refuses. Source: APPNOTE.TXT 6.3; warehouse's archive checks.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from wheelmatrix.values import dataclass

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_LOCAL_FORM = struct.Struct("<4s5H3I2H")
_CENTRAL_FORM = struct.Struct("<4s6H3I5H2I")
_END_FORM = struct.Struct("<4s4H2IH")
_END64_FORM = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64_FORM = struct.Struct("<4sIQI")
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_STORED, _DEFLATED = 0, 8
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
BOMB_BYTES, BOMB_RATIO = 64 << 20, 50
"""Beyond both an index takes the archive for a bomb. Source: warehouse, 2026-08."""
_UNIX = 3
_FORMAT_BITS, _LINK, _REGULAR, _DIRECTORY = 0o170000, 0o120000, 0o100000, 0o040000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of the central directory."""

    name: str
    offset: int
    """Of its local header, in bytes from the start of the file."""
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    mode: int
    """Unix mode; 0 if it was not made on Unix."""

    @property
    def is_directory(self) -> bool:
        """Whether it only names a directory."""
        return self.name.endswith("/")


class Contents(Mapping[str, bytes]):
    """Contents by name; one that is stored is copied out of the archive when it is asked for, and not before."""

    def __init__(self, views: Mapping[str, bytes | memoryview]) -> None:
        self.views = views
        """The same without a copy, for digests and first bytes."""

    def __getitem__(self, name: str) -> bytes:
        """Return a content; raises KeyError."""
        return bytes(self.views[name])

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self.views)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.views)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unzipped:
    """What is in an archive, and what is wrong with its structure."""

    problems: tuple[str, ...]
    members: tuple[Member, ...]
    """In the order of the central directory, directories included."""
    contents: Contents
    """Of the members that could be read, by name; the first of a name that occurs twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    members: int
    directory_offset: int
    directory_bytes: int
    start: int
    """Where the first end record begins: the directory has to end there."""


def unzip(archive: bytes) -> Unzipped:
    """Return every member of `archive` with its content, and everything that is wrong with the archive.

    Nothing is raised for what is in `archive`; the contents are empty if it is no zip file or a bomb.
    """
    problems: list[str] = []
    end = _read_end(archive, problems)
    if end is None:
        return Unzipped(problems=tuple(problems), members=(), contents=Contents({}))
    shift = end.start - end.directory_bytes - end.directory_offset
    if shift < 0:
        problems.append("the central directory does not lie where the end record says: the file is cut off or joined")
        return Unzipped(problems=tuple(problems), members=(), contents=Contents({}))
    if shift:
        problems.append(f"{shift} bytes stand before the archive or between its parts")
    members = tuple(_read_directory(archive, end, shift, problems))
    starts = _check_locals(archive, members, end, shift, problems)
    problems += (f"{name!r} is in the archive {n} times" for name, n in _repeated(one.name for one in members))
    contents = Contents(_contents(archive, members, starts, problems))
    return Unzipped(problems=tuple(problems), members=members, contents=contents)


def _read_end(archive: bytes, problems: list[str]) -> _End | None:
    at = archive.rfind(_END)
    if at < 0 or at + _END_FORM.size > len(archive):
        problems.append("not a zip archive: it has no end record")
        return None
    _, disk, first_disk, here, members, size_bytes, offset, comment_bytes = _END_FORM.unpack_from(archive, at)
    behind = len(archive) - at - _END_FORM.size
    if comment_bytes:
        problems.append(f"the archive has a comment of {comment_bytes} bytes")
    if behind != comment_bytes:
        problems.append(
            f"{abs(behind - comment_bytes)} bytes {'follow' if behind > comment_bytes else 'lack at'} the end"
        )
    start = at
    if archive[max(at - _LOCATOR64_FORM.size, 0) : at].startswith(_LOCATOR64):
        found = _read_end64(archive, at - _LOCATOR64_FORM.size, problems)
        if found is None:
            return None
        start, here, members, size_bytes, offset = found
    if disk not in (0, _FULL16) or first_disk not in (0, _FULL16) or here != members:
        problems.append("the archive claims to span several disks")
    return _End(members=members, directory_offset=offset, directory_bytes=size_bytes, start=start)


def _read_end64(archive: bytes, at: int, problems: list[str]) -> tuple[int, int, int, int, int] | None:
    _, disk, offset, disks = _LOCATOR64_FORM.unpack_from(archive, at)
    start = at - _END64_FORM.size
    if offset != start or archive[max(start, 0) : start + 4] != _END64:
        problems.append("the zip64 locator does not point to a plain zip64 end record right before it")
        return None
    _, record_bytes, _, _, on, first, here, members, size_bytes, where = _END64_FORM.unpack_from(archive, start)
    if record_bytes != _END64_FORM.size - 12:
        problems.append("the zip64 end record has extra data")
    if disk or disks not in (0, 1) or on or first:
        problems.append("the zip64 end record claims several disks")
    return start, here, members, size_bytes, where


def _read_directory(archive: bytes, end: _End, shift: int, problems: list[str]) -> Iterator[Member]:
    at = end.directory_offset + shift
    for index in range(end.members):
        if at + _CENTRAL_FORM.size > end.start or archive[at : at + 4] != _CENTRAL:
            problems.append(f"the central directory has {index} members, its end record says {end.members}")
            return
        fields = _CENTRAL_FORM.unpack_from(archive, at)
        _, made, _, flags, method, _, _, crc, packed, size, name_n, extra_n, comment_n, disk, _, external, offset = (
            fields
        )
        name_at = at + _CENTRAL_FORM.size
        name = _name(archive[name_at : name_at + name_n], flags, problems)
        extra = archive[name_at + name_n : name_at + name_n + extra_n]
        wide = _wide(_extra(extra, name, problems), (size, packed, offset), name, problems)
        if comment_n:
            problems.append(f"{name!r} has a comment")
        if disk:
            problems.append(f"{name!r} is on another disk")
        at = name_at + name_n + extra_n + comment_n
        size, packed, offset = wide
        mode = external >> 16 if made >> 8 == _UNIX else 0
        yield Member(
            name=name, offset=offset + shift, flags=flags, method=method, crc=crc, packed_bytes=packed, size_bytes=size,
            mode=mode,
        )  # fmt: skip
    if at != end.start:
        problems.append(f"{end.start - at} bytes of the central directory are no header of a member")


def _check_locals(
    archive: bytes, members: Iterable[Member], end: _End, shift: int, problems: list[str]
) -> dict[Member, int]:
    """Return where each readable member's data starts, having compared the local headers, which must tile the file."""
    starts: dict[Member, int] = {}
    reached, follows_descriptor = shift, False
    for member in sorted(members, key=lambda one: one.offset):
        _check_member(member, problems)
        if member.offset != reached and not (follows_descriptor and member.offset > reached):
            problems.append(
                f"the archive has a gap or an overlap of {member.offset - reached} bytes at {member.name!r}"
            )
        start = _check_local(archive, member, problems)
        if start is None:
            continue
        starts[member] = start
        reached, follows_descriptor = start + member.packed_bytes, bool(member.flags & _DESCRIPTOR)
    directory = end.directory_offset + shift
    if reached != directory and not (follows_descriptor and reached < directory):
        problems.append(f"{directory - reached} bytes before the central directory belong to no member of it")
    return starts


def _check_member(member: Member, problems: list[str]) -> None:
    if member.flags & _DESCRIPTOR:
        problems.append(f"{member.name!r} has a data descriptor (it was written to a stream); indexes refuse that")
    if member.flags & _ENCRYPTED:
        problems.append(f"{member.name!r} is encrypted")
    if member.method not in (_STORED, _DEFLATED):
        problems.append(
            f"{member.name!r} is compressed by method {member.method}; only stored and deflated are allowed"
        )
    kind = member.mode & _FORMAT_BITS
    if kind == _LINK:
        problems.append(f"{member.name!r} is a symbolic link")
    elif kind not in (0, _REGULAR, _DIRECTORY):
        problems.append(f"{member.name!r} is neither a file nor a directory")


def _check_local(archive: bytes, member: Member, problems: list[str]) -> int | None:
    at = member.offset
    if at + _LOCAL_FORM.size > len(archive) or archive[at : at + 4] != _LOCAL:
        problems.append(f"{member.name!r} has no local header at byte {at}")
        return None
    _, _, flags, method, _, _, crc, packed, size, name_n, extra_n = _LOCAL_FORM.unpack_from(archive, at)
    name_at = at + _LOCAL_FORM.size
    said: list[str] = []
    name = _name(archive[name_at : name_at + name_n], flags, [])
    extra = _extra(archive[name_at + name_n : name_at + name_n + extra_n], member.name, problems)
    size, packed, _ = _wide(extra, (size, packed, 0), member.name, said)
    sums = (crc, packed, size), (member.crc, member.packed_bytes, member.size_bytes)
    differs = (name, flags, method) != (member.name, member.flags, member.method)
    if differs or (not flags & _DESCRIPTOR and sums[0] != sums[1]) or said:
        problems.append(f"the local header of {member.name!r} says other than the central directory: {name!r}")
    if _is_odd_zip64(extra.get(_ZIP64, b""), member):
        problems.append(f"the zip64 field of {member.name!r} has other sizes than the central directory")
    start = int(name_at + name_n + extra_n)
    if start + member.packed_bytes > len(archive):
        problems.append(f"{member.name!r} goes beyond the end of the archive")
        return None
    return start


def _name(raw: bytes, flags: int, problems: list[str]) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        problems.append(f"the name {raw!r} is not UTF-8")
        return raw.decode("utf-8", "backslashreplace")
    if not name.isascii() and not flags & _UTF8:
        problems.append(f"{name!r} is not ASCII, and not marked as UTF-8")
    return name


def _extra(raw: bytes, name: str, problems: list[str]) -> dict[int, bytes]:
    """Return the extra fields by id; the first of each."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(raw):
        if at + 4 > len(raw):
            problems.append(f"the extra fields of {name!r} are malformed")
            break
        key, held_bytes = struct.unpack_from("<HH", raw, at)
        if at + 4 + held_bytes > len(raw):
            problems.append(f"the extra fields of {name!r} are malformed")
            break
        if key in found and key in (_ZIP64, _UNICODE_PATH):
            problems.append(f"{name!r} has the extra field {key:#06x} twice")
        found.setdefault(key, raw[at + 4 : at + 4 + held_bytes])
        at += 4 + held_bytes
    if _UNICODE_PATH in found and found[_UNICODE_PATH][5:] != name.encode("utf-8", "backslashreplace"):
        problems.append(f"{name!r} has another name in its extra field {_UNICODE_PATH:#06x}")
    return found


def _is_odd_zip64(held: bytes, member: Member) -> bool:
    """Return whether the ZIP64 field of a local header says other than the directory.

    By APPNOTE 4.5.3 it counts only where the header's own sizes are full; there are readers that take it at its word.
    """
    sizes = struct.pack("<2Q", member.size_bytes, member.packed_bytes)
    is_half = len(held) == 8 and member.method != _STORED
    return bool(held) and (len(held) not in (8, 16, 24, 28) or held[:16] != sizes[: len(held)] or is_half)


def _wide(
    extra: dict[int, bytes], narrow: tuple[int, int, int], name: str, problems: list[str]
) -> tuple[int, int, int]:
    """Return (size, packed size, offset), each from the zip64 field where its 32-bit field is full (APPNOTE 4.5.3)."""
    held = extra.get(_ZIP64, b"")
    wide: list[int] = []
    at = 0
    for value in narrow:
        if value != _FULL32:
            wide.append(value)
            continue
        if at + 8 > len(held):
            problems.append(f"{name!r} lacks its zip64 sizes")
            return narrow
        wide.append(int.from_bytes(held[at : at + 8], "little"))
        at += 8
    return wide[0], wide[1], wide[2]


def _contents(
    archive: bytes, members: Iterable[Member], starts: dict[Member, int], problems: list[str]
) -> dict[str, bytes | memoryview]:
    whole = sum(member.size_bytes for member in starts)
    if whole > BOMB_BYTES and whole > BOMB_RATIO * len(archive):
        problems.append(f"a bomb: {whole} bytes unpacked, more than {BOMB_RATIO} times the {len(archive)} bytes it has")
        return {}
    if sum(member.packed_bytes for member in starts) > len(archive):
        problems.append("its members overlap: together they are larger than the archive")
        return {}
    contents: dict[str, bytes | memoryview] = {}
    for member in members:
        if member not in starts or member.is_directory or member.name in contents:
            continue
        try:
            packed = memoryview(archive)[starts[member] : starts[member] + member.packed_bytes]
            contents[member.name] = _content(packed, member)
        except (ValueError, zlib.error) as error:
            problems.append(f"{member.name!r} cannot be unpacked: {error}")
    return contents


def _content(packed: memoryview, member: Member) -> bytes | memoryview:
    content: bytes | memoryview = packed
    if member.method == _DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflater.decompress(packed, member.size_bytes + 1)
        if not inflater.eof or inflater.unused_data:
            raise ValueError("its compressed data is longer or shorter than the directory says")
    elif member.method != _STORED:
        raise ValueError(f"unknown method {member.method}")
    if len(content) != member.size_bytes:
        raise ValueError(f"it has {len(content)} bytes, the directory says {member.size_bytes}")
    if zlib.crc32(content) != member.crc:
        raise ValueError("its checksum differs from the directory's")
    return content


def _repeated(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted((name, times) for name, times in Counter(names).items() if times > 1)
