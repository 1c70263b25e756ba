"""`wheelmatrix develop`: an editable installation into the active environment."""

import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import rich_click as click

from wheelmatrix.cli.arguments import OptionsCommand, asked
from wheelmatrix.cli.failure import tell
from wheelmatrix.cli.screens import screen_of
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions, ScreenOptions, UploadOptions, VerifyOptions, options_of
from wheelmatrix.plan.frontend import here
from wheelmatrix.plan.installation import requirements
from wheelmatrix.project.document import parse
from wheelmatrix.project.editable import check_version
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.develop import develop
from wheelmatrix.run.environment import find_environment, installer_of
from wheelmatrix.run.prepare import prepare
from wheelmatrix.run.pyproject import text_of

_OF_A_MATRIX = (
    "interpreters", "find_interpreter", "all_interpreters", "build", "skip", "enable", "build_number", "compatibility",
    "auditwheel", "verify", "out", "fail_fast", "check_reproducible",
)  # fmt: skip
"""Options that make no sense for the one Python of an environment."""


def _develop(
    ctx: click.Context,
    extras: tuple[str, ...],
    groups: tuple[str, ...],
    skip_install: bool,
    uv: bool,
    pip_path: str,
) -> int:
    environment, directory = dict(os.environ), Path.cwd()
    values = asked(ctx, BuildOptions)
    options = resolve_screen(asked(ctx, ScreenOptions), environment)
    found = find_environment(environment, directory)
    prepared = prepare(
        here(values, str(found.python), environment), directory=directory, environment=environment, editable="dev"
    )  # fmt: skip
    pyproject, text = prepared.gathered.pyproject, prepared.gathered.pyproject_text
    needed: tuple[str, ...] = ()
    if pyproject is not None:
        document = parse(pyproject, text)
        check_version(document, pyproject)
        own, others = _groups(groups, Path(pyproject), directory)
        needed = requirements(document, _words(extras), own, str(pyproject))
        needed = tuple(dict.fromkeys((*needed, *others)))
    elif extras or groups:
        raise ConfigError.of("there is no pyproject.toml, so there are neither extras nor groups", where=str(directory))
    done = develop(
        prepared,
        found,
        needed,
        installer=None if skip_install else partial(installer_of, found, environment, uv=uv, pip_path=pip_path),
        screen=screen_of(options, environment),
        tell=partial(click.echo, err=True),
    )
    if options.progress == "none":
        for failure in done.result.failures:
            tell(failure)
    if not done.result.exit_code and not skip_install and not options.quiet:
        metadata = prepared.plan.project.metadata
        state = "installed" if done.installed else "nothing changed, still installed"
        click.echo(f"{metadata.name} {metadata.version}: {state} in {found.prefix}", err=True)
    return done.result.exit_code


def _words(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in text.replace(",", " ").split())


def _groups(
    named: tuple[str, ...], pyproject: Path, directory: Path
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:  # fmt: skip
    """Return the groups of the project (None: none was named), and the requirements of those of other files."""
    own: list[str] = []
    others: list[str] = []
    for word in _words(named):
        place, colon, group = word.rpartition(":")
        path = directory / place if colon else pyproject
        if path.absolute() == pyproject.absolute():
            own.append(group)
        else:
            document: Mapping[str, object] = parse(path, text_of(path))
            only = {"dependency-groups": document.get("dependency-groups", {})}
            others += requirements(only, (), (group,), str(path))
    return (tuple(own) if named else None), tuple(others)


command = OptionsCommand(
    BuildOptions,
    ScreenOptions,
    leaves=UploadOptions,
    without={*_OF_A_MATRIX, *(option.name for option in options_of(VerifyOptions))},
    name="develop",
    callback=_develop,
    help="Build the project and install it as editable into the active virtual or conda environment, or the nearest "
    ".venv. A library inside of a Python package is put beside its sources; Python reads those where they lie.",
    params=[
        click.RichOption(
            ["-E", "--extras"], multiple=True, metavar="LIST", help="Extras to install, too", panel="Install"
        ),
        click.RichOption(
            ["-G", "--group", "groups"],
            multiple=True,
            metavar="LIST",
            help="Groups of [dependency-groups] to install, too; PATH:GROUP of another pyproject.toml; default: dev, "
            "if there is one",
            panel="Install",
        ),
        click.RichOption(
            ["--skip-install"],
            is_flag=True,
            help="Only build, and put the library beside its sources",
            panel="Install",
        ),
        click.RichOption(["--uv"], is_flag=True, help="Install with uv", panel="Install"),
        click.RichOption(["--pip-path"], default="", metavar="PATH", help="The pip to install with", panel="Install"),
    ],
)
