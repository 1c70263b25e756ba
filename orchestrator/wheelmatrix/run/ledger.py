"""The schedule of a run, and everybody told of what changes in it: what every engine does with its steps."""

import time
from collections.abc import Callable
from typing import assert_never

from wheelmatrix.errors import WheelmatrixError
from wheelmatrix.events import Event, StepFinished, StepStarted
from wheelmatrix.model import Done, Failed, Outcome, Skipped, Step
from wheelmatrix.plan.schedule import Schedule

INTERRUPTED = "the run was interrupted"


class Ledger:
    """Keeps when each step began, and tells how it ended and what that skips."""

    def __init__(
        self,
        schedule: Schedule,
        emit: Callable[[Event], object],
        *,
        expected_s: Callable[[Step], float | None],
        failed: Callable[[Step, WheelmatrixError, float], StepFinished],
    ) -> None:
        """`expected_s`: how long a step took before, if that is known; `failed`: how a failure is told."""
        self._schedule, self._emit = schedule, emit
        self._expected_s, self._failed = expected_s, failed
        self._began: dict[str, float] = {}

    def started(self) -> tuple[Step, ...]:
        """Return the steps to start now, in the plan's order; they are told to have begun."""
        steps = self._schedule.ready()
        for step in steps:
            self._began[step.id] = time.monotonic()
            self._emit(StepStarted(step=step.id, expected_s=self._expected_s(step)))
        return steps

    def ended(self, step: Step, outcome: Outcome, seconds: float) -> None:
        """Note how a running step ended."""
        skipped = self._schedule.finished(step.id, outcome)
        match outcome:
            case Done():
                self._emit(StepFinished(step=step.id, state="done", seconds=round(seconds, 3)))
            case Failed(error=error):
                self._emit(self._failed(step, error, seconds))
            case Skipped(because=because):
                self._tell_skipped(step.id, because, seconds)
            case _:
                assert_never(outcome)
        self._tell_all_skipped(skipped)

    def skip_waiting(self, because: str) -> None:
        """Note that nothing more is begun."""
        self._tell_all_skipped(self._schedule.skip_waiting(because))

    def give_up(self, because: str) -> None:
        """Note what was left undone."""
        for step in sorted(self._schedule.running):
            self._tell_all_skipped(self._schedule.finished(step, Skipped(because=because)))
            self._tell_skipped(step, because, time.monotonic() - self._began[step])
        self.skip_waiting(because)

    def _tell_all_skipped(self, skipped: tuple[tuple[str, Skipped], ...]) -> None:
        for step, outcome in skipped:
            self._tell_skipped(step, outcome.because, 0.0)

    def _tell_skipped(self, step: str, because: str, seconds: float) -> None:
        self._emit(StepFinished(step=step, state="skipped", seconds=round(seconds, 3), message=because))
