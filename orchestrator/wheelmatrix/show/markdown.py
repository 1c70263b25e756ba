"""The end of a run as Markdown, for GitHub's step summary and for `report`."""

import re
from collections.abc import Iterable, Iterator

from wheelmatrix.show import shipped
from wheelmatrix.show.board import Board, StepRow, counts
from wheelmatrix.show.failure import tail
from wheelmatrix.show.files import missing, uploads
from wheelmatrix.show.left import by_reason
from wheelmatrix.show.release_words import deadline
from wheelmatrix.show.targets import by_target
from wheelmatrix.show.words import UNICODE, clean, count, rows, seconds, size

_TAIL_LINES = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~&])")


def markdown(board: Board) -> str:
    """Return the wheels, failures and cells left out of a run as GitHub flavoured Markdown; ends in a line break.

    Of a release it is the files, what is missing, the warnings, and what to do next.
    """
    parts = (_head, _wheels, _files, _targets, _failures, _left, _missing)
    return "\n".join(line for part in parts for line in part(board)) + "\n"


def _head(board: Board) -> Iterator[str]:
    planned, found = board.planned or board.release, counts(board.rows)
    name = f"{planned.project} {planned.version}" if planned else "wheelmatrix"
    parts = [count(len(board.wheels), "wheel")]
    parts += [f"{found.failed} failed"] if found.failed else []
    parts += [f"{found.skipped} not built"] if found.skipped else []
    parts = parts if board.release is None else shipped.came_to(board)
    time = f" in {seconds(board.finished.seconds)}" if board.finished else "; the run did not end"
    yield f"### {_escaped(name)}: {', '.join(parts)}{time}"


def _wheels(board: Board) -> Iterator[str]:
    written = [(row, row.wheel) for row in board.rows if row.wheel is not None]
    if not written:
        return
    yield ""
    proof = ("Proof | ", "---|") if board.proofs else ("", "")
    yield f"| Wheel | Size | Tag | Floor | {proof[0]}Time | SHA-256 |"
    yield f"|---|---:|---|---|{proof[1]}---:|---|"
    for row, wheel in written:
        time = "unchanged" if wheel.unchanged else seconds(row.elapsed_s(board.at_s))
        cells = (
            _code(wheel.filename), size(wheel.size_bytes), _code(wheel.platform_tag), _escaped(wheel.floor),
            *((row.proof.tier if row.proof else "",) if board.proofs else ()), time, _code(wheel.sha256),
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _files(board: Board) -> Iterator[str]:
    """Yield the table of a release's files."""
    found = uploads(board)
    if not found:
        return
    yield from ("", "| File | Size | State | Attempts | Time | SHA-256 |", "|---|---:|---|---:|---:|---|")
    for step, upload in found:
        size_, state, attempts, time, sha256 = shipped.cells(step, upload, UNICODE)
        yield f"| {' | '.join((_code(step.title), size_, _escaped(state), attempts, time, _code(sha256)))} |"


def _missing(board: Board) -> Iterator[str]:
    """Yield what a release lacks, what it was warned of, and what to do next."""
    if board.release is None:
        return
    if names := missing(board):
        yield from ("", f"**Missing on {_escaped(board.release.repository)}**", "")
        yield from (f"- {_code(name)}" for name in names)
    if until := deadline(board.release) if names else "":
        yield from ("", _escaped(f"{until[:1].upper()}{until[1:]}."))
    if board.warnings:
        yield ""
        yield from (f"- Warning: {_escaped(message)}" for message in board.warnings)
    if advice := board.finished.advice if board.finished else shipped.resume(board):
        yield from ("", f"Next: {_escaped(advice)}")


def _targets(board: Board) -> Iterator[str]:
    """Yield the table of targets, where there are several."""
    targets = by_target(board)
    if len(targets) < 2:
        return
    yield ""
    yield "| Target | Wheels | Failed | Left | Linker | Floor |"
    yield "|---|---:|---:|---:|---|---|"
    for each in targets:
        numbers = (f"{each.done}/{each.wheels}", str(each.failed), str(each.left))
        yield f"| {' | '.join((_code(each.target), *numbers, _escaped(each.linker), _escaped(each.floor)))} |"


def _failures(board: Board) -> Iterator[str]:
    for step in board.failures:
        yield ""
        yield f"**{_escaped(step.title)}: {_escaped(step.kind)} failed**"
        yield from _why(step)


def _why(step: StepRow) -> Iterator[str]:
    if step.end is None:
        return
    yield ""
    yield from (f"{_escaped(line)}  " for line in rows(step.end.message))
    yield from (f"Hint: {_escaped(line)}  " for line in rows(step.end.hint))
    if kept := [clean(line) for line in tail(step.end.tail, _TAIL_LINES)]:
        fence = _fence(kept)
        yield from ("", "<details><summary>Last lines of the log</summary>", "", f"{fence}text", *kept, fence)
        yield from ("", "</details>")
    if step.end.log:
        yield from ("", f"Log: {_code(step.end.log)}")


def _left(board: Board) -> Iterator[str]:
    left = by_reason(board.planned.left if board.planned else ())
    if not left:
        return
    cells = sum(map(len, left.values()))
    yield from ("", f"<details><summary>{count(cells, 'cell')} left out</summary>", "")
    for reason, names in left.items():
        yield f"- {', '.join(map(_code, names))}: {_escaped(reason)}"
    yield from ("", "</details>")


def _escaped(text: str) -> str:
    """Return text that Markdown and HTML take as it is. Source: CommonMark 2.4, backslash escapes."""
    return _SPECIAL.sub(r"\\\1", clean(text))


def _code(text: str) -> str:
    """Return a code span; longer fences than the text's own runs of backticks (CommonMark 6.1), and no column ends."""
    shown = clean(text).replace("|", "\\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"{fence}{shown}{fence}" if len(fence) == 1 else f"{fence} {shown} {fence}"


def _fence(lines: Iterable[str]) -> str:
    return "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
