"""Cloning a cargo target directory in a fraction of a second, so that neither copy can ever change the other.

What cargo and rustc replace by renaming (`.rlib`, `.rmeta`) may be one file in both directories; everything else is
written in place by somebody: fingerprints by cargo, archives in an OUT_DIR by `ar`, libraries by some linkers.

cargo may still be at work in the source. It writes a unit's fingerprint when all else of the unit is there, so
fingerprints are copied before what they vouch for: a unit that was not ready is none in the clone, and is built there.
Those of units that it has told of are waited for.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wheelmatrix.errors import PackError
from wheelmatrix.run.copying import Copier
from wheelmatrix.run.file_lock import try_lock
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.fingerprints import FINGERPRINTS, await_fingerprints
from wheelmatrix.values import dataclass

_PREFIX = ".tmp-clone-"
_LINKED = (".rlib", ".rmeta")
_OUT = "out"
_INCREMENTAL_DEPTH = 3
"""`<triple>/<profile>/incremental` is the deepest that cargo puts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneFacts:
    """What a clone is made of."""

    linked: int
    """Files that both directories have as one."""
    copied: int
    """Files whose bytes were copied."""
    reflinked: int
    """Files that share their bytes until one of them is written to."""
    size: int
    """Bytes of all its files together, shared or not."""


def clone(source: Path, destination: Path, *, whole: bool = True) -> CloneFacts:
    """Make `destination` a clone of what is ready in the target directory `source`.

    Not `whole`: without what was compiled for `source`'s own target, whose name is that of the folder above its profile
    (`…/x86_64-unknown-linux-gnu.2.17/release/name`); what runs on the host is left.

    It appears whole or not at all; what vanishes from `source` meanwhile is left out. Times are kept to the
    nanosecond, since cargo compares them; symbolic links stay links; cargo's lock files and rustc's incremental caches
    are left out.
    Raises PackError if something cannot be read or written, or `destination` is there already and not empty.
    """
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=destination.parent))
    except OSError as error:
        raise PackError(issue_of(error, destination)) from error
    guard = _locked(temporary)
    try:
        await_fingerprints(source)
        making = _Clone(source, temporary, destination, left_out="" if whole else source.parent.parent.name)
        making.directory(str(source), str(temporary), depth=0, in_out=False)
        temporary.rename(destination)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise PackError(issue_of(error, Path(error.filename or destination))) from error
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        if guard is not None:
            os.close(guard)
    return making.facts()


def remove_leftovers(parent: Path) -> tuple[Path, ...]:
    """Remove clones in `parent` that were never finished, and return them, sorted; those being made stay."""
    removed = []
    for path in sorted(parent.glob(f"{_PREFIX}*")):
        guard = _locked(path)
        if guard is None and os.name == "posix":
            continue
        shutil.rmtree(path, ignore_errors=True)
        removed.append(path)
        if guard is not None:
            os.close(guard)
    return tuple(removed)


class _Clone:
    """One clone in the making."""

    def __init__(self, source: Path, temporary: Path, destination: Path, left_out: str) -> None:
        self._left_out = left_out
        self._source = str(source.absolute())
        self._destination = str(destination.absolute())
        self._copier = Copier()
        self._copies: dict[tuple[int, int], str] = {}
        self._linked = 0
        self._size_bytes = 0

    def facts(self) -> CloneFacts:
        """Return what was done so far."""
        return CloneFacts(
            linked=self._linked,
            copied=self._copier.copied,
            reflinked=self._copier.reflinked,
            size=self._size_bytes,
        )

    def directory(self, source: str, made: str, *, depth: int, in_out: bool) -> None:
        """Fill the directory `made`, then give it the time of `source`: build scripts watch directories too."""
        status = Path(source).stat()
        with os.scandir(source) as found:
            entries = sorted(found, key=lambda entry: entry.name not in FINGERPRINTS)
        for entry in entries:
            target = f"{made}{os.sep}{entry.name}"
            if entry.is_symlink():
                self._symlink(entry.path, target)
            elif entry.is_dir():
                if in_out or not self._is_left_out(entry.name, depth):
                    Path(target).mkdir()
                    with _gone(entry.path):
                        self.directory(entry.path, target, depth=depth + 1, in_out=in_out or entry.name == _OUT)
            elif entry.is_file() and (in_out or not _is_lock(entry.name)):
                with _gone(entry.path):
                    self._file(entry, target, in_out=in_out)
        Path(made).chmod(stat.S_IMODE(status.st_mode) | stat.S_IRWXU)
        os.utime(made, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _is_left_out(self, name: str, depth: int) -> bool:
        # The folder of the target's half has the triple as its name; the floor is none of cargo's business.
        is_targets = depth == 0 and bool(self._left_out) and f"{self._left_out}.".startswith(f"{name}.")
        return is_targets or (name == "incremental" and depth < _INCREMENTAL_DEPTH)

    def _file(self, entry: os.DirEntry[str], target: str, *, in_out: bool) -> None:
        status = entry.stat()
        self._size_bytes += status.st_size
        if self._copier.reflink(entry.path, target, status):
            return
        if not in_out and entry.name.endswith(_LINKED) and _hard_linked(entry.path, target):
            self._linked += 1
            return
        # cargo puts a library beside its dependencies as a hard link of the one among them: they stay one file, of ours
        identity = (status.st_dev, status.st_ino)
        copy = self._copies.get(identity) if status.st_nlink > 1 and not in_out else None
        if copy is not None and _hard_linked(copy, target):
            return
        self._copier.copy(entry.path, target, status)
        if status.st_nlink > 1 and not in_out:
            self._copies[identity] = target

    def _symlink(self, path: str, target: str) -> None:
        """Repeat a link; one that leads into the source must not lead back there from the clone."""
        leads_to = str(Path(path).readlink())
        if leads_to == self._source or leads_to.startswith(self._source + os.sep):
            leads_to = self._destination + leads_to[len(self._source) :]
        Path(target).symlink_to(leads_to)
        status = Path(path).lstat()
        with suppress(NotImplementedError, OSError):
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


@contextmanager
def _gone(path: str) -> Iterator[None]:
    """Pass over a file or folder that cargo or rustc removed after it was listed, such as rustc's temporary ones."""
    try:
        yield
    except FileNotFoundError:
        if os.path.lexists(path):
            raise


def _is_lock(name: str) -> bool:
    """`.cargo-lock`, since cargo 1.96 also `.cargo-build-lock` and `.cargo-artifact-lock`."""
    return name.startswith(".cargo-") and name.endswith("lock")


def _hard_linked(path: str, target: str) -> bool:
    """Link a file; False: another device, too many links, or a file system without them."""
    try:
        os.link(path, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        return False
    return True


def _locked(directory: Path) -> int | None:
    """Lock a directory and return what holds the lock; None: somebody else has it, or there are no such locks."""
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except OSError:  # Windows opens no directories
        return None
    if try_lock(descriptor) is True:
        return descriptor
    os.close(descriptor)
    return None
