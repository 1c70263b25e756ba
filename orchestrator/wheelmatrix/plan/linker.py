"""Who links for a target: the system's own linker, the user's, zig, a GNU cross compiler or cargo-xwin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from wheelmatrix.bindings.pyo3 import needs_import_library
from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.model import Gathered, LinkerKind, Project, Target, Version
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.cargo_config import environment_name, environment_of, target_setting
from wheelmatrix.plan.install import to_install
from wheelmatrix.plan.tags import ceiling
from wheelmatrix.platforms import floor_name, lowest_floor

_LEAST_ZIG = (0, 14, 1)
_LEAST_ZIGBUILD = (0, 24)
"""Below these some targets fail, and the macOS minimum is not passed on. Source: measured with ziglang 0.13 to 0.17."""
_ZIG_EXTRA = "pip install 'wheelmatrix[zig]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linker:
    """How cargo is called so that a target's libraries get linked."""

    kind: LinkerKind
    program: PurePath = PurePath("cargo")
    """What is started in place of cargo; it takes cargo's arguments."""
    target: str
    """What `--target` is told: the triple, for zig with the glibc to link against behind it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    """Of zig and of what calls it."""


def linker(target: Target, options: BuildOptions, project: Project, gathered: Gathered) -> Linker:
    """Return who links for `target`.

    Without a choice (`--linker`): a linker that the user configured for cargo; for the host the system's own, unless a
    glibc is asked for; else zig, a GNU cross compiler, or for Microsoft's targets cargo-xwin, whichever is here.
    Raises ConfigError for what cannot be, ToolMissing with what to install.
    """
    kind = options.linker if options.linker != "auto" else _kind(target, options, gathered)
    _check_std(target, options, gathered)
    _check_import_library(target, project, gathered)
    environment = _deployment(target, options, gathered)
    match kind:
        case "zig":
            _check_sdk(target, project, gathered)
            return _zig(target, zig_glibc(target, options), gathered, environment)
        case "gcc":
            return _gcc(target, gathered, environment)
        case "xwin":
            return _xwin(target, gathered, environment)
        case _:
            return Linker(kind="native", target=target.triple, environment=environment)


def zig_glibc(target: Target, options: BuildOptions) -> Version | None:
    """Return the glibc that zig links against; None where the target has none.

    Never zig's own choice, which changes from release to release: the floor or the policy asked for, else the lowest
    that Rust, zig and installers agree on.
    """
    if floor_name(target) != "glibc":
        return None
    policy, _ = ceiling(options.compatibility, target)
    asked = target.floor or (policy[1] if policy else None)
    return asked or max(floor for floor in (target.zig_floor, lowest_floor(target)) if floor is not None)


def _kind(target: Target, options: BuildOptions, gathered: Gathered) -> LinkerKind:
    is_host = target.triple == gathered.host.triple
    if target_setting(target.triple, "linker", options, gathered):
        return "native"
    if gathered.host.os == target.os and target.os != "linux":
        return "native"
    if is_host and (target.floor is None or floor_name(target) != "glibc"):
        return "native"
    if target.os == "windows" and target.libc == "msvc":
        return "xwin"
    has_zig = "cargo-zigbuild" in gathered.programs
    has_gcc = f"{target.gcc}-gcc" in gathered.programs
    if target.zig and (has_zig or not has_gcc):
        return "native" if is_host and not has_zig else "zig"
    if target.gcc:
        return "gcc"
    raise ToolMissing.of(
        f"nobody here links for {target.triple}",
        where=f"target {target}",
        hint=f"name a linker in {environment_name(target.triple, 'LINKER')}, or target.{target.triple}.linker "
        "in .cargo/config.toml",
    )


def _zig(target: Target, glibc: Version | None, gathered: Gathered, environment: Mapping[str, str]) -> Linker:
    where = f"target {target}"
    if not target.zig:
        raise ConfigError.of(f"zig does not link for {target.triple}", where=where, hint="--linker native or gcc")
    _check_zig(target, gathered)
    if glibc is not None and target.zig_floor is not None and glibc < target.zig_floor:
        low = f"{target.zig_floor[0]}.{target.zig_floor[1]}"
        raise ConfigError.of(
            f"zig has no glibc {glibc[0]}.{glibc[1]} for {target.triple}: its oldest is {low}",
            where=where,
            hint=f"write {target.triple}.{low}; a GNU cross compiler (--linker gcc) links against its own glibc",
        )
    # The linker's path is in the fingerprint of every unit, so wrappers lie where the next run finds them again.
    home = zig_home(gathered)
    zig = {"CARGO_ZIGBUILD_CACHE_DIR": str(home), "ZIG_GLOBAL_CACHE_DIR": str(home / "cache"),
           "ZIG_LOCAL_CACHE_DIR": str(home / "cache")}  # fmt: skip
    if "ziglang" in gathered.tools:
        zig["CARGO_ZIGBUILD_PYTHON_PATH"] = str(gathered.python)
    else:
        zig["CARGO_ZIGBUILD_ZIG_PATH"] = str(gathered.programs["zig"])
    suffix = "" if glibc is None else f".{glibc[0]}.{glibc[1]}"
    return Linker(
        kind="zig",
        program=gathered.programs["cargo-zigbuild"],
        target=f"{target.triple}{suffix}",
        environment={**environment, **zig},
        version="-".join(gathered.tools.get(name, "path") for name in ("ziglang", "cargo-zigbuild")),
    )


def zig_home(gathered: Gathered) -> PurePath:
    """Return the directory of zig's caches and wrappers, which all projects share: a first link may take a minute."""
    return gathered.cache / "zig"


def _check_zig(target: Target, gathered: Gathered) -> None:
    where = f"target {target}"
    found = gathered.tools.get("ziglang") or ("a zig" if "zig" in gathered.programs else "")
    missing = [
        name for name, is_there in (("cargo-zigbuild", "cargo-zigbuild" in gathered.programs), ("zig", found))
        if not is_there
    ]  # fmt: skip
    if missing:
        other = f", or {to_install(target.gcc, gathered.programs)}" if target.gcc else ""
        raise ToolMissing.of(f"{' and '.join(missing)} not found", where=where, hint=_ZIG_EXTRA + other)
    for name, least in (("ziglang", _LEAST_ZIG), ("cargo-zigbuild", _LEAST_ZIGBUILD)):
        version = gathered.tools.get(name, "")
        if version and _numbers(version) < least:
            low = ".".join(map(str, least))
            hint = f"pip install --upgrade '{name}>={low}'"
            raise ToolMissing.of(f"{name} {version} is too old: at least {low} is needed", where=where, hint=hint)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _gcc(target: Target, gathered: Gathered, environment: Mapping[str, str]) -> Linker:
    where = f"target {target}"
    if not target.gcc:
        raise ConfigError.of(f"no distribution has a GNU cross compiler for {target.triple}", where=where)
    tools = {name: gathered.programs.get(f"{target.gcc}-{name}") for name in ("gcc", "g++", "ar")}
    compiler = tools["gcc"]
    if compiler is None:
        hint = to_install(target.gcc, gathered.programs)
        raise ToolMissing.of(f"{target.gcc}-gcc not found", where=where, hint=f"{hint}, or {_ZIG_EXTRA}")
    triple = target.triple.replace("-", "_")
    own = {environment_name(target.triple, "LINKER"): str(compiler), f"CC_{triple}": str(compiler)}
    if tools["g++"] is not None:
        own[f"CXX_{triple}"] = str(tools["g++"])
    if tools["ar"] is not None:
        own[f"AR_{triple}"] = str(tools["ar"])
    return Linker(kind="gcc", target=target.triple, environment={**environment, **own})


def _xwin(target: Target, gathered: Gathered, environment: Mapping[str, str]) -> Linker:
    if "cargo-xwin" not in gathered.programs:
        raise ToolMissing.of(
            "cargo-xwin not found",
            where=f"target {target}",
            hint=f"cargo install cargo-xwin, or take {target.triple.replace('msvc', 'gnu')}, which zig links",
        )
    return Linker(
        kind="xwin", program=gathered.programs["cargo-xwin"], target=target.triple, environment=environment
    )  # fmt: skip


def _deployment(target: Target, options: BuildOptions, gathered: Gathered) -> dict[str, str]:
    """Return the lowest macOS for rustc, cc and the linker: the floor asked for, else the user's own, else Rust's."""
    if target.os != "macos":
        return {}
    configured = next((each.macos for each in options.deployments if each.triple == target.triple), "")
    user = configured or environment_of(options, gathered).get("MACOSX_DEPLOYMENT_TARGET", "")
    if target.floor is None and user:
        return {"MACOSX_DEPLOYMENT_TARGET": user}
    floor = target.floor or lowest_floor(target)
    return {"MACOSX_DEPLOYMENT_TARGET": f"{floor[0]}.{floor[1]}"} if floor else {}


def _check_std(target: Target, options: BuildOptions, gathered: Gathered) -> None:
    """Raise ToolMissing where rustc has no std for the target, unless cargo is to build it."""
    is_built = any(flag.startswith("build-std") for flag in options.unstable_flags)
    if target.triple == gathered.host.triple or target.triple in gathered.host.stds or is_built:
        return
    toolchain = f" --toolchain {options.toolchain}" if options.toolchain else ""
    raise ToolMissing.of(
        f"this rustc has no std for {target.triple}",
        where=f"target {target}",
        hint=f"rustup target add{toolchain} {target.triple}",
    )


def _check_import_library(target: Target, project: Project, gathered: Gathered) -> None:
    """Raise ConfigError where the Python DLL cannot be linked, because no Python for Windows is here to link with."""
    pyo3 = project.crate.pyo3
    if target.os == "windows" and gathered.host.os != "windows" and needs_import_library(pyo3):
        version = ".".join(map(str, pyo3.version))
        raise ConfigError.of(
            f"{pyo3.crate} {version} cannot be linked for Windows without the import library of a Python there",
            where=f"target {target}",
            hint="turn on pyo3's feature `generate-import-lib`, or take pyo3 0.29 or newer",
        )


_FRAMEWORKS = re.compile(
    r"(core-foundation|core-graphics|core-text|core-video|coreaudio|security-framework|system-configuration|io-kit"
    r"|IOKit|fsevent)-sys|core-graphics|metal|cocoa|objc2-(foundation|core-[a-z-]+|app-kit|security|metal"
    r"|system-configuration|io-kit)"
)
"""Crates that link Apple's frameworks. Source: their build scripts and `#[link(kind = "framework")]`."""


def _check_sdk(target: Target, project: Project, gathered: Gathered) -> None:
    """Raise ToolMissing where a dependency links one of Apple's frameworks: zig brings libSystem alone."""
    if target.os != "macos" or gathered.environment.get("SDKROOT"):
        return
    if found := frameworks(gathered, project):
        raise ToolMissing.of(
            f"{', '.join(found)} link frameworks of macOS, which zig does not have",
            where=f"target {target}",
            hint="set SDKROOT to a macOS SDK, or build this target on macOS",
        )


def frameworks(gathered: Gathered, project: Project) -> tuple[str, ...]:
    """Return the packages in the library that link one of Apple's frameworks; sorted."""
    return tuple(sorted(name for name in linked_packages(gathered, project) if _FRAMEWORKS.fullmatch(name)))


def linked_packages(gathered: Gathered, project: Project) -> set[str]:
    """Return the names of the packages that end in the library: those that are for tests and build scripts do not."""
    resolve = gathered.cargo_metadata.get("resolve")
    nodes = resolve.get("nodes") if isinstance(resolve, Mapping) else None
    edges = {node["id"]: _normal(node) for node in nodes} if isinstance(nodes, list) else {}
    found: set[str] = set()
    new = {project.crate.package_id}
    while new:
        found |= new
        new = {other for one in new for other in edges.get(one, ())} - found
    packages = gathered.cargo_metadata.get("packages")
    return {str(each["name"]) for each in packages if each["id"] in found} if isinstance(packages, list) else set()


def _normal(node: Mapping[str, Any]) -> set[str]:
    return {each["pkg"] for each in node["deps"] if any(kind["kind"] is None for kind in each["dep_kinds"])}
