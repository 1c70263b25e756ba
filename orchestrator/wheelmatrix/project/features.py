"""Which features of which packages a crate turns on, scoped to that crate.

`cargo metadata` unifies features over all members of a workspace; a sibling's abi3 would leak into the wheel. So the
features are followed here from the crate alone, over the edges that cargo resolved.

    crate features ──▶ own features ──▶ dep:x · x · x/f · x?/f ──▶ features of x ──▶ …    until nothing is new

Source: The Cargo Book, "Features"; "Dependency resolution"; `cargo metadata` format 1.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from packaging.specifiers import SpecifierSet

from wheelmatrix.model import Crate, Interpreter
from wheelmatrix.options import BuildOptions
from wheelmatrix.values import dataclass

_PYO3 = ("pyo3", "pyo3-ffi")


def conditional(options: BuildOptions, interpreter: Interpreter) -> tuple[str, ...]:
    """Return the features that hold for a Python, in their order; those of the command line replace all others.

    What is for any Python has those without a condition.
    """
    if options.features:
        return tuple(dict.fromkeys(options.features))
    version = f"{interpreter.version[0]}.{interpreter.version[1]}"
    is_any = interpreter.abi_tag == "none"
    return tuple(
        dict.fromkeys(
            each.feature
            for each in options.conditional_features
            if not (is_any and (each.python_version or each.python_implementation))
            and _holds(each.python_version, version)
            and each.python_implementation.lower() in ("", interpreter.implementation)
        )
    )


def asked(options: BuildOptions, features: Iterable[str]) -> tuple[str, ...]:
    """Return what makes two questions for the features of a crate the same one."""
    flags = [f"--{name}" for name in ("all_features", "no_default_features") if getattr(options, name)]
    return (*flags, *sorted(set(features)))


def pyo3_features(
    cargo_metadata: Mapping[str, Any], crate: Crate, options: BuildOptions, features: Iterable[str]
) -> frozenset[str]:
    """Return the features of pyo3 and pyo3-ffi together when the crate is built with `features`."""
    if crate.pyo3 is not None and crate.pyo3.asked == asked(options, features):
        return crate.pyo3.features
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
    own = walk.packages[root]["features"] if all_features else ()
    asked = [part for text in features for part in text.replace(",", " ").split()]
    walk.need(root, use_default=not no_default_features)
    for feature in (*own, *(_without_name(each, walk.packages[root]) for each in asked)):
        walk.turn_on(root, feature)
    return walk.settled()


def _without_name(feature: str, package: Mapping[str, Any]) -> str:
    """Return a feature as the package itself calls it: on the command line cargo takes `package/feature`, too."""
    name, _, rest = feature.partition("/")
    is_dependency = any(name == (each["rename"] or each["name"]) for each in package["dependencies"])
    return rest if rest and name == package["name"] and not is_dependency else feature


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    """A dependency that cargo resolved."""

    name: str
    """As the code calls it."""
    package: str
    kinds: frozenset[tuple[str | None, str | None]]
    """Kind and platform of each entry in the manifest that leads here, on the platform that was asked about."""


class _Walk:
    """What is on so far, and what was not yet followed; a list of what to do instead of recursion, for deep graphs."""

    def __init__(self, cargo_metadata: Mapping[str, Any]) -> None:
        self.packages: dict[str, Mapping[str, Any]] = {each["id"]: each for each in cargo_metadata["packages"]}
        self._edges = {node["id"]: tuple(_resolved(node)) for node in cargo_metadata["resolve"]["nodes"]}
        self._on: dict[str, set[str]] = {}
        self._active: dict[str, set[str]] = {}
        """Names of the optional dependencies that are on, by package."""
        self._todo: deque[tuple[str, str]] = deque()
        """Package and feature, in any spelling that a features table knows."""
        self._weak: set[tuple[str, str, str]] = set()
        """Package, dependency and feature of each `x?/f`, which counts once x is on."""

    def need(self, package: str, *, use_default: bool) -> None:
        """Add a package, with what its non-optional dependencies bring."""
        todo = [(package, use_default)]
        while todo:
            package, use_default = todo.pop()
            if use_default and "default" in self.packages[package]["features"]:
                self.turn_on(package, "default")
            if package not in self._on:
                self._on[package], self._active[package] = set(), set()
                todo += self._brought(package, (each for each in self._dependencies(package) if not each["optional"]))

    def turn_on(self, package: str, feature: str) -> None:
        """Turn a feature of a package on, in any spelling that a features table knows."""
        self._todo.append((package, feature))

    def settled(self) -> Mapping[str, frozenset[str]]:
        """Follow everything until nothing is new; return the packages with their features."""
        while self._todo or self._awoken():
            while self._todo:
                self._follow(*self._todo.popleft())
        return {package: frozenset(found) for package, found in self._on.items()}

    def _follow(self, package: str, feature: str) -> None:
        table = self.packages[package]["features"]
        if feature.startswith("dep:"):
            self._activate(package, feature.removeprefix("dep:"))
        elif "/" in feature:
            self._of_dependency(package, *feature.split("/", 1))
        elif feature not in self._on[package]:
            self._on[package].add(feature)
            if feature in table:
                self._todo.extend((package, each) for each in table[feature])
            else:  # an optional dependency without a feature of its own
                self._activate(package, feature)

    def _awoken(self) -> bool:
        """Turn on the weak features whose dependency is on by now; return whether there was one."""
        ready = {each for each in self._weak if self._is_active(*each[:2])}
        self._weak -= ready
        for package, name, feature in ready:
            self._pass_on(package, name, feature)
        return bool(ready)

    def _of_dependency(self, package: str, name: str, feature: str) -> None:
        if name.endswith("?"):
            self._weak.add((package, name[:-1], feature))
            return
        self._activate(package, name)
        if name in self.packages[package]["features"] and any(each["optional"] for each in self._named(package, name)):
            self.turn_on(package, name)  # `x/f` turns on the feature x, too, as it did before there was `dep:x`
        self._pass_on(package, name, feature)

    def _pass_on(self, package: str, name: str, feature: str) -> None:
        for dependency in self._named(package, name):
            if target := self._target(package, dependency):
                self.need(target, use_default=False)
                self.turn_on(target, feature)

    def _activate(self, package: str, name: str) -> None:
        if name not in self._active[package]:
            self._active[package].add(name)
            for target, use_default in self._brought(package, self._named(package, name)):
                self.need(target, use_default=use_default)

    def _is_active(self, package: str, name: str) -> bool:
        return name in self._active[package] or any(not each["optional"] for each in self._named(package, name))

    def _brought(self, package: str, dependencies: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, bool]]:
        """Yield the packages of dependencies and whether they want the default features; turn on what they name."""
        for dependency in dependencies:
            if target := self._target(package, dependency):
                self._todo.extend((target, feature) for feature in dependency["features"])
                yield target, dependency["uses_default_features"]

    def _dependencies(self, package: str) -> Iterator[Mapping[str, Any]]:
        return (each for each in self.packages[package]["dependencies"] if each["kind"] != "dev")

    def _named(self, package: str, name: str) -> list[Mapping[str, Any]]:
        return [each for each in self._dependencies(package) if name == (each["rename"] or each["name"])]

    def _target(self, package: str, dependency: Mapping[str, Any]) -> str | None:
        """Return the id of a dependency's package; None if cargo did not resolve it (another platform, or off)."""
        kind = (dependency["kind"], dependency.get("target"))
        edges = [each for each in self._edges.get(package, ()) if kind in each.kinds and each.package in self.packages]
        # A library may be named unlike its package, so the package's own name counts if there is no rename.
        wanted = str(dependency["rename"] or dependency["name"]).replace("-", "_")
        named = [each for each in edges if each.name == wanted]
        named += [each for each in edges if self.packages[each.package]["name"] == dependency["name"]]
        return named[0].package if named else None


def _resolved(node: Mapping[str, Any]) -> Iterator[_Edge]:
    for edge in node["deps"]:
        kinds = frozenset((each["kind"], each.get("target")) for each in edge["dep_kinds"] if each["kind"] != "dev")
        if kinds:
            yield _Edge(name=edge["name"], package=edge["pkg"], kinds=kinds)


def _holds(specifier: str, version: str) -> bool:
    return not specifier or SpecifierSet(specifier).contains(version, prereleases=True)
