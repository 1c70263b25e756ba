import json
from dataclasses import replace

import pytest
from tests.plan.gathered import LINUX, MUSL, cargo_metadata, gathered, installed, planned, project
from tests.plan.golden import FOLDER, plans, text

from wheelmatrix.errors import ConfigError, NothingToBuild
from wheelmatrix.options import BuildOptions

NAMED = BuildOptions(interpreters=("3.12",))
GOLDEN = plans()


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_plan_is_as_expected(name: str) -> None:
    expected = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

    assert json.loads(text(GOLDEN[name])) == expected


def test_every_expected_plan_is_still_made() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == GOLDEN.keys()


def test_the_same_input_gives_the_same_plan() -> None:
    assert planned() == planned()


def test_every_cell_has_one_wheel_and_every_wheel_its_builds() -> None:
    made = planned(machine=gathered(cargo_metadata=cargo_metadata(["abi3-py310"])))

    assert sorted(cell for wheel in made.wheels for cell in wheel.cells) == sorted(cell.id for cell in made.cells)
    assert {build for wheel in made.wheels for build in wheel.builds} == {build.id for build in made.builds}


def test_a_target_is_the_hosts_if_none_is_named() -> None:
    made = planned(NAMED)

    assert [cell.id for cell in made.cells] == ["cp312-linux_x86_64"]
    assert made.cells[0].target.floor is None


def test_a_target_may_have_a_floor() -> None:
    made = planned(replace(NAMED, targets=(f"{LINUX}.2.17",)))

    assert [cell.id for cell in made.cells] == ["cp312-manylinux_2_17_x86_64"]
    assert [build.name for build in made.builds] == ["cp312-manylinux_2_17_x86_64"]
    assert made.expectations[made.builds[0].id].ceiling == ("manylinux", (2, 17))


def test_several_floors_are_several_cells() -> None:
    made = planned(replace(NAMED, targets=(f"{LINUX}.2.17", f"{LINUX}.2.28")))

    assert [cell.id for cell in made.cells] == [
        "cp312-manylinux_2_17_x86_64",
        "cp312-manylinux_2_28_x86_64",
    ]


def test_a_target_that_is_named_twice_counts_once() -> None:
    made = planned(replace(NAMED, targets=(f"{LINUX}.2.17", f"{LINUX}.2.17", f"{LINUX}.2.017")))

    assert len(made.cells) == len(made.wheels) == 1


def test_a_foreign_target_is_refused_with_a_clear_word() -> None:
    with pytest.raises(ConfigError, match="builds for its host alone") as caught:
        planned(replace(NAMED, targets=(LINUX, "aarch64-apple-darwin", MUSL)))

    assert "aarch64-apple-darwin, x86_64-unknown-linux-musl" in caught.value.issues[0].message
    assert caught.value.issues[0].where == "--target"


def test_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="not known") as caught:
        planned(replace(NAMED, targets=("x86_64-unknow-linux-gnu",)))

    assert LINUX in caught.value.issues[0].hint


@pytest.mark.parametrize("triple", ["x86_64-alpine-linux-musl", "x86_64-void-linux-musl"])
def test_a_distributions_own_triple_is_a_host_like_any_other(triple: str) -> None:
    made = planned(NAMED, gathered(triple=triple))

    assert made.builds[0].command.argv[made.builds[0].command.argv.index("--target") + 1] == triple


def test_an_index_that_takes_no_wheels_of_a_target_is_said_before_it_is_built() -> None:
    options = replace(NAMED, compatibility=("pypi",))

    with pytest.raises(ConfigError, match="PyPI takes no wheels for mips64el-unknown-linux-gnuabi64"):
        planned(options, gathered(triple="mips64el-unknown-linux-gnuabi64"))
    assert planned(options).cells


def test_found_pythons_below_the_abi3_minimum_leave_nothing_to_build() -> None:
    machine = gathered(cargo_metadata=cargo_metadata(["abi3-py312"]), installed=(installed("cp311"),))

    with pytest.raises(NothingToBuild) as caught:
        planned(BuildOptions(find_interpreter=True), machine)

    assert "the crate's abi3 feature begins at Python 3.12" in caught.value.issues[0].hint


def test_an_empty_selection_says_every_reason_once() -> None:
    with pytest.raises(NothingToBuild) as caught:
        planned(BuildOptions(all_interpreters=True, skip=("*",)))

    lines = caught.value.issues[0].hint.splitlines()
    assert lines[-1].endswith("cp315t-linux_x86_64: a skip pattern names it")
    assert len({line.rpartition(": ")[2] for line in lines}) == len(lines)


def test_warnings_of_the_project_are_kept() -> None:
    what = replace(project(), warnings=("the readme is missing",))

    made = planned(BuildOptions(all_interpreters=True, skip=("cp27-*",)), what=what)

    assert made.warnings == ("the readme is missing", "the skip pattern 'cp27-*' matches no cell")
