"""`wheelmatrix publish`: build what is missing, then upload it."""

import os
from pathlib import Path

import rich_click as click

from wheelmatrix.audit.sdist import SUFFIX
from wheelmatrix.cli.arguments import OptionsCommand, asked, given
from wheelmatrix.cli.build import planned
from wheelmatrix.cli.failure import tell
from wheelmatrix.cli.release import giver_of, send, without_secrets
from wheelmatrix.cli.screens import screen_of
from wheelmatrix.cli.upload import CREDENTIALS
from wheelmatrix.options import BuildOptions, ScreenOptions, UploadOptions, options_of
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.execute import execute
from wheelmatrix.run.preflight import Asked, foresee
from wheelmatrix.run.pyproject import find_pyproject


def _publish(
    ctx: click.Context,
    files: tuple[str, ...],
    username: str | None,
    password: str | None,
    token_file: str,
    yes: bool,
    no_sdist: bool,
) -> int:
    screen = resolve_screen(asked(ctx, ScreenOptions), os.environ)
    values, words, environment = asked(ctx, BuildOptions), given(ctx), dict(os.environ)
    own = {option.name for option in options_of(UploadOptions)} | {"fail_fast", "manifest_path"}
    uploads = {name: value for name, value in values.items() if name in own}
    giver = giver_of(username, password, token_file)
    foresee(Asked(files=files, options=uploads, giver=giver), Path.cwd(), environment)
    sdist, prepared = planned(
        values, Path.cwd(), environment, from_sdist=_makes_sdist(no_sdist, files, str(values.get("manifest_path", "")))
    )
    arguments = ("publish", *without_secrets(words))
    result = execute(prepared, arguments=arguments, screen=screen_of(screen, environment))
    if result.exit_code:
        if screen.progress == "none":
            for failure in result.failures:
                tell(failure, words)
        click.echo("nothing was sent: not all wheels are there", err=True)
        return result.exit_code
    built = (*([sdist] if sdist else []), *(wheel.path for wheel in result.wheels))
    release = (*map(str, built), *files)
    return send(release, uploads, screen, without_secrets(release), giver, yes=yes)


def _makes_sdist(no_sdist: bool, files: tuple[str, ...], manifest: str) -> bool:
    """Return whether an sdist belongs to the release: not if one was made before, nor where nothing says how."""
    if no_sdist or any(name.endswith(SUFFIX) for name in files):
        return False
    found, _ = find_pyproject(Path.cwd(), manifest or os.environ.get("WHEELMATRIX_MANIFEST_PATH", ""))
    if found is None:
        click.echo("warning: there is no pyproject.toml, and so no sdist in the release", err=True)
    return found is not None


command = OptionsCommand(
    BuildOptions,
    ScreenOptions,
    name="publish",
    callback=_publish,
    help="Make the sdist, build every wheel that is asked for from it, and upload them, with FILE…, as one release. "
    "An sdist among FILE… is sent instead of one that would be made. Nothing is sent if a wheel could not be built, or "
    "if anything is wrong with the release as a whole.",
    params=[
        click.Argument(["files"], nargs=-1, metavar="[FILE…]"),
        *CREDENTIALS,
        click.RichOption(["--no-sdist"], is_flag=True, help="Make and send no source distribution", panel="Upload"),
    ],
)
