"""The bytes of an sdist: read back by Python's tarfile and by the audit, which takes nothing doubtful."""

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.audit.gzip_reader import GzipReader
from wheelmatrix.audit.tar_reader import tar_members
from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.pack.sdist import DEFAULT_EPOCH_S, Sdist, sdist_epoch

NAMES = st.lists(
    st.text("aé-_.x", min_size=1, max_size=120).filter(lambda part: part.strip(".")), min_size=1, max_size=4
)


def packed(files: dict[str, bytes], **settings: int) -> bytes:
    sdist = Sdist(**settings)
    return b"".join([*(sdist.add(name, content) for name, content in files.items()), sdist.finish()])


@given(st.dictionaries(NAMES.map("/".join), st.binary(max_size=1500), max_size=6))
def test_what_is_packed_is_read_back_by_every_reader(files: dict[str, bytes]) -> None:
    data = packed(files)

    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert {each.name: archive.extractfile(each).read() for each in archive} == files  # type: ignore[union-attr]  # all are files
    assert {each.name: each.content for each in tar_members(GzipReader(data), lambda _: True)} == files


def test_members_have_one_time_two_modes_and_no_owner() -> None:
    sdist = Sdist()
    data = sdist.add("a-1/a.sh", b"x", executable=True) + sdist.add("a-1/b", b"") + sdist.finish()

    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = {each.name: (each.mode, each.mtime, each.uid, each.gid, each.uname, each.gname) for each in archive}
    assert found == {
        "a-1/a.sh": (0o755, DEFAULT_EPOCH_S, 0, 0, "", ""),
        "a-1/b": (0o644, DEFAULT_EPOCH_S, 0, 0, "", ""),
    }


def test_the_gzip_header_has_neither_time_nor_name() -> None:
    data = packed({"a-1/a": b"x" * 4000})

    assert data[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    assert len(gzip.decompress(data)) % 512 == 0
    assert packed({"a-1/a": b"x" * 4000}) == data


def test_a_long_name_is_split_where_ustar_can_and_else_told_by_a_pax_header() -> None:
    split, long = f"{'d' * 90}/{'n' * 90}", "n" * 150

    assert b"PaxHeader" not in gzip.decompress(packed({split: b"1"}))
    assert b"PaxHeader" in gzip.decompress(packed({long: b"1"}))


def test_a_name_twice_or_outside_is_refused() -> None:
    sdist = Sdist()
    sdist.add("a", b"")
    with pytest.raises(PackError, match="twice"):
        sdist.add("a", b"")
    with pytest.raises(PackError, match="leaves the archive"):
        packed({"../a": b""})


@pytest.mark.parametrize(
    ("text", "epoch_s"), [(None, DEFAULT_EPOCH_S), ("", DEFAULT_EPOCH_S), ("0", 0), ("-5", 0), ("17", 17)]
)
def test_source_date_epoch_is_the_time_of_every_member(text: str | None, epoch_s: int) -> None:
    assert sdist_epoch(text) == epoch_s


def test_a_time_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ConfigError, match="'now' is no whole number"):
        sdist_epoch("now")
