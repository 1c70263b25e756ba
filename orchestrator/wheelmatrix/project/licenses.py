"""Which licence files a project has: by its globs (PEP 639), by name, or by the names that are customary."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import CargoPackage, Entry, SourceFile
from wheelmatrix.project.globs import fixed_prefix, matches_glob
from wheelmatrix.project.layout import normal
from wheelmatrix.project.readme import is_inside

CUSTOMARY = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")
"""Globs beside pyproject.toml where [project] has no license-files. Source: PEP 639, "Add license-files key"."""
_RANGE = re.compile(r"\[[\w.-]+\]")
"""A range of a glob, of the characters that PEP 639 allows in it."""


def license_entries(
    project: Mapping[str, Any],
    package: Mapping[str, Any],
    crate: CargoPackage,
    root: PurePath,
    files: Sequence[SourceFile],
) -> tuple[Entry, ...]:
    """Return the licence files by their names in `dist-info/licenses/`, sorted.

    `project` is the [project] table, empty if there is none; `package` the crate in `cargo metadata`. What [project]
    names keeps its path from the project's root, or from the workspace's where it lies above; what Cargo.toml names
    keeps that from the crate, or its name alone. Those of an sdist are called as the checkout's then, as with maturin.
    Raises ConfigError for a glob that is not allowed or matches nothing, and for a file that is not there or outside
    of both project and workspace.
    """
    known = {each.path: each for each in files}
    found: list[tuple[str, PurePath]] = []
    issues: list[Issue] = []
    if "license-files" in project:
        inside = [path for path in known if path.is_relative_to(root)]
        for glob in project["license-files"]:
            plain = "/".join(part for part in str(glob).split("/") if part != ".")
            matched = [path for path in inside if matches_glob(plain, path.relative_to(root).as_posix())]
            found += ((_name(path, root), path) for path in matched)
            issues += _glob_faults(glob, matched)
    elif project:
        beside = [path for path in known if path.parent == root]
        found += ((path.name, path) for path in beside if any(fnmatchcase(path.name, glob) for glob in CUSTOMARY))
    for is_cargos, path in _named(project, package, root, crate.manifest):
        if not is_inside(path, root, crate):
            issues.append(
                Issue(message="the licence file is outside of the project and its workspace", where=str(path))
            )
        elif path not in known:
            issues.append(Issue(message="the licence file is not there", where=str(path)))
        found.append((_name(path, *([crate.manifest.parent] if is_cargos else [root, crate.workspace])), path))
    if issues:
        raise ConfigError(*issues)
    return _entries((name, known[path]) for name, path in found)


def _name(path: PurePath, *bases: PurePath) -> str:
    """Return a path as seen from the first base that it is below; its name alone if there is none."""
    base = next((each for each in bases if path.is_relative_to(each)), path.parent)
    return path.relative_to(base).as_posix()


def _entries(found: Iterable[tuple[str, SourceFile]]) -> tuple[Entry, ...]:
    """Return an entry for each name, sorted; of two texts with one name the later has its directory before it.

    A text of the same name and content is a copy: sdists have one at the top and one beside Cargo.toml.
    """
    taken: dict[str, SourceFile] = {}
    for name, file in found:
        other = taken.get(name, file)
        is_copy = file.real_path == other.real_path or _content(file) == _content(other)
        taken.setdefault(name if is_copy else f"{file.path.parent.name or 'workspace'}/{name}", file)
    return tuple(Entry(name=name, source=taken[name].real_path) for name in sorted(taken))


def _content(file: SourceFile) -> tuple[int, str]:
    return file.size_bytes, file.sha256


def maybe_copies(
    package: Mapping[str, Any], root: PurePath, manifest: PurePath, workspace: PurePath
) -> tuple[PurePath, ...]:
    """Return Cargo's license-file, and where the project may have a text of the same name; `package` may lack one."""
    if not package.get("license_file"):
        return ()
    path = normal(manifest.parent / str(package["license_file"]))
    return tuple(dict.fromkeys((path, *(base / _name(path, manifest.parent) for base in (root, workspace)))))


def named_files(
    project: Mapping[str, Any], package: Mapping[str, Any], root: PurePath, manifest: PurePath
) -> tuple[PurePath, ...]:
    """Return the licence files that are named by path: `license = {file = …}`, and Cargo's license-file."""
    return tuple(path for _, path in _named(project, package, root, manifest))


def _named(
    project: Mapping[str, Any], package: Mapping[str, Any], root: PurePath, manifest: PurePath
) -> Iterator[tuple[bool, PurePath]]:
    """Yield each of them behind whether Cargo.toml names it."""
    license_ = project.get("license")
    if isinstance(license_, dict) and isinstance(license_.get("file"), str):
        yield False, normal(root / license_["file"])
    if package.get("license_file"):
        yield True, normal(manifest.parent / str(package["license_file"]))


def wanted_directories(project: Mapping[str, Any], root: PurePath) -> tuple[PurePath, ...]:
    """Return the directories to be walked for the globs of license-files, sorted; those of the root need none."""
    globs = project.get("license-files")
    deep = [str(glob) for glob in globs if "/" in str(glob)] if isinstance(globs, list) else []
    return tuple(sorted({root / fixed_prefix(glob) for glob in deep}))


def _glob_faults(glob: str, matched: Sequence[PurePath]) -> Iterator[Issue]:
    where = "project.license-files"
    if fault := _syntax_fault(glob):
        yield Issue(message=f"the glob {glob!r} {fault}", where=where)
    elif not matched:
        yield Issue(message=f"the glob {glob!r} matches no file", where=where)


def _syntax_fault(glob: str) -> str:
    """Return what PEP 639 ("Add license-files key") does not allow of a glob; empty: it may be."""
    parts = glob.split("/")
    if glob.startswith("/") or ".." in parts or "\\" in glob:
        return "has to be relative, inside of the project, and with `/`"
    if any("**" in part and part != "**" for part in parts):
        return "has ** beside something else: it stands for whole directories"
    plain = _RANGE.sub("", glob)
    strange = next((letter for letter in plain if not (letter.isalnum() or letter in "_-./*?")), "")
    if strange:
        return f"has {strange!r}: letters, digits, `_-./`, `*`, `?`, `**` and ranges of these in brackets are allowed"
    return ""
