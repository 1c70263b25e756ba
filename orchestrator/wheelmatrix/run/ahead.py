"""Computes the digests of a release's files in threads, from when the command line is read.

They cost about as much time as the rest of the program to load, and need no Python: both go on at once.
"""

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from wheelmatrix.publish.digests import Digests, digests_of

LARGE_BYTES = 16 << 20
"""Larger files are looked at, and their digests computed, by a process that gives its memory back."""
_AT_ONCE = 2
"""Files in memory at a time."""
_State = tuple[int, int, int, int]
"""What tells a file from another under its name, and from itself with other bytes."""


class Ahead:
    """Digests that were begun before it is known what the files are."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        pool = ThreadPoolExecutor(_AT_ONCE)
        # Memory that is new for each file costs as much as reading it.
        buffers = [bytearray(LARGE_BYTES) for _ in range(_AT_ONCE)]
        self._begun: dict[Path, Future[tuple[_State, Digests] | None]] = {
            path: pool.submit(_digested, path, buffers) for path in paths
        }

    def take(self, path: Path, now: os.stat_result) -> Digests | None:
        """Wait for the digests of a file that is `now` as it says; None: they are those of no such file."""
        begun = self._begun.get(path)
        found = None if begun is None else begun.result()
        return found[1] if found is not None and found[0] == _state(now) else None


def _digested(path: Path, buffers: list[bytearray]) -> tuple[_State, Digests] | None:
    buffer = buffers.pop()
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_size > LARGE_BYTES:
                return None
            # Whole, not in pieces: after each, a thread waits for its turn among those that run Python.
            size_bytes = file.readinto(buffer)
            return _state(found), digests_of(memoryview(buffer)[:size_bytes])
    except OSError:
        return None  # who needs the file says why it cannot be read
    finally:
        buffers.append(buffer)


def _state(found: os.stat_result) -> _State:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
