import hashlib
import io
import stat
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import PackError
from wheelmatrix.pack.compress import Compressor, compressor
from wheelmatrix.pack.names import name_fault
from wheelmatrix.pack.wheel import Archive, Member, archive, member

_ZLIB = Compressor(name="zlib")
_CHOICES = st.sampled_from([_ZLIB, compressor(), Compressor(name="stored")])
_PARTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_NAMES = st.lists(_PARTS, min_size=1, max_size=3).map("/".join).filter(lambda name: not name_fault(name))
_CONTENTS = st.binary(max_size=300) | st.binary(min_size=1, max_size=8).map(lambda part: part * 500)


def _bytes(*members: Member, epoch_s: int = 1_000_000_000) -> bytes:
    return b"".join(archive(members, epoch_s=epoch_s))


def _read(image: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(image))


@given(files=st.dictionaries(_NAMES, st.tuples(_CONTENTS, st.booleans()), max_size=8), by=_CHOICES)
def test_zipfile_reads_back_every_name_content_and_mode(files: dict[str, tuple[bytes, bool]], by: Compressor) -> None:
    image = _bytes(
        *(member(name, content, executable=mode, compressor=by) for name, (content, mode) in files.items())
    )  # fmt: skip

    with _read(image) as found:
        assert found.testzip() is None
        assert found.namelist() == list(files)
        for line in found.infolist():
            content, executable = files[line.filename]
            assert found.read(line) == content
            assert line.external_attr >> 16 == stat.S_IFREG | (0o755 if executable else 0o644)


def test_the_same_members_give_the_same_bytes() -> None:
    first, second = (_bytes(*(member(f"{n}.txt", b"text" * n, compressor=_ZLIB) for n in range(50))) for _ in range(2))

    assert first == second


def test_the_archive_has_nothing_that_pypi_refuses() -> None:
    files = {"a.txt": b"a" * 100, "ä.bin": b"\x01\x9a", "empty": b""}
    image = _bytes(*(member(name, content, compressor=_ZLIB) for name, content in files.items()))

    end = struct.unpack("<4s4H2LH", image[-22:])
    assert end[0] == b"PK\x05\x06"
    assert end[-1] == 0, "no archive comment"
    assert image.count(b"PK\x05\x06") == 1
    assert image.startswith(b"PK\x03\x04"), "nothing is prepended"
    place = 0
    for line in _read(image).infolist():
        fields = struct.unpack_from("<4s5H3L2H", image, place)
        _, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = fields
        name = image[place + 30 : place + 30 + name_bytes].decode()
        assert place == line.header_offset, "members follow each other without a gap"
        assert not flags & 0b1000, "no data descriptor"
        assert bool(flags & 1 << 11) == (not name.isascii())
        assert method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        assert (name, crc, packed, size) == (line.filename, line.CRC, line.compress_size, line.file_size)
        assert extra_bytes == 0
        assert (line.extra, line.comment, line.create_system, line.volume) == (b"", b"", 3, 0)
        place += 30 + name_bytes + packed
    assert place == end[-2], "the directory follows the last member"
    assert place + end[-3] + 22 == len(image), "the end follows the directory, and nothing follows the end"


def test_what_does_not_shrink_is_stored() -> None:
    noise = hashlib.sha256(b"seed").digest()

    stored, deflated = member("a", noise, compressor=_ZLIB), member("b", noise * 100, compressor=_ZLIB)

    assert (stored.method, stored.packed_bytes) == (zipfile.ZIP_STORED, 32)
    assert deflated.method == zipfile.ZIP_DEFLATED
    assert deflated.packed_bytes < 1000


def test_a_member_knows_its_line_in_record() -> None:
    made = member("a", b"x", compressor=_ZLIB)

    assert made.crc32 == zlib.crc32(b"x")
    assert made.row.digest == "sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE"
    assert made.row.size_bytes == 1


def test_the_time_of_every_member_is_the_epoch() -> None:
    image = _bytes(member("a", b"x", compressor=_ZLIB), epoch_s=1_700_000_000)

    assert _read(image).getinfo("a").date_time == (2023, 11, 14, 22, 13, 20)


@pytest.mark.parametrize("name", ["../a", "/a", "a\\b", "a\tb", "a/", ""])
def test_a_forbidden_name_is_refused(name: str) -> None:
    with pytest.raises(PackError, match="the name"):
        Archive().add(member(name, b"", compressor=_ZLIB))


def test_a_name_that_is_there_already_is_refused() -> None:
    growing = Archive()
    growing.add(member("a", b"1", compressor=_ZLIB))

    with pytest.raises(PackError, match="twice"):
        growing.add(member("a", b"2", compressor=_ZLIB))


def test_an_archive_that_pypi_would_take_for_a_bomb_is_warned_of() -> None:
    growing = Archive()
    growing.add(member("zeros", bytes(65 << 20), compressor=compressor()))

    assert "archive bomb" in growing.warnings[0]


def test_a_large_archive_of_ordinary_ratio_is_not_warned_of() -> None:
    growing = Archive()
    growing.add(member("stored", bytes(65 << 20), compressor=Compressor(name="stored")))

    assert growing.warnings == ()


@pytest.mark.slow
def test_more_than_65535_members_are_read_back() -> None:
    image = _bytes(*(member(f"{number}", b"", compressor=_ZLIB) for number in range(65_600)))

    assert len(_read(image).namelist()) == 65_600
