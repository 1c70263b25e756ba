"""What tests with real processes need."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest


def _lives(pid: int) -> bool:
    """A dead process that nobody reaped (a container without init) does not count."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except ProcessLookupError:
        return False
    except OSError:
        return not Path("/proc/self").exists()


@pytest.fixture
def lives() -> Callable[[int], bool]:
    """Whether a process runs."""
    return _lives


@pytest.fixture
def survivors() -> Callable[[Iterable[int]], list[int]]:
    """Which processes still run after they had 15 seconds to end."""

    def wait(pids: Iterable[int]) -> list[int]:
        left = list(pids)
        deadline_s = time.monotonic() + 15
        while (left := [pid for pid in left if _lives(pid)]) and time.monotonic() < deadline_s:
            time.sleep(0.02)
        return left

    return wait
