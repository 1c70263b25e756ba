"""Where the parts of a library lie in its file: names for offsets, in ELF, PE and Mach-O alike.

It explains and proves nothing: of a damaged file it returns what could be read.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from wheelmatrix.values import dataclass

_MOST = 4096
"""Sections that are believed, and Mach-O's load commands and slices."""
_NOBITS = 8
_SEGMENT, _SYMTAB, _SEGMENT_64, _UUID, _SIGNATURE = 0x1, 0x2, 0x19, 0x1B, 0x1D
"""Load commands."""
_ZERO_FILLED = frozenset({0x1, 0xC, 0x12})
"""Types of sections that have no bytes in the file. Source: <mach-o/loader.h>, S_ZEROFILL and others."""
_CPUS = {0x01000007: "x86_64", 0x0100000C: "arm64", 7: "i386", 12: "arm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a file."""

    name: str
    """As its format has it; in a universal file with the machine before it: `arm64 __TEXT,__const`."""
    offset: int
    """Bytes from the start of the file."""
    size_bytes: int


def sections(image: bytes) -> tuple[Section, ...]:
    """Return the named parts of a library that lie in the file, by offset; empty for what is no library.

    Parts may overlap, and need not cover the file. Nothing in `image` raises.
    """
    found: list[Section] = []
    try:
        for section in _read(image):
            found.append(section)  # noqa: PERF402  # what was read before the damage stays
    except (struct.error, OverflowError, UnicodeDecodeError):
        pass
    whole = len(image)
    there = [each for each in found[:_MOST] if each.size_bytes and each.offset + each.size_bytes <= whole]
    return tuple(sorted(there, key=lambda each: (each.offset, each.size_bytes)))


def _read(image: bytes) -> Iterator[Section]:
    match image[:4]:
        case b"\x7fELF":
            yield from _elf(image)
        case b"\xca\xfe\xba\xbe" | b"\xca\xfe\xba\xbf":
            yield from _fat(image)
        case b"\xcf\xfa\xed\xfe" | b"\xce\xfa\xed\xfe" | b"\xfe\xed\xfa\xcf" | b"\xfe\xed\xfa\xce":
            yield from _macho(image)
        case magic if magic[:2] == b"MZ":
            yield from _pe(image)


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _elf(image: bytes) -> Iterator[Section]:
    """Source: ELF gABI, "ELF Header" and "Section Header"."""
    is_64, order = image[4:5] == b"\2", ">" if image[5:6] == b"\2" else "<"
    start, size_bytes, count, names_index = struct.unpack_from(
        f"{order}{'40xQ10xHHH' if is_64 else '32xI10xHHH'}", image
    )
    yield Section(name="ELF header", offset=0, size_bytes=64 if is_64 else 52)
    form = struct.Struct(f"{order}{'IIQQQQ' if is_64 else 'IIIIII'}")
    rows = [form.unpack_from(image, start + index * size_bytes) for index in range(min(count, _MOST))]
    if names_index >= len(rows):
        return
    _, _, _, _, names_at, names_bytes = rows[names_index]
    names = image[names_at : names_at + names_bytes]
    for name, kind, _, _, offset, held in rows:
        if kind not in (0, _NOBITS):
            yield Section(name=_text(names[name : name + 256]), offset=offset, size_bytes=held)
    yield Section(name="section headers", offset=start, size_bytes=count * size_bytes)


def _pe(image: bytes) -> Iterator[Section]:
    """Source: Microsoft's "PE Format"."""
    (start,) = struct.unpack_from("<I", image, 60)
    if image[start : start + 4] != b"PE\0\0":
        return
    count, optional_bytes = struct.unpack_from("<2xH12xH", image, start + 4)
    table = start + 24 + optional_bytes
    yield Section(name="COFF header", offset=start + 4, size_bytes=20)
    yield Section(name="optional header", offset=start + 24, size_bytes=optional_bytes)
    yield Section(name="section headers", offset=table, size_bytes=40 * count)
    for index in range(count):
        name, held, offset = struct.unpack_from("<8s8xII", image, table + 40 * index)
        yield Section(name=_text(name), offset=offset, size_bytes=held)


def _fat(image: bytes) -> Iterator[Section]:
    """Source: <mach-o/fat.h>: all numbers are big-endian."""
    form = ">2I3I" if image[3] == 0xBE else ">2I2Q2I"
    (count,) = struct.unpack_from(">I", image, 4)
    yield Section(name="universal header", offset=0, size_bytes=8 + struct.calcsize(form) * count)
    for index in range(min(count, 16)):
        cpu, _, offset, size_bytes, *_ = struct.unpack_from(form, image, 8 + struct.calcsize(form) * index)
        machine = _CPUS.get(cpu, f"{cpu:#x}")
        for each in _macho(image[offset : offset + size_bytes]):
            yield replace(each, name=f"{machine} {each.name}", offset=offset + each.offset)


def _macho(image: bytes) -> Iterator[Section]:
    """Source: <mach-o/loader.h>."""
    order = "<" if image[:1] in (b"\xcf", b"\xce") else ">"
    is_64 = image[:1] == b"\xcf" or image[3:4] == b"\xcf"
    count, commands_bytes = struct.unpack_from(f"{order}16xII", image)
    at = 32 if is_64 else 28
    yield Section(name="Mach-O header", offset=0, size_bytes=at)
    yield Section(name="load commands", offset=at, size_bytes=commands_bytes)
    for _ in range(min(count, _MOST)):
        kind, size_bytes = struct.unpack_from(f"{order}II", image, at)
        yield from _macho_command(image, at, order, kind, size_bytes, is_64=is_64)
        if size_bytes < 8:
            return
        at += size_bytes


def _macho_command(
    image: bytes, at: int, order: str, kind: int, size_bytes: int, *, is_64: bool
) -> Iterator[Section]:  # fmt: skip
    if kind in (_SEGMENT, _SEGMENT_64):
        yield from _macho_segment(image, at, order, is_64=kind == _SEGMENT_64)
    elif kind == _SYMTAB:
        symbols, number, strings, strings_bytes = struct.unpack_from(f"{order}8x4I", image, at)
        yield Section(name="symbol table", offset=symbols, size_bytes=number * (16 if is_64 else 12))
        yield Section(name="string table", offset=strings, size_bytes=strings_bytes)
    elif kind == _UUID:
        yield Section(name="LC_UUID", offset=at, size_bytes=size_bytes)
    elif kind == _SIGNATURE:
        offset, held = struct.unpack_from(f"{order}8xII", image, at)
        yield Section(name="code signature", offset=offset, size_bytes=held)


def _macho_segment(image: bytes, start: int, order: str, *, is_64: bool) -> Iterator[Section]:
    (count,) = struct.unpack_from(f"{order}I", image, start + (64 if is_64 else 48))
    head, each_bytes = (72, 80) if is_64 else (56, 68)
    form = f"{order}16s16s{'8xQ' if is_64 else '4xI'}I12xI"
    for index in range(min(count, _MOST)):
        section, segment, held, offset, flags = struct.unpack_from(form, image, start + head + each_bytes * index)
        if flags & 0xFF not in _ZERO_FILLED:
            yield Section(name=f"{_text(segment)},{_text(section)}", offset=offset, size_bytes=held)
