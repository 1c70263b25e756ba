"""Writes a new project: all of its files, or none."""

import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from wheelmatrix.errors import ConfigError, Issue

_PROJECTS = ("Cargo.toml", "pyproject.toml")


def create(directory: Path, texts: Mapping[str, str]) -> None:
    """Make a directory with these files: relative path to text.

    It appears when it is complete. Raises ConfigError if something is there already, or it cannot be made.
    """
    if os.path.lexists(directory):
        kind = "directory" if directory.is_dir() else "file"
        hint = "name another one" + ("; `wheelmatrix init` makes a project of one that is there" * (kind != "file"))
        raise ConfigError.of(f"this {kind} exists already", where=str(directory), hint=hint)
    with (
        _cleanly(directory),
        _made(directory.absolute().parent),
        _unfinished(directory.absolute().parent) as unfinished,
    ):
        _write(unfinished, texts)
        unfinished.rename(directory)


def fill(directory: Path, texts: Mapping[str, str], *, keep: Collection[str]) -> tuple[str, ...]:
    """Put these files into a directory; return those of `keep` that were there, and stay as they are.

    The directory is made if there is none. Raises ConfigError, with every file that is in the way, if it is a project
    already, or if it cannot be written to; then it is as it was.
    """
    if not os.path.lexists(directory):
        create(directory, texts)
        return ()
    there = sorted(path for path in {*texts, *_PROJECTS} if os.path.lexists(directory / path))
    in_the_way = [path for path in there if path in _PROJECTS] or [path for path in there if path not in keep]
    if in_the_way:
        raise ConfigError(*(_in_the_way(directory / path) for path in in_the_way))
    new = {path: text for path, text in texts.items() if path not in there}
    placed: list[Path] = []
    with _cleanly(directory), _unfinished(directory) as unfinished:
        _write(unfinished, new)
        try:
            for path in new:
                placed += _put(unfinished, directory, path)
        except BaseException:
            for new_path in reversed(placed):
                with suppress(OSError):
                    new_path.rmdir() if new_path.is_dir() else new_path.unlink()
            raise
    return tuple(there)


def _put(unfinished: Path, directory: Path, name: str) -> Iterator[Path]:
    """Move one file to its place, and yield what is new: folders, then the file."""
    target = directory / name
    for folder in reversed(target.relative_to(directory).parents[:-1]):
        if not (directory / folder).is_dir():
            (directory / folder).mkdir()
            yield directory / folder
    (unfinished / name).rename(target)
    yield target


def _in_the_way(path: Path) -> Issue:
    if path.name in _PROJECTS:
        hint = "this is a project already; `wheelmatrix build` builds it"
        return Issue(message="exists already", where=str(path), hint=hint)
    return Issue(message="exists already, and would be overwritten", where=str(path), hint="move it away")


def _write(directory: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _unfinished(parent: Path) -> Iterator[Path]:
    """Give a new folder beside what is to be; what is left in it is removed."""
    folder = parent / f".tmp-{secrets.token_hex(8)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _made(directory: Path) -> Iterator[None]:
    """Make a directory and its parents; if what follows fails, those that are new are removed again."""
    new = [each for each in (directory, *directory.parents) if not each.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for each in new:
            with suppress(OSError):
                each.rmdir()
        raise


@contextmanager
def _cleanly(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or str(directory)
        raise ConfigError.of(f"cannot be written: {error.strerror}", where=place, hint="nothing was changed") from error
