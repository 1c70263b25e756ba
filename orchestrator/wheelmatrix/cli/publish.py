"""`wheelmatrix publish`: build what is missing, then upload it."""

import os
from pathlib import Path

import rich_click as click

from wheelmatrix.cli.arguments import OptionsCommand, asked, given
from wheelmatrix.cli.failure import tell
from wheelmatrix.cli.screens import screen_of
from wheelmatrix.cli.upload import CREDENTIALS, giver_of, send, without_secrets
from wheelmatrix.options import BuildOptions, ScreenOptions, UploadOptions, options_of
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.execute import execute
from wheelmatrix.run.preflight import Asked, foresee
from wheelmatrix.run.prepare import prepare


def _publish(
    ctx: click.Context,
    files: tuple[str, ...],
    username: str | None,
    password: str | None,
    token_file: str,
    yes: bool,
) -> int:
    screen = resolve_screen(asked(ctx, ScreenOptions), os.environ)
    values, words, environment = asked(ctx, BuildOptions), given(ctx), dict(os.environ)
    own = {option.name for option in options_of(UploadOptions)} | {"fail_fast", "manifest_path"}
    uploads = {name: value for name, value in values.items() if name in own}
    giver = giver_of(username, password, token_file)
    foresee(Asked(files=files, options=uploads, giver=giver), Path.cwd(), environment)
    prepared = prepare(values, directory=Path.cwd(), environment=environment)
    arguments = ("publish", *without_secrets(words))
    result = execute(prepared, arguments=arguments, screen=screen_of(screen, environment))
    if result.exit_code:
        if screen.progress == "none":
            for failure in result.failures:
                tell(failure, words)
        click.echo("nothing was sent: not all wheels are there", err=True)
        return result.exit_code
    wheels = tuple(str(wheel.path) for wheel in result.wheels)
    return send((*wheels, *files), uploads, screen, without_secrets((*wheels, *files)), giver, yes=yes)


command = OptionsCommand(
    BuildOptions,
    ScreenOptions,
    name="publish",
    callback=_publish,
    help="Build every wheel that is asked for, and upload them, with FILE…, as one release: an sdist that was made "
    "before, for instance. Nothing is sent if a wheel could not be built, or if anything is wrong with the release as "
    "a whole.",
    params=[click.Argument(["files"], nargs=-1, metavar="[FILE…]"), *CREDENTIALS],
)
