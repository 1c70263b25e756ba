"""How tests are run: where, with what installed, by which commands."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from pythons import TABLES, installed, runner, wheel

from wheelmatrix.errors import ConfigError
from wheelmatrix.model.verified import Lacking
from wheelmatrix.options import BuildOptions
from wheelmatrix.verify.testing import Trial, requirements, trial, trial_pythons

CP311, CP312 = runner(installed((3, 11))), runner(installed((3, 12)))
ARM = runner(installed((3, 11), platform="linux-aarch64"), label="arm", is_native=False)
ABI3 = wheel("cp39-abi3-manylinux_2_17_x86_64")
GROUPS = {"test": ["pytest>=8", {"include-group": "base"}], "base": ["hypothesis"], "bad": "pytest"}


def options(**changed: Any) -> BuildOptions:
    return BuildOptions(**{"test_command": ("pytest",), **changed})


def trial_of(*, is_windows: bool = False, **changed: Any) -> Trial:
    return trial(
        CP312,
        PurePosixPath("/out/demo.whl"),
        options(**changed),
        ("pytest",),
        scratch=PurePosixPath("/t"),
        project=PurePosixPath("/p q"),
        path="/usr/bin",
        variables={"OWN": "1"},
        is_windows=is_windows,
    )


def test_without_a_command_nothing_is_tested() -> None:
    found = trial_pythons(ABI3, (CP311,), options(test_command=()), TABLES)

    assert isinstance(found, Lacking)
    assert "test-command" in found.hint


def test_tests_run_in_pythons_of_this_machine() -> None:
    assert trial_pythons(ABI3, (CP311, CP312, ARM), options(), TABLES) == (CP311, CP312)
    assert isinstance(trial_pythons(wheel("cp311-cp311-linux_aarch64"), (ARM,), options(), TABLES), Lacking)


def test_test_skip_names_the_cells_that_are_not_tested() -> None:
    assert trial_pythons(ABI3, (CP311, CP312), options(test_skip=("cp311-*",)), TABLES) == (CP312,)
    assert trial_pythons(ABI3, (CP311,), options(test_skip=("*-manylinux_x86_64",)), TABLES) == Lacking(
        message="test-skip names it"
    )


def test_requirements_are_those_given_and_those_of_the_groups() -> None:
    found = requirements(options(test_requires=("tox",), test_groups=("test",)), GROUPS)

    assert found == ("tox", "pytest>=8", "hypothesis")
    assert requirements(options(), GROUPS) == ()


@pytest.mark.parametrize(("group", "said"), [("tset", "tset"), ("bad", "bad")])
def test_a_group_that_cannot_be_is_an_error_that_names_the_others(group: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        requirements(options(test_groups=(group,)), GROUPS)

    assert said in str(caught.value)
    assert "groups of the project: bad, base, test" in str(caught.value)


def test_a_project_without_groups_is_told_so() -> None:
    with pytest.raises(ConfigError, match=r"no \[dependency-groups\]"):
        requirements(options(test_groups=("test",)), {})


def test_the_wheel_is_installed_in_a_fresh_environment_with_what_it_needs() -> None:
    found = trial_of()

    assert found.environment.argv == ("/opt/cpython312/bin/python", "-m", "venv", "/t/venv")
    assert found.install.argv[:4] == ("/t/venv/bin/python", "-m", "pip", "install")
    assert found.install.argv[-2:] == ("/out/demo.whl", "pytest")
    assert "PYTHONPATH" in found.install.without


def test_commands_run_outside_of_the_project_with_the_environment_first_on_the_path() -> None:
    (found,) = trial_of().tests

    assert found.argv == ("sh", "-c", "pytest")
    assert found.directory == PurePosixPath("/t/work")
    assert found.environment == {"VIRTUAL_ENV": "/t/venv", "PATH": "/t/venv/bin:/usr/bin", "OWN": "1"}


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    line = "{python} -m pytest '{project}/tests' {package} --wheel={wheel} ${HOME} {a,b}"

    (found,) = trial_of(test_command=(line,)).tests

    assert found.argv[-1] == (
        "/t/venv/bin/python -m pytest '/p q/tests' /p q --wheel=/out/demo.whl ${HOME} {a,b}"
    )  # fmt: skip


def test_each_line_is_a_command() -> None:
    assert [each.argv[-1] for each in trial_of(test_command=("a", "b")).tests] == ["a", "b"]


def test_windows_has_other_names() -> None:
    found = trial_of(is_windows=True)

    assert found.install.argv[0] == "/t/venv/Scripts/python.exe"
    assert found.tests[0].argv[:2] == ("cmd", "/c")
    assert found.tests[0].environment["PATH"] == "/t/venv/Scripts;/usr/bin"
