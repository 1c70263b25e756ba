"""The files and texts that a project asks for, read once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePath

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import SourceFile
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.described import Wanted, manifest_candidates, no_manifest_error
from wheelmatrix.run.pyproject import text_of
from wheelmatrix.values import dataclass

_IGNORE_FILES = (".gitignore", ".ignore")


def find_manifest(options: BuildOptions, pyproject: Path | None, text: str, directory: Path) -> Path:
    """Return the absolute path of Cargo.toml; raises ConfigError with where it was looked for."""
    tried = manifest_candidates(options, pyproject, directory, text, lambda path: Path(path).is_file())
    found = next((path for path in map(Path, tried) if path.is_file()), None)
    if found is None:
        raise no_manifest_error(tried)
    return Path(os.path.normpath(found.absolute()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of a project."""

    files: tuple[SourceFile, ...]
    """Sorted by path."""
    texts: Mapping[PurePath, str]
    places: frozenset[PurePath]
    """Folders that were listed, and files that were looked for, there or not: if they are the same, so is the rest."""


def read_files(files: Wanted, root: Path) -> Read:
    """List the directories and read the texts that the project asks for; inside a checkout its ignore files, too."""
    listed: dict[PurePath, SourceFile] = {}
    folders: set[PurePath] = {*files.directories, *files.shallow}
    for directory in files.directories:
        # What is named inside of a directory that is skipped, such as cargo's own, is meant.
        skip = frozenset(each for each in files.skip if not directory.is_relative_to(each))
        for found in _walk(Path(directory), skip, frozenset(), folders):
            listed[found.path] = found
    for directory in files.shallow:
        for found in _children(Path(directory)):
            listed[found.path] = found
    for path in listed.keys() & {*files.compared}:
        listed[path] = _with_digest(listed[path])
    repositories = [place / ".git" for place in (root, *root.parents)]
    is_checkout = any(place.exists() for place in repositories)
    ignore_files = _IGNORE_FILES if is_checkout else _IGNORE_FILES[1:]  # outside of a checkout .gitignore says nothing
    wanted_texts = {path for path in listed if path.name in ignore_files}
    wanted_texts |= {path / name for path in _between(listed, root) for name in ignore_files}
    texts = {path: text_of(Path(path)) for path in wanted_texts if Path(path).is_file()}
    texts |= {path: text_of(Path(path), "utf-8") for path in files.texts if Path(path).is_file()}
    return Read(
        files=tuple(sorted(listed.values(), key=lambda each: each.path)),
        texts=texts,
        places=frozenset({*folders, *repositories, *wanted_texts, *files.texts, *files.compared}),
    )


def _between(listed: Iterable[PurePath], root: Path) -> set[PurePath]:
    folders = {parent for path in listed for parent in path.parents if parent.is_relative_to(root)}
    return {root, *folders}


def _walk(
    directory: Path, skip: frozenset[PurePath], above: frozenset[Path], folders: set[PurePath]
) -> Iterator[SourceFile]:
    """Yield every file below a directory; links to directories are followed, but never in a circle.

    Adds to `folders` those that it comes through.
    """
    real = directory.resolve()
    if real in above or directory in skip or real in skip:
        return
    folders.add(directory)
    for entry in _scanned(directory):
        path = directory / entry.name
        match _kind(entry):
            case "directory" if entry.name not in (".git", "__pycache__"):
                yield from _walk(path, skip, above | {real}, folders)
            case "file":
                yield _source_file(path, entry)
            case "dead link":
                yield SourceFile(path=path, real_path=path, executable=False, size_bytes=-1)


def _kind(entry: "os.DirEntry[str]") -> str:
    """Return `directory`, `file`, `dead link`, or nothing for sockets and the like; links are followed."""
    try:
        if entry.is_dir():
            return "directory"
        if entry.is_file():
            return "file"
    except OSError:  # links in a circle
        return "dead link"
    return "dead link" if entry.is_symlink() else ""


def _children(directory: Path) -> Iterator[SourceFile]:
    yield from (_source_file(directory / entry.name, entry) for entry in _scanned(directory) if _kind(entry) == "file")


def _scanned(directory: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ConfigError.of(f"cannot be listed: {error.strerror}", where=str(directory)) from error


def _with_digest(file: SourceFile) -> SourceFile:
    try:
        return replace(file, sha256=sha256(Path(file.path).read_bytes()).hexdigest())
    except OSError:  # it is told of where it is packed, if it is
        return file


def _source_file(path: Path, entry: "os.DirEntry[str]") -> SourceFile:
    facts = entry.stat()
    return SourceFile(
        path=path,
        real_path=path.resolve() if entry.is_symlink() else path,
        executable=bool(facts.st_mode & 0o111),
        size_bytes=facts.st_size,
    )
