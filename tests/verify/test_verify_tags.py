"""Which wheels a Python takes: as an installer on its machine would say, known from the probe alone."""

import os
import sys
import sysconfig

import pytest
from packaging.tags import sys_tags
from pythons import TABLES, installed, wheel

from wheelmatrix.model import Installed
from wheelmatrix.verify.tags import accepts, arch_of, ids, likely_tag, names, only_cpython, promise, tags_of

CP312 = installed()
OLD = installed(libc="glibc 2.17")
ARM = installed((3, 11), platform="linux-aarch64")
NARROW = installed((3, 11), word_bits=32)
ALPINE = installed(libc="musl")
UNKNOWN = installed(libc="")
FREE = installed((3, 14), free_threaded=True)
PYPY = installed((3, 11), implementation="pypy")
GRAAL = installed((3, 12), implementation="graalpy")
WINDOWS = installed((3, 11), platform="win-amd64", libc="")
MAC = installed((3, 11), platform="macosx-11.0-arm64", libc="")
FAT = installed((3, 11), platform="macosx-10.9-universal2", libc="")


@pytest.mark.parametrize(
    ("python", "tags", "taken"),
    [
        (CP312, "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        (CP312, "cp312-cp312-manylinux_2_36_x86_64", True),
        (CP312, "cp312-cp312-manylinux_2_37_x86_64", False),
        (CP312, "cp312-cp312-linux_x86_64", True),
        (CP312, "cp312-cp312-musllinux_1_2_x86_64", False),
        (CP312, "cp312-cp312-manylinux_2_17_aarch64", False),
        (CP312, "cp311-cp311-manylinux_2_17_x86_64", False),
        (CP312, "cp311-none-manylinux_2_17_x86_64", False),
        (CP312, "cp39-abi3-manylinux1_x86_64", True),
        (CP312, "cp313-abi3-manylinux1_x86_64", False),
        (CP312, "cp312-cp312t-manylinux_2_17_x86_64", False),
        (CP312, "py3-none-any", True),
        (CP312, "py2.py3-none-any", True),
        (CP312, "py2-none-any", False),
        (CP312, "py3-none-manylinux_2_17_x86_64", True),
        (CP312, "cp312-cp312-win_amd64", False),
        (OLD, "cp312-cp312-manylinux2014_x86_64", True),
        (OLD, "cp312-cp312-manylinux_2_18_x86_64", False),
        (ARM, "cp311-cp311-manylinux_2_28_aarch64", True),
        (ARM, "cp311-cp311-manylinux_2_28_x86_64", False),
        (NARROW, "cp311-cp311-manylinux_2_17_i686", True),
        (NARROW, "cp311-cp311-manylinux_2_17_x86_64", False),
        (ALPINE, "cp312-cp312-musllinux_1_2_x86_64", True),
        (ALPINE, "cp312-cp312-manylinux_2_17_x86_64", False),
        (UNKNOWN, "cp312-cp312-manylinux_2_17_x86_64", True),
        (FREE, "cp314-cp314t-manylinux_2_17_x86_64", True),
        (FREE, "cp314-cp314-manylinux_2_17_x86_64", False),
        (FREE, "cp39-abi3-manylinux_2_17_x86_64", False),
        (installed((3, 15), free_threaded=True), "cp315-abi3.abi3t-manylinux_2_17_x86_64", True),
        (installed((3, 15)), "cp315-abi3.abi3t-manylinux_2_17_x86_64", True),
        (installed(debug=True), "cp312-cp312-linux_x86_64", True),
        (PYPY, "pp311-pypy311_pp73-manylinux_2_17_x86_64", True),
        (PYPY, "pp311-pypy311_pp80-manylinux_2_17_x86_64", False),
        (PYPY, "cp39-abi3-manylinux_2_17_x86_64", False),
        (PYPY, "py3-none-any", True),
        (GRAAL, "graalpy312-graalpy250_312_native-manylinux_2_17_x86_64", True),
        (GRAAL, "graalpy312-graalpy253_312_native-manylinux_2_17_x86_64", False),
        (WINDOWS, "cp311-cp311-win_amd64", True),
        (WINDOWS, "cp39-abi3-win_amd64", True),
        (WINDOWS, "cp311-cp311-win32", False),
        (WINDOWS, "cp311-cp311-linux_x86_64", False),
        (installed((3, 11), platform="win32", word_bits=32, libc=""), "cp311-cp311-win32", True),
        (MAC, "cp311-cp311-macosx_11_0_arm64", True),
        (MAC, "cp311-cp311-macosx_10_12_universal2", True),
        (MAC, "cp311-cp311-macosx_10_12_x86_64", False),
        (FAT, "cp311-cp311-macosx_10_12_x86_64", True),
        (CP312, "cp311-cp311-macosx_11_0_arm64", False),
    ],
)
def test_a_python_takes_what_its_installer_would_take(python: Installed, tags: str, taken: bool) -> None:
    assert accepts(python, wheel(tags)) is taken


@pytest.mark.parametrize(
    ("tags", "version"),
    [
        ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", (3, 12)),
        ("cp314-cp314t-linux_x86_64", None),
        ("cp312-abi3-linux_x86_64", None),
        ("cp312-none-any", None),
        ("cp311.cp312-none-any", None),
        ("pp311-pypy311_pp73-linux_x86_64", None),
        ("py3-none-any", None),
    ],
)
def test_a_wheel_may_be_for_one_cpython_alone(tags: str, version: tuple[int, int] | None) -> None:
    assert only_cpython(wheel(tags)) == version
    assert only_cpython("demo.whl") is None


@pytest.mark.parametrize(
    ("tags", "libc"),
    [
        ("cp312-cp312-manylinux_2_28_x86_64", ("gnu", (2, 28))),
        ("cp312-cp312-manylinux_2_28_x86_64.manylinux2014_x86_64", ("gnu", (2, 17))),
        ("cp312-cp312-musllinux_1_2_aarch64", ("musl", (1, 2))),
        ("cp312-cp312-linux_x86_64", None),
        ("cp312-cp312-win_amd64", None),
        ("py3-none-any", None),
    ],
)
def test_a_platform_tag_promises_a_libc(tags: str, libc: tuple[str, tuple[int, int]] | None) -> None:
    assert promise(wheel(tags)) == libc


def test_what_is_no_wheel_is_taken_by_nobody() -> None:
    assert tags_of("demo.whl") == frozenset()
    assert not accepts(CP312, "demo.whl")
    assert ids("demo.whl", TABLES) == ()


@pytest.mark.skipif(
    not sysconfig.get_platform().startswith("linux-"), reason="the tags of another system: run it there"
)
def test_packaging_agrees_about_this_python() -> None:
    """Every tag of this machine's CPython, and none of the next one's."""
    here = installed(
        (sys.version_info.major, sys.version_info.minor),
        platform=sysconfig.get_platform(),
        libc=os.confstr("CS_GNU_LIBC_VERSION") or "",
        word_bits=64 if sys.maxsize > 2**32 else 32,
    )

    tags = list(sys_tags())

    assert [str(tag) for tag in tags if not accepts(here, wheel(str(tag)))] == []
    assert not accepts(here, wheel(f"cp3{sys.version_info.minor + 1}-abi3-{tags[0].platform}"))


@pytest.mark.parametrize(
    ("python", "arch"),
    [
        (CP312, "x86_64"), (NARROW, "i686"), (ARM, "aarch64"), (WINDOWS, "amd64"), (MAC, "arm64"),
        (installed(platform="linux-aarch64", word_bits=32), "armv7l"), (installed(platform="linux-armv7l"), "armv7l"),
        (installed(platform="win32"), ""),
    ],
)  # fmt: skip
def test_the_architecture_is_that_of_the_program_and_not_of_the_kernel(python: Installed, arch: str) -> None:
    assert arch_of(python) == arch


def test_a_wheel_is_for_cells_by_their_long_short_and_plain_ids() -> None:
    found = ids(wheel("cp312-cp312-manylinux_2_17_aarch64.manylinux2014_aarch64"), TABLES)

    assert {*found} == {
        "cp312-manylinux_2_17_aarch64", "cp312-manylinux2014_aarch64", "cp312-manylinux_aarch64", "cp312-linux_aarch64",
    }  # fmt: skip


def test_a_stable_abi_serves_many_cells_and_one_python_is_one_of_them() -> None:
    found = ids(wheel("cp310-abi3-win_amd64"), TABLES)

    assert {each.partition("-")[0] for each in found} >= {"cp310", "cp312", "cp315"}
    assert not {each.partition("-")[0] for each in found} & {"cp39", "cp314t", "pp311_pp73"}
    assert ids(wheel("cp310-abi3-win_amd64"), TABLES, installed((3, 12))) == ("cp312-win_amd64",)


@pytest.mark.parametrize(
    ("tags", "pattern", "is_named"),
    [
        ("cp311-cp311-manylinux_2_17_aarch64", "cp311-manylinux_aarch64", True),
        ("cp311-cp311-manylinux_2_17_aarch64", "*-linux_aarch64", True),
        ("cp39-abi3-macosx_11_0_arm64", "cp312-macosx_arm64", True),
        ("cp311-cp311-musllinux_1_2_x86_64", "*-musllinux_*", True),
        ("cp311-cp311-manylinux_2_17_aarch64", "cp31{0,2}-*", False),
        ("cp311-cp311-manylinux_2_17_aarch64", "cp310-* cp311-*_aarch64", True),
    ],
)
def test_patterns_are_over_these_ids(tags: str, pattern: str, is_named: bool) -> None:
    assert names((pattern,), ids(wheel(tags), TABLES)) is is_named


@pytest.mark.parametrize(
    ("triple", "tag"),
    [
        ("x86_64-unknown-linux-gnu", "linux_x86_64"),
        ("x86_64-pc-windows-gnu", "win_amd64"),
        ("aarch64-apple-darwin", "macosx_11_0_arm64"),
    ],
)
def test_a_likely_tag_is_one_that_names_the_machine(triple: str, tag: str) -> None:
    assert likely_tag(TABLES.targets[triple]) == tag
    assert tags_of(wheel(f"cp312-cp312-{tag}"))
