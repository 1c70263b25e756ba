"""The rows of the live block while a release is sent: one for each file on its way. Pure.

▶ cp313-manylinux_x86_64   12.3/80.0 MB ━━╸─────   3.1s  4.2 MB/s  attempt 2
◦ cp312-manylinux_x86_64  503 Service Unavailable; attempt 2 of 6 in 4 s
◦ 2 waiting: cp311-manylinux_x86_64, demo-1.0.tar.gz
  3 stored · 1 sending · 1 retrying · 2 waiting │ 34.5 of 96.0 MB │ 8.2 MB/s │ 0:41 of ~1:25
"""

import re
from collections.abc import Mapping
from math import ceil

from wheelmatrix.show.board import Board
from wheelmatrix.show.filenames import shortened
from wheelmatrix.show.files import Standing, Tally, standing, tally, uploads
from wheelmatrix.show.release import Upload
from wheelmatrix.show.remaining import remaining_s
from wheelmatrix.show.words import (
    Glyphs,
    Line,
    Span,
    Style,
    clock,
    listed_within,
    plain,
    portion,
    seconds,
    size,
    width_of,
)
from wheelmatrix.values import dataclass

_WIDE, _NARROW = 100, 66
"""Cells of a screen from which on the bar is long, and below which there is none."""
_ELAPSED, _LAST = 6, 19
"""Cells of the columns for the time and for `4.2 MB/s  attempt 2`."""
_LEAST_NAME = 12
_SAYS_WHEN = re.compile(r" in \d+(\.\d+)? s$")
_STYLES: dict[Standing, Style] = {
    "stored": "good", "failed": "bad", "interrupted": "warn", "not sent": "dim", "sending": "busy", "retrying": "warn",
    "waiting": "",
}  # fmt: skip
"""In the order of the last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How the rows of a release are laid out: the same for a whole run, so that nothing jumps."""

    names: Mapping[str, str]
    """What each file is called, by its name."""
    name: int
    """Cells, as those below."""
    size: int
    bar: int


def columns(board: Board, width: int, glyphs: Glyphs) -> Columns:
    """Return the columns on a screen of `width` cells."""
    found = uploads(board)
    sizes = [len(portion(upload.size_bytes, upload.size_bytes)) for _, upload in found]
    size_, bar = max(sizes, default=0), 16 if width >= _WIDE else 8 if width >= _NARROW else 0
    room = width - (2 + 2 + size_ + 1 + bar + 1 + _ELAPSED + 2 + _LAST)
    names = shortened([step.title for step, _ in found], max(room, _LEAST_NAME), glyphs)
    return Columns(names=names, name=max(map(width_of, names.values()), default=0), size=size_, bar=bar)


def in_flight(board: Board, now_s: float, room: int, width: int, glyphs: Glyphs) -> list[Line]:
    """Return at most `room` lines: one per file on its way in the order of starting, then one for all that wait."""
    found, grid = uploads(board), columns(board, width, glyphs)
    busy = [each for each in found if standing(*each) in ("sending", "retrying")]
    waiting = [grid.names[step.title] for step, upload in found if standing(step, upload) == "waiting"]
    free = room - 1 if waiting and room >= 2 else room
    shown = busy if len(busy) <= free else busy[: max(free - 1, 0)]
    lines = [_row(grid.names[step.title], upload, now_s, grid, width, glyphs) for step, upload in shown]
    if len(shown) < len(busy) and free > 0:
        lines.append(((f"  {glyphs.text('…')} and {len(busy) - len(shown)} more on their way", "dim"),))
    if free < room:
        head = f"{glyphs.waiting} {len(waiting)} waiting: "
        titles = listed_within(waiting, width - width_of(head))
        lines.append(((head + titles if titles else head.removesuffix(": "), "dim"),))
    return lines


def totals(board: Board, now_s: float, width: int, glyphs: Glyphs) -> Line:
    """Return the last line: files, bytes, rate, time; on a narrow screen the rate goes first, then the bytes."""
    found, left_s = tally(board, now_s), remaining_s(board, now_s)
    divider: Span = (f" {glyphs.divider} ", "dim")
    expected = f" of ~{clock(now_s + left_s)}" if left_s is not None else ""
    time: Line = (divider, (clock(now_s), "bold"), (expected, ""))
    out: Line = (divider, (out_of(found), ""))
    rate: Line = (divider, (per_second(found.rate), "")) if found.rate is not None else ()
    counted = _counted(found, glyphs)
    for line in ((*counted, *out, *rate, *time), (*counted, *out, *time), (*counted, *time)):
        if sum(width_of(text) for text, _ in line) <= width:
            return line
    return ((f"  {found.stored}/{found.files} stored", ""), *time)


def countdown(upload: Upload, now_s: float) -> tuple[str, str]:
    """Return what a file waits for, as it was said, and how much longer; the second is empty if nobody knows."""
    left_s = ceil(upload.waits_s(now_s))
    when = f"{left_s} s" if left_s < 100 else clock(left_s)
    return _SAYS_WHEN.sub("", upload.waits_for), f" in {when}" if left_s else ""


def out_of(found: Tally) -> str:
    """Return how many bytes of a release are there: `34.5 of 96.0 MB`."""
    return portion(found.there_bytes, found.total_bytes).replace("/", " of ")


def per_second(rate: float) -> str:
    """Return a rate: `4.2 MB/s`."""
    return f"{size(round(rate))}/s"


def _row(name: str, upload: Upload, now_s: float, grid: Columns, width: int, glyphs: Glyphs) -> Line:
    called = f"{glyphs.column(name, grid.name)}  "
    if upload.waits_for:
        return ((f"{glyphs.waiting} ", "warn"), (called, ""), *_waits(upload, now_s, width - 4 - grid.name, glyphs))
    sent = upload.sent_bytes
    told = size(upload.size_bytes) if sent is None else portion(min(sent, upload.size_bytes), upload.size_bytes)
    rate = upload.rate(now_s)
    parts = ("all sent" if upload.is_out else per_second(rate) if rate is not None else "",
             f"attempt {upload.attempt}" if upload.attempt > 1 else "")  # fmt: skip
    return (
        (f"{glyphs.running} ", "busy"),
        (f"{called}{told:>{grid.size}} ", ""),
        *_bar(upload, grid.bar, glyphs),
        (f" {seconds(now_s - upload.tried_s):>{_ELAPSED}}  ", ""),
        ("  ".join(filter(None, parts)), "dim"),
    )


def _waits(upload: Upload, now_s: float, room: int, glyphs: Glyphs) -> Line:
    """Return what a file waits for, cut so that the seconds stay in sight."""
    what, when = countdown(upload, now_s)
    shown = glyphs.fit(((glyphs.text(what), ""),), max(room - width_of(when), 0))
    return ((plain(shown), "warn"), (when, ""))


def _bar(upload: Upload, cells: int, glyphs: Glyphs) -> tuple[Span, Span]:
    if upload.sent_bytes is None or not upload.size_bytes:
        return (" " * cells, ""), ("", "")
    halves = min(upload.sent_bytes * cells * 2 // upload.size_bytes, cells * 2)
    full = glyphs.bar * (halves // 2) + glyphs.bar_half * (halves % 2)
    return (full, "busy"), (glyphs.bar_rest * (cells - width_of(full)), "dim")


def _counted(found: Tally, glyphs: Glyphs) -> Line:
    spans: list[Span] = [("  ", "")]
    for word, style in _STYLES.items():
        if number := found.standings.get(word, 0):
            spans += [(f" {glyphs.dot} ", "dim")] if len(spans) > 1 else []
            spans.append((f"{number} {word}", style))
    return tuple(spans)
