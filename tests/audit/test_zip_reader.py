"""An archive is read the strict way: its members come out, and no byte is left unexplained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zip_image import Part, zip_image

from wheelmatrix.audit.zip_reader import unzip

TWO = (Part(name="a/x.py", content=b"x" * 100), Part(name="a/y.py", content=b"y", method=0))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), min_size=1, max_size=12)


def test_members_come_out_with_their_facts() -> None:
    found = unzip(zip_image(TWO))

    assert found.problems == ()
    assert found.contents == {"a/x.py": b"x" * 100, "a/y.py": b"y"}
    assert [(one.name, one.method, one.size_bytes, one.mode) for one in found.members] == [
        ("a/x.py", 8, 100, 0o100644),
        ("a/y.py", 0, 1, 0o100644),
    ]


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=5), st.sampled_from([0, 8]), st.booleans())
def test_what_was_put_in_comes_out(contents: dict[str, bytes], method: int, zip64: bool) -> None:
    archive = zip_image(
        (Part(name=name, content=content, method=method) for name, content in contents.items()), zip64=zip64
    )

    assert unzip(archive).contents == contents


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"", "not a zip archive"),
        (zip_image(TWO)[:-1], "not a zip archive"),
        (zip_image(TWO, comment=b"hello"), "a comment of 5 bytes"),
        (zip_image(TWO, behind=b"more"), "4 bytes follow the end"),
        (zip_image(TWO, before=b"#!/bin/sh\n"), "10 bytes stand before the archive"),
        (zip_image(TWO, disks=1), "several disks"),
        (zip_image((*TWO, TWO[0])), "'a/x.py' is in the archive 2 times"),
        (zip_image((Part(name="x", content=b"x", crc=1),)), "checksum differs"),
        (zip_image((Part(name="x", content=b"x", method=12),)), "12"),
        (zip_image((Part(name="x", content=b"x", descriptor=True),)), "data descriptor"),
        (zip_image((Part(name="x", content=b"x", gap=b"hidden"), TWO[1])), "6 bytes"),
    ],
)
def test_what_installers_disagree_on_is_a_problem(archive: bytes, said: str) -> None:
    assert any(said in problem for problem in unzip(archive).problems), unzip(archive).problems


def test_of_a_name_that_occurs_twice_the_first_is_kept() -> None:
    assert unzip(zip_image((TWO[1], Part(name="a/y.py", content=b"other")))).contents == {"a/y.py": b"y"}


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_archive_raises(noise: bytes, at: int) -> None:
    archive = zip_image(TWO)

    assert unzip(noise).contents == {}
    unzip(archive[:at] + noise + archive[at + len(noise) :])
