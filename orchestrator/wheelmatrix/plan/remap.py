"""Paths of this machine, and what stands in their place in everything that is shipped.

Panics name their source file, `assert` of C and debug information do so too; what is built elsewhere must not differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from wheelmatrix.model import Gathered, Project, Target
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.cargo_config import environment_of

Place = tuple[str, str]
"""A directory of this machine, and the name it is given."""


def places(project: Project, options: BuildOptions, gathered: Gathered) -> tuple[Place, ...]:
    """Return what is renamed, the longest path last: of two that match, compilers take the last.

    The workspace, its target directory, cargo's home with the registry, and path dependencies outside of the workspace.
    Empty in the profile for development, whose debugger looks for the files.
    """
    if options.profile == "dev":
        return ()
    crate = project.crate
    found = {
        **dict(_outside(gathered.cargo_metadata, crate.workspace)),
        str(gathered.cargo_home): "/cargo",
        str(crate.workspace): f"/{crate.name}",
        str(crate.target_directory): f"/{crate.name}/target",
    }
    if options.target_dir:
        found[str(gathered.directory / options.target_dir)] = f"/{crate.name}/target"
    renamed = [each for each in found.items() if PurePath(each[0]).is_absolute() and _is_unicode(each[0])]
    return tuple(sorted(renamed, key=lambda each: (len(each[0]), each)))


def rust_flags(renamed: Sequence[Place]) -> tuple[str, ...]:
    """Return the flags for rustc; it splits at the last `=`, so any path will do."""
    return tuple(f"--remap-path-prefix={place}={name}" for place, name in renamed)


def c_environment(
    renamed: Sequence[Place], target: Target, options: BuildOptions, gathered: Gathered
) -> dict[str, str]:  # fmt: skip
    """Return the variables that tell C and C++ compilers the same, behind the user's own flags in the same variable.

    The `cc` crate reads the first of four variables, newer ones all of them: ours is the one that counts already. It
    splits at blanks, and compilers split at the first `=`, so that a path with one of these stays as it is. Microsoft's
    compiler has no such option.
    """
    flags = [f"-ffile-prefix-map={place}={name}" for place, name in renamed if not _is_split(place)]
    if not flags or target.libc == "msvc":
        return {}
    environment = {**_configured(gathered.cargo_config), **environment_of(options, gathered)}
    variables = (_variable(name, target.triple, gathered.host.triple, environment) for name in ("CFLAGS", "CXXFLAGS"))
    return {variable: " ".join([*filter(None, [environment.get(variable)]), *flags]) for variable in variables}


def _is_unicode(place: str) -> bool:
    """Return whether cargo's configuration can hold a path; a byte that is no UTF-8 is half a surrogate here."""
    return not any("\ud800" <= char <= "\udfff" for char in place)


def _is_split(place: str) -> bool:
    return "=" in place or len(place.split()) != 1


def _outside(metadata: Mapping[str, Any], workspace: PurePath) -> Iterator[Place]:
    """Yield the packages that neither a registry nor the workspace has."""
    for package in metadata.get("packages", ()):
        manifest = PurePath(package.get("manifest_path", ""))
        if package.get("source") is None and manifest.is_absolute() and not manifest.is_relative_to(workspace):
            yield str(manifest.parent), f"/{package['name']}"


def _variable(name: str, triple: str, host: str, environment: Mapping[str, str]) -> str:
    """Return the variable that counts for `cc`: the first that is set, else the most particular one."""
    own = f"{name}_{triple.replace('-', '_')}"
    order = (f"{name}_{triple}", own, f"{'HOST' if triple == host else 'TARGET'}_{name}", name)
    return next((each for each in order if each in environment), own)


def _configured(configs: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return `[env]` of cargo's configuration, the files that count more last. Source: The Cargo Book, `[env]`."""
    found: dict[str, str] = {}
    for config in reversed(configs):
        table = config.get("env")
        for name, value in table.items() if isinstance(table, Mapping) else ():
            found[name] = str(value.get("value", "")) if isinstance(value, Mapping) else str(value)
    return found
