"""The manifests of an sdist, and what they need beside them."""

from collections.abc import Collection, Iterator, Mapping, Set
from pathlib import PurePath
from typing import Any

import tomli

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.project.layout import normal
from wheelmatrix.project.manifest import inlined, reduced, without_targets
from wheelmatrix.project.source_project import SourceCrate, way
from wheelmatrix.project.toml_text import rewritten
from wheelmatrix.project.uniffi import is_bindgen

_LIBRARIES = frozenset({"lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"})
_EDITION_RESOLVERS = {"2021": "2", "2024": "3"}
"""What an edition means for the resolver, which a virtual workspace has to say itself. Source: The Cargo Book."""


def parsed(text: str, where: PurePath) -> dict[str, Any]:
    """Return a manifest as a table; raises ConfigError."""
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError.of(str(error), where=str(where)) from error


def manifest_text(
    crate: SourceCrate,
    shared: str,
    *,
    shipped: Set[PurePath],
    texts: Mapping[PurePath, str],
    is_shared_here: bool,
    folders: Collection[PurePath],
    is_main: bool,
) -> str:
    """Return the Cargo.toml of a crate as it is shipped.

    `shared`: the manifest of its workspace, empty if it is in none; `shipped`: its files, absolute; `texts`: where its
    readme and licence lie in it; `folders`: of all shipped crates.
    Raises ConfigError for a library or build script that is not shipped.
    """
    gone = _gone(crate, shipped, is_main=is_main)
    table = parsed(crate.manifest_text, crate.manifest)
    if shared and crate.workspace != crate.directory and not is_shared_here:
        workspace = parsed(shared, crate.workspace / "Cargo.toml").get("workspace", {})
        inlined(table, workspace, lambda path: way(crate.directory, normal(crate.workspace / path)))
    without_targets(table, gone)
    for path, where in texts.items():
        for key, said in (("readme", "readme"), ("license-file", "license_file")):
            if crate.package.get(said) and path == normal(crate.directory / str(crate.package[said])):
                table["package"][key] = where
    for said in crate.absent:
        table["package"].pop(said.replace("_", "-"), None)
    if "workspace" in table:
        reduced(table, _members(crate.directory, folders), ships_package=True)
    return rewritten(crate.manifest_text, table)


def workspace_text(text: str, root: PurePath, folders: Collection[PurePath]) -> str:
    """Return the manifest of a workspace whose own package, if it has one, is not shipped."""
    table = parsed(text, root / "Cargo.toml")
    edition = table.get("package", {}).get("edition")
    reduced(table, _members(root, folders), ships_package=False)
    if edition in _EDITION_RESOLVERS:
        table.setdefault("workspace", {}).setdefault("resolver", _EDITION_RESOLVERS[edition])
    return rewritten(text, table)


def _gone(crate: SourceCrate, shipped: Set[PurePath], *, is_main: bool) -> frozenset[tuple[str, str]]:
    """Return the targets whose files are not shipped, by kind and name."""
    gone, issues = set(), []
    kept_binary = False
    for target in crate.package["targets"]:
        path, kinds = PurePath(target["src_path"]), set(target["kind"])
        if path in shipped:
            kept_binary |= "bin" in kinds
            continue
        if is_bindgen(target) and _depends_on_uniffi(crate):
            issues.append(_missing(crate, path, "uniffi-bindgen"))
        elif kinds & _LIBRARIES or "custom-build" in kinds:
            issues.append(_missing(crate, path, "build script" if "custom-build" in kinds else "library"))
        gone |= {(kind, target["name"]) for kind in kinds}
    has_library = any(_LIBRARIES & set(target["kind"]) for target in crate.package["targets"])
    if is_main and not has_library and not kept_binary:
        missing = (PurePath(each["src_path"]) for each in crate.package["targets"] if "bin" in each["kind"])
        issues += [_missing(crate, path, "program") for path in missing]
    if issues:
        raise ConfigError(*issues)
    return frozenset(gone)


def _depends_on_uniffi(crate: SourceCrate) -> bool:
    return any(each["name"] == "uniffi" for each in crate.package.get("dependencies", ()))


def _missing(crate: SourceCrate, path: PurePath, what: str) -> Issue:
    """The wheel that is built from the sdist would be another one, or none."""
    message = f"the {what} of {crate.package['name']} would not be in the sdist, and cannot be built without it"
    hint = "look at `exclude` and `include` of Cargo.toml and of [tool.maturin]"
    return Issue(message=message, where=str(path), hint=hint)


def _members(root: PurePath, folders: Collection[PurePath]) -> set[str]:
    return {way(root, folder) for folder in folders}


def build_needs(crate: SourceCrate) -> Iterator[PurePath]:
    """Yield the sources of a crate's library, programs and build script."""
    for target in crate.package["targets"]:
        if _LIBRARIES & set(target["kind"]) or {"bin", "custom-build"} & set(target["kind"]):
            yield PurePath(target["src_path"])
