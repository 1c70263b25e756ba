"""A floor becomes the tags that promise it, no less and no more."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging import tags
from packaging.utils import parse_wheel_filename

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Version
from wheelmatrix.platforms import earned_floor, lowest_floor, platform_tags

TABLES = tables.load(resources.table_texts())
VERSIONS = st.tuples(st.integers(1, 30), st.integers(0, 60))
TRIPLES = st.sampled_from(sorted(TABLES.targets))


@pytest.mark.parametrize(
    ("triple", "floor", "expected"),
    [
        ("x86_64-unknown-linux-gnu", (2, 5), ("manylinux1_x86_64", "manylinux_2_5_x86_64")),
        ("i686-unknown-linux-gnu", (2, 12), ("manylinux2010_i686", "manylinux_2_12_i686")),
        ("x86_64-unknown-linux-gnu", (2, 17), ("manylinux2014_x86_64", "manylinux_2_17_x86_64")),
        ("powerpc64-unknown-linux-gnu", (2, 17), ("manylinux2014_ppc64", "manylinux_2_17_ppc64")),
        ("aarch64-unknown-linux-gnu", (2, 5), ("manylinux_2_5_aarch64",)),
        ("x86_64-unknown-linux-gnu", (2, 33), ("manylinux_2_33_x86_64",)),
        ("x86_64-unknown-linux-gnu", None, ("linux_x86_64",)),
        ("arm-unknown-linux-gnueabihf", (2, 17), ("linux_armv6l",)),
        ("armv7-unknown-linux-gnueabi", (2, 27), ("linux_armv7l",)),
        ("x86_64-unknown-linux-musl", (1, 2), ("musllinux_1_2_x86_64",)),
        ("aarch64-unknown-linux-musl", None, ("linux_aarch64",)),
        ("x86_64-apple-darwin", (10, 12), ("macosx_10_12_x86_64",)),
        ("x86_64-apple-darwin", None, ("macosx_10_12_x86_64",)),
        ("aarch64-apple-darwin", (11, 3), ("macosx_11_0_arm64",)),
        ("aarch64-apple-darwin", None, ("macosx_11_0_arm64",)),
        ("aarch64-apple-ios-sim", (15, 4), ("ios_15_4_arm64_iphonesimulator",)),
        ("x86_64-pc-windows-msvc", None, ("win_amd64",)),
        ("aarch64-pc-windows-gnullvm", (10, 0), ("win_arm64",)),
        ("aarch64-linux-android", (24, 0), ("android_24_arm64_v8a",)),
        ("x86_64-unknown-freebsd", (14, 1), ("freebsd_14_1_release_amd64",)),
        ("x86_64-unknown-illumos", None, ("solaris_2_11_i86pc_64bit",)),
        ("wasm32-unknown-emscripten", (2025, 0), ("pyemscripten_2025_0_wasm32",)),
    ],
)
def test_a_floor_is_worth_its_tags(triple: str, floor: Version | None, expected: tuple[str, ...]) -> None:
    assert platform_tags(TABLES.targets[triple], floor, TABLES.policies) == expected


def test_without_policies_there_is_no_legacy_name() -> None:
    target = TABLES.targets["x86_64-unknown-linux-gnu"]

    assert platform_tags(target, (2, 17), ()) == ("manylinux_2_17_x86_64",)


def test_a_tag_that_needs_a_release_takes_the_one_asked_for() -> None:
    target = TABLES.targets["x86_64-unknown-openbsd"]

    assert platform_tags(replace(target, floor=(7, 5)), None, ()) == ("openbsd_7_5_amd64",)
    with pytest.raises(ConfigError, match="needs a version of OpenBSD"):
        platform_tags(target, None, ())


@pytest.mark.parametrize(
    ("triple", "needs", "asked", "earned"),
    [
        ("x86_64-unknown-linux-gnu", (2, 2), None, (2, 5)),
        ("x86_64-unknown-linux-gnu", (2, 16), None, (2, 16)),
        ("x86_64-unknown-linux-gnu", (2, 16), (2, 28), (2, 28)),
        ("x86_64-unknown-linux-gnu", (2, 34), (2, 28), (2, 34)),
        ("s390x-unknown-linux-gnu", (2, 4), None, (2, 17)),
        ("loongarch64-unknown-linux-musl", (1, 1), None, (1, 2)),
        ("aarch64-apple-darwin", (10, 15), None, (11, 0)),
        ("x86_64-pc-windows-msvc", (6, 1), None, (6, 1)),
    ],
)
def test_the_floor_is_the_highest_of_needed_asked_for_and_looked_for(
    triple: str, needs: Version, asked: Version | None, earned: Version
) -> None:
    assert earned_floor(needs, replace(TABLES.targets[triple], floor=asked)) == earned


@given(TRIPLES, VERSIONS, VERSIONS)
def test_what_is_earned_never_promises_more_than_is_kept(triple: str, needs: Version, asked: Version) -> None:
    target = replace(TABLES.targets[triple], floor=asked)

    earned = earned_floor(needs, target)

    assert earned >= max(needs, asked)
    assert earned in {needs, asked, target.installer_floor}


@given(TRIPLES, VERSIONS)
def test_tags_are_sorted_unique_and_fit_a_wheels_name(triple: str, floor: Version) -> None:
    found = platform_tags(TABLES.targets[triple], floor, TABLES.policies)

    assert list(found) == sorted(set(found))
    assert parse_wheel_filename(f"demo-1-cp312-cp312-{'.'.join(found)}.whl")[3]
    assert all(tag == tag.lower() for tag in found)


@pytest.mark.parametrize("triple", ["x86_64-apple-darwin", "aarch64-apple-darwin"])
def test_packaging_looks_for_the_macos_tags(triple: str) -> None:
    target = TABLES.targets[triple]
    looked_for = set(tags.mac_platforms((26, 0), target.arch))

    for floor in (lowest_floor(target), (11, 4), (14, 0), (26, 0)):
        assert set(platform_tags(target, floor, ())) <= looked_for


def test_packaging_looks_for_the_android_and_ios_tags() -> None:
    android, ios = TABLES.targets["aarch64-linux-android"], TABLES.targets["aarch64-apple-ios"]

    assert set(platform_tags(android, None, ())) <= set(tags.android_platforms(35, "arm64_v8a"))
    assert set(platform_tags(ios, None, ())) <= set(tags.ios_platforms((18, 0), "arm64_iphoneos"))


def test_pypi_takes_the_default_tag_of_every_target_that_it_lists() -> None:
    refused = {
        target.arch
        for target in TABLES.targets.values()
        if target.os in {"linux", "macos", "windows", "ios", "android"}
        and not all(
            tables.accepts(TABLES.indexes["pypi"], tag)
            for tag in platform_tags(target, lowest_floor(target), TABLES.policies)
        )
    }

    # musllinux on ppc64 is refused, manylinux is not.
    assert refused == {
        *("armv5tel", "armv6l", "loongarch64", "mips", "mips64", "mips64el", "mipsel", "ppc", "ppc64"),
        *("riscv32", "sparc64"),
    }
