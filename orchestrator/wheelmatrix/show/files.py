"""The files of a release as screens count them: where each one stands, and what that comes to. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from wheelmatrix.show.board import Board, StepRow
from wheelmatrix.show.release import Upload
from wheelmatrix.values import dataclass

Standing = Literal["stored", "failed", "interrupted", "not sent", "sending", "retrying", "waiting"]
"""`stored`: the index has it; `interrupted`: it was on its way, and may be there; `retrying`: between two attempts."""

_OUTCOMES = {"same": "was there", "gave-up": "gave up"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the files of a release come to."""

    files: int
    standings: Mapping[Standing, int]
    """How many stand where; what has none is not in it."""
    there_bytes: int
    """Bytes of the files that the index has, and of those on their way as far as they are out."""
    total_bytes: int
    rate: float | None
    """Bytes per second of all that is on its way; None: not known."""

    @property
    def stored(self) -> int:
        """Files that the index has."""
        return self.standings.get("stored", 0)


def uploads(board: Board) -> tuple[tuple[StepRow, Upload], ...]:
    """Return the files of a release and their steps, in the order of starting."""
    return tuple((step, step.upload) for step in board.steps.values() if step.upload is not None)


def standing(step: StepRow, upload: Upload) -> Standing:
    """Return where a file stands: what was said of the file counts before what was said of its step."""
    if upload.end is not None:
        return "stored" if upload.has_arrived else "failed"
    match step.state:
        case "done":
            return "stored"
        case "failed":
            return "failed"
        case "skipped":
            return "interrupted" if upload.attempt else "not sent"
    if upload.waits_for:
        return "retrying"
    return "sending" if upload.attempt else "waiting"


def outcome(step: StepRow, upload: Upload) -> str:
    """Return how a file's way ended, or where it stands, in the words of people."""
    return _OUTCOMES.get(upload.end.state, upload.end.state) if upload.end else standing(step, upload)


def tally(board: Board, now_s: float) -> Tally:
    """Return what the files of a release come to at a moment."""
    found = uploads(board)
    rates = [rate for _, upload in found if (rate := upload.rate(now_s)) is not None]
    return Tally(
        files=len(found),
        standings=Counter(standing(step, upload) for step, upload in found),
        there_bytes=sum(there_bytes(step, upload) for step, upload in found),
        total_bytes=sum(upload.size_bytes for _, upload in found),
        rate=sum(rates) if rates else None,
    )


def there_bytes(step: StepRow, upload: Upload) -> int:
    """Return how many bytes of a file the index has, or gets in this attempt; those of a failed attempt are lost."""
    match standing(step, upload):
        case "stored":
            return upload.size_bytes
        case "sending":
            return min(upload.sent_bytes or 0, upload.size_bytes)
        case _:
            return 0


def missing(board: Board) -> tuple[str, ...]:
    """Return the names of the files that the index lacks, or may lack."""
    return tuple(step.title for step, upload in uploads(board) if standing(step, upload) != "stored")
