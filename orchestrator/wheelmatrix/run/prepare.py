"""From what was asked for to a plan: options, gathered facts, project, plan."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread

import anyio

from wheelmatrix import resources, tables
from wheelmatrix.bindings.pyo3 import configured_python
from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Command, Gathered, Installed, Plan, Tables
from wheelmatrix.options import BuildOptions, Given
from wheelmatrix.plan import asked_targets, plan
from wheelmatrix.plan.admission import without_requirement
from wheelmatrix.plan.builds import root_directory
from wheelmatrix.plan.elsewhere import equipped
from wheelmatrix.plan.select import takes_active
from wheelmatrix.project.described import manifest_candidates, no_manifest_error, project
from wheelmatrix.project.editable import for_editable
from wheelmatrix.project.precedence import resolve
from wheelmatrix.run.cargo import target_directory
from wheelmatrix.run.gather import gather, look
from wheelmatrix.run.host import this_system
from wheelmatrix.run.process import output
from wheelmatrix.run.pyproject import find_pyproject, text_of
from wheelmatrix.run.pythons import cache_file, candidates, probe
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that is known before anything is done."""

    given: Given
    gathered: Gathered
    tables: Tables
    plan: Plan
    root: Path
    """Directory of what is kept between runs: builds, runs, history."""


def prepare(
    command_line: Mapping[str, object],
    *,
    directory: Path,
    environment: Mapping[str, str],
    elsewhere: bool = False,
    editable: str = "",
    needed_next: Iterable[str] = (),
    is_frontends: bool = False,
) -> Prepared:
    """Return the plan of a run, with all that it was made from; nothing is compiled.

    `command_line` maps BuildOptions fields to values. `elsewhere`: the plan tells which cells and wheels there are on
    machines that can link for their targets, and this one need not; it cannot be executed.
    `editable`: the build is for an editable installation, and this its cargo profile if nothing else names one.
    `is_frontends`: it is a frontend's affair whether its Python is one that the project requires.
    `needed_next`: modules that the caller imports next; they are loaded while cargo is waited for.
    Raises ConfigError, NothingToBuild and ToolMissing.
    """
    asked = str(command_line.get("manifest_path") or environment.get("WHEELMATRIX_MANIFEST_PATH") or "")
    pyproject, text = find_pyproject(directory, asked)
    given = resolve(command_line, environment, pyproject, text)
    if editable:
        given = for_editable(given, editable)
    given = replace(given, options=_configured(given.options, environment))
    known = tables.load(resources.table_texts())
    # Which system this is decides what `win_amd64` is built with, and is known without asking.
    targets = tuple(asked_targets(given.options, known, this_system()))
    Thread(target=_load, args=(needed_next,), daemon=True).start()
    gathered, warnings = gather(look(given.options, pyproject, text, directory, environment, targets))
    found = project(given.options, gathered)
    if is_frontends:
        found = without_requirement(found, gathered.asked.values())
    made = plan(given.options, known, equipped(gathered, targets) if elsewhere else gathered, found)
    return Prepared(
        given=given,
        gathered=gathered,
        tables=known,
        plan=replace(made, warnings=(*given.warnings, *warnings, *made.warnings)),
        root=Path(root_directory(found, given.options, gathered)),
    )


def _configured(options: BuildOptions, environment: Mapping[str, str]) -> BuildOptions:
    """Choose the Python that the user's own PYO3_CONFIG_FILE describes, if no other was; raises ConfigError."""
    path = {**environment, **dict(options.environment)}.get("PYO3_CONFIG_FILE")
    if not path or not takes_active(options):
        return options
    if spec := configured_python(text_of(Path(path))):
        return replace(options, interpreters=(spec,))
    hint = "implementation=CPython and version=3.12, for example"
    raise ConfigError.of(f"{path} names no Python", where="PYO3_CONFIG_FILE", hint=hint)


def _load(modules: Iterable[str]) -> None:
    for name in modules:
        import_module(name)


def list_pythons(environment: Mapping[str, str]) -> tuple[Installed, ...]:
    """Return every Python of this machine, sorted by implementation and version; may be empty."""
    return anyio.run(partial(probe, candidates(environment), cache=cache_file(environment)))


def locate(
    command_line: Mapping[str, object], directory: Path, environment: Mapping[str, str]
) -> tuple[Given, Path | None]:
    """Return the options that hold here, and the Cargo.toml that a plan would be made from; None: there is no project.

    Raises ConfigError.
    """
    given, tried = _candidates(command_line, directory, environment)
    return given, next((path for path in tried if path.is_file()), None)


def runs_directory(directory: Path, environment: Mapping[str, str], manifest: str = "") -> Path:
    """Return where the project's runs are kept, whether or not there are any; raises ConfigError and ToolMissing."""
    given, tried = _candidates({"manifest_path": manifest} if manifest else {}, directory, environment)
    found = next((path for path in tried if path.is_file()), None)
    if found is None:
        raise no_manifest_error(tried)
    argv = ("cargo", "metadata", "--no-deps", "--format-version", "1", "--manifest-path", str(found))
    said = anyio.run(output, Command(argv=argv, environment={}, directory=found.parent))
    own = given.options.target_dir or target_directory(said)
    if not own:
        raise ConfigError.of("cargo metadata names no target directory", where=str(found))
    return directory / own / "wheelmatrix" / "runs"


def _candidates(
    command_line: Mapping[str, object], directory: Path, environment: Mapping[str, str]
) -> tuple[Given, tuple[Path, ...]]:
    """Return the options that hold, and where a Cargo.toml may lie, in the order it is looked for."""
    asked = str(command_line.get("manifest_path") or environment.get("WHEELMATRIX_MANIFEST_PATH") or "")
    pyproject, text = find_pyproject(directory, asked)
    given = resolve(command_line, environment, pyproject, text)
    tried = manifest_candidates(given.options, pyproject, directory, text, lambda path: Path(path).is_file())
    return given, tuple(map(Path, tried))
