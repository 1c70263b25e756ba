"""Which licence files a project has: by its globs (PEP 639), by name, or by the names that are customary."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

import pathspec

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Entry, SourceFile

CUSTOMARY = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")
"""Globs beside pyproject.toml where the project has no license-files. Source: PEP 639, "Add license-files key"."""


def license_entries(
    project: Mapping[str, Any], cargo_file: str, root: PurePath, manifest: PurePath, files: Sequence[SourceFile]
) -> tuple[Entry, ...]:
    """Return the licence files by their names in `dist-info/licenses/`, sorted.

    `project` is the [project] table, empty if there is none; `cargo_file` is Cargo's license-file, relative to the
    manifest, or empty. A file outside of the project keeps its name alone.
    Raises ConfigError for a glob that is not allowed or matches nothing, and for a file that is not there.
    """
    issues: list[Issue] = []
    found: dict[PurePath, None] = {}
    known = {each.path: each for each in files}
    globs = project.get("license-files")
    license_ = project.get("license")
    if isinstance(globs, list):
        for glob in map(str, globs):
            matched, issue = _of_glob(glob, root, known)
            issues += issue
            found.update(dict.fromkeys(matched))
    else:
        inside = [path for path in known if path.parent == root]
        found.update((path, None) for path in inside if any(fnmatchcase(path.name, glob) for glob in CUSTOMARY))
    named = [root / license_["file"]] if isinstance(license_, dict) and "file" in license_ else []
    if cargo_file and ("license" in project.get("dynamic", ()) or not project):
        named.append(manifest.parent / cargo_file)
    for path in named:
        normal = _normal(path)
        found[normal] = None
        if normal not in known:
            issues.append(Issue(message="the licence file is not there", where=str(normal)))
    if issues:
        raise ConfigError(*issues)
    return tuple(Entry(name=_name(path, root), source=known[path].real_path) for path in sorted(found))


def wanted_directories(project: Mapping[str, Any], root: PurePath) -> tuple[PurePath, ...]:
    """Return the directories below which globs of license-files may match, apart from the root itself."""
    globs = project.get("license-files")
    prefixes = [_fixed_prefix(str(glob)) for glob in globs] if isinstance(globs, list) else []
    return tuple(sorted({root / prefix for prefix in prefixes if prefix}))


def _of_glob(glob: str, root: PurePath, known: Iterable[PurePath]) -> tuple[list[PurePath], list[Issue]]:
    if glob.startswith("/") or ".." in PurePath(glob).parts or "\\" in glob:
        message = f"the glob {glob!r} has to be relative, inside of the project, and with `/`"
        return [], [Issue(message=message, where="project.license-files")]
    spec = pathspec.GitIgnoreSpec.from_lines([f"/{glob}"])
    inside = [path for path in known if path.is_relative_to(root)]
    matched = [path for path in inside if spec.match_file(path.relative_to(root).as_posix())]
    if not matched:
        return [], [Issue(message=f"the glob {glob!r} matches no file", where="project.license-files")]
    return matched, []


def _fixed_prefix(glob: str) -> str:
    """Return the directories at the beginning of a glob that hold no wildcard."""
    parts = PurePath(glob).parts
    fixed = []
    for part in parts[:-1]:
        if any(letter in part for letter in "*?["):
            break
        fixed.append(part)
    return "/".join(fixed)


def _name(path: PurePath, root: PurePath) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _normal(path: PurePath) -> PurePath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePath(*parts)
