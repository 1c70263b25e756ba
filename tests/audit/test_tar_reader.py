"""A tar archive is read the strict way: what two readers could take for different things is refused."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tar_image import Block, packed, pax, tar_image

from wheelmatrix.audit.gzip_reader import GzipReader
from wheelmatrix.audit.tar_reader import TarMember, tar_members

LONG = "folder/" * 20 + "name"
SIZED = Block(name="a", content=b"12345")
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=150)


def read(archive: bytes) -> list[TarMember]:
    return list(tar_members(GzipReader(packed(archive)), lambda _: True))


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("name", ["a", "a/b", LONG, "é" * 40])
def test_what_the_standard_library_writes_is_read(form: int, name: str) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        member = tarfile.TarInfo(name)
        member.size = 700
        archive.addfile(member, io.BytesIO(b"x" * 700))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, name[-90:]
        archive.addfile(link)

    assert read(target.getvalue()) == [
        TarMember(name=name, kind="file", target="", content=b"x" * 700),
        TarMember(name="link", kind="symbolic link", target=name[-90:], content=b""),
    ]


@given(st.dictionaries(NAMES, st.binary(max_size=1200), max_size=4), st.sampled_from(["pax", "gnu"]))
def test_any_names_and_contents_come_out(contents: dict[str, bytes], form: str) -> None:
    target = io.BytesIO()
    kind = tarfile.PAX_FORMAT if form == "pax" else tarfile.GNU_FORMAT
    with tarfile.open(fileobj=target, mode="w", format=kind) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

    assert {one.name: one.content for one in read(target.getvalue())} == contents


def test_only_what_is_wanted_has_its_content() -> None:
    archive = packed(tar_image([SIZED, Block(name="b", content=b"678")]))

    found = list(tar_members(GzipReader(archive), lambda name: name == "b"))

    assert [(one.name, one.content) for one in found] == [("a", b""), ("b", b"678")]


def test_headers_may_describe_the_member_behind_them() -> None:
    blocks = [
        pax({"comment": "made by hand"}, flag=b"g"),
        pax({"path": LONG, "mtime": "1.5", "size": "5"}),
        SIZED,
        Block(name="L", flag=b"L", content=b"other name\0"),
        Block(name="K", flag=b"K", content=b"target\0"),
        Block(name="b", flag=b"1"),
        Block(name="old", magic=bytes(8), flag=b"\0"),
        Block(name="c", prefix=b"far/away"),
        Block(name="d/", flag=b"5"),
    ]

    found = read(tar_image(blocks))

    assert [(one.name, one.kind, one.target) for one in found] == [
        (LONG, "file", ""),
        ("other name", "hard link", "target"),
        ("old", "file", ""),
        ("far/away/c", "file", ""),
        ("d", "directory", ""),
    ]


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([Block(name="a", flag=b"S")], "'a' is a sparse file"),
        ([pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}), SIZED], "'a' is a sparse file"),
        ([Block(name="a", flag=b"3")], "neither a file, nor a directory, nor a link"),
        ([Block(name="a", flag=b"4")], "neither a file"),
        ([Block(name="a", flag=b"6")], "neither a file"),
        ([Block(name="a", flag=b"7")], "neither a file"),
        ([Block(name="a", checksum=1)], "wrong checksum"),
        ([Block(name=b"\xff")], "not UTF-8"),
        ([Block(name="a", magic=b"vendor00")], "unknown format"),
        ([Block(name="a", magic=b"ustar  \0", prefix=b"12345")], "where only ustar has a part of the name"),
        ([Block(name="a", size=b"\x80" + bytes(10) + b"\x05")], "for a number"),
        ([Block(name="a", size=b"0000000 5x\0 ")], "for a number"),
        ([Block(name="a", size=1 << 20)], "cut off"),
        ([Block(name="a/", flag=b"5", content=b"x")], "is a directory, and has content"),
        ([Block(name="a", flag=b"1", target="b", content=b"x")], "is a hard link, and has content"),
        ([Block(name="a/")], "a file with the name of a directory"),
        ([pax({"size": "4"}), SIZED], "different sizes"),
        ([pax({"size": "-1"}), SIZED], "is no size"),
        ([pax({"path": "x"}), pax({"path": "y"}), SIZED], "two headers give a member its path"),
        ([pax({"path": "x"}), Block(name="L", flag=b"L", content=b"y\0"), SIZED], "two headers give a member its path"),
        ([pax({"path": "x"}, flag=b"g"), SIZED], "a header for all members sets their path"),
        ([Block(name="x", flag=b"x", content=b"99 path=x\n"), SIZED], "malformed"),
        ([Block(name="x", flag=b"x", content=b"9 path=x;"), SIZED], "malformed"),
        ([Block(name="x", flag=b"x", content=b"nonsense"), SIZED], "malformed"),
        ([Block(name="x", flag=b"x", content=b"3 path=x\n"), SIZED], "malformed"),
        ([pax({"path": "x"})], "without the member"),
        ([Block(name="x", flag=b"x", size=2 << 20)], "more than 1048576"),
        ([Block(name="a", size=17 << 20)], "more than 16777216"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(blocks: list[Block], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tar_image(blocks))


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (b"", "cut off"),
        (bytes(512), "cut off"),
        (bytes(512) + b"x" * 512, "goes on behind an empty block"),
        (bytes(1024) + b"hidden", "behind the end"),
        (tar_image([]) + tar_image([SIZED]), "behind the end"),
        (b"x" * 512, "wrong checksum|for a number"),
    ],
)
def test_an_archive_ends_with_nothing_but_zeros(end: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tar_image([SIZED], end=end))


def test_as_many_zeros_as_it_likes_may_end_it() -> None:
    assert len(read(tar_image([SIZED], end=bytes(10240)))) == 1
