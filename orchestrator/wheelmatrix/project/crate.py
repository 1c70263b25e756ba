"""The cargo package that becomes the extension module, and the pyo3 it is bound with."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Literal

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.bindings.pyo3 import free_threaded_since, limits, parse_version
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Crate, PyO3
from wheelmatrix.options import BuildOptions, Feature
from wheelmatrix.project.features import resolve_features

_LIBRARIES = frozenset({"lib", "rlib", "dylib", "cdylib", "staticlib"})


def read(cargo_metadata: Mapping[str, Any], manifest: PurePath, options: BuildOptions) -> Crate:
    """Return the crate of a manifest.

    Raises ConfigError for a virtual workspace, a crate without a library or without pyo3, and one with two of them.
    """
    package = _package(cargo_metadata, manifest)
    library = _library(package, manifest, options)
    return Crate(
        name=package["name"],
        version=package["version"],
        package_id=package["id"],
        manifest=manifest,
        workspace=PurePath(cargo_metadata["workspace_root"]),
        target_directory=PurePath(cargo_metadata["target_directory"]),
        library=library["name"],
        crate_types=tuple(library["crate_types"]),
        has_lock=True,  # cargo metadata has resolved, so there is one
        pyo3=_pyo3(cargo_metadata, package, options),
    )


def _package(cargo_metadata: Mapping[str, Any], manifest: PurePath) -> Mapping[str, Any]:
    packages: list[Mapping[str, Any]] = cargo_metadata["packages"]
    for package in packages:
        if PurePath(package["manifest_path"]) == manifest:
            return package
    root = cargo_metadata.get("resolve", {}).get("root")
    for package in packages:  # the manifest's path may lead through a link
        if package["id"] == root:
            return package
    members = set(cargo_metadata["workspace_members"])
    names = sorted(package["name"] for package in packages if package["id"] in members)
    raise ConfigError.of(
        f"the workspace itself is no package; its members are {', '.join(names)}",
        where=str(manifest),
        hint="name one: -m PATH/Cargo.toml, or manifest-path in [tool.maturin]",
    )


def _library(package: Mapping[str, Any], manifest: PurePath, options: BuildOptions) -> Mapping[str, Any]:
    """Return the library target; a plain one is compiled as cdylib, unless a binary may be what is meant."""
    libraries: list[Mapping[str, Any]] = [
        target for target in package["targets"] if _LIBRARIES & set(target["kind"]) and "example" not in target["kind"]
    ]
    has_binary = any("bin" in target["kind"] for target in package["targets"])
    if libraries and ("cdylib" in libraries[0]["crate_types"] or options.bindings or not has_binary):
        return libraries[0]
    if libraries:
        raise ConfigError.of(
            f"{package['name']} has a binary and no library of crate type cdylib: it is no extension module",
            where=str(manifest),
            hint='set `crate-type = ["cdylib"]` under [lib]; wheels of binaries come with a later version',
        )
    raise ConfigError.of(
        f"{package['name']} has no library, and an extension module is one",
        where=str(manifest),
        hint='add a src/lib.rs, and `crate-type = ["cdylib"]` under [lib]; binaries come with a later version',
    )


def _pyo3(cargo_metadata: Mapping[str, Any], package: Mapping[str, Any], options: BuildOptions) -> PyO3:
    reached = _reached(cargo_metadata, package, options, [each.feature for each in options.conditional_features])
    found = {name: _versions(cargo_metadata, reached, name) for name in BINDINGS}
    issues = [_several(cargo_metadata, reached, name, each) for name, each in found.items() if len(each) > 1]
    if issues:
        raise ConfigError(*issues)
    names = [options.bindings] if options.bindings else list(BINDINGS)
    known: tuple[Literal["pyo3", "pyo3-ffi"], ...] = ("pyo3", "pyo3-ffi")
    crate = next((name for name in known if name in names and found[name]), None)
    if crate is None:
        raise _no_bindings(cargo_metadata, package, reached, options)
    (bound,) = found[crate]
    ffi = found["pyo3-ffi"][0] if found["pyo3-ffi"] else bound
    cpython, pypy, graalpy = limits(ffi)
    version = parse_version(bound["version"])
    always = [each.feature for each in options.conditional_features if not _is_conditional(each)]
    plain = _reached(cargo_metadata, package, options, always)
    return PyO3(
        crate=crate,
        version=version,
        features=frozenset(name for each in found.values() for one in each for name in plain.get(one["id"], ())),
        cpython=cpython,
        pypy=pypy,
        graalpy=graalpy,
        free_threaded_since=free_threaded_since(version),
    )


def _reached(
    cargo_metadata: Mapping[str, Any], package: Mapping[str, Any], options: BuildOptions, configured: list[str]
) -> Mapping[str, frozenset[str]]:
    return resolve_features(
        cargo_metadata,
        package["id"],
        options.features or configured,
        all_features=options.all_features,
        no_default_features=options.no_default_features,
    )


def _is_conditional(feature: Feature) -> bool:
    return bool(feature.python_version or feature.python_implementation)


def _versions(
    cargo_metadata: Mapping[str, Any], reached: Mapping[str, frozenset[str]], name: str
) -> list[Mapping[str, Any]]:
    return [package for package in cargo_metadata["packages"] if package["name"] == name and package["id"] in reached]


def _several(
    cargo_metadata: Mapping[str, Any],
    reached: Mapping[str, frozenset[str]],
    name: str,
    packages: list[Mapping[str, Any]],
) -> Issue:
    names = {package["id"]: package["name"] for package in cargo_metadata["packages"]}
    users = []
    for package in packages:
        needing = sorted(
            names[node["id"]]
            for node in cargo_metadata["resolve"]["nodes"]
            if node["id"] in reached and any(edge["pkg"] == package["id"] for edge in node["deps"])
        )
        users.append(f"{package['version']} (for {', '.join(needing)})")
    return Issue(
        message=f"two versions of {name} cannot be in one extension module: {' and '.join(users)}",
        where="Cargo.lock",
        hint=f"`cargo tree -i {name}` shows where they come from; let them agree",
    )


def _no_bindings(
    cargo_metadata: Mapping[str, Any],
    package: Mapping[str, Any],
    reached: Mapping[str, frozenset[str]],
    options: BuildOptions,
) -> ConfigError:
    wanted = f"does not depend on {options.bindings}" if options.bindings else "depends neither on pyo3 nor on pyo3-ffi"
    names = {each["name"] for each in cargo_metadata["packages"] if each["id"] in reached}
    hint = f"add it: cargo add {options.bindings or 'pyo3'}"
    if "uniffi" in names:
        hint = "bindings of uniffi come with a later version of wheelmatrix"
    elif any("bin" in target["kind"] for target in package["targets"]):
        hint += "; wheels of binaries and of cffi come with a later version of wheelmatrix"
    return ConfigError.of(f"no bindings found: {package['name']} {wanted}", where=package["manifest_path"], hint=hint)
