"""Core metadata 2.4: from [project], and where that says `dynamic` or is not there, from Cargo.toml.

Source: "Core metadata specifications"; PEP 621; PEP 639. pyproject-metadata checks and writes what needs no file;
licences, classifiers and Cargo's fields are added here, because it would read files or refuse what indexes take.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from packaging.version import InvalidVersion, Version
from pyproject_metadata import ConfigurationError, RFC822Message, StandardMetadata

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Crate, Entry, Gathered, Metadata
from wheelmatrix.project.licenses import license_entries
from wheelmatrix.project.readme import readme

_KNOWN = frozenset(
    {
        "name", "version", "description", "readme", "requires-python", "license", "license-files", "authors",
        "maintainers", "keywords", "classifiers", "urls", "scripts", "gui-scripts", "entry-points", "dependencies",
        "optional-dependencies", "import-names", "import-namespaces", "dynamic",
    }
)  # fmt: skip
"""Keys of [project]. Source: "pyproject.toml specification"."""
_OURS = frozenset({"version", "readme", "license", "license-files", "classifiers", "description", "dynamic"})
"""Keys that are handled here and not handed on."""
_DEAD = frozenset(
    {
        "scripts", "classifiers", "classifier", "data", "maintainer", "maintainer-email", "requires-dist",
        "requires-python", "requires-external", "project-url", "provides-extra", "description-content-type",
    }
)  # fmt: skip
"""Keys of [package.metadata.maturin] that moved to [project] in maturin 0.14."""
_SCRIPT = re.compile(r"[\w.-]+")


def read(
    project: Mapping[str, Any], crate: Crate, package: Mapping[str, Any], root: PurePath, gathered: Gathered
) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata and warnings.

    `project`: the [project] table, empty if there is none; `package`: the crate in `cargo metadata`.
    Raises ConfigError with everything that is wrong.
    """
    _refuse_dead(package)
    warnings = [f"unknown key {key!r} in [project] is ignored" for key in sorted(set(project) - _KNOWN)]
    if project and "version" not in project and "version" not in project.get("dynamic", ()):
        warnings.append("[project] has no version and does not say that it is dynamic: Cargo's is taken")
    version = _version(project, crate)
    licenses = license_entries(project, str(package.get("license_file") or ""), root, crate.manifest, gathered.files)
    standard = _standard(project, crate, version)
    if long_text := readme(project, package, root, crate.manifest, gathered):
        message = _message(standard, project, package, licenses)
        message["Description-Content-Type"] = long_text[1]
        message.set_payload(long_text[0])
    else:
        message = _message(standard, project, package, licenses)
    return Metadata(
        name=standard.name,
        version=str(version),
        requires_python=str(standard.requires_python or ""),
        text=message.as_bytes(),
        entry_points=_entry_points(standard),
        licenses=licenses,
    ), tuple(warnings)


def _standard(project: Mapping[str, Any], crate: Crate, version: Version) -> StandardMetadata:
    kept = {key: value for key, value in project.items() if key in _KNOWN - _OURS}
    if project and "name" not in project:
        raise ConfigError.of("[project] has no name", where="pyproject.toml", hint=f'name = "{crate.name}"')
    if isinstance(project.get("readme", ""), int | list):
        raise ConfigError.of("project.readme is neither a text nor a table", where="pyproject.toml")
    table = {**kept, "name": project.get("name", crate.name), "version": str(version)}
    try:
        standard = StandardMetadata.from_pyproject({"project": table}, metadata_version="2.4", all_errors=True)
    except* ConfigurationError as errors:
        issues = [Issue(message=str(error), where="pyproject.toml") for error in _flat(errors)]
        raise ConfigError(*issues) from None
    description = project.get("description")
    if description:
        standard.description = _one_line(str(description))
    return standard


def _flat(group: BaseException) -> list[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        return [error for each in group.exceptions for error in _flat(each)]
    return [group]


def _message(
    standard: StandardMetadata, project: Mapping[str, Any], package: Mapping[str, Any], licenses: tuple[Entry, ...]
) -> RFC822Message:
    message = standard.as_rfc822()
    if not (project and "classifiers" in project.get("dynamic", ())):
        for classifier in project.get("classifiers", ()):
            message["Classifier"] = str(classifier)
    _add_license(message, project, package)
    for each in licenses:
        message["License-File"] = each.name
    _add_from_cargo(message, project, package)
    return message


def _add_license(message: RFC822Message, project: Mapping[str, Any], package: Mapping[str, Any]) -> None:
    license_ = project.get("license")
    if isinstance(license_, str):
        message["License-Expression"] = license_
    elif isinstance(license_, dict) and "text" in license_:
        message["License"] = str(license_["text"])
    elif _is_cargos("license", project) and package.get("license"):
        message["License"] = str(package["license"])


def _add_from_cargo(message: RFC822Message, project: Mapping[str, Any], package: Mapping[str, Any]) -> None:
    """Add the fields that Cargo.toml gives, as maturin maps them."""
    if _is_cargos("description", project) and package.get("description"):
        message["Summary"] = _one_line(str(package["description"]))
    if _is_cargos("keywords", project) and package.get("keywords"):
        message["Keywords"] = ",".join(package["keywords"])
    if _is_cargos("authors", project) and package.get("authors"):
        joined = ", ".join(package["authors"])
        message["Author"] = joined
        if "@" in joined:
            message["Author-Email"] = joined
    if _is_cargos("urls", project):
        for label, key in (("Homepage", "homepage"), ("Documentation", "documentation"), ("Source Code", "repository")):
            if package.get(key):
                message["Project-URL"] = f"{label}, {package[key]}"


def _is_cargos(field: str, project: Mapping[str, Any]) -> bool:
    return not project or field in project.get("dynamic", ())


def _version(project: Mapping[str, Any], crate: Crate) -> Version:
    text = str(project.get("version") or crate.version)
    where = "project.version" if project.get("version") else f"{crate.manifest}: version"
    try:
        return Version(text)
    except InvalidVersion as error:
        hint = "1.0.0-alpha.1, 1.0.0-rc.2 and 1.0.0+local can be written as PEP 440 versions"
        raise ConfigError.of(f"{text!r} is no Python version", where=where, hint=hint) from error


def _entry_points(standard: StandardMetadata) -> bytes:
    """Return entry_points.txt. Source: "Entry points specification"; names by what PyPI takes."""
    groups = {"console_scripts": standard.scripts, "gui_scripts": standard.gui_scripts, **standard.entrypoints}
    issues = [
        Issue(message=f"{name!r} cannot be the name of a script", where="pyproject.toml", hint="letters, digits, `._-`")
        for group in ("console_scripts", "gui_scripts")
        for name in groups[group]
        if not _SCRIPT.fullmatch(name)
    ]
    if issues:
        raise ConfigError(*issues)
    filled = {group: entries for group, entries in groups.items() if entries}
    blocks = (
        f"[{group}]\n" + "".join(f"{name}={value}\n" for name, value in entries.items())
        for group, entries in filled.items()
    )
    return "\n".join(blocks).encode()


def _refuse_dead(package: Mapping[str, Any]) -> None:
    metadata = package.get("metadata")
    table = metadata.get("maturin") if isinstance(metadata, Mapping) else None
    dead = sorted(set(table) & _DEAD) if isinstance(table, Mapping) else []
    if dead:
        raise ConfigError.of(
            f"[package.metadata.maturin] no longer takes {', '.join(dead)}",
            where=package["manifest_path"],
            hint="they belong into [project] of pyproject.toml",
        )


def _one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.strip().splitlines())
