"""The rows of the live block where there are more cells than rows: one line per target. Pure.

✘ x86_64-unknown-linux-gnu.2.17   3/9 wheels, 1 failed, 2 compiling  cp313, cp314
▶ cp313-manylinux_2_17_x86_64   compile    96/101 ━━━━━━━━╸─   6.2s ~8s    pyo3, demo
◦ universal2-apple-darwin         0/9 wheels
"""

from collections.abc import Callable, Sequence

from wheelmatrix.show.board import Board, Row
from wheelmatrix.show.targets import TargetRow, by_target, mark
from wheelmatrix.show.words import Glyphs, Line, Span, count, width_of

_DOING = {
    "audit": "auditing",
    "compile": "compiling",
    "generate": "generating",
    "merge": "merging",
    "pack": "packing",
    "prepare": "preparing",
    "verify": "verifying",
    "waiting": "between steps",
    "link": "linking first",
}
"""What a row is at, by the kind of its step."""


def is_grouped(board: Board, block_rows: int) -> bool:
    """Return whether rows are grouped by target: with several of them, and more cells than the block has rows.

    The answer is the same for a whole run, so that nothing jumps.
    """
    planned = board.planned
    return planned is not None and len(planned.cells) > block_rows and len(set(planned.step_targets) - {""}) > 1


def grouped(board: Board, room: int, width: int, glyphs: Glyphs, line_of: Callable[[Row], Line]) -> list[Line]:
    """Return at most `room` lines: one per target in the plan's order, with the rows that run below it as room allows.

    Of these the ones that are at work count before those between two steps. Where there is no room for every target,
    those come first in which something runs or failed, and the last line counts the others. `line_of` draws a row.
    """
    targets = by_target(board)
    if room <= 0:
        return []
    if len(targets) > room:
        return _cut(targets, room, width, glyphs)
    loose = [row for row in board.rows if row.state == "running" and not row.target]
    busy = [row for target in targets for row in target.rows if row.state == "running"]
    busy.sort(key=lambda row: row.step.state != "running")
    shown = {row.title for row in [*loose, *busy][: room - len(targets)]}
    lines = [line_of(row) for row in loose if row.title in shown]
    for target in targets:
        lines.append(_line(target, targets, shown, width, glyphs))
        lines += [line_of(row) for row in target.rows if row.title in shown and row.state == "running"]
    return lines


def _cut(targets: Sequence[TargetRow], room: int, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the lines of the targets that matter most now, and how many there are beside them."""
    by_weight = sorted(targets, key=lambda each: not (each.failed or each.running))
    first, others = by_weight[: room - 1], by_weight[room - 1 :]
    done, wheels = sum(each.done for each in others), sum(each.wheels for each in others)
    more = f"  {glyphs.text('…')} and {count(len(others), 'target')} more, {done}/{wheels} wheels"
    return [*(_line(each, targets, frozenset(), width, glyphs) for each in first), ((more, "dim"),)]


def _line(
    target: TargetRow, targets: Sequence[TargetRow], shown: frozenset[str] | set[str], width: int, glyphs: Glyphs
) -> Line:
    names = [glyphs.text(each.target) for each in targets]
    column = min(max(map(width_of, names)), max(width // 2, 12))
    digits = max(len(f"{each.done}/{each.wheels}") for each in targets)
    spans: list[Span] = [
        mark(target.state, glyphs),
        (f"{glyphs.column(glyphs.text(target.target), column)}  ", ""),
        (f"{f'{target.done}/{target.wheels}':>{digits}} wheels", ""),
    ]
    if target.failed:
        spans += [(", ", ""), (f"{target.failed} failed", "bad")]
    running = sorted(target.running.items(), key=lambda item: item[0] == "waiting")
    spans += [(f", {number} {_DOING.get(kind, kind)}", "") for kind, number in running]
    hidden = [row.title.rpartition("-")[0] for row in target.rows if row.state == "running" and row.title not in shown]
    if any(hidden):
        spans.append((f"  {glyphs.text(', '.join(filter(None, hidden)))}", "dim"))
    return tuple(spans)
