"""Every rule that an index or an installer has for a wheel as an archive: one that keeps it, one that breaks it."""

import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pytest
from elf_image import elf_image
from hypothesis import given
from hypothesis import strategies as st
from zip_image import INFO, NAME, Part, Pipe, parts, record, wheel_members, zip_image

from wheelmatrix.audit import check_archive

GOOD = wheel_members(image=elf_image())


def problems(members: Mapping[str, bytes], filename: str = NAME) -> tuple[str, ...]:
    return check_archive(filename, zip_image(parts(members)))[0]


def raw_problems(*changed: Part, **facts: object) -> tuple[str, ...]:
    """Return the problems of a good wheel with `changed` parts in the place of those of the same name, or added."""
    names = {part.name for part in changed}
    kept = [part for part in parts(GOOD) if part.name not in names]
    return check_archive(NAME, zip_image([*changed, *kept], **facts))[0]  # type: ignore[arg-type]  # passed through


def metadata() -> Part:
    return Part(name=f"{INFO}/METADATA", content=GOOD[f"{INFO}/METADATA"])


def test_a_good_wheel_has_no_problem_and_all_its_members() -> None:
    found, members = check_archive(NAME, zip_image(parts(GOOD)))

    assert found == ()
    assert members == GOOD


def test_what_the_standard_library_writes_to_a_file_passes() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in GOOD.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(content)

    assert check_archive(NAME, target.getvalue())[0] == ()


def test_what_the_standard_library_streams_does_not_pass() -> None:
    target = Pipe()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)

    assert any("data descriptor" in problem for problem in check_archive(NAME, target.getvalue())[0])


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (replace(metadata(), descriptor=True), "has a data descriptor"),
        (replace(metadata(), flags=1), "is encrypted"),
        (replace(metadata(), method=12, encoded=b"BZh"), "compressed by method 12"),
        (replace(metadata(), method=0), ""),
        (replace(metadata(), comment=b"hello"), "has a comment"),
        (replace(metadata(), local_name=b"demo-1.0.dist-info/METADATB"), "says other than the central directory"),
        (replace(metadata(), local_size=3), "says other than the central directory"),
        (replace(metadata(), size=3), "cannot be unpacked"),
        (replace(metadata(), crc=7), "checksum differs"),
        (replace(metadata(), encoded=b"\x03\x00trailing"), "cannot be unpacked"),
        (replace(metadata(), encoded=b"\xff\xff"), "cannot be unpacked"),
        (replace(metadata(), gap=b"hidden"), "gap or an overlap of 6 bytes"),
        (replace(metadata(), mode=0o120777), "is a symbolic link"),
        (replace(metadata(), mode=0o020666), "neither a file nor a directory"),
        (replace(metadata(), disk=1), "is on another disk"),
        (replace(metadata(), extra=b"\x01"), "extra fields"),
        (replace(metadata(), extra=struct.pack("<HH", 0x5455, 99)), "extra fields"),
        (replace(metadata(), extra=struct.pack("<HHB", 0x7075, 1, 1) * 2), "0x7075 twice"),
        (replace(metadata(), extra=struct.pack("<HHBI", 0x5455, 5, 1, 0)), ""),
        (Part(name="extra.txt", is_listed=False), "gap or an overlap"),
    ],
)
def test_each_member_is_plain(part: Part, said: str) -> None:
    found = raw_problems(part)

    assert bool(found) is bool(said), found
    assert any(said in problem for problem in found) or not said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"before": b"#!/bin/sh\n"}, "10 bytes stand before the archive"),
        ({"behind": b"tail"}, "4 bytes follow the end"),
        ({"comment": b"signed"}, "a comment of 6 bytes"),
        ({"members": 3}, "of the central directory are no header"),
        ({"members": 9}, "its end record says 9"),
        ({"disks": 1}, "several disks"),
        ({"zip64": True}, ""),
        ({"zip64": True, "zip64_extra": b"0123"}, "zip64 locator"),
    ],
)
def test_the_whole_is_plain(facts: dict[str, object], said: str) -> None:
    found = raw_problems(**facts)

    assert any(said in problem for problem in found) if said else found == ()


def test_a_name_that_occurs_twice_is_refused() -> None:
    twice = [*parts(GOOD), metadata()]

    assert f"'{INFO}/METADATA' is in the archive 2 times" in check_archive(NAME, zip_image(twice))[0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/etc/passwd", "is absolute"),
        ("C:/x", "is absolute"),
        ("demo/../../x", "leaves the archive"),
        ("demo\\x", "backslash"),
        ("demo/a\nb", "control character"),
        ("demo//x", "empty part"),
        ("./x", "empty part or a `.` part"),
        (b"demo/\xff.py", "is not UTF-8"),
        ("demo/cpython.so/x", ""),
    ],
)
def test_each_name_is_safe_everywhere(name: str | bytes, said: str) -> None:
    found = raw_problems(Part(name=name))

    assert any(said in problem for problem in found)


def test_a_name_beyond_ascii_is_marked_as_utf8() -> None:
    assert any("not marked as UTF-8" in problem for problem in raw_problems(Part(name="demo/é", flags=0)))
    assert problems(wheel_members(image=elf_image(), add={"demo/é.txt": b""})) == ()


def test_a_file_cannot_be_a_directory_too() -> None:
    found = raw_problems(Part(name="demo/a"), Part(name="demo/a/b"))

    assert "'demo/a' is a file, and the directory of 'demo/a/b' too" in found


def test_explicit_directories_are_no_members() -> None:
    found, members = check_archive(NAME, zip_image([Part(name="demo/", mode=0o040755), *parts(GOOD)]))

    assert found == ()
    assert members == GOOD


def test_a_bomb_is_not_unpacked() -> None:
    bomb = Part(name="bomb", content=bytes(70 << 20))

    found, members = check_archive(NAME, zip_image([bomb]))

    assert any("a bomb" in problem for problem in found)
    assert members == {}


def test_members_that_share_their_bytes_are_refused() -> None:
    image = zip_image([Part(name="a", content=bytes(range(256)) * 8, method=0)])
    start = image.index(b"PK\x01\x02")
    entry = image[start : image.index(b"PK\x05\x06")]
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 40, 40, len(entry) * 40, start, 0)
    names = b"".join(entry[:-1] + bytes([65 + n]) for n in range(40))

    found, members = check_archive(NAME, image[:start] + names + end)

    assert any("overlap" in problem for problem in found)
    assert members == {}


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"not a zip", zip_image(parts(GOOD))[:-30]])
def test_what_is_no_archive_is_a_problem_without_members(content: bytes) -> None:
    found, members = check_archive(NAME, content)

    assert found
    assert members == {}


def test_a_file_that_is_tar_too_is_refused() -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("setup.py"))

    found, _ = check_archive(NAME, target.getvalue() + zip_image(parts(GOOD)))

    assert any("zip archive and a tar archive at once" in problem for problem in found)


@pytest.mark.parametrize(
    ("filename", "said"),
    [
        ("demo-1.0.whl", "not a wheel's filename"),
        ("demo-1.0-cp312-cp312-linux.zip", "not a wheel's filename"),
        ("Demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "normalised it is 'demo'"),
        ("demo-1.00-cp312-cp312-manylinux_2_17_x86_64.whl", "normalised it is"),
        ("demo-2.0-cp312-cp312-manylinux_2_17_x86_64.whl", "is not spelled as the filename says"),
        (f"demo-1.0-cp312-cp312-{'x' * 240}.whl", "more than 246 bytes"),
        ("demo-1.0-cp311-cp312-manylinux_2_17_x86_64.whl", "the tags of WHEEL and of the filename differ"),
        ("demo-1.0-7-cp312-cp312-manylinux_2_17_x86_64.whl", "WHEEL says build '', the filename '7'"),
    ],
)
def test_the_filename_is_normalised_and_says_what_is_inside(filename: str, said: str) -> None:
    assert any(said in problem for problem in problems(GOOD, filename))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"leave_out": frozenset({f"{INFO}/WHEEL"})}, "WHEEL is missing"),
        ({"leave_out": frozenset({f"{INFO}/METADATA"})}, "METADATA is missing"),
        ({"add": {"Demo-1.0.dist-info/WHEEL": b""}}, "'Demo-1.0.dist-info' is not spelled"),
        ({"add": {"other-1.0.data/scripts/x": b""}}, "'other-1.0.data' is not spelled"),
        ({"wheel": "Wheel-Version: 2.0\nRoot-Is-Purelib: false\n"}, "Wheel-Version '2.0'"),
        ({"purelib": "maybe"}, "Root-Is-Purelib 'maybe'"),
        ({"purelib": "true"}, "is a binary in purelib"),
        ({"add": {"demo-1.0.data/purelib/x.so": elf_image()}}, "is a binary in purelib"),
        ({"metadata": "Name: other\nVersion: 1.0\n"}, "METADATA says the project is 'other'"),
        ({"metadata": "Name: demo\nVersion: 1.1\n"}, "METADATA says the version is '1.1'"),
        ({"metadata": "Name: demo\nVersion: nonsense\n"}, "METADATA says the version is 'nonsense'"),
        ({"metadata": "Name: demo\nVersion: 1.0\nLicense-File: LICENSE\n"}, "names the licence file 'LICENSE'"),
    ],
)
def test_the_texts_agree_with_the_filename_and_the_members(changes: dict[str, object], said: str) -> None:
    found = problems(wheel_members(image=elf_image(), **changes))  # type: ignore[arg-type]  # passed through

    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    "changes",
    [
        {
            "metadata": "Name: Demo\nVersion: 1.0.0\nLicense-File: x/LICENSE\n",
            "add": {f"{INFO}/licenses/x/LICENSE": b"MIT"},
        },
        {"metadata": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"},
        {"add": {"demo-1.0.data/platlib/x.so": elf_image()}, "purelib": "false"},
        {"add": {f"{INFO}/RECORD.jws": b"{}"}},
    ],
)
def test_texts_that_agree_pass(changes: dict[str, object]) -> None:
    assert problems(wheel_members(image=elf_image(), **changes)) == ()  # type: ignore[arg-type]  # passed through


def test_a_binary_needs_a_platform_tag() -> None:
    name = "demo-1.0-py3-none-any.whl"

    assert any(
        "platform tag is `any`" in line for line in problems(wheel_members(filename=name, image=elf_image()), name)
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"demo/demo.c", b"demo/other.c", "RECORD does not list 'demo/demo.c"),
        (b"demo/demo.c", b"demo/other.c", "which the archive does not have"),
        (b"sha256=", b"sha1=", "RECORD uses 'sha1'"),
        (b"sha256=", b"sha256=A", "RECORD has another digest"),
        (b"METADATA,sha256=", b"METADATA,,", "fields, expected 3"),
        (b"RECORD,,", b"RECORD,sha256=x,3", "for itself"),
        (b"RECORD,,", b"RECORD,,\ndemo-1.0.dist-info/RECORD,,", "twice"),
        (b"METADATA", b"METADATA\xff", "RECORD cannot be read"),
        (b"demo/", b'"demo/', "RECORD"),
    ],
)
def test_record_lists_each_member_with_digest_and_size(before: bytes, after: bytes, said: str) -> None:
    text = GOOD[f"{INFO}/RECORD"]

    found = problems({**GOOD, f"{INFO}/RECORD": text.replace(before, after, 1)})

    assert any(said in problem for problem in found), found


def test_record_has_the_size_of_each_member() -> None:
    members = {name: content for name, content in GOOD.items() if not name.endswith("RECORD")}
    size = str(len(members[f"{INFO}/METADATA"])).encode()

    found = problems({**members, f"{INFO}/RECORD": record(members).replace(b"," + size + b"\n", b",1\n")})

    assert any("METADATA' has 1 bytes, it has" in problem for problem in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[console_scripts]\ndemo = demo.cli:main\n", ""),
        (b"[console_scripts]\ndemo=demo.cli:main [extra]\n[pytest11]\nmy plugin = demo\n", ""),
        (b"[console_scripts]\n../x = demo:main\n", "'../x' in [console_scripts] is no valid name"),
        (b"[gui_scripts]\nmy tool = demo:main\n", "'my tool' in [gui_scripts]"),
        (b"[console_scripts]\na = demo:x\na = demo:y\n", "cannot be read"),
        (b"[console_scripts]\na: demo:x\n", "cannot be read"),
        (b"a = b\n", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[console_scripts]\na = demo main\n", "refers to 'demo main'"),
        (b"[console_scripts]\nA = demo:x\na = demo:y\n", ""),
    ],
)
def test_entry_points_are_valid(text: bytes, said: str) -> None:
    found = problems(wheel_members(image=elf_image(), add={f"{INFO}/entry_points.txt": text}))

    assert any(said in problem for problem in found) if said else found == ()


def test_everything_is_told_at_once() -> None:
    members = wheel_members(image=elf_image(), metadata="Name: other\nVersion: 2\n", purelib="true")

    found = check_archive("Demo-1.0-cp312-cp312-win32.whl", zip_image(parts(members), comment=b"x"))[0]

    assert len(found) >= 5


@given(st.data())
def test_no_damaged_archive_raises(data: st.DataObject) -> None:
    image = bytearray(zip_image(parts(GOOD), zip64=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(image) - 1))
        image[at] = data.draw(st.integers(0, 255))

    found, _ = check_archive(NAME, bytes(image[: data.draw(st.integers(0, len(image)))]))

    assert isinstance(found, tuple)
