"""PE images made by hand, byte for byte: what no compiler at hand would make, in about a kilobyte."""

import random
import struct
from collections.abc import Iterable, Mapping

AMD64, X86, ARM64, ARM = 0x8664, 0x014C, 0xAA64, 0x01C4
Symbols = Iterable[str | int]
"""Imported names, and numbers of those that are imported by ordinal."""

PYTHON312 = {"python312.dll": ("PyModule_Create2",)}
KERNEL: Mapping[str, Symbols] = {"KERNEL32.dll": ("GetLastError",)}

_HEADERS_BYTES, _SECTION_ADDRESS = 0x400, 0x1000
_DLL, _CODE_VIEW, _REPRO = 0x2022, 2, 16


def dll_image(
    *,
    machine: int = AMD64,
    word_bits: int = 64,
    characteristics: int = _DLL,
    imports: Mapping[str, Symbols] | None = None,
    delayed: Mapping[str, Symbols] | None = None,
    delayed_by_address: bool = False,
    exports: Iterable[str] = ("PyInit_demo",),
    time_stamp: int = 0,
    pdb: str = "",
    repro: bool = False,
    rich: bool = False,
    lookup_table: bool = True,
) -> bytes:
    """Return a DLL with one section that holds nothing but tables; None imports Python 3.12 and the kernel.

    `delayed_by_address` writes the delayed imports as Visual C++ 6 did; without `lookup_table` names stand in the
    address table alone, as Borland wrote them.
    """
    section = _Section(word_bits)
    directories = [(0, 0)] * 16
    exported = sorted(exports)
    directories[0] = (section.exports(exported), 40) if exported else (0, 0)
    directories[1] = (section.imports(imports if imports is not None else {**PYTHON312, **KERNEL}, lookup_table), 20)
    base = 0x10000000 if word_bits == 32 else 0x180000000
    if delayed:
        directories[13] = (section.delayed(delayed, base if delayed_by_address else 0), 32)
    if pdb or repro:
        directories[6] = section.debug(pdb, repro)
    return _headers(machine, word_bits, characteristics, time_stamp, base, directories, rich, bytes(section.body))


def mutated(image: bytes, chance: random.Random) -> bytes:
    """Return `image` with one to eight changes, most of them where headers and tables are."""
    found = bytearray(image)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(2, 0x200 if chance.random() < 0.6 else len(found))
        width = chance.choice((1, 2, 4, 8))
        value = chance.choice((0, 1, 0x1000, 0x2000, 2**31, 2 ** (8 * width) - 1, chance.getrandbits(8 * width)))
        found[at : at + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")
    return bytes(found[: chance.randrange(2, len(found))] if chance.random() < 0.1 else found)


class _Section:
    """The one section, as it grows; all that is put into it is known by its address."""

    def __init__(self, word_bits: int) -> None:
        self.body = bytearray()
        self._word = "<Q" if word_bits == 64 else "<I"
        self._by_ordinal = 1 << (word_bits - 1)

    def put(self, content: bytes) -> int:
        self.body += bytes(-len(self.body) % 8)
        address = _SECTION_ADDRESS + len(self.body)
        self.body += content
        return address

    def name(self, text: str) -> int:
        return self.put(text.encode() + b"\0")

    def symbols(self, names: Symbols) -> int:
        thunks = [
            self._by_ordinal | one if isinstance(one, int) else self.put(b"\0\0" + one.encode() + b"\0")
            for one in names
        ]
        return self.put(b"".join(struct.pack(self._word, thunk) for thunk in [*thunks, 0]))

    def imports(self, wanted: Mapping[str, Symbols], lookup_table: bool) -> int:
        rows = b""
        for library, names in wanted.items():
            table = self.symbols(names)
            rows += struct.pack("<5I", table if lookup_table else 0, 0, 0, self.name(library), table)
        return self.put(rows + bytes(20))

    def delayed(self, wanted: Mapping[str, Symbols], base: int) -> int:
        rows = b""
        for library, names in wanted.items():
            table = base + self.symbols(names)
            rows += struct.pack("<8I", 0 if base else 1, base + self.name(library), 0, table, table, 0, 0, 0)
        return self.put(rows + bytes(32))

    def exports(self, names: list[str]) -> int:
        count = len(names)
        functions = self.put(struct.pack(f"<{count}I", *[_SECTION_ADDRESS] * count))
        texts = self.put(struct.pack(f"<{count}I", *[self.name(name) for name in names]))
        ordinals = self.put(struct.pack(f"<{count}H", *range(count)))
        title = self.name("demo.dll")
        return self.put(struct.pack("<IIHH7I", 0, 0, 0, 0, title, 1, count, count, functions, texts, ordinals))

    def debug(self, pdb: str, repro: bool) -> tuple[int, int]:
        record = b"RSDS" + bytes(20) + pdb.encode() + b"\0"
        at = self.put(record)
        held = (len(record), at, at - _SECTION_ADDRESS + _HEADERS_BYTES)
        rows = [struct.pack("<IIHHIIII", 0, 0, 0, 0, _CODE_VIEW, *held)] * bool(pdb)
        rows += [struct.pack("<IIHHIIII", 0, 0, 0, 0, _REPRO, 0, 0, 0)] * repro
        return self.put(b"".join(rows)), 28 * len(rows)


def _headers(
    machine: int,
    word_bits: int,
    characteristics: int,
    time_stamp: int,
    base: int,
    directories: list[tuple[int, int]],
    rich: bool,
    body: bytes,
) -> bytes:
    is_wide = word_bits == 64
    signature = 0x80
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", signature) + (b"DanSRich" * rich)
    optional = struct.pack("<HBBIIIII", 0x20B if is_wide else 0x10B, 14, 0, 0, len(body), 0, 0, 0)
    optional += struct.pack("<Q", base) if is_wide else struct.pack("<II", 0, base)
    whole = _SECTION_ADDRESS + len(body)
    optional += struct.pack("<IIHHHHHHIIIIHH", 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, whole, _HEADERS_BYTES, 0, 2, 0x160)
    optional += bytes(32 if is_wide else 16) + struct.pack("<II", 0, 16)
    optional += b"".join(struct.pack("<II", *one) for one in directories)
    coff = struct.pack("<HHIIIHH", machine, 1, time_stamp, 0, 0, len(optional), characteristics)
    padded = body + bytes(-len(body) % 0x200)
    mapped = (len(body), _SECTION_ADDRESS, len(padded), _HEADERS_BYTES)
    section = struct.pack("<8sIIIIIIHHI", b".rdata", *mapped, 0, 0, 0, 0, 0x40000040)
    return (dos.ljust(signature, b"\0") + b"PE\0\0" + coff + optional + section).ljust(_HEADERS_BYTES, b"\0") + padded
