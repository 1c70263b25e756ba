"""universal2: two builds, one wheel."""

from typing import Any

import pytest
from tests.plan.gathered import ROOT, TABLES, gathered, planned, stems

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.model import Build, Plan
from wheelmatrix.options import AskedTarget, BuildOptions
from wheelmatrix.plan.builds import distinct_builds

UNIVERSAL, ARM, INTEL = "universal2-apple-darwin", "aarch64-apple-darwin", "x86_64-apple-darwin"


def made_for(*targets: str | AskedTarget, **options: Any) -> Plan:
    machine = gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig"))
    return planned(BuildOptions(interpreters=("3.12",), targets=targets, **options), machine)


def minimum(build: Build) -> str:
    return build.command.environment["MACOSX_DEPLOYMENT_TARGET"]


def test_each_machine_is_built_for_and_both_are_one_wheel() -> None:
    made = made_for(UNIVERSAL)

    assert [str(build.target) for build in made.builds] == [INTEL, ARM]
    assert stems(made) == ["cp312-cp312"]
    (wheel,) = made.wheels
    assert wheel.id == "cp312-macosx_universal2"
    assert wheel.builds == tuple(build.id for build in made.builds)
    assert wheel.cells == ("cp312-macosx_universal2",)
    assert {build.cells for build in made.builds} == {wheel.cells}


def test_what_is_merged_is_expected_to_be_for_both_and_each_slice_for_its_own() -> None:
    made = made_for(UNIVERSAL)

    intel, arm = made.builds
    assert {subject: str(each.target) for subject, each in made.expectations.items()} == {
        intel.id: INTEL,
        arm.id: ARM,
        "cp312-macosx_universal2": UNIVERSAL,
    }


@pytest.mark.parametrize(
    ("asked", "floors"),
    [
        (UNIVERSAL, ["10.12", "11.0"]),
        (f"{UNIVERSAL}.10.13", ["10.13", "11.0"]),
        (f"{UNIVERSAL}.12.0", ["12.0", "12.0"]),
        ("macosx_10_12_universal2", ["10.12", "11.0"]),
    ],
)
def test_each_slice_has_the_floor_that_was_asked_for_or_its_own_lowest(asked: str, floors: list[str]) -> None:
    assert [minimum(build) for build in made_for(asked).builds] == floors


def test_a_slice_that_is_a_wheel_of_its_own_is_compiled_once() -> None:
    made = made_for(UNIVERSAL, ARM)

    assert [str(build.target) for build in made.builds] == [INTEL, ARM]
    assert made.builds[1].cells == ("cp312-macosx_universal2", "cp312-macosx_arm64")
    assert [wheel.builds for wheel in made.wheels] == [
        (made.builds[0].id, made.builds[1].id),
        (made.builds[1].id,),
    ]


def test_a_slice_of_another_floor_is_another_build() -> None:
    assert len(made_for(UNIVERSAL, f"{ARM}.12.0").builds) == 3


def test_one_directory_does_not_hold_one_slice_built_in_two_ways() -> None:
    own = AskedTarget(target=ARM, values={"rustflags": ("-C", "target-cpu=apple-m1")})

    with pytest.raises(ConfigError) as caught:
        made_for(UNIVERSAL, own)

    (issue,) = caught.value.issues
    assert issue.message == (
        "cp312-macosx_arm64 is needed twice, by cp312-macosx_universal2 and cp312-macosx_arm64, whose options differ"
    )


def test_nothing_is_built_twice_where_nothing_is_built() -> None:
    assert distinct_builds(()) == ()


def test_a_slice_that_cannot_be_linked_is_said_by_its_own_name() -> None:
    with pytest.raises(ToolMissing, match=f"no std for {ARM}") as caught:
        planned(
            BuildOptions(interpreters=("3.12",), targets=(UNIVERSAL,)),
            gathered(stds=(INTEL,), programs=("cargo-zigbuild", "zig")),
        )

    assert len(caught.value.args) == 1


def test_the_slices_have_the_same_name_in_their_install_name_and_lie_apart() -> None:
    intel, arm = made_for(UNIVERSAL).builds

    name = "link-arg=@rpath/sample.cpython-312-darwin.so"
    assert name in intel.command.argv
    assert name in arm.command.argv
    assert intel.directory.is_relative_to(ROOT / "target" / "wheelmatrix" / "builds" / INTEL)
    assert arm.directory.is_relative_to(ROOT / "target" / "wheelmatrix" / "builds" / ARM)
