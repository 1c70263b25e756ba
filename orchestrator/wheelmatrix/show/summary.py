"""The end of a run: every wheel, every failure once more, what keeps floors high, what to do next."""

import re
from collections.abc import Iterator, Sequence

from wheelmatrix.events import WheelVerified, WheelWritten
from wheelmatrix.show import shipped, targets
from wheelmatrix.show.board import Board, Row, counts
from wheelmatrix.show.cause import because
from wheelmatrix.show.failure import body
from wheelmatrix.show.left import folded
from wheelmatrix.show.markdown import markdown as markdown
from wheelmatrix.show.table import aligned, width_of_row, widths_of
from wheelmatrix.show.words import (
    ASCII,
    UNICODE,
    Glyphs,
    Line,
    Span,
    Style,
    count,
    listed,
    painted,
    plain,
    seconds,
    short_tag,
    size,
    told,
    wrapped,
)

_TAIL_LINES = 20
_DIGEST, _SHORT_DIGEST = 12, 8
"""Digits of a sha256: enough to tell two wheels apart by eye."""
_MOST_LEFT = 8
_MOST_WARNINGS = 10
_HEADS = ("wheel", "size", "tag", "floor", "proof", "time", "sha256")
_RIGHT = frozenset({"size", "time"})
_FLOORED = re.compile(r"\.\d+\.\d+$")
_GLIBC = re.compile(r"glibc (\d+)\.(\d+)")
_IMAGES = (((2, 28), "manylinux_2_28"), ((2, 17), "manylinux2014"))
"""glibc of the build images that PyPA maintains, newest first. Source: README of pypa/manylinux."""


def summary(board: Board, *, width: int | None = 100, is_unicode: bool = True, is_colored: bool = False) -> str:
    """Return the last lines of a run as text, without a line break at the end; the last line says what to do next.

    `width`: cells of the terminal; None: nothing is cut. Works for a run that never ended (a crash), too.
    """
    write = painted if is_colored else plain
    return "\n".join(write(line) for line in lines(board, UNICODE if is_unicode else ASCII, width=width))


def lines(board: Board, glyphs: Glyphs, *, width: int | None) -> tuple[Line, ...]:
    """Return the last lines of a run; only a path may be wider than `width`."""
    parts = (
        _failures(board, glyphs, width),
        _table(board, glyphs, width),
        shipped.table(board, glyphs, width),
        targets.table(board, glyphs, width),
        _floors(board, glyphs, width),
        _proofs(board, glyphs, width),
        _skipped(board, glyphs, width),
        shipped.skipped(board, glyphs, width),
        shipped.lacking(board, glyphs, width),
        _left(board, glyphs, width),
        _reproduced(board, width),
        _warnings(board, glyphs, width),
    )
    told: list[Line] = []
    for part in parts:
        if found := list(part):
            told += [*found, ()]
    return (*told, *_end(board, glyphs, width))


def failures(board: Board, glyphs: Glyphs, *, width: int | None) -> tuple[Line, ...]:
    """Return only what failed, and what to do next; empty if nothing failed."""
    found = tuple(_failures(board, glyphs, width))
    return (*found, *_end(board, glyphs, width)) if found else ()


def as_json(board: Board) -> dict[str, object]:
    """Return what the summary tells, as JSON values; keys are only added within a schema number."""
    planned, started, finished = board.planned, board.started, board.finished
    named = planned or board.release
    return {
        "schema": 1,
        "run": started.run if started else "",
        "project": named.project if named else "",
        "version": named.version if named else "",
        "exit_code": finished.exit_code if finished else None,
        "seconds": round(finished.seconds if finished else board.at_s, 3),
        "wheels": [
            _wheel_json(row.wheel, row.proof, row.elapsed_s(board.at_s)) for row in _written(board) if row.wheel
        ],
        "failures": [
            {
                "step": step.step,
                "title": step.title,
                "message": step.end.message,
                "hint": step.end.hint,
                "exit_code": step.end.exit_code,
                "tail": list(step.end.tail),
                "log": step.end.log,
            }
            for step in board.failures
            if step.end
        ],
        "targets": targets.as_json(board),
        "left_out": list(planned.left) if planned else [],
        "warnings": list(board.warnings),
        "advice": finished.advice if finished else "",
        **shipped.as_json(board),
    }


def _reproduced(board: Board, width: int | None) -> Iterator[Line]:
    if any(step.kind == "reproduce" and step.state == "done" for step in board.steps.values()):
        yield from (((text, ""),) for text in wrapped("built twice, in two places: every wheel is the same", width))


def _wheel_json(wheel: WheelWritten, proof: WheelVerified | None, seconds_: float) -> dict[str, object]:
    return {
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
        "seconds": round(seconds_, 3),
        "verified": None
        if proof is None
        else {"tier": proof.tier, "pythons": list(proof.pythons), "lacking": proof.message.splitlines()},
    }


def _written(board: Board) -> list[Row]:
    return [row for row in board.rows if row.wheel is not None]


def _failures(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    for step in board.failures:
        if step.end is None:
            continue
        head: tuple[Span, ...] = (
            (f"{glyphs.failed} ", "bad"),
            (f"{glyphs.text(step.title)}  ", "bold"),
            (f"{step.kind} failed", "bad"),
            (f" after {seconds(step.end.seconds)}", "dim"),
        )
        yield glyphs.fit(head, width)
        yield from body(step, glyphs, width=width, most=_TAIL_LINES, is_after_headline=False)


def _table(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield the table of wheels: with the files' names where they fit, else with short ids; then without columns.

    The floor goes first, for the tag says much the same, then the digest, which is in the journal.
    """
    rows = _written(board)
    if not rows:
        return
    none = () if board.proofs else ("proof",)
    for is_short, heads in (
        (False, _without(*none)),
        (True, _without(*none)),
        (True, _without("floor", *none)),
        (True, _without("floor", "sha256", *none)),
        (True, _without("floor", "sha256", "time", *none)),
    ):
        table = [[_cell(row, head, board, glyphs, is_short=is_short) for head in heads] for row in rows]
        widths = widths_of(heads, table)
        if width is None or width_of_row(widths) <= width:
            break
    yield glyphs.fit((("  ", ""), (aligned(heads, heads, widths, _RIGHT), "dim")), width)
    for cells in table:
        yield glyphs.fit(((f"{glyphs.done} ", "good"), (aligned(cells, heads, widths, _RIGHT), "")), width)


def _without(*names: str) -> tuple[str, ...]:
    return tuple(head for head in _HEADS if head not in names)


def _cell(row: Row, head: str, board: Board, glyphs: Glyphs, *, is_short: bool) -> str:
    wheel = row.wheel
    if wheel is None:
        raise AssertionError("only rows with a wheel are in the table")
    match head:
        case "wheel":
            return glyphs.text(row.title if is_short else wheel.filename)
        case "size":
            return size(wheel.size_bytes)
        case "tag":
            return glyphs.text(short_tag(wheel.platform_tag))
        case "floor":
            return glyphs.text(wheel.floor or glyphs.skipped)
        case "proof":
            return glyphs.text(row.proof.tier if row.proof else glyphs.skipped)
        case "time":
            return "unchanged" if wheel.unchanged else seconds(row.elapsed_s(board.at_s))
        case _:
            return glyphs.text(wheel.sha256[: _SHORT_DIGEST if is_short else _DIGEST])


def _floors(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield what keeps floors high, once per reason, and how to lower them."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for wheel in board.wheels.values():
        if wheel.floor and wheel.floor_reason:
            reasons.setdefault((wheel.floor, wheel.floor_reason), []).append(wheel.wheel)
    for (floor, reason), wheels in reasons.items():
        verb = "needs" if len(wheels) == 1 else "need"
        yield from told(f"{count(len(wheels), 'wheel')} {verb} {floor}, because of {reason}", glyphs, width, "")
    if advice := _lower([floor for floor, _ in reasons], board.targets):
        yield from told(advice, glyphs, width, "dim")


def _lower(floors: Sequence[str], targets: Sequence[str]) -> str:
    """Return how to lower the highest of these floors; empty where none is glibc's, or no image has an older one."""
    found = [(int(at[1]), int(at[2])) for floor in floors if (at := _GLIBC.fullmatch(floor))]
    image = next((name for floor, name in _IMAGES if found and floor < max(found)), "")
    if not image:
        return ""
    floor = next(".".join(map(str, floor)) for floor, name in _IMAGES if name == image)
    target = next((each for each in targets if "-gnu" in each and not _FLOORED.search(each)), "")
    bound = f"; --target {target}.{floor} makes needing more an error" if target else ""
    return f"to lower it, build where glibc is older, in a {image} image for example{bound}"


def _proofs(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield what keeps wheels from being verified any further, once per reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for proof in board.proofs.values():
        if proof.message:
            reasons.setdefault((proof.tier, proof.message), []).append(proof.wheel)
    for (tier, message), wheels in reasons.items():
        text = message.replace("\n", "; ")
        yield from told(f"{listed(wheels, 6)}: verified up to {tier}; {text}", glyphs, width, "")


def _skipped(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    reasons: dict[str, list[str]] = {}
    for row in board.rows:
        if row.state == "skipped" and row.step.upload is None:
            reasons.setdefault(because(board, row.step), []).append(row.title)
    for reason, titles in reasons.items():
        end = f": {reason}" if reason else ""
        yield from told(f"{glyphs.skipped} not built: {listed(titles, 6)}{end}", glyphs, width, "")


def _left(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    left = board.planned.left if board.planned else ()
    yield from (((text, "dim"),) for text in folded(left, glyphs, width=width, most=_MOST_LEFT))


def _warnings(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    for message in board.warnings[:_MOST_WARNINGS]:
        yield from told(f"{glyphs.warning} warning: {message}", glyphs, width, "warn")
    if (more := len(board.warnings) - _MOST_WARNINGS) > 0:
        yield ((f"{glyphs.warning} and {count(more, 'warning')} more", "warn"),)
    said = sum(each.level == "warning" for each in board.diagnosed)
    if said:
        least = " or more" if board.diagnosed_more else ""
        yield from told(f"{glyphs.warning} the compiler warned of {count(said, 'thing')}{least}", glyphs, width, "dim")


def _end(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    parts = _built(board) if board.release is None else shipped.came_to(board)
    if board.finished is None:
        parts.append(f"the run did not end; this is its state after {seconds(board.at_s)}")
        style: Style = "warn"
    else:
        parts[-1] += f" in {seconds(board.finished.seconds)}"
        style = "good" if board.finished.exit_code == 0 else "bad"
    yield from told(", ".join(parts), glyphs, width, style)
    if board.finished is not None and board.finished.advice:
        yield from told(board.finished.advice, glyphs, width, "bold")
    elif board.finished is None and board.started is not None:
        again = shipped.resume(board) or f"wheelmatrix build --resume {board.started.run}"
        yield from told(again, glyphs, width, "bold")


def _built(board: Board) -> list[str]:
    found = counts(board.rows)
    unfinished = found.running + found.waiting if board.finished is None else 0
    parts = [count(len(board.wheels), "wheel")]
    parts += [f"{found.failed} failed"] if found.failed else []
    parts += [f"{found.skipped} not built"] if found.skipped else []
    parts += [f"{unfinished} not finished"] if unfinished else []
    return parts
