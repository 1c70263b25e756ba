"""The state of a run, folded from its events: pure, so that every screen, `report` and `replay` say the same.

Its one law: nothing is known that no event said. A journal that ends in the middle (a crash) gives the board of that
moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Literal, assert_never

from wheelmatrix.events import (
    Cloned,
    Diagnosed,
    ReleasePlanned,
    Retried,
    RunFinished,
    RunPlanned,
    RunStarted,
    Stamped,
    StepFinished,
    StepStarted,
    UnitFinished,
    UnitsCounted,
    UnitStarted,
    UploadEnded,
    UploadSent,
    UploadTried,
    UploadWaiting,
    Waiting,
    Warned,
    WheelVerified,
    WheelWritten,
)
from wheelmatrix.show.order import places
from wheelmatrix.show.release import Upload, UploadEvent, brief, filename_of, is_upload, planned, uploaded
from wheelmatrix.show.words import capped
from wheelmatrix.values import dataclass

State = Literal["waiting", "running", "done", "failed", "skipped"]

_MOST_DIAGNOSED = 100
"""Distinct diagnostics that are kept: more than anybody reads, and a fold stays quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """What is known of one step."""

    step: str
    """Its id."""
    title: str
    target: str = ""
    """Which of the run's targets it is for; empty: none alone, or not known."""
    state: State = "waiting"
    started_s: float | None = None
    """On the clock of `Stamped.at_s`; of the last attempt."""
    expected_s: float | None = None
    units_done: int = 0
    units_fresh: int = 0
    """Of `units_done` those that cargo had already."""
    units_total: int | None = None
    now: tuple[str, ...] = ()
    """Units that are being compiled, the one that has run longest first."""
    clone: str = ""
    """What its directory is a clone of."""
    retried: tuple[str, ...] = ()
    """Why it was done again, each time."""
    end: StepFinished | None = None
    upload: Upload | None = None
    """The file that it sends; None: it sends none."""

    @property
    def kind(self) -> str:
        """`prepare`, `link`, `compile`, `merge`, `audit`, `pack`, `verify`, `upload`."""
        return self.step.partition(":")[0]

    def elapsed_s(self, now_s: float) -> float:
        """Return the seconds it has taken so far, or took."""
        if self.end is not None:
            return self.end.seconds
        return 0.0 if self.started_s is None else max(now_s - self.started_s, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The steps with one title, and the wheel that came of them: one line of a screen."""

    title: str
    steps: tuple[StepRow, ...]
    wheel: WheelWritten | None
    proof: WheelVerified | None = None
    """How far the wheel was verified; None: it was not."""
    builds: tuple[tuple[StepRow, ...], ...] = ()
    """The steps of each build that it is made of and that has a row of its own: those of a universal2 wheel's slices.
    """

    @property
    def target(self) -> str:
        """Which of the run's targets it is for; empty: none alone, or not known."""
        return self.steps[0].target

    @property
    def state(self) -> State:
        """Failed if any step failed; running from its first step's start to its last one's end."""
        states = {step.state for step in self.steps}
        if "failed" in states:
            return "failed"
        if "skipped" in states:
            return "skipped"
        if states == {"done"}:
            return "done"
        return "waiting" if states == {"waiting"} else "running"

    @property
    def step(self) -> StepRow:
        """The step to speak of: the failed or skipped one, the running one, the next one, else the last one."""
        for state in ("failed", "skipped", "running", "waiting"):
            for step in self.steps:
                if step.state == state:
                    return step
        return self.steps[-1]

    @property
    def clone(self) -> str:
        """What its build's directory is a clone of; empty if it is none."""
        return next((step.clone for step in self.steps if step.clone), "")

    def elapsed_s(self, now_s: float) -> float:
        """Return the seconds of all its steps so far, and before them those of the slowest build it is made of."""
        before_s = (sum(step.elapsed_s(now_s) for step in build) for build in self.builds)
        return max(before_s, default=0.0) + sum(step.elapsed_s(now_s) for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows are in each state."""

    done: int
    failed: int
    skipped: int
    running: int
    waiting: int

    @property
    def total(self) -> int:
        """All rows."""
        return self.done + self.failed + self.skipped + self.running + self.waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The state of a run after some of its events; `Board()` is the one before the first."""

    started: RunStarted | None = None
    planned: RunPlanned | None = None
    release: ReleasePlanned | None = None
    """None: nothing is sent, or that is not planned yet."""
    finished: RunFinished | None = None
    """None: the run goes on, or it ended without a word (a crash)."""
    at_s: float = 0.0
    """Of the last event."""
    steps: Mapping[str, StepRow] = field(default_factory=dict)
    """By id, in the order of the matrix: what one wheel takes stands together."""
    wheels: Mapping[str, WheelWritten] = field(default_factory=dict)
    """By the planned wheel's id, in the order of writing."""
    proofs: Mapping[str, WheelVerified] = field(default_factory=dict)
    """How far each wheel was verified, by the planned wheel's id."""
    waiting_for: str = ""
    """What outside of the run it waits for; empty: nothing."""
    warnings: tuple[str, ...] = ()
    """Each once."""
    diagnosed: tuple[Diagnosed, ...] = ()
    """What compilers said of the source, each once however many builds said it."""
    diagnosed_more: int = 0
    """Diagnostics that are not in `diagnosed`, for there were too many."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The steps by title, in the order of the matrix."""
        groups: dict[str, list[StepRow]] = {}
        for step in self.steps.values():
            groups.setdefault(step.title, []).append(step)
        made_of = dict(zip(self.planned.wheels, self.planned.builds, strict=False)) if self.planned else {}
        return tuple(
            Row(
                title=title,
                steps=tuple(steps),
                wheel=self.wheels.get(title),
                proof=self.proofs.get(title),
                builds=tuple(tuple(groups.get(each, ())) for each in made_of.get(title, "").split() if each != title),
            )
            for title, steps in groups.items()
        )

    @property
    def failures(self) -> tuple[StepRow, ...]:
        """The steps that failed, in the order of the matrix."""
        return tuple(step for step in self.steps.values() if step.state == "failed")

    @property
    def targets(self) -> tuple[str, ...]:
        """Each target once, in the plan's order."""
        return tuple(dict.fromkeys(self.planned.targets)) if self.planned else ()


def fold(board: Board, events: Iterable[Stamped]) -> Board:
    """Return the board after these events; folding twice gives what folding all at once gives."""
    for stamped in events:
        board = _after(board, stamped)
    return board


def counts(rows: Iterable[Row]) -> Counts:
    """Return how many rows are in each state."""
    states = [row.state for row in rows]
    return Counts(
        done=states.count("done"),
        failed=states.count("failed"),
        skipped=states.count("skipped"),
        running=states.count("running"),
        waiting=states.count("waiting"),
    )


def _after(board: Board, stamped: Stamped) -> Board:
    board = replace(board, at_s=max(board.at_s, stamped.at_s))
    match stamped.event:
        case RunStarted() as event:
            return replace(board, started=event)
        case RunPlanned() as event:
            return replace(board, planned=event, steps=_planned(event))
        case ReleasePlanned() as event:
            return replace(board, release=event, steps={**board.steps, **_released(event)})
        case RunFinished() as event:
            return replace(board, finished=event, waiting_for="")
        case Waiting(what=what):
            return replace(board, waiting_for=capped(what))
        case Warned(message=message):
            message = capped(message)
            return board if message in board.warnings else replace(board, warnings=(*board.warnings, message))
        case WheelWritten() as event:
            return replace(board, wheels={**board.wheels, event.wheel: event})
        case WheelVerified() as event:
            return replace(board, proofs={**board.proofs, event.wheel: event})
        case Diagnosed() as event:
            return _diagnosed(board, event)
        case event:
            before = board.steps.get(event.step) or _unplanned(event.step)
            return replace(board, steps={**board.steps, event.step: _step(before, event, stamped.at_s)})


def _planned(event: RunPlanned) -> dict[str, StepRow]:
    expected = event.expected_s or (None,) * len(event.steps)
    targets = event.step_targets or ("",) * len(event.steps)
    rows = [
        StepRow(step=step, title=title or step.partition(":")[0], target=target, expected_s=expected_s)
        for step, title, target, expected_s in zip(event.steps, event.titles, targets, expected, strict=False)
    ]
    order = places(event)
    return {row.step: row for row in sorted(rows, key=lambda row: order.get(row.title, (-1, 0)))}


def _released(event: ReleasePlanned) -> dict[str, StepRow]:
    return {step: StepRow(step=step, title=filename_of(step), upload=upload) for step, upload in planned(event)}


def _unplanned(step: str) -> StepRow:
    return StepRow(step=step, title=filename_of(step), upload=Upload() if is_upload(step) else None)


def _diagnosed(board: Board, event: Diagnosed) -> Board:
    same = replace(event, step="")
    if any(same == replace(each, step="") for each in board.diagnosed):
        return board
    if len(board.diagnosed) >= _MOST_DIAGNOSED:
        return replace(board, diagnosed_more=board.diagnosed_more + 1)
    return replace(board, diagnosed=(*board.diagnosed, event))


def _step(
    row: StepRow,
    event: StepStarted | Cloned | UnitsCounted | UnitStarted | UnitFinished | Retried | StepFinished | UploadEvent,
    at_s: float,
) -> StepRow:
    match event:
        case StepStarted(expected_s=expected_s):
            expected_s = row.expected_s if expected_s is None else expected_s
            return replace(_fresh(row), state="running", started_s=at_s, expected_s=expected_s)
        case Cloned(source=source):
            return replace(row, clone=source)
        case UnitsCounted(total=total):
            return replace(row, units_total=total)
        case UnitStarted(unit=unit):
            return row if unit in row.now else replace(row, now=(*row.now, unit))
        case UnitFinished(unit=unit, fresh=fresh):
            now = tuple(each for each in row.now if each != unit) if unit in row.now else row.now
            return replace(row, units_done=row.units_done + 1, units_fresh=row.units_fresh + fresh, now=now)
        case Retried(because=because):
            return replace(_fresh(row), started_s=at_s, retried=(*row.retried, because))
        case StepFinished(state=state):
            return replace(row, state=_ended(state), now=(), end=brief(event))
        case UploadTried() | UploadSent() | UploadWaiting() | UploadEnded():
            return replace(row, upload=uploaded(row.upload or Upload(), event, at_s))
        case _:
            assert_never(event)


def _fresh(row: StepRow) -> StepRow:
    """Return the row of a step that begins again: cargo will report every unit once more."""
    return replace(row, state="running", units_done=0, units_fresh=0, now=(), end=None)


def _ended(state: str) -> State:
    match state:
        case "done" | "skipped":
            return "done" if state == "done" else "skipped"
        case _:
            return "failed"
