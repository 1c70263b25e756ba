"""The live block: what runs now, in few lines of fixed columns. Pure: a board and a time in, lines out.

▶ cp313-linux_x86_64    compile    96/101 ━━━━━━━━╸─   6.2s ~8s    pyo3, demo
◦ 2 waiting: cp311-linux_x86_64, cp312-linux_x86_64
  1 done · 1 running · 2 waiting │ 2 jobs │ 0:41 of ~1:25

What a release has instead is in `sending`.
"""

from collections.abc import Sequence

from wheelmatrix.show.board import Board, Counts, Row, StepRow, counts
from wheelmatrix.show.grouped import grouped, is_grouped
from wheelmatrix.show.remaining import remaining_s
from wheelmatrix.show.sending import in_flight, totals
from wheelmatrix.show.words import Glyphs, Line, Span, Style, about, clock, count, listed_within, seconds, width_of
from wheelmatrix.values import dataclass

_MOST_ROWS = 12
"""And never more than a third of the terminal: what scrolled up stays in sight."""
_WITH_RULE = 5
"""Rows from which on there is one to spare for a rule."""
_STAGE, _ELAPSED, _EXPECTED = 8, 6, 6
_WIDE = 100
"""Cells from which on the bar is long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a screen is drawn on."""

    width: int
    """Cells."""
    height: int
    """Rows of the whole terminal."""
    glyphs: Glyphs

    @property
    def block_rows(self) -> int:
        """Rows that the live block may take; at least 1."""
        return max(1, min(_MOST_ROWS, self.height // 3))


def block(board: Board, now_s: float, paper: Paper) -> tuple[Line, ...]:
    """Return the live block: at most `paper.block_rows` lines, none wider than the paper; in the order of the matrix.

    With several targets and more cells than the block has rows there is a line per target.
    """
    free = paper.block_rows - 1
    above: list[Line] = []
    if free >= _WITH_RULE - 1:
        above.append(((paper.glyphs.rule * paper.width, "dim"),))
        free -= 1
    if board.waiting_for and free:
        above.append(_outside(board, paper))
        free -= 1
    if board.release is not None:
        sent = in_flight(board, now_s, free, paper.width, paper.glyphs)
        return _fitted((*above, *sent, totals(board, now_s, paper.width, paper.glyphs)), paper)
    rows = board.rows
    running = [row for row in rows if row.state == "running"]
    waiting = [row for row in rows if row.state == "waiting"]
    if is_grouped(board, paper.block_rows):
        below, column, units = [], *_widths(rows, paper)
        middle = grouped(
            board, free, paper.width, paper.glyphs, lambda row: _row(row, now_s, column, units, paper)
        )  # fmt: skip
    else:
        below = [_folded(waiting, paper)] if waiting and free >= 2 else []
        middle = _running(running, rows, now_s, free - len(below), paper)
    return _fitted((*above, *middle, *below, _totals(board, counts(rows), now_s, paper.glyphs)), paper)


def title_width(rows: Sequence[Row], width: int) -> int:
    """Return the cells of the title's column: the same for a whole run, so that nothing jumps."""
    return min(max((width_of(row.title) for row in rows), default=0), max(width // 3, 12))


def _fitted(lines: Sequence[Line], paper: Paper) -> tuple[Line, ...]:
    return tuple(paper.glyphs.fit(line, paper.width) for line in lines)


def _running(running: Sequence[Row], rows: Sequence[Row], now_s: float, room: int, paper: Paper) -> list[Line]:
    """Return a line per row that runs; where there is no room, the first ones and how many there are beside them."""
    if room <= 0:
        return []
    shown = running if len(running) <= room else running[: room - 1]
    column, units = _widths(rows, paper)
    lines = [_row(row, now_s, column, units, paper) for row in shown]
    if len(shown) < len(running):
        lines.append(((f"  {paper.glyphs.text('…')} and {len(running) - len(shown)} more running", "dim"),))
    return lines


def _widths(rows: Sequence[Row], paper: Paper) -> tuple[int, int]:
    """Return the cells of the columns for titles and for units."""
    return title_width(rows, paper.width), max((_units_width(step) for row in rows for step in row.steps), default=7)


def _row(row: Row, now_s: float, column: int, units: int, paper: Paper) -> Line:
    glyphs, step = paper.glyphs, row.step
    expected = about(step.expected_s) if step.expected_s is not None else ""
    stage = step.kind if step.state == "running" else "waiting"
    spans: list[Span] = [
        (f"{glyphs.running} ", "busy"),
        (f"{glyphs.column(glyphs.text(row.title), column)}  ", ""),
        (f"{glyphs.column(stage, _STAGE)} ", "dim" if stage == "waiting" else ""),
        (f"{_units(step):>{units}} ", ""),
        *_bar(step, step.elapsed_s(now_s), 16 if paper.width >= _WIDE else 8, glyphs),
        (f" {seconds(step.elapsed_s(now_s)):>{_ELAPSED}} ", ""),
        (f"{expected:{_EXPECTED}}  ", "dim"),
    ]
    room = paper.width - sum(width_of(text) for text, _ in spans)
    return (*spans, (_now(step, room, glyphs), "dim"))


def _units(step: StepRow) -> str:
    """Return how many units are done, of how many if cargo said so; a number it outgrew is no total."""
    if step.units_total is not None and step.units_done <= step.units_total:
        return f"{step.units_done}/{step.units_total}"
    return str(step.units_done) if step.units_done else ""


def _units_width(step: StepRow) -> int:
    return max(7, 2 * len(str(step.units_total or 0)) + 1)


def _bar(step: StepRow, elapsed_s: float, cells: int, glyphs: Glyphs) -> tuple[Span, Span]:
    share = _share(step, elapsed_s)
    if share is None:
        return (" " * cells, ""), ("", "")
    halves = min(int(share * cells * 2), cells * 2)
    full = glyphs.bar * (halves // 2) + glyphs.bar_half * (halves % 2)
    return (full, "busy"), (glyphs.bar_rest * (cells - width_of(full)), "dim")


def _share(step: StepRow, elapsed_s: float) -> float | None:
    """Return how much is done, from 0 to 1; None: nothing is known.

    By time where earlier runs say how long it takes, for the last units are the longest ones (at half the time 85 % of
    them are done); never full before it is over. Else by units, which is all there is.
    """
    if step.kind not in ("compile", "link"):
        return None
    if step.expected_s:
        return min(elapsed_s / step.expected_s, 0.97)
    if step.units_total:
        return min(step.units_done / step.units_total, 1.0)
    return None


def _now(step: StepRow, room: int, glyphs: Glyphs) -> str:
    """Return what is being compiled, as many names as there is room for, and how many there are beside them."""
    if not step.now and step.retried:
        return glyphs.text(f"again: {step.retried[-1]}")
    names = [glyphs.text(unit.partition(" ")[0]) for unit in step.now]
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        text = ", ".join(names[:shown]) + more
        if width_of(text) <= room or shown == 1:
            return text
    return ""


def _folded(waiting: Sequence[Row], paper: Paper) -> Line:
    """Return one line for all rows that wait: as many titles as fit, and how many there are beside them."""
    glyphs = paper.glyphs
    head = f"{glyphs.waiting} {len(waiting)} waiting: "
    titles = listed_within([glyphs.text(row.title) for row in waiting], paper.width - width_of(head))
    return ((head + titles if titles else head.removesuffix(": "), "dim"),)


def _outside(board: Board, paper: Paper) -> Line:
    return ((f"{paper.glyphs.waiting} ", "warn"), (paper.glyphs.text(board.waiting_for), "warn"))


def _totals(board: Board, found: Counts, now_s: float, glyphs: Glyphs) -> Line:
    states: tuple[tuple[int, str, Style], ...] = (
        (found.done, "done", "good"),
        (found.failed, "failed", "bad"),
        (found.skipped, "skipped", "dim"),
        (found.running, "running", "busy"),
        (found.waiting, "waiting", ""),
    )
    spans: list[Span] = [("  ", "")]
    for number, word, style in states:
        if number:
            spans += [(f" {glyphs.dot} ", "dim")] if len(spans) > 1 else []
            spans.append((f"{number} {word}", style))
    if len(spans) == 1:
        spans.append(("planning" if board.planned is None else "nothing to do", ""))
    if board.started is not None:
        spans += [(f" {glyphs.divider} ", "dim"), (count(board.started.jobs, "job"), "")]
    left_s = remaining_s(board, now_s)
    expected = f" of ~{clock(now_s + left_s)}" if left_s is not None else ""
    return (*spans, (f" {glyphs.divider} ", "dim"), (clock(now_s), "bold"), (expected, ""))
