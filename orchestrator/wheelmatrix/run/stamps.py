"""What a path is at a moment, small enough to be kept: as long as it is the same, what was read there still holds.

Imports next to nothing, for hooks that answer as they did before.
"""

import os
import stat

Stamp = str | None
"""Of a file: size in bytes, time of change in ns, inode, mode. Of a folder: `names`. None: it is not there."""

_MADE = "__pycache__"
_TARGET = "target"
_SIGNS = ("CACHEDIR.TAG", "wheelmatrix")
"""What cargo or we put into a target directory: by it one can be told from any other folder of its name."""
_COARSE_NS, _FINE_NS = 2_000_000_000, 100_000_000
"""How far a clock of a file system may be behind: FAT's ticks every two seconds, those of others with every tick of the
kernel. Sources: Microsoft, "File Times"; time(7)."""


def stamp(path: str) -> Stamp:
    """Return what a path is now; a link is what it leads to."""
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            return "\0".join(("", *names(path)))
    except (OSError, ValueError):
        return None
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino} {found.st_mode}"


def names(folder: str) -> list[str]:
    """Return what lies in a folder, sorted, those of folders with `/`; without what Python and cargo make there."""
    with os.scandir(folder) as entries:
        found = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries if not _is_made(entry)]
    return sorted(found)


def is_settled(path: str, read_ns: int) -> bool:
    """Return whether what was read at `read_ns` (ns since 1970) is what lies there now, if that was changed before.

    What was changed shortly before it was read, or since, may have been read as it was or as it is. Source: git,
    "racy-git".
    """
    try:
        changed_ns = os.stat(path).st_mtime_ns
    except (OSError, ValueError):
        return True
    is_coarse = changed_ns % 1_000_000_000 == 0
    return changed_ns <= read_ns - (_COARSE_NS if is_coarse else _FINE_NS)


def _is_made(entry: "os.DirEntry[str]") -> bool:
    is_target = entry.name == _TARGET and any(os.path.exists(os.path.join(entry.path, sign)) for sign in _SIGNS)
    return is_target or entry.name == _MADE
