"""What the supervisor asks of a child process; `posix` and `windows` each know one way to give it."""

from typing import Literal, Protocol

from wheelmatrix.values import dataclass

Stream = Literal["stdout", "stderr"]

CHUNK_BYTES = 1 << 16
"""Read at once: what a pipe holds on Linux (pipe(7))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a program ended."""

    code: int
    """Its exit code; 128 plus the signal's number if a signal ended it, as shells have it."""
    signal: int | None = None
    """The signal that ended it."""
    peak_rss_bytes: int = 0
    """Most memory that it, or any one process below it that was waited for, had at once; 0: unknown.

    Linux counts from the fork on, so it is never less than what the orchestrator itself had.
    """
    timed_out: bool = False
    """True: it was stopped, since its time was up."""

    @property
    def ok(self) -> bool:
        """True if the program says that it succeeded."""
        return self.code == 0


class Child(Protocol):
    """A process with a group of its own; its standard input is empty."""

    pid: int
    """Process id, and on POSIX the id of its group."""

    @property
    def ended(self) -> bool:
        """True: the process has ended, whatever the rest of its group does."""

    async def receive(self, stream: Stream) -> bytes:
        """Wait for output and return it; empty: nobody can write any more."""

    def waiting(self, stream: Stream) -> bytes:
        """Return the output that is there already, without waiting; may be empty."""

    async def exited(self) -> None:
        """Wait until the process has ended."""

    async def gone(self) -> None:
        """Wait until the process and the rest of its group have ended."""

    def terminate(self) -> None:
        """Ask the whole group to end."""

    def kill(self) -> None:
        """End the whole group."""

    def reap(self) -> Exit:
        """Return how the process ended and give back what the system holds for it; the last call on a child."""
