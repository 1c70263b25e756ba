"""Files that appear whole or not at all, and what is asked of the disk; every failure says where, and what to do."""

import errno
import hashlib
import os
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from wheelmatrix.errors import ConfigError, Issue, PackError
from wheelmatrix.model import Entry
from wheelmatrix.run.file_lock import TEMPORARY

if sys.platform != "win32":
    import fcntl

_CHUNK_BYTES = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class WholeFile:
    """A file in the making under a temporary name: `write`, then `commit`; without that nothing is left behind.

    The temporary file is locked while its writer lives: so `remove_leftovers` knows the dead from the living, also in
    another container, where a process id would say nothing.
    """

    __slots__ = ("_descriptor", "_digest", "_temporary", "path", "size_bytes")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size_bytes = 0
        """Bytes written so far."""
        self._digest = hashlib.sha256()
        self._temporary: Path | None
        self._descriptor: int
        try:
            self._temporary, self._descriptor = _locked_temporary(path.parent)
        except OSError as error:
            raise PackError(issue_of(error, path)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.unlink()

    @property
    def sha256(self) -> str:
        """Of the bytes written so far, hexadecimal."""
        return self._digest.hexdigest()

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """Append `content`; raises PackError, which names the bytes written and free where the disk is full."""
        left = memoryview(content)
        try:
            while left:
                count = os.write(self._descriptor, left)
                self._digest.update(left[:count])
                self.size_bytes += count
                left = left[count:]
        except OSError as error:
            raise PackError(self._issue(error, len(left))) from error

    def allow_running(self) -> None:
        """Let everybody run the file who may read it; raises PackError."""
        try:
            mode = os.fstat(self._descriptor).st_mode
            os.fchmod(self._descriptor, mode | (mode & 0o444) >> 2)
        except OSError as error:
            raise PackError(self._issue(error, 0)) from error

    def commit(self) -> None:
        """Put the file in its place, on the disk, not only in the cache; raises PackError."""
        if self._temporary is None:
            raise AssertionError("a file is committed once")
        try:
            os.fsync(self._descriptor)
            if sys.platform == "win32":
                self._close()  # Windows renames no open file
            self._temporary.replace(self.path)
            self._temporary = None
            _sync_directory(self.path.parent)
        except OSError as error:
            raise PackError(self._issue(error, 0)) from error

    def _issue(self, error: OSError, left_bytes: int) -> Issue:
        if error.errno not in _FULL:
            return issue_of(error, self.path)
        try:
            free = f"{free_bytes(self.path.parent):,}"
        except OSError:
            free = "an unknown number of"
        return Issue(
            message=f"the disk is full ({error.strerror}): {self.size_bytes:,} bytes were written, "
            f"at least {left_bytes:,} more are needed, {free} bytes are free",
            where=str(self.path),
            hint=_HINTS[errno.ENOSPC],
        )

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def write_whole(path: Path, content: bytes, *, is_program: bool = False) -> None:
    """Write a file so that readers find the old content or the new one, never a part; raises PackError."""
    with WholeFile(path) as file:
        file.write(content)
        if is_program:
            file.allow_running()
        file.commit()


def move_whole(source: Path, path: Path) -> None:
    """Move a file so that readers find the old content or the new one, also to another disk; raises PackError."""
    try:
        source.replace(path)
        _sync_directory(path.parent)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise PackError(issue_of(error, path)) from error
    try:
        content = source.read_bytes()
    except OSError as error:
        raise PackError(issue_of(error, source)) from error
    write_whole(path, content)
    with suppress(OSError):
        source.unlink()


def write_if_changed(path: Path, content: bytes, *, is_program: bool = False) -> bool:
    """Write a file unless it has this content already; True: it was written.

    An unchanged file keeps its time, which is what cargo asks it for. Raises PackError.
    """
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    except OSError as error:
        raise PackError(issue_of(error, path)) from error
    write_whole(path, content, is_program=is_program)
    return True


def content_of(entry: Entry) -> bytes:
    """Return the content of a member, whole; raises PackError."""
    if isinstance(entry.source, bytes):
        return entry.source
    try:
        return Path(entry.source).read_bytes()
    except OSError as error:
        raise PackError(issue_of(error, Path(entry.source))) from error


def sha256_of(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256, hexadecimal, and its size in bytes; raises PackError."""
    digest = hashlib.sha256()
    size_bytes = 0
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
    except OSError as error:
        raise PackError(issue_of(error, path)) from error
    return digest.hexdigest(), size_bytes


def free_bytes(path: Path) -> int:
    """Return the free bytes of the disk that `path` is on, or will be on; raises OSError."""
    existing = next((each for each in (path, *path.absolute().parents) if each.exists()), Path())
    return shutil.disk_usage(existing).free


def make_directory(path: Path) -> None:
    """Make a directory with its parents, and prove that files can be written in it.

    Raises ConfigError: the directory is what the user asked for, and nothing was compiled yet.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error
    prove_writable(path)


def prove_writable(directory: Path) -> None:
    """Make a file in a directory and take it away again; raises ConfigError if that is not possible."""
    try:
        temporary, descriptor = _locked_temporary(directory)
        os.close(descriptor)
        temporary.unlink()
    except OSError as error:
        raise ConfigError(issue_of(error, directory)) from error


def remove_leftovers(directory: Path) -> tuple[Path, ...]:
    """Remove the temporary files of runs that died, and return them, sorted; those of living runs stay."""
    try:
        found = sorted(each for each in directory.glob(f"{TEMPORARY}*") if each.is_file() and not each.is_symlink())
    except OSError:
        return ()
    return tuple(each for each in found if _removed_if_dead(each))


def issue_of(error: OSError, path: Path) -> Issue:
    """Return what the system's error means for `path`, with what to do where that is known."""
    number = error.errno or 0
    hint = _HINTS.get(errno.ENOSPC if number in _FULL else errno.EACCES if number in _FORBIDDEN else number, "")
    return Issue(message=error.strerror or str(error), where=str(path), hint=hint)


_HINTS = {
    errno.ENOSPC: "free some space, or write elsewhere with --out; the wheels that are finished stay",
    errno.EACCES: "check the owner and the permissions of the directory, or write elsewhere with --out",
    errno.ENOENT: "the file or its directory is gone; if a build was cleaned meanwhile, run again",
    errno.ENOTDIR: "a part of the path is a file",
    errno.EEXIST: "a file is in the place of the directory",
    errno.EISDIR: "a directory is in the place of the file",
    errno.ENAMETOOLONG: "shorten the path",
}


def _locked_temporary(directory: Path) -> tuple[Path, int]:
    """A new empty file in `directory`, locked; its short name leaves the name of the file to come its 255 bytes."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    while True:
        path = directory / f"{TEMPORARY}{secrets.token_hex(8)}"
        try:
            descriptor = os.open(path, flags, 0o666)  # as the umask has it; mkstemp's 0600 would stay on the wheel
        except FileExistsError:
            continue
        if _lock(descriptor) is not False and path.exists():
            return path, descriptor
        os.close(descriptor)  # remove_leftovers was quicker: it took the file between the two calls


def _lock(descriptor: int) -> bool | None:
    """True: locked; False: somebody else has it; None: this file system or system has no such locks."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _removed_if_dead(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
        try:
            dead = _lock(descriptor)
            if dead:
                path.unlink()
        finally:
            os.close(descriptor)
        if sys.platform == "win32":
            path.unlink()  # which Windows refuses while the writer has it open
            return True
    except OSError:
        return False
    return bool(dead)


def _sync_directory(directory: Path) -> None:
    """Make a rename survive a power cut; Windows opens no directories and needs none of this."""
    if sys.platform == "win32":
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems know no such call
            raise
    finally:
        os.close(descriptor)
