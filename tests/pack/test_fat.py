"""The universal file: what Apple's own headers say of it, read back."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import PackError
from wheelmatrix.pack.fat import fat

ARM, INTEL = (0x0100_000C, 0), (0x0100_0007, 3)
PAGE = 1 << 14


def thin(machine: tuple[int, int], size_bytes: int = 100) -> bytes:
    """Return the start of a Mach-O library, and something behind it."""
    head = struct.pack("<III", 0xFEEDFACF, *machine)
    return head + bytes(index % 251 for index in range(size_bytes - len(head)))


def slices_of(image: bytes) -> list[tuple[tuple[int, int], bytes, int]]:
    """Return machine, bytes and offset of each slice, as a loader finds them."""
    magic, count = struct.unpack_from(">II", image)
    assert magic == 0xCAFEBABE
    found = []
    for place in range(count):
        cpu, subtype, offset, size_bytes, align_bits = struct.unpack_from(">IIIII", image, 8 + 20 * place)
        assert align_bits == 14
        found.append(((cpu, subtype), image[offset : offset + size_bytes], offset))
    return found


@given(st.integers(12, 70_000), st.integers(12, 70_000), st.booleans())
def test_each_slice_is_found_again_on_a_page_of_its_own(intel: int, arm: int, is_swapped: bool) -> None:
    images = [thin(INTEL, intel), thin(ARM, arm)]

    found = slices_of(fat(images[::-1] if is_swapped else images))

    assert [(machine, image) for machine, image, _ in found] == [(INTEL, images[0]), (ARM, images[1])]
    assert all(offset % PAGE == 0 for *_, offset in found)


def test_nothing_follows_the_last_slice_and_nothing_but_zeros_lies_between() -> None:
    image = fat([thin(INTEL), thin(ARM)])

    assert len(image) == 2 * PAGE + 100
    assert not any(image[48:PAGE] + image[PAGE + 100 : 2 * PAGE])


def test_one_slice_may_stand_alone() -> None:
    assert slices_of(fat([thin(ARM)])) == [(ARM, thin(ARM), PAGE)]


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        ([], "nothing to merge"),
        ([thin(ARM), b""], "no 64-bit Mach-O library"),
        ([thin(ARM)[:11]], "no 64-bit Mach-O library"),
        ([thin(ARM), b"\x7fELF" + bytes(60)], "no 64-bit Mach-O library"),
        ([struct.pack("<III", 0xFEEDFACE, *ARM) + bytes(60)], "no 64-bit Mach-O library"),
        ([fat([thin(ARM)])], "no 64-bit Mach-O library"),
        ([thin(ARM), thin(ARM)], "two slices are for arm64"),
        ([thin(INTEL), thin(INTEL, 200)], "two slices are for x86_64"),
        ([thin((12, 9)), thin((12, 9))], "two slices are for 0xc"),
    ],
)
def test_what_cannot_be_merged_is_refused(slices: list[bytes], said: str) -> None:
    with pytest.raises(PackError, match=said):
        fat(slices)
