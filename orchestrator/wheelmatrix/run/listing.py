"""The files of crates as cargo finds them: by git where it tracks the manifest, else by a walk."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import anyio

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.model import Command, SourceFile
from wheelmatrix.project.packaged import Listed
from wheelmatrix.run.process import capture

_GIT = ("git", "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard", "--")
_UNTRACKED = "?"


async def list_crates(directories: Sequence[Path], walked: Collection[Path] = ()) -> tuple[Listed, ...]:
    """Return the files of each crate, in the order of the crates; git is asked once for each checkout.

    `walked`: the crates whose manifest has `include`: cargo does not ask git for those.
    """
    checkouts: dict[Path | None, list[Path]] = {}
    for directory in directories:
        if directory not in walked:
            checkouts.setdefault(checkout_of(directory), []).append(directory)
    known: dict[Path, str] = {}

    async def ask(root: Path, inside: list[Path]) -> None:
        known.update(await _known_to_git(root, inside))

    async with anyio.create_task_group() as group:
        for root, inside in checkouts.items():
            if root is not None:
                group.start_soon(ask, root, inside)
    return tuple(_listed(directory, known) for directory in directories)


async def tracked_files(directory: Path) -> tuple[SourceFile, ...] | None:
    """Return the files that git tracks below a directory, sorted; None: it is in no checkout, or there is no git."""
    root = checkout_of(directory)
    known = await _known_to_git(root, [directory]) if root else {}
    tracked = sorted(path for path, tag in known.items() if tag != _UNTRACKED)
    return tuple(file for path in tracked for file in _files_at(path)) if known else None


def checkout_of(directory: Path) -> Path | None:
    """Return the checkout that a directory lies in; None: in none."""
    return next((place for place in (directory, *directory.parents) if (place / ".git").exists()), None)


async def _known_to_git(root: Path, inside: Iterable[Path]) -> dict[Path, str]:
    """Return what git tracks and what it neither tracks nor ignores, each with git's letter; empty without git."""
    places = [str(path.relative_to(root)) for path in inside]
    try:
        said = await capture(Command(argv=(*_GIT, *places), environment={}, directory=root))
    except ToolMissing:
        return {}
    if not said.exit.ok:
        return {}
    lines = [os.fsdecode(line) for line in said.stdout.split(b"\0") if line]
    return {root / line[2:]: line[0] for line in lines}


def _listed(directory: Path, known: dict[Path, str]) -> Listed:
    by_git = known.get(directory / "Cargo.toml", _UNTRACKED) != _UNTRACKED
    found = _chosen_by_git(directory, known) if by_git else _walk(directory, directory)
    files = tuple(sorted(found, key=lambda file: file.path))
    return Listed(directory=directory, files=files, by_git=by_git)


def _chosen_by_git(directory: Path, known: dict[Path, str]) -> Iterator[SourceFile]:
    below = {path: tag for path, tag in known.items() if path.is_relative_to(directory)}
    others = {path.parent for path in below if path.name == "Cargo.toml"} - {directory}
    for path, tag in below.items():
        is_made = tag == _UNTRACKED and path.relative_to(directory).parts[0] == "target"
        if not is_made and others.isdisjoint(path.parents):
            yield from _files_at(path)


def _files_at(path: Path) -> Iterator[SourceFile]:
    """Yield a file that git names; a link to a directory, or a submodule, as all that lies in it."""
    if path.is_dir():
        yield from _walk(path, path.parent)
    elif os.path.lexists(path):
        yield _source_file(path)


def _walk(directory: Path, root: Path, above: frozenset[Path] = frozenset()) -> Iterator[SourceFile]:
    """Yield all files of a crate: neither its target directory, nor other crates, nor what git keeps."""
    real = directory.resolve()
    if real in above:
        return
    try:
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise ConfigError.of(f"cannot be listed: {error.strerror}", where=str(directory)) from error
    for entry in entries:
        path = directory / entry.name
        if not entry.is_dir():
            yield _source_file(path)
        elif not (_is_left_out(entry.name, is_top=directory == root) or (path / "Cargo.toml").exists()):
            yield from _walk(path, root, above | {real})


def _is_left_out(name: str, *, is_top: bool) -> bool:
    return name == ".git" or (is_top and name == "target")


def _source_file(path: Path) -> SourceFile:
    try:
        facts = path.stat()
    except OSError:
        return SourceFile(path=path, real_path=path, executable=False, size_bytes=-1)
    is_executable = bool(facts.st_mode & 0o111)
    return SourceFile(path=path, real_path=path.resolve(), executable=is_executable, size_bytes=facts.st_size)
