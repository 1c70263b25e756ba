"""Copying a project's sources to another place: what git knows or does not ignore, else all but what was made."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from anyio import to_thread

from wheelmatrix.errors import PackError, ToolMissing
from wheelmatrix.model import Command
from wheelmatrix.plan.second import Second
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.process import capture

_LIST = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
_MADE = ("CACHEDIR.TAG", "pyvenv.cfg")
"""A directory with one of these can be made anew: a cache, such as cargo's target directory, or an environment."""


async def copy_sources(place: Second, guardian: Guardian | None = None) -> int:
    """Copy the trees and files of `place`, and return how many files that were.

    Modes are kept and times are not, as in a fresh checkout. A link stays a link, to a file of the copy if its file is
    copied. Raises PackError if something cannot be read or written.
    """
    found: dict[Path, None] = {}
    trees = [Path(tree) for tree in place.trees]
    for tree in trees:
        names = await _known_to_git(tree, guardian)
        files, modules = await to_thread.run_sync(_sources, tree, names, place)
        found.update(dict.fromkeys(files))
        trees += [module for module in modules if module not in trees]
    return await to_thread.run_sync(_copy_all, found, place)


async def _known_to_git(tree: Path, guardian: Guardian | None) -> list[str]:
    """Return what git tracks below a directory, and what it neither tracks nor ignores; empty without git."""
    command = Command(argv=_LIST, environment={}, directory=tree)
    try:
        said = await capture(command, guardian=guardian)
    except ToolMissing:
        return []
    return [os.fsdecode(name) for name in said.stdout.split(b"\0") if name] if said.exit.ok else []


def _sources(tree: Path, names: list[str], place: Second) -> tuple[list[Path], list[Path]]:
    """Return the files of a tree, and directories that are trees of their own: a submodule is one entry for git.

    Where git does not know the tree's manifest, it does not keep the sources: then all files are taken.
    """
    known = [path for name in names if os.path.lexists(path := tree / name)]
    manifest = tree / "Cargo.toml"
    if not known or (manifest.exists() and manifest not in known):
        return list(_walked(tree, place)), []
    modules = [path for path in known if path.is_dir() and not path.is_symlink()]
    return [path for path in known if path not in modules], modules


def _walked(tree: Path, place: Second) -> Iterator[Path]:
    for folder, folders, files in os.walk(tree):
        inside = Path(folder)
        folders[:] = [name for name in folders if not _is_left_out(inside / name, place)]
        yield from (inside / name for name in (*files, *folders) if name in files or (inside / name).is_symlink())


def _is_left_out(folder: Path, place: Second) -> bool:
    is_made = any((folder / name).exists() for name in _MADE) or folder.name in (".git", "__pycache__")
    return is_made or folder in place.skip


def _copy_all(found: Iterable[Path], place: Second) -> int:
    named = (Path(path) for path in place.files if Path(path).is_file())
    sources = [path for path in dict.fromkeys((*found, *named)) if not place.is_shared(path)]
    for source in sources:
        target = Path(place.moved(source))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_symlink():
                target.symlink_to(_link(source, place))
            else:
                shutil.copyfile(source, target)
                shutil.copymode(source, target)
        except OSError as error:
            raise PackError(issue_of(error, Path(error.filename or source))) from error
    return len(sources)


def _link(source: Path, place: Second) -> Path:
    """Return what the copy of a link holds: what it held, unless that leads out of the copied directory."""
    held = source.readlink()
    leads_to = Path(os.path.normpath(source.parent / held))
    return held if held.is_absolute() or leads_to.is_relative_to(place.base) else leads_to
