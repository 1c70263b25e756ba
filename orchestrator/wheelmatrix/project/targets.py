"""Which of a crate's cargo targets are shipped: its library, its programs, or both."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wheelmatrix.bindings import BINDINGS, detect
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import BindingsKind
from wheelmatrix.options import ArtifactChoice, BuildOptions, did_you_mean
from wheelmatrix.values import dataclass

_LIBRARIES = frozenset({"lib", "rlib", "dylib", "cdylib", "staticlib"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """What a crate makes for its wheels."""

    bindings: BindingsKind
    library: Mapping[str, Any] | None
    """The library target of `cargo metadata`, shipped or not; None: the crate has none."""
    programs: tuple[str, ...]


def shipped(
    package: Mapping[str, Any], dependencies: Collection[str], features: Collection[str], options: BuildOptions
) -> Shipped:
    """Return what is shipped, given the crate's package in `cargo metadata`.

    `dependencies`: names of the packages that it needs; `features`: those that are on in it. Without a choice that is
    the library, or all programs whose required features are on if the bindings are `bin`.
    Raises ConfigError for a choice that names no target, and for a crate that makes nothing for Python.
    """
    library = next((each for each in package["targets"] if _is_library(each)), None)
    programs = [each for each in package["targets"] if "bin" in each["kind"]]
    on = [each["name"] for each in programs if set(each.get("required-features", ())) <= set(features)]
    kind = _kind(package, library, programs, dependencies, options)
    if options.artifacts:
        return _chosen(package, library, on, options, kind)
    if kind == "bin":
        if not on:
            raise _no_program(package, programs, features)
        return Shipped(bindings=kind, library=library, programs=tuple(on))
    _check_library(package, library, kind)
    return Shipped(bindings=kind, library=library, programs=())


def _kind(
    package: Mapping[str, Any],
    library: Mapping[str, Any] | None,
    programs: Sequence[Mapping[str, Any]],
    dependencies: Collection[str],
    options: BuildOptions,
) -> BindingsKind:
    asked = _asked(options)
    crate = BINDINGS[asked].crate if asked else ""
    if asked and (not crate or crate in dependencies):
        return asked
    # A library that is named is compiled as one that can be loaded, whatever its crate types are.
    is_named = any(each.kind not in ("", "bin") for each in options.artifacts)
    has_cdylib = library is not None and ("cdylib" in library["crate_types"] or is_named)
    found = None if asked else detect(dependencies, has_cdylib=has_cdylib, has_program=bool(programs))
    if found is not None:
        return found
    wanted = f"does not depend on {crate}" if crate else "has neither bindings nor a cdylib nor a program"
    raise ConfigError.of(
        f"no bindings found: {package['name']} {wanted}",
        where=package["manifest_path"],
        hint=f"add a dependency: cargo add {crate or 'pyo3'}" + _other_ways(asked),
    )


def _other_ways(asked: BindingsKind | None) -> str:
    return "" if asked else '; or set `crate-type = ["cdylib"]` under [lib] for cffi, or add a src/main.rs'


def _asked(options: BuildOptions) -> BindingsKind | None:
    """Return the bindings that were asked for; those of an artifact say more than those of the whole project."""
    named = [each.bindings for each in options.artifacts if each.bindings and each.kind != "bin"]
    return next((kind for kind in BINDINGS if kind in (*named[:1], options.bindings)), None)


def _is_library(target: Mapping[str, Any]) -> bool:
    return bool(_LIBRARIES & set(target["kind"])) and "example" not in target["kind"]


def _chosen(
    package: Mapping[str, Any],
    library: Mapping[str, Any] | None,
    on: Sequence[str],
    options: BuildOptions,
    kind: BindingsKind,
) -> Shipped:
    """Return what `artifacts` names, programs in the manifest's order."""
    names: set[str] = set()
    with_library = False
    issues: list[Issue] = []
    for choice in options.artifacts:
        found = [each for each in package["targets"] if _is_meant(each, choice, with_programs=kind == "bin")]
        off = [each for each in found if "bin" in each["kind"] and each["name"] not in on]
        if off:
            needed = ", ".join(off[0]["required-features"])
            message = f"the program {choice.name} needs features that are off: {needed}"
            issues.append(Issue(message=message, where=package["manifest_path"], hint=f"--features {needed}"))
        elif not found:
            issues.append(_unknown(package, choice))
        names |= {each["name"] for each in found if "bin" in each["kind"]}
        with_library |= any(_is_library(each) for each in found)
    if issues:
        raise ConfigError(*issues)
    if with_library and kind == "bin":
        raise ConfigError.of("artifacts names a library, and the bindings bin ship none", where="artifacts",
                             hint="leave out bindings, or name those of the library")  # fmt: skip
    if with_library:
        _check_library(package, library, kind)
    return Shipped(
        bindings=kind if with_library else "bin", library=library, programs=tuple(name for name in on if name in names)
    )


def _is_meant(target: Mapping[str, Any], choice: ArtifactChoice, *, with_programs: bool) -> bool:
    """Return whether a target of the crate is the one that was chosen.

    Without a kind the name alone counts, and where library and program share it, the bindings say which.
    """
    name = target["name"].replace("-", "_")
    if choice.name and name != choice.name.replace("-", "_"):
        return False
    if "bin" in target["kind"]:
        return choice.kind == "bin" or (not choice.kind and with_programs)
    return _is_library(target) and choice.kind != "bin" and (bool(choice.kind) or not with_programs)


def _unknown(package: Mapping[str, Any], choice: ArtifactChoice) -> Issue:
    is_program = choice.kind == "bin"
    known = [each["name"] for each in package["targets"] if ("bin" in each["kind"]) == is_program]
    known = [name for name in known if name != "build-script-build"]
    what = "program" if is_program else "library"
    named = f" {choice.name}" if choice.name else ""
    hint = did_you_mean(choice.name, known) or (f"it has {', '.join(known)}" if known else f"it has no {what} at all")
    return Issue(message=f"{package['name']} has no {what}{named}", where="artifacts", hint=hint)


def _check_library(package: Mapping[str, Any], library: Mapping[str, Any] | None, kind: BindingsKind) -> None:
    if library is None:
        raise ConfigError.of(
            f"{package['name']} has no library, and bindings of {kind} are for one",
            where=package["manifest_path"],
            hint='add a src/lib.rs, and `crate-type = ["cdylib"]` under [lib]; a program alone has --bindings bin',
        )


def _no_program(
    package: Mapping[str, Any], programs: Sequence[Mapping[str, Any]], features: Collection[str]
) -> ConfigError:
    name = package["name"]
    if not programs:
        return ConfigError.of(
            f"{name} has no program",
            where=package["manifest_path"],
            hint="add a src/main.rs, or leave out --bindings bin",
        )
    wanting = {each["name"]: sorted(set(each["required-features"]) - set(features)) for each in programs}
    said = "; ".join(f"{program} needs {', '.join(found)}" for program, found in wanting.items())
    return ConfigError.of(
        f"every program of {name} needs features that are off: {said}",
        where=package["manifest_path"],
        hint="turn them on with --features, or features in [tool.maturin]",
    )
