"""How cargo is called for a build: values; nothing is run here."""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.model import Command, Gathered, Project, Target
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.plan import host_half
from wheelmatrix.plan.abis import Bound
from wheelmatrix.plan.cargo_config import build_rustflags, environment_of
from wheelmatrix.plan.linker import Linker
from wheelmatrix.plan.remap import c_environment, places, rust_flags
from wheelmatrix.platforms import rustc_args, rustflags

_FLAGS = ("ignore_rust_version", "timings", "future_incompat_report", "all_features", "no_default_features")


def cargo_commands(
    bound: Bound,
    project: Project,
    gathered: Gathered,
    directory: PurePath,
    config_path: PurePath | None,
    library: str,
    python: Mapping[str, str],
    linked: Linker,
) -> tuple[Command, ...]:
    """Return the calls of cargo that build what is shipped of the crate and report in JSON; one as a rule.

    cargo takes arguments for rustc for one target alone: where there are any, each target has a call of its own.
    `directory`: the build's own target directory; `library`: the shipped library's file name, empty if there is none;
    `python`: variables that tell of the Python that build scripts may run; `linked`: who links.
    """
    crate, options, target = project.crate, bound.options, bound.cell.target
    renamed = places(project, options, gathered)
    facts = BINDINGS[crate.bindings]
    own = rustflags(target, has_library=facts.is_library, has_module=facts.is_module)
    flags = (*rust_flags(renamed), *own, *options.rustflags)
    argv = [
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
    calls = _calls(project, options, target, library, linked)
    added = _environment(bound, directory, config_path, python)
    environment = {
        **added,
        **host_half.environment(linked.kind, gathered),
        **linked.environment,
        **({"CARGO": str(linked.script.path)} if linked.script else {}),
        **c_environment(renamed, target, options, gathered),
        **_joined_flags(flags, environment_of(options, gathered)),
    }
    return tuple(
        Command(
            argv=(str(linked.program), "rustc", *chosen, *argv),
            environment={name: value for name, value in environment.items() if name not in linked.without},
            directory=directory_of(project),
            without=frozenset({"CARGO"}) | linked.without,
        )
        for chosen, argv in ((each, [*argv, *(("--", *rustc) if rustc else ())]) for each, rustc in calls)
    )


def _calls(
    project: Project, options: BuildOptions, target: Target, library: str, linked: Linker
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the targets of each call with what it tells rustc; the library comes first."""
    by_zig = linked.kind == "zig"
    # Ours come first: of two names for the library, linkers take the last, and that is the user's.
    own: list[tuple[str, ...]] = [("--bin", name) for name in project.crate.programs]
    told = [rustc_args(target, "", by_zig=by_zig)] * len(own)
    if library:
        forced = () if "cdylib" in project.crate.crate_types else ("--crate-type", "cdylib")
        own.insert(0, ("--lib", *forced))
        told.insert(0, rustc_args(target, library, by_zig=by_zig))
    by_script = ("-C", f"linker={linked.script.path}") if linked.script else ()
    more = (*by_script, *options.rustc_args, *(("-C", "strip=symbols") if options.strip else ()))
    if options.include_debuginfo and target.os == "macos" and not by_zig and not options.strip:
        more += ("-C", "split-debuginfo=packed")  # a `.dSYM` beside the library, instead of a map of object files
    calls = [(chosen, (*args, *more)) for chosen, args in zip(own, told, strict=True)]
    if any(rustc for _, rustc in calls) or "--crate-type" in own[0]:
        return calls
    return [(tuple(part for chosen, _ in calls for part in chosen), ())]


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


def metadata_command(options: BuildOptions, manifest: PurePath, triples: tuple[str, ...]) -> Command:
    """Return the one call of `cargo metadata`: it resolves, downloads what is missing, and writes a missing lock.

    It names conditional features, too: the graph has to hold what any cell may need; which are on is decided per cell.
    """
    named = tuple(dict.fromkeys(each.feature for each in options.conditional_features))
    argv = ["cargo", "metadata", "--format-version", "1", "--manifest-path", str(manifest)]
    for triple in triples:
        argv += ["--filter-platform", triple]
    asked = [name for name in ("locked", "frozen", "offline") if getattr(options, name)]
    argv += [*_selected(options, options.features or named, in_metadata=True), *(f"--{name}" for name in asked)]
    argv += [part for text in options.cargo_config for part in ("--config", text)]
    argv += [part for text in options.unstable_flags for part in ("-Z", text)]
    return Command(
        argv=tuple(argv),
        environment=toolchain_environment(options),
        directory=manifest.parent,
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
    bound: Bound, directory: PurePath, config_path: PurePath | None, python: Mapping[str, str]
) -> dict[str, str]:
    added = {
        **python,
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
