from dataclasses import replace

import pytest
from tests.plan.gathered import LINUX, gathered, installed, planned, project, stems

from wheelmatrix.errors import ConfigError, NothingToBuild
from wheelmatrix.model import BindingsKind, Project
from wheelmatrix.options import BuildOptions, Feature
from wheelmatrix.plan.any_python import ANY_PYTHON, fits_any, runs_python

ARM = "aarch64-unknown-linux-gnu"


def of(bindings: BindingsKind, *programs: str, with_pyo3: bool = False) -> Project:
    what = project()
    crate = replace(what.crate, bindings=bindings, programs=programs, pyo3=what.crate.pyo3 if with_pyo3 else None)
    return replace(what, crate=crate)


@pytest.mark.parametrize(
    "asked", [{}, {"interpreters": ("3.12", "3.13")}, {"all_interpreters": True}, {"find_interpreter": True}]
)
def test_programs_have_one_wheel_for_a_target_whatever_pythons_were_asked_for(asked: dict[str, object]) -> None:
    made = planned(BuildOptions(**asked), what=of("bin", "tool"))  # type: ignore[arg-type]  # a table of options

    assert [cell.id for cell in made.cells] == ["py3-linux_x86_64"]
    assert stems(made) == ["py3-none"]
    assert len(made.builds) == 1


def test_each_target_has_a_wheel() -> None:
    options = BuildOptions(targets=(LINUX, "musllinux_1_2_x86_64", "win_amd64"))
    machine = gathered(
        stds=("x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu", "x86_64-pc-windows-msvc"),
        programs=("cargo-zigbuild",),
        tools={"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"},
    )
    made = planned(options, machine, of("bin", "tool"))

    assert [cell.id for cell in made.cells] == ["py3-linux_x86_64", "py3-musllinux_1_2_x86_64", "py3-win_amd64"]
    assert [dict(wheel.programs) for wheel in made.wheels][2] == {"tool": "sample_project-1.0.data/scripts/tool.exe"}
    assert "crt-static" not in " ".join(made.builds[1].command.argv)  # as Rust links programs: they need no libc


def test_patterns_name_cells_of_any_python() -> None:
    with pytest.raises(NothingToBuild):
        planned(BuildOptions(skip=("py3-*",)), what=of("bin", "tool"))
    with pytest.raises(ConfigError, match="matches no cell"):
        planned(BuildOptions(build=("cp312-*",)), what=of("bin", "tool"))


def test_conditional_features_of_a_python_hold_for_none() -> None:
    features = (Feature(feature="a"), Feature(feature="b", python_version="<4"))
    (build,) = planned(BuildOptions(conditional_features=features), what=of("bin", "tool")).builds

    assert "--features a " in " ".join(build.command.argv)


def test_several_programs_are_one_call_of_cargo_unless_rustc_is_told_something() -> None:
    (one,) = planned(BuildOptions(), what=of("bin", "a", "b")).builds
    (each,) = planned(BuildOptions(strip=True), what=of("bin", "a", "b")).builds

    assert one.command.argv[1:6] == ("rustc", "--bin", "a", "--bin", "b")
    assert one.more == ()
    assert [command.argv[2:4] for command in (each.command, *each.more)] == [("--bin", "a"), ("--bin", "b")]


def test_programs_that_run_python_have_a_wheel_for_each_that_is_here() -> None:
    what = of("bin", "tool", with_pyo3=True)
    machine = gathered(installed=(installed("cp312"), installed("cp313")))
    made = planned(BuildOptions(all_interpreters=True), machine, what)

    assert runs_python(what)
    assert not fits_any(what)
    assert stems(made) == ["cp312-cp312", "cp313-cp313"]
    assert all("PYO3_BUILD_EXTENSION_MODULE" not in build.command.environment for build in made.builds)
    assert made.builds[0].command.environment["PYO3_PYTHON"] == "/usr/bin/python3.12"
    with pytest.raises(ConfigError, match="is linked to it, and it is not on this machine"):
        planned(BuildOptions(interpreters=("3.11",)), machine, what)


def test_the_row_is_no_python_of_the_tables() -> None:
    assert (ANY_PYTHON.id, ANY_PYTHON.python_tag, ANY_PYTHON.abi_tag) == ("py3", "py3", "none")
