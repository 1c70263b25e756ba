"""The state of a run, folded from its events: pure, so that every screen says the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from wheelmatrix.events import (
    Cloned,
    Diagnosed,
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
    Waiting,
    Warned,
    WheelWritten,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known of one step."""

    step: str
    title: str
    stage: str
    state: str = "waiting"
    began_s: float = 0.0
    expected_s: float | None = None
    seconds: float = 0.0
    units_done: int = 0
    units_fresh: int = 0
    units_total: int | None = None
    compiling: tuple[str, ...] = ()
    retried: str = ""
    finish: StepFinished | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The state of a run after some of its events."""

    run: str = ""
    project: str = ""
    version: str = ""
    jobs: int = 0
    planned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    waiting_for: str = ""
    rows: Mapping[str, Row] = field(default_factory=dict)
    wheels: Mapping[str, WheelWritten] = field(default_factory=dict)
    last_s: float = 0.0
    end: RunFinished | None = None


def fold(board: Board, events: Iterable[Stamped]) -> Board:
    """Return the board after these events."""
    for stamped in events:
        board = _fold(replace(board, last_s=stamped.at_s), stamped)
    return board


def rows_in(board: Board, *states: str) -> tuple[Row, ...]:
    """Return the rows in any of these states, in the plan's order."""
    return tuple(row for row in board.rows.values() if row.state in states)


def wheel_seconds(board: Board, wheel: WheelWritten) -> float:
    """Return the seconds of every step that led to a wheel."""
    return sum(row.seconds for row in board.rows.values() if row.title == wheel.wheel)


def remaining_s(board: Board, now_s: float) -> float | None:
    """Return the seconds that what runs now will probably still take; None if that is not known."""
    running = rows_in(board, "running")
    left = [row.expected_s - (now_s - row.began_s) for row in running if row.expected_s is not None]
    if len(left) < len(running) or rows_in(board, "waiting") or not left or max(left) <= 0:
        return None
    return max(left)


def _fold(board: Board, stamped: Stamped) -> Board:
    match stamped.event:
        case RunStarted() as event:
            return replace(board, run=event.run, jobs=event.jobs)
        case RunPlanned() as event:
            pairs = zip(event.steps, event.titles, strict=False)
            rows = {step: Row(step=step, title=title, stage=step.partition(":")[0]) for step, title in pairs}
            return replace(
                board, project=event.project, version=event.version, planned=event.wheels, left=event.left, rows=rows
            )
        case Waiting(what=what):
            return replace(board, waiting_for=what)
        case Warned(message=message):
            return replace(board, warnings=(*board.warnings, message))
        case WheelWritten() as event:
            return replace(board, wheels={**board.wheels, event.wheel: event})
        case RunFinished() as event:
            return replace(board, end=event)
        case Diagnosed():
            return board
        case event:
            row = board.rows.get(event.step, Row(step=event.step, title=event.step, stage=event.step.partition(":")[0]))
            return replace(board, rows={**board.rows, event.step: _row(row, event, stamped.at_s)})


def _row(
    row: Row,
    event: StepStarted | Cloned | UnitsCounted | UnitStarted | UnitFinished | Retried | StepFinished,
    at_s: float,
) -> Row:
    match event:
        case StepStarted():
            return replace(row, state="running", began_s=at_s, expected_s=event.expected_s)
        case UnitsCounted():
            return replace(row, units_total=event.total)
        case UnitStarted():
            return replace(row, compiling=(*row.compiling, event.unit))
        case UnitFinished():
            compiling = tuple(unit for unit in row.compiling if unit != event.unit)
            return replace(
                row, units_done=row.units_done + 1, units_fresh=row.units_fresh + event.fresh, compiling=compiling
            )
        case Retried():
            return replace(row, units_done=0, units_fresh=0, compiling=(), retried=event.because)
        case StepFinished():
            return replace(row, state=event.state, seconds=event.seconds, compiling=(), finish=event)
        case _:
            return row
