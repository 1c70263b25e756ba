"""One run at a time per project: a locked file that says who has it; locks of dead processes vanish with them."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.file_lock import try_lock
from wheelmatrix.run.files import issue_of

_POLL_S = 0.2


@asynccontextmanager
async def project_lock(path: Path, on_wait: Callable[[str], None]) -> AsyncIterator[None]:
    """Hold the lock of `path`, which is made if need be and stays.

    While another run has it, waits: `on_wait` is told once who that is, and with an empty text when it is over. Where
    the file system has no locks (some NFS) nothing is waited for.
    Raises ConfigError if the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error
    with opened(path) as descriptor:
        if try_lock(descriptor) is False:
            on_wait(f"another run is at work on this project: {holder(descriptor)}")
            while try_lock(descriptor) is False:  # noqa: ASYNC110  # the other process has no event of ours
                await anyio.sleep(_POLL_S)
            on_wait("")
        with signed(descriptor):
            yield


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Hold the file of a lock open, which is made if need be; its lock goes with it. Raises ConfigError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def signed(descriptor: int) -> Iterator[None]:
    """Leave this process's name in a locked file, for `holder`, until the end of the block."""
    text = json.dumps({"pid": os.getpid(), "started": datetime.now(UTC).isoformat(timespec="seconds")})
    _write(descriptor, text.encode())
    try:
        yield
    finally:
        _write(descriptor, b"")  # the next who waits must not be told a name of the past


def holder(descriptor: int) -> str:
    """Return who has locked a file, as far as they left their name."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        found = json.loads(os.read(descriptor, 4096))
        since = datetime.fromisoformat(found["started"]).astimezone()
        return f"process {int(found['pid'])}, since {since:%H:%M:%S}"
    except (OSError, ValueError, LookupError, TypeError):
        return "it did not leave its name"


def _write(descriptor: int, content: bytes) -> None:
    with suppress(OSError):  # a full disk takes away the name, not the lock
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, content)
