"""The verdict as text and as JSON."""

import json

import pytest
from elf_image import elf_image
from macho_image import ARM64, MACOS, X86_64, fat_image, macho_image
from small_tables import MAC_ARM, MUSL, TABLES, UNIVERSAL2, expectation
from tar_image import SDIST, Block, sdist_image
from zip_image import NAME, parts, wheel_members, zip_image

from wheelmatrix.audit import as_json, audit_library, audit_sdist, audit_wheel, floor_of, text
from wheelmatrix.model import Expectation

NEEDS = (
    ("libc.so.6", "GLIBC_2.28", 0, ("statx", "fcntl64")),
    ("libc.so.6", "GLIBC_2.14", 0, ("memcpy",)),
    ("libgcc_s.so.1", "GCC_3.0", 0, ("_Unwind_Resume",)),
)
IMAGE = elf_image(needs=NEEDS, needed=("libgcc_s.so.1", "libc.so.6"), stack_flags=7)


def test_text_tells_verdict_tag_floor_and_what_keeps_lower_policies_out_of_reach() -> None:
    report = audit_library(IMAGE, expectation(), TABLES, name="demo.so")

    assert text(report).splitlines() == [
        "demo.so: ok",
        "  warning:  it asks for an executable stack: glibc 2.41 and later, and hardened kernels, refuse to load it",
        "  earned    manylinux_2_28_x86_64",
        "  floor     glibc 2.28 (and GCC 3.0)",
        "  needs     libgcc_s.so.1, libc.so.6",
        "  not manylinux_2_17: GLIBC_2.28 (fcntl64, statx)",
        "  not manylinux_2_5: the same, GLIBC_2.14 (memcpy)",
    ]


def test_policies_with_the_same_blockers_share_a_line() -> None:
    needs = (("libc.so.6", "GLIBC_2.36", 0, ("x",)),)

    report = audit_library(elf_image(needs=needs), expectation(), TABLES, name="demo.so")

    assert text(report).splitlines()[-1] == "  not manylinux_2_28 to manylinux_2_5: GLIBC_2.36 (x)"


def test_the_floor_of_a_macos_library_is_a_macos_and_each_half_has_its_own() -> None:
    old = macho_image(cpu=X86_64, platforms=((MACOS, (10, 13)),), signed=None)
    image = fat_image((X86_64, old), (ARM64, macho_image()))

    report = audit_library(image, expectation(target=UNIVERSAL2), TABLES, name="demo.so")

    assert "  floor     macOS 10.13 (and arm64 11.0, x86_64 10.13)" in text(report).splitlines()


@pytest.mark.parametrize(
    ("image", "expected", "name"),
    [
        (elf_image(needs=NEEDS), expectation(), "glibc"),
        (elf_image(needed=("libc.so",)), expectation(target=MUSL), "musl"),
        (macho_image(), expectation(target=MAC_ARM), "macOS"),
        (macho_image(defined=()), expectation(target=MAC_ARM), "macOS"),
    ],
)
def test_a_floor_is_called_by_what_it_is_a_version_of(image: bytes, expected: Expectation, name: str) -> None:
    assert floor_of(audit_library(image, expected, TABLES, name="demo.so")) == name


def test_text_of_a_bad_library_begins_with_the_problems() -> None:
    report = audit_library(elf_image(defined=()), expectation(), TABLES, name="demo.so")

    assert text(report).splitlines()[0] == "demo.so: must not be shipped"
    assert text(report).splitlines()[1].startswith("  problem:  neither PyInit_demo")


def test_what_is_to_be_grafted_is_told() -> None:
    report = audit_library(elf_image(needed=("libfoo.so.1",)), expectation(), TABLES, name="demo.so")

    assert "  to graft  libfoo.so.1" in text(report).splitlines()


def test_text_of_a_wheel_has_its_own_verdict_and_each_librarys() -> None:
    members = wheel_members(image=IMAGE, purelib="true")

    lines = text(audit_wheel(NAME, zip_image(parts(members)), TABLES)).splitlines()

    assert lines[0] == f"{NAME}: must not be shipped"
    assert "purelib" in lines[1]
    assert lines[2] == "  demo/demo.cpython-312-x86_64-linux-gnu.so: must not be shipped"


def test_a_flood_of_problems_is_counted_not_printed() -> None:
    members = {**wheel_members(image=IMAGE), **{f"demo/{n}": b"" for n in range(100)}}

    lines = text(audit_wheel(NAME, zip_image(parts(members)), TABLES)).splitlines()

    assert any(line == "  and 60 more problems" for line in lines)


def test_json_of_a_library_has_every_fact() -> None:
    found = as_json(audit_library(IMAGE, expectation(), TABLES, name="demo.so"))

    assert json.loads(json.dumps(found)) == found
    assert found["schema"] == 1
    assert found["kind"] == "library"
    assert found["ok"] is True
    assert found["floor"] == "2.28"
    assert found["platform_tags"] == ["manylinux_2_28_x86_64"]
    assert found["versions"] == {"GCC": "3.0", "GLIBC": "2.28"}
    assert found["blockers"] == [
        {"policy": "manylinux_2_17", "symbols": ["GLIBC_2.28: fcntl64", "GLIBC_2.28: statx"], "libraries": []},
        {
            "policy": "manylinux_2_5",
            "symbols": ["GLIBC_2.14: memcpy", "GLIBC_2.28: fcntl64", "GLIBC_2.28: statx"],
            "libraries": [],
        },
    ]


def test_json_of_a_wheel_holds_its_libraries() -> None:
    found = as_json(audit_wheel(NAME, zip_image(parts(wheel_members(image=elf_image()))), TABLES))

    assert found["kind"] == "wheel"
    assert found["ok"] is True
    assert isinstance(found["libraries"], list)
    assert len(found["libraries"]) == 1


def test_an_sdist_is_told_as_a_wheel_is_but_for_libraries() -> None:
    good, bad = audit_sdist(SDIST, sdist_image()), audit_sdist(SDIST, sdist_image(Block(name="x")))

    assert text(good) == "demo-1.0.tar.gz: ok"
    assert text(bad).splitlines() == [
        "demo-1.0.tar.gz: must not be shipped",
        "  problem:  everything has to lie in the directory 'demo-1.0', and there is 'x'",
    ]
    assert as_json(good) == {"schema": 1, "kind": "sdist", "name": "demo-1.0.tar.gz", "ok": True, "problems": []}
    assert as_json(bad)["ok"] is False
