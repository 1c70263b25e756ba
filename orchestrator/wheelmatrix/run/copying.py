"""Copying one file in the cheapest way that the file system knows, with its mode and its time."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

if sys.platform == "linux":
    import fcntl
if sys.platform == "darwin":
    import ctypes

_FICLONE = 0x40049409
"""ioctl_ficlone(2): `_IOW(0x94, 9, int)`."""
_SMALL_BYTES = 1 << 17
"""Up to here a read and a write are quicker than asking the kernel to copy."""
_CHUNK_BYTES = 1 << 22
_NO_REFLINK = frozenset({errno.EOPNOTSUPP, errno.ENOTTY, errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EPERM})
_NO_KERNEL_COPY = frozenset({errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM})


class Copier:
    """Copies files between two directories; the first file tells whether its file system knows reflinks."""

    def __init__(self) -> None:
        self.copied = 0
        self.reflinked = 0
        self._reflink = _reflink_of_this_system()

    def reflink(self, source: str, target: str, status: os.stat_result) -> bool:
        """Make a file that shares its bytes with `source` until one is written to; False: nothing was made."""
        if self._reflink is None:
            return False
        try:
            self._reflink(source, target)
        except OSError as error:
            if error.errno not in _NO_REFLINK:
                raise
            self._reflink = None
            return False
        _keep(target, status)
        self.reflinked += 1
        return True

    def copy(self, source: str, target: str, status: os.stat_result) -> None:
        """Make a file with the same bytes; raises OSError."""
        reading = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            writing = _created(target)
            try:
                _copy_bytes(reading, writing, status.st_size)
            finally:
                os.close(writing)
        finally:
            os.close(reading)
        _keep(target, status)
        self.copied += 1


def _keep(target: str, status: os.stat_result) -> None:
    Path(target).chmod(stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _created(target: str) -> int:
    return os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def _copy_bytes(reading: int, writing: int, size_bytes: int) -> None:
    if size_bytes > _SMALL_BYTES and _copied_by_kernel(reading, writing, size_bytes):
        return
    while chunk := os.read(reading, min(_CHUNK_BYTES, size_bytes + 1)):
        left = memoryview(chunk)
        while left:
            left = left[os.write(writing, left) :]


def _copied_by_kernel(reading: int, writing: int, size_bytes: int) -> bool:
    """Copy within the kernel; False: it cannot between these two, and nothing was copied."""
    if sys.platform != "linux":
        return False
    done_bytes = 0
    while done_bytes < size_bytes:
        try:
            count = os.copy_file_range(reading, writing, size_bytes - done_bytes)
        except OSError as error:
            if done_bytes or error.errno not in _NO_KERNEL_COPY:
                raise
            return False
        if not count:  # some file systems say so instead of an error
            return done_bytes > 0
        done_bytes += count
    return True


def _reflink_of_this_system() -> Callable[[str, str], None] | None:
    if sys.platform == "linux":
        return _ficlone
    if sys.platform == "darwin":
        return _clonefile
    return None


if sys.platform == "linux":

    def _ficlone(source: str, target: str) -> None:
        """Linux: btrfs, XFS, bcachefs, overlays of them; leaves no file behind if it fails."""
        reading = os.open(source, os.O_RDONLY)
        try:
            writing = _created(target)
            try:
                fcntl.ioctl(writing, _FICLONE, reading)
            except OSError:
                Path(target).unlink()
                raise
            finally:
                os.close(writing)
        finally:
            os.close(reading)


if sys.platform == "darwin":

    def _clonefile(source: str, target: str) -> None:
        """macOS: APFS; clonefile(2) makes the file or nothing."""
        library = ctypes.CDLL(None, use_errno=True)
        if library.clonefile(os.fsencode(source), os.fsencode(target), 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), source)
