"""The dynamic section of a library: musl's C library gets Alpine's name, RPATHs of the builder go; the size stays.

The longer name must be in the string table already. The linker is told to give it to the library itself, as its
soname; here the entry for `libc.so` takes that string over, and the library, which nobody links against, has no soname.
"""

import struct
from collections.abc import Sequence

from wheelmatrix.values import dataclass

_MAGIC = b"\x7fELF"
_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NULL, _DT_NEEDED, _DT_STRTAB, _DT_STRSZ, _DT_SONAME = 0, 1, 5, 10, 14
_DT_RPATH, _DT_RUNPATH = 15, 29
_SHT_DYNSYM = 11
_NAMING = frozenset({_DT_NEEDED, _DT_SONAME, _DT_RPATH, _DT_RUNPATH})
"""Entries whose values are names."""
_RELATIVE = ("$ORIGIN", "${ORIGIN}")
_ZIGS_NAME = b"libc.so"
"""What zig's musl calls itself; its loader takes every name that begins with `libc.` for its own."""

_Entry = tuple[int, int]
"""Tag and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How an image spells numbers. Source: ELF gABI, "ELF Header" and "Program Header"."""

    order: str
    is_64: bool

    @property
    def header(self) -> struct.Struct:
        """The file's header, up to the number of program headers."""
        return struct.Struct(f"{self.order}16xHHI{'QQQ' if self.is_64 else 'III'}IHHH")

    @property
    def program(self) -> struct.Struct:
        """A program header."""
        return struct.Struct(f"{self.order}{'IIQQQQQQ' if self.is_64 else '8I'}")

    @property
    def entry(self) -> struct.Struct:
        """An entry of the dynamic section."""
        return struct.Struct(f"{self.order}{'QQ' if self.is_64 else 'II'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dynamic:
    form: _Form
    offset: int
    entries: tuple[_Entry, ...]
    """Without the DT_NULL that ends them."""
    strings: bytes
    strings_at: int
    """Offset of the string table in the file."""


def with_libc_name(image: bytes, soname: str) -> bytes:
    """Return the image with `soname` in place of `libc.so` in DT_NEEDED, and without a DT_SONAME of that name.

    Unchanged if its soname is another one. Later entries move up, DT_NULL fills the place; nothing else is touched.
    """
    try:
        found = _dynamic(image)
    except (struct.error, OverflowError):
        return image
    if found is None:
        return image
    name = soname.encode()
    own = next((value for tag, value in found.entries if tag == _DT_SONAME and _text(found, value) == name), None)
    if own is None:
        return image
    kept = [
        (tag, own if tag == _DT_NEEDED and _text(found, value) == _ZIGS_NAME else value)
        for tag, value in found.entries
        if (tag, value) != (_DT_SONAME, own)
    ]
    return _with_entries(image, found, kept)


def without_foreign_rpaths(image: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the image without the directories of DT_RPATH and DT_RUNPATH that only the builder has, and these.

    What begins with `$ORIGIN` stays. Nothing is written over where the linker lets another name end in the same text.
    """
    try:
        found = _dynamic(image)
        used = _names_used(image, found) if found else None
    except (struct.error, OverflowError):
        return image, ()
    if found is None:
        return image, ()
    removed: list[str] = []
    kept: list[_Entry] = []
    edited = bytearray(image)
    for tag, value in found.entries:
        text = _text(found, value) if tag in (_DT_RPATH, _DT_RUNPATH) else b""
        places = text.decode("utf-8", "surrogateescape").split(":")
        relative = [place for place in places if place.startswith(_RELATIVE)]
        is_own = bool(text) and used is not None and _is_alone(found, value, len(text), used)
        if not text or len(relative) == len(places) or (relative and not is_own):
            kept.append((tag, value))
            continue
        removed += [place for place in places if place not in relative]
        left = ":".join(relative).encode("utf-8", "surrogateescape")
        kept += [(tag, value)] if left else []
        if is_own:
            start = found.strings_at + value
            edited[start : start + len(text)] = left.ljust(len(text), b"\0")
    return (_with_entries(bytes(edited), found, kept), tuple(removed)) if removed else (image, ())


def _with_entries(image: bytes, found: _Dynamic, kept: Sequence[_Entry]) -> bytes:
    """Return the image with other entries in its dynamic section, DT_NULL in the place of those that are gone."""
    filled = [*kept, *[(_DT_NULL, 0)] * (len(found.entries) - len(kept))]
    written = b"".join(found.form.entry.pack(*entry) for entry in filled)
    return image[: found.offset] + written + image[found.offset + len(written) :]


def _is_alone(found: _Dynamic, offset: int, length: int, used: Sequence[int]) -> bool:
    """Return whether no other name begins inside of a string, and it is not itself the end of one."""
    begins = offset > 0 and found.strings[offset - 1] == 0
    return begins and used.count(offset) == 1 and not any(offset < each <= offset + length for each in used)


def _names_used(image: bytes, found: _Dynamic) -> tuple[int, ...] | None:
    """Return the offset of every name that symbols and the dynamic section use; None: the symbols are not found."""
    order, is_64 = found.form.order, found.form.is_64
    (start,) = struct.unpack_from(f"{order}{'Q' if is_64 else 'I'}", image, 0x28 if is_64 else 0x20)
    size_bytes, count = struct.unpack_from(f"{order}HH", image, 0x3A if is_64 else 0x2E)
    for index in range(count):
        at = start + index * size_bytes
        if struct.unpack_from(f"{order}I", image, at + 4) == (_SHT_DYNSYM,):
            place = struct.unpack_from(f"{order}{'QQ' if is_64 else 'II'}", image, at + (24 if is_64 else 16))
            step = 24 if is_64 else 16
            symbols = (struct.unpack_from(f"{order}I", image, place[0] + more)[0] for more in range(0, place[1], step))
            own = (value for tag, value in found.entries if tag in _NAMING)
            return (*symbols, *own)
    return None


def _text(found: _Dynamic, offset: int) -> bytes:
    """Return the string at `offset`; empty where there is none."""
    end = found.strings.find(b"\0", offset)
    return found.strings[offset:end] if end >= 0 else b""


def _dynamic(image: bytes) -> _Dynamic | None:
    """Return the dynamic section; None if this is no ELF file with one. Raises struct.error where it is cut off."""
    if not image.startswith(_MAGIC) or image[4:5] not in (b"\1", b"\2") or image[5:6] not in (b"\1", b"\2"):
        return None
    form = _Form(order="<" if image[5] == 1 else ">", is_64=image[4] == 2)
    *_, programs_at, _, _, _, size_bytes, count = form.header.unpack_from(image)
    if size_bytes != form.program.size:
        return None
    segments = [_segment(form, image, programs_at + index * size_bytes) for index in range(count)]
    place = next(((offset, held) for kind, offset, _, held in segments if kind == _PT_DYNAMIC), None)
    if place is None or place[0] + place[1] > len(image):
        return None
    entries: list[_Entry] = []
    for at in range(place[0], place[0] + place[1] - form.entry.size + 1, form.entry.size):
        tag, value = form.entry.unpack_from(image, at)
        if tag == _DT_NULL:
            return _Dynamic(
                form=form,
                offset=place[0],
                entries=tuple(entries),
                strings=image[slice(*_strings(segments, entries))],
                strings_at=_strings(segments, entries)[0],
            )
        entries.append((tag, value))
    return None


def _segment(form: _Form, image: bytes, at: int) -> tuple[int, int, int, int]:
    """Return kind, offset in the file, address, and bytes in the file of a program header."""
    fields = form.program.unpack_from(image, at)
    kind, offset, address, held = (fields[index] for index in ((0, 2, 3, 5) if form.is_64 else (0, 1, 2, 4)))
    return kind, offset, address, held


def _strings(segments: Sequence[tuple[int, int, int, int]], entries: Sequence[_Entry]) -> tuple[int, int]:
    """Return where the string table begins and ends in the file; twice 0: it is not in it."""
    values = dict(reversed(entries))
    address = values.get(_DT_STRTAB, -1)
    for kind, offset, start, held in segments:
        if kind == _PT_LOAD and 0 <= address - start < held:
            first = address - start + offset
            return first, first + values.get(_DT_STRSZ, 0)
    return 0, 0
