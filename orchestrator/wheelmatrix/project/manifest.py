"""Cargo.toml as it is shipped: what names files that are not there is dropped, what was inherited is written out."""

import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

_TARGETS = ("bin", "example", "test", "bench")
_TABLES = ("dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies")
_OF_A_PACKAGE = frozenset(
    {"package", "project", "lib", "features", "target", "lints", "badges", "cargo-features", *_TARGETS, *_TABLES}
) - {"cargo-features"}  # fmt: skip
_WILD = "*?["

Table = dict[str, Any]


def without_targets(manifest: Table, gone: Collection[tuple[str, str]]) -> None:
    """Drop the tables of targets that are not shipped, by kind and name: `("bench", "slow")`; and a default-run."""
    for kind in _TARGETS:
        tables = manifest.get(kind)
        if not isinstance(tables, list):
            continue
        kept = [each for each in tables if (kind, each.get("name")) not in gone]
        if kept:
            manifest[kind] = kept
        else:
            del manifest[kind]
    package = manifest.get("package", {})
    if ("bin", package.get("default-run")) in gone:
        del package["default-run"]


def dependency_tables(manifest: Mapping[str, Any]) -> Iterator[Table]:
    """Yield every table of dependencies, those of [target] too; as they are, to be changed."""
    places = [manifest, *(each for each in manifest.get("target", {}).values() if isinstance(each, dict))]
    for place in places:
        yield from (place[name] for name in _TABLES if isinstance(place.get(name), dict))


def inlined(manifest: Table, workspace: Mapping[str, Any], seen: Callable[[str], str]) -> None:
    """Write out what a crate takes from a workspace whose manifest is not shipped.

    `workspace`: its [workspace] table; `seen`: turns a path in it into one from the crate.
    Source: The Cargo Book, "Workspaces": package, dependencies and lints.
    """
    package = manifest.get("package", {})
    package.pop("workspace", None)
    shared = workspace.get("package", {})
    for key, value in list(package.items()):
        if _is_inherited(value) and key in shared:
            package[key] = shared[key]
    if _is_inherited(manifest.get("lints")):
        manifest["lints"] = workspace.get("lints", {})
    known = workspace.get("dependencies", {})
    for table in dependency_tables(manifest):
        for name, value in table.items():
            if _is_inherited(value) and name in known:
                table[name] = _dependency(known[name], value, seen)


def _is_inherited(value: object) -> bool:
    return isinstance(value, dict) and value.get("workspace") is True


def _dependency(shared: object, own: Mapping[str, Any], seen: Callable[[str], str]) -> object:
    """Return a dependency of the workspace with what the crate adds: features, optional, default-features."""
    found: Table = dict(shared) if isinstance(shared, dict) else {"version": shared}
    if "path" in found:
        found["path"] = seen(str(found["path"]))
    features = [*found.get("features", []), *own.get("features", [])]
    if features:
        found["features"] = list(dict.fromkeys(features))
    if "optional" in own:
        found["optional"] = own["optional"]
    if own.get("default-features") is True and "default-features" in found:
        found["default-features"] = True
    return found["version"] if list(found) == ["version"] else found


def reduced(manifest: Table, members: Collection[str], *, ships_package: bool) -> None:
    """Leave of a workspace's manifest what the archive has; a package that is not shipped leaves a virtual one.

    `members`: the shipped crates below it, by their relative paths.
    """
    if not ships_package:
        for key in _OF_A_PACKAGE & set(manifest):
            del manifest[key]
    table = manifest.get("workspace")
    if not isinstance(table, dict):
        return
    table.pop("default-members", None)
    if isinstance(table.get("members"), list):
        table["members"] = [each for each in table["members"] if _names_one(str(each), members)]


def _names_one(pattern: str, members: Collection[str]) -> bool:
    """Return whether a member is shipped, or a glob could name one: a glob that names nothing is no error to cargo."""
    plain = posixpath.normpath(pattern.replace("\\", "/"))
    return plain in members or any(letter in pattern for letter in _WILD)
