"""What the tags in a wheel's filename promise."""

from dataclasses import replace

import pytest
from small_tables import TABLES, WIN_AMD64

from wheelmatrix.audit.promise import PlatformPromise, nominal_python, promise_of
from wheelmatrix.model import AbiKind, Tables, Version

SYSTEMS: Tables = replace(
    TABLES,
    targets={
        **TABLES.targets,
        "bsd": replace(
            WIN_AMD64, triple="bsd", os="freebsd", arch="amd64", elf_machine="EM_X86_64",
            plain_tag="freebsd_{major}_{minor}_release_amd64",
        ),
        "ios": replace(WIN_AMD64, triple="ios", os="ios", arch="arm64", plain_tag="ios_{major}_{minor}_arm64_iphoneos"),
    },
)  # fmt: skip


def platforms(tags: str) -> tuple[PlatformPromise, ...]:
    promise = promise_of(f"demo-1.0-cp312-cp312-{tags}.whl", SYSTEMS)
    assert promise is not None
    return promise.platforms


@pytest.mark.parametrize(
    ("tags", "arch", "floors"),
    [
        ("macosx_11_0_arm64", "arm64", {"arm64": (11, 0)}),
        ("macosx_10_12_x86_64", "x86_64", {"x86_64": (10, 12)}),
        ("macosx_10_9_universal2", "universal2", {"x86_64": (10, 9), "arm64": (11, 0)}),
        ("macosx_13_0_universal2", "universal2", {"x86_64": (13, 0), "arm64": (13, 0)}),
        (
            "macosx_10_12_x86_64.macosx_11_0_arm64.macosx_10_12_universal2",
            "universal2",
            {"x86_64": (10, 12), "arm64": (11, 0)},
        ),
        (
            "macosx_10_12_x86_64.macosx_12_0_arm64.macosx_12_0_universal2",
            "universal2",
            {"x86_64": (10, 12), "arm64": (12, 0)},
        ),
        ("macosx_10_9_x86_64.macosx_11_0_arm64", "universal2", {"x86_64": (10, 9), "arm64": (11, 0)}),
        ("macosx_10_6_intel", "intel", {"intel": (10, 6)}),
    ],
)
def test_each_half_of_a_macos_wheel_has_its_own_floor(tags: str, arch: str, floors: dict[str, Version]) -> None:
    (platform,) = platforms(tags)

    assert (platform.os, platform.arch, platform.floors, platform.loads) == ("macos", arch, floors, "Mach-O")


@pytest.mark.parametrize(
    ("tags", "arch", "family", "floor"),
    [
        ("manylinux_2_17_x86_64.manylinux2014_x86_64", "x86_64", "manylinux", (2, 17)),
        ("manylinux_2_28_x86_64.manylinux_2_5_x86_64", "x86_64", "manylinux", (2, 5)),
        ("musllinux_1_2_aarch64", "aarch64", "musllinux", (1, 2)),
        ("linux_armv7l", "armv7l", "", None),
    ],
)
def test_linux_tags_promise_the_lowest_of_their_floors(
    tags: str, arch: str, family: str, floor: Version | None
) -> None:
    (platform,) = platforms(tags)

    assert (platform.os, platform.arch, platform.family, platform.floor) == ("linux", arch, family, floor)
    assert platform.loads == "ELF"


@pytest.mark.parametrize(
    ("tags", "system", "loads"),
    [
        ("win_amd64", "windows", "PE"),
        ("freebsd_14_1_release_amd64", "freebsd", "ELF"),
        ("ios_13_0_arm64_iphoneos", "ios", "Mach-O"),
    ],
)
def test_other_systems_are_known_by_their_rows(tags: str, system: str, loads: str) -> None:
    (platform,) = platforms(tags)

    assert (platform.os, platform.loads) == (system, loads)


def test_a_wheel_may_be_for_several_systems() -> None:
    promise = promise_of("demo-1.0-py3-none-win_amd64.macosx_11_0_arm64.manylinux_2_17_x86_64.whl", SYSTEMS)

    assert promise is not None
    assert [one.os for one in promise.platforms] == ["linux", "macos", "windows"]
    found = promise.platform_for("PE")
    assert found is not None
    assert found.os == "windows"


@pytest.mark.parametrize("tags", ["any", "win_mips", "solaris_2_11", "macosx_11_arm64", "manylinux_x86_64"])
def test_what_no_row_has_promises_nothing(tags: str) -> None:
    assert platforms(tags) == ()


@pytest.mark.parametrize("filename", ["demo.whl", "demo-1.0-cp312-cp312-win_amd64.zip", "", "a-b-c-d-e-f-g.whl"])
def test_what_is_no_wheels_name_has_no_promise(filename: str) -> None:
    assert promise_of(filename, TABLES) is None


@pytest.mark.parametrize(
    ("tags", "kind", "version", "abi_tag"),
    [
        ("cp312-cp312", "version", (3, 12), "cp312"),
        ("cp39-abi3", "abi3", (3, 9), "cp39"),
        ("cp39.cp310-abi3", "abi3", (3, 9), "cp39"),
        ("cp315-abi3.abi3t", "abi3t", (3, 15), "cp315"),
        ("cp36-cp36m", "version", (3, 6), "cp36m"),
        ("cp314-cp314t", "version", (3, 14), "cp314t"),
        ("pp311-pypy311_pp73", "version", (3, 11), "pypy311_pp73"),
    ],
)
def test_python_and_abi_tags_name_a_python(tags: str, kind: AbiKind, version: Version, abi_tag: str) -> None:
    promise = promise_of(f"demo-1.0-{tags}-win_amd64.whl", TABLES)

    assert promise is not None
    assert promise.abi is not None
    row = promise.abi.interpreter
    assert (promise.abi.kind, row.version, row.abi_tag) == (kind, version, abi_tag)


def test_a_wheel_for_any_python_has_no_abi() -> None:
    promise = promise_of("demo-1.0-py3-none-win_amd64.whl", TABLES)

    assert promise is not None
    assert promise.abi is None
    assert nominal_python().version == (3, 0)
