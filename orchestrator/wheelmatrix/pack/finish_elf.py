"""The dynamic section of a musl library: its C library gets Alpine's name, without a byte more.

The longer name must be in the string table already. The linker is told to give it to the library itself, as its
soname; here the entry for `libc.so` takes that string over, and the library, which nobody links against, has no soname.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_MAGIC = b"\x7fELF"
_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NULL, _DT_NEEDED, _DT_STRTAB, _DT_STRSZ, _DT_SONAME = 0, 1, 5, 10, 14
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
    kept += [(_DT_NULL, 0)] * (len(found.entries) - len(kept))
    written = b"".join(found.form.entry.pack(*entry) for entry in kept)
    return image[: found.offset] + written + image[found.offset + len(written) :]


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
                form=form, offset=place[0], entries=tuple(entries), strings=_strings(image, segments, entries)
            )  # fmt: skip
        entries.append((tag, value))
    return None


def _segment(form: _Form, image: bytes, at: int) -> tuple[int, int, int, int]:
    """Return kind, offset in the file, address, and bytes in the file of a program header."""
    fields = form.program.unpack_from(image, at)
    kind, offset, address, held = (fields[index] for index in ((0, 2, 3, 5) if form.is_64 else (0, 1, 2, 4)))
    return kind, offset, address, held


def _strings(image: bytes, segments: Sequence[tuple[int, int, int, int]], entries: Sequence[_Entry]) -> bytes:
    values = dict(reversed(entries))
    address = values.get(_DT_STRTAB, -1)
    for kind, offset, start, held in segments:
        if kind == _PT_LOAD and 0 <= address - start < held:
            first = address - start + offset
            return image[first : first + values.get(_DT_STRSZ, 0)]
    return b""
