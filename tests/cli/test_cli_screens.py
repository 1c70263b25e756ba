"""The screen is the one that options, variables and terminal ask for; progress is told on stderr."""

import json

import pytest

from wheelmatrix.cli.screens import screen_of
from wheelmatrix.events import RunPlanned, Stamped, StepFinished, StepStarted, Warned
from wheelmatrix.options import ScreenOptions

WARNED = Stamped(seq=0, at_s=0.0, wall_s=0.0, event=Warned(message="the disk is nearly full"))
FAILED = tuple(
    Stamped(seq=seq, at_s=0.0, wall_s=0.0, event=event)
    for seq, event in enumerate(
        (
            RunPlanned(
                project="tiny",
                version="1",
                cells=("cp312-linux_x86_64",),
                targets=("x86_64-unknown-linux-gnu",),
                steps=("compile:1",),
                titles=("cp312-linux_x86_64",),
                wheels=("cp312-linux_x86_64",),
                left=(),
            ),
            StepStarted(step="compile:1", expected_s=None),
            StepFinished(step="compile:1", state="failed", seconds=1.0),
        )
    )
)


def shown(
    options: ScreenOptions,
    capsys: pytest.CaptureFixture[str],
    events: tuple[Stamped, ...] = (WARNED,),
    **environment: str,
) -> tuple[str, str]:
    screen = screen_of(options, environment)
    screen.show(events, 0.0)
    screen.close()
    out, err = capsys.readouterr()
    return out, err


@pytest.mark.parametrize("progress", ["auto", "plain", "live", "github"])
def test_progress_goes_to_stderr(progress: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(ScreenOptions(progress=progress), capsys)

    assert out == ""
    assert "the disk is nearly full" in err


def test_events_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(ScreenOptions(progress="json"), capsys)

    assert json.loads(out)["message"] == "the disk is nearly full"
    assert err == ""


def test_none_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(ScreenOptions(progress="none"), capsys) == ("", "")


@pytest.mark.parametrize(("color", "is_colored"), [("never", False), ("always", True)])
def test_the_option_wins_over_the_variables(color: str, is_colored: bool, capsys: pytest.CaptureFixture[str]) -> None:
    environment = {"always": {"NO_COLOR": "1"}, "never": {"FORCE_COLOR": "1"}}[color]

    _, err = shown(ScreenOptions(progress="live", color=color), capsys, FAILED, **environment)

    assert "cp312-linux_x86_64" in err
    assert ("\x1b[1;31m" in err) is is_colored
