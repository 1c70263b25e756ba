"""`wheelmatrix build`: every wheel of the project."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import rich_click as click

from wheelmatrix.cli import runs
from wheelmatrix.cli.arguments import OptionsCommand, asked, given
from wheelmatrix.cli.failure import tell
from wheelmatrix.cli.screens import screen_of, summarize
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions, ScreenOptions, UploadOptions
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.execute import execute
from wheelmatrix.run.from_sdist import prepare_from_sdist
from wheelmatrix.run.prepare import Prepared, prepare


def _build(ctx: click.Context, resume: str | None, sdist: bool) -> int:
    directory, words = Path.cwd(), given(ctx)
    values = asked(ctx, BuildOptions)
    options = resolve_screen(asked(ctx, ScreenOptions), os.environ)
    if resume is not None:
        directory, before = runs.earlier(resume, values)
        words = merged(before, without_resume(words))
        values = {**asked(command.make_context("build", list(before)), BuildOptions), **values}
    own = words[: words.index("--")] if "--" in words else words
    return _run(values, options, directory, ("build", *words), from_sdist=sdist or "--sdist" in own)


def heard(words: Sequence[str]) -> tuple[dict[str, object], dict[str, object]]:
    """Return what arguments of `build` say, as values of BuildOptions and of ScreenOptions.

    Raises ConfigError for what is no such argument, or makes no sense for somebody who does not type it.
    """
    try:
        if {"-h", "--help"} & set(words):
            raise click.UsageError("--help builds nothing")
        # The command keeps its help option from here on: it has to be the one that the program gives it.
        ctx = command.make_context("build", list(words), help_option_names=["-h", "--help"])
    except click.UsageError as error:
        message = error.format_message()
        raise ConfigError.of(message, where="arguments of build", hint="wheelmatrix build --help") from error
    if ctx.params.get("resume") is not None:
        raise ConfigError.of("a build that is called by another program cannot be resumed", where="--resume")
    return asked(ctx, BuildOptions), asked(ctx, ScreenOptions)


def without_resume(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command line without `--resume` and its value."""
    kept: list[str] = []
    skips = False
    for place, word in enumerate(words):
        if word == "--":
            return (*kept, *words[place:])
        is_value = skips and not word.startswith("-")
        skips = word == "--resume"
        if not (skips or is_value or word.startswith("--resume=")):
            kept.append(word)
    return tuple(kept)


def merged(before: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    """Return one command line of two; what follows `--` stays behind it, and the second one's replaces the first's."""
    own, trailing = _split(before)
    more, later = _split(words)
    return (*own, *more, *(later or trailing))


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    place = words.index("--") if "--" in words else len(words)
    return words[:place], words[place:]


def _run(
    values: Mapping[str, object],
    options: ScreenOptions,
    directory: Path,
    arguments: tuple[str, ...],
    *,
    from_sdist: bool,
) -> int:
    environment = dict(os.environ)
    sdist, prepared = planned(values, directory, environment, from_sdist=from_sdist)
    for line in verbosely(prepared, options.verbose):
        click.echo(line, err=True)
    result = execute(prepared, arguments=arguments, screen=screen_of(options, environment))
    summarize(result.journal, environment)
    if options.progress == "none":
        for failure in result.failures:
            tell(failure, arguments)
    if options.progress != "json":
        if sdist is not None:
            click.echo(str(sdist))
        for wheel in result.wheels:
            click.echo(str(wheel.path))
    return result.exit_code


def planned(
    values: Mapping[str, object], directory: Path, environment: Mapping[str, str], *, from_sdist: bool
) -> tuple[Path | None, Prepared]:
    """Return the plan of a run and, if the wheels are to be built from it, the sdist that was made for that."""
    if not from_sdist:
        return None, prepare(values, directory=directory, environment=environment)
    made, prepared = prepare_from_sdist(values, directory=directory, environment=environment)
    told = set(prepared.plan.warnings)
    for warning in made.warnings:
        if warning not in told:
            click.echo(f"warning: {warning}", err=True)
    return made.path, prepared


def verbosely(prepared: Prepared, verbose: int) -> Iterator[str]:
    """Yield what `-v` adds: where each option came from; from `-vv` on also the command line of each build."""
    if verbose >= 1:
        for name, source in prepared.given.sources.items():
            yield f"{name} = {getattr(prepared.given.options, name)!r} from {source}"
    if verbose >= 2:
        for build in prepared.plan.builds:
            yield f"{build.name}: {shlex.join(build.command.argv)}"


command = OptionsCommand(
    BuildOptions,
    ScreenOptions,
    leaves=UploadOptions,
    name="build",
    callback=_build,
    help="Build every wheel that is asked for. The paths of the wheels go to stdout, one a line.",
    params=[
        click.RichOption(
            ["--resume"],
            is_flag=False,
            flag_value=runs.LAST,
            default=None,
            metavar="[RUN]",
            help="Repeat a run with its options: what is done already is not done again; the last run if none is named",
            panel="Run",
        ),
        click.RichOption(
            ["--sdist"],
            is_flag=True,
            help="Make the source distribution, too, and build the wheels from it",
            panel="Output",
        ),
    ],
)
