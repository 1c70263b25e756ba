from dataclasses import replace
from typing import Any

import pytest
from tests.plan.gathered import (
    BUILDS,
    LINUX,
    MUSL,
    ROOT,
    TABLES,
    binding,
    cargo_metadata,
    gathered,
    installed,
    planned,
    project,
    stems,
    target,
    version_abi,
)

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.model import Build, Cell, Gathered, Plan
from wheelmatrix.options import BuildOptions, Feature, Override
from wheelmatrix.plan.abis import Bound
from wheelmatrix.plan.builds import make, root_directory
from wheelmatrix.plan.tags import cell_id

TWO = BuildOptions(interpreters=("3.11", "3.12"))
ABI3 = gathered(cargo_metadata=cargo_metadata(["abi3-py39"]))


def by_abi(made: Plan) -> dict[str, Build]:
    return {build.abi.id: build for build in made.builds}


def test_each_abi_has_one_build_and_one_wheel() -> None:
    made = planned(TWO)

    assert [build.name for build in made.builds] == ["cp311-linux_x86_64", "cp312-linux_x86_64"]
    assert [wheel.builds for wheel in made.wheels] == [(build.id,) for build in made.builds]
    assert made.expectations.keys() == {build.id for build in made.builds}


def test_abi3_cells_share_one_compile() -> None:
    made = planned(TWO, ABI3)

    assert [(build.name, build.cells) for build in made.builds] == [
        ("abi3-cp39-linux_x86_64", ("cp311-linux_x86_64", "cp312-linux_x86_64"))
    ]


def test_a_directory_is_the_builds_own_for_ever() -> None:
    alone, all_of_them = planned(BuildOptions(interpreters=("3.12",))), planned()

    assert by_abi(alone)["cp312"].directory == by_abi(all_of_them)["cp312"].directory
    assert by_abi(alone)["cp312"].id == by_abi(all_of_them)["cp312"].id
    assert by_abi(alone)["cp312"].directory.parent == BUILDS / LINUX / "release"


def test_no_two_builds_share_a_directory_or_an_id() -> None:
    options = BuildOptions(
        all_interpreters=True, enable=("pypy", "graalpy"), targets=(f"{LINUX}.2.17", f"{LINUX}.2.28")
    )

    made = planned(options)

    assert len({build.directory for build in made.builds}) == len({build.id for build in made.builds}) == 26


@pytest.mark.parametrize(
    "other",
    [
        BuildOptions(interpreters=("3.12",), profile="dev"),
        BuildOptions(interpreters=("3.12",), features=("fast",)),
        BuildOptions(interpreters=("3.12",), no_default_features=True),
        BuildOptions(interpreters=("3.12",), targets=(f"{LINUX}.2.17",)),
    ],
)
def test_what_makes_other_units_has_another_directory(other: BuildOptions) -> None:
    machine = gathered(cargo_metadata=cargo_metadata(features={"fast": []}))
    usual = planned(BuildOptions(interpreters=("3.12",)), machine)

    assert planned(other, machine).builds[0].directory != usual.builds[0].directory


def test_an_own_target_directory_is_honoured() -> None:
    options = BuildOptions(target_dir="elsewhere")

    assert root_directory(project(), options, gathered()) == ROOT / "elsewhere" / "wheelmatrix"


def test_the_configuration_has_a_path_that_stays_while_its_content_does() -> None:
    one, other = planned(TWO).builds, planned().builds
    changed = planned(TWO, what=project(pyo3=binding((0, 23, 0), cpython=((3, 7), (3, 13))))).builds

    paths = {build.abi.id: build.config_path for build in other}
    assert [build.config_path for build in one] == [paths["cp311"], paths["cp312"]]
    assert [build.config_path for build in changed] != [build.config_path for build in one]
    assert one[0].config_path is not None
    assert one[0].config_path.parent == ROOT / "target" / "wheelmatrix" / "pyo3"
    assert one[0].command.environment["PYO3_CONFIG_FILE"] == str(one[0].config_path)


def test_the_configuration_is_of_the_abi_and_not_of_the_cell() -> None:
    text = planned(BuildOptions(interpreters=("3.12",)), ABI3).builds[0].config_text

    assert "version=3.9\n" in text
    assert "target_abi=CPython-abi3-3.9\n" in text


@pytest.mark.parametrize(
    ("machine", "options"),
    [
        (gathered(environment={"PYO3_CONFIG_FILE": "/mine"}), TWO),
        (gathered(), replace(TWO, environment=(("PYO3_CONFIG_FILE", "/mine"),))),
    ],
)
def test_the_users_own_configuration_file_is_respected(machine: Gathered, options: BuildOptions) -> None:
    builds = planned(options, machine).builds

    assert {(build.config_path, build.config_text) for build in builds} == {(None, "")}
    assert {build.command.environment.get("PYO3_CONFIG_FILE", "/mine") for build in builds} == {"/mine"}


def test_a_python_that_is_here_knows_its_suffix_best() -> None:
    here = installed("cp312", ext_suffix=".cpython-312-mine.so")

    made = planned(TWO, gathered(installed=(here,)))

    assert [wheel.extension for wheel in made.wheels] == [
        "sample/sample.cpython-311-x86_64-linux-gnu.so",
        "sample/sample.cpython-312-mine.so",
    ]


def test_a_module_in_a_package_lies_there() -> None:
    made = planned(TWO, ABI3, project(module_name="sample.sub._native"))

    assert made.wheels[0].extension == "sample/sub/_native.abi3.so"
    assert made.expectations[made.builds[0].id].module == "_native"


def test_a_build_number_follows_the_version() -> None:
    made = planned(replace(TWO, build_number="7a"))

    assert [wheel.stem for wheel in made.wheels] == [
        "sample_project-1.0-7a-cp311-cp311",
        "sample_project-1.0-7a-cp312-cp312",
    ]


def test_an_expectation_has_what_was_asked_for() -> None:
    made = planned(replace(TWO, compatibility=("2_28",), auditwheel="check"))

    expected = made.expectations[made.builds[0].id]
    assert (expected.mode, expected.ceiling, expected.plain) == ("check", ("manylinux", (2, 28)), False)


def test_conditional_features_give_one_version_wheel_and_one_stable_one() -> None:
    options = BuildOptions(
        interpreters=("3.10", "3.11", "3.12"),
        conditional_features=(Feature(feature="pyo3/abi3-py311", python_version=">=3.11"),),
    )

    made = planned(options)

    assert stems(made) == ["cp310-cp310", "cp311-abi3"]
    assert [len(wheel.cells) for wheel in made.wheels] == [1, 2]
    assert ["--features" in build.command.argv for build in made.builds] == [False, True]


def test_features_that_differ_within_one_stable_wheel_are_a_warning() -> None:
    options = replace(TWO, conditional_features=(Feature(feature="fast", python_version=">=3.12"),))
    machine = replace(ABI3, cargo_metadata=cargo_metadata(["abi3-py39"], features={"fast": []}))

    made = planned(options, machine)

    (said,) = made.warnings
    assert said.startswith("one abi3 wheel serves cp311-linux_x86_64 and cp312-linux_x86_64, whose features differ")
    assert said.endswith("it is built with those of cp311-linux_x86_64")


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ({"profile": "dev"}, "profile"),
        ({"rustc_args": ("-C", "lto"), "rustflags": ("-v",)}, "rustc-args, rustflags"),
        ({"environment": (("A", "1"),)}, "environment"),
        ({"linker": "gcc"}, "linker"),
        ({"before_build": ("make",)}, "before-build"),
        ({"conditional_features": (Feature(feature="fast"),), "strip": True}, "features, strip"),
    ],
)
def test_whatever_differs_within_one_stable_wheel_is_a_warning(own: dict[str, object], named: str) -> None:
    machine = gathered(
        cargo_metadata=cargo_metadata(["abi3-py39"], features={"fast": []}), programs=("x86_64-linux-gnu-gcc",)
    )
    options = BuildOptions(
        interpreters=("3.10", "3.11", "3.12"), overrides=(Override(select=("cp31[02]-*",), values=own, inherit={}),)
    )

    made = planned(options, machine)

    (said,) = made.warnings
    assert said.startswith(f"one abi3 wheel serves cp310-linux_x86_64 and cp311-linux_x86_64, whose {named} differ: ")
    assert said.endswith("it is built with those of cp310-linux_x86_64")


def test_what_is_the_same_for_all_cells_of_a_stable_wheel_is_no_warning() -> None:
    everywhere = Override(select=("*",), values={"profile": "dev", "rustflags": ("-v",)}, inherit={})

    assert planned(replace(TWO, overrides=(everywhere,)), ABI3).warnings == ()


def bound(triple: str, **options: Any) -> Bound:
    """Return a cell of CPython 3.12 on a target."""
    abi, where = version_abi("cp312"), target(triple)
    cell = Cell(id=cell_id(abi.interpreter, where), interpreter=abi.interpreter, target=where, installed=None)
    return Bound(cell=cell, abi=abi, options=BuildOptions(**options), features=())


@pytest.mark.parametrize(
    ("one", "other", "options"),
    [
        ("x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu", {}),
        ("i686-unknown-linux-gnu", "i586-unknown-linux-gnu", {}),
        ("armv7-unknown-linux-gnueabihf", "armv7-unknown-linux-gnueabi", {}),
        (LINUX, MUSL, {"compatibility": ("linux",)}),
        (LINUX, MUSL, {"auditwheel": "skip"}),
    ],
)
def test_two_wheels_of_one_name_are_an_error(one: str, other: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        make([bound(one, **options), bound(other, **options)], TABLES, project(), gathered())

    (issue,) = caught.value.issues
    assert issue.message == f"{one} and {other} may make one wheel, for cp312"
    assert issue.hint == "leave out one of the two targets"


@pytest.mark.parametrize(
    ("one", "other", "options"),
    [
        (LINUX, MUSL, {}),
        (LINUX, MUSL, {"auditwheel": "warn"}),
        ("aarch64-apple-darwin", "x86_64-apple-darwin", {"auditwheel": "skip"}),
        ("x86_64-pc-windows-gnu", "i686-pc-windows-gnu", {}),
    ],
)
def test_wheels_for_different_machines_stand_side_by_side(one: str, other: str, options: dict[str, Any]) -> None:
    machine = gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig"))

    made = make([bound(one, **options), bound(other, **options)], TABLES, project(), machine)

    assert len({each.wheel.id for each in made}) == len({each.builds[0].id for each in made}) == 2


def test_without_a_floor_a_wheel_may_earn_the_name_of_one_with_a_floor() -> None:
    with pytest.raises(ConfigError) as caught:
        planned(replace(TWO, targets=(f"{LINUX}.2.17", f"{LINUX}.2.28", LINUX)))

    assert [issue.message for issue in caught.value.issues] == [
        f"{LINUX}.2.17 and {LINUX} may make one wheel, for cp311, cp312"
    ]


def test_what_keeps_any_target_from_being_linked_is_said_once_and_all_at_once() -> None:
    power = "powerpc64le-unknown-linux-gnu.2.17"
    options = replace(TWO, targets=("aarch64-unknown-linux-gnu", power, MUSL))

    with pytest.raises(ConfigError) as caught:
        planned(options, gathered(stds=[MUSL]))

    assert [(issue.where, issue.hint.partition(",")[0].partition(";")[0]) for issue in caught.value.issues] == [
        ("target aarch64-unknown-linux-gnu", "rustup target add aarch64-unknown-linux-gnu"),
        ("target aarch64-unknown-linux-gnu", "pip install 'wheelmatrix[zig]'"),
        (f"target {power}", "write powerpc64le-unknown-linux-gnu.2.19"),
        (f"target {MUSL}", "pip install 'wheelmatrix[zig]'"),
    ]


def test_where_only_tools_are_missing_the_exit_code_says_so() -> None:
    with pytest.raises(ToolMissing):
        planned(replace(TWO, targets=(MUSL,)), gathered(stds=[MUSL]))


def test_a_new_directory_starts_from_the_siblings_of_its_own_crate_first() -> None:
    here = BUILDS / LINUX / "release"
    existing = [here / "aaa-cp311-000000", here / "sample-cp311-000000", BUILDS / MUSL / "release" / "sample-cp311-0"]
    unlike = BUILDS / LINUX / "dev" / "sample-cp311-0"

    made = planned(
        BuildOptions(interpreters=("3.12",)), gathered(directories=frozenset({*existing, unlike}))
    )  # fmt: skip

    assert made.builds[0].clone_from == (existing[1], existing[0], existing[2])


def test_a_directory_that_exists_starts_from_none() -> None:
    first = planned(TWO)

    again = planned(TWO, gathered(directories=frozenset(build.directory for build in first.builds)))

    assert [build.clone_from for build in again.builds] == [(), ()]


def test_commands_before_a_build_see_the_variables_of_cargo() -> None:
    options = replace(TWO, before_build=("make headers",), environment=(("LEVEL", "3"),))

    build = planned(options).builds[0]

    assert [command.argv for command in build.before] == [("sh", "-c", "make headers")]
    assert build.before[0].environment["LEVEL"] == "3"
    assert build.before[0].environment["PYO3_CONFIG_FILE"] == str(build.config_path)
    assert build.before[0].directory == ROOT


def test_the_tables_name_every_suffix_that_a_host_needs() -> None:
    made = planned(BuildOptions(all_interpreters=True, enable=("pypy", "graalpy")))

    assert all(wheel.extension.startswith("sample/sample.") for wheel in made.wheels)
    assert len({wheel.extension for wheel in made.wheels}) == len(made.wheels)
    assert len(TABLES.interpreters) > len(made.wheels)
