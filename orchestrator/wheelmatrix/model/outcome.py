"""What came of it: artifacts, audit reports and the outcomes of steps."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal

from wheelmatrix.errors import WheelmatrixError
from wheelmatrix.model.matrix import Version
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A library or program that a build made."""

    build: str
    kind: Literal["cdylib", "bin"]
    path: PurePath
    size_bytes: int
    sha256: str
    out_dirs: tuple[tuple[str, PurePath], ...] = ()
    """Package name and its build script's OUT_DIR, as cargo reported them."""
    is_fresh: bool = False
    """True: it was there already, nothing had to be compiled."""
    linked_directories: tuple[PurePath, ...] = ()
    """Where build scripts told the linker to look for libraries, in their order."""
    debug_info: tuple[PurePath, ...] = ()
    """Separate debug information: `.pdb` and `.dwp` files, `.dSYM` directories."""
    packages: frozenset[str] = frozenset()
    """Ids of the cargo packages that it was made of, build dependencies too."""
    import_libraries: tuple[PurePath, ...] = ()
    """What others link against to use a DLL: `x.dll.lib`, `libx.dll.a`."""
    target: str = ""
    """Name of the cargo target; empty: the build's only library."""
    beside: tuple["Artifact", ...] = ()
    """What else the same build made for the wheel: programs, by target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """Why a lower policy is out of reach."""

    policy: str
    symbols: tuple[str, ...]
    """Sorted, each with its version: `GLIBC_2.34: pthread_create`."""
    libraries: tuple[str, ...]
    """Sonames that the policy does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Audit of one library: facts and verdict; true if it may be shipped."""

    name: str
    """The file's name, in the wheel where it is in one."""
    machine: str
    """`x86_64`, as platform tags spell it; empty if unknown."""
    word_bits: int
    needed: tuple[str, ...]
    """Libraries that it is linked to (DT_NEEDED, LC_LOAD_DYLIB, DLLs), as listed."""
    rpaths: tuple[str, ...]
    versions: Mapping[str, str]
    """Namespace to the highest version needed: `GLIBC` → `2.34`; `macOS` → the floor, and each architecture's own."""
    entry_symbols: tuple[str, ...]
    """`PyInit_x`, `PyModExport_x`: every one that is exported."""
    floor: Version | None
    """Lowest libc (or macOS) it runs on; None where it does not apply."""
    platform_tags: tuple[str, ...]
    """What it earned, legacy alias included, sorted; may be empty if it must not be shipped."""
    graft: tuple[str, ...]
    """Sonames that would have to be copied into the wheel."""
    problems: tuple[str, ...]
    """Everything that forbids shipping it."""
    warnings: tuple[str, ...]
    blockers: tuple[Blocker, ...]
    """Of each policy below the earned tag what keeps it out of reach; highest policy first."""

    def __bool__(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step succeeded."""

    value: object = None
    """What it made: Artifact, Report, Wheel, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A step failed."""

    error: WheelmatrixError


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A step was not done, because of another step or a signal."""

    because: str


Outcome = Done | Failed | Skipped
