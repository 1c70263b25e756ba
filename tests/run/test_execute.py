import os
from itertools import pairwise
from pathlib import Path

import pytest
from tests.run.recorded import HERE, Recorder, build

from wheelmatrix.errors import ConfigError
from wheelmatrix.events import RunFinished, RunPlanned, RunStarted, StepFinished, WheelWritten
from wheelmatrix.run.journal import read
from wheelmatrix.run.prepare import runs_directory


@pytest.fixture(autouse=True)
def _jobserver_of_our_own(monkeypatch):
    monkeypatch.delenv("MAKEFLAGS", raising=False)


@pytest.mark.slow
def test_a_run_makes_its_wheel_and_tells_of_it_from_the_first_event_to_the_last(crate):
    folder = crate("tiny")

    result, screen = build(folder)

    (wheel,) = result.wheels
    (written,) = screen.of(WheelWritten)
    events = [each.event for each in screen.stamped]
    assert result.exit_code == 0
    assert wheel.path == folder / "dist" / wheel.filename == Path(written.path)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[1], RunPlanned)
    assert isinstance(events[-1], RunFinished)
    assert [step.state for step in screen.of(StepFinished)] == ["done"] * 3
    assert all(later.seq == earlier.seq + 1 for earlier, later in pairwise(screen.stamped))
    assert screen.closed == 1
    assert [each.event for each in read(result.journal)] == events


def test_a_wheel_directory_that_is_a_file_is_refused_before_anything_is_compiled(crate):
    folder, screen = crate("tiny"), Recorder()
    (folder / "dist").touch()

    with pytest.raises(ConfigError, match="dist"):
        build(folder, screen=screen)

    assert screen.of(StepFinished) == []
    assert [event.exit_code for event in screen.of(RunFinished)] == [2]
    assert screen.closed == 1


def test_a_time_stamp_that_is_no_number_leaves_no_run_behind(crate, monkeypatch):
    folder, screen = crate("tiny"), Recorder()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")

    with pytest.raises(ConfigError, match="'yesterday'"):
        build(folder, screen=screen)

    assert not runs_directory(folder, dict(os.environ)).exists()
    assert screen.closed == 1


@pytest.mark.slow
def test_what_a_killed_run_left_is_cleared_and_files_of_others_are_not(crate):
    folder = crate("tiny")
    (folder / "dist").mkdir()
    (folder / "dist" / "notes.txt").touch()
    (folder / "dist" / ".tmp-left").touch()

    result, _ = build(folder, HERE, before_all=("exit 3",))

    assert (result.exit_code, result.wheels) == (5, ())
    assert [path.name for path in (folder / "dist").iterdir()] == ["notes.txt"]
