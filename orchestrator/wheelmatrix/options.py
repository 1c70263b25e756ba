"""BuildOptions: the one source of command line, variables, configuration keys, JSON schema and reference page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from wheelmatrix.model import AuditMode

Scope = Literal["run", "project", "target", "cell"]
"""What an option speaks of; `[[tool.wheelmatrix.overrides]]` may set those of a target or a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an option is called and where it may be given; the metadata of a BuildOptions field."""

    help: str
    """One sentence without a full stop."""
    scope: Scope = "project"
    flags: tuple[str, ...] = ()
    """Command line spellings, `-i` and `--interpreter`; empty: not on the command line."""
    no_flag: str = ""
    """Spelling that turns a boolean off."""
    key: str = ""
    """Key in `[tool.wheelmatrix]`; empty: not in the configuration."""
    maturin: bool = False
    """True: the same key in `[tool.maturin]` means the same."""
    variables: tuple[str, ...] = ()
    """Variables read after `WHEELMATRIX_…`: maturin's and cargo's own."""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    splits: str = ""
    """Characters that separate several values in one argument: `, ` for cargo's features."""
    panel: str = "Project"
    """Group in the help and on the reference page."""


def option(default: Any, help: str, /, **facts: Any) -> Any:  # noqa: A002  # any type, as dataclasses.field has it
    """Return a dataclass field whose metadata is its Facts."""
    return field(default=default, metadata={"facts": Facts(help=help, **facts)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A cargo feature, on only for the interpreters that its conditions name."""

    feature: str
    python_version: str = ""
    """PEP 440 specifier; empty: every version."""
    python_implementation: str = ""
    """`cpython`, `pypy` or `graalpy`; empty: every implementation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Files to take into the wheel, or to leave out of it."""

    path: str
    """Glob, relative to the project."""
    formats: frozenset[str] = frozenset({"sdist", "wheel"})
    out_dir: bool = False
    """True: the glob is looked up in the OUT_DIR of a build script."""
    to: str = ""
    """Directory in the wheel; only with `out_dir`."""
    crate: str = ""
    """Whose OUT_DIR; empty: the root crate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One `[[tool.wheelmatrix.overrides]]`: other options for the cells that `select` names."""

    select: tuple[str, ...]
    """Patterns over cell ids."""
    values: Mapping[str, Any]
    """BuildOptions field to value."""
    inherit: Mapping[str, Literal["none", "append", "prepend"]]
    """BuildOptions field to how a list joins the value below it; `none`: replaces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """Everything that can be asked of a build, from every source, in order of precedence."""

    # Which cells
    interpreters: tuple[str, ...] = option(
        (),
        "Pythons to build for: 3.12, python3.12, 3.14t, pypy3.11, or the path of one",
        scope="run", flags=("-i", "--interpreter"), key="interpreters", metavar="SPEC", panel="Matrix",
    )  # fmt: skip
    find_interpreter: bool = option(
        False,
        "Build for every Python found on this machine",
        scope="run", flags=("-f", "--find-interpreter"), panel="Matrix",
    )  # fmt: skip
    all_interpreters: bool = option(
        False,
        "Build for every Python that the project admits, installed here or not",
        scope="run", flags=("-a", "--all-interpreters"), panel="Matrix",
    )  # fmt: skip
    targets: tuple[str, ...] = option(
        (),
        "Target triple, with a glibc floor if wanted (x86_64-unknown-linux-gnu.2.17); may be repeated",
        scope="run", flags=("--target",), key="targets", variables=("CARGO_BUILD_TARGET",), metavar="TRIPLE",
        panel="Matrix",
    )  # fmt: skip
    build: tuple[str, ...] = option(
        (),
        "Cells to build: globs with braces over cell ids, separated by blanks",
        scope="run", flags=("--build",), key="build", metavar="PATTERN", splits=" ", panel="Matrix",
    )  # fmt: skip
    skip: tuple[str, ...] = option(
        (),
        "Cells to leave out: globs with braces over cell ids, separated by blanks",
        scope="run", flags=("--skip",), key="skip", metavar="PATTERN", splits=" ", panel="Matrix",
    )  # fmt: skip
    enable: tuple[str, ...] = option(
        (),
        "Groups of interpreters to turn on",
        scope="run", flags=("--enable",), key="enable", metavar="GROUP", splits=" ,",
        choices=("pypy", "pypy-eol", "graalpy", "cpython-prerelease"), panel="Matrix",
    )  # fmt: skip

    # What is built
    manifest_path: str = option(
        "",
        "Path of Cargo.toml",
        flags=("-m", "--manifest-path"), key="manifest-path", maturin=True, metavar="PATH",
    )  # fmt: skip
    bindings: str = option(
        "",
        "Kind of bindings; found from the dependencies if not given",
        flags=("-b", "--bindings"), key="bindings", maturin=True, choices=("pyo3", "pyo3-ffi"),
    )  # fmt: skip
    module_name: str = option("", "Import path of the extension module, dotted", key="module-name", maturin=True)
    python_source: str = option("", "Directory that holds the Python package", key="python-source", maturin=True)
    python_packages: tuple[str, ...] = option(
        (), "Further Python packages in python-source", key="python-packages", maturin=True
    )
    include: tuple[Pattern, ...] = option((), "Further files to take in", key="include", maturin=True)
    exclude: tuple[Pattern, ...] = option((), "Files to leave out, gitignore-like", key="exclude", maturin=True)
    data: str = option("", "Directory of wheel data (scripts, headers, data, …)", key="data", maturin=True)
    build_number: str = option(
        "",
        "Build number of the wheels: digits first",
        flags=("--build-number",), key="build-number", metavar="NUMBER", panel="Output",
    )  # fmt: skip

    # How cargo is called
    profile: str = option(
        "release",
        "cargo profile",
        scope="cell", flags=("--profile",), key="profile", maturin=True, metavar="NAME", panel="Cargo",
    )  # fmt: skip
    features: tuple[str, ...] = option(
        (),
        "cargo features; given here, those of the configuration are ignored",
        scope="cell", flags=("-F", "--features"), metavar="LIST", splits=", ", panel="Cargo",
    )  # fmt: skip
    conditional_features: tuple[Feature, ...] = option(
        (), "cargo features, plain or with python-version and python-implementation", scope="cell",
        key="features", maturin=True, panel="Cargo",
    )  # fmt: skip
    all_features: bool = option(
        False, "Turn on all features", scope="cell", flags=("--all-features",), key="all-features", maturin=True,
        panel="Cargo",
    )  # fmt: skip
    no_default_features: bool = option(
        False, "Turn off the default features", scope="cell", flags=("--no-default-features",),
        key="no-default-features", maturin=True, panel="Cargo",
    )  # fmt: skip
    locked: bool = option(
        False, "Insist that Cargo.lock is up to date", flags=("--locked",), key="locked", maturin=True, panel="Cargo"
    )
    frozen: bool = option(
        False, "--locked and --offline", flags=("--frozen",), key="frozen", maturin=True, panel="Cargo"
    )
    offline: bool = option(
        False, "Use no network", flags=("--offline",), key="offline", variables=("CARGO_NET_OFFLINE",), panel="Cargo"
    )
    rustc_args: tuple[str, ...] = option(
        (), "Arguments for rustc, after --", scope="cell", key="rustc-args", maturin=True, panel="Cargo"
    )
    cargo_config: tuple[str, ...] = option(
        (), "cargo configuration for this run", flags=("--config",), key="config", maturin=True, metavar="KEY=VALUE",
        panel="Cargo",
    )  # fmt: skip
    unstable_flags: tuple[str, ...] = option(
        (), "Unstable flags of cargo", flags=("-Z",), key="unstable-flags", maturin=True, metavar="FLAG", panel="Cargo"
    )
    toolchain: str = option(
        "", "Rust toolchain, as rustup names it", flags=("--toolchain",), key="toolchain",
        variables=("RUSTUP_TOOLCHAIN",), metavar="NAME", panel="Cargo",
    )  # fmt: skip
    target_dir: str = option(
        "", "cargo's target directory; ours are below it", flags=("--target-dir",), variables=("CARGO_TARGET_DIR",),
        metavar="DIR", panel="Cargo",
    )  # fmt: skip
    ignore_rust_version: bool = option(
        False, "Ignore rust-version of the packages", flags=("--ignore-rust-version",), panel="Cargo"
    )
    timings: bool = option(False, "Have cargo write its timing report", flags=("--timings",), panel="Cargo")
    future_incompat_report: bool = option(
        False, "Have cargo print its future-incompat report", flags=("--future-incompat-report",), panel="Cargo"
    )
    strip: bool = option(
        False, "Strip the library", scope="cell", flags=("--strip",), key="strip", maturin=True,
        variables=("MATURIN_STRIP",), panel="Cargo",
    )  # fmt: skip
    before_all: tuple[str, ...] = option(
        (), "Shell commands to run once before the first compile", key="before-all", panel="Commands"
    )
    before_build: tuple[str, ...] = option(
        (), "Shell commands to run before each compile", scope="cell", key="before-build", panel="Commands"
    )
    environment: tuple[tuple[str, str], ...] = option(
        (), "Variables for cargo and the commands", scope="cell", key="environment", panel="Commands"
    )

    # What it must be
    compatibility: tuple[str, ...] = option(
        (), "Platform tag to reach: pypi, linux or off, 2014, manylinux_2_28, 2_28", scope="target",
        flags=("--compatibility", "--manylinux"), key="compatibility", maturin=True, metavar="TAG", panel="Audit",
    )  # fmt: skip
    auditwheel: AuditMode = option(
        "repair", "How strictly the platform policy is taken; the other rules always hold", scope="target",
        flags=("--auditwheel",), key="auditwheel", maturin=True, choices=("repair", "check", "warn", "skip"),
        panel="Audit",
    )  # fmt: skip

    # What is written
    out: str = option(
        "dist", "Directory of the wheels", flags=("-o", "--out"), key="out", metavar="DIR", panel="Output"
    )
    compression_method: Literal["deflated", "stored"] = option(
        "deflated", "Compression of the wheel's members", flags=("--compression-method",), key="compression-method",
        choices=("deflated", "stored"), panel="Output",
    )  # fmt: skip
    compression_level: int = option(
        6, "Level of deflate, 0 to 9", flags=("--compression-level",), key="compression-level", metavar="LEVEL",
        panel="Output",
    )  # fmt: skip

    # How it runs
    jobs: int = option(
        0, "Compilers at once; 0: as many as there are usable CPUs", scope="run", flags=("-j", "--jobs"), key="jobs",
        variables=("CARGO_BUILD_JOBS",), metavar="N", panel="Run",
    )  # fmt: skip
    fail_fast: bool = option(
        False, "Stop everything at the first failure", scope="run", flags=("--fail-fast",), key="fail-fast",
        panel="Run",
    )  # fmt: skip
    overrides: tuple[Override, ...] = option((), "Other options for some cells", scope="run", key="overrides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Options with where each came from; what `resolve` returns."""

    options: BuildOptions
    sources: Mapping[str, str]
    """BuildOptions field to `--interpreter`, `WHEELMATRIX_JOBS`, `tool.maturin.features`; defaults are absent."""
    warnings: tuple[str, ...]
    pyproject: PurePath | None
