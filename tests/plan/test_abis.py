from collections.abc import Iterable
from typing import Any

import pytest
from tests.plan.gathered import (
    LINUX,
    TABLES,
    binding,
    cargo_metadata,
    gathered,
    planned,
    project,
    reasons,
    row,
    stems,
    target,
)

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Cell, Left, Project
from wheelmatrix.options import BuildOptions, Feature, Override
from wheelmatrix.plan.abis import Bound, bind, cpython_row
from wheelmatrix.plan.tags import cell_id

ADMITTED = tuple(each for each in TABLES.interpreters if each.version >= (3, 9))


def bound(
    interpreter: str,
    features: Iterable[str] = (),
    options: BuildOptions | None = None,
    metadata: dict[str, Any] | None = None,
    what: Project | None = None,
) -> Bound | Left:
    """Bind one cell of a crate that turns `features` of pyo3 on."""
    one, where = row(interpreter), target(LINUX)
    cell = Cell(id=cell_id(one, where), interpreter=one, target=where, installed=None)
    machine = gathered(cargo_metadata=metadata or cargo_metadata(features))
    return bind(cell, options or BuildOptions(), TABLES, machine, what or project(), ADMITTED)


def abi_of(interpreter: str, features: Iterable[str] = (), **more: Any) -> str:
    found = bound(interpreter, features, **more)
    assert isinstance(found, Bound)
    return found.abi.id


def test_without_a_stable_abi_each_cell_has_its_own() -> None:
    assert [abi_of(each) for each in ("cp312", "cp314t", "pp311_pp80")] == ["cp312", "cp314t", "pp311_pp80"]


def test_an_abi3_version_comes_from_the_feature() -> None:
    found = {abi_of(each, ["abi3-py310"]) for each in ("cp310", "cp312", "cp315")}

    assert found == {"abi3-cp310"}


def test_abi3_without_a_version_takes_the_lowest_python_that_the_project_admits() -> None:
    assert {abi_of(each, ["abi3"]) for each in ("cp39", "cp312", "cp315")} == {"abi3-cp39"}


def test_what_abi3_cannot_serve_has_an_abi_of_its_own() -> None:
    found = [abi_of(each, ["abi3-py39"]) for each in ("cp314t", "cp315t", "pp311_pp73", "gp312_250")]

    assert found == ["cp314t", "cp315t", "pp311_pp73", "gp312_250"]


def test_a_python_below_the_minimum_is_left_out_with_the_reason() -> None:
    found = bound("cp39", ["abi3-py310"])

    assert isinstance(found, Left)
    assert found.cell == "cp39-linux_x86_64"
    assert found.reason == "the crate's abi3 feature begins at Python 3.10"


def test_a_minimum_older_than_the_tables_still_names_the_tag() -> None:
    found = cpython_row(TABLES, (3, 7))

    assert (found.id, found.python_tag, found.version) == ("cp37", "cp37", (3, 7))


def test_with_both_stable_abis_each_python_has_the_best() -> None:
    features = ["abi3-py39", "abi3t-py315"]
    cells = ("cp39", "cp314", "cp314t", "cp315", "cp315t", "pp311_pp73")

    found = [abi_of(each, features) for each in cells]

    assert found == ["abi3-cp39", "abi3-cp39", "cp314t", "abi3t-cp315", "abi3t-cp315", "pp311_pp73"]


def test_abi3t_without_a_version_begins_where_the_abi_does() -> None:
    assert [abi_of(each, ["abi3t"]) for each in ("cp314", "cp315", "cp315t")] == ["cp314", "abi3t-cp315", "abi3t-cp315"]


def test_conditional_features_hold_for_the_pythons_that_they_name() -> None:
    options = BuildOptions(
        conditional_features=(
            Feature(feature="fast"),
            Feature(feature="stable", python_version=">=3.11", python_implementation="cpython"),
        )
    )
    metadata = cargo_metadata(features={"fast": [], "stable": ["pyo3/abi3-py311"]})

    found = {each: bound(each, options=options, metadata=metadata) for each in ("cp310", "cp311", "pp311_pp73")}

    assert {name: (each.abi.id, each.features) for name, each in found.items() if isinstance(each, Bound)} == {
        "cp310": ("cp310", ("fast",)),
        "cp311": ("abi3-cp311", ("fast", "stable")),
        "pp311_pp73": ("pp311_pp73", ("fast",)),
    }


def test_a_conditional_abi3_without_version_begins_where_its_condition_does() -> None:
    options = BuildOptions(conditional_features=(Feature(feature="pyo3/abi3", python_version=">=3.11"),))

    assert abi_of("cp313", options=options) == "abi3-cp311"
    assert abi_of("cp310", options=options) == "cp310"


def test_features_of_the_command_line_replace_the_conditional_ones() -> None:
    options = BuildOptions(features=("pyo3/abi3-py312",), conditional_features=(Feature(feature="pyo3/abi3-py310"),))

    assert abi_of("cp313", options=options) == "abi3-cp312"


def test_an_override_has_a_say_for_its_cells_alone() -> None:
    override = Override(select=("cp314-*",), values={"features": ("pyo3/abi3-py314",)}, inherit={})
    options = BuildOptions(overrides=(override,))

    assert [abi_of(each, options=options) for each in ("cp313", "cp314")] == ["cp313", "abi3-cp314"]


def test_default_features_count_until_they_are_turned_off() -> None:
    metadata = cargo_metadata(features={"default": ["pyo3/abi3-py39"]})

    assert abi_of("cp312", metadata=metadata) == "abi3-cp39"
    assert abi_of("cp312", metadata=metadata, options=BuildOptions(no_default_features=True)) == "cp312"


def test_one_abi3_wheel_serves_every_python_with_gil() -> None:
    made = planned(machine=gathered(cargo_metadata=cargo_metadata(["abi3-py310"])))

    assert stems(made) == ["cp310-abi3", "cp314-cp314t", "cp315-cp315t"]
    assert [len(wheel.cells) for wheel in made.wheels] == [6, 1, 1]
    assert reasons(made)["cp39-linux_x86_64"] == "the crate's abi3 feature begins at Python 3.10"


def test_the_tag_of_abi3_does_not_depend_on_the_selection() -> None:
    machine = gathered(cargo_metadata=cargo_metadata(["abi3"]))

    found = [planned(BuildOptions(interpreters=(each,)), machine) for each in ("3.9", "3.12", "3.15")]

    assert {tuple(stems(made)) for made in found} == {("cp39-abi3",)}
    assert len({build.id for made in found for build in made.builds}) == 1


def test_an_old_python_that_was_named_is_served_by_the_same_versionless_abi3() -> None:
    machine = gathered(cargo_metadata=cargo_metadata(["abi3"]))

    made = planned(BuildOptions(interpreters=("3.8", "3.12")), machine, project(""))

    assert stems(made) == ["cp38-abi3"]


def test_both_stable_wheels_come_from_one_run() -> None:
    made = planned(machine=gathered(cargo_metadata=cargo_metadata(["abi3-py39", "abi3t-py315"])))

    assert stems(made) == ["cp39-abi3", "cp314-cp314t", "cp315-abi3.abi3t"]
    assert [wheel.extension for wheel in made.wheels] == [
        "sample/sample.abi3.so",
        "sample/sample.cpython-314t-x86_64-linux-gnu.so",
        "sample/sample.abi3t.so",
    ]


def test_an_abi_below_the_minimum_is_an_error_when_it_was_named() -> None:

    machine = gathered(cargo_metadata=cargo_metadata(["abi3-py311"]))

    with pytest.raises(ConfigError) as caught:
        planned(BuildOptions(interpreters=("3.9", "3.10", "3.12")), machine)

    assert [issue.message.partition(":")[0] for issue in caught.value.issues] == [
        "cp39-linux_x86_64",
        "cp310-linux_x86_64",
    ]


def test_an_older_pyo3_is_served_as_well() -> None:
    older = binding((0, 19, 2), cpython=((3, 7), (3, 12)), free_threaded_since=None)

    made = planned(machine=gathered(cargo_metadata=cargo_metadata(["abi3-py38"])), what=project(pyo3=older))

    assert stems(made) == ["cp38-abi3"]
    assert [cell.interpreter.id for cell in made.cells][-2:] == ["cp314", "cp315"]
