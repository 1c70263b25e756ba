"""What a run came to by target: one line for each where there are more cells than anybody reads. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from wheelmatrix.show.board import Board, Row, State
from wheelmatrix.show.cause import cause
from wheelmatrix.show.table import aligned, width_of_row, widths_of
from wheelmatrix.show.words import Glyphs, Line, Span, Style
from wheelmatrix.values import dataclass

_NUMBERS = re.compile(r"\d+")
_HEADS = ("target", "wheels", "failed", "left", "linker", "floor")
_RIGHT = frozenset({"wheels", "failed", "left"})
_UNFINISHED: tuple[State, ...] = ("running", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """All rows of one target, and what came of its wheels."""

    target: str
    rows: tuple[Row, ...]
    """Builds and wheels, in the order of the matrix; what is for the target as a whole, too."""
    wheels: int
    """Planned ones."""
    done: int
    """Wheels that are in their place."""
    failed: int
    """Wheels that will not come, because something failed."""
    linker: str
    """Who links; empty if not known."""
    floor: str
    """The highest that one of its wheels needs; empty as long as none is known."""

    @property
    def left(self) -> int:
        """Wheels that are neither there nor failed: still to come, or not built for another reason."""
        return self.wheels - self.done - self.failed

    @property
    def running(self) -> Counter[str]:
        """How many rows are at work, by the kind of their step; what waits between two steps is at none."""
        busy = (row for row in self.rows if row.state == "running")
        return Counter(row.step.kind if row.step.state == "running" else "waiting" for row in busy)

    @property
    def state(self) -> State:
        """Failed as soon as one wheel failed; done when all are there."""
        if self.failed:
            return "failed"
        if self.done == self.wheels:
            return "done"
        states = {row.state for row in self.rows}
        return next((state for state in _UNFINISHED if state in states), "skipped")


def by_target(board: Board) -> tuple[TargetRow, ...]:
    """Return the targets in the plan's order; empty if the plan is not made, or does not say what is for which."""
    planned = board.planned
    if planned is None or not any(planned.step_targets):
        return ()
    groups: dict[str, list[Row]] = {target: [] for target in board.targets}
    for row in board.rows:
        if row.target in groups:
            groups[row.target].append(row)
    linkers: dict[str, str] = {}
    for target, linker in zip(planned.targets, planned.linkers, strict=False):
        said = linkers.setdefault(target, linker)
        linkers[target] = said if linker in said.split(", ") else f"{said}, {linker}"
    ids = frozenset(planned.wheels)
    return tuple(_target(board, target, rows, ids, linkers.get(target, "")) for target, rows in groups.items())


def table(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield a line per target, with heads above; nothing where there is only one. What does not fit is left out."""
    targets = by_target(board)
    if len(targets) < 2:
        return
    for heads in (_HEADS, _HEADS[:5], _HEADS[:4]):
        cells = [[glyphs.text(_cell(each, head, glyphs)) for head in heads] for each in targets]
        widths = widths_of(heads, cells)
        if width is None or width_of_row(widths) <= width:
            break
    yield glyphs.fit((("  ", ""), (aligned(heads, heads, widths, _RIGHT), "dim")), width)
    for each, row in zip(targets, cells, strict=True):
        yield glyphs.fit((mark(each.state, glyphs), (aligned(row, heads, widths, _RIGHT), "")), width)


def as_json(board: Board) -> list[dict[str, object]]:
    """Return the same as JSON values; empty if the plan does not say what is for which target."""
    return [
        {
            "target": each.target,
            "wheels": each.wheels,
            "done": each.done,
            "failed": each.failed,
            "left": each.left,
            "linker": each.linker,
            "floor": each.floor,
        }
        for each in by_target(board)
    ]


def mark(state: State, glyphs: Glyphs) -> Span:
    """Return the sign of a state, and a blank."""
    signs: dict[State, tuple[str, Style]] = {
        "done": (glyphs.done, "good"),
        "failed": (glyphs.failed, "bad"),
        "skipped": (glyphs.skipped, "dim"),
        "running": (glyphs.running, "busy"),
        "waiting": (glyphs.waiting, "dim"),
    }
    sign, style = signs[state]
    return f"{sign} ", style


def _target(board: Board, target: str, rows: Sequence[Row], ids: frozenset[str], linker: str) -> TargetRow:
    wheels = [row for row in rows if row.title in ids]
    written = [row.wheel for row in wheels if row.wheel is not None and row.state != "failed"]
    return TargetRow(
        target=target,
        rows=tuple(rows),
        wheels=len(wheels),
        done=len(written),
        failed=sum(_has_failed(board, row) for row in wheels),
        linker=linker,
        floor=max((wheel.floor for wheel in written), key=_version, default=""),
    )


def _has_failed(board: Board, row: Row) -> bool:
    return any(cause(board, step).state == "failed" for step in row.steps)


def _version(floor: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBERS.findall(floor)))


def _cell(each: TargetRow, head: str, glyphs: Glyphs) -> str:
    match head:
        case "target":
            return each.target
        case "wheels":
            return f"{each.done}/{each.wheels}"
        case "failed":
            return str(each.failed or glyphs.skipped)
        case "left":
            return str(each.left or glyphs.skipped)
        case "linker":
            return each.linker or glyphs.skipped
        case _:
            return each.floor or glyphs.skipped
