import json
import re
from typing import Any

import pytest
from tests.plan.gathered import LINUX, MUSL, TABLES, binding, gathered, installed, planned, project
from tests.plan.golden import plans
from tests.show.screens import is_as_expected

from wheelmatrix.model import Plan
from wheelmatrix.options import AskedTarget, BuildOptions, Override
from wheelmatrix.show.planned import as_json, ids, text


def small() -> Plan:
    options = BuildOptions(interpreters=("3.12", "3.13", "3.14t"))
    return planned(options, gathered(installed=(installed("cp312"),)))


def test_the_text_is_as_recorded() -> None:
    # what a build's id is made of is no business of the screens
    assert is_as_expected("plan.txt", re.sub(r"\b[0-9a-f]{8}\b", "xxxxxxxx", text(small())) + "\n")


def test_explained_is_why_each_cell_is_in_and_what_each_build_runs() -> None:
    made = small()
    explained = text(made, explain=True)

    assert "cp312-linux_x86_64   3.12.1 at /venv/bin/python (PATH)" in explained
    assert "cp313-linux_x86_64   not installed here" in explained
    for build in made.builds:
        assert f"run: {' '.join(build.command.argv)}" in explained
    for step in made.steps:
        assert f"  {step.id}" in explained


def test_what_writes_python_files_is_compiled_too_and_told() -> None:
    made = plans()["uniffi"]
    (tool,) = made.tools

    assert f"  {tool.id}  uniffi-bindgen" in text(made)
    assert "writes the Python files; in its own directory" in text(made)
    assert f"run: {' '.join(tool.command.argv)}" in text(made, explain=True)


def heads(*targets: str | AskedTarget, **options: Any) -> list[str]:
    """Return what is said of each target."""
    machine = gathered(
        stds=TABLES.targets,
        programs=("cargo-zigbuild", "x86_64-linux-gnu-gcc", "cargo-xwin"),
        tools={"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"},
    )
    made = planned(BuildOptions(interpreters=("3.12", "3.13"), targets=targets, **options), machine)
    return [line.removeprefix("cells for ") for line in text(made).splitlines() if line.startswith("cells for ")]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (LINUX, "the audit decides the floor, linked by the system's linker"),
        (f"{LINUX}.2.17", "floor 2.17 asked for, linked by zig 0.15.2 for glibc 2.17"),
        ("aarch64-unknown-linux-gnu", "the audit decides the floor, linked by zig 0.15.2 for glibc 2.17"),
        (MUSL, "the audit decides the floor, linked by zig 0.15.2"),
        ("arm-unknown-linux-gnueabihf", "tagged linux_armv6l, linked by zig 0.15.2 for glibc 2.17"),
        ("x86_64-pc-windows-gnu", "tagged win_amd64, linked by zig 0.15.2"),
        ("x86_64-pc-windows-msvc", "tagged win_amd64, linked by cargo-xwin"),
        ("aarch64-apple-darwin", "the audit decides the floor, linked by zig 0.15.2"),
        ("universal2-apple-darwin", "the audit decides the floor, linked by zig 0.15.2"),
        ("universal2-apple-darwin.10.13", "floor 10.13 asked for, linked by zig 0.15.2"),
    ],
)
def test_each_target_says_who_decides_its_floor_and_who_links(target: str, said: str) -> None:
    assert heads(target) == [f"{target}: {said}"]


def test_where_overrides_choose_other_linkers_all_are_named() -> None:
    override = Override(select=("cp313-*",), values={"linker": "gcc"}, inherit={})

    assert heads(LINUX, overrides=(override,)) == [
        f"{LINUX}: the audit decides the floor, linked by the system's linker or x86_64-linux-gnu-gcc"
    ]


def test_a_wheel_of_several_machines_names_its_builds() -> None:
    options = BuildOptions(interpreters=("3.12",), targets=("universal2-apple-darwin",))

    made = planned(options, gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig")))

    assert "cp312-macosx_universal2, from cp312-macosx_x86_64 and cp312-macosx_arm64" in text(made)
    assert text(made, explain=True).count("      linked by: zig\n") == 2


def test_ids_are_those_of_the_cells_in_matrix_order() -> None:
    assert ids(small()) == ("cp312-linux_x86_64", "cp313-linux_x86_64", "cp314t-linux_x86_64")


def test_the_json_keeps_its_keys_within_a_schema_number() -> None:
    found = json.loads(json.dumps(as_json(small())))

    assert {key: sorted(found[key][0]) for key in ("cells", "wheels", "builds", "steps")} == {
        "cells": ["arch", "free_threaded", "id", "implementation", "installed", "interpreter", "os", "python",
                  "target", "triple", "wheel"],
        "wheels": ["builds", "cells", "extension", "id", "programs", "stem"],
        "builds": ["abi", "argv", "before", "cells", "config", "config_path", "directory", "environment", "id",
                   "linked_by", "linker", "more", "name", "starts_from", "target"],
        "steps": ["after", "holds", "id", "kind", "needs", "once", "subject"],
    }  # fmt: skip
    assert (found["schema"], found["cells"][0]["id"]) == (1, "cp312-linux_x86_64")


def test_every_cell_names_a_wheel_and_every_wheel_its_builds() -> None:
    found = json.loads(json.dumps(as_json(planned())))

    wheels = {wheel["id"]: wheel for wheel in found["wheels"]}
    builds = {build["id"] for build in found["builds"]}
    assert all(cell["wheel"] in wheels for cell in found["cells"])
    assert all(set(wheel["builds"]) <= builds for wheel in wheels.values())


def test_cells_left_out_are_folded_unless_explained() -> None:
    made = planned(what=project(requires_python=">=3.8", pyo3=binding(cpython=((3, 9), (3, 12)))))
    folded, explained = text(made), text(made, explain=True)

    assert "left out:" in folded
    for left in made.left:
        assert f"  {left.cell}: {left.reason}" in explained


def test_each_call_of_cargo_is_shown_for_programs_that_have_their_own() -> None:
    explained = text(plans()["programs"], explain=True)

    assert "Sample.Project 1.0 (bin): 2 cells" in explained
    assert "any Python 3" in explained
    assert "run: cargo rustc --bin a " in explained
    assert "then: cargo rustc --bin b " in explained
