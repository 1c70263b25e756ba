"""The second build of `--check-reproducible`: which sources are copied where, and what is asked of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePath
from typing import Any

from wheelmatrix.bindings.cffi import HEADER
from wheelmatrix.model import Gathered, Project
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.select import is_spec
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Another place for the project: everything lies in it as it lies below `base`."""

    base: PurePath
    """The nearest directory that has all trees in it."""
    copy: PurePath
    """What `base` is in the other place."""
    trees: tuple[PurePath, ...]
    """Directories whose sources are copied: the workspace, the project, path dependencies; none inside another."""
    files: tuple[PurePath, ...]
    """Files that are copied also where the version control ignores them, if they are there; sorted."""
    outside: tuple[PurePath, ...]
    """Path dependencies that are not in the workspace; sorted."""
    skip: frozenset[PurePath]
    """Directories that are no sources: targets, and where the wheels are."""

    def moved(self, path: PurePath) -> PurePath:
        """Return where `path` is in the other place; outside of `base` it is where it was."""
        return self.copy / path.relative_to(self.base) if path.is_relative_to(self.base) else path

    def is_shared(self, path: PurePath) -> bool:
        """Return whether cargo finds a configuration file in both places, since the copy lies below it.

        Copied, it would count twice there: cargo joins the lists of all it finds.
        """
        is_config = path.parent.name == ".cargo" and path.name in ("config", "config.toml")
        return is_config and self.copy.is_relative_to(path.parent.parent)


def second(project: Project, options: BuildOptions, gathered: Gathered, root: PurePath) -> Second:
    """Return the other place, below `root`, where the run keeps everything."""
    crate = project.crate
    packages = tuple(_path_packages(gathered.cargo_metadata))
    trees = _outermost((crate.workspace, crate.manifest.parent, project.root, *packages))
    base = _common(trees)
    files = {crate.workspace / "Cargo.lock", crate.manifest, *gathered.texts}
    files |= {entry.source for entry in project.sources if isinstance(entry.source, PurePath)}
    files |= {tree / name for tree in trees for name in _UNTRACKED}
    if crate.bindings == "cffi":  # shipped where all else is made
        files |= {folder / HEADER for folder in (crate.target_directory, crate.manifest.parent / "target")}
    return Second(
        base=base,
        copy=root / "second" / "elsewhere" / base.name,
        trees=trees,
        files=tuple(sorted(path for path in files if path.is_relative_to(base))),
        outside=tuple(sorted(each for each in packages if not each.is_relative_to(crate.workspace))),
        skip=frozenset({crate.target_directory, root, gathered.directory / options.out}),
    )


_UNTRACKED = (".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain", "pyproject.toml")
"""What steers cargo and is not always under version control."""


def second_options(options: BuildOptions, project: Project, gathered: Gathered, place: Second) -> BuildOptions:
    """Return what the second build is asked for: the same, elsewhere, and the first failure ends it."""
    top = place.copy.parent.parent
    return replace(
        options,
        manifest_path=str(place.moved(project.crate.manifest)),
        interpreters=tuple(_absolute(spec, gathered) for spec in options.interpreters),
        target_dir=str(top / "target"),
        out=str(top / "dist"),
        check_reproducible=False,
        verify="off",
        fail_fast=True,
    )


def _absolute(spec: str, gathered: Gathered) -> str:
    """Return the interpreter by a path that holds elsewhere, too; environments are not copied."""
    is_path = not is_spec(spec) and len(PurePath(spec).parts) > 1
    return str(gathered.directory / spec) if is_path and not spec.startswith("~") else spec


def _path_packages(metadata: Mapping[str, Any]) -> Iterator[PurePath]:
    for package in metadata.get("packages", ()):
        manifest = PurePath(package.get("manifest_path", ""))
        if package.get("source") is None and manifest.is_absolute():
            yield manifest.parent


def _outermost(found: Iterable[PurePath]) -> tuple[PurePath, ...]:
    kept: list[PurePath] = []
    for path in sorted(dict.fromkeys(found), key=lambda each: (len(each.parts), each)):
        if not any(path.is_relative_to(above) for above in kept):
            kept.append(path)
    return tuple(kept)


def _common(trees: tuple[PurePath, ...]) -> PurePath:
    """Return the nearest directory that all trees of the first one's drive are in."""
    there = [tree for tree in trees if tree.anchor == trees[0].anchor]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*(tree.parts for tree in there), strict=False))
    return PurePath(*(parts[0] for parts in shared))
