"""One jobserver for everything: N tokens, and whoever works holds one, be it cargo, rustc, a build script or we.

    FIFO ── N bytes ──▶ cargo, rustc: read one per further job, write it back
                   └──▶ token(): read one before a child starts, write it back after it is reaped
A child may run one job without a token of its own: ours is that one. So at most N jobs run, however many children.
A cargo keeps what it has while it has units to start, for minutes. So a build's own token goes to what follows it, the
audit and the packing of what it made, before anybody else may have it.
Source: GNU make manual, "POSIX Jobserver"; `fifo:` is known to make >= 4.4 and cargo >= 1.69.
"""

import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import anyio
import anyio.lowlevel

from wheelmatrix.values import dataclass

if sys.platform != "win32":
    import fcntl
    import termios

_TOKEN = b"+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The right to run one child."""

    jobs: int | None
    """Jobs that the child may run at once; None: it asks the jobserver."""

    @property
    def jobs_argument(self) -> tuple[str, ...]:
        """What cargo is to be told; empty where it asks the jobserver, since it warns of `-j` then."""
        return () if self.jobs is None else (f"-j{self.jobs}",)


class Jobserver:
    """N tokens: in a FIFO where there are FIFOs, else shared out as `-j`."""

    def __init__(self, pool: "_Pool", tokens: int) -> None:
        self._pool = pool
        self._held = 0
        self._following = 0
        """Tokens that are held by what follows a build."""
        self._kept = 0
        """Tokens that nobody holds, for what follows a build and has not asked yet."""
        self._waiting: deque[_Hand] = deque()
        """What follows a build and has asked, in order."""
        self.tokens = tokens
        self.lost = 0
        """Tokens that killed children took with them, and that were replaced."""

    @classmethod
    def open(cls, tokens: int, directory: Path) -> Self:
        """Return a jobserver of `tokens` (at least 1); its FIFO lies in a private folder, in `directory` if it can.

        It lies among the system's temporary files where a blank or non-UTF-8 name would not survive in a variable that
        is split at blanks, or the file system of `directory` has no FIFOs.
        """
        if tokens < 1:
            raise AssertionError("without a token nothing ever starts")
        return cls(_fifo(tokens, directory) or _Shares(tokens), tokens)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables for every child that is cargo or may start it.

        Never MAKEFLAGS: make 4.3 dies of a FIFO in it. CARGO_BUILD_JOBS is what build scripts see as NUM_JOBS.
        """
        return self._pool.environment

    @property
    def without(self) -> frozenset[str]:
        """Variables to take from children: of another jobserver, whose descriptors they do not inherit."""
        return frozenset(name for name in ("MAKEFLAGS", "MFLAGS") if "--jobserver-" in os.environ.get(name, ""))

    def outstanding(self) -> int:
        """Return how many tokens are held, by us or by children, or lost; 0 at the end of a clean run."""
        return self.tokens - self._pool.free()

    @asynccontextmanager
    async def token(self, *, wide: bool = False, follows: bool = False) -> AsyncIterator[Token]:
        """Hold one token while a child runs, or work of our own is done; first come, first served.

        `wide`: it is a build, which can use more than one CPU. That matters only where tokens are shared out: it gets
        what is free, divided by those who wait. `follows`: it follows a build, and is served before all builds. The
        tokens of both, if they end well, are kept for what follows until `expect` says that nothing does.
        """
        self._refill_if_idle()
        taken = await self._first() if follows else await self._next(wide)
        self._following += follows
        is_kept = False
        try:
            yield Token(jobs=taken if self._pool.is_shared_out else None)
            is_kept = wide or follows
        finally:
            self._held -= 1
            self._following -= follows
            self._put_back(taken, is_kept)
            self._refill_if_idle()

    def expect(self, following: int) -> None:
        """Say how many steps that follow a build have begun and not ended: what is kept for more is given back."""
        surplus = self._kept - max(0, following - self._following)
        if surplus > 0:
            self._kept -= surplus
            self._pool.give(surplus)
            self._refill_if_idle()

    async def _next(self, wide: bool) -> int:
        taken = await self._pool.take(wide) if wide or not self._kept else self._take_kept()
        self._held += 1
        return taken

    def _take_kept(self) -> int:
        self._kept -= 1
        return 1

    async def _first(self) -> int:
        """Take what is kept, else whatever comes back first: from a step of ours, or from a child."""
        if self._kept:
            self._held += 1
            return self._take_kept()
        hand = _Hand()
        try:
            async with anyio.create_task_group() as group:

                async def from_pool() -> None:
                    hand.tokens += await self._pool.take(False)
                    self._held += 1
                    group.cancel_scope.cancel()

                group.start_soon(from_pool)
                self._waiting.append(hand)
                await hand.filled.wait()
                group.cancel_scope.cancel()
        except BaseException:
            self._give_back(hand.tokens)
            raise
        finally:
            if hand in self._waiting:
                self._waiting.remove(hand)
        self._give_back(hand.tokens - 1)  # both came at once
        return 1

    def _give_back(self, tokens: int) -> None:
        self._held -= tokens
        self._pool.give(tokens)

    def _put_back(self, taken: int, is_kept: bool) -> None:
        if self._waiting:
            self._waiting.popleft().fill()
            self._held += 1
            taken -= 1
        elif is_kept:
            self._kept += 1
            taken -= 1
        self._pool.give(taken)

    def close(self) -> None:
        """Remove the FIFO."""
        self._pool.close()

    def _refill_if_idle(self) -> None:
        """No child runs: so every token has to be here, and those that are not went with a child that was killed."""
        if not self._held and not self._kept:
            self.lost += max(0, self._pool.refill())


class _Hand:
    """Held out by somebody who waits for a token."""

    def __init__(self) -> None:
        self.tokens = 0
        self.filled = anyio.Event()

    def fill(self) -> None:
        """Put a token into it."""
        self.tokens += 1
        self.filled.set()


class _Pool(Protocol):
    environment: Mapping[str, str]
    is_shared_out: bool

    async def take(self, wide: bool) -> int:
        """Wait for a token and return how many were taken."""

    def give(self, taken: int) -> None:
        """Give tokens back; none is nothing."""

    def free(self) -> int:
        """Return how many tokens are here."""

    def refill(self) -> int:
        """Bring the tokens to N, and return how many were lost."""

    def close(self) -> None:
        """Give everything back to the system."""


if sys.platform != "win32":

    class _Fifo:
        """Tokens as bytes in a named pipe."""

        is_shared_out = False

        def __init__(self, tokens: int, folder: Path, descriptor: int) -> None:
            self._tokens = tokens
            self._folder = folder
            self._descriptor = descriptor
            self._turn = anyio.Lock()  # a descriptor has one waiter at most; the lock is fair
            self.environment: Mapping[str, str] = {
                "CARGO_MAKEFLAGS": f"-j --jobserver-auth=fifo:{folder / 'tokens'}",
                "CARGO_BUILD_JOBS": str(tokens),
            }
            os.write(descriptor, _TOKEN * tokens)

        async def take(self, wide: bool) -> int:
            del wide
            async with self._turn:
                while True:
                    await anyio.wait_readable(self._descriptor)
                    try:
                        return len(os.read(self._descriptor, 1))
                    except BlockingIOError:  # a child was quicker
                        continue

        def give(self, taken: int) -> None:
            os.write(self._descriptor, _TOKEN * taken)

        def free(self) -> int:
            counted = fcntl.ioctl(self._descriptor, termios.FIONREAD, bytes(4))
            return int.from_bytes(counted, sys.byteorder)

        def refill(self) -> int:
            lost = self._tokens - self.free()
            if lost > 0:
                os.write(self._descriptor, _TOKEN * lost)
            elif lost < 0:  # a straggler gave one back that was replaced already
                os.read(self._descriptor, -lost)
            return lost

        def close(self) -> None:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
                shutil.rmtree(self._folder, ignore_errors=True)


class _Shares:
    """Tokens as a number that only this process knows: children are told how many are theirs."""

    is_shared_out = True

    def __init__(self, tokens: int) -> None:
        self.environment: Mapping[str, str] = {}
        self._tokens = tokens
        self._free = tokens
        self._waiting = 0
        self._turn = anyio.Lock()
        self._given = anyio.Event()

    async def take(self, wide: bool) -> int:
        self._waiting += 1
        try:
            await anyio.lowlevel.checkpoint()  # so that all who come together are counted
            async with self._turn:
                while not self._free:
                    self._given = anyio.Event()
                    await self._given.wait()
                taken = max(1, self._free // self._waiting) if wide else 1
                self._free -= taken
                return taken
        finally:
            self._waiting -= 1

    def give(self, taken: int) -> None:
        self._free += taken
        self._given.set()

    def free(self) -> int:
        return self._free

    def refill(self) -> int:
        return 0

    def close(self) -> None:
        self._free = self._tokens


def _fifo(tokens: int, directory: Path) -> _Pool | None:
    """Make the FIFO in the first folder that can have one; None: no such folder, or Windows."""
    if sys.platform != "win32":
        for parent in (directory, Path(tempfile.gettempdir())):
            folder = _private_folder(parent)
            if folder is None:
                continue
            try:
                os.mkfifo(folder / "tokens", 0o600)
                # For both, so that it opens without waiting and never ends; an open file description of our own,
                # since O_NONBLOCK would reach children with an inherited one.
                flags = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
                return _Fifo(tokens, folder, os.open(folder / "tokens", flags))
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
    return None


def _private_folder(parent: Path) -> Path | None:
    """Make a folder of mode 0700 whose path can stand in CARGO_MAKEFLAGS: UTF-8 and no blank."""
    path = str(parent.absolute())
    try:
        path.encode()
        if path.split() != [path]:
            return None
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="jobserver-", dir=path))
    except (OSError, UnicodeEncodeError):
        return None
