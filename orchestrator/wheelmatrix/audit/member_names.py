"""Which names may stand in an archive that strangers unpack: every installer must put the file in the same place."""

import re
from collections.abc import Iterable, Iterator

LONGEST_FILENAME_BYTES = 246
"""Of a wheel or sdist: PyPI keeps it beside one with a suffix of 9 characters. Source: warehouse, upload checks."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")


def name_faults(name: str) -> Iterator[str]:
    """Return what is wrong with a member's name, as the end of a sentence; a directory's may end in a slash.

    Sources: warehouse refuses control characters; PEP 706 names that leave the directory; PEP 427 has `/` alone.
    """
    parts = name.removesuffix("/").split("/")
    if _CONTROL.search(name):
        yield "has a control character"
    if "\\" in name:
        yield "has a backslash; the separator is `/`"
    if name.startswith("/") or _DRIVE.match(name):
        yield "is absolute"
    elif ".." in parts:
        yield "leaves the archive"
    elif "" in parts or "." in parts:
        yield "has an empty part or a `.` part"


def folded_names(names: Iterable[str], files: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Return each pair (file, member) where a member would lie inside of one of the `files`."""
    for name in names:
        folder = name.rstrip("/").rpartition("/")[0]
        while folder:
            if folder in files:
                yield folder, name
            folder = folder.rpartition("/")[0]
