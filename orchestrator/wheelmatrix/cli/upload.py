"""`wheelmatrix upload`: wheels and an sdist become a release, whole, or nothing of it does.

What asks and sends is imported when the command line is read and looking at the files has begun: loading it takes as
long, and both go on at once.
"""

import os
from pathlib import Path

import rich_click as click

from wheelmatrix.cli.arguments import OptionsCommand, asked, given
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import ScreenOptions, UploadOptions
from wheelmatrix.project.precedence import resolve_screen

_ANY = ""
"""Value of `--resume` and `--status` that name no release."""


def _upload(
    ctx: click.Context,
    files: tuple[str, ...],
    resume: str | None,
    status: str | None,
    jobs: int | None,
    username: str | None,
    password: str | None,
    token_file: str,
    yes: bool,
) -> int:  # fmt: skip
    screen = resolve_screen(asked(ctx, ScreenOptions), os.environ)
    from wheelmatrix.run.ahead import Ahead

    begun = Ahead(map(Path.cwd().joinpath, files)) if files else None
    from wheelmatrix.cli import release

    if status is not None:
        return release.status(status, is_json=screen.progress == "json")
    if not files and resume is None:
        raise ConfigError.of(
            "no files to upload", where="upload", hint="wheelmatrix upload dist/*, or --resume to go on with a release"
        )
    values = asked(ctx, UploadOptions)
    if jobs is not None:
        values["upload_jobs"] = jobs
    who = release.giver_of(username, password, token_file)
    return release.send(files, values, screen, given(ctx), who, ahead=begun, resume=resume, yes=yes)


CREDENTIALS: tuple[click.Parameter, ...] = (
    click.RichOption(["-u", "--username"], default=None, metavar="USER", help="User of the index", panel="Credentials"),
    click.RichOption(
        ["-p", "--password"], default=None, metavar="PASSWORD", panel="Credentials",
        help="Password or token; seen by everybody on this machine, so rather WHEELMATRIX_TOKEN",
    ),
    click.RichOption(
        ["--token-file"], default="", metavar="FILE", help="File that holds a token; -: stdin", panel="Credentials"
    ),
    click.RichOption(["-y", "--yes"], is_flag=True, help="Ask nothing before a first release", panel="Upload"),
)  # fmt: skip
"""Who uploads: no fields of options, since no configuration may hold a secret."""

command = OptionsCommand(
    UploadOptions,
    ScreenOptions,
    name="upload",
    callback=_upload,
    help="Upload wheels and an sdist as one release. All of it is looked at first, and nothing is sent if anything is "
    "wrong. One wheel goes alone, then the others at once, the sdist last; what fails on the way is looked up at the "
    "index and sent again if it is not there. The exit code is 8 if something is missing at the end.",
    params=[
        click.Argument(["files"], nargs=-1, metavar="FILE…"),
        click.RichOption(
            ["--resume"], is_flag=False, flag_value=_ANY, default=None, metavar="[RELEASE]", panel="Upload",
            help="Go on with a release that did not arrive whole; what has arrived is not sent again",
        ),
        click.RichOption(
            ["--status"], is_flag=False, flag_value=_ANY, default=None, metavar="[RELEASE]", panel="Upload",
            help="Say what is known of releases that were sent from here, and send nothing",
        ),
        click.RichOption(
            ["-j", "--jobs"], type=click.IntRange(1, 64), default=None, metavar="N", panel="Upload",
            help="Files that are sent at once, the same as --upload-jobs",
        ),
        *CREDENTIALS,
    ],
)  # fmt: skip
