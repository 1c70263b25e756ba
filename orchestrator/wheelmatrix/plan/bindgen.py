"""The uniffi-bindgen of a project: how it is compiled, for the machine that builds, whatever the wheels are for."""

from pathlib import PurePath

from wheelmatrix.bindings.uniffi import PROGRAM
from wheelmatrix.model import Abi, Bindgen, Build, Command, Gathered, Project, Tables
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.plan.any_python import ANY_PYTHON
from wheelmatrix.plan.builds import digest, root_directory
from wheelmatrix.plan.command import cargo_options, unit_graph
from wheelmatrix.platforms import host_target

_PROFILE = "dev"
_RESTRICTIONS = ("frozen", "offline")


def bindgen(project: Project, options: BuildOptions, tables: Tables, gathered: Gathered) -> tuple[Build, ...]:
    """Return the build of the project's own bindgen; empty: it has none, or needs none."""
    own = project.uniffi.bindgen if project.uniffi else None
    if own is None:
        return ()
    target = host_target(tables, gathered.host.triple)
    directory = root_directory(project, options, gathered) / "builds" / str(target) / _PROFILE
    directory /= f"{own.package}-{PROGRAM}-{digest(*own.features)[:6]}"
    command = _command(own, target.triple, directory, options)
    return (
        Build(
            id=digest(directory.name, str(target), *command.argv)[:8],
            name=PROGRAM,
            target=target,
            abi=Abi(kind="none", interpreter=ANY_PYTHON),
            cells=(),
            directory=directory,
            clone_from=_existing(directory, gathered),
            config_path=None,
            config_text="",
            command=command,
            unit_graph=unit_graph(command, target.triple),
            linked_by="the system's linker",
            package_id=own.package_id,
        ),
    )


def _command(own: Bindgen, triple: str, directory: PurePath, options: BuildOptions) -> Command:
    """Return the call of cargo; source: what maturin 1.16 asks of `cargo run`.

    The features are those that the program requires, the profile is `dev` without debug information: it runs for a
    moment, and is compiled for long.
    """
    argv = (
        *("cargo", "build", "--bin", PROGRAM, "--manifest-path", str(own.manifest), "--profile", _PROFILE),
        *("--target", triple, "--target-dir", str(directory)),
        *("--message-format", "json-diagnostic-rendered-ansi"),
        *(("--features", ",".join(own.features)) if own.features else ()),
        *cargo_options(options),
        # Packages that only the program needs were not fetched with those of the library.
        *(f"--{name}" for name in _RESTRICTIONS if getattr(options, name)),
        "--locked",
    )
    return Command(
        argv=argv,
        environment={
            "CARGO_TERM_COLOR": "always",
            "CARGO_BUILD_BUILD_DIR": str(directory),
            "CARGO_PROFILE_DEV_DEBUG": "false",
            **toolchain_environment(options),
        },
        directory=own.manifest.parent,
        without=frozenset({"CARGO", "CARGO_BUILD_TARGET"}),
    )


def _existing(directory: PurePath, gathered: Gathered) -> tuple[PurePath, ...]:
    """Return the directories of the same target and profile that a new one may start from."""
    if directory in gathered.directories:
        return ()
    return tuple(sorted(each for each in gathered.directories if each.parent == directory.parent))
