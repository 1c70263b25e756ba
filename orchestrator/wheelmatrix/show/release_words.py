"""What is told of a release in lines of words: its plan, each file's end and waits, how it goes. Pure.

Nothing here is cleaned yet: whoever writes it does that.
"""

from datetime import datetime

from wheelmatrix.events import ReleasePlanned, UploadWaiting
from wheelmatrix.show.board import Board, StepRow
from wheelmatrix.show.cause import because
from wheelmatrix.show.files import standing, tally, uploads
from wheelmatrix.show.release import Upload, filename_of
from wheelmatrix.show.remaining import remaining_s
from wheelmatrix.show.sending import countdown, out_of, per_second
from wheelmatrix.show.words import about, count, portion, seconds, size

_ASKING = "asking the index"
"""A wait without a reason of its own."""
_LONG_S = 2.0
"""Seconds from which on such a wait is worth a line."""
_MOST_NAMED = 4
"""Files that are named where it is told how a release goes."""


def plan_parts(event: ReleasePlanned) -> tuple[str, ...]:
    """Return what a release is: `demo 1.0`, `6 files`, `96.0 MB`, the URL."""
    return (
        f"{event.project} {event.version}",
        count(len(event.steps), "file"),
        size(sum(event.sizes_bytes)),
        event.repository,
    )


def plan(event: ReleasePlanned) -> str:
    """Return what a release is, as a sentence."""
    *parts, repository = plan_parts(event)
    return f"{', '.join(parts)}, to {repository}"


def deadline(event: ReleasePlanned) -> str:
    """Return until when the index takes files, as a sentence; empty: that is not known, or for ever."""
    return f"the index takes files for this release until {_moment(event.deadline)}" if event.deadline else ""


def progress(board: Board) -> str:
    """Return how many of its files the index has: `3/6`."""
    found = uploads(board)
    return f"{sum(standing(*each) == 'stored' for each in found)}/{len(found)}"


def arrival(step: StepRow, upload: Upload) -> str:
    """Return how a file came to be on the index: `stored, 8.2 MB, 2 attempts, 3.1s`."""
    end = upload.end
    remark = f" ({end.message})" if end and end.message else ""
    if end and end.state == "same":
        return f"was there already{remark}"
    parts = [("confirmed by the index's digest" if end and end.state == "confirmed" else "stored") + remark]
    parts.append(size(upload.size_bytes))
    if (attempts := end.attempts if end else upload.attempt) > 1:
        parts.append(count(attempts, "attempt"))
    if step.end:
        parts.append(seconds(step.end.seconds))
    return ", ".join(parts)


def ended(board: Board, step: StepRow, upload: Upload) -> str:
    """Return what came of a file that did not fail."""
    if step.state == "done":
        return f"{progress(board)} {step.title} {arrival(step, upload)}"
    reason = because(board, step)
    return f"{progress(board)} {step.title} {standing(step, upload)}" + (f": {reason}" if reason else "")


def wait(board: Board, event: UploadWaiting) -> str:
    """Return what a file waits for; empty where it is no more than a look at the index."""
    upload = board.steps[event.step].upload
    if upload is None or not upload.waits_for or (upload.waits_for == _ASKING and event.seconds <= _LONG_S):
        return ""
    what, _ = countdown(upload, 0.0)
    return f"{filename_of(event.step)}: {what}" + (f" in {event.seconds:g} s" if event.seconds > 0 else "")


def beat(board: Board, now_s: float) -> str:
    """Return how a release goes: files, bytes, what is on its way, what is still to come."""
    found = tally(board, now_s)
    parts = [f"{progress(board)} files, {out_of(found)}"]
    if found.rate is not None:
        parts.append(per_second(found.rate))
    for state in ("sending", "retrying"):
        if busy := [each for each in uploads(board) if standing(*each) == state]:
            named = ", ".join(_at(step, upload, now_s) for step, upload in busy[:_MOST_NAMED])
            more = f" +{len(busy) - _MOST_NAMED}" if len(busy) > _MOST_NAMED else ""
            parts.append(f"{len(busy)} {state} ({named}{more})")
    if waiting := found.standings.get("waiting"):
        parts.append(f"{waiting} waiting")
    if board.waiting_for:
        parts.append(f"waiting for {board.waiting_for}")
    if (left_s := remaining_s(board, now_s)) is not None:
        parts.append(f"{about(left_s)} left")
    return ", ".join(parts)


def _moment(iso: str) -> str:
    """Return a moment as people write it: `2026-12-11 09:30 UTC`; as it is, if it is none."""
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found:%Y-%m-%d %H:%M} {found.tzname() or ''}".rstrip()


def _at(step: StepRow, upload: Upload, now_s: float) -> str:
    """Return a file on its way and where it is at."""
    if upload.waits_for:
        return f"{step.title}: {''.join(countdown(upload, now_s))}"
    sent = portion(upload.sent_bytes, upload.size_bytes) if upload.sent_bytes is not None else size(upload.size_bytes)
    return f"{step.title} {sent}" + (f" attempt {upload.attempt}" if upload.attempt > 1 else "")
