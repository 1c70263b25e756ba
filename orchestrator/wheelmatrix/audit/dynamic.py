"""An ELF image by address, as the loader maps it, and its dynamic section; every access is checked against the file."""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping

from wheelmatrix.audit.strings import NAME_LONGEST, Damaged, Strings, decoded
from wheelmatrix.values import dataclass

_DT_NULL, _DT_STRTAB, _DT_STRSZ = 0, 5, 10
_NOTE_GNU_PROPERTY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A program header."""

    kind: str
    """`PT_LOAD`, …"""
    flags: int
    offset: int
    """Bytes from the start of the file."""
    address: int
    size_bytes: int
    """In the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An ELF file and how it is mapped."""

    image: bytes
    word_bits: int
    big_endian: bool
    segments: tuple[Segment, ...]

    @property
    def order(self) -> str:
        """Byte order as `struct` spells it."""
        return ">" if self.big_endian else "<"

    @property
    def word(self) -> str:
        """Format of an address in `struct`'s spelling."""
        return "Q" if self.word_bits == 64 else "I"

    def slice(self, offset: int, size_bytes: int) -> bytes:
        """Return `size_bytes` from `offset`; raises Damaged if the file ends before."""
        if offset < 0 or size_bytes < 0 or offset + size_bytes > len(self.image):
            raise Damaged(f"{size_bytes} bytes at {offset:#x} lie outside of the file ({len(self.image)} bytes)")
        return self.image[offset : offset + size_bytes]

    def offset(self, address: int) -> int:
        """Return the place in the file of what is mapped at `address`; raises Damaged if nothing is."""
        for segment in self.segments:
            if segment.kind == "PT_LOAD" and 0 <= address - segment.address < segment.size_bytes:
                return address - segment.address + segment.offset
        raise Damaged(f"nothing of the file is mapped at address {address:#x}")

    def unpack(self, form: str, offset: int) -> tuple[int, ...]:
        """Return the fields of `struct` format `form` (without byte order) at `offset`."""
        return struct.unpack(self.order + form, self.slice(offset, struct.calcsize(self.order + form)))

    def text_of(self, kind: str) -> str:
        """Return the text that the first segment of `kind` holds, up to its NUL; empty if there is none."""
        held = (self.slice(one.offset, one.size_bytes) for one in self.segments if one.kind == kind)
        return decoded(next(held, b"").partition(b"\0")[0][:NAME_LONGEST])

    def dynamic(self) -> "Dynamic":
        """Return the dynamic section; empty where the image has none. Raises Damaged if it lies outside of the file."""
        pairs: dict[int, list[int]] = defaultdict(list)
        for segment in self.segments:
            if segment.kind == "PT_DYNAMIC":
                self._collect(segment, pairs)
        values = {tag: tuple(found) for tag, found in pairs.items()}
        if _DT_STRTAB not in values:
            return Dynamic(values=values, strings=Strings(b""))
        size_bytes = values.get(_DT_STRSZ, (0,))[0]
        return Dynamic(values=values, strings=Strings(self.slice(self.offset(values[_DT_STRTAB][0]), size_bytes)))

    def _collect(self, segment: Segment, pairs: Mapping[int, list[int]]) -> None:
        form = struct.Struct(self.order + self.word * 2)
        whole = segment.size_bytes - segment.size_bytes % form.size
        for tag, value in form.iter_unpack(self.slice(segment.offset, whole)):
            if tag == _DT_NULL:
                return
            pairs[tag].append(value)

    def gnu_property(self, wanted: int) -> int:
        """Return the 4-byte value of a property of the `.note.gnu.property` note; 0 if there is no such."""
        for segment in self.segments:
            if segment.kind != "PT_GNU_PROPERTY" or segment.size_bytes < 16:
                continue
            name_bytes, held_bytes, kind = self.unpack("III", segment.offset)
            if kind == _NOTE_GNU_PROPERTY and name_bytes == 4:
                for key, value in self._properties(segment.offset + 16, min(held_bytes, segment.size_bytes - 16)):
                    if key == wanted:
                        return value
        return 0

    def _properties(self, start: int, size_bytes: int) -> Iterator[tuple[int, int]]:
        align = self.word_bits // 8
        at = start
        while at + 8 <= start + size_bytes:
            key, held_bytes = self.unpack("II", at)
            yield key, self.unpack("I", at + 8)[0] if held_bytes == 4 else 0
            at += 8 + -(-held_bytes // align) * align


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamic:
    """The dynamic section: tags with their values, in the order of the file."""

    values: Mapping[int, tuple[int, ...]]
    strings: Strings

    def has(self, tag: int) -> bool:
        """Return whether `tag` occurs."""
        return tag in self.values

    def first(self, tag: int) -> int:
        """Return the value of `tag`; 0 if it does not occur."""
        return self.values.get(tag, (0,))[0]

    def texts(self, tag: int) -> tuple[str, ...]:
        """Return the texts that every `tag` points to, in their order; may be empty."""
        return tuple(map(self.strings.at, self.values.get(tag, ())))

    def first_text(self, tag: int) -> str:
        """Return the text that `tag` points to; empty if it does not occur."""
        return next(iter(self.texts(tag)), "")
