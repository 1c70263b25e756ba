"""Editable builds: which profile they have, and the wheel that leads Python to the project's own files."""

from collections.abc import Iterable
from dataclasses import replace

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

    What goes to other places than the Python files, the `.data` directory, is installed as ever. Source: PEP 660;
    Python's `site` reads a `.pth` line by line, as UTF-8.
    """
    folder = data_folder(metadata)
    data = [each for each in collected if each.name.startswith(f"{folder}/")]
    path = Entry(name=f"{folder.partition('-')[0]}.pth", source=f"{place.python_root}\n".encode())
    return tuple(sorted((*data, path), key=lambda each: each.name))
