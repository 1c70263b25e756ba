"""Which macOS a file needs, was asked to need, and the tags that this is worth."""

from dataclasses import replace

import pytest
from macho_image import ARM64, MACOS, X86_64, fat_image, macho_image
from packaging.tags import mac_platforms
from small_tables import MAC_ARM, MAC_INTEL, TABLES, UNIVERSAL2, expectation

from wheelmatrix.audit.macho import read
from wheelmatrix.audit.macho_floor import asked_floors, earned_tags, exceeded, minima, universal2, untold
from wheelmatrix.model import Target, Version


def test_the_minimum_of_each_half_is_its_own() -> None:
    old = macho_image(cpu=X86_64, platforms=((MACOS, (10, 13)),), signed=None)
    facts = read(fat_image((X86_64, old), (ARM64, macho_image())))

    assert minima(facts, UNIVERSAL2) == {"x86_64": (10, 13), "arm64": (11, 0)}
    assert minima(facts, MAC_ARM) == {"arm64": (11, 0)}
    assert minima(read(macho_image(platforms=())), MAC_ARM) == {}


@pytest.mark.parametrize(
    ("found", "target", "tags"),
    [
        ({"arm64": (11, 0)}, MAC_ARM, ("macosx_11_0_arm64",)),
        ({"arm64": (12, 3)}, MAC_ARM, ("macosx_12_0_arm64",)),
        ({}, MAC_ARM, ("macosx_11_0_arm64",)),
        ({"arm64": (11, 0)}, replace(MAC_ARM, floor=(13, 0)), ("macosx_13_0_arm64",)),
        ({"x86_64": (10, 9)}, MAC_INTEL, ("macosx_10_12_x86_64",)),
        ({"x86_64": (10, 9)}, replace(MAC_INTEL, rustc_floor=None), ("macosx_10_9_x86_64",)),
        ({"x86_64": (10, 15)}, MAC_INTEL, ("macosx_10_15_x86_64",)),
        (
            {"x86_64": (10, 12), "arm64": (11, 0)},
            UNIVERSAL2,
            ("macosx_10_12_universal2", "macosx_10_12_x86_64", "macosx_11_0_arm64"),
        ),
        (
            {"x86_64": (10, 9), "arm64": (12, 0)},
            UNIVERSAL2,
            ("macosx_10_12_x86_64", "macosx_12_0_arm64", "macosx_12_0_universal2"),
        ),
        (
            {"x86_64": (10, 12), "arm64": (11, 0)},
            replace(UNIVERSAL2, floor=(10, 15)),
            ("macosx_10_15_universal2", "macosx_10_15_x86_64", "macosx_11_0_arm64"),
        ),
    ],
)
def test_tags_are_the_highest_of_found_asked_and_possible(
    found: dict[str, Version], target: Target, tags: tuple[str, ...]
) -> None:
    assert earned_tags(found, target, TABLES) == tags


@pytest.mark.parametrize(
    ("machine", "release", "fits"),
    [("x86_64", (10, 12), True), ("x86_64", (10, 11), False), ("arm64", (12, 0), True), ("arm64", (11, 0), False)],
)
def test_installers_take_universal2_exactly_where_both_minima_are_kept(
    machine: str, release: Version, fits: bool
) -> None:
    tags = earned_tags({"x86_64": (10, 12), "arm64": (12, 0)}, UNIVERSAL2, TABLES)

    assert bool(set(tags) & set(mac_platforms(release, machine))) is fits


@pytest.mark.parametrize(
    ("target", "ceiling", "asked"),
    [
        (MAC_ARM, None, {}),
        (replace(MAC_ARM, floor=(12, 0)), None, {"arm64": (12, 0)}),
        (MAC_INTEL, ("macosx", (10, 9)), {"x86_64": (10, 9)}),
        (replace(UNIVERSAL2, floor=(10, 12)), None, {"x86_64": (10, 12), "arm64": (11, 0)}),
        (UNIVERSAL2, ("macosx", (12, 0)), {"x86_64": (12, 0), "arm64": (12, 0)}),
    ],
)
def test_what_was_asked_for_holds_for_each_half(
    target: Target, ceiling: tuple[str, Version] | None, asked: dict[str, Version]
) -> None:
    assert asked_floors(expectation(target=target, ceiling=ceiling), TABLES) == asked


def test_a_newer_macos_than_asked_for_is_told_with_both() -> None:
    (problem,) = exceeded({"arm64": (13, 1)}, {"arm64": (11, 0)}, by_tag=False)

    assert "macOS 11.0 was asked for, but its arm64 code needs 13.1" in problem
    assert "MACOSX_DEPLOYMENT_TARGET=11.0" in problem


@pytest.mark.parametrize(("by_tag", "problems"), [(True, 0), (False, 1)])
def test_a_minor_version_that_no_tag_can_say_breaks_a_floor_but_no_tag(by_tag: bool, problems: int) -> None:
    found, asked = {"arm64": (11, 3)}, {"arm64": (11, 0)}

    assert len(list(exceeded(found, asked, by_tag=by_tag))) == problems
    assert "needs macOS 11.3, and tags say 11.0" in next(iter(untold(found, asked)))


def test_what_is_kept_or_was_not_asked_for_is_not_told() -> None:
    assert list(exceeded({"arm64": (11, 0), "x86_64": (10, 12)}, {"arm64": (11, 0)}, by_tag=False)) == []
    assert list(untold({"arm64": (11, 0), "x86_64": (10, 12)}, {"x86_64": (10, 12)})) == []


def test_universal2_is_a_row_or_follows_from_its_halves() -> None:
    derived = universal2(TABLES)

    assert derived is not None
    assert (derived.triple, derived.arch, derived.tag) == (
        "universal2-apple-darwin", "universal2", "macosx_{major}_{minor}_universal2",
    )  # fmt: skip
    assert universal2(replace(TABLES, targets={"u": replace(UNIVERSAL2, triple="u")})) == replace(
        UNIVERSAL2, triple="u", rustc_floor=None
    )
    assert universal2(replace(TABLES, targets={})) is None
