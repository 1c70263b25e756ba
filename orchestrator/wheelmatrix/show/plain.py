"""The screen without a terminal: one line a change, and a heartbeat when nothing was said for half a minute."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from wheelmatrix.events import (
    Cloned,
    ReleasePlanned,
    Retried,
    RunFinished,
    RunPlanned,
    RunStarted,
    Stamped,
    StepFinished,
    StepStarted,
    UploadWaiting,
    Waiting,
    Warned,
    WheelVerified,
    WheelWritten,
)
from wheelmatrix.show import release_words, summary
from wheelmatrix.show.board import Board, StepRow, counts, fold
from wheelmatrix.show.cause import because
from wheelmatrix.show.failure import body, headline
from wheelmatrix.show.left import folded
from wheelmatrix.show.remaining import remaining_s
from wheelmatrix.show.words import (
    Glyphs,
    Line,
    Style,
    about,
    capped,
    count,
    listed,
    painted,
    plain,
    seconds,
    size,
)

_HEARTBEAT_S = 30.0
_TAIL_LINES = 20
_MOST_LEFT = 5
_MOST_PYTHONS = 3
_LONG = frozenset({"prepare", "link", "compile", "reproduce"})
"""Kinds of steps that take so long that their beginning and their end are worth a line."""
_MOST_RUNNING = 4
"""Rows that a heartbeat names."""


class Plain:
    """Lines on a stream; nothing is cut, for it may be a file."""

    def __init__(self, out: TextIO, *, glyphs: Glyphs, is_colored: bool = False, is_quiet: bool = False) -> None:
        self._out = out
        self._glyphs = glyphs
        self._is_colored = is_colored
        self._is_quiet = is_quiet
        self._said_s = 0.0
        self.board = Board()

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Write a line for each change worth one, or a heartbeat."""
        said = False
        for stamped in events:
            self.board = fold(self.board, (stamped,))
            for line in self.lines(stamped):
                self.write(line)
                said = True
        is_silent = now_s - self._said_s >= _HEARTBEAT_S and self.board.finished is None
        if is_silent and not said and not self._is_quiet:
            self.write((*_stamp(now_s), (_heartbeat(self.board, now_s, self._glyphs), "")))
            said = True
        if said:
            self._said_s = now_s
            self._out.flush()

    def close(self) -> None:
        """Flush the stream."""
        self._out.flush()

    def write(self, line: Line) -> None:
        """Write one line."""
        self._out.write((painted(line) if self._is_colored else plain(line)) + "\n")

    def lines(self, stamped: Stamped) -> Iterator[Line]:
        """Yield what an event is worth, given the board after it; screens that say it otherwise override this."""
        return changes(self.board, stamped, self._glyphs, is_quiet=self.is_quiet)

    @property
    def glyphs(self) -> Glyphs:
        """The signs that its stream can carry."""
        return self._glyphs

    @property
    def is_quiet(self) -> bool:
        """True: only warnings and failures are told."""
        return self._is_quiet


def changes(board: Board, stamped: Stamped, glyphs: Glyphs, *, is_quiet: bool = False) -> Iterator[Line]:
    """Yield the lines that an event is worth; `board` is the state after it. `is_quiet`: warnings and failures only."""
    event = stamped.event
    match event:
        case RunFinished() if is_quiet:
            yield from summary.failures(board, glyphs, width=None)
        case _ if is_quiet and not isinstance(event, Warned):
            return
        case StepFinished(state="failed"):
            yield _failed(board, stamped, board.steps[event.step], glyphs)
            yield from body(board.steps[event.step], glyphs, width=None, most=_TAIL_LINES, is_after_headline=True)
        case RunFinished():
            yield ()
            yield from summary.lines(board, glyphs, width=None)
        case _:
            if text := _said(board, stamped, glyphs):
                style: Style = "warn" if isinstance(event, Warned | Retried) else ""
                yield (*_stamp(stamped.at_s), (glyphs.text(text), style))
    if isinstance(event, ReleasePlanned) and event.deadline and not is_quiet:
        yield ((f"{' ' * 12}{glyphs.skipped} {glyphs.text(release_words.deadline(event))}", "dim"),)
    if isinstance(event, RunPlanned):
        yield from (((f"{' ' * 12}{line}", "dim"),) for line in folded(event.left, glyphs, width=None, most=_MOST_LEFT))


def _said(board: Board, stamped: Stamped, glyphs: Glyphs) -> str:
    """Return the one line that an event is worth; empty: none."""
    match stamped.event:
        case RunStarted() as event:
            return f"wheelmatrix {event.tool}, run {event.run}, {count(event.jobs, 'job')}"
        case RunPlanned() as event:
            return (
                f"{event.project} {event.version}: {count(len(event.cells), 'cell')}, "
                f"{count(len(event.wheels), 'wheel')}, {count(len(event.steps), 'step')}"
                + (f" for {len(board.targets)} targets" if len(board.targets) > 1 else "")
            )
        case ReleasePlanned() | UploadWaiting() as event:
            return release_words.plan(event) if isinstance(event, ReleasePlanned) else release_words.wait(board, event)
        case Waiting(what=what):
            return f"waiting: {capped(what)}" if what else "waiting is over"
        case Warned(message=message):
            return f"warning: {capped(message)}"
        case StepStarted(step=step):
            return _began(board.steps[step])
        case Cloned(step=step, source=source, seconds=seconds_):
            return f"{board.steps[step].title} starts as a clone of {source} ({seconds(seconds_)})"
        case Retried(step=step, because=because):
            return f"{board.steps[step].title} {board.steps[step].kind} once more: {because}"
        case StepFinished() as event:
            return _ended(board, board.steps[event.step])
        case WheelWritten() as event:
            state = "unchanged" if event.unchanged else "written"
            return f"{_progress(board)} {event.wheel} {state}: {event.filename}, {size(event.size_bytes)}"
        case WheelVerified() as event:
            where = f" in {listed(event.pythons, _MOST_PYTHONS)}" if event.pythons else ""
            return f"{event.wheel} verified: {event.tier}{where}, {seconds(event.seconds)}"
        case _:
            return ""


def _began(step: StepRow) -> str:
    """Return a line for what takes long; audit, merge and pack are told by the wheel that comes of them."""
    if step.kind not in _LONG:
        return ""
    expected = f", {about(step.expected_s)} expected" if step.expected_s is not None else ""
    return f"{_named(step)} started{expected}"


def _ended(board: Board, step: StepRow) -> str:
    if step.upload is not None:
        return release_words.ended(board, step, step.upload)
    if step.end is None or (step.state == "done" and step.kind not in _LONG):
        return ""
    if step.state == "skipped" and (step.kind != "pack" or any(each.title == step.title for each in board.failures)):
        return ""  # its own failure was told already
    if step.state == "skipped":
        reason = because(board, step)
        return f"{_progress(board)} {step.title} {step.kind} skipped" + (f": {reason}" if reason else "")
    fresh = f", {step.units_fresh} of them fresh" if step.units_fresh else ""
    units = f", {count(step.units_done, 'unit')}{fresh}" if step.units_done else ""
    return f"{_named(step)} done, {seconds(step.end.seconds)}{units}"


def _named(step: StepRow) -> str:
    """Return what is done to what; a step without a subject is called by its kind alone."""
    return step.title if step.title == step.kind else f"{step.title} {step.kind}"


def _failed(board: Board, stamped: Stamped, step: StepRow, glyphs: Glyphs) -> Line:
    head = headline(step, glyphs)
    return (
        *_stamp(stamped.at_s),
        (f"{_progress(board)} {glyphs.text(step.title)} ", ""),
        ("FAILED", "bad"),
        (f" {step.kind}" + (f": {head}" if head else ""), ""),
    )


def _heartbeat(board: Board, now_s: float, glyphs: Glyphs) -> str:
    if board.release is not None:
        return glyphs.text(release_words.beat(board, now_s))
    rows = board.rows
    running = [row for row in rows if row.state == "running"]
    names = []
    for row in running[:_MOST_RUNNING]:
        step = row.step
        units = f" {step.units_done}" + (f"/{step.units_total}" if step.units_total else "") if step.units_done else ""
        now = f" {step.now[0].partition(' ')[0]}" if step.now else ""
        names.append(f"{row.title} {step.kind}{units}{now}")
    more = f" +{len(running) - _MOST_RUNNING}" if len(running) > _MOST_RUNNING else ""
    parts = [f"{_progress(board)} wheels, {len(running)} running" + (f" ({', '.join(names)}{more})" if names else "")]
    waiting = counts(rows).waiting
    parts += [f"{waiting} waiting"] if waiting else []
    parts += [f"waiting for {board.waiting_for}"] if board.waiting_for else []
    left_s = remaining_s(board, now_s)
    parts += [f"{about(left_s)} left"] if left_s is not None else []
    return glyphs.text(", ".join(parts))


def _progress(board: Board) -> str:
    if board.release is not None:
        return release_words.progress(board)
    return f"{len(board.wheels)}/{len(board.planned.wheels) if board.planned else 0}"


def _stamp(at_s: float) -> Line:
    return ((f"[{at_s:7.1f}s] ", "dim"),)
