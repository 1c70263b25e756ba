"""The cargo package that becomes the extension module or the programs, and the pyo3 it is bound with."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Literal

from wheelmatrix.bindings.pyo3 import free_threaded_since, limits, parse_version
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import BindingsKind, Crate, PyO3
from wheelmatrix.options import BuildOptions, Feature
from wheelmatrix.project.features import asked, resolve_features
from wheelmatrix.project.targets import shipped

_PYO3: tuple[Literal["pyo3", "pyo3-ffi"], ...] = ("pyo3", "pyo3-ffi")


def read(cargo_metadata: Mapping[str, Any], manifest: PurePath, options: BuildOptions) -> Crate:
    """Return the crate of a manifest.

    Raises ConfigError for a virtual workspace, a crate that makes nothing for Python, and two versions of pyo3.
    """
    package = _package(cargo_metadata, manifest)
    reached = _reached(cargo_metadata, package, options, [each.feature for each in options.conditional_features])
    names = {each["name"] for each in cargo_metadata["packages"] if each["id"] in reached}
    found = shipped(package, names, reached[package["id"]], options)
    return Crate(
        name=package["name"],
        version=package["version"],
        package_id=package["id"],
        manifest=manifest,
        workspace=PurePath(cargo_metadata["workspace_root"]),
        target_directory=PurePath(cargo_metadata["target_directory"]),
        library=found.library["name"] if found.library else "",
        crate_types=tuple(found.library["crate_types"]) if found.library else (),
        has_lock=True,  # cargo metadata has resolved, so there is one
        pyo3=_pyo3(cargo_metadata, package, reached, found.bindings, options),
        bindings=found.bindings,
        programs=found.programs,
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


def _pyo3(
    cargo_metadata: Mapping[str, Any],
    package: Mapping[str, Any],
    reached: Mapping[str, frozenset[str]],
    bindings: BindingsKind,
    options: BuildOptions,
) -> PyO3 | None:
    """Return the pyo3 that a module is bound with, or that a program runs Python with; None: there is none."""
    if bindings in ("cffi", "uniffi"):
        return None
    found = {name: _versions(cargo_metadata, reached, name) for name in _PYO3}
    issues = [_several(cargo_metadata, reached, name, each) for name, each in found.items() if len(each) > 1]
    if issues:
        raise ConfigError(*issues)
    crate = next((name for name in _PYO3 if found[name] and bindings in (name, "bin")), None)
    if crate is None:
        return None
    (bound,) = found[crate]
    ffi = found["pyo3-ffi"][0] if found["pyo3-ffi"] else bound
    cpython, pypy, graalpy = limits(ffi)
    version = parse_version(bound["version"])
    always = [each.feature for each in options.conditional_features if not _is_conditional(each)]
    plain = reached
    if len(always) < len(options.conditional_features):
        plain = _reached(cargo_metadata, package, options, always)
    return PyO3(
        crate=crate,
        version=version,
        features=frozenset(name for each in found.values() for one in each for name in plain.get(one["id"], ())),
        asked=asked(options, options.features or always),
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
