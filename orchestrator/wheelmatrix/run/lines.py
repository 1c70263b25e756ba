"""Output of a child, as it comes in chunks, turned into lines for a callback and a log; bytes are never decoded."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from wheelmatrix.errors import PackError
from wheelmatrix.run.files import issue_of

LINE_BYTES = 64 << 20
"""A line that is longer comes in pieces of about this size: memory stays bounded whatever a compiler prints."""


class Sink(Protocol):
    """Takes one stream of a child."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, never empty."""

    def close(self) -> None:
        """There is nothing more to come."""


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Keep the next bytes."""
        self._chunks.append(chunk)

    def close(self) -> None:
        """Join what was kept, so that it is joined once."""
        self._chunks = [b"".join(self._chunks)]

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self._chunks)


class Lines:
    """A sink that hands lines, without their newline, to a callback and whole lines to a log."""

    def __init__(
        self,
        on_line: Callable[[bytes], None] | None,
        log: "Log | None" = None,
        *,
        limit_bytes: int = LINE_BYTES,
        logged: Callable[[bytes], bool] | None = None,
    ) -> None:
        self._on_line = on_line
        self._log = log
        self._limit_bytes = limit_bytes
        self._logged = logged
        self._parts: list[bytes] = []
        self._part_bytes = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; whatever the callback raises passes through, and it is not called again then."""
        first, *others = chunk.split(b"\n")
        self._parts.append(first)
        self._part_bytes += len(first)
        if others:
            last = others.pop()
            lines = [b"".join(self._parts), *others]
            self._parts, self._part_bytes = [last], len(last)
            self._hand_on(lines)
        if self._part_bytes >= self._limit_bytes:
            self.close()

    def close(self) -> None:
        """Hand on a last line that has no newline."""
        if self._part_bytes:
            rest = b"".join(self._parts)
            self._parts, self._part_bytes = [], 0
            self._hand_on([rest])

    def _hand_on(self, lines: list[bytes]) -> None:
        if self._log is not None:
            self._log.append(lines if self._logged is None else [line for line in lines if self._logged(line)])
        on_line = self._on_line
        if on_line is None:
            return
        self._on_line = None
        for line in lines:
            on_line(line)
        self._on_line = on_line


class Log:
    """A file that lines are added to, each chunk at once, so that others can read along.

    If the disk is full the log ends there and the child goes on: what it says about it still reaches the callback.
    """

    def __init__(self, path: Path) -> None:
        """Open it for adding, with its folder; raises PackError."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise PackError(issue_of(error, path)) from error

    def append(self, lines: list[bytes]) -> None:
        """Add lines, without their newlines."""
        if not lines or self._file.closed:
            return
        left = memoryview(b"\n".join(lines) + b"\n")
        try:
            while left:
                left = left[os.write(self._file.fileno(), left) :]
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            self._file.close()
