"""Every rule that an index or an unpacker has for an sdist: one that keeps it, one that breaks it."""

import io
import random
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tar_image import PKG_INFO, SDIST, Block, packed, pax, sdist_blocks, sdist_image, tar_image
from zip_image import Part, zip_image

from wheelmatrix.audit import audit_sdist, check_sdist

TOP = "demo-1.0"


def problems(*more: Block, metadata: str = PKG_INFO) -> tuple[str, ...]:
    return check_sdist(SDIST, sdist_image(*more, metadata=metadata))[0]


def test_a_good_sdist_has_no_problem_and_its_pkg_info() -> None:
    assert check_sdist(SDIST, sdist_image()) == ((), PKG_INFO.encode())
    assert audit_sdist(SDIST, sdist_image())


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_what_the_standard_library_writes_passes(form: int) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=form) as archive:
        for name, content in (("PKG-INFO", PKG_INFO.encode()), ("a/" * 50 + "long", b"x")):
            member = tarfile.TarInfo(f"{TOP}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

    assert check_sdist(SDIST, target.getvalue()) == ((), PKG_INFO.encode())


@pytest.mark.parametrize(
    ("filename", "said"),
    [
        ("demo-1.0.zip", "it has to end in .tar.gz"),
        ("demo-1.0.tar.bz2", "it has to end in .tar.gz"),
        ("demo-1.0.tgz", "it has to end in .tar.gz"),
        ("demo.tar.gz", "not an sdist's filename"),
        ("demo-one.tar.gz", "not an sdist's filename"),
        (f"demo-{'9' * 5000}.tar.gz", "not an sdist's filename"),
        ("Demo-1.0.tar.gz", "normalised it is 'demo-1.0.tar.gz'"),
        ("demo-1.00.tar.gz", "normalised it is 'demo-1.0"),
        ("my-demo-1.0.tar.gz", "normalised it is 'my_demo-1.0.tar.gz'"),
        ("demo.x-1.0-rc1.tar.gz", "not an sdist's filename|normalised"),
        (f"{'x' * 240}-1.0.tar.gz", "more than 246 bytes"),
        ("demo-2.0.tar.gz", "everything has to lie in the directory 'demo-2.0', and there is 'demo-1.0'"),
    ],
)
def test_the_filename_is_normalised_and_a_tar_gz(filename: str, said: str) -> None:
    found, _ = check_sdist(filename, sdist_image())

    assert any(part in problem for problem in found for part in said.split("|")), found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cut off"),
        (sdist_image()[:-3], "cut off"),
        (sdist_image()[:100], "cut off"),
        (b"PK\x03\x04 no gzip", "no gzip file"),
        (tar_image(sdist_blocks()), "no gzip file"),
        (packed(tar_image(sdist_blocks(), end=b"")), "cut off"),
        (packed(tar_image(sdist_blocks())[:700]), "cut off"),
        (packed(b"x" * 2000), "checksum|number"),
        (sdist_image() + b"more", "4 bytes follow the gzip file"),
        (sdist_image() + sdist_image(), "bytes follow the gzip file"),
        (sdist_image() + zip_image([Part(name="a")]), "a gzip file and a zip archive at once"),
        (packed(tar_image(sdist_blocks(Block(name=f"{TOP}/big", content=bytes(66 << 20))))), "a bomb"),
    ],
    ids=range(12),
)
def test_the_file_is_one_whole_gzip_file(data: bytes, said: str) -> None:
    found, _ = check_sdist(SDIST, data)

    assert any(part in problem for problem in found for part in said.split("|")), found


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (Block(name="/etc/passwd"), "is absolute"),
        (Block(name="C:/x"), "is absolute"),
        (Block(name=f"{TOP}/../x"), "leaves the archive"),
        (Block(name=f"{TOP}\\x"), "has a backslash"),
        (Block(name=f"{TOP}/a\nb"), "has a control character"),
        (Block(name=f"{TOP}//x"), "has an empty part"),
        (Block(name="./demo-1.0/x"), "has an empty part or a `.` part"),
        (Block(name="x"), "everything has to lie in the directory 'demo-1.0', and there is 'x'"),
        (Block(name="demo-1.0"), "is in the archive 2 times"),
        (Block(name=f"{TOP}/PKG-INFO"), "'demo-1.0/PKG-INFO' is in the archive 2 times"),
        (Block(name=f"{TOP}/PKG-INFO/x"), "'demo-1.0/PKG-INFO' is no directory, and 'demo-1.0/PKG-INFO/x' lies in it"),
        (Block(name=f"{TOP}/x", flag=b"S"), "is a sparse file"),
        (Block(name=f"{TOP}/x", flag=b"3"), "neither a file, nor a directory, nor a link"),
        (Block(name=f"{TOP}/x", flag=b"2", target="../x"), "links to '../x', outside of the directory"),
        (Block(name=f"{TOP}/a/x", flag=b"2", target="../../x"), "outside of the directory"),
        (Block(name=f"{TOP}/a/x", flag=b"2", target="b/../../../x"), "outside of the directory"),
        (Block(name=f"{TOP}/x", flag=b"2", target="/etc/passwd"), "outside of the directory"),
        (Block(name=f"{TOP}/x", flag=b"2", target="C:\\x"), "outside of the directory"),
        (Block(name=f"{TOP}/x", flag=b"2", target=""), "outside of the directory"),
        (Block(name=f"{TOP}/x", flag=b"1", target="../x"), "which is not before it"),
        (Block(name=f"{TOP}/x", flag=b"1", target=f"{TOP}/later"), "which is not before it"),
    ],
)
def test_each_member_stays_inside_and_is_plain(member: Block, said: str) -> None:
    assert any(said in problem for problem in problems(member)), problems(member)


@pytest.mark.parametrize(
    "members",
    [
        [Block(name=f"{TOP}/x", flag=b"2", target="src/lib.rs")],
        [Block(name=f"{TOP}/src/x", flag=b"2", target="../pyproject.toml")],
        [Block(name=f"{TOP}/x", flag=b"1", target=f"{TOP}/pyproject.toml")],
        [pax({"path": f"{TOP}/é"}), Block(name=f"{TOP}/e")],
        [Block(name=f"{TOP}/empty/", flag=b"5")],
    ],
)
def test_links_inside_and_any_names_pass(members: list[Block]) -> None:
    assert problems(*members) == ()


def test_nothing_lies_behind_a_link() -> None:
    found = problems(Block(name=f"{TOP}/x", flag=b"2", target="src"), Block(name=f"{TOP}/x/y"))

    assert "'demo-1.0/x' is no directory, and 'demo-1.0/x/y' lies in it" in found


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("Name: other\nVersion: 1.0\n", "PKG-INFO says the project is 'other', the filename says 'demo'"),
        ("Name: demo\nVersion: 1.1\n", "PKG-INFO says the version is '1.1', the filename says '1.0'"),
        ("Name: demo\n", "PKG-INFO says the version is ''"),
        (PKG_INFO + "License-File: LICENSE\n", "PKG-INFO names the licence file 'LICENSE', but demo-1.0/LICENSE is"),
        ("", "PKG-INFO says the project is ''"),
    ],
)
def test_pkg_info_agrees_with_the_filename_and_the_members(metadata: str, said: str) -> None:
    assert any(said in problem for problem in problems(metadata=metadata))


def test_licence_files_that_are_there_pass_and_old_metadata_promises_none() -> None:
    licence = "License-File: LIZENZ-ä\n"

    assert problems(Block(name=f"{TOP}/LIZENZ-ä"), metadata=PKG_INFO + licence) == ()
    assert problems(metadata=PKG_INFO.replace("2.4", "2.2") + licence) == ()


@pytest.mark.parametrize(
    "blocks",
    [
        [Block(name=f"{TOP}/pyproject.toml")],
        [Block(name=f"{TOP}/src/PKG-INFO", content=PKG_INFO.encode())],
        [Block(name=f"{TOP}/PKG-INFO", flag=b"2", target="src/PKG-INFO")],
    ],
)
def test_pkg_info_is_a_file_at_the_root(blocks: list[Block]) -> None:
    found, text = check_sdist(SDIST, packed(tar_image(blocks)))

    assert text is None
    assert "demo-1.0/PKG-INFO is missing" in found


def test_everything_is_told_at_once() -> None:
    found = check_sdist("Demo-1.0.tar.gz", sdist_image(Block(name="/x"), metadata="Name: x\n") + b"tail")[0]

    assert len(found) >= 4


def test_no_damaged_sdist_raises() -> None:
    sources = tar_image(sdist_blocks(pax({"path": f"{TOP}/{'long/' * 30}x"}), Block(name="x")))
    chance = random.Random(625)
    for _ in range(400):
        changed = bytearray(sources)
        for _ in range(chance.randint(1, 8)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        archive = bytearray(packed(bytes(changed)))
        if chance.random() < 0.3:
            archive[chance.randrange(len(archive))] = chance.randrange(256)
        if chance.random() < 0.3:
            del archive[chance.randrange(len(archive)) :]

        found, text = check_sdist(SDIST, bytes(archive))

        assert all(found)
        assert text is None or isinstance(text, bytes)


@given(st.binary(max_size=2000), st.text(max_size=20))
def test_any_bytes_are_refused_and_none_raise(data: bytes, filename: str) -> None:
    assert check_sdist(filename, data)[0]
    assert check_sdist(f"{filename}.tar.gz", packed(data))[0]
