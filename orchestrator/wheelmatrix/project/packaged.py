"""Which files of a crate cargo would package: what `cargo package --list` says, without asking it.

Source: The Cargo Book, "The `exclude` and `include` fields"; cargo 1.95, by comparison with its lists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pathspec

from wheelmatrix.model import SourceFile
from wheelmatrix.values import dataclass

_NEVER = frozenset({"Cargo.toml.orig", ".cargo_vcs_info.json"})
"""What cargo writes into a package itself."""
_ALWAYS = frozenset({"Cargo.toml", "Cargo.lock"})
"""What cargo packages whatever the manifest says, if it is there; the lock of a workspace is shipped by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The files of a crate as they were found; its target directory and the crates inside of it are left out."""

    directory: PurePath
    files: tuple[SourceFile, ...]
    by_git: bool
    """True: those that git tracks or does not ignore; False: all, since git does not track the crate's manifest."""


def packaged(listed: Listed, package: Mapping[str, Any]) -> tuple[SourceFile, ...]:
    """Return the files that cargo would package, in the order they were listed.

    `package`: the [package] table of Cargo.toml, its inherited values filled in. `include` alone counts where there is
    one; without it, outside of git, hidden files stay out.
    """
    include, exclude = _patterns(package.get("include")), _patterns(package.get("exclude"))
    spec = pathspec.GitIgnoreSpec.from_lines(include or exclude)
    chosen = []
    for file, name in _named(listed):
        if name in _NEVER:
            continue
        if name in _ALWAYS:
            chosen.append(file)
        elif include:
            if spec.match_file(name):
                chosen.append(file)
        elif not spec.match_file(name) and (listed.by_git or not _is_hidden(name)):
            chosen.append(file)
    return tuple(chosen)


def hidden(listed: Listed, package: Mapping[str, Any]) -> tuple[SourceFile, ...]:
    """Return the files that cargo leaves out for their names alone: outside of git it takes no hidden ones."""
    if listed.by_git or package.get("include"):
        return ()
    taken = set(packaged(replace(listed, by_git=True), package))
    return tuple(file for file, name in _named(listed) if _is_hidden(name) and file in taken)


def _patterns(found: object) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list) else []


def _named(listed: Listed) -> Iterator[tuple[SourceFile, str]]:
    return ((file, file.path.relative_to(listed.directory).as_posix()) for file in listed.files)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
