"""Waiting for the fingerprints of units that cargo has told of.

cargo tells of a unit as soon as its files are there; the fingerprint, without which the unit counts for nothing, is
written by another thread at that moment. Who hears of the unit and looks at once may find none.
Source: the order of the system calls of cargo 1.95, and of 1.97 with the new layout.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

_OLD, _NEW = ".fingerprint", "fingerprint"
FINGERPRINTS = frozenset({_OLD, _NEW})
"""Names of folders, beside what they vouch for; the second since cargo 1.100, in each unit's own folder."""
_FOLDERS = (f"*/{_OLD}/*", f"*/*/{_OLD}/*", f"*/build/*/*/{_NEW}", f"*/*/build/*/*/{_NEW}")
"""Of a unit each, in a target directory: what runs on the host, and what is for a target."""
_REASONS = ".json"
"""Beside a fingerprint: all that went into it, written after it."""
_INVOKED = "invoked.timestamp"
"""Written before a compiler or a build script is called; what it said has the same time, or a later one."""
_PAUSE_S = 0.005
_TRIES = 400
"""Two seconds in all: a cargo that was killed at that very moment never writes the fingerprint."""


def await_fingerprints(directory: Path) -> None:
    """Return when each unit that is ready in the target directory `directory` has its fingerprint, or after a while."""
    due = list(_units(directory))
    for _ in range(_TRIES):
        due = [unit for unit in due if _is_due(unit)]
        if not due:
            return
        time.sleep(_PAUSE_S)


def _units(directory: Path) -> Iterator[Path]:
    for pattern in _FOLDERS:
        yield from directory.glob(pattern)


def _is_due(unit: Path) -> bool:
    """Return whether all of a unit is there but its fingerprint."""
    try:
        with os.scandir(unit) as found:
            there = {entry.name: entry.stat() for entry in found}
    except OSError:
        return False
    written = {name for name, status in there.items() if status.st_size and not name.endswith(_REASONS)}
    if _INVOKED not in there:
        return not any(name.startswith("run-") for name in written) and _has_run(unit)
    invoked_ns = there[_INVOKED].st_mtime_ns
    said = {name.removeprefix("dep-"): status.st_mtime_ns for name, status in there.items() if name.startswith("dep-")}
    return any(name not in written and said_ns >= invoked_ns for name, said_ns in said.items())


def _has_run(unit: Path) -> bool:
    """Return whether the build script whose run is the unit has ended, and what it said is there."""
    run = unit.parent / "run" if unit.name == _NEW else unit.parent.parent / "build" / unit.name
    try:
        return (run / "root-output").stat().st_mtime_ns >= (run / _INVOKED).stat().st_mtime_ns
    except OSError:
        return False
