"""Universal files: the bytes are lipo's, slices stay untouched, and each begins at a page of its own machine."""

import gzip
import mmap
import struct
from hashlib import sha256
from pathlib import Path

import pytest

from wheelmatrix.audit.macho import read
from wheelmatrix.errors import PackError
from wheelmatrix.pack.fat import fat, fat_pieces

GOLDEN = Path(__file__).parents[1] / "audit" / "golden" / "macho"
LIPO = "c378c0b71bf381e6d3edb7ba1d3104f3e6f7807d4e70303c09631c5ab53c5f5b"
"""Of what `llvm-lipo -create plain_arm64 plain_x86_64` of LLVM 14.0.6 writes, in whichever order they are given."""
LIPO_OF_ONE = "e5fd170c77ad9ef8f1d26beaf96086ba5ec7a669146cf2393c34d4435445bfc4"
"""Of what `llvm-lipo -create plain_arm64` writes."""


def golden(name: str) -> bytes:
    return gzip.decompress((GOLDEN / f"{name}.gz").read_bytes())


ARM, INTEL = golden("plain_arm64"), golden("plain_x86_64")


def thin(cpu: int, subtype: int = 0, order: str = "<", magic: int = 0xFEEDFACF) -> bytes:
    return struct.pack(f"{order}7I", magic, cpu, subtype, 6, 0, 0, 0) + bytes(4)


@pytest.mark.parametrize("slices", [(ARM, INTEL), (INTEL, ARM)])
def test_the_bytes_are_lipos_in_whichever_order_the_slices_come(slices: tuple[bytes, ...]) -> None:
    assert sha256(fat(slices)).hexdigest() == LIPO


def test_one_image_makes_a_universal_file_too() -> None:
    assert sha256(fat([ARM])).hexdigest() == LIPO_OF_ONE


def test_slices_are_untouched_and_begin_at_pages_of_their_machine() -> None:
    image = fat([ARM, INTEL])

    intel, arm = read(image).slices
    assert (intel.arch, arm.arch) == ("x86_64", "arm64")
    assert (intel.offset % 0x1000, arm.offset % 0x4000) == (0, 0)
    assert image[intel.offset : intel.offset + intel.size_bytes] == INTEL
    assert image[arm.offset :] == ARM
    assert arm.signature is not None
    assert arm.signature.bad_pages == ()


def test_the_pieces_are_the_file() -> None:
    assert b"".join(fat_pieces([memoryview(ARM), INTEL])) == fat([ARM, INTEL])


def test_both_byte_orders_and_widths_are_images() -> None:
    image = fat([thin(18, order=">", magic=0xFEEDFACE), thin(0x01000012, order=">"), thin(7, 3, magic=0xFEEDFACE)])

    assert [one.arch for one in read(image).slices] == ["i386", "ppc", "ppc64"]


def test_records_have_64_bits_where_an_offset_needs_them() -> None:
    # Pages of an anonymous mapping that nobody writes to cost nothing.
    large = mmap.mmap(-1, (1 << 32) + 0x1000)
    large[: len(INTEL[:32])] = INTEL[:32]

    header, _, first, padding, _ = fat_pieces([ARM, memoryview(large)])

    assert header[:4] == b"\xca\xfe\xba\xbf"
    records = list(struct.iter_unpack(">IIQQII", header[8:]))
    assert [(offset, size, align) for _, _, offset, size, align, _ in records] == [
        (0x1000, (1 << 32) + 0x1000, 12), ((1 << 32) + 0x4000, len(ARM), 14),
    ]  # fmt: skip
    assert (len(first), len(padding)) == ((1 << 32) + 0x1000, 0x2000)


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        ((), "at least one image"),
        ((ARM, ARM), "for the same CPU"),
        ((INTEL, thin(0x01000007, 0x80000003)), "for the same CPU"),
        ((INTEL, b""), "it begins with nothing"),
        ((INTEL, b"\x7fELF" + bytes(60)), "7f 45 4c 46"),
        ((fat([ARM, INTEL]),), "ca fe ba be"),
        ((INTEL[:11],), "no thin Mach-O image"),
    ],
)
def test_what_makes_no_universal_file_is_refused(slices: tuple[bytes, ...], said: str) -> None:
    with pytest.raises(PackError, match=said):
        fat(slices)
