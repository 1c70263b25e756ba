"""How far each file's way to the index is, folded from its events. Pure: text and numbers in, values out.

What a server said is kept up to two thousand characters: no screen tells more.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from wheelmatrix.events import (
    ReleasePlanned,
    StepFinished,
    UploadEnded,
    UploadSent,
    UploadTried,
    UploadWaiting,
)
from wheelmatrix.model.release import ARRIVED
from wheelmatrix.show.words import capped
from wheelmatrix.values import dataclass

UploadEvent = UploadTried | UploadSent | UploadWaiting | UploadEnded

_SMOOTHED_S = 3.0
"""Seconds that a rate is taken over: fewer and it jumps, more and it lies."""
_SILENT_S = 1.0
"""Seconds without a tick after which a rate begins to fall."""
_MOST_TICKS = 32
"""More than come in `_SMOOTHED_S`, however often somebody ticks."""
_FIRST_S = 0.5
"""Seconds of an attempt before its rate is told: the first bytes go no further than this machine's buffers."""
_KIND = "upload:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file's way to the index."""

    path: str = ""
    size_bytes: int = 0
    """0: not known."""
    sha256: str = ""
    """Hexadecimal; empty: not known."""
    attempt: int = 0
    """The one that goes on, or the last one; 0: none began."""
    tried_s: float = 0.0
    """When it began."""
    sent_bytes: int | None = None
    """How many bytes are out in this attempt; None: nobody said so, as in a journal, which keeps no ticks."""
    ticks: tuple[tuple[float, int], ...] = ()
    """When how many bytes were out: those of the last seconds, and one before them."""
    waits_for: str = ""
    """What it does not go on for; empty: nothing."""
    waits_until_s: float | None = None
    """When it goes on; None: not known."""
    end: UploadEnded | None = None

    @property
    def has_arrived(self) -> bool:
        """Whether the index has these bytes."""
        return self.end is not None and self.end.state in ARRIVED

    @property
    def is_out(self) -> bool:
        """Whether all bytes of this attempt are out, so that only the answer is lacking."""
        return self.sent_bytes is not None and self.sent_bytes >= self.size_bytes > 0

    def rate(self, now_s: float) -> float | None:
        """Return the bytes per second of the last seconds; None: it is not known yet, or nothing is on its way."""
        if self.end is not None or self.waits_for or self.is_out or len(self.ticks) < 2:
            return None
        (began_s, before), (last_s, sent) = self.ticks[0], self.ticks[-1]
        span_s = max(last_s, now_s - _SILENT_S) - began_s
        return max(sent - before, 0) / span_s if span_s >= _FIRST_S else None

    def waits_s(self, now_s: float) -> float:
        """Return the seconds until it goes on; 0: at once, or nobody knows."""
        return 0.0 if self.waits_until_s is None else max(self.waits_until_s - now_s, 0.0)


def planned(event: ReleasePlanned) -> Iterator[tuple[str, Upload]]:
    """Yield each step's id, and its file before anything happened; in the order of the plan."""
    for step, path, size_bytes, sha256 in zip(event.steps, event.files, event.sizes_bytes, event.sha256, strict=False):
        yield step, Upload(path=path, size_bytes=size_bytes, sha256=sha256)


def is_upload(step: str) -> bool:
    """Return whether a step of this id sends a file."""
    return step.startswith(_KIND)


def filename_of(step: str) -> str:
    """Return the name of the file that a step sends; of another step its id."""
    return step.removeprefix(_KIND)


def uploaded(upload: Upload, event: UploadEvent, at_s: float) -> Upload:
    """Return the file after an event of its own."""
    match event:
        case UploadTried(attempt=attempt):
            fresh = replace(upload, sent_bytes=None, ticks=(), waits_for="", waits_until_s=None, end=None)
            return replace(fresh, attempt=attempt, tried_s=at_s)
        case UploadSent(sent_bytes=sent_bytes, total_bytes=total_bytes):
            ticks = _ticked(upload.ticks or ((upload.tried_s or at_s, 0),), at_s, sent_bytes)
            return replace(upload, sent_bytes=sent_bytes, size_bytes=upload.size_bytes or total_bytes, ticks=ticks)
        case UploadWaiting(what=what, seconds=seconds):
            until_s = at_s + seconds if seconds > 0 else None
            return replace(upload, waits_for=capped(what), waits_until_s=until_s)
        case UploadEnded(message=message, sha256=sha256):
            end = replace(event, message=capped(message))
            return replace(
                upload, end=end, ticks=(), waits_for="", waits_until_s=None, sha256=upload.sha256 or sha256
            )  # fmt: skip
        case _:
            assert_never(event)


def brief(event: StepFinished) -> StepFinished:
    """Return the end of a step that sends a file, without the length that a server may give its words."""
    message, hint = capped(event.message), capped(event.hint)
    is_long = is_upload(event.step) and (message, hint) != (event.message, event.hint)
    return replace(event, message=message, hint=hint) if is_long else event


def _ticked(ticks: tuple[tuple[float, int], ...], at_s: float, sent_bytes: int) -> tuple[tuple[float, int], ...]:
    """Return the ticks with one more; of those older than the seconds that count the newest stays, to count from."""
    first = next((n for n, (tick_s, _) in enumerate(ticks) if tick_s > at_s - _SMOOTHED_S), len(ticks))
    return (*ticks[max(first - 1, 0) :][-_MOST_TICKS + 1 :], (at_s, sent_bytes))
