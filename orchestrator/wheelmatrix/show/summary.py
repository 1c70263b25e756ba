"""The end of a run: every wheel, every failure once more, what was left out, and what to do next."""

from collections.abc import Iterator
from typing import Any

from wheelmatrix.events import StepFinished, WheelWritten
from wheelmatrix.show.board import Board, Row, rows_in, wheel_seconds
from wheelmatrix.show.words import ASCII, UNICODE, clean, cut, plural, seconds, size

_TAIL_LINES = 20
_DIGEST = 12
_MOST_LEFT = 6


def summary(board: Board, *, width: int = 100, is_unicode: bool = True) -> str:
    """Return the last lines of a run, without colours; the last one says what to do next."""
    signs = UNICODE if is_unicode else ASCII
    parts = [*_failures(board, signs, width), *_table(board, signs), *_left(board), *_skipped(board), *_floor(board)]
    return "\n".join([*parts, *_end(board)])


def as_json(board: Board) -> dict[str, Any]:
    """Return what the summary tells, as JSON values."""
    return {
        "schema": 1,
        "run": board.run,
        "project": board.project,
        "version": board.version,
        "exit_code": board.end.exit_code if board.end else None,
        "seconds": board.end.seconds if board.end else board.last_s,
        "wheels": [
            {
                "id": wheel.wheel,
                "filename": wheel.filename,
                "path": wheel.path,
                "size_bytes": wheel.size_bytes,
                "sha256": wheel.sha256,
                "platform_tag": wheel.platform_tag,
                "floor": wheel.floor,
                "floor_reason": wheel.floor_reason,
                "cells": list(wheel.cells),
                "unchanged": wheel.unchanged,
                "seconds": round(wheel_seconds(board, wheel), 3),
            }
            for wheel in board.wheels.values()
        ],
        "failures": [
            {
                "step": row.step,
                "title": row.title,
                "message": row.finish.message,
                "hint": row.finish.hint,
                "exit_code": row.finish.exit_code,
                "log": row.finish.log,
            }
            for row in rows_in(board, "failed")
            if row.finish
        ],
        "left_out": list(board.left),
        "warnings": list(board.warnings),
    }


def markdown(board: Board) -> str:
    """Return the summary as GitHub's step summary shows it."""
    lines = [f"### {board.project} {board.version}: {plural(len(board.wheels), 'wheel')}", ""]
    if board.wheels:
        lines += ["| wheel | size | tag | floor | seconds | sha256 |", "|---|---|---|---|---|---|"]
    for wheel in board.wheels.values():
        cells = (
            f"`{wheel.filename}`", size(wheel.size_bytes), f"`{wheel.platform_tag}`", wheel.floor,
            f"{wheel_seconds(board, wheel):.1f}", f"`{wheel.sha256}`",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    for row in rows_in(board, "failed"):
        if row.finish:
            lines += ["", f"**{row.title} failed ({row.stage})**", "", "```text"]
            lines += [*clean(row.finish.message).splitlines(), *map(clean, row.finish.tail), "```"]
    return "\n".join(lines) + "\n"


def _failures(board: Board, signs: dict[str, str], width: int) -> Iterator[str]:
    for row in rows_in(board, "failed"):
        if row.finish is None:
            continue
        yield f"{signs['failed']} {row.title} failed in {row.stage} after {seconds(row.seconds)}"
        yield from failure_lines(row.finish, width)
        yield ""


def failure_lines(finish: StepFinished, width: int) -> Iterator[str]:
    """Yield why a step failed, the last lines of its log, and where the whole log is."""
    yield from (f"    {line}" for line in clean(finish.message).splitlines())
    yield from (f"    hint: {line}" for line in clean(finish.hint).splitlines())
    yield from (f"    | {cut(clean(line).expandtabs(), max(20, width - 6))}" for line in finish.tail[-_TAIL_LINES:])
    if finish.log:
        yield f"    log: {finish.log}"


def _table(board: Board, signs: dict[str, str]) -> Iterator[str]:
    wheels = list(board.wheels.values())
    if not wheels:
        return
    rows = [("", "wheel", "size", "floor", "seconds", "sha256"), *(_cells(board, wheel, signs) for wheel in wheels)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for mark, name, bytes_, floor, time, digest in rows:
        yield (
            f"{mark:1} {name:{widths[1]}}  {bytes_:>{widths[2]}}  {floor:{widths[3]}}  {time:>{widths[4]}}  {digest}"
        ).rstrip()
    yield ""


def _cells(board: Board, wheel: WheelWritten, signs: dict[str, str]) -> tuple[str, ...]:
    time = "unchanged" if wheel.unchanged else seconds(wheel_seconds(board, wheel))
    return signs["done"], wheel.filename, size(wheel.size_bytes), wheel.floor or "-", time, wheel.sha256[:_DIGEST]


def _left(board: Board) -> Iterator[str]:
    if not board.left:
        return
    yield f"left out: {'; '.join(board.left[:_MOST_LEFT])}"
    if len(board.left) > _MOST_LEFT:
        yield f"  and {len(board.left) - _MOST_LEFT} more: wheelmatrix plan says why"


def _skipped(board: Board) -> Iterator[str]:
    """Yield each wheel that was not begun because of another step, with the reason."""
    for row in rows_in(board, "skipped"):
        if row.stage == "pack" and row.finish and not _has_failed(board, row):
            yield f"not built: {row.title}: {row.finish.message}"


def _has_failed(board: Board, row: Row) -> bool:
    return any(other.title == row.title for other in rows_in(board, "failed"))


def _floor(board: Board) -> Iterator[str]:
    """Yield what keeps the tags high, once for each reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for wheel in board.wheels.values():
        if wheel.floor and wheel.floor_reason:
            reasons.setdefault((wheel.floor, wheel.floor_reason), []).append(wheel.wheel)
    for (floor, reason), wheels in reasons.items():
        yield f"{floor} is needed by {plural(len(wheels), 'wheel')} because of {clean(reason)}"
    if reasons:
        yield "  an older build machine (or container) lowers it; `wheelmatrix audit FILE` names every symbol"


def _end(board: Board) -> Iterator[str]:
    failed = len(rows_in(board, "failed"))
    counts = [plural(len(board.wheels), "wheel")]
    if failed:
        counts.append(f"{failed} failed")
    skipped = sum(1 for row in rows_in(board, "skipped") if row.stage == "pack")
    if skipped:
        counts.append(f"{skipped} not built")
    time = board.end.seconds if board.end else board.last_s
    state = "" if board.end else " so far: the run did not end by itself"
    yield f"{', '.join(counts)} in {seconds(time)}{state}"
    if board.end and board.end.advice:
        yield f"next: {clean(board.end.advice)}"
