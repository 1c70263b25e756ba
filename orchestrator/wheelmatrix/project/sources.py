"""Which of the project's files go into the wheel, and by what names."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.bindings.facts import Bindings
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Crate, Entry, Gathered, Metadata, SourceFile
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.globs import Ignored, excluded, matches_glob
from wheelmatrix.project.layout import Layout, normal

_DATA_FOLDERS = ("data", "headers", "platlib", "purelib", "scripts")
"""What a `.data` directory may hold. Source: "Binary distribution format", the .data directory."""
_LEFTOVER = re.compile(r"\.(?:so|pyd|dll|dylib|pdb|dwp|dSYM)$")
_INIT = """\
from .{name} import *

__doc__ = {name}.__doc__
if hasattr({name}, "__all__"):
    __all__ = {name}.__all__"""
"""The package that is generated around a crate without Python files; word for word what users of maturin have."""


def collect(
    options: BuildOptions, place: Layout, metadata: Metadata, gathered: Gathered, crate: Crate, library: str = ""
) -> tuple[Entry, ...]:
    """Return the wheel's Python files, data and includes, sorted by name.

    `library`: what the shipped library is called, if not by the module's name: `develop` may have left one.
    Raises ConfigError for two sources of one name, and for a data directory with anything else than data.
    """
    found = [
        *(() if place.is_mixed else _generated(place, gathered, BINDINGS[crate.bindings])),
        *_packages(options, place, gathered, (place.extension, *filter(None, (library,)))),
        *_data(options, place, metadata, gathered),
        *_included(options, place, gathered),
    ]
    return _unique(found)


def data_directory(options: BuildOptions, root: PurePath, module: str) -> PurePath:
    """Return where wheel data is, whether or not it is there."""
    return normal(root / (options.data or f"{module}.data"))


def data_folder(metadata: Metadata) -> str:
    """Return the name of the `.data` directory in the wheel: `name-version.data`."""
    return f"{_escaped(metadata.name)}-{metadata.version.replace('-', '_')}.data"


def _packages(
    options: BuildOptions, place: Layout, gathered: Gathered, libraries: Sequence[str]
) -> Iterator[tuple[str, SourceFile]]:
    ignored = Ignored(gathered.texts)
    patterns = [each.path for each in options.exclude if "wheel" in each.formats]
    own = (place.package,) if place.is_mixed else ()
    folders = [place.python_root / name for name in (*own, *options.python_packages)]
    caches = _caches(gathered.files)
    for file in gathered.files:
        if not any(file.path.is_relative_to(folder) for folder in folders) or file.path in ignored:
            continue
        name = file.path.relative_to(place.python_root).as_posix()
        if not _is_left_out(file, name, libraries, caches) and not _is_excluded(patterns, file.path, place, name):
            yield name, file


def _generated(place: Layout, gathered: Gathered, facts: Bindings) -> Iterator[tuple[str, SourceFile | bytes]]:
    """Yield the package around a library without Python files; a stub beside pyproject.toml becomes the package's.

    What loads a library that is no module is written once it is built.
    """
    name = place.extension
    if not facts.is_library:
        return
    if facts.is_module:
        yield f"{name}/__init__.py", _INIT.format(name=name).encode()
    stub = place.root / f"{name}.pyi"
    for file in gathered.files:
        if file.path == stub:
            yield f"{name}/__init__.pyi", file
            yield f"{name}/py.typed", b""


def _is_left_out(file: SourceFile, name: str, libraries: Sequence[str], caches: frozenset[PurePath]) -> bool:
    """Return whether a file is a by-product: bytecode, a cache, or a library that `develop` left."""
    parts = PurePath(name).parts
    if "__pycache__" in parts or name.endswith((".pyc", ".pyo")):
        return True
    if any(parent in caches for parent in file.path.parents):
        return True
    base = parts[-1]
    own = tuple(name for library in libraries for name in (library, f"lib{library}"))
    return bool(_LEFTOVER.search(base)) and base.startswith(own)


def _caches(files: Sequence[SourceFile]) -> frozenset[PurePath]:
    tagged = {file.path.parent for file in files if file.path.name == "CACHEDIR.TAG"}
    packages = {file.path.parent for file in files if file.path.name == "__init__.py"}
    return frozenset(tagged - packages)


def _is_excluded(patterns: Sequence[str], path: PurePath, place: Layout, name: str) -> bool:
    """Return whether `exclude` names a file by its place in the project or, as maturin still allows, in the wheel."""
    if path.is_relative_to(place.root) and excluded(patterns, path.relative_to(place.root).as_posix()):
        return True
    return excluded(patterns, name)


def _data(
    options: BuildOptions, place: Layout, metadata: Metadata, gathered: Gathered
) -> Iterator[tuple[str, SourceFile]]:
    folder = data_directory(options, place.root, place.module_name)
    found = [file for file in gathered.files if file.path.is_relative_to(folder)]
    if options.data and not found:
        raise ConfigError.of("the data directory is empty or not there", where=str(folder), hint="correct `data`")
    strange = sorted({file.path.relative_to(folder).parts[0] for file in found} - set(_DATA_FOLDERS))
    if strange:
        raise ConfigError.of(
            f"a data directory holds {', '.join(_DATA_FOLDERS)}, and not {', '.join(strange)}", where=str(folder)
        )
    prefix = data_folder(metadata)
    yield from ((f"{prefix}/{file.path.relative_to(folder).as_posix()}", file) for file in found)


def _escaped(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _included(options: BuildOptions, place: Layout, gathered: Gathered) -> Iterator[tuple[str, SourceFile]]:
    """Yield what `include` names: globs are tried from the project's root, then from python-source."""
    patterns = [each.path for each in options.exclude if "wheel" in each.formats]
    for pattern in options.include:
        if pattern.out_dir or "wheel" not in pattern.formats or pattern.path.split("/")[-1] == "**":
            continue  # in maturin's globs a `**` at the end names directories, never files
        for root in dict.fromkeys((place.root, place.python_root)):
            inside = [file for file in gathered.files if file.path.is_relative_to(root)]
            hits = [file for file in inside if matches_glob(pattern.path, file.path.relative_to(root).as_posix())]
            for file in hits:
                base = place.python_root if file.path.is_relative_to(place.python_root) else place.root
                name = file.path.relative_to(base).as_posix()
                is_bytecode = "__pycache__" in file.path.parts
                if not is_bytecode and not _is_excluded(patterns, file.path, place, name):
                    yield name, file
            if hits:
                break


def _unique(found: Sequence[tuple[str, SourceFile | bytes]]) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    issues: list[Issue] = []
    for name, source in found:
        if isinstance(source, SourceFile) and source.size_bytes < 0:
            hint = "mend it, remove it, or name it in `exclude`"
            issues.append(Issue(message="the link leads nowhere", where=str(source.path), hint=hint))
            continue
        entry = (
            Entry(name=name, source=source)
            if isinstance(source, bytes)
            else Entry(name=name, source=source.real_path, executable=source.executable)
        )
        other = entries.setdefault(name, entry)
        if other != entry:
            issues.append(Issue(message=f"{name} has two sources: {_told(other)} and {_told(entry)}", where="include"))
    if issues:
        raise ConfigError(*issues)
    return tuple(entries[name] for name in sorted(entries))


def _told(entry: Entry) -> str:
    return "a generated file" if isinstance(entry.source, bytes) else str(entry.source)
