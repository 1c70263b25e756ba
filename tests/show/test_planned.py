import json
import re

from tests.plan.gathered import binding, gathered, installed, planned, project
from tests.show.screens import is_as_expected

from wheelmatrix.model import Plan
from wheelmatrix.options import BuildOptions
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


def test_ids_are_those_of_the_cells_in_matrix_order() -> None:
    assert ids(small()) == ("cp312-linux_x86_64", "cp313-linux_x86_64", "cp314t-linux_x86_64")


def test_the_json_keeps_its_keys_within_a_schema_number() -> None:
    found = json.loads(json.dumps(as_json(small())))

    assert {key: sorted(found[key][0]) for key in ("cells", "wheels", "builds", "steps")} == {
        "cells": ["arch", "free_threaded", "id", "implementation", "installed", "interpreter", "os", "python",
                  "target", "triple", "wheel"],
        "wheels": ["builds", "cells", "extension", "id", "stem"],
        "builds": ["abi", "argv", "before", "cells", "config", "config_path", "directory", "environment", "id",
                   "linker", "name", "starts_from", "target"],
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
