import json
from dataclasses import replace

import pytest
from tests.plan.gathered import LINUX, MUSL, TABLES, cargo_metadata, gathered, installed, planned, project
from tests.plan.golden import FOLDER, plans, text

from wheelmatrix.errors import ConfigError, NothingToBuild, ToolMissing
from wheelmatrix.options import AskedTarget, BuildOptions
from wheelmatrix.plan import asked_targets

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


def test_a_foreign_target_is_refused_where_its_std_is_missing() -> None:
    with pytest.raises(ToolMissing) as caught:
        planned(replace(NAMED, targets=(LINUX, MUSL)), gathered(programs=("cargo-zigbuild", "zig")))

    (issue,) = caught.value.issues
    assert issue.message == f"rustc 1.95.0 has no std for {MUSL}"
    assert issue.hint == f"rustup target add {MUSL}"


def test_a_foreign_target_is_refused_where_nobody_links() -> None:
    with pytest.raises(ToolMissing, match="cargo-zigbuild and zig not found") as caught:
        planned(replace(NAMED, targets=(LINUX, MUSL)), gathered(stds=(MUSL,)))

    assert "wheelmatrix[zig]" in caught.value.issues[0].hint


def test_a_foreign_target_is_built_where_both_are_here() -> None:
    here = installed("cp312")
    machine = gathered(stds=(MUSL,), programs=("cargo-zigbuild", "zig"), installed=(here,))

    made = planned(replace(NAMED, targets=(LINUX, MUSL)), machine)

    assert [cell.id for cell in made.cells] == ["cp312-linux_x86_64", "cp312-musllinux_x86_64"]
    # a Python of this machine does not import what is built for another
    assert [cell.installed for cell in made.cells] == [here, None]


def test_every_unknown_target_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        planned(replace(NAMED, targets=("win64", LINUX, f"{LINUX}.2.5", "x86_64-pc-windows-gnu.1.0")))

    assert len(caught.value.issues) == 3


def test_a_platform_tag_of_windows_is_what_the_host_links() -> None:
    asked = BuildOptions(targets=("win_amd64", "win32"))

    found = {system: [str(each) for each in asked_targets(asked, TABLES, system)] for system in ("linux", "windows")}

    assert found == {
        "linux": ["x86_64-pc-windows-gnu", "i686-pc-windows-gnu"],
        "windows": ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc"],
    }


def test_what_was_said_of_a_target_is_kept() -> None:
    own = AskedTarget(target="manylinux_2_17_x86_64", values={"linker": "zig"})

    found = asked_targets(BuildOptions(targets=(own, MUSL)), TABLES, "linux")

    assert {str(target): said for target, said in found.items()} == {f"{LINUX}.2.17": own, MUSL: MUSL}


@pytest.mark.parametrize("again", [f"{LINUX}.2.17", "manylinux2014_x86_64"])
def test_a_target_named_twice_with_other_options_is_an_error(again: str) -> None:
    own = AskedTarget(target="manylinux_2_17_x86_64", values={"linker": "zig"})

    with pytest.raises(ConfigError, match="named twice") as caught:
        asked_targets(BuildOptions(targets=(own, again)), TABLES, "linux")

    assert caught.value.issues[0].where == f"target {LINUX}.2.17"


def test_a_target_named_twice_with_the_same_options_counts_once() -> None:
    said = ("manylinux_2_17_x86_64", AskedTarget(target=f"{LINUX}.2.17", values={}), "manylinux2014_x86_64")

    assert len(asked_targets(BuildOptions(targets=said), TABLES, "linux")) == 1


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
