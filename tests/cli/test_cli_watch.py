"""`wheelmatrix watch`: a run of another process, to its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from journals import EXIT_CODE, RUN, write_run

from wheelmatrix.cli import main
from wheelmatrix.cli.watch import Batch, watch
from wheelmatrix.events import Stamped, Warned
from wheelmatrix.run import journal

KILLED = 137


@dataclass(slots=True)
class Recorder:
    """A screen that keeps what it was told."""

    told: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    is_closed: bool = False

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        self.told.append((tuple(stamped.event.name for stamped in events), now_s))

    def close(self) -> None:
        self.is_closed = True


def found(crate: Path) -> journal.RunFolder:
    return journal.find(crate / "target/wheelmatrix/runs", RUN)


def test_every_event_is_shown_once_and_the_screen_closed(crate: Path) -> None:
    write_run(crate)
    screen = Recorder()

    code = watch(found(crate), screen)

    names = [name for events, _ in screen.told for name in events]
    assert code == EXIT_CODE
    assert names == ["run.started", "run.planned", "wheel.written", "run.finished"]
    assert screen.is_closed


def test_a_killed_run_says_how_it_goes_on(crate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(crate, ends=False)
    screen = Recorder()

    assert watch(found(crate), screen) == KILLED
    assert f"was killed: wheelmatrix build --resume {RUN}" in capsys.readouterr().err
    assert screen.is_closed


def test_a_batch_is_handed_on_once_and_knows_when_the_run_began() -> None:
    screen = Recorder()
    batch = Batch(screen)

    batch.add(Stamped(seq=0, at_s=2.0, wall_s=102.0, event=Warned(message="a")))
    batch.add(Stamped(seq=1, at_s=3.0, wall_s=999.0, event=Warned(message="b")))
    batch.show(4.0)
    batch.show(5.0)

    assert batch.began_s == 100.0
    assert screen.told == [(("run.warned", "run.warned"), 4.0), ((), 5.0)]


@pytest.mark.parametrize(("ends", "code"), [(True, EXIT_CODE), (False, KILLED)])
def test_the_exit_code_is_the_runs(ends: bool, code: int, crate: Path) -> None:
    write_run(crate, ends=ends)

    assert main(["watch", "--progress", "plain"]) == code
