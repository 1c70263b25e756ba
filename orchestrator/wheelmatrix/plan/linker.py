"""Who links for a target: the system's own linker, the user's, zig, a GNU cross compiler or cargo-xwin."""

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePath
from typing import Any

from wheelmatrix.bindings.pyo3 import needs_import_library
from wheelmatrix.errors import ConfigError, Issue, ToolMissing
from wheelmatrix.model import Gathered, LinkerKind, Project, Script, Target, Version
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan import host_half
from wheelmatrix.plan.cargo_config import builds_std, environment_name, environment_of, target_setting
from wheelmatrix.plan.install import to_install
from wheelmatrix.plan.tags import ceiling
from wheelmatrix.platforms import floor_name, lowest_floor
from wheelmatrix.values import dataclass

_LEAST_ZIG = (0, 14, 1)
_LEAST_ZIGBUILD = (0, 24)
"""Below these some targets fail, and the macOS minimum is not passed on. Source: measured with ziglang 0.13 to 0.17."""
_ZIG_EXTRA = "pip install 'wheelmatrix[zig]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linker:
    """How cargo is called so that a target's libraries get linked."""

    kind: LinkerKind
    title: str
    """For people: `zig 0.15.2 for glibc 2.17`."""
    program: PurePath = PurePath("cargo")
    """What is started in place of cargo; it takes cargo's arguments."""
    target: str
    """What `--target` is told: the triple, for zig with the glibc to link against behind it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    """Of zig and of what calls it."""
    without: frozenset[str] = frozenset()
    """Variables that would choose another linker, to be taken away from cargo."""
    script: Script | None = None
    """What is called in place of cargo and of the linker; None: nothing is."""


def linker(target: Target, options: BuildOptions, project: Project, gathered: Gathered) -> Linker:
    """Return who links for `target`.

    Without a choice (`--linker`): a linker that the user configured for cargo; for the host the system's own, unless a
    glibc is asked for; else zig, a GNU cross compiler, or for Microsoft's targets cargo-xwin, whichever is here.
    Raises ConfigError for what cannot be, ToolMissing with what to install.
    """
    no_std = _no_std(target, options, gathered)
    try:
        linked = _linked(target, options, project, gathered)
    except ToolMissing as missing:
        raise ToolMissing(*no_std, *missing.issues) from None
    if no_std:
        raise ToolMissing(*no_std)
    return linked


def _linked(target: Target, options: BuildOptions, project: Project, gathered: Gathered) -> Linker:
    kind = options.linker if options.linker != "auto" else _kind(target, options, gathered)
    _check_import_library(target, options, project, gathered)
    environment = _deployment(target, options, gathered)
    match kind:
        case "zig":
            _check_sdk(target, options, project, gathered)
            return _zig(target, options, gathered, environment)
        case "gcc":
            return _gcc(target, gathered, environment)
        case "xwin":
            return _xwin(target, gathered, environment)
        case _:
            own = target_setting(target.triple, "linker", options, gathered)
            title = f"{own}, as cargo is configured" if own else "the system's linker"
            return Linker(kind="native", title=title, target=target.triple, environment=environment)


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
    if target.zig and not _missing_for_zig(gathered):
        return "zig"
    if is_host:
        return "native"  # the audit will tell whether this system's glibc is low enough
    if target.gcc and (not target.zig or f"{target.gcc}-gcc" in gathered.programs):
        return "gcc"
    if target.zig:
        return "zig"
    raise ToolMissing.of(
        f"no linker for {target.triple} is known", where=f"target {target}", hint=f"name one: {_how_to_name(target)}"
    )


def _how_to_name(target: Target) -> str:
    name = environment_name(target.triple, "LINKER")
    return f"variable {name}, or target.{target.triple}.linker in .cargo/config.toml"


def _zig(target: Target, options: BuildOptions, gathered: Gathered, environment: Mapping[str, str]) -> Linker:
    if not target.zig:
        other = "--linker gcc, or " if target.gcc else ""
        hint = f"{other}--linker native with a linker that cargo is told of: {_how_to_name(target)}"
        raise ConfigError.of(f"zig does not link for {target.triple}", where=f"target {target}", hint=hint)
    glibc = zig_glibc(target, options)
    _check_glibc(target, glibc)
    _check_zig(target, gathered)
    # The linker's path is in the fingerprint of every unit, so wrappers lie where the next run finds them again.
    home = zig_home(gathered)
    zig = {"CARGO_ZIGBUILD_CACHE_DIR": str(home), "ZIG_GLOBAL_CACHE_DIR": str(home / "cache"),
           "ZIG_LOCAL_CACHE_DIR": str(home / "cache")}  # fmt: skip
    if "ziglang" in gathered.tools:
        zig["CARGO_ZIGBUILD_PYTHON_PATH"] = str(gathered.python)
    else:
        zig["CARGO_ZIGBUILD_ZIG_PATH"] = str(gathered.programs["zig"])
    version = gathered.tools.get("ziglang") or gathered.tools.get("zig", "")
    named = f"zig {version}".strip()
    suffix = "" if glibc is None else f".{glibc[0]}.{glibc[1]}"
    return Linker(
        kind="zig",
        title=named if glibc is None else f"{named} for glibc {glibc[0]}.{glibc[1]}",
        program=gathered.programs["cargo-zigbuild"],
        target=f"{target.triple}{suffix}",
        environment={**environment, **zig},
        version="-".join(gathered.tools.get(name, "path") for name in ("ziglang", "cargo-zigbuild")),
        without=frozenset({environment_name(target.triple, "LINKER"), host_half.VARIABLE}),
        script=host_half.script(target, home, gathered),
    )


def zig_home(gathered: Gathered) -> PurePath:
    """Return the directory of zig's caches and wrappers, which all projects share: a first link may take a minute."""
    return gathered.cache / "zig"


def _check_glibc(target: Target, glibc: Version | None) -> None:
    """Raise ConfigError for a glibc that zig does not have; one that Rust does not run on comes from a policy."""
    reasons = {"the oldest that zig has": target.zig_floor, "the lowest that Rust's std runs on": target.rustc_floor}
    floor, why = max((floor or (0, 0), why) for why, floor in reasons.items())
    if glibc is not None and glibc < floor:
        low = f"{floor[0]}.{floor[1]}"
        own = "; a GNU cross compiler (--linker gcc) links against its own glibc" if target.gcc else ""
        raise ConfigError.of(
            f"glibc {glibc[0]}.{glibc[1]} is below {low}, {why} for {target.triple}",
            where=f"target {target}",
            hint=f"write {target.triple}.{low}{own}",
        )


def _check_zig(target: Target, gathered: Gathered) -> None:
    where = f"target {target}"
    if missing := _missing_for_zig(gathered):
        other = to_install(target.gcc, gathered.programs) if target.gcc else ""
        hint = f"{_ZIG_EXTRA}, or {other}" if other else _ZIG_EXTRA
        raise ToolMissing.of(f"{' and '.join(missing)} not found, to link for it", where=where, hint=hint)
    zig = "ziglang" if "ziglang" in gathered.tools else "zig"
    for name, least in ((zig, _LEAST_ZIG), ("cargo-zigbuild", _LEAST_ZIGBUILD)):
        version = gathered.tools.get(name, "")
        if version and _numbers(version) < least:
            low = ".".join(map(str, least))
            hint = _ZIG_EXTRA if name == "zig" else f"pip install --upgrade '{name}>={low}'"
            raise ToolMissing.of(f"{name} {version} is too old: at least {low} is needed", where=where, hint=hint)


def _missing_for_zig(gathered: Gathered) -> tuple[str, ...]:
    needed = {
        "cargo-zigbuild": "cargo-zigbuild" in gathered.programs,
        "zig": "ziglang" in gathered.tools or "zig" in gathered.programs,
    }
    return tuple(name for name, is_there in needed.items() if not is_there)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _gcc(target: Target, gathered: Gathered, environment: Mapping[str, str]) -> Linker:
    where = f"target {target}"
    if not target.gcc:
        other = "--linker zig, or " if target.zig else ""
        hint = f"{other}--linker native with a linker that cargo is told of: {_how_to_name(target)}"
        raise ConfigError.of(f"no GNU cross compiler for {target.triple} is known", where=where, hint=hint)
    tools = {name: gathered.programs.get(f"{target.gcc}-{name}") for name in ("gcc", "g++", "ar")}
    compiler = tools["gcc"]
    if compiler is None:
        ways = (to_install(target.gcc, gathered.programs), _ZIG_EXTRA if target.zig else "")
        raise ToolMissing.of(f"{target.gcc}-gcc not found", where=where, hint=", or ".join(filter(None, ways)))
    triple = target.triple.replace("-", "_")
    own = {environment_name(target.triple, "LINKER"): str(compiler), f"CC_{triple}": str(compiler)}
    if tools["g++"] is not None:
        own[f"CXX_{triple}"] = str(tools["g++"])
    if tools["ar"] is not None:
        own[f"AR_{triple}"] = str(tools["ar"])
    return Linker(kind="gcc", title=compiler.name, target=target.triple, environment={**environment, **own})


def _xwin(target: Target, gathered: Gathered, environment: Mapping[str, str]) -> Linker:
    where = f"target {target}"
    if target.os != "windows" or target.libc != "msvc":
        raise ConfigError.of(
            f"cargo-xwin does not link for {target.triple}", where=where, hint="--linker auto finds who does"
        )
    if "cargo-xwin" not in gathered.programs:
        # Of the targets for Windows 7 there is no sibling that zig links, and of those for arm64 no -gnu.
        sibling = target.triple.replace("msvc", "gnullvm" if target.arch == "arm64" else "gnu")
        other = f", or take {sibling}, which zig links" if "-pc-" in target.triple else ""
        raise ToolMissing.of("cargo-xwin not found", where=where, hint=f"pip install cargo-xwin{other}")
    return Linker(
        kind="xwin",
        title="cargo-xwin",
        program=gathered.programs["cargo-xwin"],
        target=target.triple,
        environment=environment,
        without=frozenset({environment_name(target.triple, "LINKER")}),
    )


def _deployment(target: Target, options: BuildOptions, gathered: Gathered) -> dict[str, str]:
    """Return the lowest macOS for rustc, cc and the linker: the floor asked for, else the user's own, else Rust's.

    Of the user's own what is below Rust's is raised to it: many set 10.13 for both machines, and no arm64 ran that.
    """
    if target.os != "macos":
        return {}
    configured = next((each.macos for each in options.deployments if each.triple == target.triple), "")
    user = configured or environment_of(options, gathered).get("MACOSX_DEPLOYMENT_TARGET", "")
    lowest = lowest_floor(target)
    if target.floor is None and user and (lowest is None or _numbers(user) >= lowest):
        return {"MACOSX_DEPLOYMENT_TARGET": user}
    floor = target.floor or lowest
    return {"MACOSX_DEPLOYMENT_TARGET": f"{floor[0]}.{floor[1]}"} if floor else {}


def _no_std(target: Target, options: BuildOptions, gathered: Gathered) -> tuple[Issue, ...]:
    """Return the issue of a rustc that has no std for the target, unless cargo is to build it."""
    is_here = target.triple == gathered.host.triple or target.triple in gathered.host.stds
    if is_here or builds_std(options, gathered):
        return ()
    toolchain = f" --toolchain {options.toolchain}" if options.toolchain else ""
    message = f"{gathered.host.rustc.partition(' (')[0]} has no std for {target.triple}"
    hint = f"rustup target add{toolchain} {target.triple}"
    return (Issue(message=message, where=f"target {target}", hint=hint),)


def _check_import_library(target: Target, options: BuildOptions, project: Project, gathered: Gathered) -> None:
    """Raise ConfigError where the Python DLL cannot be linked, because no Python for Windows is here to link with."""
    pyo3 = project.crate.pyo3
    is_there = gathered.host.os == "windows" or environment_of(options, gathered).get("PYO3_CROSS_LIB_DIR")
    if pyo3 and target.os == "windows" and not is_there and needs_import_library(pyo3):
        version = ".".join(map(str, pyo3.version))
        raise ConfigError.of(
            f"{pyo3.crate} {version} cannot be linked for Windows without the import library of a Python there",
            where=f"target {target}",
            hint="turn on pyo3's feature `generate-import-lib`, take pyo3 0.29 or newer, or name the directory of that "
            "library in PYO3_CROSS_LIB_DIR",
        )


_FRAMEWORKS = re.compile(
    r"(core-foundation|core-graphics|core-text|core-video|coreaudio|security-framework|system-configuration|io-kit"
    r"|IOKit|fsevent)-sys|core-graphics|metal|cocoa|objc2-(foundation|core-[a-z-]+|app-kit|security|metal"
    r"|system-configuration|io-kit)"
)
"""Crates that link Apple's frameworks. Source: their build scripts and `#[link(kind = "framework")]`."""


def _check_sdk(target: Target, options: BuildOptions, project: Project, gathered: Gathered) -> None:
    """Raise ToolMissing where a dependency links one of Apple's frameworks: zig brings libSystem alone."""
    if target.os != "macos" or environment_of(options, gathered).get("SDKROOT"):
        return
    if found := frameworks(gathered, project):
        raise ToolMissing.of(
            f"zig has no frameworks of macOS, which these dependencies link: {', '.join(found)}",
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
