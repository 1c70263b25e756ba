"""Which libraries are finished, and how, by their target."""

import struct
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from tests.audit.elf_image import elf_image
from tests.pack.test_finish_pe import STAMP, pe_image

from wheelmatrix import resources, tables
from wheelmatrix.audit.elf import read
from wheelmatrix.pack.finish import finished, is_finished_by_us
from wheelmatrix.platforms import libc_soname

TARGETS = tables.load(resources.table_texts()).targets
GOLDEN = Path(__file__).parent / "golden"
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


@pytest.mark.parametrize(
    ("file", "triple"),
    [
        ("musl_x86_64.so", "x86_64-unknown-linux-musl"),
        ("musl_s390x.so", "s390x-unknown-linux-musl"),
        ("musl_arm.so", "arm-unknown-linux-musleabihf"),
    ],
)
def test_what_zig_links_is_read_by_others_as_alpines(file: str, triple: str) -> None:
    before = (GOLDEN / file).read_bytes()
    after = finished(before, TARGETS[triple])

    tags = [(tag.entry.d_tag, getattr(tag, "needed", None)) for tag in _dynamic(after)]
    assert tags[0] == ("DT_NEEDED", libc_soname(TARGETS[triple]))
    assert tags == [
        (tag, name) if tag != "DT_NEEDED" else tags[0]
        for tag, name in [(tag.entry.d_tag, getattr(tag, "needed", None)) for tag in _dynamic(before)]
        if tag != "DT_SONAME"
    ]
    assert len(after) == len(before)
    assert finished(after, TARGETS[triple]) == after


def _dynamic(image: bytes):
    return list(ELFFile(BytesIO(image)).get_section_by_name(".dynamic").iter_tags())


def test_auditwheel_finds_no_foreign_library_in_what_was_finished(tmp_path) -> None:
    target = TARGETS["x86_64-unknown-linux-musl"]
    before = (GOLDEN / "musl_x86_64.so").read_bytes()

    said = [_auditwheel(tmp_path / name, image) for name, image in (("a", before), ("b", finished(before, target)))]

    assert "libc.so" in said[0]
    assert "requires no external shared libraries" in said[1]
    assert "musllinux_1_2_x86_64" in said[1]


def _auditwheel(folder: Path, library: bytes) -> str:
    folder.mkdir()
    path = folder / "demo-1-cp312-cp312-linux_x86_64.whl"
    head = b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-linux_x86_64\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo.cpython-312-x86_64-linux-musl.so", library)
        archive.writestr("demo-1.dist-info/WHEEL", head)
        archive.writestr("demo-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: demo\nVersion: 1\n")
        archive.writestr("demo-1.dist-info/RECORD", b"demo.cpython-312-x86_64-linux-musl.so,,\n")
    done = subprocess.run(
        [sys.executable, "-m", "auditwheel", "show", path], capture_output=True, text=True, check=True
    )
    return " ".join(done.stdout.split())


def test_what_zig_links_for_windows_loses_its_stamps() -> None:
    before = (GOLDEN / "stamped.dll").read_bytes()

    after = finished(before, TARGETS["x86_64-pc-windows-gnu"])

    (start,) = struct.unpack_from("<I", before, 60)
    stamp = before[start + 8 : start + 12]
    assert stamp != bytes(4)
    assert stamp in before
    assert stamp not in after
    assert len(after) == len(before)
