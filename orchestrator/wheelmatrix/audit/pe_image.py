"""A PE image by address, as the Windows loader maps it; every access is checked against the file and bounded."""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from wheelmatrix.audit.strings import NAME_LONGEST, Damaged, decoded
from wheelmatrix.values import dataclass

_SECTIONS_MOST = 96
"""What the loader takes. Source: PE Format, "COFF File Header"."""
_DIRECTORIES_MOST = 16
_PE32, _PE32_PLUS = 0x10B, 0x20B
_SLACK_BYTES = 1 << 16
"""What names may take beyond the size of the file, for small files that share some."""
_SECTION = struct.Struct("<8sIIII16x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The COFF header, and what of the optional header the loader goes by."""

    machine: int
    """`Machine`: 0x8664 and others."""
    time_stamp: int
    """Seconds since 1970, a hash of the content, or 0."""
    characteristics: int
    word_bits: int
    """64: PE32+; 32: PE32."""
    image_base: int
    dll_characteristics: int
    size_bytes: int
    """Of all headers: so much of the file is mapped in front of the sections."""
    directories: tuple[tuple[int, int], ...]
    """(address, bytes) of the data directories; at most 16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the file and where it is mapped."""

    name: str
    address: int
    """Relative to the image base, as all addresses here."""
    offset: int
    size_bytes: int
    """In the file."""


class PeImage:
    """A PE file and how it is mapped; the names read from it are limited in sum, so that no overlap makes it slow."""

    def __init__(self, image: bytes) -> None:
        """Read the headers; raises Damaged if they are cut off or lie."""
        self.image = image
        self._view = memoryview(image)
        self._left_bytes = len(image) + _SLACK_BYTES
        (at,) = self.unpack("I", 60)
        if self.slice(at, 4) != b"PE\0\0":
            raise Damaged("the signature PE is missing: a program for DOS, or cut off")
        _, sections, _, _, _, optional_bytes, _ = self.unpack("HHIIIHH", at + 4)
        self.header = self._header(at + 4, optional_bytes)
        self.sections = self._sections(at + 24 + optional_bytes, sections)
        self._starts = [0, *(section.address for section in self.sections)]

    def slice(self, offset: int, size_bytes: int) -> bytes:
        """Return `size_bytes` of the file from `offset`; raises Damaged if it ends before."""
        if offset < 0 or size_bytes < 0 or offset + size_bytes > len(self.image):
            raise Damaged(f"{size_bytes} bytes at {offset:#x} lie outside of the file ({len(self.image)} bytes)")
        return self.image[offset : offset + size_bytes]

    def unpack(self, form: str, offset: int) -> tuple[int, ...]:
        """Return the fields of `struct` format `form` (without byte order) at `offset` of the file."""
        return struct.unpack("<" + form, self.slice(offset, struct.calcsize("<" + form)))

    def directory(self, index: int) -> tuple[int, int]:
        """Return (address, bytes) of a data directory; the address is 0 where there is none."""
        held = self.header.directories
        return held[index] if index < len(held) else (0, 0)

    def at(self, address: int, size_bytes: int) -> bytes:
        """Return `size_bytes` of what is mapped at `address`; raises Damaged if the file does not hold them all."""
        offset, left = self._place(address)
        if size_bytes > left:
            raise Damaged(f"{size_bytes} bytes at address {address:#x} reach beyond their section")
        return self.image[offset : offset + size_bytes]

    def rows(self, form: str, address: int) -> Iterator[tuple[int, ...]]:
        """Return record after record of `form` from `address` to the end of its section, one when it is asked for."""
        offset, left = self._place(address)
        record = struct.Struct("<" + form)
        return record.iter_unpack(self._view[offset : offset + left - left % record.size])

    def text(self, address: int, longest: int = NAME_LONGEST) -> str:
        """Return the text at `address`; raises Damaged if it is longer than `longest` bytes or does not end."""
        offset, left = self._place(address)
        end = self.image.find(b"\0", offset, offset + min(left, longest + 1))
        if end < 0:
            raise Damaged(f"a name at address {address:#x} does not end in {longest} bytes")
        self._left_bytes -= end - offset
        if self._left_bytes < 0:
            raise Damaged("the names overlap so often that the tables cannot be genuine")
        return decoded(self.image[offset:end])

    def _place(self, address: int) -> tuple[int, int]:
        """Return the place in the file of `address`, and how many bytes follow there; raises Damaged if none do."""
        index = bisect_right(self._starts, address) - 1
        if index > 0:
            section = self.sections[index - 1]
            offset, left = section.offset + address - section.address, section.size_bytes + section.address - address
        else:
            offset, left = address, self.header.size_bytes - address
        left = min(left, len(self.image) - offset)
        if address < 0 or left <= 0:
            raise Damaged(f"nothing of the file is mapped at address {address:#x}")
        return offset, left

    def _header(self, at: int, optional_bytes: int) -> Header:
        machine, _, stamp, _, _, _, characteristics = self.unpack("HHIIIHH", at)
        optional = at + 20
        (magic,) = self.unpack("H", optional)
        if magic not in (_PE32, _PE32_PLUS):
            raise Damaged(f"an optional header of unknown kind {magic:#x}")
        is_wide = magic == _PE32_PLUS
        (base,) = self.unpack("Q", optional + 24) if is_wide else self.unpack("I", optional + 28)
        first = optional + (112 if is_wide else 96)
        count = min(self.unpack("I", first - 4)[0], _DIRECTORIES_MOST)
        if first + 8 * count > optional + optional_bytes:
            raise Damaged(f"{count} data directories in an optional header of {optional_bytes} bytes")
        return Header(
            machine=machine,
            time_stamp=stamp,
            characteristics=characteristics,
            word_bits=64 if is_wide else 32,
            image_base=base,
            dll_characteristics=self.unpack("H", optional + 70)[0],
            size_bytes=self.unpack("I", optional + 60)[0],
            directories=tuple(struct.iter_unpack("<II", self.slice(first, 8 * count))),
        )

    def _sections(self, at: int, count: int) -> tuple[Section, ...]:
        if count > _SECTIONS_MOST:
            raise Damaged(f"{count} sections, at most {_SECTIONS_MOST} are loaded")
        rows = _SECTION.iter_unpack(self.slice(at, count * _SECTION.size))
        found = tuple(
            Section(name=decoded(name.rstrip(b"\0")), address=address, offset=offset, size_bytes=size_bytes)
            for name, _, address, size_bytes, offset in rows
        )
        if any(low.address >= high.address for low, high in pairwise(found)):
            raise Damaged("its sections are not in the order of their addresses")
        return found
