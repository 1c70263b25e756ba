"""What a source distribution is made from, and ways between its directories."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import PurePath
from typing import Any

from wheelmatrix.model import Metadata, SourceFile
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.layout import Layout
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCrate:
    """A crate whose sources are shipped."""

    package: Mapping[str, Any]
    """As `cargo metadata` has it."""
    workspace: PurePath
    """Directory of its workspace's root; its own where it is in none."""
    manifest_text: str
    files: tuple[SourceFile, ...]
    """Those that cargo would package."""
    hidden: tuple[SourceFile, ...] = ()
    """Those that it leaves out because they are hidden."""
    absent: frozenset[str] = frozenset()
    """`readme`, `license_file`: those that Cargo.toml names and that are not there; no build needs them."""

    @property
    def manifest(self) -> PurePath:
        """Absolute path of Cargo.toml."""
        return PurePath(self.package["manifest_path"])

    @property
    def directory(self) -> PurePath:
        """Absolute."""
        return self.manifest.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProject:
    """All that an sdist is made from."""

    options: BuildOptions
    pyproject: PurePath
    pyproject_text: str
    table: Mapping[str, Any]
    """[project]; empty if there is none."""
    metadata: Metadata
    place: Layout
    crate: SourceCrate
    """The one that becomes the module."""
    dependencies: tuple[SourceCrate, ...]
    """Path dependencies, also those of path dependencies; sorted by directory."""
    workspaces: Mapping[PurePath, str]
    """Text of a workspace's Cargo.toml by its directory."""
    lock: PurePath | None
    """Cargo.lock of the crate's workspace, if there is one."""
    lock_text: str
    files: tuple[SourceFile, ...]
    """What `project.wanted` asked for."""
    texts: Mapping[PurePath, str] = field(default_factory=dict)
    """Ignore files and readme."""
    outputs: tuple[PurePath, ...] = ()
    """Directories of finished wheels and sdists, which are no sources where they lie in the project."""
    known_to_git: tuple[SourceFile, ...] | None = None
    """What git tracks below the project: the whole choice of the generator `git`; None: cargo chooses."""


def common_directory(places: Sequence[PurePath]) -> PurePath | None:
    """Return the lowest directory that holds all of several absolute ones; None: they are on several drives."""
    shared: list[str] = []
    for parts in zip(*(place.parts for place in places), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return PurePath(*shared) if shared else None


def way(start: PurePath, end: PurePath) -> str:
    """Return the relative path, with slashes, that leads from one absolute directory to another; `.`: they are one."""
    shared = common_directory([start, end])
    depth = len(shared.parts) if shared else 0
    return "/".join([*[".."] * (len(start.parts) - depth), *end.parts[depth:]]) or "."
