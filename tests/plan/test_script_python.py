"""Which Python build scripts are told of, for every kind of build."""

from dataclasses import replace
from pathlib import PurePath

import pytest
from tests.plan.gathered import binding, cargo_metadata, gathered, installed, planned, project

from wheelmatrix.model import Build, Gathered, Installed
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.script_python import python_variables, stand_in

ARM = "aarch64-unknown-linux-gnu"
CURRENT = PurePath("/active/bin/python3")
ABI3 = gathered(cargo_metadata=cargo_metadata(["abi3-py39"]), current=CURRENT)


def here(name: str) -> Installed:
    """Return a Python in an environment of its own."""
    return installed(name, executable=PurePath("/envs") / name)


def named(build: Build) -> str | None:
    variables = build.command.environment
    assert variables.get("PYO3_PYTHON") == variables.get("PYTHON_SYS_EXECUTABLE")
    return variables.get("PYO3_PYTHON")


def builds(machine: Gathered, *pythons: str, **options: object) -> tuple[Build, ...]:
    return planned(BuildOptions(interpreters=pythons, **options), machine).builds  # type: ignore[arg-type]  # by name


def test_it_is_the_cells_own_with_its_environment() -> None:
    machine = gathered(installed=(here("cp311"), here("cp312")), current=CURRENT)

    assert [named(build) for build in builds(machine, "3.11", "3.12")] == ["/envs/cp311", "/envs/cp312"]
    (base,) = builds(machine, "3.12", use_base_python=True)
    assert named(base) == "/usr/bin/python3.12"


def test_where_it_is_not_here_the_active_one_stands_in() -> None:
    machine = gathered(installed=(here("cp312"),), current=CURRENT)
    absent, own = builds(machine, "3.11", "3.12")

    assert (named(absent), absent.stand_in) == (str(CURRENT), CURRENT)
    assert (named(own), own.stand_in) == ("/envs/cp312", None)
    assert "PYO3_ENVIRONMENT_SIGNATURE" not in absent.command.environment


def test_without_any_python_nothing_is_said() -> None:
    (absent,) = builds(gathered(), "3.11")

    assert (named(absent), absent.stand_in) == (None, None)


def test_another_target_has_the_python_of_its_version() -> None:
    machine = gathered(installed=(here("cp312"),), current=CURRENT, stds=(ARM,), programs=("aarch64-linux-gnu-gcc",))

    found = builds(machine, "3.11", "3.12", targets=(ARM,))

    assert [named(build) for build in found] == [str(CURRENT), "/envs/cp312"]


def test_a_stable_abi_has_the_lowest_that_was_asked_for_and_is_here() -> None:
    machine = replace(ABI3, installed=(here("cp311"), here("cp312"), here("cp314t")))

    found = {each: builds(machine, *each)[0] for each in (("3.12",), ("3.10", "3.12"), ("3.12", "3.11"))}

    assert [named(build) for build in found.values()] == ["/envs/cp312", "/envs/cp312", "/envs/cp311"]
    assert len({build.id for build in found.values()}) == 1
    assert {build.command.environment["PYO3_ENVIRONMENT_SIGNATURE"] for build in found.values()} == {
        "cpython-3.9-64bit"
    }


def test_a_stable_abi_whose_pythons_are_not_here_has_the_lowest_that_it_serves() -> None:
    machine = replace(ABI3, installed=(here("cp38"), here("cp311"), here("cp314t"), here("pp311_pp73")))
    (served,) = builds(machine, "3.10")
    (unserved,) = builds(replace(ABI3, installed=(here("cp38"), here("cp314t"))), "3.10")

    assert (named(served), served.stand_in) == ("/envs/cp311", None)
    assert (named(unserved), unserved.stand_in) == (str(CURRENT), CURRENT)


def test_a_slice_that_is_a_wheel_of_its_own_may_be_for_other_pythons() -> None:
    both = ("universal2-apple-darwin", "aarch64-apple-darwin")
    tools = {"cargo-zigbuild": PurePath("/usr/bin/cargo-zigbuild"), "zig": PurePath("/usr/bin/zig")}
    mac = gathered(stds=("aarch64-apple-darwin", "x86_64-apple-darwin")).host
    machine = replace(ABI3, installed=(here("cp311"), here("cp312")), host=mac, programs=tools)

    found = builds(machine, "3.11", "3.12", targets=both, skip=("cp311-macosx_arm64",))

    assert {build.target.arch: named(build) for build in found} == {"x86_64": "/envs/cp311", "arm64": "/envs/cp312"}


@pytest.mark.parametrize("asked", [("3.15",), ("3.15", "3.15t")])
def test_abi3t_serves_a_free_threaded_python_whichever_cell_was_selected(asked: tuple[str, ...]) -> None:
    machine = gathered(cargo_metadata=cargo_metadata(["abi3t-py315"]), installed=(here("cp315t"),), current=CURRENT)

    assert named(builds(machine, *asked)[0]) == "/envs/cp315t"


def test_a_project_without_pyo3_is_told_nothing() -> None:
    what = project(pyo3=binding())
    bare = replace(what, crate=replace(what.crate, pyo3=None))

    assert python_variables((), bare, ABI3) == {}
    assert stand_in((), bare, ABI3) is None


def test_a_cffi_project_is_told_of_the_python_that_was_asked_for_or_is_active() -> None:
    what = project()
    cffi = replace(what, crate=replace(what.crate, pyo3=None, bindings="cffi"))
    asked = replace(ABI3, asked={"./python": here("cp312")})

    assert python_variables((), cffi, ABI3) == {"PYTHON_SYS_EXECUTABLE": str(CURRENT)}
    assert python_variables((), cffi, asked) == {"PYTHON_SYS_EXECUTABLE": "/envs/cp312"}
    assert python_variables((), cffi, gathered()) == {}
