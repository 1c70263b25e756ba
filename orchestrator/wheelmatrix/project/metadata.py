"""Core metadata 2.4: from [project], and where that says `dynamic` or is not there, from Cargo.toml.

Source: "Core metadata specifications"; PEP 621; PEP 639. pyproject-metadata checks and frames it; the headers are
written here, because it would read files itself, order specifiers anew and refuse what indexes take.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from textwrap import TextWrapper
from typing import Any

from packaging.version import InvalidVersion, Version
from pyproject_metadata import ConfigurationError, StandardMetadata
from pyproject_metadata.errors import ConfigurationWarning

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import CargoPackage, Entry, FoundFiles, Metadata
from wheelmatrix.options import did_you_mean
from wheelmatrix.project.entry_points import entry_points
from wheelmatrix.project.fields import cargo_headers, project_headers
from wheelmatrix.project.licenses import license_entries
from wheelmatrix.project.readme import Readme, readme
from wheelmatrix.project.requirements import requires_python_text

_CHECKED = frozenset(
    {
        "name", "version", "description", "requires-python", "authors", "maintainers", "keywords", "classifiers",
        "urls", "scripts", "gui-scripts", "dependencies", "optional-dependencies",
    }
)  # fmt: skip
"""Keys of [project] that pyproject-metadata checks; the others name files, or mean more here than there."""
_KNOWN = _CHECKED | {
    "readme", "license", "license-files", "entry-points", "dynamic", "import-names", "import-namespaces",
}  # fmt: skip
"""Keys of [project]. Source: "pyproject.toml specification". Import names (PEP 794) are not in metadata 2.4."""
_DEAD = frozenset(
    {
        "scripts", "classifiers", "classifier", "data", "maintainer", "maintainer-email", "requires-dist",
        "requires-python", "requires-external", "project-url", "provides-extra", "description-content-type",
    }
)  # fmt: skip
"""Keys of [package.metadata.maturin] that moved to [project] in maturin 0.14."""


def read(
    project: Mapping[str, Any], crate: CargoPackage, package: Mapping[str, Any], root: PurePath, gathered: FoundFiles
) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata and warnings.

    `project`: the [project] table, empty if there is none; `package`: the crate in `cargo metadata`.
    Raises ConfigError with everything that is wrong.
    """
    where = str(gathered.pyproject or crate.manifest)
    _refuse_dead(package)
    name, notes = _check(project, crate, where)
    issues: list[Issue] = []
    with _collecting(issues):
        version = _version(project, crate, where)
    with _collecting(issues):
        licenses = license_entries(project, package, crate, root, gathered.files)
    with _collecting(issues):
        scripts = entry_points(project, where)
    with _collecting(issues):
        long_text = readme(project, package, root, crate, gathered)
    if issues:
        raise ConfigError(*issues)
    return Metadata(
        name=name,
        version=str(version),
        requires_python=requires_python_text(project.get("requires-python", "")),
        text=_text(name, version, project, package, licenses, long_text),
        entry_points=scripts,
        licenses=licenses,
    ), (*notes, *_doubts(project, long_text))


def _text(
    name: str,
    version: Version,
    project: Mapping[str, Any],
    package: Mapping[str, Any],
    licenses: tuple[Entry, ...],
    long_text: Readme | None,
) -> bytes:
    headers = [("Metadata-Version", "2.4"), ("Name", name), ("Version", str(version))]
    headers += [*project_headers(project), *cargo_headers(package, project)]
    headers += [("License-File", entry.name) for entry in licenses]
    if long_text is not None and long_text.content_type:
        headers.append(("Description-Content-Type", long_text.content_type))
    head = "".join(f"{header}: {_folded(header, value)}\n" for header, value in headers)
    # The newline behind the readme is maturin's: with it both files are the same, byte by byte.
    return (head + (f"\n{long_text.text}\n" if long_text is not None else "")).encode()


def _folded(header: str, value: str) -> str:
    """Return a value that cannot be taken for further headers; a licence's text at the width that maturin has."""
    if header != "License":
        return " ".join(value.split("\n")).strip()
    wrapper = TextWrapper(78, expand_tabs=False, replace_whitespace=False)
    return "\r\n\t".join(part for line in value.split("\n") for part in wrapper.wrap(line.rstrip()) or [""])


def _check(project: Mapping[str, Any], crate: CargoPackage, where: str) -> tuple[str, list[str]]:
    """Return the name and what pyproject-metadata warns of; raises ConfigError with all that it refuses."""
    issues = [Issue(message=text, where=where) for text in _wrong_types(project)]
    if project and "name" not in project:
        issues.append(Issue(message="[project] has no name", where=where, hint=f'name = "{crate.name}"'))
    elif "name" in _listed(project.get("dynamic")):
        issues.append(Issue(message="project.name cannot be dynamic", where=where, hint="leave it out of `dynamic`"))
    kept = {key: value for key, value in project.items() if key in _CHECKED - {"version"}}
    # License classifiers beside an SPDX expression are refused there, and taken by every index.
    table = {**kept, "name": project.get("name", crate.name), "version": "0"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConfigurationWarning)
        try:
            name = StandardMetadata.from_pyproject({"project": table}, metadata_version="2.4", all_errors=True).name
        except* ConfigurationError as errors:
            issues += [Issue(message=str(error), where=where) for error in _flat(errors)]
    if issues:
        raise ConfigError(*issues)
    # Of the description the first line alone is judged there; here its lines are joined.
    unheard = ("License ::", "one-line summary")
    return name, [text for each in caught if not any(part in (text := str(each.message)) for part in unheard)]


def _flat(group: BaseException) -> list[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        return [error for each in group.exceptions for error in _flat(each)]
    return [group]


def _wrong_types(project: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the keys that pyproject-metadata does not see, and that decide what is read."""
    if not isinstance(project.get("version", ""), str):
        yield "project.version has to be a text"
    for key in ("license-files", "dynamic"):
        found = project.get(key, [])
        if not (isinstance(found, list) and all(isinstance(each, str) for each in found)):
            yield f"project.{key} has to be a list of texts"
    for key, allowed in (("readme", {"file", "text", "content-type"}), ("license", {"file", "text"})):
        found = project.get(key, "")
        if isinstance(found, dict):
            if set(found) - allowed or len({"file", "text"} & set(found)) != 1:
                yield f"project.{key} has to have exactly one of `file` and `text`"
            if not all(isinstance(each, str) for each in found.values()):
                yield f"project.{key}: every value has to be a text"
        elif not isinstance(found, str):
            yield f"project.{key} has to be a text or a table"
    groups = project.get("entry-points", {})
    if not (isinstance(groups, dict) and all(_is_texts(each) for each in groups.values())):
        yield "project.entry-points has to hold tables of texts"


def _is_texts(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(each, str) for each in found.values())


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _version(project: Mapping[str, Any], crate: CargoPackage, where: str) -> Version:
    own = str(project.get("version", ""))
    text = own or crate.version
    try:
        return Version(text)
    except InvalidVersion as error:
        place = f"{where}: project.version" if own else f"{crate.manifest}: version"
        hint = "1.0.0-alpha.1, 1.0.0-rc.2 and 1.0.0+local can be written as PEP 440 versions"
        raise ConfigError.of(f"{text!r} is no Python version", where=place, hint=hint) from error


def _doubts(project: Mapping[str, Any], long_text: Readme | None) -> Iterator[str]:
    for key in sorted(set(project) - _KNOWN):
        guess = did_you_mean(key, sorted(_KNOWN - set(project)))
        yield f"unknown key {key!r} in [project] is ignored" + (f"; {guess}" if guess else "")
    dynamic = project.get("dynamic", ())
    if project and "version" not in project and "version" not in dynamic:
        yield "[project] has no version and does not say that it is dynamic: Cargo's is taken"
    yield from (
        f"project.{key} is given and said to be dynamic: what is given is taken" for key in dynamic if key in project
    )
    if long_text is not None and not long_text.content_type:
        yield "project.readme has no content-type: indexes will read it as reStructuredText"


@contextmanager
def _collecting(issues: list[Issue]) -> Iterator[None]:
    """Let the next part be checked, too, when one is wrong."""
    try:
        yield
    except ConfigError as error:
        issues += error.issues


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
