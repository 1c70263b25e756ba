"""What happens in a run that uploads."""

from typing import ClassVar

from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlanned:
    """A release was looked at as a whole, and may be sent."""

    name: ClassVar[str] = "release.planned"
    project: str
    version: str
    repository: str
    """Upload URL, without user and password."""
    simple: str
    """URL of the simple index, ending in a slash."""
    steps: tuple[str, ...]
    """Ids, in topological order: `upload:FILENAME`."""
    files: tuple[str, ...]
    """Paths, in the order of `steps`."""
    sizes_bytes: tuple[int, ...]
    """In the order of `steps`."""
    sha256: tuple[str, ...]
    """Hexadecimal, in the order of `steps`."""
    deadline: str = ""
    """When the index closes the release to new files, ISO 8601; empty: not known, or never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTried:
    """A file is about to be sent: written before its first byte."""

    name: ClassVar[str] = "upload.tried"
    step: str
    attempt: int
    """From 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSent:
    """A part of a file went out: a tick, which no journal keeps."""

    name: ClassVar[str] = "upload.sent"
    step: str
    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadWaiting:
    """A file waits for its next attempt, or for what the index lists."""

    name: ClassVar[str] = "upload.waiting"
    step: str
    what: str
    """`503 Service Unavailable; attempt 2 of 6 in 4 s`, `asking the index`."""
    seconds: float
    """How long; 0: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadEnded:
    """A file's way to the index is over."""

    name: ClassVar[str] = "upload.ended"
    step: str
    state: str
    """`stored`, `confirmed`, `same`, `conflict`, `rejected`, `gave-up`, `changed`."""
    attempts: int
    """How often its bytes were sent, or that was tried."""
    status: int
    """Last answer's HTTP status; 0: there was none."""
    message: str
    """Why, in one line; may be empty."""
    sha256: str
