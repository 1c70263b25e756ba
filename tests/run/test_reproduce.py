"""The second build, in this process: what it compares, what it tells, and what it leaves behind."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.run.recorded import build

from wheelmatrix.errors import VerifyError
from wheelmatrix.events import (
    Cloned,
    RunFinished,
    StepFinished,
    StepStarted,
    UnitFinished,
    UnitsCounted,
    UnitStarted,
    WheelWritten,
)
from wheelmatrix.run import reproduce

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(crate):
    """Give a crate with its dependencies in one workspace, as cargo needs it to be the same in two places."""

    def make(name: str) -> Path:
        folder = crate(name)
        (folder.parent / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = ["{name}"]\n')
        (folder / "Cargo.lock").unlink()
        return folder

    return make


def place(folder: Path) -> Path:
    return folder.parent / "target" / "wheelmatrix" / "second"


def test_two_pythons_are_built_twice_and_their_steps_are_told_once(workspace):
    folder = workspace("tiny")

    result, screen = build(folder, "3.11", "3.12", check_reproducible=True)

    assert (result.exit_code, len(result.wheels)) == (0, 2)
    assert len(screen.of(WheelWritten)) == 2
    assert len(screen.of(Cloned)) == 1
    assert [each.step for each in screen.of(StepStarted)][-1] == "reproduce"
    assert {each.state for each in screen.of(StepFinished)} == {"done"}
    assert not place(folder).exists()


def test_units_of_the_second_build_are_progress_of_the_step(workspace):
    _, screen = build(workspace("tiny"), "3.11", "3.12", check_reproducible=True)

    begun = [each.unit for each in screen.of(UnitStarted) if each.step == "reproduce"]
    ended = [each for each in screen.of(UnitFinished) if each.step == "reproduce"]
    totals = [each.total for each in screen.of(UnitsCounted) if each.step == "reproduce"]
    assert begun.count("tiny v0.1.0") == 2
    assert totals == sorted(totals)
    assert len(ended) == totals[-1]


def test_a_wheel_that_differs_fails_the_run_and_stays(workspace):
    folder = workspace("tiny-timestamp")

    result, screen = build(folder, check_reproducible=True)

    (error,) = result.failures
    assert isinstance(error, VerifyError)
    assert result.exit_code == 9
    (issue,) = error.issues
    assert issue.where == result.wheels[0].filename
    assert "differs in .rodata at offset 0x" in issue.message
    assert str(place(folder)) in issue.hint
    assert Path(str(result.wheels[0].path)).is_file()
    assert "all wheels are there" in screen.of(RunFinished)[0].advice


def test_what_was_kept_is_replaced_by_the_next_check(workspace):
    folder = workspace("tiny-timestamp")
    build(folder, check_reproducible=True)
    (place(folder) / "left").touch()

    build(folder, check_reproducible=True)

    assert place(folder).is_dir()
    assert not (place(folder) / "left").exists()


def test_a_run_with_a_failure_is_not_checked(crate):
    result, screen = build(crate("tiny-broken-on-312"), "3.11", "3.12", check_reproducible=True)

    ended = {each.step: each for each in screen.of(StepFinished)}
    assert result.exit_code == 5
    assert ended["reproduce"].state == "skipped"


def test_a_command_that_works_once_makes_the_second_build_fail(workspace, tmp_path):
    folder = workspace("tiny")

    result, _ = build(folder, check_reproducible=True, before_all=(f"mkdir '{tmp_path}/once'",))

    assert result.exit_code == 9
    assert "the second build failed: the command" in str(result.failures[0])
    assert str(result.journal.parent / "second") in result.failures[0].issues[0].hint


def test_a_wheel_of_another_name_or_none_is_an_issue_of_its_own(workspace, monkeypatch):
    found = {}

    def keep(written, rebuilt):
        found.update(written=written, rebuilt=rebuilt)
        return []

    monkeypatch.setattr(reproduce, "_differences", keep)
    build(workspace("tiny"), check_reproducible=True)
    monkeypatch.undo()
    ((name, wheel),) = found["written"].items()

    (missing,) = reproduce._differences(found["written"], {})
    (renamed,) = reproduce._differences(found["written"], {name: replace(wheel, filename="other.whl")})

    assert missing.message == "the second build made no such wheel"
    assert renamed.message == "is called other.whl the second time"
