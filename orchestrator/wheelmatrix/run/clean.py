"""Removes what was not used for long, or takes more room than it may.

That is build directories, run folders, second builds, and what hooks were answered.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.file_lock import try_lock
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.lock import opened
from wheelmatrix.values import dataclass

_TRASH = ".trash-"
_DAY_S = 86_400.0
_USE_DEPTH = 2
"""How deep the signs of the last use are looked for: cargo changes files in `<triple>/<profile>/`."""

_Inode = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """One directory that went, or would go."""

    path: Path
    used: float
    """When it was last used, in seconds since 1970."""
    freed_bytes: int
    """Room it gave back; files that other directories link to, too, give none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What a cleaning did, or would do."""

    removed: tuple[Removed, ...]
    """Longest unused first."""
    kept_bytes: int

    @property
    def freed_bytes(self) -> int:
        """Room given back in all."""
        return sum(each.freed_bytes for each in self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    path: Path
    used: float
    inodes: Mapping[_Inode, int]
    """Files to the bytes they take on the disk."""


def clean(
    directory: Path,
    *,
    older_than_days: float | None = None,
    keep_bytes: int | None = None,
    dry_run: bool = False,
    now_s: float | None = None,
) -> Cleaned:
    """Remove from `directory` (`<target>/wheelmatrix`) what was unused for `older_than_days`, and then, longest unused
    first, as much as is over `keep_bytes`.

    None leaves a limit out. `dry_run` removes nothing. What is removed vanishes whole, even if this is interrupted.
    Raises ConfigError if a run is at work there, or a directory cannot be removed.
    """
    if not directory.is_dir():
        return Cleaned(removed=(), kept_bytes=0)
    with _unused(directory):
        if not dry_run:
            _sweep(directory)
        found = sorted(map(_measured, _places(directory)), key=lambda each: (each.used, each.path))
        oldest = (time.time() if now_s is None else now_s) - (older_than_days or 0) * _DAY_S
        removed = []
        left = Counter(inode for each in found for inode in each.inodes)
        kept_bytes = sum({inode: size for each in found for inode, size in each.inodes.items()}.values())
        for each in found:
            is_old = older_than_days is not None and each.used <= oldest
            if not is_old and (keep_bytes is None or kept_bytes <= keep_bytes):
                continue
            freed_bytes = sum(size for inode, size in each.inodes.items() if left[inode] == 1)
            left.subtract(each.inodes.keys())
            kept_bytes -= freed_bytes
            removed.append(Removed(path=each.path, used=each.used, freed_bytes=freed_bytes))
            if not dry_run:
                _remove(each.path, directory)
        return Cleaned(removed=tuple(removed), kept_bytes=kept_bytes)


def mark_used(directory: Path) -> None:
    """Note on a build directory that a run uses it now: a build that finds nothing to do changes no file of it."""
    with suppress(OSError):
        os.utime(directory)


@contextmanager
def _unused(directory: Path) -> Iterator[None]:
    """Hold the project's lock, or say that a run has it; where there are no locks, nothing can be known."""
    with opened(directory / "lock") as descriptor:
        if try_lock(descriptor) is False:
            message = "a run is at work here: nothing was removed"
            raise ConfigError.of(message, where=str(directory), hint="clean again when it has ended")
        yield


def _places(directory: Path) -> Iterator[Path]:
    builds = (path for path in (directory / "builds").glob("*/*/*") if not path.name.startswith("."))
    others = (directory / "second", directory / "hooks", *(directory / "runs").glob("*"))
    return (path for path in (*builds, *others) if path.is_dir() and not path.is_symlink())


def _measured(place: Path) -> _Found:
    inodes: dict[_Inode, int] = {}
    used = place.stat().st_mtime
    for path, facts, depth in _walk(place, 1):
        inodes[facts.st_dev, facts.st_ino] = _on_disk(facts)
        if depth <= _USE_DEPTH and not Path(path).is_symlink():
            used = max(used, facts.st_mtime)
    return _Found(path=place, used=used, inodes=inodes)


def _walk(directory: Path | str, depth: int) -> Iterator[tuple[str, os.stat_result, int]]:
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            with suppress(OSError):
                yield entry.path, entry.stat(follow_symlinks=False), depth
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, depth + 1)


def _on_disk(facts: os.stat_result) -> int:
    return int(getattr(facts, "st_blocks", 0)) * 512 or facts.st_size


def _sweep(directory: Path) -> None:
    """Remove what an interrupted cleaning left, and half-made clones of interrupted runs: none is at work now."""
    for path in (*directory.glob(f"{_TRASH}*"), *(directory / "builds").glob("*/*/.*")):
        shutil.rmtree(path, ignore_errors=True)


def _remove(path: Path, directory: Path) -> None:
    """Rename first: half a build directory under its own name would be taken for a whole one."""
    trash = directory / f"{_TRASH}{path.name}-{os.getpid()}"
    try:
        path.rename(trash)
        shutil.rmtree(trash)
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error
    _remove_empty(parent for parent in path.parents if parent.is_relative_to(directory / "builds"))


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # not empty: something else is in it
            folder.rmdir()
