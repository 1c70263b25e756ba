"""The end of a release: its files as a table, what is missing, and both as JSON values. Pure."""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from wheelmatrix.show.board import Board, State, StepRow
from wheelmatrix.show.cause import because
from wheelmatrix.show.filenames import least_room, shortened
from wheelmatrix.show.files import Standing, missing, outcome, standing, tally, uploads
from wheelmatrix.show.release import Upload
from wheelmatrix.show.release_words import deadline
from wheelmatrix.show.table import aligned, width_of_row, widths_of
from wheelmatrix.show.targets import mark
from wheelmatrix.show.words import Glyphs, Line, count, listed, seconds, size, told

_HEADS = ("file", "size", "state", "attempts", "time", "sha256")
_RIGHT = frozenset({"size", "attempts", "time"})
_SHORTEST = 16
"""Cells that a file's name has on any screen."""
_DIGEST, _SHORT_DIGEST = 12, 8
_MOST_NAMED = 6


def table(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield a line per file in the order of starting, with heads above; nothing if there is no release.

    Where it is too wide names are shortened; then the digest goes, which is in the journal, then time and attempts.
    """
    found = uploads(board)
    if not found:
        return
    titles = [step.title for step, _ in found]
    least, room = least_room(titles, glyphs), None
    for heads, digits in ((_HEADS, _DIGEST), (_HEADS, _SHORT_DIGEST), *((_HEADS[:n], 0) for n in (5, 4, 3))):
        others = [cells(*each, glyphs, digits)[: len(heads) - 1] for each in found]
        if width is None:
            break
        room = width - width_of_row([0, *widths_of(heads[1:], others)])
        if room >= least:
            break
    names = shortened(titles, None if room is None else max(room, _SHORTEST), glyphs)
    rows = [(names[title], *other) for title, other in zip(titles, others, strict=True)]
    widths = widths_of(heads, rows)
    yield glyphs.fit((("  ", ""), (aligned(heads, heads, widths, _RIGHT), "dim")), width)
    for (step, upload), row in zip(found, rows, strict=True):
        yield glyphs.fit((mark(_state(step, upload), glyphs), (aligned(row, heads, widths, _RIGHT), "")), width)


def skipped(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield which files were not sent, or not to the end, once per reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for step, upload in uploads(board):
        if step.state == "skipped":
            reasons.setdefault((standing(step, upload), because(board, step)), []).append(step.title)
    for (state, reason), titles in reasons.items():
        end = f": {reason}" if reason else ""
        yield from told(f"{glyphs.skipped} {state}: {listed(titles, _MOST_NAMED)}{end}", glyphs, width, "")


def lacking(board: Board, glyphs: Glyphs, width: int | None) -> Iterator[Line]:
    """Yield what the index lacks, and until when it would take it."""
    if board.release is None or not (names := missing(board)):
        return
    text = f"{glyphs.failed} missing on {board.release.repository}: {', '.join(names)}"
    yield from told(text, glyphs, width, "bad")
    yield from told(deadline(board.release), glyphs, width, "dim")


def came_to(board: Board) -> list[str]:
    """Return what came of a release: `4 of 6 files are on the index`, `1 failed`, `1 not sent`."""
    found = tally(board, board.at_s)
    parts = [f"{found.stored} of {count(found.files, 'file')} {'is' if found.stored == 1 else 'are'} on the index"]
    for state in ("failed", "interrupted", "not sent", "sending", "retrying", "waiting"):
        parts += [f"{number} {state}"] if (number := found.standings.get(state, 0)) else []
    return parts


def resume(board: Board) -> str:
    """Return how a release that did not end is taken up again; empty if nothing was planned."""
    release = board.release
    return f"wheelmatrix upload --resume {canonicalize_name(release.project)}-{release.version}" if release else ""


def as_json(board: Board) -> dict[str, object]:
    """Return the keys that only a release has."""
    if board.release is None:
        return {}
    return {
        "repository": board.release.repository,
        "files": [_file_json(step, upload) for step, upload in uploads(board)],
    }


def cells(step: StepRow, upload: Upload, glyphs: Glyphs, digits: int = _DIGEST) -> tuple[str, ...]:
    """Return a file's size, state, attempts, time and digest as short texts, cleaned."""
    attempts = upload.end.attempts if upload.end else upload.attempt
    return (
        size(upload.size_bytes),
        glyphs.text(outcome(step, upload)),
        str(attempts or glyphs.skipped),
        seconds(step.end.seconds) if step.end and attempts else glyphs.skipped,
        glyphs.text(upload.sha256[:digits]),
    )


def _file_json(step: StepRow, upload: Upload) -> dict[str, object]:
    end = upload.end
    return {
        "filename": step.title,
        "path": upload.path,
        "sha256": upload.sha256,
        "size_bytes": upload.size_bytes,
        "state": end.state if end else standing(step, upload).replace(" ", "-"),
        "attempts": end.attempts if end else upload.attempt,
        "status": end.status if end else 0,
        "message": end.message if end else step.end.message if step.end else "",
    }


def _state(step: StepRow, upload: Upload) -> State:
    """Return the state whose sign a file has: that of its end, also where the run broke off just behind it."""
    states: dict[Standing, State] = {"stored": "done", "failed": "failed", "sending": "running", "retrying": "running"}
    return states.get(standing(step, upload), "skipped" if step.state == "skipped" else "waiting")
