"""Which names may stand in a wheel: every installer on every system must put the file in the same place."""

import re
from collections.abc import Iterable

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
_RUNS = re.compile(r"[-_.]+")
_LONGEST_NAME_BYTES = 0xFFFF
"""The name's length is a 16-bit field. Source: APPNOTE 4.4.10."""


def name_fault(name: str) -> str:
    """Return what forbids `name` as the name of a file in an archive; empty if nothing does.

    Source: warehouse refuses control characters and names that are not UTF-8; installers refuse absolute names and
    names that leave the directory; PEP 427 has `/` as the only separator.
    """
    parts = name.split("/")
    faults = (
        (not name, "is empty"),
        (_CONTROL.search(name), "has a control character"),
        ("\\" in name, "has a backslash; the separator is `/`"),
        (name.startswith("/") or _DRIVE.match(name), "is absolute"),
        (".." in parts, "leaves the archive with `..`"),
        (name.endswith("/"), "is a directory's"),
        ("" in parts or "." in parts, "has an empty part or a `.` part"),
        (any("\ud800" <= character <= "\udfff" for character in name), "is not Unicode text (undecodable bytes)"),
        (len(name.encode("utf-8", "replace")) > _LONGEST_NAME_BYTES, f"is longer than {_LONGEST_NAME_BYTES} bytes"),
    )
    return next((fault for applies, fault in faults if applies), "")


def folded_into_files(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return each pair (file, member) where `member` would lie inside `file`; sorted, normally empty."""
    files = frozenset(names)
    return tuple(
        (folder, name)
        for name in sorted(files)
        for folder in _folders(name)
        if folder in files
    )  # fmt: skip


def dist_info_name(name: str, version: str) -> str:
    """Return `name-version` as wheel filenames and `.dist-info` spell it: `My.Pkg`, `1.0+a-b` → `my_pkg-1.0+a_b`.

    Source: "Binary distribution format", Escaping and Unicode; PEP 503; PEP 440 (`+` of a local version stays).
    """
    return f"{_RUNS.sub('_', name).lower()}-{version.replace('-', '_')}"


def _folders(name: str) -> Iterable[str]:
    parts = name.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))
