"""The distributions that tests upload are what every index takes."""

import base64
import hashlib
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from tests.index import make_sdist, make_wheel, metadata_of


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_a_wheel_is_named_and_filled_as_the_specification_says(tmp_path: Path) -> None:
    path = make_wheel(tmp_path, "Demo.Lib", "1.0", "cp311.cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")

    name, version, _, tags = parse_wheel_filename(path.name)
    assert (name, str(version), len(tags)) == ("demo-lib", "1.0", 4)
    found = members(path)
    assert path.name.startswith("demo_lib-1.0-")
    told = message_from_bytes(found["demo_lib-1.0.dist-info/WHEEL"])
    assert {f"{tag}" for tag in tags} == set(told.get_all("Tag", []))
    metadata = Metadata.from_email(found["demo_lib-1.0.dist-info/METADATA"])
    assert (metadata.name, metadata.license_files) == ("Demo.Lib", ["LICENSE"])
    assert "demo_lib-1.0.dist-info/licenses/LICENSE" in found


def test_record_tells_digest_and_size_of_all_members(tmp_path: Path) -> None:
    found = members(make_wheel(tmp_path, add={"demo/more.py": b"x = 1\n"}))

    rows = [line.split(",") for line in found["demo-1.0.dist-info/RECORD"].decode().splitlines()]
    assert [row[0] for row in rows] == list(found)
    for name, digest, size in rows[:-1]:
        expected = base64.urlsafe_b64encode(hashlib.sha256(found[name]).digest()).rstrip(b"=").decode()
        assert (digest, size) == (f"sha256={expected}", str(len(found[name])))
    assert rows[-1] == ["demo-1.0.dist-info/RECORD", "", ""]


def test_no_member_has_what_an_index_refuses(tmp_path: Path) -> None:
    with zipfile.ZipFile(make_wheel(tmp_path)) as archive:
        for entry in archive.infolist():
            assert (entry.flag_bits & 8, entry.extra, entry.comment, entry.is_dir()) == (0, b"", b"", False)
            assert entry.compress_type == zipfile.ZIP_STORED
        assert archive.comment == b""


def test_an_sdist_has_one_folder_and_its_metadata(tmp_path: Path) -> None:
    path = make_sdist(tmp_path, "Demo.Lib", "1.0")

    assert parse_sdist_filename(path.name)[0] == "demo-lib"
    with tarfile.open(path) as archive:
        names = archive.getnames()
        member = archive.extractfile("demo_lib-1.0/PKG-INFO")
        assert member is not None
        assert Metadata.from_email(member.read()).name == "Demo.Lib"
    assert {name.partition("/")[0] for name in names} == {"demo_lib-1.0"}
    assert "demo_lib-1.0/LICENSE" in names


@pytest.mark.parametrize("make", [make_wheel, make_sdist])
def test_bytes_are_the_same_each_time_and_others_for_another_seed(tmp_path: Path, make: object) -> None:
    assert callable(make)
    first = make(tmp_path, payload_bytes=5000).read_bytes()

    assert make(tmp_path, payload_bytes=5000).read_bytes() == first
    assert make(tmp_path, payload_bytes=5000, seed=1).read_bytes() != first
    assert len(first) > 5000


def test_metadata_can_be_added_to_or_replaced(tmp_path: Path) -> None:
    text = metadata_of("demo", "1.0", "Maintainer: Grace")

    found = members(make_wheel(tmp_path, metadata=text))
    assert b"\nMaintainer: Grace\n\n# demo" in found["demo-1.0.dist-info/METADATA"]
