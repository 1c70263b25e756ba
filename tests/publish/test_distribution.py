"""A file becomes what an index is told of it, or an error that says why it cannot."""

import hashlib
from pathlib import PurePath

import pytest
from tests.audit.release import wheel
from tests.audit.tar_image import SDIST, Block, packed, sdist_image, tar_image
from tests.audit.zip_image import Part, zip_image

from wheelmatrix.errors import UploadError
from wheelmatrix.publish.distribution import distribution_of, metadata_of, project_of

NAME = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
IMAGE = wheel(NAME, metadata="Requires-Python: >=3.12\n")


def test_a_wheel_is_told_with_its_metadata_and_digests() -> None:
    found = distribution_of(PurePath("dist") / NAME, IMAGE, mtime_ns=7, attestations="[{}]")

    assert found.path == PurePath("dist") / NAME
    assert (found.filename, found.filetype, found.pyversion) == (NAME, "bdist_wheel", "cp312")
    assert (found.name, found.version) == ("demo", "1.0")
    assert (found.size_bytes, found.mtime_ns, found.attestations) == (len(IMAGE), 7, "[{}]")
    assert found.sha256 == hashlib.sha256(IMAGE).hexdigest()
    assert found.blake2b == hashlib.blake2b(IMAGE, digest_size=32).hexdigest()
    assert ("requires_python", ">=3.12") in found.fields


def test_an_sdist_is_told_as_source() -> None:
    image = sdist_image()

    found = distribution_of(PurePath(SDIST), image, mtime_ns=0)

    assert (found.filetype, found.pyversion, found.name, found.version) == ("sdist", "source", "demo", "1.0")
    assert found.attestations == ""


@pytest.mark.parametrize(
    ("filename", "pyversion"),
    [
        ("demo-1.0-py2.py3-none-any.whl", "py2.py3"),
        ("demo-1.0-7-cp312-cp312-win32.whl", "cp312"),
        ("demo-1.0-cp39-abi3-macosx_11_0_arm64.whl", "cp39"),
    ],
)
def test_the_python_version_is_the_tag_as_it_is_written(filename: str, pyversion: str) -> None:
    image = zip_image([Part(name="demo-1.0.dist-info/METADATA", content=b"Name: demo\nVersion: 1.0\n")])

    assert distribution_of(PurePath(filename), image, mtime_ns=0).pyversion == pyversion


def test_name_and_version_are_spelled_as_the_metadata_does() -> None:
    image = zip_image([Part(name="my_demo-1.0.dist-info/METADATA", content=b"Name: My.Demo\nVersion: 1.0.0\n")])

    found = distribution_of(PurePath("my_demo-1.0-py3-none-any.whl"), image, mtime_ns=0)

    assert (found.name, found.version) == ("My.Demo", "1.0.0")


def test_metadata_is_whole() -> None:
    assert (
        metadata_of(PurePath(NAME), IMAGE)
        == b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nRequires-Python: >=3.12\n"
    )
    assert metadata_of(PurePath(SDIST), sdist_image()).startswith(b"Metadata-Version: 2.4\nName: demo\n")


@pytest.mark.parametrize(
    ("filename", "image", "said"),
    [
        ("demo-1.0.zip", b"", "neither a wheel nor an sdist"),
        ("demo.egg", b"", "neither a wheel nor an sdist"),
        ("demo-1.0.whl", IMAGE, "not a wheel's filename"),
        (NAME, b"", "its metadata cannot be read: not a zip archive"),
        (NAME, IMAGE[:-30], "its metadata cannot be read"),
        ("other" + NAME[4:], IMAGE, "other-1.0.dist-info/METADATA is missing"),
        (SDIST, b"", "its metadata cannot be read: the gzip file is cut off"),
        (SDIST, packed(tar_image([Block(name="demo-1.0/x")])), "demo-1.0/PKG-INFO is missing"),
        (SDIST, sdist_image(metadata="Name: demo\n"), "its metadata has no Version"),
        (SDIST, sdist_image(metadata="\n"), "its metadata has no Name and no Version"),
        (SDIST, packed(tar_image([Block(name="demo-1.0/PKG-INFO", content=b"Name: \xff\n")])), "is not UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_an_error_that_names_the_file(filename: str, image: bytes, said: str) -> None:
    path = PurePath("dist") / filename
    with pytest.raises(UploadError) as caught:
        distribution_of(path, image, mtime_ns=0)

    (issue,) = caught.value.issues
    assert said in issue.message
    assert issue.where == str(path)


@pytest.mark.parametrize(
    ("filename", "project"),
    [
        ("demo_x-1.0-py3-none-any.whl", "demo_x"),
        ("demo-x-1.0.tar.gz", "demo-x"),
        ("demo.tar.gz", "demo"),
        ("README.md", "README.md"),
        ("", ""),
    ],
)
def test_a_filename_names_the_project_before_it_is_read(filename: str, project: str) -> None:
    assert project_of(filename) == project
