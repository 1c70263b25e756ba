from dataclasses import replace
from datetime import date
from pathlib import PurePath

import pytest
from tests.plan.gathered import LINUX, TABLES, binding, gathered, installed, project, target

from wheelmatrix.errors import ConfigError, NothingToBuild
from wheelmatrix.model import Gathered, Project
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.select import Selection, is_spec, means, select

ALL = BuildOptions(all_interpreters=True)
OLD = binding((0, 23, 5), cpython=((3, 7), (3, 13)), pypy=((3, 9), (3, 11)), free_threaded_since=(3, 13))


def selected(
    options: BuildOptions = ALL, machine: Gathered | None = None, what: Project | None = None, triple: str = LINUX
) -> Selection:
    return select(options, TABLES, machine or gathered(), what or project(), (target(triple),))


def names(selection: Selection) -> list[str]:
    return [cell.interpreter.id for cell in selection.cells]


def why(selection: Selection) -> dict[str, tuple[str, str]]:
    return {each.cell: (each.reason, each.hint) for each in selection.left}


def test_all_interpreters_are_the_final_cpythons_that_the_project_admits() -> None:
    found = selected()

    assert names(found) == ["cp39", "cp310", "cp311", "cp312", "cp313", "cp314", "cp314t", "cp315", "cp315t"]
    assert why(found)["cp38"][0] == "the project requires Python >=3.9"


def test_none_of_them_has_to_be_installed() -> None:
    assert {cell.installed for cell in selected().cells} == {None}


@pytest.mark.parametrize(
    ("requires", "first", "last"),
    [
        (">=3.12", "cp312", "cp315t"),
        (">=3.8.1", "cp38", "cp315t"),
        (">=3.10,<3.13", "cp310", "cp312"),
        ("~=3.11", "cp311", "cp315t"),
        ("==3.13.*", "cp313", "cp313"),
    ],
)
def test_requires_python_bounds_the_matrix(requires: str, first: str, last: str) -> None:
    found = names(selected(what=project(requires)))

    assert (found[0], found[-1]) == (first, last)


def test_the_range_of_pyo3_bounds_the_matrix_too() -> None:
    found = selected(what=project(">=3.8", pyo3=OLD))

    assert names(found) == ["cp38", "cp39", "cp310", "cp311", "cp312", "cp313"]
    assert why(found)["cp314"][0] == "pyo3 0.23.5 supports cpython 3.7 to 3.13"


def test_a_python_that_a_pyo3_does_not_refuse_is_left_out_and_can_be_named() -> None:
    oldest = project(pyo3=binding((0, 16, 6), cpython=((3, 7), (3, 10)), pypy=None, free_threaded_since=None))

    found, named = selected(what=oldest), selected(BuildOptions(interpreters=("3.12",)), what=oldest)

    assert names(found) == ["cp39", "cp310"]
    assert why(found)["cp312"] == ("pyo3 0.16.6 supports cpython 3.7 to 3.10", "-i 3.12")
    assert names(named) == ["cp312"]
    assert "whether they work is not known" in named.warnings[0]


def test_an_old_row_goes_where_there_is_no_requires_python() -> None:
    found = selected(what=project(""))

    assert names(found)[0] == "cp311"
    assert why(found)["cp310"] == (
        "its end of life was 2026-10-31, and there is no requires-python; it is built when it is named",
        "-i 3.10",
    )


def test_the_last_day_of_a_row_still_counts() -> None:
    machine = gathered(today=date(2026, 10, 31))

    assert names(selected(machine=machine, what=project("")))[0] == "cp310"


def test_an_old_row_is_built_when_it_is_named() -> None:
    options = BuildOptions(interpreters=("3.8", "3.9"))

    assert names(selected(options, what=project(""))) == ["cp38", "cp39"]


def test_free_threaded_313_is_built_only_when_it_is_named() -> None:
    what = project(pyo3=OLD)

    offered, named = selected(what=what), selected(BuildOptions(interpreters=("3.13t",)), what=what)

    assert why(offered)["cp313t"] == ("it is built only when it is named", "-i 3.13t")
    assert names(named) == ["cp313t"]


def test_free_threaded_pythons_go_where_pyo3_does_not_know_them() -> None:
    what = project(pyo3=replace(binding(), free_threaded_since=None))

    found = selected(what=what)

    assert not [name for name in names(found) if name.endswith("t")]
    assert why(found)["cp314t"][0] == "pyo3 0.29.0 does not support free-threaded Python"


@pytest.mark.parametrize(
    ("group", "more"),
    [
        ("pypy", ["pp311_pp73", "pp311_pp80"]),
        ("graalpy", ["gp312_250", "gp313_253"]),
    ],
)
def test_a_group_adds_its_rows(group: str, more: list[str]) -> None:
    found = selected(replace(ALL, enable=(group,)))

    assert names(found) == [*names(selected()), *more]


def test_prereleases_need_their_group_and_a_pyo3_that_knows_them() -> None:
    what = project(pyo3=binding(cpython=((3, 8), (3, 16))))

    off, on = selected(what=what), selected(replace(ALL, enable=("cpython-prerelease",)), what=what)

    assert why(off)["cp316"] == ("the group cpython-prerelease is not enabled", "--enable cpython-prerelease")
    assert names(on)[-2:] == ["cp316", "cp316t"]


@pytest.mark.parametrize("requires", ["", ">=3.9"])
def test_the_group_of_old_pypys_is_no_matter_of_age(requires: str) -> None:
    found = selected(replace(ALL, enable=("pypy-eol",)), what=project(requires, pyo3=OLD))

    assert names(found)[-2:] == ["pp39_pp73", "pp310_pp73"]


def test_a_group_that_is_off_says_how_to_turn_it_on() -> None:
    assert why(selected())["pp311_pp80"] == ("the group pypy is not enabled", "--enable pypy")


def test_a_group_that_would_not_help_is_not_proposed() -> None:
    found = why(selected())

    assert found["pp310_pp73"] == ("pyo3 0.29.0 supports pypy 3.11 to 3.11", "")


@pytest.mark.parametrize(
    ("spec", "ids"),
    [
        ("3.12", ["cp312"]),
        ("312", ["cp312"]),
        ("python3.12", ["cp312"]),
        ("cp312", ["cp312"]),
        ("cpython3.12", ["cp312"]),
        ("3.14t", ["cp314t"]),
        ("cp314t", ["cp314t"]),
        ("pypy3.11", ["pp311_pp73", "pp311_pp80"]),
        ("pp311", ["pp311_pp73", "pp311_pp80"]),
        ("pp311_pp80", ["pp311_pp80"]),
        ("graalpy3.12", ["gp312_250"]),
    ],
)
def test_an_interpreter_has_many_names(spec: str, ids: list[str]) -> None:
    assert is_spec(spec)
    assert names(selected(BuildOptions(interpreters=(spec,)))) == ids


def test_named_interpreters_come_in_matrix_order_and_once() -> None:
    options = BuildOptions(interpreters=("3.13", "python3.13", "pypy3.11", "3.10"))

    assert names(selected(options)) == ["cp310", "cp313", "pp311_pp73", "pp311_pp80"]


def test_a_path_names_the_python_behind_it() -> None:
    here = installed("cp311", executable=PurePath("/opt/bin/python"))
    machine = gathered(asked={"/opt/bin/python": here})

    found = selected(BuildOptions(interpreters=("/opt/bin/python",)), machine)

    assert names(found) == ["cp311"]
    assert found.cells[0].installed is here


@pytest.mark.parametrize("text", ["python", "python3", "./python3.12", "/usr/bin/python3.12", "3", "three", ""])
def test_a_path_or_program_is_no_version(text: str) -> None:
    assert not is_spec(text)


@pytest.mark.parametrize(
    ("spec", "meant"),
    [("3.12", True), ("python3.12", True), ("cp312", True), ("3.12t", False), ("3.1", False), ("pypy3.12", False),
     ("./python3.12", False)],
)  # fmt: skip
def test_a_version_means_the_pythons_of_it(spec: str, meant: bool) -> None:
    assert means(spec, installed("cp312")) is meant


def test_an_interpreter_that_cannot_exist_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"there is no 3\.99") as caught:
        selected(BuildOptions(interpreters=("3.99",)))

    assert "3.8, 3.9, 3.10" in caught.value.issues[0].hint
    assert "3.14t" in caught.value.issues[0].hint


def test_all_wrong_interpreters_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        selected(BuildOptions(interpreters=("3.99", "3.12", "no/such/python", "3.8")))

    assert [issue.message for issue in caught.value.issues] == [
        "there is no 3.99",
        "'no/such/python' is neither a Python version nor a program that was found",
        "3.8: the project requires Python >=3.9",
    ]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("3.13t", "supports free-threaded Python from 3.14 on"),
        ("3.16", "pyo3 0.29.0 supports cpython 3.8 to 3.15"),
        ("pypy3.10", "pyo3 0.29.0 supports pypy 3.11 to 3.11"),
    ],
)
def test_an_interpreter_that_is_excluded_is_an_error(spec: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        selected(BuildOptions(interpreters=(spec,)))

    assert caught.value.issues[0].hint == "the project admits CPython 3.8 to 3.15, requires-python >=3.9"


def test_without_a_wish_the_active_python_is_built_for() -> None:
    found = selected(BuildOptions(), gathered(active=installed("cp312")))

    assert names(found) == ["cp312"]


def test_without_a_wish_and_a_python_the_hint_names_both_ways() -> None:
    with pytest.raises(ConfigError, match="no Python here") as caught:
        selected(BuildOptions())

    assert "-i 3.12" in caught.value.issues[0].hint
    assert "--all-interpreters" in caught.value.issues[0].hint


def test_an_active_python_that_is_excluded_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"the project requires Python >=3\.9"):
        selected(BuildOptions(), gathered(active=installed("cp38")))


def test_found_pythons_are_all_of_this_machine_that_the_project_admits() -> None:
    here = tuple(map(installed, ("cp38", "cp310", "cp312", "pp311_pp73")))

    found = selected(BuildOptions(find_interpreter=True), gathered(installed=here))

    assert names(found) == ["cp310", "cp312", "pp311_pp73"]
    assert [cell.installed for cell in found.cells] == list(here[1:])
    assert "cp38" in why(found)


def test_a_debug_python_serves_no_cell() -> None:
    machine = gathered(installed=(installed("cp312", debug=True),))

    with pytest.raises(NothingToBuild):
        selected(BuildOptions(find_interpreter=True), machine)


def test_the_active_python_is_preferred_to_one_that_was_found() -> None:
    active, other = installed("cp312", source="active environment"), installed("cp312")

    found = selected(ALL, gathered(active=active, installed=(other,)))

    assert {cell.interpreter.id: cell.installed for cell in found.cells}["cp312"] is active


def test_build_patterns_pick_and_skip_wins() -> None:
    options = replace(ALL, build=("cp31{1..3}-*",), skip=("cp312-*",))

    found = selected(options)

    assert names(found) == ["cp311", "cp313"]
    assert why(found)["cp312-linux_x86_64"][0] == "a skip pattern names it"
    assert why(found)["cp310-linux_x86_64"][0] == "no build pattern names it"


def test_build_patterns_alone_pick_from_the_whole_matrix() -> None:
    assert names(selected(BuildOptions(build=("cp312-manylinux_x86_64 cp313-*",)))) == ["cp312", "cp313"]


def test_patterns_narrow_named_interpreters_too() -> None:
    options = BuildOptions(interpreters=("3.11", "3.12"), skip=("cp311-*",))

    assert names(selected(options)) == ["cp312"]


def test_build_patterns_that_match_nothing_are_errors_all_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        selected(replace(ALL, build=("cp39x-*", "cp312-*", "*-win_amd64")))

    assert [issue.message for issue in caught.value.issues] == [
        "the build pattern 'cp39x-*' matches no cell",
        "the build pattern '*-win_amd64' matches no cell",
    ]
    assert "cp38-linux_x86_64" in caught.value.issues[0].hint


def test_a_build_pattern_for_a_group_that_is_off_names_the_group() -> None:
    with pytest.raises(ConfigError, match="the group pypy is not enabled") as caught:
        selected(BuildOptions(build=("pp*",)))

    assert caught.value.issues[0].hint == "--enable pypy"


def test_a_build_pattern_for_what_is_excluded_says_why() -> None:
    with pytest.raises(ConfigError, match=r"cp38: the project requires Python >=3\.9"):
        selected(BuildOptions(build=("cp38-*",)))


def test_a_skip_pattern_that_matches_nothing_is_a_warning() -> None:
    found = selected(replace(ALL, skip=("cp27-*", "pp*")))

    assert found.warnings == ("the skip pattern 'cp27-*' matches no cell",)


def test_nothing_left_is_said_with_the_reasons() -> None:
    with pytest.raises(NothingToBuild) as caught:
        selected(replace(ALL, skip=("*",)))

    assert "a skip pattern names it" in caught.value.issues[0].hint


def test_a_python_that_was_never_made_for_the_target_is_left_out() -> None:
    found = selected(replace(ALL, enable=("pypy",)), triple="riscv64gc-unknown-linux-gnu")

    assert names(found) == names(selected())
    assert why(found)["pp311_pp73-linux_riscv64"][0] == "PyPy was never built for riscv64gc-unknown-linux-gnu"


def test_a_python_that_was_never_made_for_the_target_is_an_error_when_named() -> None:
    with pytest.raises(ConfigError, match="PyPy was never built for") as caught:
        selected(BuildOptions(interpreters=("pypy3.11",)), triple="riscv64gc-unknown-linux-gnu")

    assert len(caught.value.issues) == 2


def test_cells_come_by_target_then_by_interpreter() -> None:
    options = BuildOptions(interpreters=("3.11", "3.12"))

    found = select(options, TABLES, gathered(), project(), (target(floor=(2, 28)), target(floor=(2, 17))))

    assert [cell.id for cell in found.cells] == [
        "cp311-manylinux_2_28_x86_64",
        "cp312-manylinux_2_28_x86_64",
        "cp311-manylinux_2_17_x86_64",
        "cp312-manylinux_2_17_x86_64",
    ]


def test_a_named_python_that_a_target_never_had_may_be_left_out_for_it() -> None:
    def select_for(**patterns: tuple[str, ...]) -> Selection:
        options = BuildOptions(interpreters=("3.12", "pp311_pp80"), **patterns)
        return select(options, TABLES, gathered(), project(), (target(), target("armv7-unknown-linux-gnueabihf")))

    with pytest.raises(ConfigError, match="PyPy was never built for armv7-unknown-linux-gnueabihf"):
        select_for()
    wanted = ["cp312-linux_x86_64", "pp311_pp80-linux_x86_64", "cp312-linux_armv7l"]
    assert [cell.id for cell in select_for(skip=("pp*-*armv7l",)).cells] == wanted
    assert [cell.id for cell in select_for(build=tuple(wanted)).cells] == wanted
