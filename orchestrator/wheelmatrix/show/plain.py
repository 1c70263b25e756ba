"""The screen without a terminal: one line a change, and a heartbeat when nothing was said for a while."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from wheelmatrix.events import (
    Retried,
    RunFinished,
    RunPlanned,
    RunStarted,
    Stamped,
    StepFinished,
    Waiting,
    Warned,
    WheelWritten,
)
from wheelmatrix.show.board import Board, fold, remaining_s, rows_in
from wheelmatrix.show.summary import failure_lines, summary
from wheelmatrix.show.words import clean, plural, seconds, size

_HEARTBEAT_S = 30.0


class Plain:
    """Lines on a stream."""

    def __init__(self, out: TextIO, *, width: int = 100, quiet: bool = False) -> None:
        self._out = out
        self._width = width
        self._quiet = quiet
        self._said_s = 0.0
        self.board = Board()

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Write a line for each change worth one; a heartbeat after 30 s of silence."""
        for stamped in events:
            self.board = fold(self.board, (stamped,))
            for line in self.lines(stamped):
                self._write(line)
                self._said_s = now_s
        if now_s - self._said_s >= _HEARTBEAT_S and self.board.end is None and not self._quiet:
            self._said_s = now_s
            self._write(f"{_stamp(now_s)} {heartbeat(self.board, now_s)}")
        self._out.flush()

    def close(self) -> None:
        """Flush the stream."""
        self._out.flush()

    def lines(self, stamped: Stamped) -> Iterator[str]:
        """Yield what one event is worth, given the board after it."""
        is_wanted = not self._quiet or isinstance(stamped.event, StepFinished | Warned)
        for line in told(self.board, stamped, self._width):
            if is_wanted:
                yield line

    def _write(self, line: str) -> None:
        self._out.write(line + "\n")


def told(board: Board, stamped: Stamped, width: int) -> Iterator[str]:
    """Yield the lines that an event is worth; `board` is the state after it."""
    at = _stamp(stamped.at_s)
    match stamped.event:
        case RunStarted() as event:
            yield f"{at} wheelmatrix {event.tool}, run {event.run}, {plural(event.jobs, 'job')}"
        case RunPlanned() as event:
            counts = f"{plural(len(event.cells), 'cell')}, {plural(len(event.wheels), 'wheel')}"
            yield f"{at} {event.project} {event.version}: {counts}"
        case Waiting(what=what):
            yield f"{at} {'waiting: ' + clean(what) if what else 'waited long enough'}"
        case Warned(message=message):
            yield f"{at} warning: {clean(message)}"
        case Retried() as event:
            yield f"{at} {_done(board)} {board.rows[event.step].title}: {clean(event.because)}"
        case WheelWritten() as event:
            state = "unchanged" if event.unchanged else "written"
            yield f"{at} {_done(board)} {event.filename} {state}, {size(event.size_bytes)}"
        case StepFinished(state="done") as event if board.rows[event.step].stage == "compile":
            row = board.rows[event.step]
            fresh = f", {row.units_fresh} fresh" if row.units_fresh else ""
            yield f"{at} {_done(board)} {row.title} compiled, {row.units_done} units{fresh}, {seconds(row.seconds)}"
        case StepFinished(state="failed") as event:
            row = board.rows[event.step]
            yield f"{at} {_done(board)} {row.title} FAILED in {row.stage}"
            yield from failure_lines(event, width)
        case RunFinished():
            yield ""
            yield summary(board, width=width, is_unicode=False)


def heartbeat(board: Board, now_s: float) -> str:
    """Return what runs now, in one line."""
    running = rows_in(board, "running")
    names = []
    for row in running:
        units = f" {row.units_done}/{row.units_total or '?'}" if row.stage == "compile" else ""
        names.append(f"{row.title} {row.stage}{units}")
    left = remaining_s(board, now_s)
    eta = f", about {seconds(left)} left" if left else ""
    what = ", ".join(names) or clean(board.waiting_for) or "nothing"
    return f"{_done(board)} running: {what}{eta}"


def _done(board: Board) -> str:
    return f"{len(board.wheels)}/{len(board.planned)}"


def _stamp(at_s: float) -> str:
    return f"[{at_s:7.1f}s]"
