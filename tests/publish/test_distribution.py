"""A file becomes what an index is told of it, or an error that says why it cannot."""

import hashlib
from pathlib import PurePath

import pytest
from tests.audit.release import wheel
from tests.audit.tar_image import SDIST

from wheelmatrix.errors import UploadError
from wheelmatrix.publish.distribution import distribution_of, project_of

NAME = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
IMAGE = wheel(NAME, metadata="Requires-Python: >=3.12\n")
METADATA = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nRequires-Python: >=3.12\n"


def test_a_wheel_is_told_with_its_metadata_and_digests() -> None:
    found = distribution_of(PurePath("dist") / NAME, IMAGE, METADATA, mtime_ns=7, attestations="[{}]")

    assert found.path == PurePath("dist") / NAME
    assert (found.filename, found.filetype, found.pyversion) == (NAME, "bdist_wheel", "cp312")
    assert (found.name, found.version) == ("demo", "1.0")
    assert (found.size_bytes, found.mtime_ns, found.attestations) == (len(IMAGE), 7, "[{}]")
    assert found.sha256 == hashlib.sha256(IMAGE).hexdigest()
    assert found.blake2b == hashlib.blake2b(IMAGE, digest_size=32).hexdigest()
    assert ("requires_python", ">=3.12") in found.fields


def test_an_sdist_is_told_as_source() -> None:
    found = distribution_of(PurePath(SDIST), b"", METADATA, mtime_ns=0)

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
    assert distribution_of(PurePath(filename), b"", METADATA, mtime_ns=0).pyversion == pyversion


def test_name_and_version_are_spelled_as_the_metadata_does() -> None:
    metadata = b"Name: My.Demo\nVersion: 1.0.0\n"

    found = distribution_of(PurePath("my_demo-1.0-py3-none-any.whl"), b"", metadata, mtime_ns=0)

    assert (found.name, found.version) == ("My.Demo", "1.0.0")


@pytest.mark.parametrize(
    ("filename", "metadata", "said"),
    [
        ("demo-1.0.zip", METADATA, "neither a wheel nor an sdist"),
        ("demo.egg", METADATA, "neither a wheel nor an sdist"),
        ("demo-1.0.whl", METADATA, "not a wheel's filename"),
        (SDIST, b"Name: demo\n", "its metadata has no Version"),
        (SDIST, b"\n", "its metadata has no Name and no Version"),
        (SDIST, b"Name: \xff\n", "is not UTF-8"),
    ],
)
def test_what_cannot_be_told_is_an_error_that_names_the_file(filename: str, metadata: bytes, said: str) -> None:
    path = PurePath("dist") / filename
    with pytest.raises(UploadError) as caught:
        distribution_of(path, b"", metadata, mtime_ns=0)

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
