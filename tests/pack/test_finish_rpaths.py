"""RPATHs of the machine that built a library: they go, what is relative to the library stays, and so does the size."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.elf_image import ARM, S390, X86_64, elf_image

from wheelmatrix.audit.elf import read
from wheelmatrix.pack.finish_elf import without_foreign_rpaths

STRINGS, SYMBOLS, INDEXES = 5, 6, 0x6FFFFFF0
"""Tags of the dynamic section."""
FORMS = [(X86_64, 64, False), (S390, 64, True), (ARM, 32, False)]
RPATHS = [
    ("/home-of-me/lib", (), ("/home-of-me/lib",)),
    ("$ORIGIN/../x.libs", ("$ORIGIN/../x.libs",), ()),
    ("/home-of-me:$ORIGIN:/b:${ORIGIN}/c", ("$ORIGIN", "${ORIGIN}/c"), ("/home-of-me", "/b")),
    ("$ORIGIN:", ("$ORIGIN",), ("",)),
]


def with_sections(image: bytes, word_bits: int = 64, order: str = "<") -> bytes:
    """Return the image with a table of sections that tells of one, the dynamic symbols."""
    found, is_64 = dynamic(image, word_bits, order), word_bits == 64
    place = found[SYMBOLS], found[INDEXES] - found[SYMBOLS]
    form = f"{order}{'IIQQQQIIQQ' if is_64 else '10I'}"
    section = struct.pack(form, 0, 11, 2, place[0], *place, 0, 0, 8, 24 if is_64 else 16)
    edited = bytearray(image)
    struct.pack_into(f"{order}{'Q' if is_64 else 'I'}", edited, 0x28 if is_64 else 0x20, len(image))
    struct.pack_into(f"{order}H", edited, 0x3C if is_64 else 0x30, 1)
    return bytes(edited) + section


def dynamic(image: bytes, word_bits: int = 64, order: str = "<") -> dict[int, int]:
    """Return the dynamic section, which lies at the end of an image, and is found by its second program header."""
    size_bytes = (56 if word_bits == 64 else 32) + (64 if word_bits == 64 else 52)
    at = size_bytes + (8 if word_bits == 64 else 4)
    (start,) = struct.unpack_from(f"{order}{'Q' if word_bits == 64 else 'I'}", image, at)
    words = struct.iter_unpack(f"{order}{'QQ' if word_bits == 64 else 'II'}", image[start:])
    return dict(reversed(list(words)))


@pytest.mark.parametrize(("machine", "word_bits", "big_endian"), FORMS)
@pytest.mark.parametrize(("text", "kept", "removed"), RPATHS)
def test_directories_of_the_builder_go_and_those_within_the_wheel_stay(
    machine: int, word_bits: int, big_endian: bool, text: str, kept: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    plain = elf_image(
        machine=machine, word_bits=word_bits, big_endian=big_endian, runpath=text, needed=("libm.so.6",),
        undefined=("malloc",),
    )  # fmt: skip
    image = with_sections(plain, word_bits, ">" if big_endian else "<")

    found, gone = without_foreign_rpaths(image)

    after, before = read(found), read(image)
    assert (gone, after.rpaths) == (removed, kept)
    assert (after.needed, after.undefined, after.defined) == (before.needed, before.undefined, before.defined)
    assert len(found) == len(image)
    assert b"/home-of-me" not in found
    assert without_foreign_rpaths(found) == (found, ())


def test_a_name_that_ends_in_the_same_text_is_not_written_over() -> None:
    """Linkers let `lib` be the end of `/home-of-me/lib`; then the entry goes and the text stays."""
    image = bytearray(with_sections(elf_image(runpath="/home-of-me/lib", undefined=("lib",))))
    found = dynamic(bytes(image))
    names = bytes(image[found[STRINGS] :])
    for at in range(found[SYMBOLS], found[INDEXES], 24):
        if struct.unpack_from("<I", image, at)[0] == names.index(b"\0lib\0") + 1:
            struct.pack_into("<I", image, at, names.index(b"/home-of-me/lib") + len(b"/home-of-me/"))

    edited, gone = without_foreign_rpaths(bytes(image))

    assert gone == ("/home-of-me/lib",)
    assert read(edited).rpaths == ()
    assert "lib" in read(edited).undefined


def test_without_a_table_of_sections_the_entry_goes_and_a_mixed_one_stays() -> None:
    assert read(without_foreign_rpaths(elf_image(rpath="/home-of-me"))[0]).rpaths == ()
    mixed = elf_image(rpath="/home-of-me:$ORIGIN")
    assert without_foreign_rpaths(mixed) == (mixed, ())


@given(st.binary(max_size=300), st.integers(0, 900), st.integers(1, 255))
def test_damage_never_raises(tail: bytes, at: int, byte: int) -> None:
    image = bytearray(with_sections(elf_image(runpath="/x", undefined=("malloc",))))
    image[at % len(image)] ^= byte

    for each in (bytes(image), bytes(image[:at]), b"\x7fELF" + tail, b""):
        assert len(without_foreign_rpaths(each)[0]) == len(each)
