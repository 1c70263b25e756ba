"""The name of musl's C library: two words of the dynamic section change, and nothing else."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.elf_image import AARCH64, ARM, PPC64, S390, X86_64, elf_image

from wheelmatrix.audit.elf import read
from wheelmatrix.pack.finish_elf import with_libc_name

ALPINE = "libc.musl-x86_64.so.1"


def linked(**facts: object) -> bytes:
    """Return what zig links when it is told Alpine's name as the library's own."""
    wanted: dict[str, object] = {"needed": ("libc.so",), "soname": ALPINE, **facts}
    return elf_image(**wanted)  # type: ignore[arg-type]  # the builder's own keywords


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize(("machine", "word_bits"), [(X86_64, 64), (AARCH64, 64), (ARM, 32), (S390, 64), (PPC64, 64)])
def test_the_c_library_gets_alpines_name_in_every_class_and_byte_order(
    machine: int, word_bits: int, big_endian: bool
) -> None:
    facts = {"machine": machine, "word_bits": word_bits, "big_endian": big_endian, "runpath": "$ORIGIN/libs"}
    image = linked(needed=("libz.so.1", "libc.so", "libm.so"), **facts)

    found = with_libc_name(image, ALPINE)

    after, before = read(found), read(image)
    assert after.needed == ("libz.so.1", ALPINE, "libm.so")
    assert (after.soname, after.rpaths) == ("", ("$ORIGIN/libs",))
    assert (after.defined, after.undefined, after.needs) == (before.defined, before.undefined, before.needs)


def test_only_the_dynamic_section_changes() -> None:
    image = linked(undefined=("malloc",))

    found = with_libc_name(image, ALPINE)

    start = len(image) - _dynamic_bytes(image)
    assert len(found) == len(image)
    assert found[:start] == image[:start]
    assert found[start:] != image[start:]
    assert found.endswith(bytes(32)), "the entry that became free ends the section a second time"


def _dynamic_bytes(image: bytes) -> int:
    """Return the size of the dynamic section, which `elf_image` puts last."""
    return int.from_bytes(image[64 + 56 + 32 : 64 + 56 + 40], "little")


def test_version_needs_stay_as_they_are() -> None:
    need = ("libother.so.1", "OTHER_1.0", 0, ("thing",))
    image = linked(needed=("libother.so.1", "libc.so"), needs=(need,))

    after = read(with_libc_name(image, ALPINE))

    assert [(each.library, each.version, each.symbols) for each in after.needs] == [
        ("libother.so.1", "OTHER_1.0", ("thing",))
    ]


@pytest.mark.parametrize("soname", ["", "libmine.so.3", "libc.musl-aarch64.so.1"])
def test_a_library_with_another_soname_is_left_alone(soname: str) -> None:
    image = linked(soname=soname)

    assert with_libc_name(image, ALPINE) == image


@pytest.mark.parametrize("needed", [(ALPINE,), ()])
def test_the_borrowed_soname_goes_also_where_there_is_nothing_to_rename(needed: tuple[str, ...]) -> None:
    after = read(with_libc_name(linked(needed=needed), ALPINE))

    assert (after.needed, after.soname) == (needed, "")


def test_a_soname_that_others_share_a_string_with_is_taken_by_its_text() -> None:
    image = linked(needed=("libc.so", ALPINE, "libc.so"))

    assert read(with_libc_name(image, ALPINE)).needed == (ALPINE, ALPINE, ALPINE)


@given(st.lists(st.sampled_from(["libc.so", "libz.so.1", ALPINE, "x"]), max_size=5), st.booleans(), st.booleans())
def test_twice_is_once_and_the_size_stays(needed: list[str], is_64: bool, big_endian: bool) -> None:
    image = linked(needed=tuple(needed), word_bits=64 if is_64 else 32, big_endian=big_endian)

    once = with_libc_name(image, ALPINE)

    assert len(once) == len(image)
    assert with_libc_name(once, ALPINE) == once


@pytest.mark.parametrize("image", [b"", b"\x7fELF", b"MZ", b"\x7fELF\x02\x01" + bytes(90), b"\x7fELF\x03\x01" * 40])
def test_what_is_no_elf_library_comes_back(image: bytes) -> None:
    assert with_libc_name(image, ALPINE) == image


def test_damaged_images_come_back_in_their_size() -> None:
    chance = random.Random(8)
    image = linked(needed=("libz.so.1", "libc.so"))
    for _ in range(3000):
        broken = bytearray(image)
        for _ in range(chance.randint(1, 6)):
            at, width = chance.randrange(4, len(broken)), chance.choice((1, 2, 4, 8))
            value = chance.choice((0, 1, 2**31, 2 ** (8 * width) - 1, chance.getrandbits(8 * width)))
            broken[at : at + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")
        whole = bytes(broken[: chance.randrange(len(broken))] if chance.random() < 0.2 else broken)

        once = with_libc_name(whole, ALPINE)

        assert len(once) == len(whole)
        assert with_libc_name(once, ALPINE) == once
