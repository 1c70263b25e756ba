"""Editable builds: which profile they have, and the wheel that leads Python to the project's own files."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Entry, Metadata
from wheelmatrix.options import Given
from wheelmatrix.project.layout import Layout
from wheelmatrix.project.sources import data_folder


def for_editable(given: Given, usual_profile: str) -> Given:
    """Return the options of an editable build.

    Its profile is that of the command line or a variable, else `editable-profile`, else `profile` of the configuration,
    else `usual_profile`.
    """
    options = given.options
    profile = options.profile
    if "profile" not in options.fixed:
        configured = profile if "profile" in given.sources else usual_profile
        profile = options.editable_profile or configured
    is_fixed = bool(options.editable_profile) or "profile" in options.fixed
    fixed = options.fixed | {"profile"} if is_fixed else options.fixed
    return replace(given, options=replace(options, profile=profile, fixed=fixed, editable=True))


def in_place(collected: Iterable[Entry], place: Layout, metadata: Metadata) -> tuple[Entry, ...]:
    """Return what an editable wheel has in place of the project's Python files: a `.pth` that names their directory.

    What is not found there is installed as ever: the `.data` directory, and what `include` takes from elsewhere (not
    beside modules of the project's packages: Python would not look there). maturin installs no includes at all.
    Source: PEP 660; Python's `site` reads a `.pth` line by line, as UTF-8.
    """
    folder = data_folder(metadata)
    found = tuple(collected)
    packages = {_top(each) for each in found if _lies_in(each, place.python_root)} | {place.package}
    elsewhere = [
        each
        for each in found
        if each.name.startswith(f"{folder}/")
        or not (isinstance(each.source, bytes) or _lies_in(each, place.python_root) or _top(each) in packages)
    ]
    path = Entry(name=f"{folder.partition('-')[0]}.pth", source=f"{place.python_root}\n".encode())
    return tuple(sorted((*elsewhere, path), key=lambda each: each.name))


def check_version(document: Mapping[str, Any], pyproject: PurePath) -> None:
    """Raise ConfigError if [project] neither has a version nor leaves it to Cargo.toml.

    A build takes Cargo's, with a warning; what is developed has to be right before it is built by another backend's
    rules. As with maturin.
    """
    project = document.get("project")
    if isinstance(project, dict) and "version" not in project and "version" not in project.get("dynamic", ()):
        raise ConfigError.of(
            "[project] has no version and does not say that it is dynamic",
            where=str(pyproject),
            hint='add version = "…", or dynamic = ["version"] to take that of Cargo.toml',
        )


def _top(entry: Entry) -> str:
    return entry.name.partition("/")[0]


def _lies_in(entry: Entry, folder: PurePath) -> bool:
    return not isinstance(entry.source, bytes) and PurePath(entry.source).is_relative_to(folder)
