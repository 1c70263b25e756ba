"""What scrolls up above the live block: what is over, for good. Pure: a board and an event in, lines out."""

from collections.abc import Iterator, Sequence

from wheelmatrix.events import (
    ReleasePlanned,
    Retried,
    RunPlanned,
    Stamped,
    StepFinished,
    Waiting,
    Warned,
    WheelWritten,
)
from wheelmatrix.show.board import Board, Row, StepRow
from wheelmatrix.show.failure import body, headline
from wheelmatrix.show.frame import Paper, title_width
from wheelmatrix.show.left import folded
from wheelmatrix.show.release import Upload
from wheelmatrix.show.release_words import arrival, deadline, plan_parts
from wheelmatrix.show.sending import columns
from wheelmatrix.show.words import Line, Span, capped, count, seconds, short_tag, size, width_of, wrapped

_TAIL_LINES = 6
_MOST_LEFT = 3
"""Reasons for cells left out that are told at the beginning; the summary tells more."""


def scrolled(board: Board, stamped: Stamped, paper: Paper) -> Iterator[Line]:
    """Yield the lines that an event is worth; `board` is the state after it. Only a path may be too wide."""
    match stamped.event:
        case RunPlanned() as event:
            yield from _headline(board, event, paper)
        case ReleasePlanned() as event:
            yield _titled(board, plan_parts(event), paper)
            if event.deadline:
                yield from _marked(paper.glyphs.skipped, deadline(event), paper)
        case Warned(message=message):
            yield from _marked(paper.glyphs.warning, f"warning: {capped(message)}", paper)
        case Waiting(what=what) if what:
            yield from _marked(paper.glyphs.waiting, f"waiting: {capped(what)}", paper)
        case Retried(step=step, because=because):
            yield from _marked(paper.glyphs.warning, f"{board.steps[step].title}: once more: {because}", paper)
        case StepFinished(state="failed") as event:
            yield from _failed(board, event, paper)
        case StepFinished(state="done", step=step) if (upload := board.steps[step].upload) is not None:
            yield _file(board, board.steps[step], upload, paper)
        case StepFinished(state="done") as event:
            row = next(row for row in board.rows if row.title == board.steps[event.step].title)
            if row.state == "done" and row.wheel is not None:
                yield _wheel(board, row, row.wheel, paper)
        case _:
            return


def _headline(board: Board, event: RunPlanned, paper: Paper) -> Iterator[Line]:
    parts = [f"{event.project} {event.version}", count(len(event.cells), "cell"), count(len(event.wheels), "wheel")]
    if len(board.targets) > 1:
        parts.append(count(len(board.targets), "target"))
    yield _titled(board, parts, paper)
    for line in folded(event.left, paper.glyphs, width=paper.width, most=_MOST_LEFT):
        yield ((line, "dim"),)


def _titled(board: Board, parts: Sequence[str], paper: Paper) -> Line:
    """Return the first line of a run, with the run's id at its end where there is room for it."""
    glyphs, started = paper.glyphs, board.started
    head = "wheelmatrix"
    text = glyphs.text(f" {glyphs.dot} ".join(["", *parts]))
    run = glyphs.text(f"run {started.run}") if started else ""
    gap = paper.width - width_of(head + text) - width_of(run)
    spans: list[Span] = [(head, "bold"), (text, "")]
    return glyphs.fit((*spans, (" " * gap + run, "dim")) if gap >= 2 else tuple(spans), paper.width)


def _marked(mark: str, message: str, paper: Paper) -> Iterator[Line]:
    first, *others = wrapped(paper.glyphs.text(message), max(paper.width - 2, 10))
    yield paper.glyphs.fit(((f"{mark} ", "warn"), (first, "")), paper.width)
    yield from (paper.glyphs.fit(((f"  {other}", ""),), paper.width) for other in others)


def _failed(board: Board, event: StepFinished, paper: Paper) -> Iterator[Line]:
    glyphs, step = paper.glyphs, board.steps[event.step]
    head: Line = ((f"{glyphs.failed} ", "bad"), (f"{_called(board, step, paper)}  ", "bold"), (f"{step.kind}: ", "bad"))
    yield glyphs.fit((*head, (headline(step, glyphs), "")), paper.width)
    yield from body(step, glyphs, width=paper.width, most=_TAIL_LINES, is_after_headline=True)


def _called(board: Board, step: StepRow, paper: Paper) -> str:
    """Return the title of a step as the live block has it below, as wide as its column there."""
    glyphs = paper.glyphs
    if step.upload is not None:
        grid = columns(board, paper.width, glyphs)
        return glyphs.column(grid.names[step.title], grid.name)
    return glyphs.column(glyphs.text(step.title), title_width(board.rows, paper.width))


def _file(board: Board, step: StepRow, upload: Upload, paper: Paper) -> Line:
    """Return the line of a file that the index has."""
    glyphs = paper.glyphs
    said = arrival(step, upload)
    return glyphs.fit(
        ((f"{glyphs.done} ", "good"), (f"{_called(board, step, paper)}  ", ""), (glyphs.text(said), "")), paper.width
    )  # fmt: skip


def _wheel(board: Board, row: Row, wheel: WheelWritten, paper: Paper) -> Line:
    """Return the line of a wheel: the file's name where there is room for it, else its platform tag."""
    glyphs = paper.glyphs
    column = glyphs.column(glyphs.text(row.title), title_width(board.rows, paper.width))
    time = "unchanged" if wheel.unchanged else seconds(row.elapsed_s(board.at_s))
    note = f"  {glyphs.dot} cloned" if row.clone and not wheel.unchanged else ""
    head = f"{column}  {size(wheel.size_bytes):>8}  {time:>9}  "
    room = paper.width - 2 - width_of(head) - width_of(note)
    name = glyphs.text(wheel.filename)
    if width_of(name) > room:
        name = glyphs.text(short_tag(wheel.platform_tag))
    spans: tuple[Span, ...] = ((f"{glyphs.done} ", "good"), (head, ""), (name, ""), (note, "dim"))
    return glyphs.fit(spans, paper.width)
