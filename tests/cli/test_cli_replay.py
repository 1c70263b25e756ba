"""`wheelmatrix replay`: a run that is over, shown as it was."""

import json
from pathlib import Path

import pytest
from journals import WHEEL, write_run

from wheelmatrix.cli import main
from wheelmatrix.cli import replay as replaying


def replay(*words: str) -> int:
    return main([str(replaying.command.name), "--speed", "0", *words])


def test_the_run_is_shown_again(crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(crate)

    code = replay("--progress", "plain")

    out, err = capsys.readouterr()
    assert (code, out) == (0, "")
    assert WHEEL in err


def test_as_json_it_is_the_journal(crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_run(crate)

    assert replay("--json") == 0

    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("speed", ["-1", "nan", "inf"])
def test_a_speed_is_a_positive_number(speed: str, crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(crate)

    assert main(["replay", "--speed", speed]) == 2
    assert "--speed: expected 0 or a positive number" in capsys.readouterr().err
