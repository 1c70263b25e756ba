"""Looks at a release's files in threads, from when the command line is read.

That takes about as long as loading the rest of the program, and most of it needs no Python: both go on at once.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from wheelmatrix import resources, tables
from wheelmatrix.errors import UploadError
from wheelmatrix.publish.preflight import Looked
from wheelmatrix.run.look import AT_ONCE, seen

_State = tuple[int, int, int, int]
"""What tells a file from another under its name, and from itself with other bytes."""


class Ahead:
    """What was begun before it is known what becomes of it."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.known = tables.load(resources.table_texts())
        pool = ThreadPoolExecutor(AT_ONCE)
        self._begun: dict[Path, Future[tuple[_State, Looked] | None]] = {
            path: pool.submit(self._look, path) for path in paths
        }

    def take(self, path: Path) -> Looked | None:
        """Wait for what a file is; None: it was not begun, is another one now, or cannot be looked at.

        Raises OSError for a file that is gone since.
        """
        begun = self._begun.get(path)
        found = None if begun is None else begun.result()
        return found[1] if found is not None and found[0] == _state(path) else None

    def _look(self, path: Path) -> tuple[_State, Looked] | None:
        try:
            return _state(path), seen(path, self.known)
        except (UploadError, OSError):
            return None  # who needs the file says why


def _state(path: Path) -> _State:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
