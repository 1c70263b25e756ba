"""A child process on Linux and macOS: own session, killed as a group, waited for without being reaped."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

import anyio

from wheelmatrix.run.child import CHUNK_BYTES, Exit, Stream
from wheelmatrix.run.guardian_process import group_lives

assert sys.platform != "win32"  # noqa: S101  # the one form that type checkers understand

_POLL_S = 0.05


class PosixChild:
    """A process that leads its own session and process group.

    As long as it is not reaped its id cannot be given to another process, so the group is killed first, reaped then.
    """

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], directory: str, inherited: Sequence[int]
    ) -> None:
        self._process = subprocess.Popen(
            argv,
            env=environment,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            pass_fds=inherited,
        )
        if self._process.stdout is None or self._process.stderr is None:
            raise AssertionError("Popen makes the pipes it is asked for")
        self._pipes = {"stdout": self._process.stdout, "stderr": self._process.stderr}
        for pipe in self._pipes.values():
            os.set_blocking(pipe.fileno(), False)
        self.pid = self._process.pid
        self.ended = False
        self._exit: Exit | None = None
        self._group_is_gone = False
        self._pidfd = _pidfd(self.pid)

    @classmethod
    async def start(
        cls, argv: Sequence[str], environment: Mapping[str, str], directory: str, inherited: Sequence[int]
    ) -> Self:
        """Start a process that inherits these descriptors; raises OSError as the system gives it."""
        return cls(argv, environment, directory, inherited)

    async def receive(self, stream: Stream) -> bytes:
        """Wait for output and return it; empty: nobody can write any more."""
        descriptor = self._pipes[stream].fileno()
        while True:
            await anyio.wait_readable(descriptor)
            with suppress(BlockingIOError):
                return os.read(descriptor, CHUNK_BYTES)

    def waiting(self, stream: Stream) -> bytes:
        """Return the output that is there already, without waiting; may be empty."""
        with suppress(BlockingIOError):
            return os.read(self._pipes[stream].fileno(), CHUNK_BYTES)
        return b""

    async def exited(self) -> None:
        """Wait until the process has ended; it is reaped already only where there is no pidfd (macOS)."""
        if self._pidfd is not None:
            if not self.ended:
                await anyio.wait_readable(self._pidfd)
        else:
            while not self._wait(os.WNOHANG):  # noqa: ASYNC110  # the system has no event for it
                await anyio.sleep(_POLL_S)
        self.ended = True

    async def gone(self) -> None:
        """Wait until the process and the rest of its group have ended.

        The leader must be reaped for that: a group with a dead member takes signals like a living one. Its id still
        cannot be given away as long as there is anybody in the group.
        """
        await self.exited()
        self._wait(0)
        while group_lives(self.pid):  # noqa: ASYNC110  # the system has no event for it
            await anyio.sleep(_POLL_S)
        self._group_is_gone = True

    def terminate(self) -> None:
        """Send SIGTERM to the whole group."""
        if not self._group_is_gone:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the whole group."""
        if not self._group_is_gone:
            kill_group(self.pid)

    def reap(self) -> Exit:
        """Return how the process ended, and close its pipes; the last call on a child."""
        self._wait(0)
        for pipe in self._pipes.values():
            pipe.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        if self._exit is None:
            raise AssertionError("a process that was waited for has an exit")
        return self._exit

    def _wait(self, options: int) -> bool:
        """Reap the process if that was not done yet; False: it has not ended."""
        if self._exit is not None:
            return True
        try:
            pid, status, usage = os.wait4(self.pid, options)
        except ChildProcessError:  # SIGCHLD was inherited ignored: the system threw its status away
            self._process.returncode = 255
            self._exit = Exit(code=255)
            return True
        if not pid:
            return False
        code = os.waitstatus_to_exitcode(status)
        self._process.returncode = code  # or Popen would wait for it again
        self._exit = Exit(
            code=code if code >= 0 else 128 - code,
            signal=-code if code < 0 else None,
            peak_rss_bytes=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),  # getrusage(2) of each
        )
        return True


def kill_group(group: int) -> None:
    """Kill a process group at once; nothing happens if there is none of this id."""
    with suppress(ProcessLookupError, PermissionError):  # nobody there; macOS: nobody but the dead
        os.killpg(group, signal.SIGKILL)


def _pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when the process ends; None: this system gives none (macOS, gVisor)."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
