"""What every engine tells of its steps: each begins and ends once, and what is skipped has its reason."""

from wheelmatrix.errors import UploadError, WheelmatrixError
from wheelmatrix.events import Event, StepFinished, StepStarted
from wheelmatrix.model import Done, Failed, Skipped, Step
from wheelmatrix.plan.schedule import Schedule
from wheelmatrix.run.ledger import INTERRUPTED, Ledger

FIRST = Step(id="upload:a", kind="upload", subject="a")
SECOND = Step(id="upload:b", kind="upload", subject="b", needs=frozenset({FIRST.id}))


def failed(step: Step, error: WheelmatrixError, seconds: float) -> StepFinished:
    return StepFinished(step=step.id, state="failed", seconds=seconds, message=error.issues[0].message)


def ledger() -> tuple[Ledger, list[Event]]:
    told: list[Event] = []
    return Ledger(Schedule((FIRST, SECOND), {}), told.append, expected_s=lambda step: 2.0, failed=failed), told


def ends(told: list[Event]) -> list[tuple[str, str, str]]:
    return [(each.step, each.state, each.message) for each in told if isinstance(each, StepFinished)]


def test_a_step_is_told_to_begin_with_what_it_took_before() -> None:
    own, told = ledger()

    assert own.started() == (FIRST,)
    assert told == [StepStarted(step=FIRST.id, expected_s=2.0)]


def test_what_needs_a_failed_step_is_told_with_it() -> None:
    own, told = ledger()
    own.started()
    own.ended(FIRST, Failed(error=UploadError.of("no")), 1.0)

    assert ends(told) == [(FIRST.id, "failed", "no"), (SECOND.id, "skipped", f"it needs {FIRST.id}")]


def test_a_step_that_is_done_lets_the_next_one_begin() -> None:
    own, told = ledger()
    own.started()
    own.ended(FIRST, Done(value=None), 1.0)

    assert own.started() == (SECOND,)
    assert ends(told) == [(FIRST.id, "done", "")]


def test_what_runs_is_given_up_with_the_reason_and_takes_along_what_needs_it() -> None:
    own, told = ledger()
    own.started()
    own.give_up(INTERRUPTED)

    assert sorted(ends(told)) == [(FIRST.id, "skipped", INTERRUPTED), (SECOND.id, "skipped", f"it needs {FIRST.id}")]


def test_what_has_not_begun_is_given_up_with_the_reason() -> None:
    own, told = ledger()
    own.give_up(INTERRUPTED)

    assert ends(told) == [(FIRST.id, "skipped", INTERRUPTED), (SECOND.id, "skipped", INTERRUPTED)]


def test_what_was_left_out_skips_what_needs_it() -> None:
    own, told = ledger()
    own.started()
    own.ended(FIRST, Skipped(because="no time"), 0.0)
    own.skip_waiting("late")

    assert ends(told) == [(FIRST.id, "skipped", "no time"), (SECOND.id, "skipped", f"it needs {FIRST.id}")]
