"""Values of options that are more than a text, a number or a boolean."""

from collections.abc import Mapping
from typing import Any, Literal

from wheelmatrix.values import dataclass

Joining = Literal["none", "append", "prepend"]
"""How a list of an override joins the one below it; `none`: replaces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A cargo feature, on only for the interpreters that its conditions name."""

    feature: str
    python_version: str = ""
    """PEP 440 specifier; empty: every version."""
    python_implementation: str = ""
    """`cpython`, `pypy` or `graalpy`; empty: every implementation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Files to take into the wheel, or to leave out of it."""

    path: str
    """Glob, relative to the project."""
    formats: frozenset[str] = frozenset({"sdist", "wheel"})
    out_dir: bool = False
    """True: the glob is looked up in the OUT_DIR of a build script."""
    to: str = ""
    """Directory in the wheel; only with `out_dir`."""
    crate: str = ""
    """Whose OUT_DIR; empty: the root crate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactChoice:
    """A cargo target that is to be in the wheel."""

    name: str = ""
    """Name of the target; empty: every one of the kind."""
    kind: str = ""
    """`bin`, or a crate type of the library: `cdylib`, `lib`, …; empty: either."""
    bindings: str = ""
    """Bindings of the library; empty: found from the dependencies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTarget:
    """One entry of `[tool.wheelmatrix] targets` that says more than a name."""

    target: str
    """Triple or platform tag, with the floor behind it, if any."""
    values: Mapping[str, Any]
    """BuildOptions field to the value that holds for this target alone: linker, environment, rustflags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The lowest macOS that one target's wheels are to run on, as `[tool.maturin.target.TRIPLE]` says it."""

    triple: str
    macos: str
    """`10.13`, `11.0`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonSource:
    """Where a Python comes from that wheels are imported in: a place, or a command line."""

    pattern: str = ""
    """Pattern over the ids of the cells it is for; empty: those whose wheels its tags accept."""
    place: str = ""
    """Directory of an unpacked distribution or of a Windows Python, or an executable; empty: see `argv`."""
    argv: tuple[str, ...] = ()
    """Command line that starts it; the program's own arguments are put behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One `[[tool.wheelmatrix.overrides]]`: other options for the cells that `select` names."""

    select: tuple[str, ...]
    """Patterns over cell ids."""
    values: Mapping[str, Any]
    """BuildOptions field to value."""
    inherit: Mapping[str, Joining]
    """BuildOptions field to how a list joins the value below it; `none`: replaces it."""
