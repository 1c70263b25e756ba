"""The guardian: a tiny process at the other end of a pipe that ends the children if the orchestrator is killed."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from wheelmatrix.run import guardian_process
from wheelmatrix.run.guardian_process import start_of

if sys.platform == "win32":
    from wheelmatrix.run.windows import kill_group
else:
    from wheelmatrix.run.posix import kill_group

_PROGRAM = guardian_process.__file__
_END_S = 15.0


class Guardian:
    """Watches process groups; its process starts with the first of them, and again if somebody killed it.

    Where no Python can be started (an embedded one has no executable) children end with their pipes alone.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._watched: dict[int, str] = {}

    @classmethod
    def start(cls) -> Self:
        """Return a guardian; nothing runs before there is something to watch."""
        return cls()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the guardian; None: it does not run."""
        return self._process.pid if self._process is not None else None

    def launching(
        self, argv: Sequence[str], path: str, environment: Mapping[str, str]
    ) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Return an argv that tells the guardian of itself and then becomes `argv`, and the descriptor it must inherit.

        Between a fork and `watch` there are milliseconds in which the orchestrator can be killed; this closes the gap.
        `path` is the program's file. Where that cannot be (Windows, no guardian) `argv` comes back as it is.
        """
        if self._process is None or self._process.poll() is not None:
            self._restart()
        if sys.platform == "win32" or self._process is None or self._process.stdin is None:
            return tuple(argv), ()
        pipe = self._process.stdin.fileno()
        lc_ctype = f"={environment['LC_CTYPE']}" if "LC_CTYPE" in environment else ""
        return (sys.executable, "-I", "-S", _PROGRAM, str(pipe), lc_ctype, path, *argv), (pipe,)

    def watch(self, group: int) -> None:
        """End this process group if the orchestrator ends before `forget`."""
        started = start_of(group)
        self._watched[group] = started
        if not self._told(f"+{group} {started}\n"):
            self._restart()

    def forget(self, group: int) -> None:
        """Watch a process group no longer; to be called before its leader is reaped."""
        if self._watched.pop(group, None) is not None and not self._told(f"-{group}\n") and self._watched:
            self._restart()

    def kill_all(self) -> None:
        """Kill every group that is watched, at once: what the second Ctrl-C asks for."""
        for group in self._watched:
            kill_group(group)

    def close(self) -> None:
        """End the guardian; what is still watched is ended by it."""
        process, self._process = self._process, None
        self._watched.clear()
        if process is not None:
            _end(process)

    def _told(self, line: str) -> bool:
        """Tell the guardian's process; False: there is none."""
        if self._process is None or self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(line.encode())
        except OSError:
            return False
        return True

    def _restart(self) -> None:
        if self._process is not None:
            _end(self._process)
        self._process = _started()
        for group, started in self._watched.items():
            self._told(f"+{group} {started}\n")


def _started() -> subprocess.Popen[bytes] | None:
    """Start the program; it holds neither the terminal, nor pipes, nor a directory that somebody waits for."""
    if not sys.executable:
        return None
    with suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-I", "-S", _PROGRAM],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(sys.executable).anchor or None,
            start_new_session=True,
        )
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
