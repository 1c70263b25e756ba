"""A plan beside the files that there are: by name, Python, ABI and what the platform tag may be."""

import pytest
from tests.plan.gathered import TABLES, cargo_metadata, gathered, planned

from wheelmatrix.model import Plan
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan import asked_targets
from wheelmatrix.plan.elsewhere import equipped
from wheelmatrix.plan.missing import Compared, compared

GNU = "x86_64-unknown-linux-gnu"


def plan_of(*targets: str, stable: bool = False, **more: object) -> Plan:
    options = BuildOptions(interpreters=("3.12",), targets=targets, **more)  # type: ignore[arg-type]
    machine = gathered(cargo_metadata=cargo_metadata(["abi3-py39"])) if stable else gathered()
    return planned(options, equipped(machine, asked_targets(options, TABLES, "linux")))


def name(platform: str, tags: str = "cp312-cp312") -> str:
    return f"sample_project-1.0-{tags}-{platform}.whl"


def beside(plan: Plan, *filenames: str) -> Compared:
    return compared(plan, TABLES.policies, filenames)


def missing(found: Compared) -> list[str]:
    return [each.wheel.id for each in found.missing]


@pytest.mark.parametrize(
    ("target", "platform"),
    [
        (GNU, "manylinux_2_34_x86_64"),
        (GNU, "linux_x86_64"),
        (GNU, "manylinux2014_x86_64"),
        (GNU, "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        (f"{GNU}.2.17", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        (f"{GNU}.2.17", "manylinux2014_x86_64"),
        ("x86_64-unknown-linux-musl", "musllinux_1_2_x86_64"),
        ("musllinux_1_2_x86_64", "musllinux_1_2_x86_64"),
        ("universal2-apple-darwin", "macosx_10_12_universal2"),
        ("aarch64-apple-darwin", "macosx_11_0_arm64"),
        ("macosx_12_0_arm64", "macosx_12_0_arm64"),
        ("x86_64-pc-windows-msvc", "win_amd64"),
    ],
)
def test_a_wheel_with_a_tag_that_it_can_earn_is_there(target: str, platform: str) -> None:
    assert beside(plan_of(target), name(platform)) == Compared(missing=(), unplanned=())


@pytest.mark.parametrize(
    ("target", "filename"),
    [
        (GNU, name("manylinux_2_17_aarch64")),
        (GNU, name("musllinux_1_2_x86_64")),
        (GNU, name("manylinux_2_17_x86_64", "cp313-cp313")),
        (GNU, name("manylinux_2_17_x86_64", "cp312-abi3")),
        (GNU, name("manylinux_2_17_x86_64", "1-cp312-cp312")),
        (GNU, name("manylinux_2_17_x86_64").replace("1.0", "1.1")),
        (f"{GNU}.2.17", name("manylinux_2_28_x86_64")),
        (f"{GNU}.2.17", name("linux_x86_64")),
        ("macosx_12_0_arm64", name("macosx_11_0_arm64")),
        ("x86_64-pc-windows-msvc", name("win32")),
        (GNU, "not-a-wheel"),
    ],
)
def test_a_wheel_of_something_else_is_not(target: str, filename: str) -> None:
    plan = plan_of(target)
    found = beside(plan, filename)

    assert missing(found) == [wheel.id for wheel in plan.wheels]
    assert found.unplanned == (filename,)


def test_what_is_missing_is_told_with_what_it_would_look_like() -> None:
    found = beside(plan_of(GNU, "aarch64-unknown-linux-gnu.2.17", "universal2-apple-darwin", "win_amd64"))

    assert [(str(each.target), each.expected) for each in found.missing] == [
        (GNU, name("manylinux_*_x86_64")),
        ("aarch64-unknown-linux-gnu.2.17", name("manylinux2014_aarch64.manylinux_2_17_aarch64")),
        ("universal2-apple-darwin", name("macosx_*_universal2")),
        ("x86_64-pc-windows-gnu", name("win_amd64")),
    ]


def test_two_floors_of_one_target_are_two_wheels() -> None:
    plan = plan_of(f"{GNU}.2.28", f"{GNU}.2.17")

    assert missing(beside(plan, name("manylinux_2_17_x86_64"))) == ["cp312-manylinux_2_28_x86_64"]
    assert missing(beside(plan, name("manylinux_2_17_x86_64"), name("manylinux_2_28_x86_64"))) == []


def test_one_file_is_one_wheel() -> None:
    found = beside(plan_of(GNU), name("manylinux_2_17_x86_64"), name("manylinux_2_28_x86_64"))

    assert found.missing == ()
    assert found.unplanned == (name("manylinux_2_28_x86_64"),)


def test_a_stable_abi_is_one_wheel_for_all_its_cells() -> None:
    plan = plan_of(f"{GNU}.2.17", stable=True)

    assert beside(plan, name("manylinux_2_17_x86_64", "cp39-abi3")).missing == ()
    (lost,) = beside(plan, name("manylinux_2_17_x86_64")).missing
    assert lost.wheel.cells == ("cp312-manylinux_2_17_x86_64",)


@pytest.mark.parametrize(
    ("more", "platform", "is_there"),
    [
        ({"compatibility": ("2_28",)}, "manylinux_2_28_x86_64", True),
        ({"compatibility": ("2_28",)}, "manylinux_2_17_x86_64", False),
        ({"compatibility": ("2_28",), "auditwheel": "warn"}, "manylinux_2_34_x86_64", True),
        ({"compatibility": ("linux",)}, "linux_x86_64", True),
        ({"build_number": "3"}, "manylinux_2_17_x86_64", False),
    ],
)
def test_options_that_change_the_name_count(more: dict[str, object], platform: str, is_there: bool) -> None:
    assert (beside(plan_of(GNU, **more), name(platform)).missing == ()) is is_there


def test_the_plain_tag_that_was_asked_for_is_what_it_would_look_like() -> None:
    (lost,) = beside(plan_of(GNU, compatibility=("linux",))).missing

    assert lost.expected == name("linux_x86_64")
