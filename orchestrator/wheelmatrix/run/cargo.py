"""What cargo says, as values: its JSON messages, its status lines, its unit graph. Text in, values out.

Source: The Cargo Book, "External tools" (messages) and "Package ID Specifications"; anything unknown is passed over.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from wheelmatrix.model import Part
from wheelmatrix.values import dataclass

_ANSI = re.compile(rb"\x1b\[[0-9;]*m")
_LINK_KIND = re.compile(r"(?:(native|all|dependency|crate|framework)=)?(.*)", re.DOTALL)
_RUN = "run-custom-build"
_WATCHED = re.compile(rb"(?m)^cargo::?rerun-if-env-changed=(\w+)")
_COMPILING = re.compile(r"\s*Compiling (\S+ v\S+)")
_KILLED = re.compile(rb"\bsignal:? 9\b|\bSIGKILL\b|out of memory|memory allocation of \d+ bytes failed", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBuilt:
    """`compiler-artifact`: a unit is done."""

    package: str
    """Package id."""
    target: str
    """Name of the cargo target."""
    kinds: tuple[str, ...]
    """`lib`, `cdylib`, `custom-build`, `bin`, …"""
    crate_types: tuple[str, ...]
    files: tuple[PurePath, ...]
    fresh: bool
    executable: PurePath | None = None
    """The program, where the unit is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRun:
    """`build-script-executed`: a build script has run, now or at an earlier time."""

    package: str
    out_dir: PurePath
    linked_paths: tuple[str, ...]
    """As the script printed them, `native=/path` included."""
    linked_libraries: tuple[str, ...]
    cfgs: tuple[str, ...] = ()
    """What the script switched on: `Py_3_12`, `Py_LIMITED_API`."""

    @property
    def linked_directories(self) -> tuple[PurePath, ...]:
        """Directories that libraries are looked for in, without their kind; frameworks and crates are none."""
        parted = (_LINK_KIND.match(path) for path in self.linked_paths)
        return tuple(PurePath(found[2]) for found in parted if found and found[1] in (None, "native", "all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """`compiler-message`: the compiler said something about the source."""

    package: str
    level: str
    """`error`, `warning`, `note`, `failure-note`, …"""
    message: str
    file: str
    """Of the primary span, as the compiler names it; may be empty."""
    line: int
    """From 1; 0 if unknown."""
    rendered: str
    """As a terminal shows it; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildEnded:
    """`build-finished`: the last message."""

    success: bool


UnitKey = tuple[str, str]
"""Package id and cargo target; an empty target: the run of the package's build script. Host and target share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitGraph:
    """What a build will do."""

    total: int
    """Messages that it will send: one a unit."""
    parts: Mapping[Part, Counter[UnitKey]]
    """Of each part that clones can take over the units, and how often each occurs."""


Message = UnitBuilt | ScriptRun | Diagnostic | BuildEnded


def parse_message(line: bytes) -> Message | None:
    """Return the message of a line of stdout; None if it is none, or none that is known."""
    if not line.startswith(b"{"):
        return None
    try:
        found = json.loads(line.decode("utf-8", "replace"))
        return _message(found)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def started_unit(line: bytes) -> str | None:
    """Return `serde v1.0.228` of a line of stderr that says that its compilation began, with or without colours."""
    found = _COMPILING.match(plain_line(line))
    return found[1] if found else None


def plain_line(line: bytes) -> str:
    """Return a line without its colours."""
    return _ANSI.sub(b"", line).decode("utf-8", "replace")


def is_killed(stderr_tail: Iterable[bytes]) -> bool:
    """Return whether the last lines of stderr speak of a compiler that was killed, or got no memory.

    cargo says `(signal: 9, SIGKILL: kill)` of rustc, rustc `signal: 9` of a linker, gcc `terminated with signal 9`.
    """
    return any(_KILLED.search(_ANSI.sub(b"", line)) for line in stderr_tail)


def unit_graph(said: bytes, asks_python: frozenset[str] = frozenset()) -> UnitGraph | None:
    """Return what a build will do, from `cargo build --unit-graph`; None if it is not understood.

    `asks_python`: names of the packages whose build scripts read which Python is built for.
    """
    try:
        found = json.loads(said)
        if found["version"] != 1:
            return None
        units = found["units"]
        own = _below(units, asks_python)
        shared = Counter(_key(unit) for index, unit in enumerate(units) if index not in own)
        host = Counter(_key(unit) for unit in units if unit["platform"] is None)
        return UnitGraph(total=len(units), parts={"host": host, "shared": shared})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _below(units: Sequence[Mapping[str, Any]], asks_python: frozenset[str]) -> set[int]:
    """Return the indices of the units that depend on a build script's run in one of the packages."""
    users: dict[int, list[int]] = {}
    for index, unit in enumerate(units):
        for dependency in unit["dependencies"]:
            users.setdefault(dependency["index"], []).append(index)
    new = [
        index
        for index, unit in enumerate(units)
        if unit["mode"] == _RUN and unit_name(unit["pkg_id"]).partition(" ")[0] in asks_python
    ]
    found = set(new)
    while new:
        new = [user for index in new for user in users.get(index, ()) if user not in found]
        found |= set(new)
    return found


def _key(unit: Mapping[str, Any]) -> UnitKey:
    return unit["pkg_id"], "" if unit["mode"] == _RUN else unit["target"]["name"]


def unit_name(package_id: str) -> str:
    """Return `serde v1.0.228` of a package id, be it cargo's of today or the one before 1.77; else the id itself.

    `path+file:///src/crate#0.1.0` leaves the name out where the path ends in it.
    """
    old = re.fullmatch(r"(\S+) (\S+) \(.*\)", package_id)
    if old:
        return f"{old[1]} v{old[2]}"
    url, _, fragment = package_id.rpartition("#")
    if not url:
        return package_id
    name, _, version = fragment.rpartition("@")
    if not version[:1].isdigit():
        return package_id
    return f"{name or unquote(PurePath(urlsplit(url).path).name)} v{version}"


def _message(found: Mapping[str, Any]) -> Message | None:
    match found["reason"]:
        case "compiler-artifact":
            return UnitBuilt(
                package=found["package_id"],
                target=found["target"]["name"],
                kinds=tuple(found["target"]["kind"]),
                crate_types=tuple(found["target"]["crate_types"]),
                files=tuple(map(PurePath, found["filenames"])),
                fresh=bool(found["fresh"]),
                executable=PurePath(program) if (program := found.get("executable")) else None,
            )
        case "build-script-executed":
            return ScriptRun(
                package=found["package_id"],
                out_dir=PurePath(found["out_dir"]),
                linked_paths=tuple(found["linked_paths"]),
                linked_libraries=tuple(found["linked_libs"]),
                cfgs=tuple(found["cfgs"]),
            )
        case "compiler-message":
            return _diagnostic(found["package_id"], found["message"])
        case "build-finished":
            return BuildEnded(success=bool(found["success"]))
    return None


def _diagnostic(package: str, said: Mapping[str, Any]) -> Diagnostic:
    primary: Mapping[str, Any] = next((span for span in said["spans"] if span["is_primary"]), {})
    # a macro of another crate is named by an absolute path: what counts is where the user called it
    while PurePath(primary.get("file_name", "")).is_absolute() and primary.get("expansion"):
        primary = primary["expansion"]["span"]
    return Diagnostic(
        package=package,
        level=str(said["level"]).partition(":")[0],  # `error: internal compiler error`
        message=str(said["message"]),
        file=str(primary.get("file_name", "")),
        line=int(primary.get("line_start", 0)),
        rendered=said.get("rendered") or "",
    )


def target_directory(metadata: bytes) -> str:
    """Return the target directory that `cargo metadata` names; empty if it names none."""
    try:
        return str(json.loads(metadata)["target_directory"])
    except (ValueError, LookupError, TypeError):
        return ""


def watched_variables(said: bytes) -> frozenset[str]:
    """Return the variables that a build script has cargo watch. Source: The Cargo Book, "Build Scripts"."""
    return frozenset(name.decode() for name in _WATCHED.findall(said))


def dep_info(text: str) -> tuple[str, ...]:
    """Return the paths of a `.d` file: what a library or program was compiled from.

    Source: The Cargo Book, "Dep-info files"; a blank in a path has a backslash before it, as in a Makefile.
    """
    lists = (line.partition(": ")[2] for line in text.splitlines())
    return tuple(name.replace("\\ ", " ") for each in lists for name in re.split(r"(?<!\\) ", each) if name)
