"""An image by address: what is mapped is read, and what lies outside of the file is refused."""

import pytest
from elf_image import PPC64, X86_64, elf_image

from wheelmatrix.audit.dynamic import Dynamic, Image, Segment
from wheelmatrix.audit.strings import Damaged, Strings

CODE = Segment(kind="PT_LOAD", flags=5, offset=0x10, address=0x1000, size_bytes=0x20)
DT_NEEDED, DT_SONAME = 1, 14


def image(content: bytes = bytes(0x40), *, word_bits: int = 64, big_endian: bool = False, **segment: int) -> Image:
    others = (Segment(kind="PT_GNU_PROPERTY", flags=4, **segment),) if segment else ()
    return Image(image=content, word_bits=word_bits, big_endian=big_endian, segments=(CODE, *others))


@pytest.mark.parametrize(("address", "offset"), [(0x1000, 0x10), (0x101F, 0x2F)])
def test_an_address_is_found_in_the_file(address: int, offset: int) -> None:
    assert image().offset(address) == offset


@pytest.mark.parametrize("address", [0, 0xFFF, 0x1020, 1 << 63])
def test_an_address_that_nothing_is_mapped_at_is_refused(address: int) -> None:
    with pytest.raises(Damaged, match="nothing of the file is mapped"):
        image().offset(address)


@pytest.mark.parametrize(("offset", "size_bytes"), [(0x40, 1), (-1, 1), (0, -1), (0, 0x41), (1 << 63, 1)])
def test_bytes_outside_of_the_file_are_refused(offset: int, size_bytes: int) -> None:
    with pytest.raises(Damaged, match="outside of the file"):
        image().slice(offset, size_bytes)


@pytest.mark.parametrize(("big_endian", "expected"), [(False, 0x0201), (True, 0x0102)])
def test_numbers_are_read_in_the_byte_order_of_the_image(big_endian: bool, expected: int) -> None:
    assert image(b"\x01\x02" * 0x20, big_endian=big_endian).unpack("H", 0) == (expected,)


@pytest.mark.parametrize(("word_bits", "form"), [(64, "Q"), (32, "I")])
def test_a_word_is_as_wide_as_an_address(word_bits: int, form: str) -> None:
    assert image(word_bits=word_bits).word == form


def test_a_tag_of_the_dynamic_section_may_occur_often_once_or_never() -> None:
    section = Dynamic(values={DT_NEEDED: (1, 3)}, strings=Strings(b"\0a\0b\0"))

    assert section.texts(DT_NEEDED) == ("a", "b")
    assert (section.first(DT_NEEDED), section.first_text(DT_NEEDED)) == (1, "a")
    assert (section.has(DT_SONAME), section.first(DT_SONAME), section.first_text(DT_SONAME)) == (False, 0, "")


def test_an_image_without_a_dynamic_section_has_an_empty_one() -> None:
    assert image().dynamic().values == {}
    assert image().text_of("PT_INTERP") == ""


@pytest.mark.parametrize(("word_bits", "padding"), [(64, 4), (32, 0)])
def test_a_property_is_found_behind_others(word_bits: int, padding: int) -> None:
    def entry(key: int, value: int) -> bytes:
        return b"".join(number.to_bytes(4, "little") for number in (key, 4, value)) + bytes(padding)

    entries = entry(0xC0000002, 3) + entry(0xC0008002, 5)
    note = b"".join(number.to_bytes(4, "little") for number in (4, len(entries), 5)) + b"GNU\0" + entries
    view = image(note, word_bits=word_bits, offset=0, address=0, size_bytes=len(note))

    assert (view.gnu_property(0xC0008002), view.gnu_property(0xC0000002), view.gnu_property(7)) == (5, 3, 0)


@pytest.mark.parametrize(("machine", "big_endian"), [(X86_64, False), (PPC64, True)])
def test_images_made_by_hand_are_images(machine: int, big_endian: bool) -> None:
    content = elf_image(machine=machine, big_endian=big_endian, interpreter="/lib/ld.so")
    at = content.index(b"/lib/ld.so\0")
    loader = Segment(kind="PT_INTERP", flags=4, offset=at, address=at, size_bytes=11)

    view = Image(image=content, word_bits=64, big_endian=big_endian, segments=(loader,))

    assert view.text_of("PT_INTERP") == "/lib/ld.so"
