"""Locks of files: they go with the process that has them. Imports next to nothing."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TEMPORARY = ".tmp-"
"""How the name of a file in the making begins; who makes it has it locked, and a run removes those of the dead."""
_LOCKED_BYTE = 1 << 30
"""Windows locks bytes against reading too: one far behind the text."""


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file; False: another process has it; None: this file system has no locks.

    The lock goes with the last copy of the descriptor; children get none, since Python's are closed on exec.
    """
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # Windows says EACCES
        return False
    except OSError:
        return None
    return True


@contextmanager
def held(path: str) -> Iterator[bool]:
    """Hold the lock of a file until the end of the block; false: another process has it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        yield try_lock(descriptor) is not False
    finally:
        os.close(descriptor)
