"""What is read of an ELF image, and that no damaged one does worse than say so."""

import random
import struct
from contextlib import suppress

import pytest
from elf_image import AARCH64, ARM, S390, elf_image
from hypothesis import given
from hypothesis import strategies as st
from small_tables import GOLDEN

from wheelmatrix.audit.elf import read
from wheelmatrix.errors import AuditError

GLIBC_2_2_5 = ("libc.so.6", "GLIBC_2.2.5", 0, ("puts",))


@pytest.mark.parametrize(
    ("machine", "name", "word_bits", "big_endian"),
    [
        (62, "EM_X86_64", 64, False),
        (S390, "EM_S390", 64, True),
        (ARM, "EM_ARM", 32, False),
        (20, "EM_PPC", 32, True),
        (AARCH64, "EM_AARCH64", 64, False),
    ],
)
def test_every_class_and_byte_order_is_read(machine: int, name: str, word_bits: int, big_endian: bool) -> None:
    image = elf_image(
        machine=machine,
        word_bits=word_bits,
        big_endian=big_endian,
        needed=("libm.so.6", "libc.so.6"),
        needs=(GLIBC_2_2_5, ("libm.so.6", "GLIBC_2.29", 0, ("exp", "log"))),
        defined=("PyInit_demo", "other"),
        undefined=("PyList_New",),
        weak=("__cxa_finalize",),
        soname="libdemo.so.1",
    )

    facts = read(image)

    assert (facts.kind, facts.machine, facts.word_bits, facts.big_endian) == ("ET_DYN", name, word_bits, big_endian)
    assert facts.needed == ("libm.so.6", "libc.so.6")
    assert facts.soname == "libdemo.so.1"
    assert [(need.library, need.version, need.symbols) for need in facts.needs] == [
        ("libc.so.6", "GLIBC_2.2.5", ("puts",)),
        ("libm.so.6", "GLIBC_2.29", ("exp", "log")),
    ]
    assert facts.defined == {"PyInit_demo", "other"}
    assert facts.undefined == {"PyList_New", "puts", "exp", "log"}
    assert facts.weak == {"__cxa_finalize"}
    assert facts.entry_symbols == ("PyInit_demo",)


def test_hidden_symbols_are_not_exported() -> None:
    facts = read(elf_image(defined=("PyInit_demo",), hidden=("PyInit_secret",)))

    assert facts.entry_symbols == ("PyInit_demo",)


def test_a_weak_version_need_is_marked() -> None:
    facts = read(elf_image(needs=(("libc.so.6", "GLIBC_2.18", 2, ("__cxa_thread_atexit_impl",)),)))

    assert [need.is_weak for need in facts.needs] == [True]


def test_both_kinds_of_rpath_are_split_into_directories() -> None:
    facts = read(elf_image(rpath="/opt/lib:$ORIGIN", runpath="$ORIGIN/../x.libs"))

    assert facts.rpaths == ("/opt/lib", "$ORIGIN", "$ORIGIN/../x.libs")


@pytest.mark.parametrize(
    ("machine", "stack_flags", "expected"),
    [(62, 6, False), (62, 7, True), (62, None, True), (AARCH64, None, False)],
)
def test_a_stack_is_executable_if_marked_so_or_on_x86_not_marked(
    machine: int, stack_flags: int | None, expected: bool
) -> None:
    assert read(elf_image(machine=machine, stack_flags=stack_flags)).executable_stack is expected


def test_text_relocations_interpreter_and_isa_level_are_seen() -> None:
    facts = read(elf_image(text_relocations=True, interpreter="/lib64/ld-linux-x86-64.so.2", isa=1 | 2 | 4))

    assert facts.text_relocations
    assert facts.interpreter == "/lib64/ld-linux-x86-64.so.2"
    assert facts.isa_level == 3


def test_a_linked_library_is_read_as_its_linker_made_it() -> None:
    facts = read((GOLDEN / "glibc_2_34.so").read_bytes())

    assert facts.needed == ("libc.so.6",)
    assert {need.version: need.symbols for need in facts.needs} == {
        "GLIBC_2.2.5": ("puts",),
        "GLIBC_2.34": ("pthread_create",),
    }
    assert facts.undefined == {"PyModule_Create2", "pthread_create", "puts"}
    assert facts.entry_symbols == ("PyInit_demo",)


def test_an_outdated_section_table_does_not_hide_symbols() -> None:
    image = bytearray((GOLDEN / "plain.so").read_bytes())
    struct.pack_into("<QIHHHHHH", image, 40, 1 << 40, 0, 64, 56, image[56], 64, 30, 29)

    facts = read(bytes(image))

    assert facts.undefined == {"PyModule_Create2", "puts"}


@pytest.mark.parametrize("content", [b"", b"MZ\x90", b"\x7fEL", b"#!/bin/sh\n"])
def test_what_has_no_magic_is_not_elf(content: bytes) -> None:
    with pytest.raises(AuditError, match="not an ELF file"):
        read(content)


def test_every_cut_is_an_audit_error_or_harmless() -> None:
    image = (GOLDEN / "glibc_2_34.so").read_bytes()

    for size in range(4, len(image), 7):
        _read_or_refuse(image[:size])


@pytest.mark.parametrize(
    ("offset", "form", "value"), [(56, "<H", 0xFFFF), (54, "<H", 0), (32, "<Q", 2**63), (56, "<H", 300)]
)
def test_a_lying_header_is_refused_at_once(offset: int, form: str, value: int) -> None:
    image = bytearray((GOLDEN / "plain.so").read_bytes())
    struct.pack_into(form, image, offset, value)

    with pytest.raises(AuditError, match="damaged"):
        read(bytes(image))


def test_version_needs_that_overlap_without_end_are_refused() -> None:
    image = elf_image(needs=tuple(("libc.so.6", f"GLIBC_2.{n}", 0, ()) for n in range(40)))
    looped = image.replace(struct.pack("<HHIII", 1, 40, 1, 16, 0)[:4], struct.pack("<HH", 1, 0xFFFF))

    _read_or_refuse(looped)


@pytest.mark.slow
def test_no_mutation_gives_another_exception() -> None:
    """Bytes, words and whole headers replaced by values that lie; the same every time."""
    chance = random.Random(20261123)
    images = [path.read_bytes() for path in sorted(GOLDEN.glob("*.so"))]
    images.append(elf_image(needs=(GLIBC_2_2_5,), undefined=("PyList_New",), isa=3, rpath="/x"))

    for _ in range(2000):
        _read_or_refuse(mutated(chance.choice(images), chance))


@given(st.binary(max_size=400))
def test_bytes_behind_the_magic_never_give_another_exception(tail: bytes) -> None:
    _read_or_refuse(b"\x7fELF" + tail)


def mutated(image: bytes, chance: random.Random) -> bytes:
    """Return `image` with one to eight changes, most of them where the tables are."""
    found = bytearray(image)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(4, min(len(found), 1200) if chance.random() < 0.7 else len(found))
        width = chance.choice((1, 2, 4, 8))
        value = chance.choice((0, 1, 2**31, 2**63 - 1, 2 ** (8 * width) - 1, chance.getrandbits(8 * width)))
        found[at : at + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")
    return bytes(found[: chance.randrange(len(found))] if chance.random() < 0.1 else found)


def _read_or_refuse(image: bytes) -> None:
    with suppress(AuditError):
        read(image)
