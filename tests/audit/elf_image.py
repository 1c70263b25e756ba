"""ELF images made by hand, byte for byte: what no compiler at hand would make, in a few hundred bytes."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

X86_64, I386, ARM, AARCH64, S390, PPC64 = 62, 3, 40, 183, 22, 21
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK, PT_GNU_PROPERTY = 1, 2, 3, 0x6474E551, 0x6474E553
GLIBC_2_17 = ("libc.so.6", "GLIBC_2.17", 0, ("secure_getenv",))
"""A version need: library, version, flags, the symbols that are bound to it."""

Need = tuple[str, str, int, tuple[str, ...]]


def elf_image(
    *,
    machine: int = X86_64,
    word_bits: int = 64,
    big_endian: bool = False,
    kind: int = 3,
    flags: int = 0,
    needed: tuple[str, ...] = ("libc.so.6",),
    needs: tuple[Need, ...] = (),
    defined: tuple[str, ...] = ("PyInit_demo",),
    hidden: tuple[str, ...] = (),
    undefined: tuple[str, ...] = (),
    weak: tuple[str, ...] = (),
    soname: str = "",
    rpath: str = "",
    runpath: str = "",
    interpreter: str = "",
    stack_flags: int | None = 6,
    text_relocations: bool = False,
    isa: int = 0,
) -> bytes:
    """Return a shared library whose whole content is what the loader reads; it is mapped at address 0."""
    writer = _Writer(word_bits=word_bits, order=">" if big_endian else "<")
    names = _Names()
    symbols = _symbols(writer, names, needs, defined, hidden, undefined, weak)
    versions = _version_needs(writer, names, needs)
    dynamic = [(1, names.at(soname_needed)) for soname_needed in needed]
    dynamic += [(tag, names.at(text)) for tag, text in ((14, soname), (15, rpath), (29, runpath)) if text]
    dynamic += [(22, 0)] * text_relocations
    property_note = writer.pack("IIII", 4, 16, 5, 0x554E47) + writer.pack("III", 0xC0008002, 4, isa) + bytes(4)
    table, indexes, count = symbols
    parts = {
        "strings": names.table,
        "symbols": table,
        "indexes": indexes,
        "versions": versions,
        "hash": writer.pack("II", 1, count) + bytes(4 * (1 + count)),
        "interpreter": interpreter.encode() + b"\0",
        "property": property_note if isa else b"",
    }
    headers = 4 + bool(interpreter) + (stack_flags is not None)
    offsets, end = _places(parts, writer.header_bytes + headers * writer.program_header_bytes)
    dynamic += [(5, offsets["strings"]), (10, len(names.table)), (6, offsets["symbols"]), (4, offsets["hash"])]
    dynamic += [(0x6FFFFFF0, offsets["indexes"])]
    if needs:
        dynamic += [(0x6FFFFFFE, offsets["versions"]), (0x6FFFFFFF, len({library for library, *_ in needs}))]
    start = end + -end % 8
    section = b"".join(writer.pack("WW", tag, value) for tag, value in [*dynamic, (0, 0)])
    whole = start + len(section)
    programs = [
        (PT_LOAD, 5, 0, whole),
        (PT_DYNAMIC, 6, start, len(section)),
        (PT_GNU_PROPERTY if isa else 0, 4, offsets["property"], len(parts["property"])),
        (0, 0, 0, 0),
    ]
    programs += [(PT_INTERP, 4, offsets["interpreter"], len(interpreter) + 1)] * bool(interpreter)
    programs += [(PT_GNU_STACK, stack_flags, 0, 0)] if stack_flags is not None else []
    head = writer.header(kind, machine, flags, headers) + b"".join(writer.program_header(*one) for one in programs)
    return _laid(whole, [(0, head), *((offsets[name], part) for name, part in parts.items()), (start, section)])


def _places(parts: Mapping[str, bytes], at: int) -> tuple[dict[str, int], int]:
    """Return the offset of each part, at multiples of 8 from `at` on, and where the last one ends."""
    offsets: dict[str, int] = {}
    for name, part in parts.items():
        offsets[name] = at + -at % 8
        at = offsets[name] + len(part)
    return offsets, at


def _laid(size_bytes: int, pieces: Iterable[tuple[int, bytes]]) -> bytes:
    image = bytearray(size_bytes)
    for offset, piece in pieces:
        image[offset : offset + len(piece)] = piece
    return bytes(image)


class _Names:
    def __init__(self) -> None:
        self.table = b"\0"

    def at(self, name: str) -> int:
        offset = len(self.table)
        self.table += name.encode() + b"\0"
        return offset


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    word_bits: int
    order: str

    @property
    def header_bytes(self) -> int:
        return 64 if self.word_bits == 64 else 52

    @property
    def program_header_bytes(self) -> int:
        return 56 if self.word_bits == 64 else 32

    def pack(self, form: str, *values: int) -> bytes:
        return struct.pack(self.order + form.replace("W", "Q" if self.word_bits == 64 else "I"), *values)

    def header(self, kind: int, machine: int, flags: int, headers: int) -> bytes:
        ident = b"\x7fELF" + bytes([self.word_bits // 32, 2 if self.order == ">" else 1, 1]) + bytes(9)
        sizes = self.header_bytes, self.program_header_bytes, headers, 64 if self.word_bits == 64 else 40, 0, 0
        return ident + self.pack("HHIWWWI6H", kind, machine, 1, 0, self.header_bytes, 0, flags, *sizes)

    def program_header(self, kind: int, flags: int, offset: int, size: int) -> bytes:
        if self.word_bits == 64:
            return self.pack("IIQQQQQQ", kind, flags, offset, offset, offset, size, size, 8)
        return self.pack("8I", kind, offset, offset, offset, size, size, flags, 4)

    def symbol(self, name: int, *, bind: int, visibility: int = 0, section: int = 0) -> bytes:
        info = bind << 4
        if self.word_bits == 64:
            return self.pack("IBBHQQ", name, info, visibility, section, 0, 0)
        return self.pack("IIIBBH", name, 0, 0, info, visibility, section)


def _symbols(
    writer: _Writer,
    names: _Names,
    needs: tuple[Need, ...],
    defined: tuple[str, ...],
    hidden: tuple[str, ...],
    undefined: tuple[str, ...],
    weak: tuple[str, ...],
) -> tuple[bytes, bytes, int]:
    rows = [(writer.symbol(0, bind=0), 0)]
    for index, (_, _, flags, users) in enumerate(needs, start=2):
        rows += [(writer.symbol(names.at(user), bind=2 if flags else 1), index) for user in users]
    rows += [(writer.symbol(names.at(name), bind=1), 1) for name in undefined]
    rows += [(writer.symbol(names.at(name), bind=2), 1) for name in weak]
    rows += [(writer.symbol(names.at(name), bind=1, section=1), 1) for name in defined]
    rows += [(writer.symbol(names.at(name), bind=1, visibility=2, section=1), 1) for name in hidden]
    indexes = b"".join(writer.pack("H", index) for _, index in rows)
    return b"".join(row for row, _ in rows), indexes, len(rows)


def _version_needs(writer: _Writer, names: _Names, needs: tuple[Need, ...]) -> bytes:
    libraries = list(dict.fromkeys(library for library, *_ in needs))
    table = b""
    for place, library in enumerate(libraries):
        own = [(index, version, flags) for index, (name, version, flags, _) in enumerate(needs, 2) if name == library]
        is_last = place == len(libraries) - 1
        table += writer.pack("HHIII", 1, len(own), names.at(library), 16, 0 if is_last else 16 + 16 * len(own))
        for nth, (index, version, flags) in enumerate(own, start=1):
            table += writer.pack("IHHII", 0, flags, index, names.at(version), 16 if nth < len(own) else 0)
    return table
