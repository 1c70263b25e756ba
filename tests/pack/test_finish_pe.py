"""What a link leaves in a PE image of itself, and that nothing of it is shipped."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.pack.finish_pe import without_stamps

STAMP, CHECKSUM, IDENTITY = 0x6A112233, 0x000ABCDE, bytes(range(1, 21))
CODE_VIEW, POGO, REPRO = 2, 13, 16
BASE, START = 0x1000, 0x400
PDB = rb"C:\build\me\target\release\deps\demo.pdb"


def pe_image(
    *,
    is_64: bool = True,
    stamp: int = STAMP,
    checksum: int = CHECKSUM,
    kinds: tuple[int, ...] = (CODE_VIEW, POGO),
    pdb: bytes = PDB,
    signature: bytes = b"RSDS",
    certificate: tuple[int, int] = (0, 0),
) -> bytes:
    """Return a DLL with an export directory, a load configuration and a debug directory, all stamped."""
    identity = IDENTITY if signature == b"RSDS" else IDENTITY[:12]
    record = signature + identity + pdb + b"\0"
    export = struct.pack("<IIHHIIIIIII", 0, stamp, 0, 0, 0, 1, 0, 0, 0, 0, 0)
    config = struct.pack("<IIHH", 12, stamp, 0, 0)
    body = export + config
    debug_at = len(body) + 4 - len(body) % 4
    record_at = debug_at + 28 * len(kinds)
    rows = b"".join(
        struct.pack("<IIHHIIII", 0, stamp, 0, 0, kind, len(record), BASE + record_at, START + record_at)
        if kind == CODE_VIEW
        else struct.pack("<IIHHIIII", 0, stamp, 0, 0, kind, 0, 0, 0)
        for kind in kinds
    )
    body = body.ljust(debug_at, b"\0") + rows + record
    directories = [(0, 0)] * 16
    directories[0], directories[10] = (BASE, 40), (BASE + 40, 12)
    directories[4], directories[6] = certificate, (BASE + debug_at, len(rows)) if kinds else (0, 0)
    optional = struct.pack("<H", 0x20B if is_64 else 0x10B).ljust(64, b"\0") + struct.pack("<I", checksum)
    optional = optional.ljust(108 if is_64 else 92, b"\0") + struct.pack("<I", 16)
    optional += b"".join(struct.pack("<II", *one) for one in directories)
    coff = struct.pack("<HHIIIHH", 0x8664, 1, stamp, 0, 0, len(optional), 0x2022)
    section = struct.pack("<8sIIIIIIHHI", b".rdata", len(body), BASE, len(body), START, 0, 0, 0, 0, 0x40000040)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 0x80)
    return (head.ljust(0x80, b"\0") + b"PE\0\0" + coff + optional + section).ljust(START, b"\0") + body


@pytest.mark.parametrize("is_64", [True, False])
def test_an_image_of_another_time_and_place_becomes_the_same(is_64: bool) -> None:
    other = pe_image(is_64=is_64, stamp=7, checksum=9).replace(IDENTITY, IDENTITY[::-1])

    found = without_stamps(pe_image(is_64=is_64))

    assert found == without_stamps(other)
    assert struct.pack("<I", STAMP) not in found
    assert struct.pack("<I", CHECKSUM) not in found
    assert IDENTITY not in found


@pytest.mark.parametrize(
    ("pdb", "signature", "name"),
    [
        (PDB, b"RSDS", b"demo.pdb"),
        (b"/build/me/demo.pdb", b"RSDS", b"demo.pdb"),
        (b"demo.pdb", b"RSDS", b"demo.pdb"),
        (b"D:/old/demo.pdb", b"NB10", b"demo.pdb"),
        (b"/build/it\xc3\xa9/", b"RSDS", b""),
    ],
)
def test_of_the_path_of_the_debug_information_the_name_stays(pdb: bytes, signature: bytes, name: bytes) -> None:
    image = pe_image(pdb=pdb, signature=signature)

    found = without_stamps(image)

    assert len(found) == len(image)
    assert found.endswith(name.ljust(len(pdb) + 1, b"\0"))
    assert b"build" not in found
    assert b"old" not in found


def test_the_identity_stays_where_the_debug_information_is_shipped() -> None:
    found = without_stamps(pe_image(), keeps_identity=True)

    assert IDENTITY in found
    assert PDB not in found
    assert struct.pack("<I", STAMP) not in found


def test_hashes_of_the_linker_stay_and_the_path_goes() -> None:
    image = pe_image(kinds=(CODE_VIEW, REPRO))

    found = without_stamps(image)

    assert found == image.replace(PDB, b"demo.pdb".ljust(len(PDB), b"\0"))


def test_nothing_but_the_known_fields_changes() -> None:
    image = pe_image()

    found = without_stamps(image)

    places = [at for at, (one, other) in enumerate(zip(image, found, strict=True)) if one != other]
    coff, optional, export, config, debug = 0x84, 0x98, START, START + 40, START + 56
    fields = [(coff + 4, 4), (optional + 64, 4), (export + 4, 4), (config + 4, 4), (debug + 4, 4), (debug + 32, 4)]
    record = START + 56 + 2 * 28
    fields += [(record + 4, 20), (record + 24, len(PDB))]
    assert {at for at in places if not any(start <= at < start + size for start, size in fields)} == set()
    assert {field for field in fields if not any(field[0] <= at < sum(field) for at in places)} == set()


def test_an_image_without_debug_information_loses_its_stamps_too() -> None:
    assert struct.pack("<I", STAMP) not in without_stamps(pe_image(kinds=()))


def test_a_signed_image_is_left_alone() -> None:
    image = pe_image(certificate=(0x2000, 8))

    assert without_stamps(image) == image


@given(
    st.sampled_from([(), (CODE_VIEW,), (POGO,), (CODE_VIEW, REPRO), (REPRO,)]),
    st.binary(min_size=1, max_size=30).filter(lambda path: b"\0" not in path),
    st.booleans(),
)
def test_twice_is_once_and_the_size_stays(kinds: tuple[int, ...], pdb: bytes, is_64: bool) -> None:
    image = pe_image(kinds=kinds, pdb=pdb, is_64=is_64)

    once = without_stamps(image)

    assert len(once) == len(image)
    assert without_stamps(once) == once


@pytest.mark.parametrize("image", [b"", b"MZ", b"MZ" + bytes(100), pe_image()[:0x90], b"\x7fELF" + bytes(200)])
def test_what_is_no_pe_image_comes_back(image: bytes) -> None:
    assert without_stamps(image) == image


def test_damaged_images_come_back_in_their_size() -> None:
    chance = random.Random(9)
    image = pe_image()
    for _ in range(3000):
        broken = bytearray(image)
        for _ in range(chance.randint(1, 6)):
            at, width = chance.randrange(2, 0x200), chance.choice((1, 2, 4))
            value = chance.choice((0, 1, BASE, 2**31, 2 ** (8 * width) - 1, chance.getrandbits(8 * width)))
            broken[at : at + width] = (value % 2 ** (8 * width)).to_bytes(width, "little")
        whole = bytes(broken[: chance.randrange(len(broken))] if chance.random() < 0.2 else broken)

        assert len(without_stamps(whole)) == len(whole)
