"""A child process on Windows: own process group, killed as a tree with taskkill; never run by the tests of Linux."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

import anyio
from anyio.abc import Process

from wheelmatrix.run.child import CHUNK_BYTES, Exit, Stream

_INTERRUPTED = 0xC000013A
"""STATUS_CONTROL_C_EXIT, the exit code that Ctrl-Break gives (ntstatus.h)."""


class WindowsChild:
    """A process with a process group of its own; Windows ends a tree of processes only by walking it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.pid = process.pid

    @classmethod
    async def start(
        cls, argv: Sequence[str], environment: Mapping[str, str], directory: str, inherited: Sequence[int]
    ) -> "WindowsChild":
        """Start it, with nothing inherited; raises OSError as the system gives it."""
        del inherited
        return cls(
            await anyio.open_process(
                argv,
                env=environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        )

    @property
    def ended(self) -> bool:
        """True: the process has ended."""
        return self._process.returncode is not None

    async def receive(self, stream: Stream) -> bytes:
        """Wait for output and return it; empty: nobody can write any more."""
        pipe = self._process.stdout if stream == "stdout" else self._process.stderr
        if pipe is None:
            raise AssertionError("open_process makes both pipes")
        try:
            return await pipe.receive(CHUNK_BYTES)
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            return b""

    def waiting(self, stream: Stream) -> bytes:
        """Return nothing: pipes of Windows are not asked without waiting."""
        del stream
        return b""

    async def exited(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    async def gone(self) -> None:
        """Wait until the process has ended: Windows does not tell who is left of a tree."""
        await self._process.wait()

    def terminate(self) -> None:
        """Send Ctrl-Break to the group."""
        if sys.platform == "win32" and not self.ended:
            self._process.send_signal(signal.CTRL_BREAK_EVENT)

    def kill(self) -> None:
        """End the whole tree; after the process has ended there is no tree to walk any more."""
        if not self.ended:
            kill_group(self.pid)

    def reap(self) -> Exit:
        """Return how the process ended."""
        code = self._process.returncode
        if code is None:
            raise AssertionError("a child is reaped after it has ended")
        return Exit(code=code, signal=int(signal.SIGINT) if code & 0xFFFFFFFF == _INTERRUPTED else None)


def kill_group(pid: int) -> None:
    """End a process and all below it at once; nothing happens if there is none of this id."""
    subprocess.run(
        ["taskkill", "/T", "/F", "/PID", str(pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
