"""Which features of which packages a crate turns on, scoped to that crate.

`cargo metadata` unifies features over all members of a workspace; a sibling's abi3 would leak into the wheel. So the
features are followed here from the crate alone, over the edges that cargo resolved.

    crate features ──▶ own features ──▶ dep:x · x · x/f · x?/f ──▶ features of x ──▶ …    until nothing is new

Source: The Cargo Book, "Features"; "Dependency resolution"; `cargo metadata` format 1.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packaging.specifiers import SpecifierSet

from wheelmatrix.model import Crate, Interpreter
from wheelmatrix.options import BuildOptions

_PYO3 = ("pyo3", "pyo3-ffi")


def conditional(options: BuildOptions, interpreter: Interpreter) -> tuple[str, ...]:
    """Return the features that hold for a Python, in their order; those of the command line replace all others."""
    if options.features:
        return tuple(dict.fromkeys(options.features))
    version = f"{interpreter.version[0]}.{interpreter.version[1]}"
    return tuple(
        dict.fromkeys(
            each.feature
            for each in options.conditional_features
            if _holds(each.python_version, version)
            and each.python_implementation.lower() in ("", interpreter.implementation)
        )
    )


def pyo3_features(
    cargo_metadata: Mapping[str, Any], crate: Crate, options: BuildOptions, features: Iterable[str]
) -> frozenset[str]:
    """Return the features of pyo3 and pyo3-ffi together when the crate is built with `features`."""
    resolved = resolve_features(
        cargo_metadata,
        crate.package_id,
        tuple(features),
        all_features=options.all_features,
        no_default_features=options.no_default_features,
    )
    names = {package["id"]: package["name"] for package in cargo_metadata["packages"]}
    return frozenset(name for package, found in resolved.items() if names[package] in _PYO3 for name in found)


def resolve_features(
    cargo_metadata: Mapping[str, Any],
    root: str,
    features: Sequence[str],
    *,
    all_features: bool = False,
    no_default_features: bool = False,
) -> Mapping[str, frozenset[str]]:
    """Return every package that the root needs to be built, by id, with the features that are on in it.

    Normal and build dependencies count, dev-dependencies do not: cargo does not build them for a library.
    """
    walk = _Walk(cargo_metadata)
    asked = [part for text in features for part in text.replace(",", " ").split()]
    own = set(walk.packages[root]["features"]) if all_features else set()
    walk.need(root, use_default=not no_default_features)
    for feature in (*own, *asked):
        walk.turn_on(root, feature)
    walk.settle()
    return {package: frozenset(found) for package, found in walk.on.items()}


@dataclass
class _Walk:
    """What is on so far, and what was not yet followed."""

    metadata: Mapping[str, Any]
    packages: dict[str, Mapping[str, Any]] = field(init=False)
    on: dict[str, set[str]] = field(default_factory=dict)
    active: dict[str, set[str]] = field(default_factory=dict)
    """Names of the optional dependencies that are on, by package."""
    weak: list[tuple[str, str, str]] = field(default_factory=list)
    """Package, dependency and feature of each `x?/f`, which counts once x is on."""
    _edges: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.packages = {package["id"]: package for package in self.metadata["packages"]}
        for node in self.metadata["resolve"]["nodes"]:
            self._edges[node["id"]] = dict(_resolved(node))

    def need(self, package: str, *, use_default: bool) -> None:
        """Add a package, with what its non-optional dependencies bring."""
        is_new = package not in self.on
        self.on.setdefault(package, set())
        if is_new:
            self.active[package] = set()
            for dependency in self._dependencies(package):
                if not dependency["optional"]:
                    self._follow(package, dependency)
        if use_default and "default" in self.packages[package]["features"]:
            self.turn_on(package, "default")

    def turn_on(self, package: str, feature: str) -> None:
        """Turn a feature of a package on, in any spelling that a features table knows."""
        if feature.startswith("dep:"):
            self._activate(package, feature.removeprefix("dep:"))
        elif "/" in feature:
            self._of_dependency(package, *feature.split("/", 1))
        elif feature not in self.on[package]:
            self.on[package].add(feature)
            implied = self.packages[package]["features"].get(feature)
            if implied is None:  # an optional dependency without a feature of its own
                self._activate(package, feature)
            for each in implied or ():
                self.turn_on(package, each)

    def settle(self) -> None:
        """Apply weak features until none finds its dependency on that was off before."""
        before = -1
        while before != (before := sum(map(len, self.on.values()))):
            for package, name, feature in list(self.weak):
                if self._is_active(package, name):
                    self._of_dependency(package, name, feature)

    def _of_dependency(self, package: str, name: str, feature: str) -> None:
        if name.endswith("?"):
            self.weak.append((package, name[:-1], feature))
            return
        self._activate(package, name)
        for dependency in self._dependencies(package, name):
            if target := self._target(package, dependency):
                self.need(target, use_default=False)
                self.turn_on(target, feature)

    def _activate(self, package: str, name: str) -> None:
        if name not in self.active[package]:
            self.active[package].add(name)
            for dependency in self._dependencies(package, name):
                self._follow(package, dependency)

    def _is_active(self, package: str, name: str) -> bool:
        return name in self.active[package] or any(
            not dependency["optional"] for dependency in self._dependencies(package, name)
        )

    def _follow(self, package: str, dependency: Mapping[str, Any]) -> None:
        if target := self._target(package, dependency):
            self.need(target, use_default=dependency["uses_default_features"])
            for feature in dependency["features"]:
                self.turn_on(target, feature)

    def _dependencies(self, package: str, name: str = "") -> Iterator[Mapping[str, Any]]:
        for dependency in self.packages[package]["dependencies"]:
            if dependency["kind"] != "dev" and name in ("", dependency["rename"] or dependency["name"]):
                yield dependency

    def _target(self, package: str, dependency: Mapping[str, Any]) -> str | None:
        """Return the id of a dependency's package; None if cargo did not resolve it (another platform, or off)."""
        edges = self._edges.get(package, {})
        name = str(dependency["rename"] or dependency["name"])
        found = edges.get(name.replace("-", "_"))
        if found is None:  # a library may be named unlike its package
            same = [target for target in edges.values() if self.packages[target]["name"] == dependency["name"]]
            found = same[0] if same else None
        return found if found in self.packages else None


def _resolved(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for edge in node["deps"]:
        if any(kind["kind"] != "dev" for kind in edge["dep_kinds"]):
            yield edge["name"], edge["pkg"]


def _holds(specifier: str, version: str) -> bool:
    return not specifier or SpecifierSet(specifier).contains(version, prereleases=True)
