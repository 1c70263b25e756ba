"""Names of parts of libraries, in every format, and that damage takes no more than names away."""

import random
import struct
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from wheelmatrix.audit.sections import Section, sections
from wheelmatrix.pack.fat import fat

GOLDEN = Path(__file__).parents[1] / "pack" / "golden"


def macho(cpu: int = 0x0100000C, *, is_64: bool = True, order: str = "<") -> bytes:
    """Return a library with one segment of two sections, symbols, an identity and a signature, byte for byte."""
    head_bytes, word, symbol_bytes = (32, "Q", 16) if is_64 else (28, "I", 12)
    rows = [((b"__const", b"__TEXT"), (8, 0x400), 0), ((b"__bss", b"__DATA"), (64, 0), 1)]
    form = f"{order}16s16s2{word}{'8I' if is_64 else '7I'}"
    rest = (0, 0, 0) if is_64 else (0, 0)
    table = b"".join(struct.pack(form, *names, 0, *place, 0, 0, 0, flags, *rest) for names, place, flags in rows)
    size = (72 if is_64 else 56) + len(table)
    segment = struct.pack(f"{order}II16s4{word}4I", 0x19 if is_64 else 1, size, b"__TEXT", 0, 0, 0, 0, 0, 0, 2, 0)
    commands = [
        segment + table,
        struct.pack(f"{order}6I", 2, 24, 0x408, 2, 0x408 + 2 * symbol_bytes, 6),
        struct.pack(f"{order}II", 0x1B, 24) + bytes(range(16)),
        struct.pack(f"{order}4I", 0x1D, 16, 0x440, 32),
    ]
    body = b"".join(commands)
    magic = 0xFEEDFACF if is_64 else 0xFEEDFACE
    head = struct.pack(f"{order}7I", magic, cpu, 0, 6, len(commands), len(body), 0).ljust(head_bytes, b"\0")
    return (head + body).ljust(0x400, b"\0") + bytes(range(0x60))


@pytest.mark.parametrize("file", ["musl_x86_64.so", "musl_s390x.so", "musl_arm.so"])
def test_sections_of_elf_are_those_that_others_find(file: str) -> None:
    image = (GOLDEN / file).read_bytes()

    found = {(each.name, each.offset, each.size_bytes) for each in sections(image)}

    with (GOLDEN / file).open("rb") as stream:
        expected = {
            (section.name, section["sh_offset"], section["sh_size"])
            for section in ELFFile(stream).iter_sections()
            if section["sh_type"] not in ("SHT_NULL", "SHT_NOBITS") and section["sh_size"]
        }
    assert {each for each in found if not each[0].endswith(("header", "headers"))} == expected


def test_sections_of_pe() -> None:
    found = {each.name: each for each in sections((GOLDEN / "stamped.dll").read_bytes())}

    assert {"COFF header", "optional header", "section headers", ".text", ".rdata", ".buildid"} <= found.keys()
    assert found["COFF header"] == Section(name="COFF header", offset=124, size_bytes=20)
    assert found[".text"] == Section(name=".text", offset=0x400, size_bytes=0x200)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_64", [True, False])
def test_sections_of_mach_o(is_64: bool, order: str) -> None:
    found = {each.name: (each.offset, each.size_bytes) for each in sections(macho(is_64=is_64, order=order))}

    assert found["__TEXT,__const"] == (0x400, 8)
    assert "__DATA,__bss" not in found, "it has no bytes in the file"
    assert found["symbol table"] == (0x408, 32 if is_64 else 24)
    assert found["string table"] == (0x428 if is_64 else 0x420, 6)
    assert found["code signature"] == (0x440, 32)
    assert {"LC_UUID", "load commands", "Mach-O header"} <= found.keys()


def test_in_a_universal_file_the_machine_stands_before_the_name() -> None:
    image = fat([macho(0x01000007), macho()])

    found = {each.name: each.offset for each in sections(image)}

    assert found["x86_64 __TEXT,__const"] == (1 << 12) + 0x400
    assert found["arm64 __TEXT,__const"] == (1 << 14) + 0x400
    assert "universal header" in found


@pytest.mark.parametrize("content", [b"", b"text", b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"])
def test_what_is_no_library_has_no_sections(content: bytes) -> None:
    assert sections(content) == ()


@pytest.mark.parametrize("file", ["musl_x86_64.so", "musl_arm.so", "stamped.dll", ""])
def test_damage_only_takes_names_away(file: str) -> None:
    image = (GOLDEN / file).read_bytes() if file else fat([macho(7, is_64=False), macho()])
    chance = random.Random(3)
    for _ in range(1500):
        broken = bytearray(image)
        for _ in range(chance.randint(1, 6)):
            at, width = chance.randrange(4, min(len(broken), 0x800)), chance.choice((1, 2, 4, 8))
            value = chance.choice((0, 1, 2**31, 2 ** (8 * width) - 1, chance.getrandbits(8 * width)))
            broken[at : at + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")

        found = sections(bytes(broken))

        assert all(each.offset + each.size_bytes <= len(broken) for each in found)
        assert list(found) == sorted(found, key=lambda each: (each.offset, each.size_bytes))
