"""BuildOptions: the one source of command line, variables, configuration keys, JSON schema and reference page."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal, get_args

from wheelmatrix.model import AuditMode, BindingsKind, LinkerKind
from wheelmatrix.options.facts import option
from wheelmatrix.options.parts import ArtifactChoice, AskedTarget, Deployment, Feature, Override, Pattern
from wheelmatrix.options.upload import UploadOptions
from wheelmatrix.options.verify import VerifyOptions
from wheelmatrix.values import dataclass

_NOT_INSTALLABLE = "is refused: pip and uv cannot install such wheels"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions(VerifyOptions, UploadOptions):
    """Everything that can be asked of a build, from every source, in order of precedence."""

    # Which cells
    interpreters: tuple[str, ...] = option(
        (),
        "Pythons to build for: 3.12, python3.12, 3.14t, pypy3.11, or the path of one",
        scope="run", flags=("-i", "--interpreter"), greedy=True, key="interpreters", metavar="SPEC…",
        excludes=("find_interpreter", "all_interpreters"), panel="Matrix",
    )  # fmt: skip
    find_interpreter: bool = option(
        False,
        "Build for every Python found on this machine",
        scope="run", flags=("-f", "--find-interpreter"), excludes=("interpreters", "all_interpreters"), panel="Matrix",
    )  # fmt: skip
    all_interpreters: bool = option(
        False,
        "Build for every Python that the project admits, installed here or not",
        scope="run", flags=("-a", "--all-interpreters"), excludes=("interpreters", "find_interpreter"), panel="Matrix",
    )  # fmt: skip
    targets: tuple[str | AskedTarget, ...] = option(
        (),
        "Target triple, with a floor if wanted (x86_64-unknown-linux-gnu.2.17), or a platform tag "
        "(manylinux_2_17_aarch64, win_amd64); may be repeated",
        scope="run", flags=("--target",), key="targets", variables=("CARGO_BUILD_TARGET",), metavar="TRIPLE",
        panel="Matrix",
    )  # fmt: skip
    build: tuple[str, ...] = option(
        (),
        "Cells to build: globs with braces over cell ids",
        scope="run", flags=("--build",), key="build", metavar="PATTERN", splits=" ", panel="Matrix",
    )  # fmt: skip
    skip: tuple[str, ...] = option(
        (),
        "Cells to leave out: globs with braces over cell ids",
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
        flags=("-m", "--manifest-path"), key="manifest-path", maturin=True, metavar="PATH", is_path=True,
    )  # fmt: skip
    bindings: str = option(
        "",
        "Kind of bindings; found from the dependencies if not given",
        flags=("-b", "--bindings"), key="bindings", maturin=True,
        choices=get_args(BindingsKind),
    )  # fmt: skip
    artifacts: tuple[ArtifactChoice, ...] = option(
        (), "What is shipped of the crate, where that is not its library, or else all its programs: tables with "
        "name, kind (bin, cdylib) and bindings; both in one wheel if both are named",
        key="artifacts", maturin_key="targets", variable=False,
    )  # fmt: skip
    module_name: str = option("", "Import path of the extension module, dotted", key="module-name", maturin=True)
    python_source: str = option("", "Directory that holds the Python package", key="python-source", maturin=True)
    python_packages: tuple[str, ...] = option(
        (), "Further Python packages in python-source", key="python-packages", maturin=True
    )
    include: tuple[Pattern, ...] = option((), "Further files to take in", key="include", maturin=True)
    exclude: tuple[Pattern, ...] = option((), "Files to leave out, gitignore-like", key="exclude", maturin=True)
    data: str = option("", "Directory of wheel data (scripts, headers, data, …)", key="data", maturin=True)
    sdist_generator: Literal["cargo", "git"] = option(
        "cargo", "Whose list of files a source distribution is made from", scope="project", key="sdist-generator",
        maturin=True, choices=("cargo", "git"),
    )  # fmt: skip
    build_number: str = option(
        "",
        "Build number of the wheels: digits first",
        flags=("--build-number",), key="build-number", metavar="NUMBER", panel="Output",
    )  # fmt: skip

    # How cargo is called
    profile: str = option(
        "release",
        "cargo profile",
        scope="cell", flags=("--profile",), shorthands={"-r": "release", "--release": "release"}, key="profile",
        maturin=True, metavar="NAME", panel="Cargo",
    )  # fmt: skip
    editable_profile: str = option(
        "", "cargo profile of editable builds, in place of the configured one; `develop` takes `dev` without either",
        key="editable-profile", maturin=True, panel="Cargo",
    )  # fmt: skip
    use_base_python: bool = option(
        False,
        "Name the Python below the environment to build scripts (PYO3_PYTHON), and not the environment's own",
        key="use-base-python", maturin=True, variables=("MATURIN_PEP517_USE_BASE_PYTHON",), panel="Cargo",
    )  # fmt: skip
    features: tuple[str, ...] = option(
        (),
        "cargo features; given here, those of the configuration are ignored",
        scope="cell", flags=("-F", "--features"), metavar="LIST", splits=", ", excludes=("conditional_features",),
        panel="Cargo",
    )  # fmt: skip
    conditional_features: tuple[Feature, ...] = option(
        (), "cargo features, plain or with python-version and python-implementation", scope="cell",
        key="features", maturin=True, variable=False, panel="Cargo",
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
    rustflags: tuple[str, ...] = option(
        (), "Flags for rustc, added to those of variables and of cargo's configuration", scope="cell", key="rustflags",
        panel="Cargo",
    )  # fmt: skip
    linker: LinkerKind = option(
        "auto", "Who links; auto: the user's or the system's linker for the host, else zig or a GNU cross compiler",
        scope="target", flags=("--linker",), shorthands={"--zig": "zig"}, key="linker",
        choices=("auto", "native", "zig", "gcc", "xwin"), panel="Cargo",
    )  # fmt: skip
    deployments: tuple[Deployment, ...] = option(
        (), "Lowest macOS by target triple, for targets without a floor", key="target", maturin=True, variable=False,
        panel="Cargo",
    )  # fmt: skip
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
        metavar="DIR", is_path=True, panel="Cargo",
    )  # fmt: skip
    ignore_rust_version: bool = option(
        False, "Ignore rust-version of the packages", flags=("--ignore-rust-version",), panel="Cargo"
    )
    timings: bool = option(False, "Have cargo write its timing report", flags=("--timings",), panel="Cargo")
    future_incompat_report: bool = option(
        False, "Have cargo print its future-incompat report", flags=("--future-incompat-report",), panel="Cargo"
    )
    strip: bool = option(
        False, "Strip the library", scope="cell", flags=("--strip",), takes_boolean=True, key="strip", maturin=True,
        variables=("MATURIN_STRIP",), panel="Cargo",
    )  # fmt: skip
    before_all: tuple[str, ...] = option(
        (), "Shell commands to run once before the first compile", key="before-all", splits="\n", panel="Commands"
    )
    before_build: tuple[str, ...] = option(
        (), "Shell commands to run before each compile", scope="cell", key="before-build", splits="\n",
        panel="Commands",
    )  # fmt: skip
    environment: tuple[tuple[str, str], ...] = option(
        (), "Variables for cargo and the commands", scope="cell", key="environment", panel="Commands"
    )

    # What it must be
    compatibility: tuple[str, ...] = option(
        (), "Platform tag to reach: pypi, linux or off, 2014, manylinux_2_28, 2_28", scope="target",
        flags=("--compatibility",), hidden_flags=("--manylinux",), greedy=True, key="compatibility",
        aliases=("manylinux",), maturin=True, metavar="TAG…", splits=" ,", panel="Audit",
    )  # fmt: skip
    auditwheel: AuditMode = option(
        "repair", "How strictly the platform policy is taken; the other rules always hold", scope="target",
        flags=("--auditwheel",), shorthands={"--skip-auditwheel": "skip"}, hides_shorthands=True,
        key="auditwheel", maturin=True,
        choices=("repair", "check", "warn", "skip"), panel="Audit",
    )  # fmt: skip

    repair_exclude: tuple[str, ...] = option(
        (), "Libraries that stay outside of the wheel, since its users have them: globs over sonames", scope="target",
        flags=("--repair-exclude",), greedy=True, key="repair.exclude", metavar="GLOB…", splits=" ,", panel="Audit",
    )  # fmt: skip
    repair_include: tuple[str, ...] = option(
        (), "Libraries that may be copied into the wheel, globs over sonames; without it every one that has to be",
        scope="target", flags=("--repair-include",), greedy=True, key="repair.include", metavar="GLOB…", splits=" ,",
        panel="Audit",
    )  # fmt: skip

    # How it is proved
    verify: Literal["off", "static", "loader", "import", "test"] = option(
        "off",
        "Verify each wheel before it is put in its place, as high as can be reached here; the tier is the lowest one "
        "that will do",
        flags=("--verify",), bare="static", key="verify.level", metavar="[TIER]",
        choices=("off", "static", "loader", "import", "test"), panel="Verify",
    )  # fmt: skip

    # What is written
    out: str = option(
        "dist", "Directory of the wheels", flags=("-o", "--out"), key="out", metavar="DIR", is_path=True,
        panel="Output",
    )  # fmt: skip
    compression_method: Literal["deflated", "stored"] = option(
        "deflated", "Compression of the wheel's members", flags=("--compression-method",), key="compression-method",
        choices=("deflated", "stored"), refused={"bzip2": _NOT_INSTALLABLE, "zstd": _NOT_INSTALLABLE}, panel="Output",
    )  # fmt: skip
    compression_level: int = option(
        4, "Level of deflate, 0 to 9; libdeflate's 4 is about as small as zlib's 6", flags=("--compression-level",),
        key="compression-level", metavar="LEVEL", minimum=0, maximum=9, panel="Output",
    )  # fmt: skip

    # What goes beside the module
    include_debuginfo: bool = option(
        False, "Ship separate debug information beside the library: .pdb, .dwp, .dSYM, if the compiler writes it",
        flags=("--include-debuginfo",), key="include-debuginfo", panel="Output",
    )  # fmt: skip
    include_import_lib: bool = option(
        False, "Ship the import library of a Windows DLL beside it", key="include-import-lib", maturin=True,
        panel="Output",
    )  # fmt: skip

    sbom_rust: bool = option(True, "Write an SBOM with the crates", key="sbom.rust", maturin=True, panel="Output")
    sbom_auditwheel: bool = option(
        True, "Name libraries that were copied into the wheel in its SBOM", key="sbom.auditwheel", maturin=True,
        panel="Output",
    )  # fmt: skip
    sbom_include: tuple[str, ...] = option(
        (), "SBOM files of yours to ship, relative to the project", flags=("--sbom-include",), greedy=True,
        key="sbom.include", maturin=True, metavar="PATH…", panel="Output",
    )  # fmt: skip

    # How it runs
    jobs: int = option(
        0, "Compilers at once; 0: as many as there are usable CPUs", scope="run", flags=("-j", "--jobs"), key="jobs",
        variables=("CARGO_BUILD_JOBS",), metavar="N", minimum=0, panel="Run",
    )  # fmt: skip
    fail_fast: bool = option(
        False, "Stop everything at the first failure", scope="run", flags=("--fail-fast",), no_flag="--no-fail-fast",
        key="fail-fast", panel="Run",
    )  # fmt: skip
    check_reproducible: bool = option(
        False, "Build once more from a copy of the sources in another directory, and fail where a wheel differs",
        scope="run", flags=("--check-reproducible",), key="check-reproducible", panel="Run",
    )  # fmt: skip
    overrides: tuple[Override, ...] = option(
        (), "Other options for some cells", scope="run", key="overrides", variable=False, panel="Run"
    )

    fixed: frozenset[str] = frozenset()
    """No option: the fields that overrides leave alone, because the command line or a variable gave them."""
    editable: bool = False
    """No option: the wheel leads Python to the project where it lies; `develop` and `build_editable` say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOptions:
    """What the user sees while it runs; no part of the configuration, since it speaks of one terminal."""

    progress: str = option(
        "auto", "How progress is shown", scope="run", flags=("--progress",), shorthands={"--json": "json"},
        choices=("auto", "live", "plain", "github", "json", "none"), panel="Screen",
    )  # fmt: skip
    color: str = option(
        "auto", "When to use colours", scope="run", flags=("--color",), choices=("auto", "always", "never"),
        panel="Screen",
    )  # fmt: skip
    verbose: int = option(
        0, "Say more; may be repeated", scope="run", flags=("-v", "--verbose"), counts=True, minimum=0, panel="Screen"
    )
    quiet: bool = option(False, "Show errors and results only", scope="run", flags=("-q", "--quiet"), panel="Screen")


OTHER_VARIABLES: Mapping[str, str] = {
    "WHEELMATRIX_CACHE_DIR": "Directory for what is remembered of this machine's Pythons; default: the user's cache",
    "WHEELMATRIX_PEP517_ARGS": "Arguments of `build` for the build backend, where its frontend gives none",
    "WHEELMATRIX_USERNAME": "User of the index to upload to",
    "WHEELMATRIX_PASSWORD": "Password, or token, of that user",
    "WHEELMATRIX_TOKEN": "Token of the index to upload to; its user is `__token__`",
}
"""Variables of ours that are no options, with what they mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Options with where each came from; what `resolve` returns."""

    options: BuildOptions
    sources: Mapping[str, str]
    """BuildOptions field to `--interpreter`, `WHEELMATRIX_JOBS`, `tool.maturin.features`; defaults are absent."""
    warnings: tuple[str, ...]
    pyproject: PurePath | None
