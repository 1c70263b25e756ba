"""How cargo is called for a build: a value; nothing is run here."""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from wheelmatrix.bindings import pyo3
from wheelmatrix.model import Command, Gathered, Installed, Project, Target
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.plan import host_half
from wheelmatrix.plan.abis import Bound
from wheelmatrix.plan.cargo_config import build_rustflags, environment_of
from wheelmatrix.plan.linker import Linker
from wheelmatrix.plan.remap import c_environment, places, rust_flags
from wheelmatrix.platforms import rustc_args, rustflags

_FLAGS = ("ignore_rust_version", "timings", "future_incompat_report", "all_features", "no_default_features")


def cargo_command(
    bound: Bound,
    project: Project,
    gathered: Gathered,
    directory: PurePath,
    config_path: PurePath | None,
    library: str,
    python: Installed | None,
    linked: Linker,
) -> Command:
    """Return the call of cargo that builds one library and reports in JSON.

    `directory`: the build's own target directory; `library`: the extension's file name; `python`: the Python of this
    machine that build scripts may run; `linked`: who links.
    """
    crate, options, target = project.crate, bound.options, bound.cell.target
    renamed = places(project, options, gathered)
    flags = (*rust_flags(renamed), *rustflags(target), *options.rustflags)
    # Ours come first: of two names for the library, linkers take the last, and that is the user's.
    own = rustc_args(target, library, by_zig=linked.kind == "zig")
    rustc = [*own, *options.rustc_args, *(("-C", "strip=symbols") if options.strip else ())]
    if options.include_debuginfo and target.os == "macos" and linked.kind != "zig" and not options.strip:
        rustc += ["-C", "split-debuginfo=packed"]  # a `.dSYM` beside the library, instead of a map of object files
    argv = [
        str(linked.program),
        "rustc",
        "--lib",
        *([] if "cdylib" in crate.crate_types else ["--crate-type", "cdylib"]),
        "--profile",
        options.profile,
        "--target",
        linked.target,
        "--target-dir",
        str(directory),
        "--manifest-path",
        str(crate.manifest),
        "--message-format",
        "json-diagnostic-rendered-ansi",
        *_selected(options, bound.features),
        *cargo_options(options),
        *_flag_config(flags, target, options, gathered),
        "--frozen",
    ]
    added = _environment(bound, project, directory, config_path, python)
    environment = {
        **added,
        **host_half.environment(linked.kind, gathered),
        **linked.environment,
        **c_environment(renamed, target, options, gathered),
        **_joined_flags(flags, environment_of(options, gathered)),
    }
    return Command(
        argv=tuple([*argv, "--", *rustc] if rustc else argv),
        environment={name: value for name, value in environment.items() if name not in linked.without},
        directory=directory_of(project),
        without=frozenset({"CARGO"}) | linked.without,
    )


def unit_graph(command: Command, triple: str) -> Command:
    """Return the call that prints cargo's unit graph for `command` and builds nothing.

    cargo itself knows it, whoever links. The option is unstable; RUSTC_BOOTSTRAP opens it and is set for this one call
    alone, since crates look at it.
    """
    own = ("cargo", *command.argv[1:])
    at = own.index("--target") + 1
    own = (*own[:at], triple, *own[at + 1 :])
    split = own.index("--") if "--" in own else len(own)
    argv = (*own[:split], "--unit-graph", "-Zunstable-options", *own[split:])
    return Command(
        argv=argv,
        environment={**command.environment, "RUSTC_BOOTSTRAP": "1"},
        directory=command.directory,
        without=command.without,
    )


def metadata_command(
    options: BuildOptions, manifest: PurePath, directory: PurePath, triples: tuple[str, ...], features: tuple[str, ...]
) -> Command:
    """Return the one call of `cargo metadata`: it resolves, downloads what is missing, and writes a missing lock."""
    argv = ["cargo", "metadata", "--format-version", "1", "--manifest-path", str(manifest)]
    for triple in triples:
        argv += ["--filter-platform", triple]
    asked = [name for name in ("locked", "frozen", "offline") if getattr(options, name)]
    argv += [*_selected(options, features, in_metadata=True), *(f"--{name}" for name in asked)]
    argv += [part for text in options.cargo_config for part in ("--config", text)]
    argv += [part for text in options.unstable_flags for part in ("-Z", text)]
    return Command(
        argv=tuple(argv),
        environment=toolchain_environment(options),
        directory=directory,
        without=frozenset({"CARGO"}),
    )


def shell_command(line: str, options: BuildOptions, directory: PurePath, host_os: str) -> Command:
    """Return the call that runs a line of the user's in the system's shell."""
    shell = ("cmd", "/c") if host_os == "windows" else ("sh", "-c")
    return Command(argv=(*shell, line), environment=toolchain_environment(options), directory=directory)


def directory_of(project: Project) -> PurePath:
    """Return where cargo runs: beside the manifest, so that `.cargo/config.toml` and rust-toolchain.toml are found."""
    return project.crate.manifest.parent


def cargo_options(options: BuildOptions) -> tuple[str, ...]:
    """Return the options that cargo takes as they were given."""
    argv = [f"--{name.replace('_', '-')}" for name in _FLAGS[:3] if getattr(options, name)]
    argv += [part for text in options.cargo_config for part in ("--config", text)]
    argv += [part for text in options.unstable_flags for part in ("-Z", text)]
    return tuple(argv)


def _selected(options: BuildOptions, features: tuple[str, ...], *, in_metadata: bool = False) -> Iterator[str]:
    """Yield the features' options; `cargo metadata` takes the same."""
    if features:
        yield from ("--features", ",".join(features))
    yield from (f"--{name.replace('_', '-')}" for name in _FLAGS[3:] if getattr(options, name))


def _environment(
    bound: Bound, project: Project, directory: PurePath, config_path: PurePath | None, python: Installed | None
) -> dict[str, str]:
    added = {
        **pyo3.environment(project.crate.pyo3, bound.abi, python),
        "CARGO_TERM_COLOR": "always",
        # A build directory that the user set for all (build.build-dir) would be one lock and one place for all cells.
        "CARGO_BUILD_BUILD_DIR": str(directory),
        **toolchain_environment(bound.options),
    }
    if config_path is not None:
        added["PYO3_CONFIG_FILE"] = str(config_path)
    return added


def _joined_flags(flags: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the user's own flags with ours behind them, in the variable that cargo reads first.

    A variable that is set and empty counts too: cargo then looks at no configuration. Source: The Cargo Book,
    `build.rustflags`.
    """
    encoded, plain = environment.get("CARGO_ENCODED_RUSTFLAGS"), environment.get("RUSTFLAGS")
    if not flags or (encoded is None and plain is None):
        return {}
    own = plain.split() if encoded is None and plain is not None else (encoded or "").split("\x1f")
    return {"CARGO_ENCODED_RUSTFLAGS": "\x1f".join([*filter(None, own), *flags])}


def _flag_config(
    flags: tuple[str, ...], target: Target, options: BuildOptions, gathered: Gathered
) -> tuple[str, ...]:  # fmt: skip
    """Return our flags as cargo configuration, which joins the user's for this target; unless variables hold them.

    It would hide the user's `build.rustflags`, which are therefore repeated in it.
    """
    if not flags or _joined_flags(flags, environment_of(options, gathered)):
        return ()
    whole = [*build_rustflags(target.triple, options, gathered), *flags]
    return ("--config", f"target.{target.triple}.rustflags={json.dumps(whole, ensure_ascii=False)}")
