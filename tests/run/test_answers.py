"""What is kept of an answer, and what is not: an answer that may not hold later."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.run.answered import SETTINGS, Answered, age

from wheelmatrix.backend.anew import editable_anew, metadata_anew, wheel_anew
from wheelmatrix.run import again, answers

pytestmark = pytest.mark.slow


@pytest.fixture
def answered(crate: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Answered:
    folder = crate("tiny-mixed")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.setattr(again, "PASSING", again.PASSING | {"PYTEST_CURRENT_TEST"})
    return Answered(folder)


def is_kept(answered: Answered) -> bool:
    return any((answered.folder / "target/wheelmatrix").glob("hooks/*"))


def test_the_first_installation_answers_the_second(answered: Answered) -> None:
    assert not is_kept(answered)

    name = answered.answer()

    assert answered.metadata() == "tiny_mixed-0.1.0.dist-info"
    assert answered.wheel() == name


def test_metadata_alone_is_kept_where_there_are_builds_and_no_wheel_comes_of_it(answered: Answered) -> None:
    metadata_anew(str(answered.prepared), SETTINGS)
    assert not is_kept(answered)

    (answered.folder / "target/wheelmatrix").mkdir(parents=True)
    age(answered.folder.parent)
    metadata_anew(str(answered.prepared), SETTINGS)

    assert answered.metadata() is not None
    assert answered.wheel() is None


@pytest.mark.parametrize(
    ("name", "kept"), [("pyproject.toml", (False, False)), ("python/tiny_mixed/__init__.py", (True, False))]
)
def test_what_changed_while_it_was_read_may_have_been_read_as_it_was(
    answered: Answered, name: str, kept: tuple[bool, bool]
) -> None:
    later_ns = time.time_ns() + 60_000_000_000
    os.utime(answered.folder / name, ns=(later_ns, later_ns))

    answered.answer()

    assert (answered.metadata() is not None, answered.wheel() is not None) == kept


def test_a_wheel_with_metadata_of_the_frontends_own_is_not_kept(answered: Answered) -> None:
    name = metadata_anew(str(answered.prepared), SETTINGS)
    (answered.prepared / name / "note.txt").write_text("mine")

    wheel_anew(str(answered.out), SETTINGS, str(answered.prepared / name))

    assert not is_kept(answered)


def test_an_editable_wheel_is_not_kept(answered: Answered) -> None:
    editable_anew(str(answered.out), SETTINGS, None)

    assert not is_kept(answered)


@pytest.mark.parametrize(
    "variables",
    [{"PYO3_CONFIG_FILE": "{folder}/pyo3.txt"}, {"CARGO_BUILD_TARGET": "{host}"}],
)
def test_where_more_than_files_and_cargo_has_a_say_nothing_is_kept(
    answered: Answered, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    (answered.folder / "pyo3.txt").write_text(f"implementation=CPython\nversion={version}\n")
    age(answered.folder)
    said = subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout
    host = said.partition("host: ")[2].split()[0]
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(folder=answered.folder, host=host))

    answered.answer()

    assert not is_kept(answered)


def test_a_variable_that_a_build_script_watches_counts_whatever_it_is(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = "".join(f'println!("cargo:rerun-if-env-changed={name}");' for name in ("PATH", "PYO3_PYTHON", "HOME"))
    (answered.folder / "build.rs").write_text(f"fn main() {{ {watched} }}")
    age(answered.folder)
    name = answered.answer()
    assert answered.wheel() == name

    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/another/python")
        assert answered.metadata() is not None
        assert answered.wheel() is None
    monkeypatch.setenv("PATH", os.pathsep.join([os.environ["PATH"], "/nowhere"]))
    assert answered.metadata() is not None
    assert answered.wheel() is None


def test_a_target_directory_that_only_a_setting_names_would_not_be_found_again(answered: Answered) -> None:
    settings = {"build-args": "--profile dev --target-dir own"}

    wheel_anew(str(answered.out), settings, None)

    assert (answered.folder / "own/wheelmatrix/builds").is_dir()
    assert not (answered.folder / "own/wheelmatrix/hooks").exists()


def test_a_command_that_runs_before_each_build_is_run_each_time(answered: Answered) -> None:
    with (answered.folder / "pyproject.toml").open("a") as file:
        file.write('\n[tool.wheelmatrix]\nbefore-build = "echo x >> ../ran.txt"\n')
    age(answered.folder)

    answered.answer()

    assert answered.metadata() is not None
    assert answered.wheel() is None
    assert (answered.folder.parent / "ran.txt").read_text() == "x\n"


def test_a_warning_is_heard_again(answered: Answered, capfd: pytest.CaptureFixture[str]) -> None:
    path = answered.folder / "pyproject.toml"
    path.write_text(path.read_text().replace("[project]\n", "[project]\nunknown = 1\n"))
    age(answered.folder)
    name = answered.answer()
    warning = "warning: unknown key 'unknown' in [project] is ignored"
    assert warning in capfd.readouterr().err

    assert answered.wheel() == name

    assert capfd.readouterr().err == f"{warning}\n{name} is as it was: nothing has changed\n"


def test_who_wants_it_quiet_hears_nothing(answered: Answered, capfd: pytest.CaptureFixture[str]) -> None:
    settings = {"build-args": "--profile dev --quiet"}
    wheel_anew(str(answered.out), settings, None)
    capfd.readouterr()

    assert answered.wheel(settings) is not None

    assert capfd.readouterr() == ("", "")


def test_where_nothing_can_be_written_the_wheel_is_made_all_the_same(answered: Answered) -> None:
    (answered.folder / "target/wheelmatrix").mkdir(parents=True)
    (answered.folder / "target/wheelmatrix/hooks").write_text("a file is in the way")

    name = answered.answer()

    assert (answered.out / name).is_file()
    assert answered.wheel() is None


def test_of_a_checkout_its_own_modules_count() -> None:
    modules = set(answers._modules())

    assert answers.__file__ in modules
    assert any(path.endswith("targets.toml") for path in modules)
