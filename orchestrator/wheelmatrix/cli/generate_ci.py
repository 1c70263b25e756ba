"""`wheelmatrix generate-ci`: the file by which a CI service builds and releases everything."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rich_click as click

from wheelmatrix.cli.failure import warn
from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Plan
from wheelmatrix.plan.hosts import Job, jobs
from wheelmatrix.project.document import parse
from wheelmatrix.run.files import make_directory, write_whole
from wheelmatrix.run.prepare import Prepared, locate, prepare
from wheelmatrix.run.pyproject import find_pyproject, text_of
from wheelmatrix.scaffold import github, gitlab
from wheelmatrix.scaffold.github_keys import GithubKeys, read
from wheelmatrix.scaffold.workflow import DEFAULT_TARGETS, MARK, BuildJob, Workflow

_SERVICES = {"github": github, "gitlab": gitlab}


@click.command("generate-ci")
@click.argument("service", type=click.Choice(list(_SERVICES)))
@click.option("-m", "--manifest-path", default="", metavar="PATH", help="Path of the project's Cargo.toml")
@click.option(
    "--target", "targets", multiple=True, metavar="TRIPLE",
    help="What to build for; default: `targets` of the configuration, else what is usual on Linux, Alpine, Windows and "
    "macOS; may be repeated",
)  # fmt: skip
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; default: standard output")
def command(service: str, manifest_path: str, targets: tuple[str, ...], output: str) -> None:
    """Make the file by which GitHub or GitLab builds the wheels of all platforms, and sends what has a tag.

    As few machines are used as there are systems that have to link; what can be is built on one of Linux. Interpreters
    and targets are those of the configuration, else all that the project admits.
    """
    if output != "-":
        _refuse_others(Path(output))
    keys = _github_keys(manifest_path) if service == "github" else GithubKeys()
    variables = _variables(manifest_path, targets, keys.targets or DEFAULT_TARGETS)
    environment = {**os.environ, **variables}
    asked = {"manifest_path": manifest_path} if manifest_path else {}
    prepared = prepare(asked, directory=Path.cwd(), environment=environment, elsewhere=True)
    for message in (*keys.warnings, *prepared.plan.warnings):
        warn(message)
    found = jobs(prepared.plan, prepared.given.options, prepared.tables, prepared.gathered)
    text = _SERVICES[service].text(_workflow(prepared, found, keys, variables))
    if output == "-":
        click.echo(text, nl=False)
        return
    make_directory(Path(output).absolute().parent)
    write_whole(Path(output), text.encode())
    click.echo(output)


def _refuse_others(path: Path) -> None:
    """Raise ConfigError if there is a file that this program did not make."""
    if path.is_dir():
        raise ConfigError.of("is a directory", where=str(path), hint=f"name a file: -o {path}/wheels.yml")
    if path.exists() and MARK not in text_of(path).partition("\n")[0]:
        hint = "move it away, or name another one with -o"
        raise ConfigError.of("exists already, and was not made by generate-ci", where=str(path), hint=hint)


def _github_keys(manifest_path: str) -> GithubKeys:
    path, text = find_pyproject(Path.cwd(), manifest_path)
    table: Any = parse(path, text) if path else {}
    for key in ("tool", "maturin", "generate-ci", "github"):
        table = table.get(key, {}) if isinstance(table, Mapping) else {}
    return read(table if isinstance(table, Mapping) else {})


def _variables(manifest_path: str, targets: tuple[str, ...], usual: tuple[str, ...]) -> dict[str, str]:
    """Return what is selected, for the program that runs in the jobs, where the configuration does not say it."""
    given, _ = locate({"manifest_path": manifest_path} if manifest_path else {}, Path.cwd(), {})
    said = given.options
    variables = {}
    if manifest_path:
        variables["WHEELMATRIX_MANIFEST_PATH"] = Path(manifest_path).as_posix()
    if not said.interpreters:
        variables["WHEELMATRIX_ALL_INTERPRETERS"] = "true"
    if targets or not said.targets:
        variables["WHEELMATRIX_TARGETS"] = " ".join(targets or usual)
    return variables


def _workflow(prepared: Prepared, found: tuple[Job, ...], keys: GithubKeys, variables: Mapping[str, str]) -> Workflow:
    options, crate = prepared.given.options, prepared.plan.project.crate
    tests = {} if options.test_command or not keys.tests else {
        "WHEELMATRIX_TEST_COMMAND": "pytest {project}", "WHEELMATRIX_TEST_REQUIRES": "pytest",
    }  # fmt: skip
    repository = _repository(Path.cwd())
    return Workflow(
        jobs=tuple(
            BuildJob(name=job.name, triples=job.triples, arguments=_arguments(job, prepared.plan)) for job in found
        ),
        variables=tuple({**variables, **tests}.items()),
        arguments=keys.arguments,
        folder=_below(repository, Path.cwd()),
        lock=_below(repository, Path(crate.workspace) / "Cargo.lock"),
        target_directory=_below(repository, Path(crate.target_directory)),
        verifies="--verify=test" if keys.tests else "--verify",
        is_trusted=keys.is_trusted,
        attests=keys.attests,
        environment=keys.environment,
    )


def _arguments(job: Job, plan: Plan) -> tuple[str, ...]:
    """Return what a job is told: its targets; Pythons and cells, too, where a target is shared with another job."""
    shared = {cell.target for cell in plan.cells if cell not in job.cells} & set(job.targets)
    return job.arguments if shared else tuple(word for each in job.asked for word in ("--target", each))


def _repository(directory: Path) -> Path:
    """Return the checkout that a directory lies in; the directory itself if it is in none."""
    return next((each for each in (directory, *directory.parents) if (each / ".git").exists()), directory)


def _below(repository: Path, path: Path) -> str:
    """Return a path relative to the repository, `/` as separator; empty: it is the repository itself."""
    try:
        found = path.resolve().relative_to(repository.resolve()).as_posix()
    except ValueError as error:
        hint = "leave CARGO_TARGET_DIR and the like out: in a job they have other values"
        raise ConfigError.of(f"lies outside of {repository}", where=str(path), hint=hint) from error
    return "" if found == "." else found
