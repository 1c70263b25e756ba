"""uniffi: what uniffi.toml says of the Python files, and where the program that writes them is."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from wheelmatrix.bindings.uniffi import PROGRAM
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Bindgen, Crate, Uniffi
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.document import parse

CONFIG = "uniffi.toml"
"""Beside Cargo.toml; it may be missing."""
_BEFORE = frozenset({"pyo3", "pyo3-ffi"})
"""Dependencies that show bindings which come first."""


def read(cargo_metadata: Mapping[str, Any], crate: Crate, texts: Mapping[PurePath, str]) -> Uniffi | None:
    """Return how the Python files of a crate come about; None: its bindings are others.

    Raises ConfigError for a uniffi.toml that is broken, with everything that is.
    """
    if crate.bindings != "uniffi":
        return None
    place = config_path(crate.manifest)
    config = _python(texts[place], place) if place in texts else {}
    locked = (each["version"] for each in cargo_metadata["packages"] if each["name"] == "uniffi")
    return Uniffi(
        version=next(locked, ""),
        library=config.get("cdylib_name") or crate.library.replace("-", "_"),
        external=frozenset(config.get("external_packages", ())),
        config=place if place in texts else None,
        bindgen=_bindgen(cargo_metadata, crate),
    )


def config_path(manifest: PurePath) -> PurePath:
    """Return where the uniffi.toml of a crate is, if it has one."""
    return manifest.parent / CONFIG


def _bindgen(cargo_metadata: Mapping[str, Any], crate: Crate) -> Bindgen | None:
    """Return the crate's own bindgen, else the first of its workspace."""
    members = set(cargo_metadata.get("workspace_members", ()))
    packages = [each for each in cargo_metadata["packages"] if each["id"] in members]
    package = bindgen_package(sorted(packages, key=lambda each: each["id"] != crate.package_id))
    if package is None:
        return None
    program = next(target for target in package["targets"] if is_bindgen(target))
    return Bindgen(
        package=package["name"],
        package_id=package["id"],
        manifest=PurePath(package["manifest_path"]),
        features=tuple(program.get("required-features", ())),
    )


def bindgen_package(packages: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the first package of `cargo metadata` that has a bindgen among its programs; None: none has."""
    return next((each for each in packages if any(map(is_bindgen, each.get("targets", ())))), None)


def is_bindgen(target: Mapping[str, Any]) -> bool:
    """Return whether a target of `cargo metadata` is the program that writes the Python files."""
    return "bin" in target["kind"] and target["name"] == PROGRAM


def is_bound(package: Mapping[str, Any], options: BuildOptions) -> bool:
    """Return whether a crate's bindings are of uniffi, as far as its own manifest tells; nothing is resolved."""
    names = {each["name"] for each in package.get("dependencies", ())}
    return options.bindings == "uniffi" or (not options.bindings and "uniffi" in names and not names & _BEFORE)


def _python(text: str, where: PurePath) -> Mapping[str, Any]:
    """Return `[bindings.python]`, checked as far as it is used here; of other languages nothing is read."""
    table: Any = parse(where, text)
    for key in ("bindings", "python"):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise ConfigError.of(f"{key} is not a table", where=str(where), hint="write [bindings.python]")
    issues = []
    name, external = table.get("cdylib_name", ""), table.get("external_packages", {})
    if not isinstance(name, str) or "/" in name or "\\" in name:
        message = f"cdylib_name is {name!r}, expected the name of a library"
        issues.append(
            Issue(message=message, where=str(where), hint='cdylib_name = "my_library", without `lib` and `.so`')
        )
    if not isinstance(external, dict) or not all(isinstance(each, str) for each in external.values()):
        message = "external_packages is not a table from modules to the packages they are in"
        issues.append(Issue(message=message, where=str(where), hint='external_packages = { other = "pkg.other" }'))
    if issues:
        raise ConfigError(*issues)
    return dict(table)
