"""Which libraries are finished, and how, by their target."""

import pytest
from tests.audit.elf_image import elf_image
from tests.pack.test_finish_pe import STAMP, pe_image

from wheelmatrix import resources, tables
from wheelmatrix.audit.elf import read
from wheelmatrix.pack.finish import finished, is_finished_by_us
from wheelmatrix.platforms import libc_soname

TARGETS = tables.load(resources.table_texts()).targets
MUSL = [row for row in TARGETS.values() if libc_soname(row)]


@pytest.mark.parametrize("target", MUSL, ids=str)
def test_musl_libraries_ask_for_the_c_library_by_alpines_name(target) -> None:
    soname = libc_soname(target)
    facts = {"word_bits": target.word_bits, "big_endian": target.big_endian}

    found = read(finished(elf_image(needed=("libc.so",), soname=soname, **facts), target))

    assert (found.needed, found.soname) == ((soname,), "")
    assert is_finished_by_us(target)


@pytest.mark.parametrize("triple", ["x86_64-pc-windows-gnu", "x86_64-pc-windows-gnullvm", "i686-pc-windows-msvc"])
def test_windows_libraries_do_not_say_when_they_were_linked(triple: str) -> None:
    found = finished(pe_image(), TARGETS[triple])

    assert STAMP.to_bytes(4, "little") not in found
    assert is_finished_by_us(TARGETS[triple])


@pytest.mark.parametrize(
    "triple", ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "universal2-apple-darwin", "mips-unknown-linux-musl"]
)
def test_other_libraries_are_left_as_they_are(triple: str) -> None:
    image = elf_image(needed=("libc.so",), soname="libc.musl-x86_64.so.1")

    assert not is_finished_by_us(TARGETS[triple])
    assert finished(image, TARGETS[triple]) is image
    assert finished(pe_image(), TARGETS[triple]) == pe_image()
